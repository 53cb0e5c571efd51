use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// What a client accepts, as promptflow reads it: names of types, without their weights (spec section 11.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// JSON will do.
    pub(crate) json: bool,
    /// Events will do; they are preferred where there is something to stream.
    pub(crate) events: bool,
}

impl Accepted {
    /// Reads the headers of a request. Whoever says nothing takes JSON.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self { json: false, events: false };
        let mut says_something = false;
        for header in headers.get_all(ACCEPT) {
            for item in header.to_str().unwrap_or_default().split(',') {
                let name = item.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                says_something |= !name.is_empty();
                match &*name {
                    "application/json" | "application/*" | "*/*" => accepted.json = true,
                    "text/event-stream" => accepted.events = true,
                    _ => {}
                }
            }
        }
        if says_something { accepted } else { Self { json: true, events: false } }
    }

    /// The header as it was sent, for messages.
    pub(crate) fn written(headers: &HeaderMap) -> String {
        let parts: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|header| header.to_str().ok()).collect();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn types_are_named_and_weights_do_not_count() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(text).expect("a header"));
            let accepted = Accepted::of(&headers);
            (accepted.json, accepted.events)
        };
        assert_eq!(Accepted::of(&HeaderMap::new()), Accepted { json: true, events: false });
        assert_eq!(of(""), (true, false));
        assert_eq!(of("application/json;q=0"), (true, false));
        assert_eq!(of("Text/Event-Stream"), (false, true));
        assert_eq!(of("text/html, */*;q=0.1"), (true, false));
        assert_eq!(of("application/*, text/event-stream;q=0"), (true, true));
        assert_eq!(of("text/*"), (false, false));
    }
}
