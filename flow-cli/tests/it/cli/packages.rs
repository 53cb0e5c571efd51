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

/// What costs money and changes nothing is kept; what may change something is done each time.
#[test]
fn searches_of_batches_are_kept_and_requests_are_not() {
    let service = search_service();
    let flow = format!(
        "{SEARCH}- name: post\n  type: tool\n  tool: http.request\n  inputs: {{ url: \"{}/post\", method: POST, json: \"${{inputs.question}}\" }}\n",
        service.address
    );
    let connections =
        format!("my_serp: {{ type: serp, api_base: \"{}\", api_key: \"${{env:SERP_KEY}}\" }}\n", service.address);
    let rows = "{\"question\": \"louvre\"}\n{\"question\": \"louvre\"}\n{\"question\": \"echo\"}\n";
    let files = [("flow.dag.yaml", &*flow), ("connections.yaml", &connections), ("rows.jsonl", rows)];
    let context = TestContext::with(&files).set("SERP_KEY", &format!("k-{CANARY}"));
    let asked = |line: &str| {
        context.done(&format!(
            "batch --data rows.jsonl --map question='${{data.question}}' --allow-private-network {line}"
        ));
        let asked = service.asked();
        let searches = asked.iter().filter(|(head, _)| head.contains("q=")).count();
        (searches, asked.len() - searches)
    };
    assert_eq!(asked("-j 3"), (2, 3), "equal searches at the same time are one");
    assert_eq!(asked(""), (1, 3), "the answer that held the key was not kept");
    assert_eq!(asked("--no-cache"), (3, 3));
    assert_eq!(context.json("cache stat --json", 0)["models"][0]["model"], "web.search");
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

const OPEN_MODEL: &str = r#"inputs:
  question: { type: string, default: "Why?" }
outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
- name: ask
  type: custom_llm
  source: { type: package_with_prompt, tool: promptflow.tools.open_model_llm.OpenModelLLM.call, path: ask.jinja2 }
  inputs: { endpoint_name: ENDPOINT, api: API, temperature: "0.5", DEPLOYMENT, question: "${inputs.question}" }
"#;

const ASK: &str = "system:\nBe brief.\n\nuser:\n{{ question }}\n";

/// Files of a flow that asks an open model, of its input `endpoint_name`, its API, and other inputs.
fn open_model(endpoint: &str, api: &str, more: &str) -> String {
    OPEN_MODEL.replace("ENDPOINT", endpoint).replace("API", api).replace("DEPLOYMENT", more)
}

#[test]
fn what_becomes_of_a_package_tool_is_told() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "tools promptflow.tools.llm.llm",
        "tools promptflow.tools.serpapi.SerpAPI.search",
        "tools promptflow.tools.open_model_llm.OpenModelLLM.call",
        "tools promptflow.tools.embedding.embedding",
        "tools promptflow_vectordb.tool.common_index_lookup.search",
        "tools promptflow.tools.llm.llm --json",
        "tools my.own.tool",
    ]));
}

