//! The mock over HTTP/1.1 on a loopback port, with a log of what was asked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use futures_util::stream;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::endpoints::reply_to;
use super::pages::{PICTURE, page};
use super::python_json::digest;
use super::reply::{Content, Reply};

/// A request to the model.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// What follows the question mark, or nothing.
    pub(crate) query: String,
    pub(crate) body: Value,
}

/// What the server knows of the past.
#[derive(Default)]
struct Memory {
    log: Vec<Request>,
    /// How often each request was made, by its digest.
    seen: HashMap<String, u64>,
}

type Shared = Arc<Mutex<Memory>>;

fn memory(shared: &Shared) -> MutexGuard<'_, Memory> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running mock, on a thread of its own until it is dropped.
pub(crate) struct MockServer {
    address: SocketAddr,
    #[cfg_attr(not(test), expect(dead_code, reason = "the example reads the log over HTTP"))]
    memory: Shared,
    /// The server ends when this is dropped.
    _until: oneshot::Sender<Infallible>,
}

impl MockServer {
    /// Starts a mock on a port of 127.0.0.1, with 0 on a free one.
    ///
    /// # Errors
    /// The port is taken, or the system gives no thread or socket.
    pub(crate) fn start_on(port: u16) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let memory = Shared::default();
        let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&memory));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (until, dropped) = oneshot::channel();
        thread::Builder::new().name("mock".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tokio::select! {
                    served = axum::serve(listener, router) => served,
                    _ = dropped => Ok(()),
                }
            })
        })?;
        Ok(Self { address, memory, _until: until })
    }

    /// The server's URL, without a slash at the end.
    #[cfg_attr(not(test), expect(dead_code, reason = "the example prints the port"))]
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    #[cfg_attr(test, expect(dead_code, reason = "tests go by the URL"))]
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

#[cfg(test)]
impl MockServer {
    /// Starts a mock on a free port.
    pub(crate) fn start() -> Self {
        Self::start_on(0).expect("a loopback port is free")
    }

    /// The requests since the start, or since they were last forgotten.
    pub(crate) fn log(&self) -> Vec<Request> {
        memory(&self.memory).log.clone()
    }

    /// Forgets the requests, and so resets the counters of the `flaky-` models.
    pub(crate) fn clear(&self) {
        *memory(&self.memory) = Memory::default();
    }
}

async fn handle(State(shared): State<Shared>, method: Method, uri: Uri, body: Bytes) -> Response {
    let reply = match method {
        Method::GET => get(&shared, uri.path()),
        Method::DELETE => {
            *memory(&shared) = Memory::default();
            Reply::json(&json!({}))
        }
        Method::POST => post(&shared, &uri, &body),
        _ => Reply::failure(501, &format!("no such method {method}")),
    };
    response(reply)
}

fn get(shared: &Shared, path: &str) -> Reply {
    if path == "/log" {
        return Reply::json(&serde_json::to_value(&memory(shared).log).unwrap_or_default());
    }
    if let Some(name) = path.strip_prefix("/page/") {
        return Reply::whole("text/html; charset=utf-8", page(name));
    }
    if path == "/image.png" {
        return Reply::whole("image/png", PICTURE);
    }
    if path.ends_with("/models") {
        return Reply::json(&json!({"object": "list", "data": [{"id": "gpt-4o", "object": "model"}]}));
    }
    Reply::failure(404, &format!("no such path {path}"))
}

fn post(shared: &Shared, uri: &Uri, body: &[u8]) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Reply::failure(400, "bad json") };
    let key = digest(&body);
    let times = {
        let mut memory = memory(shared);
        memory.log.push(Request {
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or("").to_owned(),
            body: body.clone(),
        });
        let times = memory.seen.entry(key).or_default();
        *times += 1;
        *times
    };
    reply_to(uri.path(), &body, times)
}

fn response(reply: Reply) -> Response {
    let is_stream = matches!(reply.content, Content::Events(_));
    let body = match reply.content {
        Content::Whole(bytes) => Body::from(bytes),
        Content::Events(events) => Body::from_stream(stream::iter(events.into_iter().map(Ok::<_, Infallible>))),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.kind));
    if is_stream {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if reply.retry_now {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
    }
    response
}
