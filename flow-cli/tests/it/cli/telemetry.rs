//! What a collector gets to see of a run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use insta::assert_snapshot;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::TestContext;
use super::context::CANARY;

/// A collector that takes one request.
struct Collector {
    address: String,
    thread: JoinHandle<(Vec<String>, Vec<u8>)>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("somebody comes");
            let mut reader = BufReader::new(stream);
            let (head, body) = request(&mut reader);
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
            reader.get_mut().write_all(answer.as_bytes()).expect("it waits for an answer");
            (head, body)
        });
        Self { address, thread }
    }

    /// The request's head, the resource's attributes and the spans.
    fn seen(self) -> (Vec<String>, BTreeMap<String, String>, Vec<Span>) {
        let (head, body) = self.thread.join().expect("the collector ends well");
        assert!(!String::from_utf8_lossy(&body).contains(CANARY), "a trace tells a secret");
        let request = ExportTraceServiceRequest::decode(&*body).expect("protobuf");
        let mut resources = request.resource_spans.into_iter();
        let first = resources.next().expect("a resource");
        assert!(resources.next().is_none(), "one resource");
        let resource = attributes(&first.resource.expect("a resource").attributes);
        (head, resource, first.scope_spans.into_iter().flat_map(|scope| scope.spans).collect())
    }
}

/// Reads a request: the lines of its head, and its body.
fn request(reader: &mut BufReader<TcpStream>) -> (Vec<String>, Vec<u8>) {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line of the head");
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("a length")];
    reader.read_exact(&mut body).expect("the whole body");
    (head, body)
}

fn plain(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => format!("{number:?}"),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::ArrayValue(list)) => {
            format!("[{}]", list.values.iter().map(|value| plain(Some(value))).collect::<Vec<_>>().join(", "))
        }
        _ => "?".to_owned(),
    }
}

fn attributes(list: &[KeyValue]) -> BTreeMap<String, String> {
    list.iter().map(|pair| (pair.key.clone(), plain(pair.value.as_ref()))).collect()
}

/// The spans as a tree, without what differs between runs.
fn tree(spans: &[Span], parent: &[u8], indent: usize, text: &mut String) {
    for span in spans.iter().filter(|span| span.parent_span_id == parent) {
        let status = span.status.as_ref().map(|status| (status.code, status.message.as_str())).unwrap_or_default();
        text.push_str(&format!("{:indent$}{} (kind {}, status {status:?})\n", "", span.name, span.kind));
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano && span.start_time_unix_nano > 0);
        for (name, value) in attributes(&span.attributes) {
            let value = if name == "gen_ai.response.id" { "[ID]" } else { &value };
            text.push_str(&format!("{:indent$}    {name}: {value}\n", ""));
        }
        tree(spans, &span.span_id, indent + 2, text);
    }
}

fn exported(context: TestContext, command: &str, variables: &[(&str, &str)]) -> String {
    let collector = Collector::start();
    let mut context = context.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address);
    for (name, value) in variables {
        context = context.set(name, value);
    }
    context.ran(command);
    let (_, _, spans) = collector.seen();
    let mut text = String::new();
    tree(&spans, &[], 0, &mut text);
    assert_eq!(text.lines().filter(|line| line.contains("(kind")).count(), spans.len(), "all spans hang together");
    text
}

#[test]
fn a_collector_gets_the_spans_of_a_run_without_its_texts() {
    let text = exported(TestContext::of_starter("classification"), "run --mock", &[]);
    assert_snapshot!(text);
    assert!(!text.contains("album"), "no text of the input");
}

#[test]
fn texts_are_sent_where_that_is_asked_for() {
    let content = [("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")];
    assert_snapshot!(exported(TestContext::of_starter("classification"), "run --mock", &content));
}

