//! The server: a port, its connections with their limits, and how it ends.

mod connection;
mod listener;
mod pulse;

pub use listener::{Server, ServerEnd, ServerOptions};
