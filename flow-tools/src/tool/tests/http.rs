//! `http.request` over real sockets of this machine: what it sends and gives, and where it never connects.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use flow_core::project::ProjectFiles;
use flow_core::tool::{Tool, ToolContext, Waiting};
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Url;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::tool::HttpRequest;
use crate::tool::reach::{Lookup, Reach, Refused, not_open};

/// Stands for a server of the open internet.
const OPEN: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// A server on every address of this machine, which remembers at which one it was reached.
struct Site {
    port: u16,
    reached: Arc<Mutex<Vec<IpAddr>>>,
}

impl Site {
    async fn start() -> Self {
        let listener = match TcpListener::bind("[::]:0").await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind("0.0.0.0:0").await.unwrap(),
        };
        let port = listener.local_addr().unwrap().port();
        let reached: Arc<Mutex<Vec<IpAddr>>> = Arc::default();
        let all = Arc::clone(&reached);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                all.lock().unwrap().push(stream.local_addr().unwrap().ip().to_canonical());
                tokio::spawn(serve(stream));
            }
        });
        Self { port, reached }
    }

    /// The tool, for which only one address of this machine is open.
    fn tool(&self) -> Waiting<HttpRequest> {
        self.tool_with(Names::default())
    }

    fn tool_with(&self, names: Names) -> Waiting<HttpRequest> {
        let refuses = |address: IpAddr| if address == OPEN { None } else { not_open(address) };
        Waiting::new(HttpRequest::within(Reach { refuses, ports: None, lookup: Arc::new(names) }, false))
    }

    async fn ask(&self, tool: &Waiting<HttpRequest>, mut inputs: Json) -> Result<Json, String> {
        let url = inputs["url"].as_str().unwrap().replace("PORT", &self.port.to_string());
        inputs["url"] = json!(url);
        let context =
            ToolContext { files: Arc::new(ProjectFiles::new(Path::new("."))), cancel: CancellationToken::new() };
        match tool.call(Value::from(inputs), &context).await {
            Ok(value) => Ok(value.to_serde()),
            Err(error) => Err(error.to_string().replace(&self.port.to_string(), "PORT")),
        }
    }
}

/// Answers by the path: `/to?URL` redirects there, `/307?URL` keeps the method, `/status/NUMBER`, `/json`, `/bytes`,
/// `/endless`, `/cut`, `/silent`; anything else tells the request.
async fn serve(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let path = line.split(' ').nth(1).unwrap_or_default();
    let to = || path.split_once('?').map_or("", |(_, to)| to);
    let answer = |status: &str, more: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n{body}")
    };
    let text = match path.split(['?', '/']).nth(1).unwrap_or_default() {
        "to" => answer("302 Found", &format!("location: {}\r\n", to()), ""),
        "307" => answer("307 Temporary", &format!("location: {}\r\n", to()), ""),
        "status" => {
            let status = path.rsplit('/').next().unwrap_or_default();
            let said: Vec<&str> = head.lines().filter(|line| line.contains("uthorization")).collect();
            answer(&format!("{status} Scripted"), "", &format!("no luck with {}", said.concat()))
        }
        "json" => answer("200 OK", "content-type: application/problem+json; charset=utf-8\r\n", r#"{"a": [1, 2.5]}"#),
        "broken" => answer("200 OK", "content-type: application/json\r\n", "{oops"),
        "bytes" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\xff\x00\xfe").await;
            return;
        }
        "endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
            return;
        }
        "cut" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nabc").await;
            return;
        }
        "silent" => return std::future::pending().await,
        _ => {
            let mut headers: Vec<String> =
                lines.map(str::to_lowercase).filter(|line| !line.starts_with("host")).collect();
            headers.sort();
            answer("200 OK", "content-type: application/json\r\n", &json!([line, headers, body]).to_string())
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Names and what they resolve to; the next list each time, the last one for ever.
#[derive(Default)]
struct Names {
    asked: Mutex<usize>,
    rebinding: Vec<IpAddr>,
}

impl Lookup for Names {
    fn addresses<'a>(&'a self, name: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let found = match name.trim_end_matches('.') {
            "open.test" | "xn--bcher-kva.test" => vec![OPEN],
            "rebinding.test" => {
                let mut asked = self.asked.lock().unwrap();
                *asked += 1;
                vec![self.rebinding[(*asked - 1).min(self.rebinding.len() - 1)]]
            }
            "mixed.test" => vec![OPEN, address("127.0.0.1")],
            "mixed-last.test" => vec![address("::1"), OPEN],
            "private.test" => vec![address("10.1.2.3")],
            "metadata.google.internal" => vec![address("169.254.169.254")],
            "mapped.test" => vec![address("::ffff:127.0.0.1")],
            "translated.test" => vec![address("64:ff9b::7f00:1")],
            "xn--lcal-5qa.test" | "localhost" | "sub.localhost" | "127.0.0.1.nip.test" => {
                vec![address("127.0.0.1"), address("::1")]
            }
            _ => return async { Err(std::io::Error::other("no such name")) }.boxed(),
        };
        async move { Ok(found) }.boxed()
    }
}

