use secrecy::{ExposeSecret, SecretString};

use super::setting::{Setting, password};
use super::{Connection, Connections, Environment, kind};

/// How names of environment variables end whose values are secrets.
const ENDINGS: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS"];

impl Connections {
    /// The values of all secrets that are known: of connections, and of environment variables that are called like one.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let settings = self
            .written()
            .flat_map(|(written, ground)| written.settings.iter().map(move |(key, setting)| (key, setting, ground)));
        let of_connections = settings.filter_map(|(key, setting, ground)| {
            let is_header = key.starts_with(Connection::HEADER);
            match setting.resolve(ground) {
                // A header such as `X-Team: docs` is hidden, but its words are nobody's secret.
                Ok(Setting::Secret(_)) if is_header && !kind::sounds_secret(key) && !setting.has_reference() => None,
                Ok(Setting::Secret(secret)) => Some(password(secret.expose_secret()).unwrap_or(secret)),
                Ok(Setting::Open(value)) => password(value.as_str()?),
                Err(_) => None,
            }
        });
        of_connections.chain(self.environment().secrets()).filter(|secret| !secret.expose_secret().is_empty()).collect()
    }
}

impl Environment {
    /// The values of variables that are called like a secret, such as `OPENAI_API_KEY`.
    fn secrets(&self) -> impl Iterator<Item = SecretString> {
        let is_secret = |name: &&str| ENDINGS.iter().any(|ending| name.to_uppercase().ends_with(ending));
        self.names().filter(is_secret).filter_map(|name| Some(SecretString::from(self.get(name)?)))
    }
}
