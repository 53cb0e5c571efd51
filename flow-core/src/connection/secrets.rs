use secrecy::{ExposeSecret, SecretString};

use super::setting::Setting;
use super::{Connections, Environment};

/// How names of environment variables end whose values are secrets.
const ENDINGS: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS"];

impl Connections {
    /// The values of all secrets that are known: of connections, and of environment variables that are called like one.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let settings = self.written().flat_map(|written| written.settings.values());
        let of_connections = settings.filter_map(|setting| match setting.resolve(self.environment()) {
            Ok(Setting::Secret(secret)) => Some(secret),
            _ => None,
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
