use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::Value as Json;

use super::Recorder;
use super::exchange::Outcome;
use super::recorder::{Asked, is_of_ours};
use crate::model::ModelError;

type Events = BoxStream<'static, Result<Json, ModelError>>;

struct Tape {
    /// `None` once it has ended.
    live: Option<Events>,
    events: Vec<Json>,
    recorder: Arc<Recorder>,
    asked: Asked,
}

/// The stream as it is, written down when it ends. One that its reader leaves early is not recorded.
pub(super) fn recorded(live: Events, recorder: Arc<Recorder>, asked: Asked) -> Events {
    let tape = Tape { live: Some(live), events: Vec::new(), recorder, asked };
    stream::unfold(tape, |mut tape| async move {
        let next = tape.live.as_mut()?.next().await;
        if let Some(Ok(event)) = &next {
            tape.events.push(event.clone());
            return Some((Ok(event.clone()), tape));
        }
        tape.live = None;
        let error = next.and_then(Result::err);
        if error.as_ref().is_some_and(is_of_ours) {
            return error.map(|error| (Err(error), tape));
        }
        let events = std::mem::take(&mut tape.events);
        let kept = tape.recorder.put(&tape.asked, Outcome::Events(events, error.clone()));
        let end = kept.err().or(error)?;
        Some((Err(end), tape))
    })
    .boxed()
}

/// The stream of a recording.
pub(super) fn replayed(events: Vec<Json>, error: Option<ModelError>) -> Events {
    stream::iter(events.into_iter().map(Ok).chain(error.map(Err))).boxed()
}
