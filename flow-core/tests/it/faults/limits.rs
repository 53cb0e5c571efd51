//! Limits hold whatever calls do: permits, rates, budgets, and pauses by seed.

use std::sync::Arc;
use std::time::Duration;

use flow_core::gate::{BudgetLimits, Expected, Gate, GateOptions, Limits, Prices, Spent};
use flow_core::model::{Answer, Model, ModelError, ModelErrorKind, ModelRequest};
use futures_util::future::join_all;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tokio::time::{Instant, sleep};

use super::script::{Asking, Ear, Script, Step, Try, whole};

const MINUTE: Duration = Duration::from_secs(60);

/// Every call may take ten tokens at a cent each. What it takes is at most that.
#[derive(Debug)]
struct Flat;

impl Prices for Flat {
    fn expected(&self, _: &str, _: &ModelRequest) -> Expected {
        Expected { tokens: 10, cost: Some(Decimal::new(10, 2)) }
    }

    fn cost(&self, _: &dyn Model, _: &ModelRequest, answer: &Arc<Answer>) -> Option<Decimal> {
        Some(Decimal::new(i64::try_from(answer.usage?.total_tokens()).ok()?, 2))
    }
}

/// A call: when it starts, and what its tries do.
type Call = (u64, Vec<(u64, u8)>);

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let tries = prop::collection::vec((0_u64..3000, 0_u8..8), 1..3);
    prop::collection::vec((0_u64..20_000, tries), 1..40)
}

fn play((millis, what): (u64, u8)) -> Try {
    let fail = |kind| Step::Fail(ModelError::new(kind, "no"));
    let then = match what {
        0 => fail(ModelErrorKind::Status(429)),
        1 => fail(ModelErrorKind::Status(500)),
        2 => fail(ModelErrorKind::Broken),
        3 => fail(ModelErrorKind::Truncated),
        4 => fail(ModelErrorKind::Status(400)),
        _ => Step::Whole(whole("yes", "stop")),
    };
    vec![Step::Wait(Duration::from_millis(millis)), then]
}

/// The tokens that a request takes: those of its answer, none where it is refused, else what was expected.
fn tokens(steps: &Try) -> u64 {
    match steps.last() {
        Some(Step::Whole(_)) => 9,
        Some(Step::Fail(error)) if matches!(error.kind, ModelErrorKind::Status(_)) => 0,
        _ => 10,
    }
}

/// The most that was sent within a minute.
fn fullest_minute(sent: &[(Duration, u64)], weight: impl Fn(u64) -> u64) -> u64 {
    let from = |start: Duration| {
        let within = sent.iter().filter(move |(at, _)| *at >= start && *at < start + MINUTE);
        within.map(|(_, tokens)| weight(*tokens)).sum()
    };
    sent.iter().map(|(at, _)| from(*at)).max().unwrap_or_default()
}

struct Played {
    /// When requests were sent, after the start, and the tokens that each took.
    sent: Vec<(Duration, u64)>,
    most_alive: u32,
    answered: u64,
    spent: Spent,
    over_budget: usize,
}

/// Plays all calls against one gate, each with a script of its own, and in the same lane.
fn played(options: GateOptions, calls: &[Call]) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let gate = Gate::with_options(options);
        let started = Instant::now();
        // One script for all, so that it sees how many are alive: each call takes its tries as they come.
        let tries = calls.iter().flat_map(|(_, tries)| tries.iter().copied().map(play));
        let script = Script::new(tries.chain([play((5, 7))]));
        let asked = calls.iter().enumerate().map(|(row, (start, _))| {
            let (gate, script) = (&gate, &script);
            async move {
                sleep(Duration::from_millis(*start)).await;
                let asking = Asking { row: row as u64, ..Asking::default() };
                asking.ask(gate, &**script, &Ear::default()).await
            }
        });
        let outcomes = join_all(asked).await;
        assert_eq!(script.alive(), 0);
        Played {
            sent: script.log().iter().map(|(at, steps)| (*at - started, tokens(steps))).collect(),
            most_alive: u32::try_from(script.most_alive()).unwrap(),
            answered: outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64,
            spent: gate.spent(),
            over_budget: outcomes
                .iter()
                .filter(|outcome| outcome.as_ref().is_err_and(|error| error.kind == ModelErrorKind::Budget))
                .count(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_more_than_allowed_are_under_way(limit in 1_u32..6, calls in calls()) {
        let limits = Limits { concurrency: Some(limit), ..Limits::default() };
        let played = played(GateOptions { limits, ..GateOptions::default() }, &calls);
        prop_assert!(played.most_alive <= limit);
    }

    #[test]
    fn no_minute_has_more_requests_than_allowed(limit in 1_u32..40, calls in calls()) {
        let limits = Limits { requests_per_minute: Some(limit), ..Limits::default() };
        let played = played(GateOptions { limits, ..GateOptions::default() }, &calls);
        let most = fullest_minute(&played.sent, |_| 1);
        prop_assert!(most <= u64::from(limit), "{most} requests in a minute, with a limit of {limit}");
    }

    #[test]
    fn no_minute_has_more_tokens_than_allowed(limit in 10_u64..200, calls in calls()) {
        let limits = Limits { tokens_per_minute: Some(limit), ..Limits::default() };
        let options = GateOptions { limits, prices: Some(Arc::new(Flat)), ..GateOptions::default() };
        let played = played(options, &calls);
        let most = fullest_minute(&played.sent, |tokens| tokens);
        prop_assert!(most <= limit, "{most} tokens in a minute, with a limit of {limit}");
    }

    #[test]
    fn no_budget_is_overshot(
        cents in prop::option::of(0_i64..200),
        tokens in prop::option::of(0_u64..200),
        count in prop::option::of(0_u64..20),
        calls in calls(),
    ) {
        let budget = BudgetLimits { cost: cents.map(|cents| Decimal::new(cents, 2)), tokens, calls: count };
        let options = GateOptions { budget, prices: Some(Arc::new(Flat)), ..GateOptions::default() };
        let played = played(options, &calls);
        let spent = played.spent;
        prop_assert!(budget.cost.is_none_or(|limit| spent.cost <= limit), "{spent:?}");
        prop_assert!(tokens.is_none_or(|limit| spent.tokens <= limit), "{spent:?}");
        prop_assert!(count.is_none_or(|limit| spent.calls <= limit), "{spent:?}");
        if budget != BudgetLimits::default() {
            // What broke off counts as well, since it may have cost something.
            prop_assert!(spent.calls >= played.answered && spent.tokens >= 9 * played.answered);
        }
        // Nobody is refused while there is room: the limit must be near.
        if played.over_budget > 0 {
            let near = |limit: Option<u64>, spent: u64, most: u64| limit.is_some_and(|limit| spent + most > limit);
            let cents_spent = (spent.cost * Decimal::ONE_HUNDRED).try_into().unwrap_or(u64::MAX);
            let cents = cents.and_then(|cents| u64::try_from(cents).ok());
            prop_assert!(
                near(tokens, spent.tokens, 10) || near(count, spent.calls, 1) || near(cents, cents_spent, 10),
                "{spent:?}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_schedule(seed: u64, calls in calls()) {
        let options = || GateOptions { seed, ..GateOptions::default() };
        let first = played(options(), &calls);
        let second = played(options(), &calls);
        prop_assert_eq!(&first.sent, &second.sent);
        prop_assert_eq!(first.answered, second.answered);
    }
}
