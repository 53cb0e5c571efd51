//! The HTTP clients of this process. Connections that need nothing special share one, so that sockets are kept alive.

use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use flow_core::connection::Connection;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, Client, Proxy, Url};
use secrecy::{ExposeSecret, SecretString};

/// Time to reach a server, where a connection names none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A way to a server.
pub(super) struct Way {
    pub(super) client: Client,
    pub(super) via: Option<Via>,
}

/// The proxy on the way.
#[derive(Debug)]
pub(super) struct Via {
    /// Host and port.
    pub(super) host: String,
    /// What to check when it is the proxy that fails; `{connection}` stands for its name.
    pub(super) advice: &'static str,
}

/// What tells one client from another.
struct Settings {
    /// Never through a proxy, whatever the environment says.
    is_direct: bool,
    /// Whether certificates are ever looked at. Reading those of the system takes longer than all else before a first call.
    is_secure: bool,
    proxy: Option<SecretString>,
    /// Authorities to trust beside those of the system, as PEM.
    authorities: Vec<u8>,
    connect_timeout: Duration,
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        let proxy = |settings: &Self| settings.proxy.as_ref().map(|proxy| proxy.expose_secret().to_owned());
        self.is_direct == other.is_direct
            && self.is_secure == other.is_secure
            && self.connect_timeout == other.connect_timeout
            && self.authorities == other.authorities
            && proxy(self) == proxy(other)
    }
}

/// The way of a connection to its server. Servers on this machine are reached directly, unless the connection itself
/// names a proxy.
pub(super) fn way(connection: &Connection, server: &Url) -> Result<Way, String> {
    let proxy = connection.secret("proxy");
    let settings = Settings {
        is_direct: is_loopback(server),
        is_secure: is_secure(server) || proxy.is_some(),
        proxy: proxy.cloned(),
        authorities: authorities(connection)?,
        connect_timeout: time(connection, "connect_timeout")?.unwrap_or(CONNECT_TIMEOUT),
    };
    let via = match proxy {
        Some(proxy) => {
            let wrong = || {
                let name = &connection.name;
                format!("the proxy of connection `{name}` is not a web address; it looks like http://host:port")
            };
            let url = Url::parse(proxy.expose_secret().trim()).map_err(|_| wrong())?;
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                return Err(wrong());
            }
            Some(Via { host: authority(&url), advice: "check the proxy of connection `{connection}`" })
        }
        None if settings.is_direct => None,
        None => of_environment(server),
    };
    Ok(Way { client: client(settings)?, via })
}

/// The client of what has no connection.
pub(super) fn plain(server: &Url) -> Result<Client, String> {
    let is_direct = is_loopback(server);
    client(Settings {
        is_direct,
        is_secure: is_secure(server),
        proxy: None,
        authorities: Vec::new(),
        connect_timeout: CONNECT_TIMEOUT,
    })
}

/// A client that goes through no proxy, for servers of this machine and its network.
#[cfg(feature = "azure-identity")]
pub(super) fn direct(connection: &Connection) -> Result<Client, String> {
    client(Settings {
        is_direct: true,
        is_secure: true,
        proxy: None,
        authorities: authorities(connection)?,
        connect_timeout: Duration::from_secs(2),
    })
}

/// The proxy that the environment names for a server. The client asks the same library.
fn of_environment(server: &Url) -> Option<Via> {
    let intercept = Matcher::from_env().intercept(&server.as_str().parse().ok()?)?;
    let proxy = intercept.uri();
    let host = proxy
        .port()
        .map_or_else(|| proxy.host().map(str::to_owned), |port| Some(format!("{}:{port}", proxy.host()?)))?;
    Some(Via { host, advice: "check the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY" })
}

/// Host and port of an address.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A field that holds a time.
pub(super) fn time(connection: &Connection, field: &str) -> Result<Option<Duration>, String> {
    let Some(text) = connection.text(field) else { return Ok(None) };
    let name = &connection.name;
    connection.duration(field).map(Some).ok_or_else(|| {
        format!("the {field} of connection `{name}` is `{text}`, which is no time; write 30s, 500ms or 2m")
    })
}

fn authorities(connection: &Connection) -> Result<Vec<u8>, String> {
    let Some(path) = connection.text("ca_file") else { return Ok(Vec::new()) };
    std::fs::read(path).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        format!("the ca_file {path} of connection `{}` {why}", connection.name)
    })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a certificate may be shown on the way: by the server, or by a proxy that the environment names, which no server of this machine has.
fn is_secure(url: &Url) -> bool {
    url.scheme() != "http" || !is_loopback(url)
}

fn client(settings: Settings) -> Result<Client, String> {
    static CLIENTS: Mutex<Vec<(Settings, Client)>> = Mutex::new(Vec::new());
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, client)) = clients.iter().find(|(known, _)| *known == settings) {
        return Ok(client.clone());
    }
    let client = build(&settings)?;
    clients.push((settings, client.clone()));
    Ok(client)
}

/// Sets up TLS for this process.
pub(crate) fn install_tls() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that the program has installed another one already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn build(settings: &Settings) -> Result<Client, String> {
    install_tls();
    let mut builder = Client::builder()
        .user_agent(concat!("flow/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        // A redirect could carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if settings.is_direct {
        builder = builder.no_proxy();
    }
    if !settings.is_secure {
        builder = builder.tls_certs_only([]);
    }
    if let Some(proxy) = &settings.proxy {
        // The library's words would repeat the address.
        let proxy = Proxy::all(proxy.expose_secret().trim()).map_err(|_| "the proxy cannot be used".to_owned())?;
        builder = builder.proxy(proxy);
    }
    if !settings.authorities.is_empty() {
        let found = Certificate::from_pem_bundle(&settings.authorities).unwrap_or_default();
        if found.is_empty() {
            return Err("the ca_file holds no certificate; it is a text with BEGIN CERTIFICATE in it".into());
        }
        builder = builder.tls_certs_merge(found);
    }
    builder.build().map_err(|error| {
        let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        format!("the HTTP client cannot be set up: {why}")
    })
}
