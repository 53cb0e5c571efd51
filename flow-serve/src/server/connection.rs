use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower_service::Service;

use super::ServerOptions;
use super::pulse::{Answering, Pulse, Watched};
use crate::routes::router;
use crate::site::Site;

/// How far the server is with its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It serves.
    Open,
    /// Connections end with the request that they are at.
    Closing,
}

/// How connections are treated. Cheap to clone, for each of them.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    site: Arc<Site>,
    router: Router,
    phases: watch::Receiver<Phase>,
    options: ServerOptions,
}

impl Connection {
    pub(super) fn new(site: &Arc<Site>, phases: watch::Receiver<Phase>, options: ServerOptions) -> Self {
        Self { site: Arc::clone(site), router: router(site), phases, options }
    }

    /// Serves a connection to its end.
    pub(super) async fn attend(mut self, stream: TcpStream) {
        let _connected = self.site.connected();
        // Answers are small; without this they wait for acknowledgements.
        let _ = stream.set_nodelay(true);
        let pulse = Arc::new(Pulse::new());
        let line = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
        let router = self.router;
        let serving = Arc::clone(&pulse);
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let answering = Answering::begin(&serving);
            let answer = router.clone().call(request.map(Body::new));
            async move { answer.await.map(|answer| answer.map(|body| answering.until_end_of(body))) }
        });
        let mut protocol = http1::Builder::new();
        protocol.max_buf_size(self.site.options().max_head.saturating_mul(2).max(8 << 10)).max_headers(MOST_HEADERS);
        let mut connection = pin!(protocol.serve_connection(line, service));
        let mut is_closing = false;
        loop {
            tokio::select! {
                // What goes wrong with a connection is the client's to see.
                _ = &mut connection => return,
                () = pulse.out_of_time(&self.options) => return,
                _ = self.phases.wait_for(|phase| *phase == Phase::Closing), if !is_closing => {
                    is_closing = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// The most headers that a request may have; with more it is refused with 431.
const MOST_HEADERS: usize = 100;
