//! The queue in front of one model over one connection. Whoever is first in it waits until everything allows its call;
//! all others wait behind the door, in the order in which they came, so that none is passed over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::adaptive::Allowance;
use super::budget::{Asked, Budget, Reservation};
use super::rate::Rate;
use super::{Expected, Limits};
use crate::model::{CallListener, ModelError, Wait, WaitReason};

/// How long nothing is sent after the provider has said that nothing is left of the account.
const CLOSED: Duration = Duration::from_secs(30);

/// Waits that are shorter are not worth telling.
const NOTABLE: Duration = Duration::from_secs(1);

/// The queue in front of one model over one connection.
#[derive(Debug)]
pub(super) struct Lane {
    door: Semaphore,
    state: Mutex<State>,
    /// Told when a call ends, to the one that waits at the door.
    ended: Notify,
}

#[derive(Debug)]
struct State {
    under_way: u32,
    allowance: Allowance,
    requests: Option<Rate>,
    tokens: Option<Rate>,
    /// No call begins before.
    paused: Option<Instant>,
    /// Until when every call fails with what the provider said.
    closed: Option<(Instant, Arc<ModelError>)>,
}

/// Who wants to call.
pub(super) struct Caller<'a> {
    pub(super) model: &'a str,
    pub(super) expected: Expected,
    pub(super) deadline: Option<Instant>,
    pub(super) listener: &'a dyn CallListener,
}

/// Why a call does not begin.
pub(super) enum Refused {
    /// It would be its turn too late.
    Late(Wait),
    /// The budget does not suffice, or the provider has said so before.
    Failed(ModelError),
}

/// What the first in the queue finds.
enum Turn<'a> {
    Now(Pass<'a>),
    At(Instant, WaitReason),
    WhenOthersEnd(WaitReason),
}

impl Lane {
    pub(super) fn new(limits: Limits) -> Self {
        let state = State {
            under_way: 0,
            allowance: Allowance::new(limits.concurrency),
            requests: limits.requests_per_minute.map(|limit| Rate::new(limit.into())),
            tokens: limits.tokens_per_minute.map(Rate::new),
            paused: None,
            closed: None,
        };
        Self { door: Semaphore::new(1), state: Mutex::new(state), ended: Notify::new() }
    }

