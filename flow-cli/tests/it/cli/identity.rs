//! Azure without a key: who the program is comes from the machine that it runs on.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::TestContext;
use super::context::CANARY;

const FLOW: &str = r#"outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: team
    prompt: "user:\nhello"
    inputs: { deployment_name: d }
"#;

/// A model on Azure and the endpoint that gives tokens for it, in one.
struct Azure {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Azure {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        // Ends with the test's process.
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &seen)));
        Self { address, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("nobody failed").clone()
    }
}

/// Answers one request, and closes.
fn answer(stream: TcpStream, heads: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|length| length > 2) {}
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let _ = reader.read_exact(&mut vec![0; length.unwrap_or(0)]);
    let body = if head.contains("/token") {
        format!(
            r#"{{"access_token":"machine-{CANARY}","expires_on":"4070908800","resource":"r","token_type":"Bearer"}}"#
        )
    } else {
        r#"{"choices":[{"message":{"role":"assistant","content":"Good day."},"finish_reason":"stop"}]}"#.to_owned()
    };
    heads.lock().expect("nobody failed").push(head);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

fn context(azure: &Azure) -> TestContext {
    let connection = format!(
        "team:\n  kind: azure\n  endpoint: {}\n  api_version: 2024-10-21\n  auth_mode: meid_token\n",
        azure.address
    );
    TestContext::with(&[("flow.yaml", FLOW), ("connections.yaml", &connection)])
}

#[test]
fn a_managed_identity_asks_the_endpoint_of_its_machine() {
    let azure = Azure::start();
    let context = context(&azure)
        .set("IDENTITY_ENDPOINT", &format!("{}/msi/token", azure.address))
        .set("IDENTITY_HEADER", &format!("header-{CANARY}"));
    assert_eq!(context.done("run").trim(), "Good day.");
    let heads = azure.heads();
    assert_eq!(heads.len(), 2, "{heads:?}");
    assert!(heads[0].starts_with("GET /msi/token?") && heads[0].contains(&format!("header-{CANARY}")), "{heads:?}");
    assert!(heads[1].contains(&format!("Bearer machine-{CANARY}")), "{heads:?}");
}

#[cfg(unix)]
#[test]
fn somebody_who_is_logged_in_needs_nothing_else() {
    use std::os::unix::fs::PermissionsExt;

    let azure = Azure::start();
    let context = context(&azure);
    let program = format!(
        "#!/bin/sh\necho '{{\"accessToken\":\"person-{CANARY}\",\"expiresOn\":\"2099-01-01 00:00:00.000000\",\
         \"expires_on\":4070908800,\"subscription\":\"s\",\"tenant\":\"t\",\"tokenType\":\"Bearer\"}}'\n"
    );
    context.write("bin/az", &program);
    let path = context.folder().join("bin/az");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    let search = format!("{}:/usr/bin:/bin", context.folder().join("bin").display());
    let context = context.set("PATH", &search);
    assert_eq!(context.done("run").trim(), "Good day.");
    let heads = azure.heads();
    assert!(heads.len() == 1 && heads[0].contains(&format!("Bearer person-{CANARY}")), "{heads:?}");
}