#[test]
fn a_failed_run_says_so() {
    let context = TestContext::with(&[
        (
            "flow.yaml",
            "inputs: { q: { type: string, default: hi } }\noutputs: { a: { type: string, reference: \"${ask.output}\" } }\n\
             nodes:\n- name: ask\n  type: llm\n  connection: mock\n  prompt: \"user:\\n{{ q }}\"\n  \
             inputs: { model: gpt-4o-mini, q: \"${inputs.q}\" }\n",
        ),
        ("mock.yaml", "- error: { status: 401, message: the words of the provider }\n"),
    ]);
    let text = exported(context, "run", &[]);
    assert_snapshot!(text);
    assert!(!text.contains("the words of the provider"));
}

#[test]
fn address_headers_and_names_come_from_the_environment() {
    let collector = Collector::start();
    let context = TestContext::of_starter("classification")
        .set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &format!("{}/collect/here", collector.address))
        .set("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20collector-key")
        .set("OTEL_SERVICE_NAME", "triage-service")
        .set("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    assert_eq!(context.ran("run --mock").exit, Some(0));
    let (head, resource, spans) = collector.seen();
    assert!(head[0].starts_with("POST /collect/here "), "{head:?}");
    assert!(head.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer collector-key")), "{head:?}");
    assert_eq!(resource["service.name"], "triage-service");
    assert_eq!(resource["deployment.environment.name"], "test");
    assert!(spans.len() > 2);
}

#[test]
fn a_collector_that_is_not_there_is_a_warning_and_no_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let context = TestContext::of_starter("classification")
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://user:collector-password@{address}"));
    let ran = context.ran("run --mock");
    assert_eq!(ran.exit, Some(0));
    assert!(ran.stderr.contains("warning: the trace could not be sent to http://127.0.0.1:"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("collector-password"), "{}", ran.stderr);
    let off = context.set("OTEL_SDK_DISABLED", "true").ran("run --mock");
    assert!(!off.stderr.contains("warning"), "{}", off.stderr);
}

/// A provider that answers one call, and gives the head of the request.
fn provider() -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let mut reader = BufReader::new(stream);
        let (head, _) = request(&mut reader);
        let answer = r#"{"id":"1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"yes"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;
        let head_of_answer =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
        reader.get_mut().write_all(format!("{head_of_answer}{answer}").as_bytes()).expect("it waits for an answer");
        head
    });
    (address, thread)
}

#[test]
fn a_request_belongs_to_the_trace_of_whoever_asks_and_so_does_the_provider() {
    const FLOW: &str = "inputs:\n  question: { type: string }\noutputs:\n  answer: { type: string, reference: \"${answer.output}\" }\nnodes:\n  \
        - name: answer\n    type: llm\n    connection: openai\n    prompt: \"user:\\n{{ question }}\"\n    \
        inputs: { model: gpt-4o-mini, question: \"${inputs.question}\" }\n";
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    let (collector, (address, provider)) = (Collector::start(), provider());
    let context = TestContext::with(&[("flow.yaml", FLOW)])
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
        .set("OPENAI_BASE_URL", &address)
        .set("OPENAI_API_KEY", &format!("sk-{CANARY}"));
    let mut serving = context.serve("serve");
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let headers = [("traceparent", &*parent)];
    let came = crate::http::ask(serving.address, "POST", "/score", &headers, Some(b"{\"question\": \"is it?\"}"));
    assert_eq!(came.status, 200, "{came:?}");
    let ended = std::process::Command::new("kill").arg(serving.child.id().to_string()).status().expect("kill is there");
    assert!(ended.success());
    serving.child.wait().expect("it ends");

    let (_, _, spans) = collector.seen();
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let root = spans.iter().find(|span| span.name.starts_with("invoke_workflow")).expect("the flow's span");
    assert!(spans.iter().all(|span| hexadecimal(&span.trace_id) == TRACE));
    assert_eq!(hexadecimal(&root.parent_span_id), "b7ad6b7169203331");
    let head = provider.join().expect("the provider ends well");
    let passed = format!("traceparent: 00-{TRACE}-{}-01", hexadecimal(&root.span_id));
    assert!(head.contains(&passed), "{passed}: {head:?}");
}
