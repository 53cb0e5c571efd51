//! A client that sends exactly what it is told, and `flow serve` as a child of a test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::LIMIT;

/// What came back.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) status: u16,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection ended before the body did.
    pub(crate) cut: bool,
}

impl Came {
    /// The body as JSON, if it is.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request over a connection of its own, with these headers and no others but the necessary ones.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Came {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a timeout can be set");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(body) = body {
        head += &format!("content-length: {}\r\n", body.len());
    }
    head += "\r\n";
    stream.write_all(head.as_bytes()).expect("the head is sent");
    // A server may answer before it has read all, and close.
    let _ = stream.write_all(body.unwrap_or_default());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    read(&bytes, method == "HEAD").unwrap_or_else(|| panic!("{method} {path}: {}", String::from_utf8_lossy(&bytes)))
}

fn read(bytes: &[u8], is_head: bool) -> Option<Came> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: BTreeMap<String, String> = head.lines().skip(1).filter_map(header).collect();
    let rest = &bytes[end + 4..];
    let (body, cut) = if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        unchunked(rest)
    } else {
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        (rest.to_vec(), !is_head && rest.len() < length)
    };
    Some(Came { status, headers, body, cut })
}

/// The chunks put together, and whether the last one is missing.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else { return (body, true) };
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let Some(size) = size else { return (body, true) };
        if size == 0 {
            return (body, false);
        }
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { return (body, true) };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 2 + size + 2..).unwrap_or_default();
    }
}

/// A server that is under way; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    pub(crate) child: Child,
}

impl Serving {
    /// Starts `flow serve`, and waits until it says where it is. The error is what it says where it does not start.
    pub(crate) fn start(mut command: Command) -> Result<Self, String> {
        command.args(["--port", "0", "--json"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("the binary does not start: {error}"))?;
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        while serde_json::from_str::<Value>(&said).is_err() {
            if stdout.read_line(&mut said).map_err(|error| error.to_string())? == 0 {
                let _ = child.wait();
                let mut errors = String::new();
                let _ = child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut errors));
                return Err(format!("{said}{errors}"));
            }
        }
        let said: Value = serde_json::from_str(&said).expect("it was read before");
        let base = said["base_url"].as_str().map(str::to_owned);
        let Some(address) = base.and_then(|base| base.trim_start_matches("http://").parse().ok()) else {
            let _ = child.wait();
            return Err(said.to_string());
        };
        // A pipe that nobody reads would fill up.
        let mut errors = child.stderr.take();
        std::thread::spawn(move || errors.as_mut().map(|pipe| std::io::copy(pipe, &mut std::io::sink())));
        Ok(Self { address, child })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