/// Ways to write an address that nobody may reach. Where the server listens, it would be reached.
const FORBIDDEN: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7F.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "0.0.0.0",
    "0",
    "0x0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",
    "[fd00::1]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[fd00:ec2::254]",
    "[2001:db8::1]",
    "[100::1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.0.1",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "sub.localhost",
    "mixed.test",
    "mixed-last.test",
    "private.test",
    "mapped.test",
    "translated.test",
    "metadata.google.internal",
    "127.0.0.1.nip.test",
    "l\u{f6}cal.test",
    "open.test@127.0.0.1",
    "open.test:80@localhost",
    "user:password@open.test",
    "open.test%40127.0.0.1",
    "127.0.0.1%2f@open.test",
];

#[tokio::test]
async fn nothing_that_is_forbidden_is_connected_to() {
    let site = Site::start().await;
    let tool = site.tool();
    let mut passed = Vec::new();
    for host in FORBIDDEN {
        let direct = format!("http://{host}:PORT/");
        // A redirect is read by the same rules; letters beyond ASCII stand in it as they are.
        let target = direct.replace("PORT", &site.port.to_string());
        let redirects =
            [format!("http://open.test:PORT/to?{target}"), format!("http://open.test:PORT/307?{}", &target[5..])];
        for url in [direct].into_iter().chain(redirects) {
            match site.ask(&tool, json!({ "url": url, "timeout": 5 })).await {
                Ok(answer) => passed.push(format!("{url} gave {answer}")),
                Err(error) if error.contains("cannot be reached") || error.contains("no whole answer") => {
                    passed.push(format!("{url} was tried: {error}"));
                }
                Err(_) => {}
            }
        }
    }
    assert!(passed.is_empty(), "{}", passed.join("\n"));
    let reached = site.reached.lock().unwrap().clone();
    assert!(reached.len() > FORBIDDEN.len(), "redirects were followed");
    let wrong: Vec<_> = reached.into_iter().filter(|address| *address != OPEN).collect();
    assert!(wrong.is_empty(), "connected to {wrong:?}");
}

#[tokio::test]
async fn a_name_that_turns_to_another_address_is_checked_each_time() {
    let site = Site::start().await;
    let rebinding = vec![OPEN, Ipv4Addr::LOCALHOST.into()];
    let tool = site.tool_with(Names { asked: Mutex::new(0), rebinding });
    let url = "http://rebinding.test:PORT/";
    assert!(site.ask(&tool, json!({ "url": url })).await.is_ok());
    let error = site.ask(&tool, json!({ "url": url })).await.unwrap_err();
    insta::assert_snapshot!(error, @"input `url`: `rebinding.test` is 127.0.0.1, an address of this machine; --allow-private-network allows it");
    assert_eq!(*site.reached.lock().unwrap(), [OPEN]);

    let rebinding = vec![OPEN, Ipv4Addr::LOCALHOST.into()];
    let tool = site.tool_with(Names { asked: Mutex::new(0), rebinding });
    let url = format!("http://rebinding.test:PORT/to?http://rebinding.test:{}/", site.port);
    assert!(site.ask(&tool, json!({ "url": url })).await.is_err());
    assert_eq!(*site.reached.lock().unwrap(), [OPEN, OPEN]);
}

#[test]
fn addresses_are_judged_before_anything_is_resolved() {
    let reach = Reach::internet();
    let said = |url: &str| match reach.check(&Url::parse(url).unwrap()) {
        Ok(()) => format!("{url}\n    may be asked\n"),
        Err(refused) => format!("{url}\n    {refused}\n"),
    };
    let urls = [
        "https://example.com/",
        "http://example.com:8080/",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]/",
        "https://[64:ff9b::5db8:d822]/",
        "http://example.com:22/",
        "http://example.com:6379/",
        "https://example.com:3306/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com:70/",
        "data:,x",
        "http://ann:pw@example.com/",
        "http://127.0.0.1/",
        "http://[fe80::1]/",
    ];
    insta::assert_snapshot!(urls.map(said).concat());
    assert!(Reach::everywhere().check(&Url::parse("http://127.0.0.1:22/").unwrap()).is_ok());
    assert_eq!(Reach::everywhere().check(&Url::parse("file:///x").unwrap()), Err(Refused::Scheme("file".into())));
}

