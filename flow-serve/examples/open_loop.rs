//! Sends requests at a constant rate, whatever the answers take, and tells how long they took from the moment at which each was due: an open
//! loop, which a slow server cannot slow down. With rate 0 it sends as fast as answers come, over so many connections (a closed loop).
//!
//! In the body, `{n}` stands for the number of the request, so that a model whose chances go by what it is asked has some.
//!
//! usage: `open_loop URL BODY RATE SECONDS CONNECTIONS [HEADER…]`, which prints one line of JSON.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What all senders share.
struct Load {
    address: SocketAddr,
    head: String,
    body: String,
    asked: AtomicU64,
    idle: Mutex<Vec<TcpStream>>,
    failed: AtomicU64,
    refused: AtomicU64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, body, rate, seconds, connections, headers @ ..] = &words[..] else {
        return Err(io::Error::other("usage: open_loop URL BODY RATE SECONDS CONNECTIONS [HEADER…]"));
    };
    let number = |text: &String| text.parse::<f64>().map_err(io::Error::other);
    let (rate, seconds, connections) = (number(rate)?, number(seconds)?, number(connections)?);
    let load = Arc::new(Load::new(url, body, headers)?);
    let took = if rate > 0.0 {
        at_a_rate(&load, rate, seconds).await
    } else {
        as_fast_as_it_goes(&load, connections, Duration::from_secs_f64(seconds)).await
    };
    tell(took, seconds, &load);
    Ok(())
}

impl Load {
    fn new(url: &str, body: &str, headers: &[String]) -> io::Result<Self> {
        let rest = url.strip_prefix("http://").ok_or_else(|| io::Error::other("write an address with http://"))?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{more}");
        Ok(Self {
            address: host.parse().map_err(io::Error::other)?,
            head,
            body: body.to_owned(),
            asked: AtomicU64::new(0),
            idle: Mutex::default(),
            failed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// Sends one request, and waits for all of its answer.
    async fn ask(&self) -> io::Result<()> {
        let body = self.body.replace("{n}", &self.asked.fetch_add(1, Ordering::Relaxed).to_string());
        let request = format!("{}content-length: {}\r\n\r\n{body}", self.head, body.len());
        let idle = self.idle.lock().await.pop();
        if let Some(stream) = idle {
            match self.exchange(stream, &request).await {
                // The server closed the connection while it was idle, which each client has to reckon with.
                Err(error) if is_closed(&error) => {}
                done => return done,
            }
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        self.exchange(stream, &request).await
    }

    async fn exchange(&self, mut stream: TcpStream, request: &str) -> io::Result<()> {
        stream.write_all(request.as_bytes()).await?;
        let answer = answer(&mut stream).await?;
        if answer.status != 200 {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        if answer.keeps_open {
            self.idle.lock().await.push(stream);
        }
        Ok(())
    }

    /// The same, from when it was due; `None` if it failed.
    async fn timed(&self, due: Instant) -> Option<Duration> {
        match self.ask().await {
            Ok(()) => Some(due.elapsed()),
            Err(_) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    matches!(error.kind(), ConnectionReset | BrokenPipe | NotConnected)
}

struct Answer {
    status: u16,
    /// Whether the server takes another request on the same connection.
    keeps_open: bool,
}

/// Reads an answer to its end. A connection that ends before its first byte is one that the server had closed: `ConnectionReset`.
async fn answer(stream: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let is_end = stream.read_buf(&mut bytes).await? == 0;
        if is_end && bytes.is_empty() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            if is_end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let keeps_open = text.starts_with("http/1.1") && header("connection:") != Some("close");
        let body = bytes.len() - head - 4;
        let is_whole = match header("content-length:") {
            Some(length) => body >= length.parse().map_err(io::Error::other)?,
            None if header("transfer-encoding:").is_some() => bytes.ends_with(b"0\r\n\r\n"),
            None => is_end,
        };
        if is_whole {
            let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
            let status = status.ok_or_else(|| io::Error::other("no status"))?;
            return Ok(Answer { status, keeps_open });
        }
        if is_end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn at_a_rate(load: &Arc<Load>, rate: f64, seconds: f64) -> Vec<Duration> {
    let begin = Instant::now();
    let count = (rate * seconds).round().max(1.0);
    let mut tasks = Vec::new();
    let mut number = 0.0;
    while number < count {
        let due = begin + Duration::from_secs_f64(number / rate);
        if due > Instant::now() {
            tokio::time::sleep_until(due).await;
        }
        let load = Arc::clone(load);
        // A timer that fired late is the sender's fault, not the server's; a sender that lags behind is told by the rate.
        let due = due.max(Instant::now());
        tasks.push(tokio::spawn(async move { load.timed(due).await }));
        number += 1.0;
    }
    let mut took = Vec::with_capacity(tasks.len());
    for task in tasks {
        took.extend(task.await.ok().flatten());
    }
    took
}

async fn as_fast_as_it_goes(load: &Arc<Load>, connections: f64, time: Duration) -> Vec<Duration> {
    let end = Instant::now() + time;
    let mut tasks = Vec::new();
    let mut number = 0.0;
    while number < connections {
        let load = Arc::clone(load);
        tasks.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while Instant::now() < end {
                took.extend(load.timed(Instant::now()).await);
            }
            took
        }));
        number += 1.0;
    }
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap_or_default());
    }
    took
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a minute's requests"
)]
fn tell(mut took: Vec<Duration>, seconds: f64, load: &Load) {
    took.sort_unstable();
    let quantile = |share: f64| {
        let at = ((took.len() as f64 * share).ceil() as usize).clamp(1, took.len().max(1)) - 1;
        took.get(at).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    println!(
        "{{\"answered\":{},\"failed\":{},\"refused\":{},\"per_second\":{:.0},\"p50_ms\":{:.3},\"p90_ms\":{:.3},\"p99_ms\":{:.3},\"p999_ms\":{:.3}}}",
        took.len(),
        load.failed.load(Ordering::Relaxed),
        load.refused.load(Ordering::Relaxed),
        took.len() as f64 / seconds,
        quantile(0.5),
        quantile(0.9),
        quantile(0.99),
        quantile(0.999),
    );
}
