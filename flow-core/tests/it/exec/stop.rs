//! Ends before the end: the first failure, the deadline, cancellation, a reader that went away; and back-pressure.

use std::sync::Arc;
use std::time::Duration;

use flow_core::exec::{Event, EventSink, Executor, NodeStatus, Row, RowOptions};
use flow_core::plan::{ItemErrors, Op};
use flow_core::ty::Ty;
use flow_core::value::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::draft::{Draft, node, prompt};
use super::world::{Gauge, counted, echo, echo_after, failing, outcome, row, run, run_with, slow, stopped_by, story};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn nodes_run_as_soon_as_what_they_need_is_there_and_all_of_them_run() {
    let plan = Draft::default()
        .node(node("a", echo_after(SECOND)))
        .node(node("b", echo_after(2 * SECOND)))
        .node(node("after_a", echo_after(3 * SECOND)).with("x", "${a.output}"))
        .node(node("after_both", echo()).with("x", "${after_a.output}").with("y", "${b.output}"))
        .node(node("unused", echo_after(SECOND)))
        .output("x", "${b.output}")
        .build();
    let started = Instant::now();
    let (result, _) = run(&plan, "{}").await;
    assert_eq!(started.elapsed(), 4 * SECOND);
    assert!(result.nodes.iter().all(|node| matches!(node.status, NodeStatus::Finished(_))));
    let one = RowOptions { concurrency: 1, ..RowOptions::default() };
    let started = Instant::now();
    run_with(&plan, "{}", one).await;
    assert_eq!(started.elapsed(), 7 * SECOND);
    let two = RowOptions { concurrency: 2, ..RowOptions::default() };
    let started = Instant::now();
    run_with(&plan, "{}", two).await;
    assert_eq!(started.elapsed(), 4 * SECOND, "`unused` has its place when `a` ends");
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_stops_what_still_runs() {
    let gauge = Arc::new(Gauge::default());
    let broken = slow(|_| async {
        tokio::time::sleep(SECOND).await;
        Err(flow_core::tool::ToolError::failed("no luck"))
    });
    let plan = Draft::default()
        .node(node("long", counted(&gauge, 60 * SECOND)))
        .node(node("broken", broken))
        .node(node("behind", echo()).with("x", "${long.output}"))
        .build();
    let started = Instant::now();
    let (result, events) = run(&plan, "{}").await;
    assert_eq!(started.elapsed(), SECOND);
    assert_eq!((gauge.calls(), gauge.now()), (1, 0));
    assert_eq!(outcome(&result), "tool-failed: node `broken`: no luck");
    assert!(matches!(result.node("long").unwrap().status, NodeStatus::Stopped));
    assert!(result.node("behind").is_none());
    assert_eq!(
        story(&events),
        ["row 0", "long starts", "broken starts", "broken fails: tool-failed", "row 0 fails: tool-failed"]
    );
}

#[tokio::test(start_paused = true)]
async fn one_deadline_holds_for_the_row_and_its_retries() {
    let gauge = Arc::new(Gauge::default());
    let plan = Draft::default()
        .node(node("long", counted(&gauge, 60 * SECOND)))
        .node(node("again", failing("not yet", true)).retry(100, SECOND, SECOND))
        .build();
    let options = RowOptions { deadline: Some(Duration::from_millis(4500)), ..RowOptions::default() };
    let started = Instant::now();
    let (result, _) = run_with(&plan, "{}", options).await;
    assert_eq!(started.elapsed(), Duration::from_millis(4500));
    assert_eq!(result.elapsed, Duration::from_millis(4500));
    assert_eq!(gauge.now(), 0);
    assert_eq!(
        outcome(&result),
        "deadline: the row was stopped at its deadline of 4.5 s; raise the deadline, or look for the node that is slow"
    );
}

#[tokio::test(start_paused = true)]
async fn cancellation_leaves_nothing_running() {
    let gauge = Arc::new(Gauge::default());
    let plan = Draft::default()
        .node(node("one", counted(&gauge, 60 * SECOND)))
        .node(node("two", counted(&gauge, 60 * SECOND)))
        .build();
    let cancel = CancellationToken::new();
    let stop = async {
        tokio::time::sleep(SECOND).await;
        assert_eq!(gauge.now(), 2);
        cancel.cancel();
    };
    let ((result, events), ()) = tokio::join!(run_with(&plan, "{}", stopped_by(&cancel)), stop);
    assert_eq!(gauge.now(), 0);
    assert_eq!(outcome(&result), "cancelled: the row was stopped before it ended");
    assert_eq!(story(&events).last().unwrap(), "row 0 fails: cancelled");
}

#[tokio::test(start_paused = true)]
async fn cancellation_reaches_items_and_turns_inside_of_a_sub_flow() {
    let gauge = Arc::new(Gauge::default());
    let inner = Draft::default()
        .input("list", Ty::List, None)
        .node(
            node("wait", counted(&gauge, 10 * SECOND))
                .for_each("${inputs.list}", 3, ItemErrors::Fail)
                .repeat("false", 100)
                .retry(3, SECOND, SECOND)
                .timeout(60 * SECOND),
        )
        .build();
    let call = node("call", Op::Flow(inner)).with("list", "${item}").for_each("${inputs.lists}", 2, ItemErrors::Fail);
    let plan = Draft::default().input("lists", Ty::List, None).node(call).build();
    let cancel = CancellationToken::new();
    let stop = async {
        tokio::time::sleep(25 * SECOND).await;
        assert_eq!((gauge.now(), gauge.calls()), (6, 18));
        cancel.cancel();
    };
    let lists = r#"{"lists": [[1, 2, 3, 4], [1, 2, 3, 4], [1]]}"#;
    let ((result, _), ()) = tokio::join!(run_with(&plan, lists, stopped_by(&cancel)), stop);
    assert_eq!(gauge.now(), 0);
    assert_eq!(outcome(&result), "cancelled: the row was stopped before it ended");
}

#[tokio::test]
async fn nodes_that_never_wait_can_be_cancelled_too() {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let op = super::world::quick(move |inputs| {
        stop.cancel();
        Ok(inputs)
    });
    let endless = node("endless", op).repeat("false", usize::MAX);
    let (result, _) = run_with(&Draft::default().node(endless).build(), "{}", stopped_by(&cancel)).await;
    assert_eq!(outcome(&result), "cancelled: the row was stopped before it ended");
}

#[tokio::test(start_paused = true)]
async fn a_full_channel_holds_the_row_back() {
    let mut draft = Draft::default().node(node("n0", prompt("x")));
    for position in 1..5 {
        let before = format!("${{n{}.output}}", position - 1);
        draft = draft.node(node(format!("n{position}"), prompt("{{ x }}")).with("x", before.as_str()));
    }
    let plan = draft.build();
    let (events, mut reader) = EventSink::channel(2);
    let executor = Executor::new();
    let mut running = Box::pin(executor.run_row(&plan, row("{}"), &events, RowOptions::default()));
    let waited = tokio::time::timeout(SECOND, &mut running).await;
    assert!(waited.is_err(), "the row waits for its reader");
    assert_eq!(reader.len(), 2);
    let read = async {
        let mut seen = Vec::new();
        while seen.len() < 12 {
            seen.push(reader.recv().await.unwrap());
        }
        seen
    };
    let ((), seen) = tokio::join!(running, read);
    assert_eq!(story(&seen).last().unwrap(), "row 0 ends");
}

#[tokio::test(start_paused = true)]
async fn nodes_and_items_that_wait_for_the_same_room_all_get_it() {
    // Nodes that end at the same time, and behind each of them one that runs in place; items of which every other fails.
    let mut draft = Draft::default().input("items", Ty::List, None);
    for position in 0..8 {
        let (slow, quick) = (format!("slow{position}"), format!("quick{position}"));
        draft = draft
            .node(node(slow.clone(), echo_after(SECOND)))
            .node(node(quick, prompt("{{ x }}")).with("x", format!("${{{slow}.output}}").as_str()));
    }
    let odd_fails = slow(|arguments| async move {
        tokio::time::sleep(SECOND).await;
        match arguments.get("n").and_then(Value::as_int) {
            Some(n) if n % 2 == 0 => Ok(Value::Int(n)),
            _ => Err(flow_core::tool::ToolError::failed("odd")),
        }
    });
    let each = node("each", odd_fails).with("n", "${item}").for_each("${inputs.items}", 8, ItemErrors::Skip);
    let plan = draft.node(each).build();
    for capacity in 1..4 {
        let (events, mut reader) = EventSink::channel(capacity);
        let executor = Executor::new();
        let row = row("{\"items\": [0, 1, 2, 3, 4, 5, 6, 7]}");
        let run = async {
            executor.run_row(&plan, row, &events, RowOptions::default()).await;
            drop(events);
        };
        let read = async {
            let mut seen = Vec::new();
            while let Some(event) = reader.recv().await {
                seen.push(event);
            }
            seen
        };
        let both = async { tokio::join!(run, read).1 };
        let seen = tokio::time::timeout(60 * SECOND, Box::pin(both)).await.expect("the row ends");
        let ended = seen.iter().filter(|event| matches!(event, Event::NodeFinished { .. })).count();
        let failed = seen.iter().filter(|event| matches!(event, Event::ItemFailed { .. })).count();
        assert_eq!((ended, failed), (17, 4), "with room for {capacity}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_nobody_listens_to_is_stopped() {
    let gauge = Arc::new(Gauge::default());
    let plan = Draft::default().node(node("long", counted(&gauge, 60 * SECOND))).build();
    let (events, reader) = EventSink::channel(8);
    let executor = Executor::new();
    let leave = async {
        tokio::time::sleep(SECOND).await;
        drop(reader);
    };
    let started = Instant::now();
    tokio::join!(executor.run_row(&plan, row("{}"), &events, RowOptions::default()), leave);
    assert_eq!((started.elapsed(), gauge.calls(), gauge.now()), (SECOND, 1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_run_as_tasks_of_one_executor_and_share_a_channel() {
    let gauge = Arc::new(Gauge::default());
    let wait = || counted(&gauge, Duration::from_millis(1));
    let plan = Draft::default()
        .input("n", Ty::Int, None)
        .node(node("left", wait()).with("n", "${inputs.n}"))
        .node(node("right", wait()).with("n", "${inputs.n}"))
        .node(node("both", prompt("{{ l }}{{ r }}")).with("l", "${left.output.n}").with("r", "${right.output.n}"))
        .output("both", "${both.output}")
        .build();
    let (events, mut reader) = EventSink::channel(4);
    let executor = Executor::new();
    for index in 0..100 {
        let (executor, plan, events) = (executor.clone(), Arc::clone(&plan), events.clone());
        let row = Row { index, ..row(&format!("{{\"n\": {index}}}")) };
        tokio::spawn(async move { executor.run_row(&plan, row, &events, RowOptions::default()).await });
    }
    drop(events);
    let mut ended = 0;
    while let Some(event) = reader.recv().await {
        if let Event::RowFinished { row, outputs, .. } = event {
            assert_eq!(outputs["both"].as_str(), Some(format!("{row}{row}").as_str()));
            ended += 1;
        }
    }
    assert_eq!((ended, gauge.calls(), gauge.now()), (100, 200, 0));
}
