//! A server that answers by script and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Answers with a status, further headers and a body.
    Full(u16, &'static [(&'static str, &'static str)], String),
    /// Answers 200 with this content type and a body without a length, whose parts go out one by one.
    Parts(&'static str, Vec<Part>),
    /// Promises a longer body than it sends, then resets the connection.
    Reset,
    /// The same, but closes it properly.
    Truncated,
    /// Sends bytes that are no HTTP, and closes.
    Garbage,
    /// Never answers.
    Silence,
}

/// A part of a body.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// A chunk of its own.
    Text(String),
    /// The connection is reset.
    Reset,
    /// The connection is closed properly, but without the body's end.
    Close,
    /// Nothing more comes until the client goes away.
    Silence,
}

/// A connection, plain or of TLS.
trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    /// Resets it as it is closed.
    fn abort(&mut self);
}

impl Socket for TcpStream {
    fn abort(&mut self) {
        self.set_zero_linger().unwrap();
    }
}

impl Socket for TlsStream<TcpStream> {
    fn abort(&mut self) {
        self.get_mut().0.set_zero_linger().unwrap();
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method, path and version.
    pub(crate) line: String,
    /// The headers in lower case, sorted.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    connections: usize,
    closed: usize,
}

/// The server; it ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    changed: Arc<Notify>,
}

impl Server {
    /// Starts it. Each request takes the next answer, the last one for ever.
    pub(crate) async fn start(script: Vec<Answer>) -> Self {
        Self::start_with(script, None).await
    }

    /// The same, behind TLS with a certificate of the tests' own authority.
    pub(crate) async fn start_tls(script: Vec<Answer>) -> Self {
        let pem = |text: &'static str| text.as_bytes();
        let certificate = CertificateDer::from_pem_slice(pem(include_str!("tls/server.pem"))).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pem(include_str!("tls/server.key.pem"))).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        Self::start_with(script, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start_with(script: Vec<Answer>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let changed = Arc::new(Notify::new());
        let (all, notify) = (Arc::clone(&seen), Arc::clone(&changed));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                all.lock().unwrap().connections += 1;
                let (script, all, notify) = (script.clone(), Arc::clone(&all), Arc::clone(&notify));
                match tls.clone() {
                    None => drop(tokio::spawn(serve(stream, script, all, notify))),
                    Some(tls) => drop(tokio::spawn(async move {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, script, all, notify).await;
                        }
                    })),
                }
            }
        });
        Self { address, seen, changed }
    }

    /// An address under this server, which speaks TLS.
    pub(crate) fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// An address under this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Waits until so many requests have come.
    pub(crate) async fn asked(&self, times: usize) {
        self.until(|seen| seen.requests.len() >= times).await;
    }

    /// Waits until so many connections were closed by the client.
    pub(crate) async fn closed(&self, times: usize) {
        self.until(|seen| seen.closed >= times).await;
    }

    async fn until(&self, is_met: impl Fn(&Seen) -> bool) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if is_met(&self.seen.lock().unwrap()) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the server saw nothing more");
    }
}

async fn serve(mut stream: impl Socket, script: Vec<Answer>, seen: Arc<Mutex<Seen>>, changed: Arc<Notify>) {
    while let Some(request) = read(&mut stream).await {
        let position = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            seen.requests.len() - 1
        };
        changed.notify_one();
        let promised =
            b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\ncontent-type: application/json\r\n\r\n{\"choices\": [";
        match script.get(position).or(script.last()).unwrap() {
            Answer::Full(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in *headers {
                    head += &format!("{name}: {value}\r\n");
                }
                stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
            }
            Answer::Parts(kind, parts) => {
                if !send(&mut stream, kind, parts).await {
                    break;
                }
            }
            Answer::Reset => {
                stream.write_all(promised).await.unwrap();
                stream.abort();
                return;
            }
            Answer::Truncated => {
                stream.write_all(promised).await.unwrap();
                return;
            }
            Answer::Garbage => {
                stream.write_all(b"what do you want?\r\n\r\n").await.unwrap();
                return;
            }
            Answer::Silence => {}
        }
    }
    seen.lock().unwrap().closed += 1;
    changed.notify_one();
}

/// Sends a body part by part; whether the connection can be used further.
async fn send(stream: &mut impl Socket, kind: &str, parts: &[Part]) -> bool {
    let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: {kind}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for part in parts {
        match part {
            Part::Text(text) => {
                // The client may be gone.
                let _ = stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await;
                let _ = stream.flush().await;
            }
            Part::Reset => {
                stream.abort();
                return false;
            }
            Part::Close => return false,
            Part::Silence => {
                while stream.read(&mut [0; 64]).await.is_ok_and(|length| length > 0) {}
                return false;
            }
        }
    }
    stream.write_all(b"0\r\n\r\n").await.is_ok()
}

async fn read(stream: &mut impl Socket) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut lines = head.split("\r\n").map(str::to_owned);
            let line = lines.next().unwrap();
            let mut headers: Vec<String> = lines
                .map(|line| {
                    line.split_once(": ").map(|(name, value)| format!("{}: {value}", name.to_lowercase())).unwrap()
                })
                .collect();
            headers.sort();
            let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok());
            let start = end + 4;
            if bytes.len() >= start + length.unwrap_or(0) {
                let body = String::from_utf8(bytes[start..].to_vec()).unwrap();
                return Some(Request { line, headers, body });
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}
