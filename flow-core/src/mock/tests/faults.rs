use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{ask, context, model, read, request_of, say};
use crate::mock::{Fault, MockModel};
use crate::model::{Api, CallContext, Model, ModelError, ModelErrorKind, ModelReply};

/// What a client of this process sees: the answer's events or body, and how it ended.
async fn see(model: &MockModel, text: &str, streams: bool, context: &CallContext) -> String {
    let body = json!({ "stream": streams, "messages": [{ "role": "user", "content": text }] });
    let told = |error: ModelError| format!("{:?}: {error}", error.kind);
    match model.call(&request_of(Api::Chat, body), context).await {
        Err(error) => told(error),
        Ok(ModelReply::Whole(body)) => format!("{}", body["choices"][0]["message"]["content"]),
        Ok(ModelReply::Stream(mut stream)) => {
            let mut count = 0;
            while let Some(event) = stream.next().await {
                match event {
                    Ok(_) => count += 1,
                    Err(error) => return format!("{count} events, {}", told(error)),
                }
            }
            format!("{count} events")
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_is_what_a_client_makes_of_it() {
    let mut seen = String::new();
    let names = Fault::NAMED.iter().map(|(name, _)| (*name).to_owned());
    for name in names.chain(["400".into(), "529".into()]) {
        let model = model(&format!("faults: {{ fault: {name} }}\nrules: [{{ reply: one two three four }}]"));
        for streams in [false, true] {
            let cancel = CancellationToken::new();
            let context = CallContext { cancel: cancel.clone(), ..context() };
            let start = Instant::now();
            // Whoever waits longer gives up.
            let (said, ()) = tokio::join!(see(&model, "x", streams, &context), async {
                tokio::time::sleep(Duration::from_secs(60)).await;
                cancel.cancel();
            });
            let form = if streams { "stream" } else { "whole" };
            seen += &format!("{name}, {form}: {said}\n");
            assert_eq!(start.elapsed(), Duration::from_secs(60));
        }
    }
    insta::assert_snapshot!(seen);
}

#[tokio::test]
async fn scripts_follow_the_tries_of_a_request() {
    let model = model(
        "
faults:
  - { script: [429, { fault: 503, retry_after: { ms: 1500 } }, ok, reset], when: { text: script } }
  - { fault: close, times: 2, when: { text: times } }
rules: [{ reply: well }]
",
    );
    let context = context();
    let mut seen = Vec::new();
    for text in ["script", "times", "script", "times", "script", "times", "script", "script", "another script"] {
        let said = see(&model, text, false, &context).await;
        seen.push(format!("{text}: {said}"));
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    script: Status(429): the mock model answered 429: too many requests
    times: Broken: the connection to the mock model broke: it was closed before an answer
    script: Status(503): the mock model answered 503: the server failed
    times: Broken: the connection to the mock model broke: it was closed before an answer
    script: "well"
    times: "well"
    script: Broken: the connection to the mock model broke: it was reset
    script: "well"
    another script: Status(429): the mock model answered 429: too many requests
    "#);
    model.forget_tries();
    assert!(see(&model, "script", false, &context).await.starts_with("Status(429)"));
    assert!(see(&model.clone(), "script", false, &context).await.starts_with("Status(503)"), "clones count together");
}

#[tokio::test]
async fn a_rate_befalls_its_share_of_requests_and_always_the_same() {
    let model = model("faults: [{ fault: 500, rate: 0.2 }, { fault: reset, rate: 0.2, times: 1 }]");
    let (mut refused, mut reset, mut again) = (0, 0, 0);
    for number in 0..500 {
        let text = format!("question {number}");
        let first = see(&model, &text, false, &context()).await;
        let second = see(&model, &text, false, &context()).await;
        refused += u32::from(first.starts_with("Status(500)"));
        again += u32::from(second.starts_with("Status(500)"));
        reset += u32::from(first.starts_with("Broken"));
        assert!(!second.starts_with("Broken"));
    }
    assert_eq!(refused, again);
    assert!((70..130).contains(&refused), "{refused} of 500");
    assert!((50..115).contains(&reset), "{reset} of 400");
}

#[tokio::test]
async fn rules_have_faults_of_their_own() {
    let model = model(
        "
- { when: { text: first }, faults: { fault: 503, times: 1 }, reply: own }
- { when: { text: second }, faults: [{ fault: 500, times: 1 }, { fault: wrong-type, times: 1 }] }
- reply: last
",
    );
    let mut seen = Vec::new();
    for text in ["first", "first", "second", "second", "second", "third"] {
        seen.push(see(&model, text, false, &context()).await);
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    Status(503): the mock model answered 503: the server failed
    "own"
    Status(500): the mock model answered 500: the server failed
    InvalidResponse: the mock model gave a web page in place of JSON
    "last"
    "last"
    "#);
}

#[tokio::test]
async fn each_form_of_retry_after_is_understood() {
    let cases = [
        ("2", Some(Duration::from_secs(2))),
        ("0", Some(Duration::ZERO)),
        ("1000000000", Some(Duration::from_secs(1_000_000_000))),
        ("{ ms: 1500 }", Some(Duration::from_millis(1500))),
        ("{ date: 3 }", Some(Duration::from_secs(3))),
        ("'7'", Some(Duration::from_secs(7))),
        ("'-1'", None),
        ("soon", None),
    ];
    for (form, expected) in cases {
        let model = model(&format!("faults: {{ fault: 429, code: slow_down, message: wait, retry_after: {form} }}"));
        let error = ask(&model, "n", &[("user", "x")]).await.unwrap_err();
        assert_eq!(error.retry_after, expected, "{form}");
        assert_eq!(error.to_string(), "the mock model answered 429 (slow_down): wait");
    }
    assert!(read("faults: { fault: 429, retry_after: -1 }").0.is_none());
}

#[tokio::test(start_paused = true)]
async fn streams_come_at_their_pace() {
    let model = model("latency: 100\nstream: { first: 300, each: 20 }\nrules: [{ reply: one two three }]");
    let start = Instant::now();
    let body = json!({ "stream": true, "messages": [] });
    let Ok(ModelReply::Stream(mut stream)) = model.call(&request_of(Api::Chat, body), &context()).await else {
        panic!("pieces were asked for");
    };
    let mut times = vec![start.elapsed().as_millis()];
    while let Some(event) = stream.next().await {
        event.unwrap();
        times.push(start.elapsed().as_millis());
    }
    // The answer's head, the role, three words, the end.
    assert_eq!(times, [100, 100, 400, 420, 440, 440]);
    let quick = Instant::now();
    say(&model, "n", "whole").await;
    assert_eq!(quick.elapsed(), Duration::from_millis(100));
}

#[tokio::test]
async fn a_hang_ends_with_the_call() {
    let model = model("faults: { fault: hang-mid-body }");
    let context = context();
    context.cancel.cancel();
    let error = see(&model, "x", true, &context).await;
    assert!(error.starts_with(&format!("{:?}", ModelErrorKind::Cancelled)), "{error}");
}
