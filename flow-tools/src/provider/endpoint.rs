use async_openai::config::Config;
use flow_core::connection::Connection;
use flow_core::model::{Api, traceparent};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Where a provider is reached, and with what.
#[derive(Clone)]
pub(super) struct Endpoint {
    base: String,
    headers: HeaderMap,
    key: SecretString,
}

impl Endpoint {
    /// An endpoint under this address, to which paths are appended.
    pub(super) fn new(base: &Url) -> Self {
        Self {
            base: base.as_str().trim_end_matches('/').to_owned(),
            headers: HeaderMap::new(),
            key: SecretString::default(),
        }
    }

    /// Sends the key in a header, behind a prefix.
    pub(super) fn with_key(
        mut self,
        header: HeaderName,
        prefix: &str,
        key: &SecretString,
        connection: &str,
    ) -> Result<Self, String> {
        let text = format!("{prefix}{}", key.expose_secret().trim());
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            format!("the api_key of connection `{connection}` holds characters that cannot be sent; copy it anew")
        })?;
        value.set_sensitive(true);
        self.headers.insert(header, value);
        self.key = key.clone();
        Ok(self)
    }

    /// Sends the headers that a connection names; they go before those of the provider.
    pub(super) fn with_headers_of(mut self, connection: &Connection) -> Result<Self, String> {
        for (name, value) in connection.headers() {
            let wrong =
                |what| format!("the {what} of the header `{name}` of connection `{}` cannot be sent", connection.name);
            let key = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong("name"))?;
            let mut value = HeaderValue::from_str(value.expose_secret().trim()).map_err(|_| wrong("value"))?;
            value.set_sensitive(true);
            self.headers.insert(key, value);
        }
        Ok(self)
    }

    /// Sends a header.
    pub(super) fn with_header(mut self, name: HeaderName, value: &str) -> Result<Self, String> {
        let value = HeaderValue::from_str(value).map_err(|_| format!("`{value}` cannot be sent as {name}"))?;
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        if let Some(parent) = traceparent().and_then(|parent| HeaderValue::from_str(&parent).ok()) {
            headers.entry(TRACEPARENT).or_insert(parent);
        }
        headers
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// Reads a field that holds a web address.
pub(super) fn address(connection: &Connection, field: &str, text: &str) -> Result<Url, String> {
    let name = &connection.name;
    let wrong = |why: &str| format!("the {field} of connection `{name}` {why}; it looks like https://host/path");
    let url = Url::parse(text.trim()).map_err(|_| wrong("is not a web address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("is not a web address"));
    }
    for api in [Api::Chat, Api::Completion, Api::Responses, Api::Embedding] {
        if let Some(base) = url.path().trim_end_matches('/').strip_suffix(api.path()) {
            let cut = format!("must end before {}, which is added to it: …{base}", api.path());
            return Err(format!("the {field} of connection `{name}` {cut}"));
        }
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end before any `?` or `#`"));
    }
    Ok(url)
}

/// What tells the models behind an address from others: whose they are, the address without who asks, and which headers are sent
/// besides. What the headers say may be secret.
pub(super) fn identity(provider: &str, base: &Url, connection: &Connection) -> String {
    let mut address = base.clone();
    // Not every address can do without them, and then it has none.
    let _ = (address.set_username(""), address.set_password(None));
    let mut headers: Vec<&str> = connection.headers().map(|(name, _)| name).collect();
    headers.sort_unstable();
    format!("{provider} {address} {}", headers.join(","))
}

/// Whether a connection brings its own header that says who calls.
pub(super) fn has_own_key(connection: &Connection) -> bool {
    const NAMES: &[&str] = &["authorization", "api-key", "x-api-key", "ocp-apim-subscription-key"];
    connection.headers().any(|(name, _)| NAMES.contains(&&*name.to_lowercase()))
}

/// What to do about a connection that needs a key and has none.
pub(super) fn without_key(connection: &Connection, variable: &str) -> String {
    let name = &connection.name;
    if &*connection.origin == Connection::ENVIRONMENT {
        return format!("connection `{name}` has no api_key; set the environment variable {variable}");
    }
    format!("connection `{name}` has no api_key; add `api_key: \"${{env:{variable}}}\"` to it")
}
