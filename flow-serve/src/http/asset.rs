use std::fmt::Write;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use super::{Answer, text};

/// Nothing but what comes from this server, pictures that a script has in hand, and no other page around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// A file of a page that is a part of the program.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    content_type: &'static str,
    content: &'static str,
    /// Changes with the content.
    tag: HeaderValue,
}

impl Asset {
    pub(crate) fn new(content_type: &'static str, content: &'static str) -> Self {
        let mut tag = String::from("\"");
        for byte in &Sha256::digest(content)[..12] {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        // Quotes and hexadecimal digits are always a header.
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { content_type, content, tag }
    }

    /// The file, or that the browser has it already.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Answer {
        let mut answer = if self.is_known(headers) {
            let mut answer = Answer::default();
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer
        } else {
            text(StatusCode::OK, self.content_type, self.content)
        };
        let fixed: [(HeaderName, &'static str); 4] = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            // Another program may stand here tomorrow, with other pages.
            (CACHE_CONTROL, "no-cache"),
        ];
        for (name, value) in fixed {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        answer.headers_mut().insert(ETAG, self.tag.clone());
        answer
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let tag = self.tag.as_bytes();
        let is_tag = |known: &[u8]| known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag;
        let given = headers.get_all(IF_NONE_MATCH).into_iter();
        given.flat_map(|header| header.as_bytes().split(|byte| *byte == b',')).any(|known| is_tag(known.trim_ascii()))
    }
}
