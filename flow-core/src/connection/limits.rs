//! How much may be asked over a connection, as its file says.

use std::str::FromStr;

use super::Connection;
use super::kind::{Field, Role};
use crate::gate::Limits;

/// The fields that every connection to a model may have.
pub(super) const FIELDS: &[Field] = &[
    Field { name: CONCURRENCY, aliases: &["concurrency"], role: Role::Open },
    Field { name: REQUESTS, aliases: &["rpm"], role: Role::Open },
    Field { name: TOKENS, aliases: &["tpm"], role: Role::Open },
];

const CONCURRENCY: &str = "max_concurrency";
const REQUESTS: &str = "requests_per_minute";
const TOKENS: &str = "tokens_per_minute";

impl Connection {
    /// How much may be asked of each model over it.
    ///
    /// # Errors
    /// A limit that is no number, in words for its author.
    pub fn limits(&self) -> Result<Limits, String> {
        Ok(Limits {
            concurrency: self.limit(CONCURRENCY)?,
            requests_per_minute: self.limit(REQUESTS)?,
            tokens_per_minute: self.limit(TOKENS)?,
        })
    }

    fn limit<T: FromStr + Default + PartialEq>(&self, field: &str) -> Result<Option<T>, String> {
        let Some(value) = self.fields.get(field) else { return Ok(None) };
        let text = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
        match text.trim().replace('_', "").parse() {
            Ok(limit) if limit != T::default() => Ok(Some(limit)),
            _ => Err(format!("its `{field}` must be a whole number from 1, and is `{}`", text.trim())),
        }
    }
}
