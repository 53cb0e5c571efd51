//! promptflow's package tools, in whose place built-in tools and calls of models stand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use serde_json::json;

use super::TestContext;
use super::context::CANARY;

/// A server of a service, which remembers what it was asked: head and body.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Service {
    /// Answers each request by its first line and its body, with a status and a body.
    fn start(answer: fn(&str, &str) -> (&'static str, String)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        // Ends with the test's process.
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(stream, &seen, answer)));
        Self { address, asked }
    }

    /// The requests so far, which are forgotten.
    fn asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.asked.lock().expect("nobody failed"))
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<(String, String)>>, answer: fn(&str, &str) -> (&'static str, String)) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|length| length > 2) {}
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = reader.read_exact(&mut body);
    let body = String::from_utf8_lossy(&body).into_owned();
    let (status, said) = answer(head.lines().next().unwrap_or_default(), &body);
    seen.lock().expect("nobody failed").push((head, body));
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nlocation: http://elsewhere.example/\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{said}",
        said.len()
    );
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

const SEARCH: &str = r#"inputs:
  question: { type: string, default: louvre }
outputs:
  found: { type: object, reference: "${search.output}" }
nodes:
- name: search
  type: python
  source: { type: package, tool: promptflow.tools.serpapi.SerpAPI.search }
  inputs: { connection: my_serp, query: "${inputs.question}", location: Paris, safe: active, num: "3", engine: google }
"#;

fn search_service() -> Service {
    Service::start(|line, _| match line {
        line if line.contains("q=refuse") => ("401 Unauthorized", format!(r#"{{"error": "Invalid key k-{CANARY}."}}"#)),
        line if line.contains("q=page") => ("200 OK", "<html>hello</html>".to_owned()),
        line if line.contains("q=moved") => ("302 Found", String::new()),
        line if line.contains("q=echo") => ("200 OK", json!({ "you": line }).to_string()),
        _ => ("200 OK", r#"{"organic_results": [{"position": 1, "title": "Louvre"}]}"#.to_owned()),
    })
}

#[test]
fn the_web_is_searched_as_promptflow_does() {
    let service = search_service();
    let connections =
        format!("my_serp: {{ type: serp, api_base: \"{}\", api_key: \"${{env:SERP_KEY}}\" }}\n", service.address);
    let context = TestContext::with(&[("flow.dag.yaml", SEARCH), ("connections.yaml", &connections)]);
    let context = context.set("SERP_KEY", &format!("k-{CANARY}"));
    let told = context.session(&["check", "check --allow-private-network", "run --allow-private-network"]);
    let asked = service.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let line = asked[0].0.lines().next().unwrap_or_default().replace(&format!("k-{CANARY}"), "KEY");
    let failures = context.session(&[
        "run --allow-private-network -i question=refuse",
        "run --allow-private-network -i question=page",
        "run --allow-private-network -i question=moved",
        "run --allow-private-network -i question=echo",
    ]);
    let port = service.address.rsplit(':').next().unwrap_or_default();
    assert_snapshot!(format!("{told}\n{line}\n\n{failures}").replace(&format!("port {port}"), "port [PORT]"));
}

#[test]
fn a_search_needs_a_connection_of_its_kind() {
    let own = r#"outputs:
  found: { type: object, reference: "${search.output}" }
nodes:
- name: search
  type: tool
  tool: web.search
  connection: NAME
  inputs: { query: louvre, num: 2 }
"#;
    let connections = "model: { kind: openai, api_key: \"${env:KEY}\" }\nkeyless: { kind: serp }\n\
                       odd: { kind: serp, api_key: \"${env:KEY}\", api_base: ftp://here }\n";
    let context = TestContext::with(&[("connections.yaml", connections)]).set("KEY", &format!("k-{CANARY}"));
    let mut told = String::new();
    for name in ["model", "keyless", "odd", "gone"] {
        context.write("flow.yaml", &own.replace("NAME", name));
        told += &context.session(&["check"]);
    }
    context.write("flow.yaml", &own.replace("  connection: NAME\n", ""));
    told += &context.session(&["check", "run --mock", "tools web.search"]);
    assert_snapshot!(told);
    let bare = TestContext::with(&[("flow.yaml", &own.replace("NAME", "serp_connection"))]);
    let bare = bare.set("SERPAPI_API_KEY", &format!("k-{CANARY}"));
    assert_snapshot!(bare.session(&["check", "connections"]), @r"
    $ flow check
    ----- stdout
    1 flow checked, nothing wrong
    ----- exit 0

    $ flow connections
    ----- stdout
    serp                    custom    the environment
    ----- exit 0
    ");
}