#[test]
fn open_models_are_asked_in_the_way_of_their_family() {
    let service = Service::start(|line, body| match (line, body) {
        (_, body) if body.contains("refuse") => ("424 Failed Dependency", r#"{"message": "no GPU"}"#.to_owned()),
        (_, body) if body.contains("odd") => ("200 OK", r#"{"text": "?"}"#.to_owned()),
        (line, _) if line.contains("inference.ai") && line.contains("/chat/") => {
            let choice = json!({ "message": { "role": "assistant", "content": "served" }, "finish_reason": "stop" });
            (
                "200 OK",
                json!({ "choices": [choice], "usage": { "prompt_tokens": 5, "completion_tokens": 1 } }).to_string(),
            )
        }
        (line, _) if line.contains("inference.ai") => ("200 OK", r#"{"choices": [{"text": "filled"}]}"#.to_owned()),
        (_, body) if body.contains("\"role\"") => ("200 OK", r#"{"output": "said"}"#.to_owned()),
        _ => ("200 OK", r#"[{"0": "went on"}]"#.to_owned()),
    });
    let connection = |name: &str, path: &str, family: &str| {
        format!(
            "{name}: {{ kind: custom, configs: {{ endpoint_url: \"{}{path}\", model_family: {family} }}, \
             secrets: {{ endpoint_api_key: \"${{env:ENDPOINT_KEY}}\" }} }}\n",
            service.address
        )
    };
    let connections = [
        connection("llama", "/score", "LLAMA"),
        connection("falcon", "/score", "FALCON"),
        connection("serverless", "/inference.ai.azure.com/v1/chat/completions", "LLAMA"),
    ]
    .concat();
    let context = TestContext::with(&[("ask.jinja2", ASK), ("connections.yaml", &connections)]);
    let context = context.set("ENDPOINT_KEY", &format!("k-{CANARY}")).set("FLOW_RETRIES", "0");
    let mut told = String::new();
    for (endpoint, api, more) in [
        ("connection/llama", "chat", "top_p: 0.9, model_kwargs: { repetition_penalty: 2 }"),
        ("localConnection/llama", "completion", "deployment_name: blue, max_new_tokens: 20"),
        ("connection/falcon", "chat", "deployment_name: default"),
        ("connection/serverless", "chat", "model_kwargs: \"{}\""),
        ("connection/serverless", "completion", "seed: 1"),
    ] {
        context.write("flow.dag.yaml", &open_model(endpoint, api, more));
        let answer = context.done("run");
        for (head, body) in service.asked() {
            let shown = head.lines().filter(|line| {
                let line = line.to_lowercase();
                line.starts_with("post") || line.starts_with("azureml") || line.starts_with("authorization")
            });
            let head: Vec<String> = shown.map(|line| line.replace(&format!("k-{CANARY}"), "KEY")).collect();
            told += &format!("{endpoint} {api}\n  {}\n  {body}\n  {answer}", head.join("\n  "));
        }
    }
    context.write("flow.dag.yaml", &open_model("connection/llama", "chat", "max_new_tokens: 5"));
    told += &context.session(&["run -i question=refuse", "run -i question=odd"]);
    assert_snapshot!(told);
}

#[test]
fn open_models_are_named_by_a_connection() {
    let connections = "model: { kind: openai, api_key: \"${env:KEY}\" }\n\
                       bare: { kind: custom, configs: { endpoint_url: \"https://here\" } }\n\
                       odd: { kind: custom, configs: { endpoint_url: \"https://here\", model_family: gemma } }\n";
    let context = TestContext::with(&[("ask.jinja2", ASK), ("connections.yaml", connections)]);
    let context = context.set("KEY", &format!("k-{CANARY}"));
    let mut told = String::new();
    for endpoint in ["onlineEndpoint/gpt2", "connection/model", "connection/bare", "connection/odd", "gpt2", "''"] {
        context.write("flow.dag.yaml", &open_model(endpoint, "chat", "max_new_tokens: 20"));
        told += &context.session(&["check"]);
    }
    let key = "endpoint_api_key: abc";
    context.write("flow.dag.yaml", &open_model("connection/odd", "chat", key));
    told += &context.session(&["check"]);
    context.write("flow.dag.yaml", &open_model("serverlessEndpoint/llama", "chat", "max_new_tokens: 20"));
    told += &context.session(&["check", "run --mock"]);
    assert_snapshot!(told);
}

const VISION: &str = r#"message_format: openai-vision
inputs:
  picture: { type: list }
outputs:
  seen: { type: string, reference: "${see.output}" }
  said: { type: string, reference: "${say.output}" }
nodes:
- name: see
  type: custom_llm
  source: { type: package_with_prompt, tool: promptflow.tools.aoai_gpt4v.AzureOpenAI.chat, path: see.jinja2 }
  inputs: { connection: gone, deployment_name: gpt-4o, picture: "${inputs.picture}" }
- name: say
  type: custom_llm
  source: { type: package_with_prompt, tool: promptflow.tools.llm.llm, path: say.jinja2 }
  inputs: { connection: gone, api: chat, deployment_name: gpt-4o, seen: "${see.output}" }
"#;

#[test]
fn package_tools_that_ask_a_model_are_priced_recorded_and_mocked_as_llm_nodes() {
    let rules = "- when: { text: what is it }\n  reply: a red square\n- reply: it is red\n";
    let context = TestContext::with(&[
        ("flow.dag.yaml", VISION),
        ("see.jinja2", "user:\nwhat is it?\n![image]({{ picture }})\n"),
        ("say.jinja2", "user:\n{{ seen }}\n"),
        ("rules.yaml", rules),
    ]);
    let red = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==";
    context.write("picture.json", &json!({ "picture": [{ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{red}") } }] }).to_string());
    let told = context.session(&[
        "run --mock=rules.yaml --inputs picture.json --json --record tape",
        "run --inputs picture.json --replay tape",
    ]);
    assert_snapshot!(told);
    let tape = context.folder().join("tape");
    let recorded = std::fs::read_dir(tape).expect("a recording").flatten();
    let recorded: String = recorded.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    assert!(recorded.contains("type: image_url") && recorded.contains("detail: auto"), "{recorded}");
}
