use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

/// Pages whose scripts may ask, beside those that the server itself gives out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins {
    allowed: Vec<String>,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From<'h> {
    /// From a program, or from the server's own pages.
    Here,
    /// From a page that may ask.
    Allowed(&'h str),
    /// From a page that may not.
    Elsewhere,
}

impl Origins {
    /// Reads origins such as `https://app.example:8443`. `*` is every page.
    ///
    /// # Errors
    /// If one is no origin.
    pub fn new(origins: &[String]) -> Result<Self, OriginsError> {
        let mut allowed = Vec::new();
        for text in origins {
            let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
            let is_origin = origin.parse::<Uri>().is_ok_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https"))
                    && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
                    && uri.path() == "/"
                    && uri.query().is_none()
            });
            if origin != "*" && !is_origin {
                return Err(OriginsError { text: text.clone() });
            }
            allowed.push(origin);
        }
        Ok(Self { allowed })
    }

    /// Whether every page may ask.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.allowed.iter().any(|origin| origin == "*")
    }

    /// Where a request comes from.
    pub(crate) fn of<'h>(&self, headers: &'h HeaderMap) -> From<'h> {
        let Some(origin) = headers.get(ORIGIN) else { return From::Here };
        let Ok(origin) = origin.to_str() else { return From::Elsewhere };
        let lower = origin.to_ascii_lowercase();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
        if own.is_some_and(|own| own.eq_ignore_ascii_case(host)) {
            return From::Here;
        }
        let is_allowed = self.allow_all() || self.allowed.contains(&lower);
        // Sandboxed pages and files all call themselves `null`.
        if is_allowed && lower != "null" { From::Allowed(origin) } else { From::Elsewhere }
    }
}

/// A text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no origin; write it as https://app.example or http://localhost:3000, without a path")]
pub struct OriginsError {
    /// What was written.
    pub text: String,
}
