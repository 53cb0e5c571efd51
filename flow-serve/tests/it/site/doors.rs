//! Places for requests that run, and for those that wait.

use flow_serve::{ServerOptions, SiteOptions};
use futures_util::future::join_all;

use crate::client::Came;
use crate::flows::Flows;

const HANGS: &str = "faults: { fault: hang }";
const QUESTION: &str = "{\"question\": \"when?\"}";

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_come_at_once_exactly_as_many_are_sent_away_as_find_no_place() {
    for k in [1, 7, 50] {
        let (running, waiting) = (3, 4);
        let options = SiteOptions { in_flight: running, queue: waiting, ..SiteOptions::default() };
        let flows = Flows::chat(HANGS, options, ServerOptions::default()).await;
        // Which of them find places is chance, how many do is not.
        let mut asked: Vec<_> =
            (0..running + waiting + k).map(|_| Box::pin(flows.ask("POST", "/score", "", QUESTION))).collect();
        for _ in 0..k {
            let (came, _, others) = futures_util::future::select_all(asked).await;
            is_sent_away(&came);
            asked = others;
        }
        // The others are all there, and hang.
        tokio::select! {
            _ = futures_util::future::select_all(asked) => panic!("a model that hangs has answered"),
            () = holds(&flows, running, waiting, k) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_to_a_full_server_is_sent_away_at_once() {
    let (running, waiting) = (3, 4);
    let options = SiteOptions { in_flight: running, queue: waiting, ..SiteOptions::default() };
    let flows = Flows::chat(HANGS, options, ServerOptions::default()).await;
    let mut there = Vec::new();
    for _ in 0..running + waiting {
        let mut stream = flows.connect().await;
        crate::client::send(&mut stream, "POST", "/score", "", QUESTION).await;
        there.push(stream);
    }
    flows.until(async |flows| flows.figure("flow_queue_depth").await == Some(waiting as f64)).await;
    let mut sent_away = 0;
    for k in 1..=200 {
        let came = join_all((0..k).map(|_| flows.ask("POST", "/score", "", QUESTION))).await;
        came.iter().for_each(is_sent_away);
        sent_away += k;
    }
    holds(&flows, running, waiting, sent_away).await;
}

fn is_sent_away(came: &Came) {
    assert_eq!((came.status(), came.header("retry-after")), (503, Some("1")), "{came:?}");
    assert!(came.json()["error"]["message"].as_str().unwrap().contains("busy"), "{came:?}");
}

/// Whether so many run and wait, and so many were sent away.
async fn holds(flows: &Flows, running: usize, waiting: usize, sent_away: usize) {
    assert_eq!(flows.figure("flow_inflight_requests").await, Some(running as f64));
    assert_eq!(flows.figure("flow_queue_depth").await, Some(waiting as f64));
    assert_eq!(flows.figure("flow_shed_total{reason=\"queue\"}").await, Some(sent_away as f64));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_gets_the_next_place() {
    let options = SiteOptions { in_flight: 1, queue: 20, ..SiteOptions::default() };
    let flows = Flows::chat("latency: 5", options, ServerOptions::default()).await;
    let came = join_all((0..20).map(|_| flows.ask("POST", "/score", "", QUESTION))).await;
    assert!(came.iter().all(|came| came.status() == 200), "{came:?}");
    assert_eq!(flows.figure("flow_inflight_requests").await, Some(0.0));
    assert_eq!(flows.figure("flow_queue_depth").await, Some(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_gives_its_place_back_and_its_run_is_stopped() {
    let options = SiteOptions { in_flight: 2, queue: 2, ..SiteOptions::default() };
    let flows = Flows::chat(HANGS, options, ServerOptions::default()).await;
    for round in 1..=20 {
        for accept in ["", "accept: text/event-stream\r\n"] {
            let mut stream = flows.connect().await;
            crate::client::send(&mut stream, "POST", "/score", accept, QUESTION).await;
            flows.until(async |flows| flows.site.running() == 1).await;
            drop(stream);
            flows.until(async |flows| flows.site.running() == 0).await;
        }
        flows.until(async |flows| flows.log.runs().len() == 2 * round).await;
    }
    assert!(flows.log.runs().iter().all(|run| run == "chat base cancelled"), "{:?}", flows.log.runs());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_is_to_complete_does_so_without_its_client() {
    let options = SiteOptions { on_disconnect: flow_serve::OnDisconnect::Complete, ..SiteOptions::default() };
    let flows = Flows::chat("latency: 50", options, ServerOptions::default()).await;
    for (ended, accept) in ["", "accept: text/event-stream\r\n"].into_iter().enumerate() {
        let mut stream = flows.connect().await;
        crate::client::send(&mut stream, "POST", "/score", accept, QUESTION).await;
        flows.until(async |flows| flows.site.running() == 1).await;
        drop(stream);
        flows.until(async |flows| flows.log.runs().len() == ended + 1).await;
    }
    assert_eq!(flows.log.runs(), ["chat base ok", "chat base ok"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_with_its_deadline() {
    let options = SiteOptions { deadline: Some(std::time::Duration::from_millis(30)), ..SiteOptions::default() };
    let flows = Flows::chat(HANGS, options, ServerOptions::default()).await;
    for accept in ["", "accept: text/event-stream\r\n"] {
        let came = flows.ask("POST", "/score", accept, QUESTION).await;
        assert_eq!(came.status(), 504, "{came:?}");
        assert_eq!(came.json()["error"]["code"], "SystemError");
    }
    assert_eq!(flows.log.runs(), ["chat base deadline", "chat base deadline"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_place_counts_towards_the_deadline() {
    let limit = std::time::Duration::from_millis(200);
    let options = SiteOptions { in_flight: 1, queue: 1, deadline: Some(limit), ..SiteOptions::default() };
    let flows = Flows::chat(HANGS, options, ServerOptions::default()).await;
    let mut first = flows.connect().await;
    crate::client::send(&mut first, "POST", "/score", "", QUESTION).await;
    flows.until(async |flows| flows.site.running() == 1).await;
    let began = std::time::Instant::now();
    let second = flows.ask("POST", "/score", "", QUESTION).await;
    // It waits while the first hangs, and has but the rest of its time when that gives its place back.
    assert!(matches!(second.status(), 503 | 504), "{second:?}");
    assert!(began.elapsed() < 2 * limit, "{:?}", began.elapsed());
}
