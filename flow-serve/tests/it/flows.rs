//! Flows behind a port of their own, in the process of the test.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_core::connection::{Connections, Environment};
use flow_core::engine::{Engine, LoadOptions};
use flow_core::exec::Executor;
use flow_core::tool::ToolRegistry;
use flow_serve::{
    AccessLog, Endpoint, EndpointVariant, RequestLine, RunLine, Server, ServerEnd, ServerOptions, Site, SiteOptions,
    Slot,
};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{self, Came, LIMIT, model, receive};

/// A chat flow of one LLM node whose answer streams.
pub(crate) const CHAT: &str = "\
inputs:
  question: { type: string, is_chat_input: true }
  history: { type: list, is_chat_history: true, default: [] }
outputs:
  answer: { type: string, reference: \"${answer.output}\", is_chat_output: true }
nodes:
  - name: answer
    type: llm
    connection: any
    prompt: \"user:\\n{{ question }}\"
    inputs: { model: gpt-4o-mini, question: \"${inputs.question}\" }
";

/// What is being served.
pub(crate) struct Flows {
    pub(crate) address: SocketAddr,
    pub(crate) site: Arc<Site>,
    pub(crate) log: Arc<Seen>,
    pub(crate) end: Option<oneshot::Sender<()>>,
    pub(crate) end_now: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<ServerEnd>,
    _folder: tempfile::TempDir,
}

/// Remembers what is logged.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// `FLOW VARIANT ERROR`, a run each.
    runs: Mutex<Vec<String>>,
}

impl Seen {
    pub(crate) fn runs(&self) -> Vec<String> {
        self.runs.lock().unwrap().clone()
    }
}

impl AccessLog for Seen {
    fn request(&self, _: &RequestLine<'_>) {}

    fn trouble(&self, what: &str) {
        panic!("{what}");
    }

    fn run(&self, line: &RunLine<'_>) {
        self.runs.lock().unwrap().push(format!("{} {} {}", line.flow, line.variant, line.error.unwrap_or("ok")));
    }
}

/// A flow of this text, in a folder, whose model answers by these rules.
pub(crate) fn endpoint(folder: &Path, name: &str, flow: &str, rules: &str) -> Endpoint {
    let place = folder.join(name);
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("flow.yaml"), flow).unwrap();
    let options = LoadOptions { model: Some(Arc::new(model(rules))), ..LoadOptions::default() };
    let connections = Connections::of_environment(Arc::new(Environment::default()), &place);
    let loaded = Engine::new(ToolRegistry::default(), Vec::new()).load(&place, &connections, &options);
    let flow = loaded.flow.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let variant = EndpointVariant { label: "base".into(), flow, weight: 1.0, shadow: false };
    Endpoint { name: name.into(), variants: vec![variant], sample: None, identity: None }
}

impl Flows {
    /// Serves one flow as `chat`.
    pub(crate) async fn chat(rules: &str, options: SiteOptions, connections: ServerOptions) -> Self {
        Self::of(&[("chat", CHAT)], rules, options, connections).await
    }

    /// Serves flows under their names.
    pub(crate) async fn of(
        flows: &[(&str, &str)],
        rules: &str,
        options: SiteOptions,
        connections: ServerOptions,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(Seen::default());
        let options = SiteOptions { log: Some(Arc::clone(&log) as Arc<dyn AccessLog>), ..options };
        let slots =
            flows.iter().map(|(name, flow)| Slot::new(endpoint(folder.path(), name, flow, rules), Executor::new()));
        let site = Arc::new(Site::new(slots.collect(), options));
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), Arc::clone(&site), connections).await.unwrap();
        let address = server.address().unwrap();
        let ((end, ended), (end_now, ended_now)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
        let wish = |ended: oneshot::Receiver<()>| async {
            if ended.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let task = tokio::spawn(server.serve(wish(ended), wish(ended_now)));
        Self { address, site, log, end: Some(end), end_now: Some(end_now), task, _folder: folder }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request over a connection of its own; `headers` end with a line break each.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Came {
        let mut stream = self.connect().await;
        client::send(&mut stream, method, path, headers, body).await;
        receive(&mut stream, LIMIT).await
    }

    /// Sends bytes, and reads one answer.
    pub(crate) async fn say(&self, bytes: &[u8]) -> Came {
        let mut stream = self.connect().await;
        // The server may answer and close before it has all.
        let _ = stream.write_all(bytes).await;
        receive(&mut stream, LIMIT).await
    }

    /// A figure of `/metrics`.
    pub(crate) async fn figure(&self, name: &str) -> Option<f64> {
        let text = self.ask("GET", "/metrics", "", "").await.body;
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    /// Waits until a condition holds.
    pub(crate) async fn until(&self, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let wait = async {
            while !holds(self).await {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(LIMIT, wait).await.expect("it comes to be");
    }

    /// Asks the server to end.
    pub(crate) fn tell_to_end(&mut self) {
        let _ = self.end.take().map(|end| end.send(()));
    }

    /// Waits for its end.
    pub(crate) async fn ended(self) -> ServerEnd {
        tokio::time::timeout(LIMIT, self.task).await.expect("the server ends").unwrap()
    }
}
