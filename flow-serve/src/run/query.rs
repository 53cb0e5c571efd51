use axum::http::Uri;
use percent_encoding::percent_decode_str;

use crate::failure::{Failure, Field};

/// What the address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Query {
    /// Events tell what goes into nodes and what comes out.
    pub(super) values: bool,
}

impl Query {
    /// Reads the part behind the question mark.
    pub(super) fn of(uri: &Uri) -> Result<Self, Failure> {
        let mut query = Self::default();
        let mut wrong = Vec::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            let name = percent_decode_str(name).decode_utf8_lossy();
            let message = match (&*name, value) {
                ("values", "true") => {
                    query.values = true;
                    continue;
                }
                ("values", "false") => {
                    query.values = false;
                    continue;
                }
                ("values", _) => "write ?values=true, or leave it out",
                _ => {
                    "there is no such parameter of the address; inputs belong into the body, and what it knows is `values`"
                }
            };
            wrong.push(Field { input: format!("?{name}"), message: message.to_owned() });
        }
        if wrong.is_empty() { Ok(query) } else { Err(Failure::of_fields(wrong)) }
    }
}
