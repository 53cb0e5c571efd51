//! Where a tool may connect to: servers of the open internet, unless the user allows more. The address is checked that is
//! connected to, not the name, so that no way of writing or resolving a name leads elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Permissions;

/// The ports that web servers use; others are those of databases, mail and the like.
const PORTS: &[u16] = &[80, 443, 8080, 8443];

/// What the flag is called that lifts the limits.
const FLAG: &str = "--allow-private-network";

/// Finds the addresses of a name.
pub(crate) trait Lookup: Send + Sync {
    fn addresses<'a>(&'a self, name: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>>;
}

/// Asks the system.
#[derive(Debug)]
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses<'a>(&'a self, name: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) }.boxed()
    }
}

/// The servers that may be reached.
#[derive(Clone)]
pub(crate) struct Reach {
    /// Why an address may not be connected to; `None` where it may.
    pub(super) refuses: fn(IpAddr) -> Option<&'static str>,
    /// The ports that may be connected to; `None` for all.
    pub(super) ports: Option<&'static [u16]>,
    pub(super) lookup: Arc<dyn Lookup>,
}

impl Reach {
    /// What is allowed to the tools of a run.
    pub(crate) fn of(permissions: Permissions) -> Self {
        if permissions.private_network { Self::everywhere() } else { Self::internet() }
    }

    /// The open internet.
    pub(super) fn internet() -> Self {
        Self { refuses: not_open, ports: Some(PORTS), lookup: Arc::new(SystemLookup) }
    }

    /// Everything.
    pub(super) fn everywhere() -> Self {
        Self { refuses: |_| None, ports: None, lookup: Arc::new(SystemLookup) }
    }

    /// Checks what an address tells before anything is resolved. The parser of URLs has brought numbers of every kind
    /// (`0x7f.1`, `2130706433`, full-width digits) to plain addresses by then.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if self.ports.is_some_and(|ports| !ports.contains(&port)) {
            return Err(Refused::Port(port));
        }
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() {
            return Err(Refused::NoHost);
        }
        // The HTTP client asks no resolver about an address.
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => self.check_address(host, address),
            Err(_) => Ok(()),
        }
    }

    fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        match (self.refuses)(address) {
            None => Ok(()),
            Some(why) => Err(Refused::Address { host: host.to_owned(), address, why }),
        }
    }
}

/// Resolves once, and refuses a name if any of its addresses is refused; what is left is what is connected to.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        async move {
            let host = name.as_str();
            let found = reach.lookup.addresses(host).await?;
            for address in &found {
                reach.check_address(host, *address)?;
            }
            let addresses: Vec<SocketAddr> = found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        }
        .boxed()
    }
}

/// Why an address is none of the open internet, by the registries of special addresses that IANA keeps.
pub(super) fn not_open(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_open_v4(address),
        IpAddr::V6(address) => not_open_v6(address),
    }
}

fn not_open_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("an address of this machine"),
        [127, ..] => Some("an address of this machine"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("an address of a private network"),
        [100, 64..=127, ..] => Some("an address of a provider's network"),
        [169, 254, 169, 254] => Some("the address that tells the secrets of a cloud machine"),
        [169, 254, ..] => Some("a link-local address"),
        // Azure's agent of the host.
        [168, 63, 129, 16] => Some("the address that tells the secrets of a cloud machine"),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some("a reserved address")
        }
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("a reserved address"),
        _ => None,
    }
}

fn not_open_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    let last = || {
        let [.., a, b, c, d] = address.octets();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some("an address of this machine"),
        // An IPv4 address in the clothes of IPv6, or behind a translator: what counts is where it leads.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => not_open_v4(last()),
        [0xfc00..=0xfdff, ..] => Some("an address of a private network"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xfec0..=0xfeff, ..] => Some("an address of a private network"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        // 6to4 and Teredo carry IPv4 addresses, too, and have had their day.
        [0x2002, ..] | [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => {
            Some("a reserved address")
        }
        [0x2000..=0x3fff, ..] => None,
        _ => Some("a reserved address"),
    }
}

/// A server that may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("`{0}:` is no scheme of the web; write http:// or https://")]
    Scheme(String),
    #[error("it names a user or a password; send them in a header")]
    UserInfo,
    #[error("it names no server")]
    NoHost,
    #[error("port {0} is not one of web servers (80, 443, 8080, 8443); {FLAG} allows it")]
    Port(u16),
    #[error("`{host}` is {}{why}; {FLAG} allows it", unless_same(host, address))]
    Address { host: String, address: IpAddr, why: &'static str },
}

/// The address that a name stands for, unless that is what was written.
fn unless_same(host: &str, address: &IpAddr) -> String {
    let written = host.trim_start_matches('[').trim_end_matches(']');
    if written.parse() == Ok(*address) { String::new() } else { format!("{address}, ") }
}
