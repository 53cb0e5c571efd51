use std::net::SocketAddr;
use std::time::Duration;

use flow_core::diag::Diagnostics;
use flow_core::mock::{MockModel, Rules};
use flow_core::source::SourceMap;
use flow_serve::mock::{MockOptions, MockServer};
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Nothing on this machine takes as long.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A server that is under way.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As HTTP promises.
    Whole,
    /// The connection was closed too early.
    Closed,
    /// The connection was reset.
    Reset,
    /// Nothing came any more.
    Silent,
}

/// What came of an answer.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) head: String,
    /// What came of the body, chunks put together.
    pub(crate) body: String,
    pub(crate) end: End,
}

impl Came {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(crate) fn model(rules: &str) -> MockModel {
    let mut sources = SourceMap::default();
    let file = sources.add("mock.yaml", rules);
    let mut diagnostics = Diagnostics::default();
    let rules = Rules::read(&sources, file, &mut diagnostics);
    MockModel::new(rules.unwrap_or_else(|| panic!("{diagnostics:?}")))
}

impl Served {
    pub(crate) async fn start(rules: &str) -> Self {
        Self::with(model(rules), MockOptions::default()).await
    }

    pub(crate) async fn with(model: MockModel, options: MockOptions) -> Self {
        let server = MockServer::bind("127.0.0.1:0".parse().unwrap(), model, options).await.unwrap();
        let address = server.address().unwrap();
        let (end, until) = oneshot::channel();
        let task = tokio::spawn(server.serve(async {
            let _ = until.await;
        }));
        Self { address, end, task }
    }

    pub(crate) async fn stop(self) {
        let _ = self.end.send(());
        tokio::time::timeout(LIMIT, self.task).await.expect("the server ends").unwrap();
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request over a connection of its own; silence ends it after a while.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str, body: &str, patience: Duration) -> Came {
        let mut stream = self.connect().await;
        send(&mut stream, method, path, headers, body).await;
        receive(&mut stream, patience).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Json) -> Came {
        self.ask("POST", path, "", &body.to_string(), LIMIT).await
    }

    pub(crate) async fn get(&self, path: &str) -> Json {
        self.ask("GET", path, "", "", LIMIT).await.json()
    }
}

pub(crate) async fn send(stream: &mut TcpStream, method: &str, path: &str, headers: &str, body: &str) {
    let length = body.len();
    let text = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// Reads one answer.
pub(crate) async fn receive(stream: &mut TcpStream, patience: Duration) -> Came {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some((head, body)) = whole(&bytes) {
            return Came { head, body, end: End::Whole };
        }
        match tokio::time::timeout(patience, stream.read_buf(&mut bytes)).await {
            Err(_) => break End::Silent,
            Ok(Ok(0)) => break End::Closed,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                break End::Reset;
            }
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let body = if is_chunked(head) { unchunked(body).0 } else { body.to_owned() };
    Came { head: head.to_owned(), body, end }
}

fn is_chunked(head: &str) -> bool {
    head.to_lowercase().contains("transfer-encoding: chunked")
}

/// Head and body, if all is there.
fn whole(bytes: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    if is_chunked(head) {
        let (body, is_whole) = unchunked(body);
        return is_whole.then(|| (head.to_owned(), body));
    }
    if head.contains(" 204 ") {
        return Some((head.to_owned(), String::new()));
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok())?;
    (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
}

/// The chunks put together, and whether the last one is there.
fn unchunked(mut body: &str) -> (String, bool) {
    let mut text = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return (text, true);
        }
        let Some(part) = rest.get(..size) else {
            text.push_str(rest);
            break;
        };
        text.push_str(part);
        body = rest.get(size + 2..).unwrap_or_default();
    }
    (text, false)
}
