//! What calls of one model over one connection share.

use std::sync::Arc;
use std::time::Duration;

use flow_core::gate::{CallPolicy, Gate, GateOptions, Limits};
use flow_core::model::{ModelError, ModelErrorKind, Wait, WaitReason};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::script::{Asking, Ear, Script, Step, Try, good};

const SECOND: Duration = Duration::from_secs(1);
const TENTH: Duration = Duration::from_millis(100);

fn refusal(status: u16, code: &str, hint: Option<Duration>) -> Try {
    let code = if code.is_empty() { None } else { Some(code.into()) };
    let error = ModelError::new(ModelErrorKind::Status(status), format!("the provider answered {status}"));
    vec![Step::Wait(TENTH), Step::Fail(ModelError { code, retry_after: hint, ..error })]
}

fn limited(limits: Limits) -> Gate {
    Gate::with_options(GateOptions { limits, ..GateOptions::default() })
}

/// Asks, so long after the start; when it ended and whether well.
async fn later(gate: &Gate, script: &Arc<Script>, pause: Duration, row: u64) -> (bool, Duration) {
    let started = Instant::now();
    sleep(pause).await;
    let asking = Asking { row, ..Asking::default() };
    let outcome = asking.ask(gate, &**script, &Ear::default()).await;
    (outcome.is_ok(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_sleeps_is_in_nobodys_way() {
    let gate = limited(Limits { concurrency: Some(1), ..Limits::default() });
    let script = Script::new([refusal(500, "", Some(30 * SECOND)), good(false)]);
    let (first, second) = tokio::join!(later(&gate, &script, Duration::ZERO, 0), later(&gate, &script, TENTH / 2, 1));
    assert_eq!(first, (true, 30 * SECOND + 2 * TENTH));
    assert_eq!(second, (true, 2 * TENTH));
    assert_eq!(script.most_alive(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_asks_of_one_call_holds_for_all_of_its_model() {
    let gate = Gate::new();
    let script = Script::new([refusal(429, "", Some(5 * SECOND)), good(false)]);
    let ear = Ear::default();
    let other_model = async {
        sleep(SECOND).await;
        let asking = Asking { model: "other", ..Asking::default() };
        let started = Instant::now();
        asking.ask(&gate, &*script, &Ear::default()).await.unwrap();
        started.elapsed()
    };
    let same_model = async {
        sleep(SECOND).await;
        Asking::default().ask(&gate, &*script, &ear).await.unwrap();
    };
    let (first, other, ()) = tokio::join!(later(&gate, &script, Duration::ZERO, 0), other_model, same_model);
    // After the failure one goes at a time, and the other one was in the queue before it.
    assert_eq!(first, (true, 5 * SECOND + 3 * TENTH));
    assert_eq!(other, TENTH);
    let record = ear.records.lock().unwrap().pop().unwrap();
    // It is asked for at 1 s, and the pause lasts until 5.1 s.
    assert_eq!((record.waited, record.attempts), (Duration::from_millis(4100), 1));
    let told = Wait { pause: Some(record.waited), reason: WaitReason::Slowed };
    assert_eq!(*ear.waits.lock().unwrap(), [Some(told), None]);
}

/// A provider that answers so many at once, and refuses all others.
#[tokio::test(start_paused = true)]
async fn many_calls_find_out_how_much_a_provider_bears() {
    let model = Narrow { room: 4, now: Arc::default() };
    let gate = Gate::new();
    let calls = (0..64).map(|row| {
        let (gate, model) = (&gate, &model);
        async move {
            let asking = Asking { row, ..Asking::default() };
            let ear = Ear::default();
            let outcome = asking.ask(gate, model, &ear).await;
            let attempts = ear.records.lock().unwrap()[0].attempts;
            (outcome.is_ok(), attempts)
        }
    });
    let ended = join_all(calls).await;
    assert!(ended.iter().all(|(is_ok, _)| *is_ok), "{ended:?}");
    let sent: u32 = ended.iter().map(|(_, attempts)| attempts).sum();
    assert!(sent < 64 * 3, "{sent} requests for 64 answers");
}

#[derive(Debug)]
struct Narrow {
    room: usize,
    now: Arc<std::sync::atomic::AtomicUsize>,
}

impl flow_core::model::Model for Narrow {
    fn dialect(&self) -> flow_core::model::Dialect {
        flow_core::model::Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "narrow"
    }

    fn call<'a>(
        &'a self,
        _: &'a flow_core::model::ModelRequest,
        _: &'a flow_core::model::CallContext,
    ) -> futures_util::future::BoxFuture<'a, Result<flow_core::model::ModelReply, ModelError>> {
        use std::sync::atomic::Ordering::SeqCst;
        Box::pin(async move {
            let before = self.now.fetch_add(1, SeqCst);
            let is_too_much = before >= self.room;
            sleep(if is_too_much { TENTH / 10 } else { SECOND }).await;
            self.now.fetch_sub(1, SeqCst);
            if is_too_much {
                return Err(ModelError::new(ModelErrorKind::Status(429), "too much at once"));
            }
            Ok(flow_core::model::ModelReply::Whole(super::script::whole("yes", "stop")))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_without_anything_left_is_not_hammered() {
    let gate = Gate::new();
    let script = Script::new([refusal(429, "insufficient_quota", Some(SECOND)), good(false)]);
    let words = "the provider answered 429; nothing is left of what the account may use, so it is not tried again: look \
                 at its plan and billing";
    for attempts in [1, 0, 0] {
        let ear = Ear::default();
        let error = Asking::default().ask(&gate, &*script, &ear).await.unwrap_err();
        assert_eq!((error.code.as_deref(), &*error.message), (Some("insufficient_quota"), words));
        assert_eq!(ear.records.lock().unwrap()[0].attempts, attempts);
    }
    assert_eq!(script.requests().len(), 1);
    sleep(30 * SECOND).await;
    assert!(Asking::default().ask(&gate, &*script, &Ear::default()).await.is_ok(), "somebody may have paid");
}

#[tokio::test(start_paused = true)]
async fn who_came_first_is_served_first() {
    let gate = limited(Limits { concurrency: Some(2), requests_per_minute: Some(120), ..Limits::default() });
    let script = Script::new([good(false)]);
    let calls = (0..30).map(|row| {
        let pause = Duration::from_millis(row);
        let (gate, script) = (&gate, &script);
        async move { later(gate, script, pause, row).await.1 }
    });
    let ended = join_all(calls).await;
    assert!(ended.is_sorted(), "{ended:?}");
    assert_eq!(script.most_alive(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_runs_word_on_retries_goes_before_the_nodes() {
    for (retries, requests) in [(None, 3), (Some(0), 1), (Some(1), 2), (Some(9), 10)] {
        let gate = Gate::with_options(GateOptions { retries, ..GateOptions::default() });
        let script = Script::new([refusal(500, "", None)]);
        let policy = CallPolicy { attempts: 3, ..CallPolicy::default() };
        let asking = Asking { policy, ..Asking::default() };
        let error = asking.ask(&gate, &*script, &Ear::default()).await.unwrap_err();
        assert_eq!(script.requests().len(), requests);
        let words = if requests == 1 { String::new() } else { format!("; tried {requests} times") };
        assert_eq!(error.message, format!("the provider answered 500{words}"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_to_the_first_piece_is_that_of_the_last_try() {
    let script = Script::new([refusal(500, "", Some(SECOND)), good(true)]);
    let ear = Ear { wants: true, ..Ear::default() };
    Asking::default().ask(&Gate::new(), &*script, &ear).await.unwrap();
    let record = ear.records.lock().unwrap().pop().unwrap();
    assert_eq!((record.first_delta, record.waited), (Some(TENTH / 2), SECOND));
    assert_eq!((record.attempts, record.elapsed), (2, SECOND + 2 * TENTH));
}
