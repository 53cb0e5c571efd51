//! A reaction played in this process: its faults become what a provider's client makes of them.

use std::future::pending;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use super::fault::{Fault, Refusal, Stage};
use super::reaction::{Answered, Piece, Reaction};
use crate::model::{CallContext, ModelError, ModelErrorKind, ModelReply};

/// Takes the time, and gives the answer or the failure.
pub(super) async fn play(reaction: Reaction, context: &CallContext) -> Result<ModelReply, ModelError> {
    let wait = |time: Duration| pause(time, &context.cancel);
    wait(reaction.latency).await?;
    let fault = reaction.fault;
    let pieces = match reaction.answer {
        Answered::Refused(refusal) => return Err(refused(&refusal)),
        Answered::Unable(why) => return Err(ModelError::new(ModelErrorKind::InvalidResponse, why)),
        Answered::Whole(body) => {
            return match fault {
                None | Some(Fault::NoDone) => Ok(ModelReply::Whole(body)),
                Some(Fault::Slow(time)) => {
                    let steps = u32::try_from(body.to_string().len().div_ceil(SLOW_BYTES)).unwrap_or(u32::MAX);
                    wait(time.saturating_mul(steps)).await?;
                    Ok(ModelReply::Whole(body))
                }
                Some(Fault::Hang(_)) => Err(hang(&context.cancel).await),
                Some(Fault::Truncated) => Err(cut_short("an answer that ends too early")),
                Some(fault) => Err(failed(&fault)),
            };
        }
        Answered::Pieces(pieces) => pieces,
    };
    match fault {
        Some(Fault::Reset(Stage::Start) | Fault::Close(Stage::Start) | Fault::WrongType) => {
            fault.map_or_else(|| Err(cancelled()), |fault| Err(failed(&fault)))
        }
        Some(Fault::Hang(Stage::Start)) => Err(hang(&context.cancel).await),
        fault => Ok(streamed(pieces, fault, context.cancel.clone())),
    }
}

/// Bytes that a slow answer sends at a time.
const SLOW_BYTES: usize = 64;

/// What becomes of a stream in its course.
enum Turn {
    Event(Piece),
    Fail(ModelError),
    Hang,
}

fn streamed(pieces: Vec<Piece>, fault: Option<Fault>, cancel: CancellationToken) -> ModelReply {
    let middle = pieces.len() / 2;
    let mut turns: Vec<Turn> = pieces.into_iter().map(Turn::Event).collect();
    match fault {
        None | Some(Fault::NoDone | Fault::Refusal(_)) => {}
        Some(Fault::Slow(time)) => {
            for turn in &mut turns {
                if let Turn::Event(piece) = turn {
                    piece.pause = piece.pause.saturating_add(time);
                }
            }
        }
        Some(Fault::Empty) => turns.clear(),
        Some(Fault::Truncated) => turns.truncate(middle),
        Some(Fault::Hang(stage)) => {
            turns.truncate(if stage == Stage::Middle { middle } else { 0 });
            turns.push(Turn::Hang);
        }
        Some(fault) => {
            let is_early = matches!(fault, Fault::Reset(Stage::Head) | Fault::Close(Stage::Head));
            turns.truncate(if is_early { 0 } else { middle });
            turns.push(Turn::Fail(failed(&fault)));
        }
    }
    let events = stream::iter(turns).then(move |turn| {
        let cancel = cancel.clone();
        async move {
            match turn {
                Turn::Event(piece) => pause(piece.pause, &cancel).await.map(|()| piece.event),
                Turn::Fail(error) => Err(error),
                Turn::Hang => Err(hang(&cancel).await),
            }
        }
    });
    ModelReply::Stream(events.boxed())
}

async fn pause(time: Duration, cancel: &CancellationToken) -> Result<(), ModelError> {
    if time.is_zero() {
        return Ok(());
    }
    tokio::select! {
        () = cancel.cancelled() => Err(cancelled()),
        () = tokio::time::sleep(time) => Ok(()),
    }
}

/// Waits for the end of the call: nothing else will come.
async fn hang(cancel: &CancellationToken) -> ModelError {
    tokio::select! {
        () = cancel.cancelled() => cancelled(),
        () = pending() => cancelled(),
    }
}

pub(super) fn cancelled() -> ModelError {
    ModelError::new(ModelErrorKind::Cancelled, "the call of the mock model was cancelled")
}

fn invalid(what: &str) -> ModelError {
    ModelError::new(ModelErrorKind::InvalidResponse, format!("the mock model gave {what}"))
}

/// As a client tells an answer that ends too early.
fn cut_short(what: &str) -> ModelError {
    ModelError { kind: ModelErrorKind::Truncated, ..invalid(what) }
}

fn failed(fault: &Fault) -> ModelError {
    let broken = |kind, why: &str| ModelError::new(kind, format!("the connection to the mock model broke: {why}"));
    match fault {
        Fault::Refusal(refusal) => refused(refusal),
        Fault::Reset(Stage::Start) => broken(ModelErrorKind::Broken, "it was reset"),
        Fault::Close(Stage::Start) => broken(ModelErrorKind::Broken, "it was closed before an answer"),
        Fault::Reset(_) => broken(ModelErrorKind::Truncated, "it was reset"),
        Fault::Close(_) | Fault::Truncated => broken(ModelErrorKind::Truncated, "the answer is not complete"),
        Fault::Empty => cut_short("an empty answer"),
        Fault::WrongType => invalid("a web page in place of JSON"),
        Fault::ErrorObject => {
            let said = Refusal::new(500);
            ModelError { message: format!("the mock model broke off: {}", said.words()), ..refused(&said) }
        }
        Fault::InvalidJson | Fault::Hang(_) | Fault::NoDone | Fault::Slow(_) => {
            invalid("an answer that is not valid JSON")
        }
    }
}

fn refused(refusal: &Refusal) -> ModelError {
    let code = refusal.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    ModelError {
        kind: ModelErrorKind::Status(refusal.status),
        message: format!("the mock model answered {}{code}: {}", refusal.status, refusal.words()),
        code: refusal.code.as_deref().map(Into::into),
        retry_after: refusal.retry_after.as_ref().and_then(super::fault::RetryAfter::wait),
    }
}
