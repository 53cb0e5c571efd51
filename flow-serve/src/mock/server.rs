use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flow_core::mock::MockModel;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::exchange::Desk;
use super::line::{Fate, Line};
use super::stats::Stats;

/// A client that does not send the head of a request in this time is sent away; also one that is idle as long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How the server is set up.
#[derive(Debug, Clone, Default)]
pub struct MockOptions {
    /// The key that clients must send; any or none will do if there is none.
    pub api_key: Option<String>,
}

/// A mock model behind a port.
#[derive(Debug)]
pub struct MockServer {
    listener: TcpListener,
    desk: Arc<Desk>,
}

impl MockServer {
    /// Takes the port; port 0 takes a free one. Clients can connect from now on, and are served by [`MockServer::serve`].
    ///
    /// # Errors
    /// The address cannot be taken.
    pub async fn bind(address: SocketAddr, model: MockModel, options: MockOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let desk = Desk { model, api_key: options.api_key, stats: Arc::new(Stats::default()) };
        Ok(Self { listener, desk: Arc::new(desk) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the future is done; then all connections are given up.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        let mut until = std::pin::pin!(until);
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = &mut until => break,
                accepted = self.listener.accept() => accepted,
            };
            while connections.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => {
                    connections.spawn(attend(stream, Arc::clone(&self.desk)));
                }
                // Out of file handles: those that end make room.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        connections.shutdown().await;
    }
}

/// Serves a connection to its end.
async fn attend(stream: TcpStream, desk: Arc<Desk>) {
    // Answers are small; without this they wait for acknowledgements.
    let _ = stream.set_nodelay(true);
    let fate = Arc::new(Fate::default());
    let line = TokioIo::new(Line::new(stream, Arc::clone(&fate)));
    let service = service_fn(move |request| Arc::clone(&desk).answer(Arc::clone(&fate), request));
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    // What goes wrong with a connection, on purpose or not, is the client's to see.
    let _ = protocol.serve_connection(line, service).await;
}
