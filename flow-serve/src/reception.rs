//! What is done around every request: its id, who asks, and what is counted and logged.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_ENCODING, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use serde_json::json;

use crate::failure::Failure;
use crate::guard::{Admitted, Denied, From};
use crate::http::{self, Answer};
use crate::site::{Asked, RequestLine, Site};
use crate::{openai, page, run};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const VARIANT: HeaderName = HeaderName::from_static("x-flow-variant");
/// What anybody may ask, so that those who watch the server need no key.
const OPEN: &[&str] = &["/health", "/healthz", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready"];
/// Pages that are the same for everybody and hold nothing of the flows: whoever looks at one gives it the key with which it asks.
const PAGES: &[&str] = &["/", "/docs", "/docs/docs.css", "/docs/docs.js"];

/// Lets a request in, or sends it away.
pub(crate) async fn attend(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Answer {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
    let method = request.method().clone();
    let mut asked = Asked::of(request.headers(), site.options().traces.is_some());
    let (id, began) = (Arc::clone(&asked.id), asked.began);
    let from = site.options().origins.of(request.headers());
    let allowed = match from {
        From::Allowed(origin) => HeaderValue::from_str(origin).ok(),
        _ => None,
    };
    let (mut key, variant) = (None, Arc::clone(&asked.variant));
    let mut answer = if is_preflight(&method, request.headers()) && allowed.is_some() {
        preflight(request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS))
    } else {
        match admit(&site, route, from, request.headers()) {
            Err(denied) => *denied,
            Ok(_) if head_bytes(&request) > site.options().max_head => {
                let message = format!("the request's head is longer than {} bytes", site.options().max_head);
                refusal(route, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", &message)
            }
            Ok(_) if is_encoded(request.headers()) => {
                let message = "the request's body is compressed, which this server does not take; send it plain";
                refusal(route, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message)
            }
            Ok(admitted) => {
                asked.sender = sender(&site, request.headers(), admitted.as_ref());
                key = admitted.as_ref().map(|admitted| Arc::clone(&admitted.name));
                asked.key = admitted.map(Arc::new);
                request.extensions_mut().insert(asked);
                next.run(request).await
            }
        }
    };
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(label) = variant.get().and_then(|label| HeaderValue::from_str(label).ok()) {
        headers.insert(VARIANT, label);
    }
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, retry-after, x-flow-ignored"),
        );
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    let (code, elapsed) = (answer.status().as_u16(), began.elapsed());
    site.metrics().answered(route, method.as_str(), code, elapsed);
    if let Some(log) = &site.options().log {
        log.request(&RequestLine {
            id: &id,
            key: key.as_deref(),
            method: method.as_str(),
            route,
            status: code,
            elapsed,
        });
    }
    answer
}

/// Who sends a request, as far as it can be told.
fn sender(site: &Site, headers: &HeaderMap, key: Option<&Admitted>) -> Option<Arc<str>> {
    let header = site.options().sticky.as_ref().and_then(|name| headers.get(name)?.to_str().ok());
    header.map(Arc::from).or_else(|| key.map(|key| Arc::clone(&key.name)))
}

/// Whether the request may be made, and with which key.
fn admit(site: &Site, route: &str, from: From<'_>, headers: &HeaderMap) -> Result<Option<Admitted>, Box<Answer>> {
    if is_open(site, route) {
        return Ok(None);
    }
    let Some(keys) = &site.options().keys else {
        // Without keys, a page of another origin could make a user's browser ask the user's own server.
        return match from {
            From::Elsewhere => {
                site.metrics().shed("origin");
                let message = "pages of another origin may not ask; allow it with --cors ORIGIN";
                Err(Box::new(refusal(route, StatusCode::FORBIDDEN, "origin_not_allowed", message)))
            }
            _ => Ok(None),
        };
    };
    keys.admit(headers).map(Some).map_err(|denied| Box::new(denial(site, route, denied)))
}

/// Whether anybody may ask it.
fn is_open(site: &Site, route: &str) -> bool {
    let of_flow = |name: &str| route.strip_prefix('/').and_then(|rest| rest.strip_prefix(name));
    let rest = site
        .slots()
        .iter()
        .find_map(|slot| of_flow(slot.name()).filter(|rest| rest.starts_with('/') || rest.is_empty()));
    let is_page = |path| PAGES.contains(&path) || page::PATHS.contains(&path);
    OPEN.contains(&route) || matches!(rest, Some("" | "/health")) || is_page(rest.unwrap_or(route))
}

fn denial(site: &Site, route: &str, denied: Denied) -> Answer {
    let message = denied.to_string();
    match denied {
        Denied::NoKey | Denied::WrongKey => {
            site.metrics().shed("key");
            let mut answer = refusal(route, StatusCode::UNAUTHORIZED, "invalid_api_key", &message);
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            answer
        }
        Denied::TooMany { wait } => {
            site.metrics().shed("limit");
            let mut answer = refusal(route, StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", &message);
            answer.headers_mut().insert(RETRY_AFTER, http::seconds(wait));
            answer
        }
    }
}

/// A refusal in the form of the face that was asked.
pub(crate) fn refusal(route: &str, status: StatusCode, code: &str, message: &str) -> Answer {
    let code_in_words = code.replace('_', "-");
    let of_face = |error: fn(&Failure) -> Answer| error(&Failure::new(status, &code_in_words, message));
    if route.split('/').any(|part| part == "v1") {
        return of_face(openai::error);
    }
    if route.rsplit('/').next() == Some("run") {
        return of_face(run::error);
    }
    let code = if status.is_server_error() { "SystemError" } else { "UserError" };
    let body = json!({ "error": { "code": code, "message": message } });
    http::json(status, &body)
}

/// How long the head of a request is, about as it was sent.
fn head_bytes(request: &Request) -> usize {
    let address = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + ": \r\n".len();
    address + request.headers().iter().map(line).sum::<usize>()
}

/// Whether a body would have to be unpacked first, to who knows what size.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a browser that asks whether a page may ask.
fn preflight(wanted: Option<&HeaderValue>) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    if let Some(names) = wanted {
        // Clients of OpenAI send headers of their own; what a page that may ask sends does no harm.
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    answer
}
