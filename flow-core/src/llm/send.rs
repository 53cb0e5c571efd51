//! From a request to its answer: remembered, kept in the node cache, or asked for through the gate.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::{CallWay, LlmError, LlmOp, Target};
use crate::cache::{Found, Kept, KnownCall, Wish};
use crate::gate::{CallPolicy, GateCall};
use crate::model::{Answer, CallListener, CallParts, CallRecord, ModelRequest, PastCall, Wait, digest};
use crate::secret::Secrets;
use crate::structured::Liberty;
use crate::value::Value;

/// Who is asked by which node, and with what.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) op: &'a LlmOp,
    pub(super) target: &'a Target,
    pub(super) arguments: &'a [(Arc<str>, Value)],
}

/// Sends a request through the gate, unless its answer is known already.
pub(super) async fn send(
    asking: Asking<'_>,
    request: &Arc<ModelRequest>,
    way: CallWay<'_>,
) -> Result<Arc<Answer>, LlmError> {
    let connection = &asking.target.connection;
    // Looked up first in any case, so that equal calls of the row are counted.
    let known = asking.known(request, way);
    if let Some(memory) = way.memory.filter(|memory| memory.has_any())
        && let Some(past) = memory.recall(&digest(&way.context.node, connection, request))
    {
        if let (Some(cache), Some(known)) = (way.cache, &known) {
            // It may have been remembered just before it would have been kept.
            cache.row.cache().add(known.key, kept(way, request, past.clone()));
        }
        let parts = known.map(|known| known.parts);
        return told(CallRecord { parts, ..past.record(connection, request) }, way).await;
    }
    let (Some(cache), Some(known)) = (way.cache, known) else { return asking.ask(request, way).await };
    match cache.row.cache().find(known.key).await {
        Found::Known(kept) => {
            let record = Arc::unwrap_or_clone(kept).call.cached_record(connection, request, known.parts);
            if way.listener.wants_deltas() && request.is_streamed() {
                let text =
                    record.outcome.as_ref().ok().and_then(|answer| answer.messages.first()?.get("content")?.as_str());
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    way.listener.delta(text).await;
                }
            }
            told(record, way).await
        }
        Found::Unknown(ticket) => {
            let keeping = Keeping::new(way, known.parts, cache.secrets);
            let ended = asking.ask(request, CallWay { listener: &keeping, ..way }).await;
            match keeping.kept() {
                Some((kept, false)) => ticket.keep(kept),
                // Without the secret it would be another answer.
                Some((kept, true)) => ticket.share(kept),
                None => drop(ticket),
            }
            ended
        }
    }
}

fn kept(way: CallWay<'_>, request: &ModelRequest, call: PastCall) -> Kept {
    Kept { node: Arc::clone(&way.context.node), model: Arc::clone(&request.model), call }
}

/// Tells of a call that was not made.
async fn told(record: CallRecord, way: CallWay<'_>) -> Result<Arc<Answer>, LlmError> {
    let outcome = record.outcome.clone();
    way.listener.ended(record).await;
    outcome.map_err(LlmError::Model)
}

impl Asking<'_> {
    fn known(&self, request: &ModelRequest, way: CallWay<'_>) -> Option<KnownCall> {
        let is_input = |position: usize| self.target.parameters.iter().all(|slot| slot.argument != position);
        let inputs = self.arguments.iter().enumerate().filter(|(position, _)| is_input(*position));
        let inputs: Vec<(&str, &Value)> = inputs.map(|(_, (name, value))| (&**name, value)).collect();
        way.cache?.row.know(Wish {
            node: &way.context.node,
            model: &*self.target.model,
            request,
            prompt: self.op.template.as_deref(),
            inputs: &inputs,
        })
    }

    async fn ask(&self, request: &Arc<ModelRequest>, way: CallWay<'_>) -> Result<Arc<Answer>, LlmError> {
        let policy = CallPolicy { limits: self.target.limits, ..self.op.policy };
        let call = GateCall {
            model: &*self.target.model,
            connection: &self.target.connection,
            request,
            policy: &policy,
            context: way.context,
            listener: way.listener,
        };
        let answer = way.gate.call(call).await?;
        match Answer::failure(self.op.api, &answer.body) {
            Some(error) => Err(LlmError::Model(Arc::new(error))),
            None => Ok(answer),
        }
    }
}

/// Takes what is to be kept of a call, and says what its key was made of.
struct Keeping<'a> {
    listener: &'a dyn CallListener,
    node: &'a Arc<str>,
    parts: Arc<CallParts>,
    secrets: &'a Secrets,
    /// With whether it tells a secret.
    kept: Mutex<Option<(Kept, bool)>>,
}

impl<'a> Keeping<'a> {
    fn new(way: CallWay<'a>, parts: Arc<CallParts>, secrets: &'a Secrets) -> Self {
        Self { listener: way.listener, node: &way.context.node, parts, secrets, kept: Mutex::default() }
    }

    fn kept(self) -> Option<(Kept, bool)> {
        self.kept.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallListener for Keeping<'_> {
    fn wants_deltas(&self) -> bool {
        self.listener.wants_deltas()
    }

    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        self.listener.delta(text)
    }

    fn read<'a>(&'a self, liberties: &'a [Liberty]) -> BoxFuture<'a, ()> {
        self.listener.read(liberties)
    }

    fn waiting(&self, wait: Option<Wait>) -> BoxFuture<'_, ()> {
        self.listener.waiting(wait)
    }

    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()> {
        let record = CallRecord { parts: Some(Arc::clone(&self.parts)), ..record };
        if let Some(call) = PastCall::of(&record) {
            let kept = Kept { node: Arc::clone(self.node), model: Arc::clone(record.model()), call };
            let tells = record.tells(self.secrets);
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((kept, tells));
        }
        self.listener.ended(record)
    }
}
