use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::Event;

/// Where events go.
///
/// A channel holds its sender back when the reader is slow, and with it the row: a slow disk slows the run, and no
/// queue grows. An observer takes each event at once, for what is collected in process.
#[derive(Clone)]
pub enum EventSink {
    /// A bounded channel; when its reader is gone the row is stopped.
    Channel(mpsc::Sender<Event>),
    /// A collector that never makes the row wait.
    Observer(Arc<dyn Observer>),
}

/// Takes events as they happen. It is called from within the row, so it must be quick.
pub trait Observer: Send + Sync {
    /// Takes one event.
    fn observe(&self, event: Event);
}

impl EventSink {
    /// A channel that holds this many events at the most, 1 or more.
    #[must_use]
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (EventSink::Channel(sender), receiver)
    }

    /// A collector in process.
    #[must_use]
    pub fn observer(observer: Arc<dyn Observer>) -> Self {
        EventSink::Observer(observer)
    }

    /// Hands over one event; waits while the channel is full. Without a reader the event is dropped, and
    /// [`closed`](Self::closed) ends the row.
    pub(super) async fn emit(&self, event: Event) {
        match self {
            EventSink::Channel(sender) => drop(sender.send(event).await),
            EventSink::Observer(observer) => observer.observe(event),
        }
    }

    /// Ends when nobody reads any more.
    pub(super) async fn closed(&self) {
        match self {
            EventSink::Channel(sender) => sender.closed().await,
            EventSink::Observer(_) => std::future::pending().await,
        }
    }
}

impl fmt::Debug for EventSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            EventSink::Channel(_) => "EventSink::Channel",
            EventSink::Observer(_) => "EventSink::Observer",
        })
    }
}
