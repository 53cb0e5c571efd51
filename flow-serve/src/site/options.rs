use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;

use super::{AccessLog, Traces};
use crate::endpoint::{OnDisconnect, Shown};
use crate::guard::{Keyring, Origins};

/// How a site is set up.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// Requests that run at the same time, 1 or more.
    pub in_flight: usize,
    /// Requests that wait for a place.
    pub queue: usize,
    /// The longest time for a request.
    pub deadline: Option<Duration>,
    /// What becomes of a request whose client goes away.
    pub on_disconnect: OnDisconnect,
    /// The longest head of a request, in bytes: its address and its headers.
    pub max_head: usize,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// The longest time in which a body must have arrived.
    pub body_timeout: Duration,
    /// The header whose value tells senders apart, where variants share the requests.
    pub sticky: Option<HeaderName>,
    /// Which outputs go out.
    pub shown: Shown,
    /// What `/version` says of how the flow was built.
    pub build_info: Option<String>,
    /// The keys of which clients need one; `None` if anybody may ask.
    pub keys: Option<Arc<Keyring>>,
    /// Pages of other origins that may ask.
    pub origins: Origins,
    /// Where traces of requests go.
    pub traces: Option<Arc<dyn Traces>>,
    /// Where requests are logged.
    pub log: Option<Arc<dyn AccessLog>>,
}

impl Default for SiteOptions {
    fn default() -> Self {
        Self {
            in_flight: 256,
            queue: 256,
            deadline: Some(Duration::from_secs(300)),
            on_disconnect: OnDisconnect::Cancel,
            max_head: 32 << 10,
            max_body: 1 << 20,
            body_timeout: Duration::from_secs(30),
            sticky: None,
            shown: Shown::default(),
            build_info: None,
            keys: None,
            origins: Origins::default(),
            traces: None,
            log: None,
        }
    }
}
