//! Each fault as it comes out of the socket.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Came, End, LIMIT, Served};

const FAULTS: &[&str] = &[
    "reset",
    "reset-after-headers",
    "reset-mid-body",
    "close",
    "close-after-headers",
    "close-mid-body",
    "hang",
    "hang-after-headers",
    "hang-mid-body",
    "truncated",
    "no-done",
    "invalid-json",
    "empty",
    "wrong-type",
    "error-object",
    "slow",
];

fn chat(streams: bool) -> String {
    let messages = json!([{ "role": "user", "content": "x" }]);
    json!({ "model": "gpt-4o", "stream": streams, "messages": messages }).to_string()
}

fn told(came: &Came) -> String {
    let kind = came.header("content-type").unwrap_or("-");
    let length = came.header("content-length").unwrap_or("-");
    format!("{} {kind} {length} {:?}\n{}\n", came.status(), came.end, came.body.trim_end())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_comes_out_of_the_socket() {
    let mut seen = String::new();
    for fault in FAULTS {
        let rules = format!("usage: false\nfaults: {{ fault: {fault} }}\nrules: [{{ reply: one two }}]");
        let served = Served::start(&rules).await;
        for streams in [false, true] {
            let patience = if fault.starts_with("hang") { Duration::from_millis(600) } else { LIMIT };
            let came = served.ask("POST", "/v1/chat/completions", "", &chat(streams), patience).await;
            let form = if streams { "stream" } else { "whole" };
            seen += &format!("## {fault}, {form}: {}\n", told(&came));
        }
        let stats = served.get("/stats").await;
        assert_eq!(stats["faults"], json!({ (*fault): 2 }));
        assert_eq!(stats["statuses"], json!({ "200": 2 }));
        served.stop().await;
    }
    insta::assert_snapshot!(seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_tell_how_long_to_wait_in_each_form() {
    let forms = ["2", "1.5", "{ ms: 1500 }", "'-1'", "soon", "{ date: 3600 }"];
    let mut seen = String::new();
    for form in forms {
        let rules = format!("faults: {{ fault: 429, code: rate_limit_exceeded, retry_after: {form} }}");
        let served = Served::start(&rules).await;
        let came = served.ask("POST", "/v1/chat/completions", "", &chat(false), LIMIT).await;
        let date = came.header("retry-after").filter(|words| words.ends_with("GMT"));
        let header = match date {
            Some(date) => {
                let moment = httpdate_of(date);
                let wait = moment.duration_since(std::time::SystemTime::now()).unwrap().as_secs();
                assert!((3500..=3600).contains(&wait), "{wait}");
                "a date".to_owned()
            }
            None => format!("{:?} {:?}", came.header("retry-after"), came.header("retry-after-ms")),
        };
        seen += &format!("{form}: {} {header} {}\n", came.status(), came.body);
        served.stop().await;
    }
    insta::assert_snapshot!(seen);
}

fn httpdate_of(text: &str) -> std::time::SystemTime {
    httpdate::parse_http_date(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_played_one_request_after_the_other() {
    let served = Served::start("faults: { script: [429, reset, hang-mid-body, ok] }").await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let came = served.ask("POST", "/v1/chat/completions", "", &chat(true), Duration::from_millis(600)).await;
        seen.push((came.status(), came.end));
    }
    let expected = [(429, End::Whole), (0, End::Reset), (200, End::Silent), (200, End::Whole), (200, End::Whole)];
    assert_eq!(seen, expected);
    let stats = served.get("/stats").await;
    assert_eq!(stats["faults"], json!({ "429": 1, "hang-mid-body": 1, "reset": 1 }));
    assert_eq!((&stats["requests"], &stats["duplicates"]), (&json!(5), &json!(4)));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_client_that_goes() {
    let served = Served::start("faults: { fault: hang }").await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut stream = served.connect().await;
        crate::client::send(&mut stream, "POST", "/v1/chat/completions", "", &chat(false)).await;
        clients.push(stream);
    }
    let in_flight = async |expected: u64| {
        let start = Instant::now();
        while served.get("/stats").await["in_flight"] != json!(expected) {
            assert!(start.elapsed() < LIMIT, "not {expected} requests under way");
        }
    };
    in_flight(20).await;
    drop(clients);
    in_flight(0).await;
    assert_eq!(served.get("/stats").await["most_in_flight"], 20);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_gives_up_hanging_clients() {
    let served = Served::start("faults: { fault: hang-after-headers }").await;
    let mut stream = served.connect().await;
    crate::client::send(&mut stream, "POST", "/v1/chat/completions", "", &chat(false)).await;
    let first = crate::client::receive(&mut stream, Duration::from_millis(600)).await;
    assert_eq!((first.status(), first.end), (200, End::Silent));
    served.stop().await;
    let rest = crate::client::receive(&mut stream, LIMIT).await;
    assert!(matches!(rest.end, End::Closed | End::Reset), "{rest:?}");
}
