//! Connections: the named settings and secrets of a provider.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use crate::llm::ChatModel;
use crate::value::Value;

/// The kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionKind {
    /// OpenAI, or anything compatible through `base_url`.
    OpenAi,
    /// Azure OpenAI.
    Azure,
    /// An OpenAI-compatible endpoint of Azure's serverless models (`serverless` in promptflow).
    Serverless,
    /// The mock model, in process.
    Mock,
    /// Settings and secrets for tools and code; no model behind it.
    Custom,
}

/// A named set of settings. Its `Debug` form shows no secrets.
#[derive(Clone)]
pub struct Connection {
    /// Its name.
    pub name: Arc<str>,
    /// Whose it is.
    pub kind: ConnectionKind,
    /// Its open fields by our names: `base_url`, `api_version`, `organization`, `auth_mode`, ….
    pub fields: BTreeMap<Arc<str>, Value>,
    /// Its secret fields, above all `api_key`.
    pub secrets: BTreeMap<Arc<str>, SecretString>,
    /// Where it comes from, for people: a file or "the environment".
    pub origin: Arc<str>,
}

impl Connection {
    /// An open text field; empty texts count as missing.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str().filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("fields", &self.fields)
            .field("secrets", &self.secrets.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Makes a model provider out of a connection; the providers' crate implements it.
pub trait Connect: fmt::Debug + Send + Sync {
    /// Whether this one serves the kind.
    fn serves(&self, kind: ConnectionKind) -> bool;

    /// The provider for a connection. Nothing is sent.
    ///
    /// # Errors
    /// What the connection lacks, in words for its author.
    fn connect(&self, connection: &Connection) -> Result<Arc<dyn ChatModel>, String>;
}
