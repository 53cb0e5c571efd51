//! What is foreseen of rows, held against what they do when they run.

use std::sync::Arc;
use std::time::Duration;

use flow_core::catalogue::Catalogue;
use flow_core::exec::Event;
use flow_core::forecast::{CallForecast, Forecaster, History, Moments, Origin, Quantity, RowForecast, Seen, Source};
use flow_core::llm::{Parameter, StructuredOutput, Target, Told, all_parameters};
use flow_core::plan::{ItemErrors, Op, Plan};
use flow_core::structured::OutputSchema;
use flow_core::ty::Ty;
use flow_core::value::Value;
use proptest::prelude::*;
use serde_json::json;

use super::draft::{Draft, json as value, node, prompt};
use super::world::{ScriptedModel, entries, failing, quick, run, slow};

async fn foresee(plan: &Arc<Plan>, inputs: &str) -> RowForecast {
    with_history(plan, inputs, History::default()).await
}

async fn with_history(plan: &Arc<Plan>, inputs: &str, history: History) -> RowForecast {
    let forecaster = Forecaster::new(Arc::clone(plan), Catalogue::builtin(), Arc::new(history), 100);
    forecaster.row(0, &entries(&value(inputs))).await
}

/// An LLM node that asks for gpt-4o-mini.
fn ask(model: &Arc<ScriptedModel>, source: &str, max_tokens: Option<u64>) -> Op {
    let Op::Llm(mut op) = model.op(source) else { unreachable!() };
    op.extra.insert("max_tokens".into(), json!(max_tokens));
    Op::Llm(op)
}

fn sorting(model: &Arc<ScriptedModel>) -> Op {
    let schema = json!({
        "type": "object", "required": ["label"], "additionalProperties": false,
        "properties": { "label": { "enum": ["bug", "billing", "other", "praise"] } },
    });
    let Op::Llm(mut op) = model.op("user:\nSort {{ ticket }}") else { unreachable!() };
    let schema = OutputSchema::compile(schema).unwrap();
    op.schema = Some(Box::new(StructuredOutput { schema, name: Arc::from("sort"), told: Told::Provider }));
    Op::Llm(op)
}

fn of<'c>(forecast: &'c RowForecast, node: &str) -> &'c CallForecast {
    forecast.calls.iter().find(|call| &*call.node == node).expect("the node has a call")
}

