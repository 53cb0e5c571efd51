//! Whatever writes something writes no secret, while the model repeats to everyone all that it was sent.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::TestContext;
use super::context::CANARY;
use super::serving::{end, score};

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
    variants:
      short: { prompt: "user:\nin short: {{ text }}" }
"#;

const ROWS: &str = "{\"text\": \"plain\", \"expected\": \"yes\"}\n{\"text\": \"repeat\", \"expected\": \"yes\"}\n\
                    {\"text\": \"other\", \"expected\": \"no\"}\n";

const EVALUATION: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { ask: [base, short] }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.label}", expected: "${data.expected}" } }
"#;

/// Commands that write: into files, into the folder of runs, or on the screen. The model fails in each second row.
const COMMANDS: &[&str] = &[
    "batch . --data rows.jsonl --map text='${data.text}' --record tapes -o results.jsonl",
    "batch . --data rows.jsonl --map text='${data.text}' -o results.csv --name second",
    "batch . --data rows.jsonl --map text='${data.text}' -o results.parquet --json",
    "batch --resume last --retry-failed",
    "batch . --data rows.jsonl --map text='${data.text}' --replay tapes",
    "run --inputs row.json --trace",
    "run --inputs row.json --trace --json",
    "run --inputs plain.json --stream",
    "plan . --data rows.jsonl --map text='${data.text}' --pilot 2",
    "eval eval.yaml -o report.html -o report.md -o report.xml -o report.csv -o report.json",
    "compare last -o compare.html",
    "label last -o labels.csv --blank",
    "runs list --json",
    "runs show last",
    "runs show last --json",
    "runs rows last --failed",
    "runs rows last --json",
    "runs query 'select * from rows' -o rows.csv",
    "runs query 'select * from calls' -o calls.parquet",
    "runs query 'select * from scores' -o scores.jsonl",
    "runs diff second last",
    "runs bless last --variant ask=short -o baseline.json",
    "runs export last -o data.jsonl --failed",
    "runs rebuild last",
    "runs metrics last",
    "cache stat",
    "cache explain last 0 ask",
    "cache clear",
    "variants",
    "graph --format svg -o flow.svg",
    "graph --format mermaid -o flow.mmd",
    "package by-variable --output image --binary plain.json",
    "package by-variable --output azure --target azureml --binary plain.json",
    "migrate old --write new",
    "migrate old --json",
    "import promptfooconfig.json -o imported",
    "init started",
    "man manual",
    "completions bash",
    "schema flow",
    "pf run create --flow old --data rows.jsonl --column-mapping text='${data.text}' --name third",
    "pf run show-details --name third",
    "pf run visualize --names third --html-path third.html",
];

/// A model that answers, and where it is to `repeat` refuses with all that it was sent, headers included.
fn start_model() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut request = vec![0; 64 * 1024];
                let length = stream.read(&mut request).unwrap_or(0);
                let said = String::from_utf8_lossy(&request[..length]).into_owned();
                let (status, body) = if said.contains("repeat") {
                    (400, serde_json::json!({ "error": { "message": said, "code": "echo" } }))
                } else {
                    let message = serde_json::json!({ "role": "assistant", "content": "yes" });
                    let choice = serde_json::json!({ "index": 0, "message": message, "finish_reason": "stop" });
                    let usage = serde_json::json!({ "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6 });
                    let (id, object, model) = ("c-1", "chat.completion", "gpt-4o-mini");
                    let body = serde_json::json!({
                        "id": id, "object": object, "created": 1, "model": model, "choices": [choice], "usage": usage
                    });
                    (200, body)
                };
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            });
        }
    });
    address.to_string()
}

fn context(host: &str) -> TestContext {
    let connections = format!(
        "openai:\n  kind: openai\n  base_url: http://{host}/v1\n  api_key: sk-{CANARY}\n  headers: {{ X-Team: 'team {CANARY}' }}\n"
    );
    let dag = FLOW.replace("    variants:\n      short: { prompt: \"user:\\nin short: {{ text }}\" }\n", "");
    let provider = format!(
        r#"{{"id": "openai:chat:gpt-4o-mini", "config": {{"apiBaseUrl": "http://{host}/v1", "apiKey": "sk-{CANARY}"}}}}"#
    );
    let configuration = format!(
        r#"{{"prompts": ["{{{{text}}}}"], "providers": [{provider}], "tests": [{{"vars": {{"text": "plain"}}, "assert": [{{"type": "equals", "value": "yes"}}]}}]}}"#
    );
    TestContext::with(&[
        ("flow.yaml", FLOW),
        ("connections.yaml", &connections),
        (".env", &format!("OPENAI_API_KEY=sk-{CANARY}\nSERPAPI_API_KEY={CANARY}\n")),
        ("rows.jsonl", ROWS),
        ("row.json", "{\"text\": \"repeat\"}"),
        ("plain.json", "{\"text\": \"plain\"}"),
        ("eval.yaml", EVALUATION),
        ("old/flow.dag.yaml", &dag),
        ("old/connections.yaml", &connections),
        ("promptfooconfig.json", &configuration),
        ("by-variable/flow.yaml", FLOW),
        (
            "by-variable/connections.yaml",
            &connections
                .replace(&format!("sk-{CANARY}"), "${env:OPENAI_API_KEY}")
                .replace(&format!("'team {CANARY}'"), "'${env:TEAM}'"),
        ),
        ("by-variable/.env", &format!("OPENAI_API_KEY=sk-{CANARY}\nTEAM={CANARY}\n")),
    ])
    .set("FLOW_RETRIES", "0")
}

#[test]
fn nothing_that_is_written_tells_a_secret() {
    let context = context(&start_model());
    // The user's own file, in the copy of the user's project.
    context.may_hold_secrets("project/new/connections.yaml");
    let mut wrong = Vec::new();
    for line in COMMANDS {
        // The context looks through what was said, and through every file below it.
        let ran = context.ran(line);
        if !matches!(ran.exit, Some(0 | 1 | 3 | 100)) {
            wrong.push(format!("flow {line}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "these never came to writing:\n{}", wrong.join("\n"));

    let serving = context.serve("serve --keep --access-log json");
    for text in ["plain", "repeat"] {
        let came =
            score(&serving, &format!("{{\"text\": \"{text}\"}}"), &[("authorization", &format!("Bearer {CANARY}"))]);
        assert!(!came.text().contains(CANARY), "{came:?}");
    }
    end(serving);
    context.done("runs show last");
}
