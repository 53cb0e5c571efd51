use std::collections::HashMap;
use std::time::Duration;

use flow_core::diag::did_you_mean;
use flow_core::value::Value;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig, ContentBlock,
    Implementation, JsonObject,
};
use rmcp::service::{ClientInitializeError, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransportConfig, StreamableHttpError};
use rmcp::{RoleClient, ServiceExt as _};
use serde_json::Value as Json;
use tokio::task::JoinHandle;

use super::{Fault, Named, Server};
use crate::process::{Program, Running, Tail};

/// The longest message that is read, in bytes.
const LARGEST: usize = 16 << 20;
/// How long a server that cannot be used may take to end its complaint.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long to look for the names of tools that there are.
const LOOK: Duration = Duration::from_secs(5);

/// A tool of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerTool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub inputs: Json,
    /// JSON Schema of its result, where the server tells.
    pub output: Option<Json>,
}

/// A connection with a server.
#[derive(Debug)]
pub(super) struct Client {
    name: String,
    service: RunningService<RoleClient, ClientConfig>,
    /// Ends the program with the client.
    program: Option<Host>,
}

/// A server's program, while it runs.
#[derive(Debug)]
struct Host {
    program: Program,
    _running: Running,
    tail: Tail,
    notes: JoinHandle<()>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.notes.abort();
    }
}

impl Client {
    /// Starts or reaches the server.
    pub(super) async fn connect<'c>(
        named: &Named,
        http: impl FnOnce() -> Result<&'c reqwest::Client, String>,
    ) -> Result<Self, Fault> {
        match &named.server {
            Server::Program(program) => Self::start(named, program).await,
            Server::Address { url, headers } => {
                let http = http().map_err(|why| unreachable(named, why))?;
                Self::reach(named, url, headers, http).await
            }
        }
    }

    async fn start(named: &Named, program: &Program) -> Result<Self, Fault> {
        let of_program = |fault| Fault::Program { server: named.name.clone(), fault };
        let mut running = program.start().map_err(of_program)?;
        let Some((stdin, stdout, stderr)) = running.pipes() else {
            return Err(unreachable(named, "it has no pipes".to_owned()));
        };
        let tail = Tail::default();
        let notes = tokio::spawn(tail.clone().fill(stderr));
        let mut host = Host { program: program.clone(), _running: running, tail, notes };
        match us().serve((stdout, stdin)).await {
            Ok(service) => Ok(Self { name: named.name.clone(), service, program: Some(host) }),
            Err(error) => {
                // A program that ended has said why, or is about to.
                let _ = tokio::time::timeout(LAST_WORDS, &mut host.notes).await;
                let notes = host.notes();
                Err(unreachable(named, format!("{}{}", greeting_words(&error), super::said(&notes))))
            }
        }
    }

    async fn reach(
        named: &Named,
        url: &str,
        headers: &std::collections::BTreeMap<String, String>,
        http: &reqwest::Client,
    ) -> Result<Self, Fault> {
        let mut sent = HashMap::new();
        for (name, value) in headers {
            let header = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
            let (Ok(name), Ok(mut value)) = header else {
                return Err(Fault::Naming(format!("MCP server {}: `{name}` cannot be sent as a header", named.name)));
            };
            value.set_sensitive(true);
            sent.insert(name, value);
        }
        let config = StreamableHttpClientTransportConfig::with_uri(url)
            .custom_headers(sent)
            .max_sse_event_size(LARGEST)
            .max_json_response_size(LARGEST);
        let transport = StreamableHttpClientTransport::with_client(http.clone(), config);
        let service = us().serve(transport).await.map_err(|error| unreachable(named, greeting_words(&error)))?;
        Ok(Self { name: named.name.clone(), service, program: None })
    }

    /// Whether it can be asked.
    pub(super) fn is_alive(&self) -> bool {
        !self.service.is_closed() && !self.service.peer().is_transport_closed()
    }

    /// Calls a tool. The server is told to stop if the future is dropped.
    pub(super) async fn call(&self, tool: &str, arguments: JsonObject) -> Result<Value, Fault> {
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let refused = |message: String| Fault::Refused { server: self.name.clone(), message };
        match self.service.peer().call_tool_once(params).await {
            Ok(CallToolResponse::Complete(result)) => result_of(tool, result).map_err(refused),
            Ok(_) => Err(refused(format!("`{tool}` asks back, or works on later; that is not supported"))),
            Err(ServiceError::McpError(error)) => {
                // Servers differ in what they say about a tool that they do not have.
                let unknown = self.unknown(tool).await;
                Err(refused(unknown.unwrap_or_else(|| format!("`{tool}` was refused: {}", error.message))))
            }
            Err(error) => Err(self.broken(error)),
        }
    }

    /// What to say if there is no such tool.
    async fn unknown(&self, tool: &str) -> Option<String> {
        let tools = tokio::time::timeout(LOOK, self.service.peer().list_all_tools()).await.ok()?.ok()?;
        let names: Vec<&str> = tools.iter().map(|known| &*known.name).collect();
        if names.contains(&tool) {
            return None;
        }
        let near = did_you_mean(tool, names.iter().copied());
        let help = near.unwrap_or_else(|| format!("it has {}", names.join(", ")));
        Some(format!("there is no tool `{tool}`; {help}"))
    }

    /// The tools of the server.
    pub(super) async fn tools(&self) -> Result<Vec<ServerTool>, Fault> {
        let tools = self.service.peer().list_all_tools().await.map_err(|error| self.broken(error))?;
        let tools = tools.into_iter().map(|tool| ServerTool {
            name: tool.name.into_owned(),
            description: tool.description.map(std::borrow::Cow::into_owned).unwrap_or_default(),
            inputs: Json::Object((*tool.input_schema).clone()),
            output: tool.output_schema.map(|schema| Json::Object((*schema).clone())),
        });
        Ok(tools.collect())
    }

    fn broken(&self, error: ServiceError) -> Fault {
        let server = self.name.clone();
        match error {
            ServiceError::TransportClosed => {
                Fault::Gone { server, notes: self.program.as_ref().map(Host::notes).unwrap_or_default() }
            }
            ServiceError::McpError(error) => Fault::Refused { server, message: error.message.into_owned() },
            ServiceError::TransportSend(error) => Fault::Unreachable { server, why: words(&*error.error) },
            other => Fault::Unreachable { server, why: other.to_string() },
        }
    }
}