fn answers(count: usize) -> Vec<Result<&'static str, flow_core::model::ModelError>> {
    vec![Ok("fine"); count]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// A prompt that depends on no answer is counted by the request that is really sent.
    #[test]
    fn prompts_without_answers_in_them_are_counted_as_they_are_sent(text in "[a-zA-Zäß漢 \n{}]{0,80}", count in 0_usize..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let model = ScriptedModel::new(answers(count + 1));
            let parts: Vec<Value> = (0..count).map(|number| Value::from(format!("{text} {number}"))).collect();
            let plan = Draft::default()
                .input("text", Ty::String, None)
                .input("parts", Ty::List, None)
                .node(node("loud", quick(|inputs| Ok(Value::from(inputs.get("text").unwrap().as_str().unwrap().to_uppercase())))).with("text", "${inputs.text}"))
                .node(node("shown", prompt("<{{ loud }}>")).with("loud", "${loud.output}"))
                .node(node("ask", ask(&model, "system:\nBe brief.\nuser:\n{{ shown }}", Some(20))).with("shown", "${shown.output}"))
                .node(node("each", ask(&model, "user:\n{{ part }}", Some(20))).with("part", "${item}").for_each("${inputs.parts}", 2, ItemErrors::Fail))
                .build();
            let inputs = Value::map([("text", Value::from(text.as_str())), ("parts", Value::list(parts))]).to_json();
            let forecast = foresee(&plan, &inputs).await;
            let (result, events) = run(&plan, &inputs).await;
            prop_assert!(forecast.failure.is_none() && result.outcome.is_ok());
            let catalogue = Catalogue::builtin();
            for name in ["ask", "each"] {
                let sent: Vec<u64> = events.iter().filter_map(|event| match event {
                    Event::Called { at, call, .. } if &*at.node == name => Some(catalogue.prompt_tokens("scripted", &call.request)),
                    _ => None,
                }).collect();
                let foreseen: Quantity = forecast.calls.iter().filter(|call| &*call.node == name).map(|call| call.prompt).sum();
                let calls: Quantity = forecast.calls.iter().filter(|call| &*call.node == name).map(|call| call.calls).sum();
                let sum = sent.iter().sum::<u64>() as f64;
                prop_assert_eq!(foreseen.expected, sum);
                // The model's tokenizer is not known, so that the number is as near as characters tell.
                prop_assert!(foreseen.low <= sum && sum <= foreseen.high && (sum == 0.0 || foreseen.low > sum / 2.0));
                prop_assert_eq!(calls, Quantity::exactly(sent.len() as f64));
            }
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_count_in_the_prompts_below_as_long_as_they_may_be() {
    let model = ScriptedModel::new([]);
    let plan = Draft::default()
        .node(node("first", ask(&model, "user:\nSay something", Some(100))))
        .node(node("second", ask(&model, "user:\n{{ said }} {{ said }}", Some(10))).with("said", "${first.output}"))
        .build();
    let forecast = foresee(&plan, "{}").await;
    let (first, second) = (of(&forecast, "first"), of(&forecast, "second"));
    assert_eq!(first.completion, Quantity { low: 1.0, expected: 50.0, high: 100.0, worst: Some(100.0) });
    assert_eq!(first.completion_source, Source::Limit { longest: 100 });
    assert!(first.prompt.high < 20.0 && first.request.is_some());
    let own = second.prompt.high - second.prompt.low - 2.0 * 99.0;
    assert!((0.0..20.0).contains(&own), "the answer stands in it twice: {:?}", second.prompt);
    assert!(second.request.is_none());
    assert_eq!(forecast.seconds, None, "no call was timed yet");
}

#[tokio::test(start_paused = true)]
async fn conditions_are_tried_with_the_answers_that_a_schema_allows() {
    let model = ScriptedModel::new([]);
    let plan = Draft::default()
        .input("ticket", Ty::String, None)
        .node(node("sort", sorting(&model)).with("ticket", "${inputs.ticket}"))
        .node(node("bug", ask(&model, "user:\na bug", None)).only_if("sort.output.label == 'bug'"))
        .node(node("never", ask(&model, "user:\nnever", None)).activate("${sort.output.label}", "refund"))
        .node(node("always", ask(&model, "user:\nalways", None)).only_if("sort.output.label | length > 2"))
        .node(node("maybe", ask(&model, "user:\nmaybe", None)).only_if("bug.output == 'yes'"))
        .node(node("behind", ask(&model, "user:\n{{ bug }}", None)).with("bug", "${bug.output}"))
        .build();
    let forecast = foresee(&plan, r#"{"ticket": "it crashes"}"#).await;
    let calls = |node: &str| of(&forecast, node).calls;
    assert_eq!(calls("bug"), Quantity { low: 0.0, expected: 0.25, high: 1.0, worst: Some(1.0) });
    assert!(of(&forecast, "bug").reason.as_deref().unwrap().contains("depends on `sort`"));
    assert!(forecast.calls.iter().all(|call| &*call.node != "never"), "no answer leads there");
    assert_eq!(calls("always"), Quantity::ONE);
    assert_eq!(calls("maybe").high, 1.0);
    assert_eq!(calls("behind").expected, 0.25, "nothing to say where nothing was asked");
    assert_eq!(of(&forecast, "sort").completion_source, Source::Schema);
    assert_eq!(calls("sort").worst, Some(2.0), "an answer that does not fit is asked for once more");
}

#[tokio::test(start_paused = true)]
async fn what_earlier_calls_took_goes_before_guesses() {
    let model = ScriptedModel::new([]);
    let asked = || ask(&model, "user:\n{{ said }}", Some(500));
    let plan = Draft::default()
        .node(node("first", ask(&model, "user:\nSay something", Some(500))))
        .node(node("tool", slow(|inputs| async { Ok(inputs) })).with("said", "${first.output}"))
        .node(node("second", asked()).with("said", "${tool.output}").only_if("first.output == 'go on'"))
        .build();
    let moments = |numbers: &[f64]| {
        let mut moments = Moments::default();
        numbers.iter().for_each(|number| moments.take(*number));
        moments
    };
    let seen = |per_row: &[f64]| Seen {
        origin: Origin::Pilot { calls: 4 },
        prompt: moments(&[30.0, 34.0, 32.0, 32.0]),
        completion: moments(&[40.0, 44.0, 42.0, 42.0]),
        latency: moments(&[1.0, 3.0]),
        per_row: moments(per_row),
        tries: moments(&[1.0, 1.0, 3.0, 1.0]),
        answers: moments(&[1.0; 4]),
    };
    let mut history = History::default();
    history.add("first".into(), "".into(), seen(&[1.0; 8]));
    history.add("second".into(), "".into(), seen(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]));
    let forecast = with_history(&plan, "{}", history).await;
    let (first, second) = (of(&forecast, "first"), of(&forecast, "second"));
    assert_eq!((first.completion.expected, first.completion.worst), (42.0, Some(500.0)));
    let range = &first.completion;
    assert!(range.low > 33.0 && range.low < 40.0 && range.high > 44.0 && range.high < 51.0, "{range:?}");
    assert_eq!(second.calls.expected, 0.5);
    assert!(second.calls.low > 0.0 && second.calls.high < 1.0);
    assert_eq!(second.prompt.expected, 16.0, "half of 32, as the tool's output is not known");
    assert_eq!(second.prompt_source, Source::Seen { origin: Origin::Pilot { calls: 4 } });
    assert_eq!(forecast.seconds, Some(3.0));
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_for_certain_are_told_with_the_calls_before() {
    let model = ScriptedModel::new([]);
    let plan = Draft::default()
        .input("text", Ty::Int, None)
        .node(node("first", ask(&model, "user:\nSay something", None)))
        .node(node("broken", failing("it is broken", false)).with("text", "${inputs.text}"))
        .node(node("second", ask(&model, "user:\n{{ broken }}", None)).with("broken", "${broken.output}"))
        .build();
    let misfit = foresee(&plan, r#"{"text": "many"}"#).await;
    assert_eq!(misfit.failure.unwrap().code, "input-invalid");
    let forecast = foresee(&plan, r#"{"text": 3}"#).await;
    assert_eq!(forecast.calls.len(), 1);
    let failure = forecast.failure.unwrap();
    assert_eq!(failure.node.as_deref(), Some("broken"));
    assert!(failure.message.contains("it is broken"), "{}", failure.message);
}

#[tokio::test(start_paused = true)]
async fn nothing_outside_is_asked() {
    let model = ScriptedModel::new([]);
    let plan = Draft::default()
        .node(node("fetch", slow(|_| async { unreachable!("a plan fetches nothing") })))
        .node(node("ask", ask(&model, "user:\n{{ page }}", Some(10))).with("page", "${fetch.output}"))
        .node(
            node("turns", ask(&model, "user:\n{{ before }}", Some(10)))
                .with("before", "${loop.previous}")
                .repeat("turns.output == 'done'", 5),
        )
        .node(node("items", ask(&model, "user:\n{{ it }}", Some(10))).with("it", "${item}").for_each(
            "${fetch.output}",
            4,
            ItemErrors::Fail,
        ))
        .build();
    let forecast = foresee(&plan, "{}").await;
    assert_eq!(of(&forecast, "ask").prompt_source, Source::Guess);
    assert_eq!(of(&forecast, "ask").prompt.worst, None, "a page may be of any length");
    assert_eq!(of(&forecast, "turns").calls, Quantity { low: 1.0, expected: 3.0, high: 5.0, worst: Some(5.0) });
    assert_eq!(of(&forecast, "items").calls.worst, None);
    assert!(model.requests.lock().unwrap().is_empty());
}

fn moments(numbers: &[f64]) -> Moments {
    let mut moments = Moments::default();
    numbers.iter().for_each(|number| moments.take(*number));
    moments
}

/// A call that was seen so often, once in each of as many of the rows.
fn seen(calls: usize, rows: usize, tries: f64, answers: f64) -> Seen {
    let per_row: Vec<f64> = (0..rows).map(|row| if row < calls { answers } else { 0.0 }).collect();
    Seen {
        origin: Origin::Pilot { calls: calls as u64 },
        prompt: moments(&vec![30.0; calls]),
        completion: moments(&vec![40.0; calls]),
        latency: moments(&vec![1.0; calls]),
        per_row: moments(&per_row),
        tries: moments(&vec![tries; calls]),
        answers: moments(&vec![answers; calls]),
    }
}

/// A model in the place of the node's own.
fn named(model: &str) -> Box<[(&'static Parameter, Value)]> {
    let name = all_parameters().find(|known| known.name == "model").unwrap();
    Box::new([(name, Value::from(model))])
}

/// The model of a node, with another one behind it.
fn with_fallback(model: &Arc<ScriptedModel>) -> Op {
    let Op::Llm(mut op) = ask(model, "user:\nSay something", Some(50)) else { unreachable!() };
    let Op::Llm(other) = model.op("user:\n") else { unreachable!() };
    op.target.overrides = named("gpt-4o-mini");
    op.fallback = Box::new([Target { overrides: named("gpt-4o"), ..other.target }]);
    Op::Llm(op)
}

#[tokio::test(start_paused = true)]
async fn other_models_are_asked_as_often_as_they_were() {
    let model = ScriptedModel::new([]);
    let plan = Draft::default().node(node("say", with_fallback(&model))).build();
    // What was seen, and by that: calls of the first and of the other model.
    let cases = [
        (None, [0.9, 1.0, 1.0], [0.0, 0.0, 0.1]),
        (Some((100, 0)), [0.9, 1.0, 1.0], [0.0, 0.0, 0.1]),
        (Some((80, 20)), [0.7, 0.8, 1.0], [0.0, 0.2, 0.35]),
        (Some((0, 100)), [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]),
    ];
    for (told, first, other) in cases {
        let mut history = History::default();
        for (name, calls) in told.map(|(one, two)| [("gpt-4o-mini", one), ("gpt-4o", two)]).into_iter().flatten() {
            if calls > 0 {
                history.add("say".into(), name.into(), seen(calls, 100, 1.0, 1.0));
            }
        }
        let forecast = with_history(&plan, "{}", history).await;
        assert_eq!(forecast.calls.len(), 2, "{told:?}");
        for (call, [low, expected, high]) in forecast.calls.iter().zip([first, other]) {
            let found = call.calls;
            let (name, near) = (&call.model, |one: f64, other: f64| (one - other).abs() < 1e-9);
            assert!(near(found.expected, expected), "{told:?} {name}: {found:?}");
            assert!(found.low >= low - 1e-9 && found.high <= high + 1e-9, "{told:?} {name}: {found:?}");
            assert_eq!(found.worst, Some(1.0), "{told:?} {name}");
        }
        assert_eq!(forecast.calls.iter().map(|call| call.is_fallback).collect::<Vec<_>>(), [false, true]);
        let reason = forecast.calls[1].reason.as_deref().unwrap();
        assert!(reason.contains("where calls of gpt-4o-mini fail for good"), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn tries_and_answers_that_do_not_fit_widen_what_may_come() {
    let model = ScriptedModel::new([]);
    let plan = |told| {
        let Op::Llm(mut op) = sorting(&model) else { unreachable!() };
        op.schema.as_mut().unwrap().told = told;
        op.target.overrides = named("gpt-4o-mini");
        Draft::default()
            .input("ticket", Ty::String, None)
            .node(node("sort", Op::Llm(op)).with("ticket", "${inputs.ticket}"))
            .build()
    };
    let history = |tries, answers| {
        let mut history = History::default();
        history.add("sort".into(), "gpt-4o-mini".into(), seen(100, 100, tries, answers));
        history
    };
    for (told, history, calls, requests) in [
        (Told::Provider, None, [1.0, 1.0], [1.0, 1.1]),
        (Told::Model, None, [1.0, 1.1], [1.0, 1.21]),
        (Told::Provider, Some(history(1.0, 1.0)), [1.0, 1.0], [1.0, 1.02]),
        (Told::Model, Some(history(1.0, 1.5)), [1.5, 1.53], [1.5, 1.535]),
        (Told::Model, Some(history(2.0, 1.0)), [1.0, 1.02], [2.0, 2.045]),
    ] {
        let forecast = with_history(&plan(told), r#"{"ticket": "it crashes"}"#, history.unwrap_or_default()).await;
        let sort = of(&forecast, "sort");
        for (found, [expected, high], worst) in [(sort.calls, calls, 2.0), (sort.requests, requests, 10.0)] {
            assert!((found.expected - expected).abs() < 1e-9, "{told:?}: {found:?}");
            assert!(found.high <= high + 1e-9 && found.high > high - 0.02, "{told:?}: {found:?} {high}");
            assert_eq!((found.low, found.worst), (1.0, Some(worst)), "{told:?}");
        }
    }
    let plan = plan(Told::Provider);
    let forecaster = Forecaster::new(plan, Catalogue::builtin(), Arc::new(History::default()), 100).retries(Some(0));
    let forecast = forecaster.row(0, &entries(&value(r#"{"ticket": "it crashes"}"#))).await;
    assert_eq!(of(&forecast, "sort").requests.high, 1.0, "no call is tried again");
}

#[tokio::test(start_paused = true)]
async fn flows_that_are_tried_again_ask_again() {
    let model = ScriptedModel::new([]);
    let inner = Draft::default().node(node("ask", ask(&model, "user:\nSay something", Some(10)))).build();
    let second = Duration::from_secs(1);
    let plan = Draft::default().node(node("review", Op::Flow(inner)).retry(3, second, second)).build();
    let calls = of(&foresee(&plan, "{}").await, "review/ask").calls;
    assert_eq!(calls, Quantity { low: 1.0, expected: 1.0, high: 1.1, worst: Some(3.0) });
}

#[tokio::test(start_paused = true)]
async fn what_runs_after_all_rows_is_foreseen_over_what_they_have() {
    let count = 40;
    let model = ScriptedModel::new(answers(2 * count + 1));
    let plan = Draft::default()
        .input("text", Ty::String, None)
        .node(node("sort", ask(&model, "user:\nSort {{ text }}", Some(2))).with("text", "${inputs.text}"))
        .node(
            node(
                "sum",
                ask(&model, "user:\n{% for one in all %}{{ one }} was {{ texts[loop.index0] }}\n{% endfor %}", Some(9)),
            )
            .with("all", "${sort.output}")
            .with("texts", "${inputs.text}")
            .aggregation(),
        )
        .node(
            node("each", ask(&model, "user:\nAgain {{ one }}", Some(9)))
                .with("one", "${item}")
                .for_each("${sort.output}", 4, ItemErrors::Fail)
                .aggregation(),
        )
        .build();
    let inputs: Vec<String> = (0..count)
        .map(|row| json!({ "text": format!("letter {row}{}", " and more".repeat(row % 5)) }).to_string())
        .collect();
    let mut rows = Vec::new();
    for text in &inputs {
        rows.push(run(&plan, text).await.0.for_aggregation(&plan).expect("it ended well"));
    }
    let (events, mut told) = flow_core::exec::EventSink::channel(1000);
    let result = flow_core::exec::Executor::new().run_aggregation(&plan, &rows, &events, Default::default()).await;
    assert_eq!(result.usage.calls, 1 + count as u64);
    let mut sent = 0.0;
    while let Ok(event) = told.try_recv() {
        if let Event::Called { at, call, .. } = event
            && &*at.node == "sum"
        {
            sent += Catalogue::builtin().prompt_tokens("scripted", &call.request) as f64;
        }
    }

    let forecaster =
        Forecaster::new(Arc::clone(&plan), Catalogue::builtin(), Arc::new(History::default()), count as u64);
    let mut values = Vec::new();
    for (row, text) in (0..).zip(&inputs) {
        values.extend(forecaster.row(row, &entries(&value(text))).await.values);
    }
    assert_eq!(values.len(), count);
    // Over all rows; and over some of them, which lie evenly among all.
    let some: Vec<_> = values.iter().step_by(2).cloned().collect();
    for (rows, name) in [(values, "all"), (some, "some")] {
        let forecast = forecaster.after_rows(&rows, count as f64).await;
        assert!(forecast.failure.is_none(), "{name}: {:?}", forecast.failure);
        let sum = of(&forecast, "sum");
        assert_eq!(sum.calls, Quantity::ONE, "{name}");
        assert_eq!(sum.prompt_source, Source::Characters, "{name}: the model's tokenizer is not known");
        assert!(sum.prompt.low <= sent && sent <= sum.prompt.high, "{name}: {sent} is not in {:?}", sum.prompt);
        assert!((sum.prompt.expected / sent - 1.0).abs() < 0.15, "{name}: {sent} was to be {:?}", sum.prompt);
        let each: Quantity = forecast.calls.iter().filter(|call| &*call.node == "each").map(|call| call.calls).sum();
        assert!(each.low <= 40.0 && 40.0 <= each.high, "{name}: {each:?}");
    }
}
