//! Connections: the named settings and secrets of a provider.
//!
//! A connections file maps names to fields. Secrets are best written as `${env:NAME}` or `${file:PATH}`; a variable is
//! looked up only when its connection is used, in the process's environment and then in the `.env` file of the project.
//!
//! ```yaml
//! my_openai:
//!   kind: openai               # also everything compatible with it, through base_url
//!   api_key: ${env:OPENAI_API_KEY}
//! local: { kind: ollama }      # or vllm, anthropic, gemini, mistral, groq, openrouter, deepseek
//! behind_a_gateway:
//!   kind: openai
//!   base_url: https://gateway.example/v1
//!   api_key: ${file:/run/secrets/gateway}       # relative to this file
//!   headers: { X-Team: docs }                   # never shown
//!   proxy: http://proxy.example:3128
//!   ca_file: gateway.pem
//!   timeout: 2m                                 # the longest silence; connect_timeout: the time to get there
//! team_azure:
//!   kind: azure
//!   endpoint: https://team.openai.azure.com
//!   api_key: ${env:TEAM_AZURE_KEY}
//!   api_version: 2024-10-21
//! keyless: { kind: azure, endpoint: "https://team.openai.azure.com", auth_mode: meid_token }
//! offline: { kind: mock, rules: rules.yaml }    # and `provider: azure` in place of Azure
//! busy:
//!   kind: openai
//!   max_concurrency: 8         # for each of its models
//!   requests_per_minute: 500   # or rpm
//!   tokens_per_minute: 200000  # or tpm
//! search:
//!   kind: custom               # for tools and code
//!   configs: { index: docs }
//!   secrets: { token: "${env:SEARCH_TOKEN}" }
//! ```
//!
//! promptflow's spellings (`type: azure_open_ai`, `api_base`, …) are understood as well. Behind the file in force stand the connections
//! that a user has created by a command ([`CreatedConnections`]).

mod created;
mod environment;
mod file;
mod inline;
mod kind;
mod limits;
mod mask;
mod preset;
mod provided;
mod secrets;
mod setting;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub use created::{CreatedConnection, CreatedConnections, CreatedError};
pub use environment::Environment;
pub use inline::hides_field;
pub use kind::sounds_secret;
pub use preset::Preset;
pub use store::{ConnectionLookup, Connections, rules_beside};

use crate::diag::{Code, Diagnostic};
use crate::model::Model;
use crate::source::Span;
use crate::value::{Value, parse_duration};

/// The kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionKind {
    /// OpenAI, or anything compatible through `base_url`.
    OpenAi,
    /// Azure OpenAI.
    Azure,
    /// An OpenAI-compatible endpoint of Azure's serverless models (`serverless` in promptflow).
    Serverless,
    /// Anthropic's models, through its OpenAI-compatible endpoint; likewise all down to DeepSeek.
    Anthropic,
    /// Google's Gemini models.
    Gemini,
    /// Models on one's own machine, served by Ollama.
    Ollama,
    /// Models on one's own machine, served by vLLM.
    Vllm,
    /// Mistral's models.
    Mistral,
    /// Groq's models.
    Groq,
    /// Many providers behind one.
    OpenRouter,
    /// DeepSeek's models.
    DeepSeek,
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
    /// Its secret fields, above all `api_key`; headers are `headers.NAME`.
    pub secrets: BTreeMap<Arc<str>, SecretString>,
    /// Where it comes from, for people: a file or "the environment".
    pub origin: Arc<str>,
}

impl Connection {
    /// The origin of connections that environment variables give.
    pub const ENVIRONMENT: &str = "the environment";

    /// The origin of connections that are made up where the mock model stands in for all of them.
    pub const MADE_UP: &str = "the mock model";

    /// What stands before a header's name among the secrets.
    const HEADER: &str = "headers.";

    /// Whether nothing of it is real, since there is none of its name.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        &*self.origin == Self::MADE_UP
    }

    /// The headers that are sent with every request, by name.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.secrets.iter().filter_map(|(key, value)| Some((key.strip_prefix(Self::HEADER)?, value)))
    }

    /// A secret that is there and not blank.
    #[must_use]
    pub fn secret(&self, field: &str) -> Option<&SecretString> {
        self.secrets.get(field).filter(|secret| !secret.expose_secret().trim().is_empty())
    }

    /// A field that holds a time.
    #[must_use]
    pub fn duration(&self, field: &str) -> Option<Duration> {
        parse_duration(self.text(field)?)
    }

    /// An open text field; empty texts count as missing.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str().filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: BTreeMap<_, _> = self.fields.iter().map(|(name, value)| (name, setting::shown(value))).collect();
        formatter
            .debug_struct("Connection")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("fields", &fields)
            .field("secrets", &self.secrets.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Where connections are looked up by name.
pub trait ConnectionSource: fmt::Debug + Send + Sync {
    /// The connection with this name, its environment variables put in.
    ///
    /// # Errors
    /// There is none with this name, it is not complete, or a variable that it needs is not set.
    fn connection(&self, name: &str) -> Result<Resolved, ConnectionProblem>;

    /// The names that are known.
    fn names(&self) -> Vec<Arc<str>>;

    /// The variables that prompties may refer to, and that give the connections of those that name none.
    fn variables(&self) -> Option<&Environment> {
        None
    }
}

/// A connection that was found.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The connection.
    pub connection: Arc<Connection>,
    /// What its user should be told once, such as that another stands in for it.
    pub note: Option<String>,
}

impl Resolved {
    /// A connection with nothing to tell.
    #[must_use]
    pub fn plain(connection: Connection) -> Self {
        Self { connection: Arc::new(connection), note: None }
    }
}

/// A connection as it may be shown to people.
#[derive(Debug, Clone)]
pub struct ListedConnection {
    /// Its name.
    pub name: Arc<str>,
    /// Whose it is.
    pub kind: ConnectionKind,
    /// Where it comes from.
    pub origin: Arc<str>,
    /// Its fields; secrets are `******`, or the variables that give them.
    pub fields: Vec<(Arc<str>, String)>,
    /// The variables that it needs and that are not set.
    pub missing: Vec<String>,
    /// The files that hold its secrets and cannot be read.
    pub missing_files: Vec<String>,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

impl ListedConnection {
    fn of(connection: &Connection) -> Self {
        let open = connection.fields.iter().map(|(key, value)| (Arc::clone(key), setting::shown(value)));
        let secret = connection.secrets.keys().map(|key| (Arc::clone(key), "******".to_owned()));
        Self {
            name: Arc::clone(&connection.name),
            kind: connection.kind,
            origin: Arc::clone(&connection.origin),
            fields: secret.chain(open).collect(),
            missing: Vec::new(),
            missing_files: Vec::new(),
            problem: None,
        }
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
    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String>;
}

/// A connection that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message} ({help})")]
pub struct ConnectionProblem {
    /// Which kind of problem.
    pub code: Code,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where in the connections file, in the source map that the connections were loaded with.
    pub place: Option<Span>,
}

impl ConnectionProblem {
    fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into(), place: None }
    }

    fn at(mut self, place: Span) -> Self {
        self.place = Some(place);
        self
    }

    /// The problem as a diagnostic at the place where the connection is used.
    #[must_use]
    pub fn to_diagnostic(&self, used: Span) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, used, &self.message).help(&self.help);
        match self.place {
            Some(place) => diagnostic.related(place, "defined here"),
            None => diagnostic,
        }
    }
}
