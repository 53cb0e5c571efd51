//! Answers over HTTP: their bodies, whole or as events, what a client accepts, and bodies of requests within a limit.

mod accept;
mod answer;
mod asset;
mod events;
mod read;

pub(crate) use accept::Accepted;
pub(crate) use answer::{Answer, json, seconds, text};
pub(crate) use asset::Asset;
pub(crate) use events::{ClientGone, EventWriter, HEARTBEAT, event_stream};
pub(crate) use read::{BodyError, read_body};