    /// Lets a call begin if it is its turn without any waiting. What is given back is held while the request is under
    /// way, and no longer.
    pub(super) fn at_once<'a>(&'a self, budget: &'a Budget, caller: &Caller<'_>) -> Result<Option<Pass<'a>>, Refused> {
        let Ok(_first) = self.door.try_acquire() else { return Ok(None) };
        Ok(match self.turn(budget, caller)? {
            Turn::Now(pass) => Some(pass),
            Turn::At(..) | Turn::WhenOthersEnd(_) => None,
        })
    }

    /// Waits for a call's turn.
    pub(super) async fn queue<'a>(&'a self, budget: &'a Budget, caller: &Caller<'_>) -> Result<Pass<'a>, Refused> {
        let _first = self.wait_for_door(caller).await?;
        let mut was_told = false;
        let passed = loop {
            // Asked for before looking, so that nothing that happens in between is missed.
            let settled = budget.settled.notified();
            match self.turn(budget, caller)? {
                Turn::Now(pass) => break pass,
                Turn::At(at, reason) => {
                    let pause = at.saturating_duration_since(Instant::now());
                    let wait = Wait { pause: Some(pause), reason };
                    if caller.deadline.is_some_and(|deadline| at >= deadline) {
                        return Err(Refused::Late(wait));
                    }
                    if pause >= NOTABLE && !was_told {
                        caller.listener.waiting(Some(wait)).await;
                        was_told = true;
                    }
                    // A pause may be made longer while it lasts, never shorter.
                    sleep_until(at).await;
                }
                Turn::WhenOthersEnd(reason) => {
                    let wait = Wait { pause: None, reason };
                    if !was_told {
                        caller.listener.waiting(Some(wait)).await;
                        was_told = true;
                    }
                    let change = async {
                        tokio::select! {
                            () = self.ended.notified() => {}
                            () = settled, if reason == WaitReason::Budget => {}
                        }
                    };
                    in_time(caller, wait, change).await?;
                }
            }
        };
        if was_told {
            caller.listener.waiting(None).await;
        }
        Ok(passed)
    }

    async fn wait_for_door(&self, caller: &Caller<'_>) -> Result<tokio::sync::SemaphorePermit<'_>, Refused> {
        let paused = self.state().paused;
        if let (Some(paused), Some(deadline)) = (paused, caller.deadline)
            && paused >= deadline
        {
            let pause = paused.saturating_duration_since(Instant::now());
            return Err(Refused::Late(Wait { pause: Some(pause), reason: WaitReason::Slowed }));
        }
        let wait = Wait { pause: None, reason: WaitReason::Concurrency };
        let opened = in_time(caller, wait, self.door.acquire()).await?;
        // Nobody closes it.
        opened.map_err(|_| Refused::Late(wait))
    }

    /// Looks whether the first in the queue may call now, and if so, lets it.
    fn turn<'a>(&'a self, budget: &'a Budget, caller: &Caller<'_>) -> Result<Turn<'a>, Refused> {
        let mut state = self.state();
        let now = Instant::now();
        if let Some((until, error)) = &state.closed {
            if now < *until {
                return Err(Refused::Failed(ModelError::clone(error)));
            }
            state.closed = None;
        }
        if let Some(paused) = state.paused.filter(|paused| *paused > now) {
            return Ok(Turn::At(paused, WaitReason::Slowed));
        }
        if !state.allowance.has_room(state.under_way) {
            return Ok(Turn::WhenOthersEnd(WaitReason::Concurrency));
        }
        let tokens = caller.expected.tokens;
        let ready = state.requests.as_mut().map(|rate| rate.ready_at(1, now));
        let ready = ready.max(state.tokens.as_mut().map(|rate| rate.ready_at(tokens, now)));
        if let Some(ready) = ready.filter(|ready| *ready > now) {
            return Ok(Turn::At(ready, WaitReason::Rate));
        }
        let reservation = if budget.is_unlimited() {
            None
        } else {
            match budget.reserve(caller.expected, caller.model) {
                Asked::Reserved(reservation) => Some(reservation),
                Asked::Later => return Ok(Turn::WhenOthersEnd(WaitReason::Budget)),
                Asked::Never(error) => return Err(Refused::Failed(error)),
            }
        };
        state.under_way += 1;
        if let Some(rate) = &mut state.requests {
            rate.take(1, now);
        }
        let tokens = state.tokens.as_mut().map(|rate| rate.take(tokens, now));
        Ok(Turn::Now(Pass { lane: self, began: now, tokens, reservation }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for something that others do, but not beyond the caller's deadline.
async fn in_time<T>(caller: &Caller<'_>, wait: Wait, work: impl Future<Output = T>) -> Result<T, Refused> {
    match caller.deadline {
        None => Ok(work.await),
        Some(deadline) => tokio::time::timeout_at(deadline, work).await.map_err(|_| Refused::Late(wait)),
    }
}

/// The right to have one request under way.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    lane: &'a Lane,
    began: Instant,
    tokens: Option<u64>,
    reservation: Option<Reservation<'a>>,
}

impl Pass<'_> {
    /// The request was refused, or did not go out: it took nothing.
    pub(super) fn took_nothing(&mut self) {
        if let (Some(number), Some(rate)) = (self.tokens, &mut self.lane.state().tokens) {
            rate.settle(number, 0);
        }
        if let Some(reservation) = &mut self.reservation {
            reservation.nothing();
        }
    }

    /// The request was answered; what is not known stays as it was expected.
    pub(super) fn answered(&mut self, tokens: Option<u64>, cost: impl FnOnce() -> Option<rust_decimal::Decimal>) {
        let mut state = self.lane.state();
        state.allowance.grow();
        if let (Some(number), Some(real), Some(rate)) = (self.tokens, tokens, &mut state.tokens) {
            rate.settle(number, real);
        }
        drop(state);
        if let Some(reservation) = &mut self.reservation {
            reservation.took(tokens, cost());
        }
    }

    /// The provider has too much to do: fewer calls for all, and none before a pause is over.
    pub(super) fn slow(&self, pause: Option<Duration>) {
        let mut state = self.lane.state();
        let now = Instant::now();
        let under_way = state.under_way;
        state.allowance.slow(under_way, self.began, now);
        state.paused = state.paused.max(pause.map(|pause| now + pause));
    }

    /// Nothing is left of the account: for some time the calls of all fail at once, without a request.
    pub(super) fn close(&self, error: ModelError) {
        self.lane.state().closed = Some((Instant::now() + CLOSED, Arc::new(error)));
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.lane.state().under_way -= 1;
        self.lane.ended.notify_one();
    }
}
