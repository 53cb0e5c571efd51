//! The tries of one call.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::Seen;
use super::lane::{Caller, Lane, Pass, Refused};
use super::pause::{LONGEST_HINT, Pauses};
use super::retry::{Again, Failures, Verdict};
use super::{CallPolicy, Expected, Gate, GateCall, Limits};
use crate::model::{Answer, ModelError, ModelErrorKind, Wait, WaitReason};

/// A call on its way, and what it took so far.
pub(super) struct Tries<'a> {
    pub(super) gate: &'a Gate,
    pub(super) call: GateCall<'a>,
    pub(super) policy: CallPolicy,
    /// Requests that were sent.
    pub(super) attempts: u32,
    /// Time without a request under way.
    pub(super) waited: Duration,
    pub(super) first_delta: Option<Duration>,
    last: Option<ModelError>,
}

/// What comes after a failure.
enum Next {
    /// Another try after a pause.
    Pause(Wait, Duration),
    /// The failure stands, with more words.
    Stands(String),
    /// There is no time for another try.
    Late(String),
}

impl<'a> Tries<'a> {
    pub(super) fn new(gate: &'a Gate, call: GateCall<'a>) -> Self {
        let mut policy = gate.options.applied(call.policy);
        if call.model.is_replay() {
            // Nobody is asked.
            policy.limits = Limits::default();
        }
        Self { gate, call, policy, attempts: 0, waited: Duration::ZERO, first_delta: None, last: None }
    }

    /// Tries until there is an answer, the failure is one that stays, or the tries or the time are used up.
    pub(super) async fn run(&mut self) -> Result<Arc<Answer>, ModelError> {
        let lane = self.gate.lane(self.call.connection, &self.call.request.model, self.policy.limits);
        let expected = self.gate.expected(&self.call, &self.policy);
        let pauses = Pauses::new(self.gate.options.seed, self.call.context);
        let mut failures = Failures::default();
        loop {
            let mut pass = self.enter(&lane, expected).await?;
            self.attempts += 1;
            let (result, seen) = self.call.attempt(&self.policy).await;
            self.first_delta = seen.first_delta;
            let error = match result {
                Ok(answer) => {
                    let answer = Arc::new(answer);
                    pass.answered(answer.usage.map(|usage| usage.total_tokens()), || {
                        self.gate.cost(&self.call, &answer)
                    });
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let verdict = failures.add(&error);
            let next = self.after(&error, verdict, &seen, pauses);
            settle(&mut pass, &error, verdict, &next);
            // Whoever sleeps is in nobody's way.
            drop(pass);
            match next {
                Next::Stands(words) => return Err(with_words(error, &words)),
                Next::Late(words) => {
                    return Err(ModelError { kind: ModelErrorKind::Deadline, ..with_words(error, &words) });
                }
                Next::Pause(wait, pause) => {
                    self.last = Some(error);
                    self.sleep(wait, pause).await;
                }
            }
        }
    }

    async fn enter<'l>(&mut self, lane: &'l Lane, expected: Expected) -> Result<Pass<'l>, ModelError>
    where
        'a: 'l,
    {
        let call = &self.call;
        let caller =
            Caller { model: &call.request.model, expected, deadline: call.context.deadline, listener: call.listener };
        let entered = match lane.at_once(&self.gate.budget, &caller) {
            Ok(Some(pass)) => Ok(pass),
            Ok(None) => {
                let queued = Instant::now();
                let entered = lane.queue(&self.gate.budget, &caller).await;
                self.waited += queued.elapsed();
                entered
            }
            Err(refused) => Err(refused),
        };
        entered.map_err(|refused| match refused {
            Refused::Failed(error) => self.with_last(error),
            Refused::Late(wait) => {
                let when = match wait.pause {
                    Some(pause) => format!("the call would have to wait {} s", seconds(pause)),
                    None => "the call waited".to_owned(),
                };
                let message = format!("the row's time is up: {when} ({})", wait.reason);
                self.with_last(ModelError::new(ModelErrorKind::Deadline, message))
            }
        })
    }

    /// What to do after a failure.
    fn after(&self, error: &ModelError, verdict: Verdict, seen: &Seen, pauses: Pauses) -> Next {
        let tried = if self.attempts > 1 { format!("; tried {} times", self.attempts) } else { String::new() };
        if verdict.closes {
            let words =
                "; nothing is left of what the account may use, so it is not tried again: look at its plan and billing";
            return Next::Stands(words.to_owned());
        }
        if error.kind == ModelErrorKind::Deadline {
            let words = self.last.as_ref().map(|last| format!("; the try before failed: {last}"));
            return Next::Stands(words.unwrap_or_default());
        }
        if verdict.again == Again::Never || self.attempts >= self.policy.attempts {
            return Next::Stands(tried);
        }
        if seen.was_told {
            return Next::Stands(
                "; it is not tried again, since the beginning of the answer was told already".to_owned(),
            );
        }
        let (pause, reason) = match error.retry_after {
            Some(hint) if hint > LONGEST_HINT => {
                let (hint, longest) = (seconds(hint), LONGEST_HINT.as_secs());
                return Next::Stands(format!("; it asks to wait {hint} s, and more than {longest} s is too long"));
            }
            Some(hint) => (hint, WaitReason::Asked),
            None => (pauses.own(&self.policy, self.attempts, verdict.quick), WaitReason::Failed),
        };
        let left = self.call.context.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match left {
            Some(left) if pause >= left => Next::Late(format!(
                "{tried}; the next try would be in {} s, but the row's time is up in {} s",
                seconds(pause),
                seconds(left)
            )),
            _ => Next::Pause(Wait { pause: Some(pause), reason }, pause),
        }
    }

    async fn sleep(&mut self, wait: Wait, pause: Duration) {
        let began = Instant::now();
        if pause.is_zero() {
            return;
        }
        self.call.listener.waiting(Some(wait)).await;
        tokio::time::sleep_until(began + pause).await;
        self.call.listener.waiting(None).await;
        self.waited += began.elapsed();
    }

    fn with_last(&self, error: ModelError) -> ModelError {
        match &self.last {
            None => error,
            Some(last) => {
                let words = format!("; the last try failed: {last}");
                ModelError { code: last.code.clone(), ..with_words(error, &words) }
            }
        }
    }
}

fn with_words(mut error: ModelError, words: &str) -> ModelError {
    error.message.push_str(words);
    error
}

/// Seconds as people read them.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}

/// Settles what a failed request took, and what its failure means for all.
fn settle(pass: &mut Pass<'_>, error: &ModelError, verdict: Verdict, next: &Next) {
    if matches!(error.kind, ModelErrorKind::Status(_) | ModelErrorKind::Connect) {
        pass.took_nothing();
    }
    if let (true, Next::Stands(words)) = (verdict.closes, next) {
        pass.close(with_words(error.clone(), words));
    }
    if verdict.slows {
        let pause = match next {
            Next::Pause(_, pause) => Some(*pause),
            Next::Stands(_) | Next::Late(_) => error.retry_after.filter(|hint| *hint <= LONGEST_HINT),
        };
        pass.slow(pause);
    }
}
