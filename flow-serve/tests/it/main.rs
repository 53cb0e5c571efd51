//! The servers over real sockets, asked by a client that knows nothing but bytes.

mod client;
mod faults;
mod mock;
mod provider;