#[tokio::test]
async fn requests_are_sent_as_asked_and_answers_read_by_their_kind() {
    let site = Site::start().await;
    let tool = site.tool();
    let mut told = String::new();
    for inputs in [
        json!({ "url": "http://open.test:PORT/a?x=1", "query": { "q": "a b&c", "n": [1, 2], "none": null } }),
        json!({ "url": "http://open.test:PORT/a", "method": "POST", "json": { "a": null }, "headers": { "X-Trace": 7 } }),
        json!({ "url": "http://open.test:PORT/a", "method": "PUT", "form": { "a": "ä b", "l": ["x", true] } }),
        json!({ "url": "http://open.test:PORT/a", "method": "PATCH", "text": "grün", "headers": { "content-type": "text/csv" } }),
        json!({ "url": "http://open.test:PORT/a", "method": "DELETE", "json": null }),
        json!({ "url": "http://open.test:PORT/a", "method": "HEAD" }),
        json!({ "url": "http://b\u{fc}cher.test:PORT/stra\u{df}e" }),
        json!({ "url": "http://open.test:PORT/to?/a", "method": "POST", "json": 1 }),
        json!({ "url": "http://open.test:PORT/307?/a", "method": "POST", "json": 1, "headers": { "Authorization": "Bearer T0p" } }),
        json!({ "url": "http://open.test:PORT/to?/a", "redirects": 0, "fail": false }),
        json!({ "url": "http://open.test:PORT/json" }),
        json!({ "url": "http://open.test:PORT/json", "response": "text" }),
        json!({ "url": "http://open.test:PORT/broken" }),
        json!({ "url": "http://open.test:PORT/broken", "response": "json" }),
        json!({ "url": "http://open.test:PORT/bytes" }),
        json!({ "url": "http://open.test:PORT/json", "response": "bytes" }),
        json!({ "url": "http://open.test:PORT/status/404" }),
        json!({ "url": "http://open.test:PORT/status/404", "accept_status": [404] }),
        json!({ "url": "http://open.test:PORT/status/500", "fail": false }),
        json!({ "url": "http://open.test:PORT/cut" }),
        json!({ "url": "http://open.test:PORT/endless", "max_bytes": 20000 }),
        json!({ "url": "http://open.test:PORT/cut", "max_bytes": 400 }),
        json!({ "url": "http://open.test:PORT/silent", "timeout": 0.05 }),
        json!({ "url": "http://gone.test:PORT/" }),
        json!({ "url": "http://open.test:PORT/", "timeout": 0 }),
        json!({ "url": "http://open.test:PORT/", "json": 1, "text": "x" }),
        json!({ "url": "http://open.test:PORT/", "headers": { "Host": "x" } }),
        json!({ "url": "http://open.test:PORT/", "headers": { "X": "a\nb" } }),
        json!({ "url": "http://open.test:PORT/", "query": { "a": {} } }),
        json!({ "url": "http://open.test:PORT/", "method": "TRACE" }),
        json!({ "url": "open.test/a" }),
    ] {
        let answer = match site.ask(&tool, inputs.clone()).await {
            Ok(answer) => format!("{} {} from {}", answer["status"], answer["body"], answer["url"]),
            Err(error) => format!("error: {error}"),
        };
        told += &format!("{inputs}\n    {answer}\n").replace(&site.port.to_string(), "PORT");
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn redirects_end_and_take_no_secret_to_another_server() {
    let site = Site::start().await;
    let tool = site.tool();
    let elsewhere = format!("http://open.test:PORT/307?http://b\u{fc}cher.test:{}/a", site.port);
    let headers =
        json!({ "Authorization": "Bearer T0pSecret", "X-Api-Key": "k-4711", "Accept": "text/plain", "X-Own": "1" });
    let answer = site.ask(&tool, json!({ "url": elsewhere, "headers": headers })).await.unwrap();
    assert_eq!(
        answer["body"][1],
        json!(["accept: text/plain", concat!("user-agent: flow/", env!("CARGO_PKG_VERSION"))])
    );

    let round = "http://open.test:PORT/to?/to";
    let error = site.ask(&tool, json!({ "url": round, "redirects": 3 })).await.unwrap_err();
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn no_message_shows_a_secret() {
    let site = Site::start().await;
    let tool = site.tool();
    let headers = json!({ "Authorization": "Bearer T0pSecret" });
    for url in [
        "http://open.test:PORT/status/401?api_key=T0pSecret",
        "http://open.test:PORT/cut?token=T0pSecret",
        "http://gone.test:PORT/?sig=1&access_token=T0pSecret",
        "http://open.test:PORT/307?http://T0pSecret.localhost/",
        "http://127.0.0.1:PORT/?key=T0pSecret",
    ] {
        let error = site.ask(&tool, json!({ "url": url, "headers": headers })).await.unwrap_err();
        assert!(!error.contains("T0pSecret"), "{error}");
    }
    let error =
        site.ask(&tool, json!({ "url": "http://open.test:PORT/status/401", "headers": headers })).await.unwrap_err();
    insta::assert_snapshot!(error);
}
