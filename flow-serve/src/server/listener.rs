use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connection::{Connection, Phase};
use crate::site::Site;

/// How a server treats its connections.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Connections that are open at the same time; more wait to be accepted.
    pub connections: usize,
    /// The longest time in which the head of a request must have arrived.
    pub head_timeout: Duration,
    /// How long a connection is kept without a request.
    pub idle_timeout: Duration,
    /// The longest time in which a client that is written to must take something.
    pub stall_timeout: Duration,
    /// How long the server goes on taking requests after it was told to end, so that those who send them can notice.
    pub grace: Duration,
    /// How long requests under way may take to end after that.
    pub drain: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            stall_timeout: Duration::from_secs(30),
            grace: Duration::ZERO,
            drain: Duration::from_secs(25),
        }
    }
}

/// A site behind a port.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    site: Arc<Site>,
    options: ServerOptions,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerEnd {
    /// Requests that were broken off, since they did not end in time.
    pub broken_off: usize,
}

impl Server {
    /// Takes the port; port 0 takes a free one. Clients can connect from now on, and are served by [`Server::serve`].
    ///
    /// # Errors
    /// The address cannot be taken.
    pub async fn bind(address: SocketAddr, site: Arc<Site>, options: ServerOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, site, options })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the first future is done; then takes no new work, and ends when all requests have, when the time for that is up, or when the
    /// second future is done.
    pub async fn serve(self, end: impl Future<Output = ()>, end_now: impl Future<Output = ()>) -> ServerEnd {
        let Self { listener, site, options } = self;
        let (phase, phases) = watch::channel(Phase::Open);
        let places = Arc::new(Semaphore::new(options.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let mut door =
            Door { connection: Connection::new(&site, phases, options.clone()), places, open: JoinSet::new() };
        let (end, mut end_now) = (std::pin::pin!(end), std::pin::pin!(end_now));
        tokio::select! {
            () = door.accept(&listener) => {}
            () = end => {}
        }
        site.drain();
        let mut in_a_hurry = tokio::select! {
            () = door.accept(&listener) => false,
            () = tokio::time::sleep(options.grace) => false,
            () = &mut end_now => true,
        };
        drop(listener);
        // Whoever waits for it may be gone already.
        let _ = phase.send(Phase::Closing);
        if !in_a_hurry {
            in_a_hurry = tokio::select! {
                () = door.all_ended() => false,
                () = tokio::time::sleep(options.drain) => false,
                () = &mut end_now => true,
            };
        }
        let broken_off = site.running();
        site.stop();
        if !in_a_hurry {
            let _ = tokio::time::timeout(LAST_WORDS, door.all_ended()).await;
        }
        door.open.shutdown().await;
        ServerEnd { broken_off }
    }
}

/// How long streams that are broken off have to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Lets connections in.
struct Door {
    connection: Connection,
    places: Arc<Semaphore>,
    open: JoinSet<()>,
}

impl Door {
    /// Accepts connections, for ever.
    async fn accept(&mut self, listener: &TcpListener) {
        loop {
            // It is never closed.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            let accepted = listener.accept().await;
            while self.open.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => {
                    let connection = self.connection.clone();
                    self.open.spawn(async move {
                        connection.attend(stream).await;
                        drop(place);
                    });
                }
                // Out of file handles: those that end make room.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    async fn all_ended(&mut self) {
        while self.open.join_next().await.is_some() {}
    }
}