impl Host {
    fn notes(&self) -> String {
        self.program.blot(&self.tail.text())
    }
}

/// Who we say that we are.
fn us() -> ClientConfig {
    ClientConfig::new(ClientCapabilities::default(), Implementation::new("flow", env!("CARGO_PKG_VERSION")))
}

fn unreachable(named: &Named, why: String) -> Fault {
    Fault::Unreachable { server: named.name.clone(), why }
}

/// Why a server cannot be greeted. The words of the HTTP client hold the address, and that may hold a key.
fn greeting_words(error: &ClientInitializeError) -> String {
    match error {
        ClientInitializeError::TransportError { error, .. } => words(&*error.error),
        ClientInitializeError::JsonRpcError(error) => format!("it says: {}", error.message),
        ClientInitializeError::ConnectionClosed(_) => "it closed the connection".to_owned(),
        ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
            "it speaks another version of the protocol".to_owned()
        }
        _ => "its answer is not what the protocol asks for".to_owned(),
    }
}

/// The innermost reason of an error of a transport, which is the one that says what happened. A program that is gone may
/// be noticed as the end of its words or as the end of its ears.
fn words(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    loop {
        let http = innermost.downcast_ref::<StreamableHttpError<reqwest::Error>>();
        let next = match http {
            Some(StreamableHttpError::Client(error)) => Some(error as &(dyn std::error::Error + 'static)),
            _ => innermost.source(),
        };
        match next {
            Some(next) => innermost = next,
            None => break,
        }
    }
    match innermost.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::BrokenPipe) => "it closed the connection".to_owned(),
        _ => innermost.to_string(),
    }
}

/// The result of a tool: its structured content, else its texts, else all that it gave.
fn result_of(tool: &str, result: CallToolResult) -> Result<Value, String> {
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| match block {
            ContentBlock::Text(text) => Some(&*text.text),
            _ => None,
        })
        .collect();
    if result.is_error == Some(true) {
        return Err(format!("`{tool}` failed: {}", texts.join("\n")));
    }
    if let Some(structured) = result.structured_content {
        return Ok(structured.into());
    }
    if texts.len() == result.content.len() {
        return Ok(texts.join("\n").into());
    }
    let blocks = serde_json::to_value(&result.content).map_err(|_| format!("`{tool}` gave what cannot be read"))?;
    Ok(blocks.into())
}
