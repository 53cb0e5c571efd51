//! What is too large or too slow.

use std::time::Duration;

use flow_serve::{ServerOptions, SiteOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{LIMIT, receive};
use crate::flows::Flows;

/// How often a flow gives its input back.
const COPIES: usize = 32;

/// A body of so many bytes.
fn body(bytes: usize) -> String {
    let frame = "{\"question\": \"\"}".len();
    format!("{{\"question\": \"{}\"}}", "x".repeat(bytes - frame))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_be_as_large_as_was_said() {
    let options = SiteOptions { max_body: 1000, ..SiteOptions::default() };
    let flows = Flows::chat("", options, ServerOptions::default()).await;
    assert_eq!(flows.ask("POST", "/score", "", &body(1000)).await.status(), 200);
    let came = flows.ask("POST", "/score", "", &body(1001)).await;
    assert_eq!(came.status(), 413);
    assert!(came.json()["error"]["message"].as_str().unwrap().contains("1000 bytes"), "{came:?}");
    let chunked = |size: usize| {
        let body = body(size);
        format!(
            "POST /score HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            500,
            &body[..500],
            body.len() - 500,
            &body[500..]
        )
    };
    assert_eq!(flows.say(chunked(1000).as_bytes()).await.status(), 200);
    assert_eq!(flows.say(chunked(1001).as_bytes()).await.status(), 413);
    // What says that it is larger is not read first.
    let huge = b"POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n";
    assert_eq!(flows.say(huge).await.status(), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_unpacked() {
    let flows = Flows::chat("", SiteOptions::default(), ServerOptions::default()).await;
    for coding in ["gzip", "br", "zstd", "gzip, identity"] {
        let came = flows.ask("POST", "/score", &format!("content-encoding: {coding}\r\n"), &body(100)).await;
        assert_eq!(came.status(), 415, "{coding}");
    }
    assert_eq!(flows.ask("POST", "/score", "content-encoding: identity\r\n", &body(100)).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_has_its_limits() {
    let flows = Flows::chat("", SiteOptions::default(), ServerOptions::default()).await;
    let headers = |count: usize, length: usize| {
        (0..count).map(|number| format!("x-{number}: {}\r\n", "y".repeat(length))).collect::<String>()
    };
    // Two headers are the client's own.
    assert_eq!(flows.ask("POST", "/score", &headers(98, 10), &body(100)).await.status(), 200);
    assert_eq!(flows.ask("POST", "/score", &headers(101, 10), &body(100)).await.status(), 431);
    assert_eq!(flows.ask("POST", "/score", &headers(1, 30_000), &body(100)).await.status(), 200);
    assert_eq!(flows.ask("POST", "/score", &headers(1, 33_000), &body(100)).await.status(), 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_trickle_do_not_keep_others_out() {
    let slow = Duration::from_millis(200);
    let options = SiteOptions { body_timeout: slow, ..SiteOptions::default() };
    let connections =
        ServerOptions { head_timeout: slow, idle_timeout: Duration::from_secs(60), ..ServerOptions::default() };
    let flows = Flows::chat("", options, connections).await;
    let mut heads = Vec::new();
    let mut bodies = Vec::new();
    for _ in 0..250 {
        let mut head = flows.connect().await;
        head.write_all(b"POST /score HTTP/1.1\r\nhost: ").await.unwrap();
        heads.push(head);
        let mut body = flows.connect().await;
        body.write_all(b"POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"qu").await.unwrap();
        bodies.push(body);
    }
    // A kept connection, which has said nothing yet, outlives them.
    let mut idle = flows.connect().await;
    assert_eq!(flows.ask("POST", "/score", "", &body(100)).await.status(), 200);
    for head in &mut heads {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(LIMIT, head.read_to_end(&mut bytes)).await.expect("it is closed");
        assert!(read.is_err() || bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    }
    for body in &mut bodies {
        assert_eq!(receive(body, LIMIT).await.status(), 408);
    }
    crate::client::send(&mut idle, "POST", "/score", "", &body(100)).await;
    assert_eq!(receive(&mut idle, LIMIT).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_is_let_go() {
    let connections = ServerOptions {
        stall_timeout: Duration::from_millis(200),
        head_timeout: Duration::from_millis(500),
        ..ServerOptions::default()
    };
    let options = SiteOptions { max_body: 64 << 20, ..SiteOptions::default() };
    // The text comes back many times, which is more than the system keeps for a client that does not read.
    let outputs: String = (0..COPIES)
        .map(|number| format!("  copy{number}: {{ type: string, reference: \"${{inputs.question}}\" }}\n"))
        .collect();
    let flow = format!("inputs:\n  question: {{ type: string }}\noutputs:\n{outputs}nodes: []\n");
    let flows = Flows::of(&[("copies", &flow)], "", options, connections).await;
    let mut stream = flows.connect().await;
    crate::client::send(&mut stream, "POST", "/score", "", &body(1 << 20)).await;
    flows.until(async |flows| flows.log.runs().len() == 1).await;
    let mut came = 0;
    let mut buffer = vec![0; 1 << 16];
    flows.until(async |flows| flows.site.connections() == 0).await;
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        came += read;
    }
    assert!(came < COPIES << 20, "all of it came: {came} bytes");
}
