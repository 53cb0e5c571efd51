//! The HTTP servers of `flow`.
//!
//! Connections are served by a loop of our own over hyper, since a server that plays faults has to reach the socket, and
//! one that stands in an open network needs limits that a ready-made loop does not offer.

pub mod mock;
