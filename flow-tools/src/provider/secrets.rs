use std::fmt;

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// What stands in place of a secret.
const HIDDEN: &str = "******";

/// The shortest secret whose encoded forms are looked for; those of shorter ones are in many a text.
const SHORTEST: usize = 6;

/// The shortest secret that is looked for at all.
const SHORTEST_PLAIN: usize = 4;

/// The secrets of a connection, in every form in which a server may repeat them.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    forms: Vec<SecretString>,
}

impl Secrets {
    /// Adds a secret.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        // One of a letter or two would blot every text.
        if secret.len() < SHORTEST_PLAIN {
            return;
        }
        let mut forms = vec![secret.to_owned()];
        if secret.len() >= SHORTEST {
            forms.push(utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string());
            forms.push(serde_json::Value::from(secret).to_string().trim_matches('"').to_owned());
            for before in 0..3 {
                forms.extend([&STANDARD, &URL_SAFE].map(|engine| core_of_base64(engine, secret, before)));
            }
        }
        forms.sort();
        forms.dedup();
        self.forms.extend(forms.into_iter().map(SecretString::from));
        // A secret may be part of another one.
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.expose_secret().len()));
    }

    /// A text without them.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.forms.iter().fold(text.to_owned(), |text, form| match form.expose_secret() {
            form if text.contains(form) => text.replace(form, HIDDEN),
            _ => text,
        })
    }
}

/// What base64 makes of a secret behind so many other bytes, without the letters that also depend on its neighbours.
fn core_of_base64(engine: &impl base64::Engine, secret: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret.as_bytes());
    let encoded = engine.encode(&bytes);
    let start = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    encoded[start..end].to_owned()
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn no_form_of_a_secret_stays() {
        let secret = "sk-Pl4nted/Secret+\"é";
        let mut secrets = Secrets::default();
        secrets.add(&format!(" {secret}\n"));
        let texts = [
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            serde_json::to_string(&[secret]).unwrap(),
        ];
        let around = ["", "u:", "us:", "user:"].map(|user| format!("{user}{secret}:x"));
        let encoded = around.iter().flat_map(|text| [STANDARD.encode(text), URL_SAFE.encode(text)]);
        for text in texts.into_iter().chain(encoded) {
            let hidden = secrets.hide(&format!("<{text}>"));
            assert!(hidden.contains(HIDDEN), "{text} {hidden}");
            assert!(!hidden.contains("Pl4nted") && hidden.len() < 24, "{text} {hidden}");
        }
        assert_eq!(secrets.hide("nothing"), "nothing");
        assert_eq!(format!("{secrets:?}"), "Secrets");
    }
}
