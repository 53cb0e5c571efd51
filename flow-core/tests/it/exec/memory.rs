//! Calls of a row that was broken off are not made again when it runs again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_core::exec::{Event, Executor, RowOptions};
use flow_core::gate::{BudgetLimits, Gate, GateOptions};
use flow_core::model::{CallMemory, ModelError, ModelErrorKind, NewCall, PastCall};
use flow_core::plan::{ItemErrors, Plan};
use flow_core::secret::Secrets;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::draft::{Draft, json, node, prompt};
use super::world::{Recorder, ScriptedModel, echo, echo_after, gather, outcome, quick, row};

/// Keeps all calls, and gives each once in an attempt at the row.
#[derive(Debug, Default)]
struct Kept {
    nodes: Mutex<Vec<String>>,
    to_come: Mutex<HashMap<String, VecDeque<PastCall>>>,
    kept: Mutex<Vec<(String, PastCall)>>,
}

impl Kept {
    fn begin_again(&self) {
        let mut to_come: HashMap<String, VecDeque<PastCall>> = HashMap::new();
        for (digest, call) in self.kept.lock().unwrap().iter() {
            to_come.entry(digest.clone()).or_default().push_back(call.clone());
        }
        *self.to_come.lock().unwrap() = to_come;
    }
}

impl CallMemory for Kept {
    fn recall(&self, digest: &str) -> Option<PastCall> {
        self.to_come.lock().unwrap().get_mut(digest)?.pop_front()
    }

    fn remember<'a>(&'a self, call: NewCall<'a>) -> BoxFuture<'a, ()> {
        let record = call.record;
        let past = PastCall {
            answer: record.outcome.as_ref().unwrap().body.clone(),
            provider: Arc::clone(&record.provider),
            attempts: record.attempts,
            elapsed: record.elapsed,
            waited: record.waited,
            cost: record.cost,
            replayed: record.replayed,
        };
        self.nodes.lock().unwrap().push(call.node.to_string());
        self.kept.lock().unwrap().push((call.digest.to_owned(), past));
        std::future::ready(()).boxed()
    }
}

/// Runs a row; the result in words, and its calls: node, tries, milliseconds, whether they were recalled.
async fn attempt(plan: &Arc<Plan>, kept: &Arc<Kept>, gate: Gate) -> (String, Vec<(String, u32, u128, bool)>, u64) {
    kept.begin_again();
    let recorder = Arc::new(Recorder::default());
    let memory = Arc::clone(kept) as Arc<dyn CallMemory>;
    let options = RowOptions { memory: Some(memory), ..RowOptions::default() };
    Executor::with_gate(Arc::new(gate)).run_row(plan, row("{}"), &recorder.sink(), options).await;
    let events = recorder.events();
    let called = |event: &Event| match event {
        Event::Called { at, call, .. } => {
            Some((at.node.to_string(), call.attempts, call.elapsed.as_millis(), call.recalled))
        }
        _ => None,
    };
    let result = gather(&events);
    (outcome(&result), events.iter().filter_map(called).collect(), result.usage.total_tokens())
}

fn at_most(calls: u64) -> Gate {
    let budget = BudgetLimits { calls: Some(calls), ..BudgetLimits::default() };
    Gate::with_options(GateOptions { budget, ..GateOptions::default() })
}

fn call(name: &str, tries: u32, milliseconds: u128, recalled: bool) -> (String, u32, u128, bool) {
    (name.to_owned(), tries, milliseconds, recalled)
}

