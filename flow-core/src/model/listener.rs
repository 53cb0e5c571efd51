use futures_util::future::{BoxFuture, FutureExt, ready};

use super::{CallRecord, Wait};
use crate::structured::Liberty;

/// Hears what a call gives while it goes on, and what became of it.
pub trait CallListener: Send + Sync {
    /// Whether pieces of an answer are of use: only then is it asked for piece by piece.
    fn wants_deltas(&self) -> bool;

    /// A piece of the answer's text. The call goes on when this is done.
    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()>;

    /// An answer was read otherwise than it was written.
    fn read<'a>(&'a self, _: &'a [Liberty]) -> BoxFuture<'a, ()> {
        ready(()).boxed()
    }

    /// A call waits; `None` when it goes on.
    fn waiting(&self, _: Option<Wait>) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }

    /// A call ended, well or badly, with all its tries.
    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()>;
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unheard;

impl CallListener for Unheard {
    fn wants_deltas(&self) -> bool {
        false
    }

    fn delta<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        ready(()).boxed()
    }

    fn ended(&self, _: CallRecord) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}
