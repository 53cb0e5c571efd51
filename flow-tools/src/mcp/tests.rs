//! Calls of small servers: a script of `sh` over its standard input and output, and a server of this process over HTTP.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flow_core::project::ProjectFiles;
use flow_core::tool::{Tool, ToolContext, ToolError, Waiting};
use flow_core::value::Value;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::Permissions;
use crate::tool::McpCall;

const EVERYTHING: Permissions = Permissions { exec: true, private_network: true };

fn tool(permissions: Permissions) -> Waiting<McpCall> {
    Waiting::new(McpCall::new(permissions))
}

async fn call(tool: &dyn Tool, folder: &Path, inputs: Json) -> Result<Json, String> {
    let context = ToolContext { files: Arc::new(ProjectFiles::new(folder)), cancel: CancellationToken::new() };
    let called = tool.call(Value::from(inputs), &context).await;
    called.map(|value| value.to_serde()).map_err(|error| match error {
        ToolError::Failed { message, passing: true } => format!("{message} [passing]"),
        other => other.to_string(),
    })
}

/// The tools of the servers below.
fn tools() -> Json {
    json!([
        { "name": "echo", "description": "Says it again.", "inputSchema": {
            "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] } },
        { "name": "fail", "inputSchema": { "type": "object" } },
    ])
}

/// What both servers say to a request.
fn answer(method: &str, params: &Json) -> Result<Json, Json> {
    let text = |text: &str| json!([{ "type": "text", "text": text }]);
    Ok(match (method, params["name"].as_str()) {
        ("initialize", _) => json!({
            "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
            "serverInfo": { "name": "little", "version": "1" },
        }),
        ("tools/list", _) => json!({ "tools": tools() }),
        ("tools/call", Some("echo")) => json!({
            "content": text("said"), "structuredContent": { "said": params["arguments"]["text"] },
        }),
        ("tools/call", Some("fail")) => json!({ "content": text("no such order"), "isError": true }),
        _ => return Err(json!({ "code": -32602, "message": "what?" })),
    })
}

/// A server over HTTP, with the requests that it got.
struct Little {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

async fn little() -> Little {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp?key=sk-canary", listener.local_addr().unwrap());
    let (asked, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let little = Little { url, asked: Arc::clone(&asked), connections: Arc::clone(&connections) };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream, Arc::clone(&asked)));
        }
    });
    little
}

async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            let mut piece = [0; 4096];
            match stream.read(&mut piece).await {
                Ok(length @ 1..) => bytes.extend(&piece[..length]),
                _ => return,
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let length = length.unwrap_or(0);
        while bytes.len() < end + length {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).await.unwrap();
            bytes.extend(&piece[..read]);
        }
        let body: Json = serde_json::from_slice(&bytes[end..end + length]).unwrap_or_default();
        bytes.drain(..end + length);
        asked.lock().unwrap().push(head.clone());
        let said = if !head.starts_with("post") {
            "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n".to_owned()
        } else if body["params"]["name"] == "hang" {
            std::future::pending::<String>().await
        } else if let Some(id) = body.get("id") {
            let said = match answer(body["method"].as_str().unwrap_or_default(), &body["params"]) {
                Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
                Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
            };
            let said = said.to_string();
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{said}", said.len())
        } else {
            "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
        };
        if stream.write_all(said.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_server_at_an_address_is_called() {
    let temp = tempfile::tempdir().unwrap();
    let little = little().await;
    let server = json!({ "url": little.url, "headers": { "X-Key": "sk-header" } });
    let tool = tool(EVERYTHING);
    for text in ["hello", "again"] {
        let inputs = json!({ "server": server, "tool": "echo", "arguments": { "text": text } });
        assert_eq!(call(&tool, temp.path(), inputs).await, Ok(json!({ "said": text })));
    }
    let asked = little.asked.lock().unwrap().clone();
    let posts: Vec<&String> = asked.iter().filter(|head| head.starts_with("post")).collect();
    // One greeting, one thanks, two calls.
    assert_eq!(posts.len(), 4, "{asked:#?}");
    assert!(posts.iter().all(|head| head.contains("x-key: sk-header")), "{posts:#?}");
    let told = [
        json!({ "server": server, "tool": "fail" }),
        json!({ "server": server, "tool": "eco" }),
        json!({ "server": server, "tool": "hang", "timeout": 0.3 }),
        json!({ "server": server, "tool": "echo", "arguments": [1] }),
        json!({ "server": { "url": little.url, "headers": { "a b": "c" } }, "tool": "echo" }),
        json!({ "server": { "url": "ftp://host/x" }, "tool": "echo" }),
        json!({ "server": { "address": "http://x" }, "tool": "echo" }),
        json!({ "server": 5, "tool": "echo" }),
    ];
    let mut text = String::new();
    for inputs in told {
        text += &call(&tool, temp.path(), inputs).await.unwrap_err();
        text.push('\n');
    }
    let port = little.url.split(['/', ':']).nth(4).unwrap();
    insta::assert_snapshot!(text.replace(port, "[PORT]"));
    assert!(!text.contains("sk-"), "{text}");
}

#[tokio::test]
async fn servers_of_this_machine_are_reached_only_if_that_is_allowed() {
    let temp = tempfile::tempdir().unwrap();
    let little = little().await;
    let internet = tool(Permissions { exec: true, private_network: false });
    let port = little.url.split(['/', ':']).nth(4).unwrap();
    for url in [little.url.clone(), format!("http://localhost:{port}/mcp"), "http://localhost:8080/mcp".to_owned()] {
        let error =
            call(&internet, temp.path(), json!({ "server": { "url": url }, "tool": "echo" })).await.unwrap_err();
        assert!(error.contains("--allow-private-network"), "{error}");
    }
    let nothing = tool(Permissions { exec: false, private_network: true });
    let error =
        call(&nothing, temp.path(), json!({ "server": { "command": "cat" }, "tool": "echo" })).await.unwrap_err();
    assert_eq!(error, "MCP server `cat` is a program, and programs run only with --allow-exec");
    assert_eq!(little.connections.load(Ordering::Relaxed), 0);
}

/// The same server as a script; it tells its process, so that one sees which one answers.
#[cfg(unix)]
const SCRIPT: &str = r#"echo "$$ $KEY" >> starts
reply() { printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"; }
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9][0-9]*\).*/\1/p')
  case "$line" in
    *'"method":"initialize"'*) reply '"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"1"}}' ;;
    *'"method":"tools/list"'*) reply '"result":{"tools":[{"name":"plain","description":"Says hello.","inputSchema":{"type":"object"}}]}' ;;
    *'"name":"plain"'*) reply '"result":{"content":[{"type":"text","text":"hello"},{"type":"text","text":"there"}]}' ;;
    *'"name":"mixed"'*) reply '"result":{"content":[{"type":"text","text":"see"},{"type":"image","data":"aGk=","mimeType":"image/png"}]}' ;;
    *'"name":"fail"'*) reply '"result":{"content":[{"type":"text","text":"no such order"}],"isError":true}' ;;
    *'"name":"die"'*) echo 'out of memory' >&2; exit 3 ;;
    *'"name":"hang"'*) sleep 600 ;;
    *'"method":"tools/call"'*) reply '"error":{"code":-32602,"message":"what?"}' ;;
  esac