#[tokio::test(start_paused = true)]
async fn calls_that_ended_are_answered_from_memory_as_they_were() {
    let limited = ModelError::new(ModelErrorKind::Status(429), "too many requests");
    let limited = ModelError { retry_after: Some(Duration::from_secs(2)), ..limited };
    let refused = ModelError::new(ModelErrorKind::Status(401), "the key is not valid");
    let model = ScriptedModel::new([Err(limited), Ok("one"), Ok("two"), Err(refused), Ok("three")]);
    let plan = Draft::default()
        .node(node("a", model.op("user:\nhi")))
        .node(node("b", model.op("user:\nhi {{ a }}")).with("a", "${a.output}"))
        .node(node("c", model.op("user:\nhi {{ b }}")).with("b", "${b.output}"))
        .output("o", "${c.output}")
        .build();
    assert!(plan.outlasts_its_calls());
    let kept = Arc::new(Kept::default());
    let (ended, calls, tokens) = attempt(&plan, &kept, Gate::new()).await;
    assert!(ended.starts_with("model-refused"), "{ended}");
    assert_eq!(calls, [call("a", 2, 2020, false), call("b", 1, 10, false), call("c", 1, 10, false)]);
    assert_eq!((tokens, kept.nodes.lock().unwrap().len()), (14, 2), "a failure is not kept");
    // One call is all that may be spent, and all that is needed.
    let (ended, calls, tokens) = attempt(&plan, &kept, at_most(1)).await;
    assert_eq!(ended, r#"{"o":"three"}"#);
    assert_eq!(calls, [call("a", 2, 2020, true), call("b", 1, 10, true), call("c", 1, 10, false)]);
    assert_eq!((tokens, model.requests.lock().unwrap().len()), (21, 5));
    let (_, calls, tokens) = attempt(&plan, &kept, at_most(0)).await;
    assert!(calls.iter().all(|call| call.3), "{calls:?}");
    assert_eq!((tokens, kept.nodes.lock().unwrap().len()), (21, 3), "what was recalled is not kept twice");
}

#[tokio::test(start_paused = true)]
async fn equal_calls_get_the_answers_in_their_order() {
    let model = ScriptedModel::new([Ok("one"), Ok("two"), Ok("three")]);
    let plan = Draft::default()
        .node(node("list", quick(|_| Ok(json("[0, 0, 0]")))))
        .node(node("each", model.op("user:\nhi")).for_each("${list.output}", 1, ItemErrors::Fail))
        .output("o", "${each.output}")
        .build();
    assert!(plan.outlasts_its_calls());
    let kept = Arc::new(Kept::default());
    attempt(&plan, &kept, at_most(2)).await;
    let (ended, calls, _) = attempt(&plan, &kept, at_most(1)).await;
    assert_eq!(ended, r#"{"o":["one","two","three"]}"#);
    assert_eq!(calls.iter().map(|call| call.3).collect::<Vec<_>>(), [true, true, false]);
}

/// A refused call ends its row, but not before those beside it are answered and kept.
#[tokio::test(start_paused = true)]
async fn a_row_over_budget_loses_no_call_that_is_under_way() {
    let model = ScriptedModel::new([Ok("x"), Ok("x"), Ok("x"), Ok("x")]);
    let plan = Draft::default()
        .node(node("list", quick(|_| Ok(json("[1, 2, 3, 4]")))))
        .node(node("each", model.op("user:\nhi")).for_each("${list.output}", 4, ItemErrors::Fail))
        .output("o", "${each.output}")
        .build();
    let kept = Arc::new(Kept::default());
    let (ended, _, _) = attempt(&plan, &kept, at_most(3)).await;
    assert!(ended.starts_with("budget-exhausted"), "{ended}");
    let (ended, calls, _) = attempt(&plan, &kept, at_most(1)).await;
    assert_eq!(ended, r#"{"o":["x","x","x","x"]}"#);
    assert_eq!(calls.iter().filter(|call| call.3).count(), 3);
    assert_eq!(model.requests.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_tells_a_secret_is_not_kept() {
    for (prompt, answer, keeps) in
        [("user:\nhi", "fine", true), ("user:\nhi", "it is hush-hush", false), ("user:\nhi hush-hush", "fine", false)]
    {
        let model = ScriptedModel::new([Ok(answer)]);
        let mut plan = Draft::default().node(node("a", model.op(prompt))).output("o", "${a.output}").build();
        Arc::get_mut(&mut plan).unwrap().secrets = Arc::new(Secrets::new(["hush-hush".to_owned().into()]));
        let kept = Arc::new(Kept::default());
        attempt(&plan, &kept, Gate::new()).await;
        assert_eq!(kept.kept.lock().unwrap().len(), usize::from(keeps), "{prompt} {answer}");
    }
}

#[test]
fn a_plan_outlasts_its_calls_where_anything_is_to_be_waited_for_behind_one() {
    let model = ScriptedModel::new([]);
    let ask = |name: &str| node(name, model.op("user:\nhi"));
    let waits = || echo_after(Duration::from_secs(1));
    let sub = Draft::default().node(ask("a")).build();
    for (draft, outlasts) in [
        (Draft::default().node(node("n", echo())), false),
        (Draft::default().node(ask("a")), false),
        (Draft::default().node(ask("a")).node(node("n", prompt("{{ a }}")).with("a", "${a.output}")), false),
        (Draft::default().node(node("n", waits())).node(ask("a").with("n", "${n.output}")), false),
        (Draft::default().node(ask("a")).node(node("n", waits()).with("a", "${a.output}")), true),
        (Draft::default().node(node("n", waits())).node(ask("a")), true),
        (Draft::default().node(ask("a")).node(ask("b")), true),
        (Draft::default().node(node("n", echo())).node(ask("a").for_each("${n.output}", 1, ItemErrors::Fail)), true),
        (Draft::default().node(node("n", flow_core::plan::Op::Flow(sub))), true),
    ] {
        let plan = draft.build();
        let names: Vec<&str> = plan.nodes.iter().map(|node| &*node.name).collect();
        assert_eq!(plan.outlasts_its_calls(), outlasts, "{names:?}");
    }
}
