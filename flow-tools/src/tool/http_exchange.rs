//! Sending a request, and following where it leads. Each hop is checked anew.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use flow_core::tool::ToolError;
use flow_core::value::Value;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response, StatusCode, Url};
use schemars::JsonSchema;
use serde::Deserialize;

use super::http_answer::{Kept, answer};
use super::reach::{Reach, Refused};
use crate::provider::{Secrets, install_tls};

/// Time to reach a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Words in the names of headers and parameters whose values are secrets.
const SECRET_WORDS: &[&str] =
    &["auth", "cookie", "key", "token", "secret", "password", "credential", "signature", "session"];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

impl Method {
    fn to_reqwest(self) -> reqwest::Method {
        match self {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
            Method::Head => reqwest::Method::HEAD,
        }
    }
}

/// The body of a request.
#[derive(Clone)]
pub(super) enum Payload {
    Nothing,
    /// JSON text.
    Json(String),
    Form(Vec<(String, String)>),
    Text(String),
}

/// A request that may be sent. It holds secrets, and so has no debug form.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    headers: HeaderMap,
    body: Option<String>,
    /// What no message may show.
    pub(super) secrets: Secrets,
}

impl Request {
    /// The request as messages show it: without parameters, which may be secrets.
    pub(super) fn shown(&self) -> String {
        shown(self.method, &self.url)
    }
}

fn shown(method: Method, url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    format!("{} {url}", method.to_reqwest())
}

/// Sends requests within a reach.
pub(super) struct Exchange {
    reach: Reach,
    uses_proxies: bool,
    client: OnceLock<Result<Client, String>>,
}

impl Exchange {
    pub(super) fn new(reach: Reach, uses_proxies: bool) -> Self {
        Self { reach, uses_proxies, client: OnceLock::new() }
    }

