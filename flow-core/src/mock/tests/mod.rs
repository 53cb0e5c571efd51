//! Answers, faults and messages of the mock.

mod calls;
mod faults;
mod mistakes;
mod samples;
mod vectors;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Answered, MockModel, Rules};
use crate::diag::Diagnostics;
use crate::model::{Answer, Api, CallContext, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use crate::source::SourceMap;

fn read(text: &str) -> (Option<Rules>, String) {
    let mut sources = SourceMap::default();
    let file = sources.add("mock.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let rules = Rules::read(&sources, file, &mut diagnostics);
    let shown = diagnostics.sorted().into_iter().map(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| sources.line_column(label.span));
        let place = place.map_or_else(String::new, |place| format!("{}:{} ", place.line, place.column));
        let help = diagnostic.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{place}[{}] {}{help}\n", diagnostic.code.name(), diagnostic.message)
    });
    (rules, shown.collect())
}

fn model(text: &str) -> MockModel {
    let (rules, problems) = read(text);
    assert_eq!(problems, "");
    MockModel::new(rules.unwrap())
}

fn request(messages: &[(&str, &str)]) -> ModelRequest {
    let messages: Vec<_> = messages.iter().map(|(role, content)| json!({ "role": role, "content": content })).collect();
    let body = json!({ "model": "gpt-4o", "messages": messages });
    ModelRequest { api: Api::Chat, model: Arc::from("gpt-4o"), body: body.as_object().unwrap().clone() }
}

/// A request with any body.
fn request_of(api: Api, body: serde_json::Value) -> ModelRequest {
    let name = body["model"].as_str().unwrap_or("gpt-4o");
    ModelRequest { api, model: Arc::from(name), body: body.as_object().unwrap().clone() }
}

/// The whole answer to a body.
fn answer(model: &MockModel, api: Api, body: serde_json::Value) -> serde_json::Value {
    match model.react(&request_of(api, body), "").answer {
        Answered::Whole(body) => body,
        other => panic!("{other:?}"),
    }
}

fn context() -> CallContext {
    CallContext { node: "n".into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() }
}

async fn ask(model: &MockModel, node: &str, messages: &[(&str, &str)]) -> Result<Answer, ModelError> {
    let context =
        CallContext { node: node.into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() };
    match model.call(&request(messages), &context).await? {
        ModelReply::Whole(body) => Ok(Answer::from_body(Api::Chat, body)),
        ModelReply::Stream(_) => panic!("nobody asked for pieces"),
    }
}

async fn say(model: &MockModel, node: &str, text: &str) -> String {
    let answer = ask(model, node, &[("system", "Be kind."), ("user", text)]).await.unwrap();
    answer.messages[0]["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_rule_that_fits_answers() {
    let model = model(
        r#"
rules:
  - when: { node: classify, text: [Refund, "charged twice"] }
    reply: billing
  - when: { node: classify, match: "(?i)order #(?<number>\\d+)" }
    json: { label: other, order: "{{ match.number }}", size: "{{ text | length }}", note: "about {{ match.number }}" }
  - when: { match: "^(\\w+) and (\\w+)$" }
    reply: "{{ match[2] }} then {{ match[1] }}"
  - when: { system: "BE KIND", text: who }
    reply: |
      {{ node }} of {{ model }}: {{ messages | map(attribute="role") | join(",") }} ({{ request.model }})
"#,
    );
    assert_eq!(say(&model, "classify", "I want a REFUND!").await, "billing");
    assert_eq!(
        say(&model, "classify", "Order #42 is late").await,
        r#"{"label":"other","order":"42","size":17,"note":"about 42"}"#
    );
    assert_eq!(say(&model, "reply", "salt and pepper").await, "pepper then salt");
    assert_eq!(say(&model, "reply", "who?").await, "reply of gpt-4o: system,user (gpt-4o)");
    assert_eq!(say(&model, "reply", "I want a refund").await, "Mock answer to: I want a refund");
}

#[tokio::test]
async fn without_rules_the_question_is_echoed() {
    let model = MockModel::new(Rules::default());
    let answer =
        ask(&model, "n", &[("user", "one two three four five six seven eight nine ten eleven twelve 13")]).await;
    let answer = answer.unwrap();
    let expected = "Mock answer to: one two three four five six seven eight nine ten eleven twelve …";
    assert_eq!(answer.messages[0]["content"], expected);
    assert_eq!(answer.finish_reason.as_deref(), Some("stop"));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 17, 20));
    assert_eq!(ask(&model, "n", &[]).await.unwrap().messages[0]["content"], "Mock answer");
}

