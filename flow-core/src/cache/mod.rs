//! The node cache: answers of models by what was asked, so that after a change only that is paid for which the change concerns.
//!
//! What is kept is the answer of each paid call, as it came; what a node makes of it is made anew. A call is known by its
//! [`CacheKey`]: the node, where the connection leads (no secrets), the API, the model, the whole body, which repetition of the row it
//! belongs to and, among equal calls of the row, which of them it is ([`RowCache`]). [`NodeCache`] answers from a [`CacheStore`] and lets
//! equal calls at the same time become one (`flight`); `sqlite` is the store, one file that several processes share.

mod flight;
mod key;
mod node_cache;
mod row;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;

pub use key::CacheKey;
pub use node_cache::{CacheOptions, Found, NodeCache, Ticket};
pub use row::{KnownCall, RowCache, Wish};
pub use sqlite::{CacheError, Cleared, Holding, SqliteStore, Statistics};
pub use store::{CacheStore, Kept};