done"#;

#[cfg(unix)]
#[tokio::test]
async fn a_program_is_called_by_the_name_that_a_file_gives_it() {
    let temp = tempfile::tempdir().unwrap();
    let flow = temp.path().join("flows/one");
    std::fs::create_dir_all(&flow).unwrap();
    std::fs::create_dir(temp.path().join(".flow")).unwrap();
    std::fs::write(temp.path().join("server.sh"), SCRIPT).unwrap();
    let file = json!({ "mcpServers": {
        "orders": { "type": "stdio", "command": "sh", "args": ["server.sh"], "env": { "KEY": "${NO_SUCH:-given}" } },
        "keyed": { "command": "sh", "env": { "KEY": "${NO_SUCH_VARIABLE}" } },
        "broken": { "command": "sh", "args": ["-c", "echo starting >&2; exit 1"] },
        "odd": { "args": [] },
    } });
    std::fs::write(temp.path().join(".mcp.json"), file.to_string()).unwrap();
    let tool = tool(EVERYTHING);
    let starts = || std::fs::read_to_string(temp.path().join("starts")).unwrap_or_default().lines().count();
    let asked = |server: &str, name: &str| {
        call(
            &tool,
            &flow,
            json!({ "server": server, "tool": name, "timeout": if name == "hang" { 0.3 } else { 20.0 } }),
        )
    };
    let both = futures_util::join!(asked("orders", "plain"), asked("orders", "plain"));
    assert_eq!(both, (Ok(json!("hello\nthere")), Ok(json!("hello\nthere"))));
    assert_eq!(asked("orders", "mixed").await.unwrap()[1]["mimeType"], "image/png");
    assert_eq!(starts(), 1, "calls share a connection");
    let mut told = String::new();
    for (server, name) in [("orders", "fail"), ("orders", "plane"), ("orders", "hang")] {
        told += &asked(server, name).await.unwrap_err();
        told.push('\n');
    }
    let again = super::server_tools("orders", &flow, EVERYTHING).await.unwrap();
    assert_eq!((&*again[0].name, &*again[0].description), ("plain", "Says hello."));
    drop(tool);
    let tool = self::tool(EVERYTHING);
    let asked =
        |server: &str, name: &str| call(&tool, &flow, json!({ "server": server, "tool": name, "timeout": 20.0 }));
    told += &asked("orders", "die").await.unwrap_err();
    told.push('\n');
    assert_eq!(asked("orders", "plain").await, Ok(json!("hello\nthere")), "it is started anew");
    assert_eq!(starts(), 4);
    for server in ["order", "keyed", "broken", "odd"] {
        told += &asked(server, "plain").await.unwrap_err();
        told.push('\n');
    }
    std::fs::write(flow.join("mcp.yaml"), "mcpServers:\n  orders: [\n").unwrap();
    told += &asked("orders", "plain").await.unwrap_err();
    std::fs::write(flow.join("mcp.yaml"), "orders: { command: sh }\n").unwrap();
    told.push('\n');
    told += &asked("orders", "plain").await.unwrap_err();
    let bare = tempfile::tempdir().unwrap();
    told.push('\n');
    told += &call(&tool, bare.path(), json!({ "server": "orders", "tool": "plain" })).await.unwrap_err();
    let folder = temp.path().canonicalize().unwrap().display().to_string();
    insta::assert_snapshot!(told.replace(&folder, "FOLDER"));
}
