//! Nothing goes beyond the row's deadline, and what is cancelled ends at once.

use std::sync::Arc;
use std::time::Duration;

use flow_core::gate::{CallPolicy, Gate, GateOptions, Limits};
use flow_core::model::{ModelError, ModelErrorKind};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::script::{Asking, Ear, Script, Step, good};

const SECOND: Duration = Duration::from_secs(1);

fn refusal(status: u16, hint: Option<Duration>) -> Vec<Step> {
    let error = ModelError::new(ModelErrorKind::Status(status), format!("the provider answered {status}"));
    vec![Step::Wait(SECOND), Step::Fail(ModelError { retry_after: hint, ..error })]
}

fn patient() -> CallPolicy {
    CallPolicy { timeout: None, idle: None, ..CallPolicy::default() }
}

fn one_at_a_time() -> Gate {
    Gate::with_options(GateOptions {
        limits: Limits { concurrency: Some(1), ..Limits::default() },
        ..GateOptions::default()
    })
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_too_long_is_not_waited() {
    for (deadline, hint, elapsed, message) in [
        (
            10,
            Some(20 * SECOND),
            1,
            "the provider answered 500; the next try would be in 20 s, but the row's time is up in 9 s",
        ),
        (
            10,
            Some(9 * SECOND),
            1,
            "the provider answered 500; the next try would be in 9 s, but the row's time is up in 9 s",
        ),
        (
            10,
            Some(4 * SECOND),
            6,
            "the provider answered 500; tried 2 times; the next try would be in 4 s, but the row's time is up in 4 s",
        ),
    ] {
        let script = Script::new([refusal(500, hint)]);
        let asking = Asking { policy: patient(), deadline: Some(deadline * SECOND), ..Asking::default() };
        let started = Instant::now();
        let error = asking.ask(&Gate::new(), &*script, &Ear::default()).await.unwrap_err();
        assert_eq!((error.kind, &*error.message), (ModelErrorKind::Deadline, message));
        assert_eq!(started.elapsed(), elapsed * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_ends_with_the_rows_time() {
    let hangs = vec![Step::Hang];
    for (tries, policy, message) in [
        (vec![hangs.clone()], patient(), "the row's time was up before the answer was there"),
        (
            vec![hangs.clone()],
            CallPolicy { timeout: Some(10 * SECOND), ..patient() },
            "the row's time was up before the answer was there",
        ),
        (
            vec![refusal(503, Some(2 * SECOND)), hangs],
            patient(),
            "the row's time was up before the answer was there; the try before failed: the provider answered 503",
        ),
    ] {
        let script = Script::new(tries);
        let asking = Asking { policy, deadline: Some(10 * SECOND), ..Asking::default() };
        let started = Instant::now();
        let error = asking.ask(&Gate::new(), &*script, &Ear::default()).await.unwrap_err();
        assert_eq!((error.kind, &*error.message), (ModelErrorKind::Deadline, message));
        assert_eq!((started.elapsed(), script.alive()), (10 * SECOND, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_too_long_is_left_in_time() {
    let gate = one_at_a_time();
    let script = Script::new([vec![Step::Hang], good(false)]);
    let (first, second, third) = (Ear::default(), Ear::default(), Ear::default());
    let holder = Asking { policy: patient(), deadline: Some(100 * SECOND), ..Asking::default() };
    let waiting = || Asking { policy: patient(), deadline: Some(10 * SECOND), ..Asking::default() };
    let started = Instant::now();
    let timed = async |asking: Asking, ear: &Ear| {
        let error = asking.ask(&gate, &*script, ear).await.unwrap_err();
        (error.kind, error.message.clone(), started.elapsed())
    };
    let (held, head, behind) = tokio::join!(timed(holder, &first), timed(waiting(), &second), timed(waiting(), &third));
    assert_eq!((held.0, held.2), (ModelErrorKind::Deadline, 100 * SECOND));
    for (kind, message, elapsed) in [head, behind] {
        assert_eq!((kind, elapsed), (ModelErrorKind::Deadline, 10 * SECOND));
        assert_eq!(message, "the row's time is up: the call waited (for other calls to end)");
    }
    assert_eq!(second.records.lock().unwrap()[0].attempts, 0);
    assert_eq!(third.records.lock().unwrap()[0].waited, 10 * SECOND);
    let after = Asking::default().ask(&gate, &*script, &Ear::default()).await;
    assert!(after.is_ok(), "the way is free again");
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_lets_it_through_too_late_is_not_waited_for() {
    let limits = Limits { requests_per_minute: Some(2), ..Limits::default() };
    let gate = Gate::with_options(GateOptions { limits, ..GateOptions::default() });
    let script = Script::new([good(false)]);
    assert!(Asking::default().ask(&gate, &*script, &Ear::default()).await.is_ok());
    let started = Instant::now();
    let asking = Asking { deadline: Some(10 * SECOND), ..Asking::default() };
    let error = asking.ask(&gate, &*script, &Ear::default()).await.unwrap_err();
    assert_eq!((error.kind, started.elapsed()), (ModelErrorKind::Deadline, Duration::ZERO));
    assert_eq!(error.message, "the row's time is up: the call would have to wait 23.9 s (for the rate limit)");
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_ends_at_once() {
    let hangs_in_a_piece = vec![super::script::piece("The "), Step::Hang];
    for tries in [vec![vec![Step::Hang]], vec![hangs_in_a_piece], vec![refusal(500, Some(60 * SECOND))]] {
        let cancel = CancellationToken::new();
        let script = Script::new(tries);
        let asking = Asking { policy: patient(), cancel: cancel.clone(), ..Asking::default() };
        let (gate, ear) = (Gate::new(), Ear::default());
        let started = Instant::now();
        let stop = async {
            sleep(5 * SECOND).await;
            cancel.cancel();
        };
        let (outcome, ()) = tokio::join!(asking.ask(&gate, &*script, &ear), stop);
        assert_eq!(outcome.unwrap_err().kind, ModelErrorKind::Cancelled);
        assert_eq!((started.elapsed(), script.alive()), (5 * SECOND, 0));
        assert_eq!(ear.records.lock().unwrap()[0].attempts, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_in_the_queue_leaves_it_for_others() {
    let gate = Arc::new(one_at_a_time());
    let script =
        Script::new([vec![Step::Wait(20 * SECOND), Step::Whole(super::script::whole("a", "stop"))], good(false)]);
    let cancel = CancellationToken::new();
    let ears = [Ear::default(), Ear::default(), Ear::default()];
    let stopped = Asking { cancel: cancel.clone(), ..Asking::default() };
    let started = Instant::now();
    let stop = async {
        sleep(5 * SECOND).await;
        cancel.cancel();
    };
    let last = async {
        let outcome = Asking::default().ask(&gate, &*script, &ears[2]).await;
        (outcome.is_ok(), started.elapsed())
    };
    let holder = Asking::default();
    let (held, stopped, last, ()) =
        tokio::join!(holder.ask(&gate, &*script, &ears[0]), stopped.ask(&gate, &*script, &ears[1]), last, stop);
    assert!(held.is_ok());
    assert_eq!(stopped.unwrap_err().kind, ModelErrorKind::Cancelled);
    assert_eq!(last, (true, 20 * SECOND + Duration::from_millis(100)));
    // A dropped call gives its place back as well.
    let dropped = Asking::default();
    let ear = Ear::default();
    assert!(tokio::time::timeout(SECOND / 20, dropped.ask(&gate, &*script, &ear)).await.is_err());
    assert_eq!(script.alive(), 0);
    assert!(Asking::default().ask(&gate, &*script, &Ear::default()).await.is_ok());
}