#[tokio::test]
async fn errors_of_the_model_are_as_frequent_as_asked_and_repeatable() {
    let careful = "Think about what the customer wants.";
    let model = model(
        "
seed: 3
accuracy:
  - when: { messages: think about }
    is: 0.9
  - is: 0.6
rules:
  - reply: right
    wrong: [off, worse]
",
    );
    for (system, expected) in [(careful, 0.9), ("Classify.", 0.6)] {
        let mut right = 0.0;
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..600 {
            let ticket = format!("ticket {number}");
            let messages = [("system", system), ("user", ticket.as_str())];
            let first = ask(&model, "n", &messages).await.unwrap();
            let second = ask(&model, "n", &messages).await.unwrap();
            assert_eq!(first.messages, second.messages);
            let said = first.messages[0]["content"].as_str().unwrap().to_owned();
            right += f64::from(said == "right") / 600.0;
            seen.insert(said);
        }
        assert!((right - expected).abs() < 0.06, "{right} for {expected}");
        assert_eq!(seen.len(), 3, "both wrong answers occur: {seen:?}");
    }
    let other = model.clone().with_seed(4);
    let mut differs = false;
    for number in 0..20 {
        let text = format!("ticket {number}");
        differs |= say(&model, "n", &text).await != say(&other, "n", &text).await;
    }
    assert!(differs, "another seed errs elsewhere");
}

#[tokio::test]
async fn failures_carry_status_and_wait_and_others_go_on() {
    let model = model(
        "
- when: { text: overload }
  error: { status: 429, retry_after: 1.5, message: slow down, code: rate_limit_exceeded }
- error: { status: 503, rate: 0.25 }
- reply: fine
",
    );
    let error = ask(&model, "n", &[("user", "overload")]).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Status(429));
    assert_eq!(error.retry_after, Some(Duration::from_millis(1500)));
    assert_eq!(error.to_string(), "the mock model answered 429 (rate_limit_exceeded): slow down");
    let mut failed = 0;
    for number in 0..400 {
        match ask(&model, "n", &[("user", &format!("{number}"))]).await {
            Ok(answer) => assert_eq!(answer.messages[0]["content"], "fine"),
            Err(error) => {
                assert_eq!(error.to_string(), "the mock model answered 503: the server failed");
                failed += 1;
            }
        }
    }
    assert!((75..125).contains(&failed), "{failed} of 400");
}

#[tokio::test(start_paused = true)]
async fn latency_takes_its_time_and_ends_with_the_call() {
    let model = model("latency: 250\nrules:\n  - { when: { text: slow }, reply: s, latency: 9000 }");
    let start = tokio::time::Instant::now();
    say(&model, "n", "quick").await;
    assert_eq!(start.elapsed(), Duration::from_millis(250));
    say(&model, "n", "slow").await;
    assert_eq!(start.elapsed(), Duration::from_millis(9250));

    let cancel = CancellationToken::new();
    let context = CallContext { node: "n".into(), row: None, deadline: None, repeat: 0, cancel: cancel.clone() };
    let request = request(&[("user", "slow")]);
    let start = tokio::time::Instant::now();
    let (answer, ()) = tokio::join!(model.call(&request, &context), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        cancel.cancel();
    });
    assert_eq!(answer.unwrap_err().kind, ModelErrorKind::Cancelled);
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[tokio::test]
async fn usage_is_told_as_asked() {
    let fixed = model("usage: { prompt_tokens: 10, completion_tokens: 5 }");
    let usage = ask(&fixed, "n", &[("user", "x")]).await.unwrap().usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens), (10, 5));
    assert!(ask(&model("usage: false"), "n", &[("user", "x")]).await.unwrap().usage.is_none());
}

#[tokio::test]
async fn a_reply_that_cannot_be_filled_says_so() {
    let model = model("- { when: { match: 'a(?<b>x)?' }, reply: '{{ match.c }}' }");
    let error = ask(&model, "n", &[("user", "a")]).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::InvalidResponse);
    insta::assert_snapshot!(error, @"rule 1 of the mock model cannot answer: `match.c` is undefined (at reply:1:4)");
}

#[test]
fn an_empty_file_has_no_rules() {
    let (rules, problems) = read("# nothing yet\n");
    assert!(rules.is_some());
    assert_eq!(problems, "");
}
