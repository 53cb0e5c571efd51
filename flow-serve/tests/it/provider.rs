//! The real provider against the server, beside the mock in the process: a fault is the same failure in both.

use std::sync::Arc;
use std::time::Duration;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{Api, CallContext, Model, ModelReply, ModelRequest, Unheard, assemble};
use flow_core::value::Value;
use flow_serve::mock::MockOptions;
use flow_tools::provider::OpenAi;
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::client::{Served, model};

fn connect(served: &Served) -> Arc<dyn Model> {
    let url = format!("http://{}/v1", served.address);
    let connection = Connection {
        name: "mock".into(),
        kind: ConnectionKind::OpenAi,
        fields: [(Arc::from("base_url"), Value::from(url))].into_iter().collect(),
        secrets: Default::default(),
        origin: "a test".into(),
    };
    OpenAi.connect(&connection).unwrap()
}

/// The body of the answer, or the kind of the failure; whoever hangs is given up.
async fn outcome(model: &dyn Model, streams: bool) -> Result<Json, String> {
    let body = json!({ "model": "gpt-4o", "stream": streams, "messages": [{ "role": "user", "content": "x" }] });
    let request = ModelRequest { api: Api::Chat, model: "gpt-4o".into(), body: body.as_object().unwrap().clone() };
    let context =
        CallContext { node: "n".into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() };
    let call = async {
        match model.call(&request, &context).await? {
            ModelReply::Whole(body) => Ok(body),
            ModelReply::Stream(stream) => assemble(Api::Chat, stream, &Unheard).await,
        }
    };
    match tokio::time::timeout(Duration::from_millis(1500), call).await {
        Err(_) => Err("no end".to_owned()),
        Ok(Err(error)) => Err(format!("{:?}, retry after {:?}", error.kind, error.retry_after)),
        Ok(Ok(body)) => Ok(body["choices"][0].clone()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_the_same_failures_in_the_process_and_over_http() {
    let faults = [
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
        "slow, every: 5",
        "401",
        "429, retry_after: 2",
        "429, retry_after: { ms: 1500 }",
        "429, retry_after: soon",
        "503",
    ];
    let (mut seen, mut differ) = (String::new(), Vec::new());
    for fault in faults {
        let rules = format!("faults: {{ fault: {fault} }}\nrules: [{{ reply: one two three }}]");
        let inside = model(&rules);
        let served = Served::with(inside.clone(), MockOptions::default()).await;
        let outside = connect(&served);
        for streams in [false, true] {
            let (inside, outside) = (outcome(&inside, streams).await, outcome(&*outside, streams).await);
            let form = if streams { "stream" } else { "whole" };
            let told = outside.as_ref().map_or_else(String::as_str, |_| "answered");
            seen += &format!("{fault}, {form}: {told}\n");
            if inside != outside {
                differ.push(format!("{fault}, {form}: {inside:?} in the process, {outside:?} over HTTP"));
            }
        }
        served.stop().await;
    }
    assert!(differ.is_empty(), "{differ:#?}");
    insta::assert_snapshot!(seen);
}
