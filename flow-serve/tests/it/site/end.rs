//! How a server ends.

use std::time::Duration;

use flow_serve::{ServerOptions, SiteOptions};
use futures_util::future::{join, join_all};

use crate::client::{LIMIT, receive, send};
use crate::flows::Flows;

const QUESTION: &str = "{\"question\": \"when?\"}";
const EVENTS: &str = "accept: text/event-stream\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_end_well_and_no_new_ones_are_taken() {
    for _ in 0..6 {
        // Long enough that the first is not done before the last has come, on a busy machine too.
        let mut flows = Flows::chat("latency: 1500", SiteOptions::default(), ServerOptions::default()).await;
        let mut asked = Vec::new();
        for number in 0..50 {
            let mut stream = flows.connect().await;
            send(&mut stream, "POST", "/score", if number % 5 == 0 { EVENTS } else { "" }, QUESTION).await;
            asked.push(stream);
        }
        flows.until(async |flows| flows.site.running() == 50).await;
        flows.tell_to_end();
        let came = join_all(asked.iter_mut().map(|stream| receive(stream, LIMIT))).await;
        assert!(came.iter().all(|came| came.status() == 200), "{came:?}");
        let streams = came.iter().filter(|came| came.header("content-type").unwrap().starts_with("text/event-stream"));
        assert_eq!(streams.count(), 10);
        assert!(tokio::net::TcpStream::connect(flows.address).await.is_err(), "nobody listens any more");
        assert_eq!(flows.ended().await.broken_off, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_that_it_ends_before_it_closes_the_door() {
    let connections = ServerOptions { grace: Duration::from_millis(400), ..ServerOptions::default() };
    let mut flows = Flows::chat("", SiteOptions::default(), connections).await;
    flows.tell_to_end();
    flows.until(async |flows| flows.site.is_draining()).await;
    for route in ["/readyz", "/healthz", "/v2/health/ready", "/health"] {
        assert_eq!(flows.ask("GET", route, "", "").await.status(), 503, "{route}");
    }
    assert_eq!(flows.ask("GET", "/livez", "", "").await.status(), 200);
    assert_eq!(flows.ask("POST", "/score", "", QUESTION).await.status(), 200);
    assert_eq!(flows.ended().await.broken_off, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_do_not_end_in_time_say_so() {
    let connections = ServerOptions { drain: Duration::from_millis(50), ..ServerOptions::default() };
    let rules = "faults: { fault: hang-mid-body }";
    let mut flows = Flows::chat(rules, SiteOptions::default(), connections).await;
    let mut stream = flows.connect().await;
    send(&mut stream, "POST", "/score", EVENTS, QUESTION).await;
    flows.until(async |flows| flows.site.running() == 1).await;
    // The first piece is there, and then nothing.
    flows
        .until(async |flows| flows.figure("flow_time_to_first_chunk_seconds_count{flow=\"chat\"}").await == Some(1.0))
        .await;
    flows.tell_to_end();
    let (came, ended) = join(receive(&mut stream, LIMIT), flows.ended()).await;
    let last = came.body.trim_end().rsplit("data: ").next().unwrap_or_default().to_owned();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap_or_else(|error| panic!("{error}: {came:?}"));
    assert!(last["error"]["message"].as_str().is_some_and(|message| message.contains("stopped")), "{came:?}");
    assert_eq!(ended.broken_off, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_twice_does_not_wait() {
    let rules = "faults: { fault: hang }";
    let mut flows = Flows::chat(rules, SiteOptions::default(), ServerOptions::default()).await;
    let mut stream = flows.connect().await;
    send(&mut stream, "POST", "/score", "", QUESTION).await;
    flows.until(async |flows| flows.site.running() == 1).await;
    flows.tell_to_end();
    flows.until(async |flows| flows.site.is_draining()).await;
    let _ = flows.end_now.take().map(|end| end.send(()));
    assert_eq!(flows.ended().await.broken_off, 1);
}