    /// Builds a request; nothing is sent.
    pub(super) fn request(
        &self,
        url: &str,
        method: Method,
        query: &[(String, String)],
        headers: &[(String, String)],
        payload: Payload,
    ) -> Result<Request, ToolError> {
        let wrong = |message: String| ToolError::input("url", message);
        let mut url = Url::parse(url.trim())
            .map_err(|error| wrong(format!("not a web address such as https://host/path: {error}")))?;
        self.reach.check(&url).map_err(|refused| wrong(refused.to_string()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut secrets = Secrets::default();
        for (_, value) in url.query_pairs().filter(|(name, _)| is_secret(name)) {
            secrets.add(&value);
        }
        let (body, kind) = match payload {
            Payload::Nothing => (None, None),
            Payload::Json(text) => (Some(text), Some("application/json")),
            Payload::Text(text) => (Some(text), Some("text/plain; charset=utf-8")),
            Payload::Form(fields) => {
                // The parameters of an address are written as those of a form.
                let mut form = Url::parse("form:").map_err(|error| ToolError::failed(error.to_string()))?;
                form.query_pairs_mut().extend_pairs(&fields);
                (form.query().map(str::to_owned), Some("application/x-www-form-urlencoded"))
            }
        };
        let mut sent = HeaderMap::new();
        if let Some(kind) = kind {
            sent.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in headers {
            let wrong = |message: &str| ToolError::input(format!("headers.{name}"), message);
            let header = HeaderName::try_from(name.as_str()).map_err(|_| wrong("this is no name of a header"))?;
            if matches!(header.as_str(), "host" | "content-length" | "transfer-encoding" | "connection" | "upgrade") {
                return Err(wrong("this header is set by the client"));
            }
            let mut text = HeaderValue::from_str(value)
                .map_err(|_| wrong("its value holds characters that cannot be sent in a header"))?;
            if is_secret(name) {
                text.set_sensitive(true);
                secrets.add(value);
                value.split_whitespace().filter(|word| word.len() > 3).for_each(|word| secrets.add(word));
            }
            sent.insert(header, text);
        }
        Ok(Request { method, url, headers: sent, body, secrets })
    }

    /// Sends a request, follows redirects and reads the answer.
    pub(super) async fn ask(&self, request: &Request, redirects: usize, kept: &Kept) -> Result<Value, ToolError> {
        let client = self.client.get_or_init(|| self.build()).as_ref().map_err(|why| ToolError::failed(why.clone()))?;
        let mut hop = Hop {
            method: request.method,
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let mut left = redirects;
        loop {
            let response = hop.send(client, request).await?;
            let next = redirected(&response).map(str::to_owned);
            let Some(next) = next.filter(|_| redirects > 0) else {
                return answer(response, &hop.url, request, kept).await;
            };
            if left == 0 {
                let message = format!("{} was redirected more than {redirects} times", request.shown());
                return Err(ToolError::failed(message));
            }
            left -= 1;
            hop.follow(&next, response.status(), &self.reach, request)?;
        }
    }

    fn build(&self) -> Result<Client, String> {
        client(&self.reach, self.uses_proxies)
    }
}

/// A client that connects within a reach, and neither follows redirects nor tries again.
pub(crate) fn client(reach: &Reach, uses_proxies: bool) -> Result<Client, String> {
    install_tls();
    let mut builder = Client::builder()
        .user_agent(concat!("flow/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(std::sync::Arc::new(reach.clone()));
    if !uses_proxies {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| format!("the HTTP client cannot be set up: {error}"))
}

/// One request on the way.
struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

impl Hop {
    async fn send(&self, client: &Client, request: &Request) -> Result<Response, ToolError> {
        let mut sent = client.request(self.method.to_reqwest(), self.url.clone()).headers(self.headers.clone());
        if let Some(body) = &self.body {
            sent = sent.body(body.clone());
        }
        sent.send().await.map_err(|error| {
            if let Some(refused) = cause::<Refused>(&error) {
                return ToolError::input("url", refused.to_string());
            }
            // The deepest cause says what it was; the outer ones repeat the address with its parameters.
            let mut deepest: &dyn Error = &error;
            while let Some(source) = deepest.source() {
                deepest = source;
            }
            let why = if error.is_connect() { "cannot be reached" } else { "failed" };
            let kind = deepest.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            let said = match (kind, deepest.to_string()) {
                (Some(std::io::ErrorKind::ConnectionRefused), _) => "nothing listens there".to_owned(),
                (Some(std::io::ErrorKind::ConnectionReset), _) => "the connection was reset".to_owned(),
                (_, text) if text.contains("lookup address") => "there is no such host".to_owned(),
                (_, text) => text,
            };
            let message = format!("{} {why}: {said}", shown(self.method, &self.url));
            ToolError::Failed { message: request.secrets.hide(&message), passing: true }
        })
    }

    /// Turns to where a redirect leads.
    fn follow(&mut self, to: &str, status: StatusCode, reach: &Reach, request: &Request) -> Result<(), ToolError> {
        let refused = |why: String| {
            let message = format!("{} was redirected to an address that is not followed: {why}", request.shown());
            ToolError::failed(request.secrets.hide(&message))
        };
        let next = self.url.join(to).map_err(|error| refused(error.to_string()))?;
        reach.check(&next).map_err(|why| refused(why.to_string()))?;
        if self.url.scheme() == "https" && next.scheme() != "https" {
            return Err(refused("it leads from https to http".into()));
        }
        if next.origin() != self.url.origin() {
            // What was meant for one server is not for another.
            self.headers.retain_known();
        }
        let turns_to_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::Head,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::Post,
            _ => false,
        };
        if turns_to_get {
            (self.method, self.body) = (Method::Get, None);
            self.headers.remove(CONTENT_TYPE);
        }
        self.url = next;
        Ok(())
    }
}

/// Headers that another server may see.
trait RetainKnown {
    fn retain_known(&mut self);
}

impl RetainKnown for HeaderMap {
    fn retain_known(&mut self) {
        let known = ["accept", "accept-language", "content-type"];
        let kept = std::mem::take(self).into_iter();
        let kept = kept.filter_map(|(name, value)| Some((name?, value)));
        *self = kept.filter(|(name, _)| known.contains(&name.as_str())).collect();
    }
}

/// Where an answer sends on to.
fn redirected(response: &Response) -> Option<&str> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    response.headers().get(LOCATION).filter(|_| is_redirect)?.to_str().ok()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The cause of an error that is of this type.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        at = error.source();
    }
    None
}
