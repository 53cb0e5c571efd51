//! Signals that a server ends by.

use std::io;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// The wishes that the program ends: Ctrl-C and SIGTERM. They count from the moment in which this is made.
pub(crate) struct Ending {
    wishes: Arc<Semaphore>,
}

impl Ending {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system does not let it.
    pub(crate) fn new() -> io::Result<Self> {
        let wishes = Arc::new(Semaphore::new(0));
        let mut next = listen()?;
        let heard = Arc::clone(&wishes);
        tokio::spawn(async move {
            while next.heard().await {
                heard.add_permits(1);
            }
        });
        Ok(Self { wishes })
    }

    /// Done with the first wish.
    pub(crate) async fn first(&self) {
        self.wish(1).await;
    }

    /// Done with the second wish.
    pub(crate) async fn second(&self) {
        self.wish(2).await;
    }

    async fn wish(&self, number: u32) {
        // Permits are given back, so that both can wait for the same wish.
        drop(self.wishes.acquire_many(number).await);
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    end: tokio::signal::unix::Signal,
}

#[cfg(unix)]
fn listen() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Signals { interrupt: signal(SignalKind::interrupt())?, end: signal(SignalKind::terminate())? })
}

#[cfg(unix)]
impl Signals {
    async fn heard(&mut self) -> bool {
        tokio::select! {
            heard = self.interrupt.recv() => heard.is_some(),
            heard = self.end.recv() => heard.is_some(),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn listen() -> io::Result<Signals> {
    Ok(Signals)
}

#[cfg(not(unix))]
impl Signals {
    async fn heard(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
