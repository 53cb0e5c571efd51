//! What lies between a connection and its server: headers, time limits, proxies, TLS, names.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_core::connection::{Connection, ConnectionKind};
use flow_core::model::{Model, ModelError, ModelErrorKind};
use secrecy::SecretString;

use crate::exchange::{KEY, ask, completion, connect, connection, request};
use crate::server::{Answer, Part, Server};

/// The certificate of the authority that signed that of the tests' server.
pub(crate) const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tls/authority.pem");

fn with_secrets(mut connection: Connection, secrets: &[(&str, &str)]) -> Connection {
    let secrets = secrets.iter().map(|(name, value)| (Arc::from(*name), SecretString::from((*value).to_owned())));
    connection.secrets.extend(secrets);
    connection
}

async fn failure(model: &dyn Model, neutral: &Server) -> (ModelError, String) {
    let error = ask(model, &request("gpt-x")).await.unwrap_err();
    assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    let port = neutral.address.port().to_string();
    let text = error.message.replace(&port, "PORT");
    (error, text)
}

#[tokio::test]
async fn headers_are_sent_and_go_before_the_providers() {
    let server = Server::start(vec![completion("x")]).await;
    let plain = connection(ConnectionKind::OpenAi, &[("base_url", &server.url("/v1"))], None);
    let secrets = [("headers.X-Team", "docs"), ("headers.authorization", "Basic abc")];
    let model = connect(&with_secrets(plain.clone(), &secrets)).unwrap();
    ask(&*model, &request("m")).await.unwrap();
    let headers = server.requests().pop().unwrap().headers;
    assert!(headers.contains(&"x-team: docs".to_owned()), "{headers:?}");
    assert!(headers.contains(&"authorization: Basic abc".to_owned()), "{headers:?}");

    // OpenAI's own address needs a key, or a header in its place.
    assert!(connect(&connection(ConnectionKind::OpenAi, &[], None)).is_err());
    assert!(connect(&with_secrets(connection(ConnectionKind::OpenAi, &[], None), &secrets)).is_ok());
    for (name, value) in [("headers.X Team", "docs"), ("headers.X-Team", "a\nb")] {
        let error = connect(&with_secrets(plain.clone(), &[(name, value)])).unwrap_err();
        assert!(error.contains("cannot be sent") && !error.contains("a\nb"), "{error}");
    }
}

#[tokio::test]
async fn silence_has_its_limit() {
    for (answer, kind) in [
        (Answer::Silence, ModelErrorKind::Timeout),
        (Answer::Parts("application/json", vec![Part::Text("{".into()), Part::Silence]), ModelErrorKind::Timeout),
    ] {
        let server = Server::start(vec![answer]).await;
        let fields = [("base_url", &*server.url("/v1")), ("timeout", "300ms")];
        let model = connect(&connection(ConnectionKind::OpenAi, &fields, Some(KEY))).unwrap();
        let (error, text) = failure(&*model, &server).await;
        assert_eq!(error.kind, kind);
        assert!(text.contains("0.3 s"), "{text}");
        server.closed(1).await;
    }
    let fields = [("base_url", "http://localhost:1"), ("timeout", "soon")];
    let error = connect(&connection(ConnectionKind::OpenAi, &fields, Some(KEY))).unwrap_err();
    insta::assert_snapshot!(error, @r#"the timeout of connection `mine` is `soon`, which is no time; write 30s, 500ms or 2m"#);
}

#[tokio::test]
async fn a_connections_proxy_is_used_and_named_when_it_fails() {
    let proxy = Server::start(vec![completion("through"), Answer::Full(407, &[], "who are you?".into())]).await;
    let address = format!("http://me:{KEY}@{}", proxy.address);
    let fields = [("base_url", "http://model.example/v1")];
    let with_proxy = |address: &str, fields: &[(&str, &str)]| {
        connect(&with_secrets(connection(ConnectionKind::OpenAi, fields, Some("other")), &[("proxy", address)]))
            .unwrap()
    };
    let model = with_proxy(&address, &fields);
    let answer = ask(&*model, &request("m")).await.unwrap();
    assert_eq!(answer.messages[0]["content"], "through");
    let seen = proxy.requests().pop().unwrap();
    assert_eq!(seen.line, "POST http://model.example/v1/chat/completions HTTP/1.1");
    assert!(seen.headers.iter().any(|header| header.starts_with("proxy-authorization: Basic ")), "{:?}", seen.headers);

    let mut told = failure(&*model, &proxy).await.1 + "\n";
    let tunnel = with_proxy(&address, &[("base_url", "https://model.example/v1")]);
    told += &(failure(&*tunnel, &proxy).await.1 + "\n");
    let refusing = Server::start(vec![Answer::Full(403, &[], "no".into())]).await;
    let tunnel = with_proxy(&refusing.url(""), &[("base_url", "https://model.example/v1")]);
    told += &(failure(&*tunnel, &refusing).await.1 + "\n");
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = with_proxy(&format!("http://me:{KEY}@{gone}"), &fields);
    let (error, text) = failure(&*dead, &proxy).await;
    assert_eq!(error.kind, ModelErrorKind::Connect);
    told += &text.replace(&gone.port().to_string(), "GONE");
    insta::assert_snapshot!(told, @r#"
    the proxy 127.0.0.1:PORT answered 407: who are you? – check the proxy of connection `mine`
    the proxy 127.0.0.1:PORT does not lead to model.example: it wants a user and a password – check the proxy of connection `mine`
    the proxy 127.0.0.1:PORT does not lead to model.example: it refused – check the proxy of connection `mine`
    the proxy 127.0.0.1:GONE could not be reached: nothing listens there – check the proxy of connection `mine`
    "#);

    let wrong =
        with_secrets(connection(ConnectionKind::OpenAi, &fields, Some("k")), &[("proxy", &format!("no {KEY}"))]);
    let error = connect(&wrong).unwrap_err();
    assert!(error.contains("not a web address") && !error.contains(KEY), "{error}");
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_only_if_named() {
    let server = Server::start_tls(vec![completion("safe")]).await;
    let url = server.tls_url("/v1");
    let own = connection(ConnectionKind::OpenAi, &[("base_url", &*url), ("ca_file", AUTHORITY)], Some(KEY));
    let answer = ask(&*connect(&own).unwrap(), &request("m")).await.unwrap();
    assert_eq!(answer.messages[0]["content"], "safe");
    let strange = connect(&connection(ConnectionKind::OpenAi, &[("base_url", &*url)], Some(KEY))).unwrap();
    let mut told = failure(&*strange, &server).await.1 + "\n";
    for file in ["/nowhere/ca.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        let error = connect(&connection(ConnectionKind::OpenAi, &[("base_url", &*url), ("ca_file", file)], Some(KEY)));
        told += &(error.unwrap_err() + "\n");
    }
    insta::assert_snapshot!(told, @r#"
    localhost:PORT could not be reached: nobody whom this machine trusts has signed its certificate; a `ca_file` in the connection names its authority – check the base_url of connection `mine` and the network
    the ca_file /nowhere/ca.pem of connection `mine` is not there
    the ca_file holds no certificate; it is a text with BEGIN CERTIFICATE in it
    "#);
}

#[tokio::test]
async fn tls_that_is_cut_is_told() {
    let server = Server::start_tls(vec![Answer::Truncated, Answer::Reset]).await;
    let fields = [("base_url", &*server.tls_url("/v1")), ("ca_file", AUTHORITY)];
    let model = connect(&connection(ConnectionKind::OpenAi, &fields, Some(KEY))).unwrap();
    for _ in 0..2 {
        let (error, text) = failure(&*model, &server).await;
        assert_eq!(error.kind, ModelErrorKind::Truncated, "{text}");
    }
    // Cut before any of it was spoken.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let model = connect(&connection(ConnectionKind::OpenAi, &[("base_url", &*url)], Some(KEY))).unwrap();
    let error = ask(&*model, &request("m")).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told() {
    let model =
        connect(&connection(ConnectionKind::OpenAi, &[("base_url", "http://no-such-host.invalid/v1")], Some(KEY)));
    let error = ask(&*model.unwrap(), &request("m")).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Connect);
    insta::assert_snapshot!(error.message, @r#"no-such-host.invalid could not be reached: there is no such host – check the base_url of connection `mine` and the network"#);
}

#[tokio::test]
async fn known_providers_are_asked_at_their_address_with_their_key() {
    let mut told = BTreeMap::new();
    for kind in [ConnectionKind::Anthropic, ConnectionKind::Gemini, ConnectionKind::Ollama, ConnectionKind::Vllm] {
        let server = Server::start(vec![completion("x")]).await;
        let model = connect(&connection(kind, &[("base_url", &server.url("/v1"))], Some(KEY))).unwrap();
        ask(&*model, &request("m")).await.unwrap();
        assert!(server.requests()[0].headers.contains(&format!("authorization: Bearer {KEY}")));
        let lacking = connect(&connection(kind, &[], None)).map_or_else(|error| error, |model| format!("{model:?}"));
        told.insert(kind.name(), format!("{} {lacking}", model.provider()));
    }
    insta::assert_json_snapshot!(told, @r#"
    {
      "anthropic": "anthropic connection `mine` has no api_key; add `api_key: \"${env:ANTHROPIC_API_KEY}\"` to it",
      "gemini": "gcp.gemini connection `mine` has no api_key; add `api_key: \"${env:GEMINI_API_KEY}\"` to it",
      "ollama": "ollama OpenAiModel { wire: Wire { connection: \"mine\", host: \"localhost:11434\" }, provider: \"ollama\", identity: \"ollama http://localhost:11434/v1  \" }",
      "vllm": "vllm OpenAiModel { wire: Wire { connection: \"mine\", host: \"localhost:8000\" }, provider: \"vllm\", identity: \"vllm http://localhost:8000/v1  \" }"
    }
    "#);
}

#[tokio::test]
async fn models_are_listed() {
    let list = r#"{"object": "list", "data": [{"id": "a"}, {"id": "b"}, {}]}"#;
    let server = Server::start(vec![Answer::Full(200, &[], list.into()), Answer::Full(404, &[], "no".into())]).await;
    let own = connection(ConnectionKind::OpenAi, &[("base_url", &server.url("/v1"))], Some(KEY));
    assert_eq!(flow_tools::provider::list_models(&own).await.unwrap(), ["a", "b"]);
    let error = flow_tools::provider::list_models(&own).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Status(404));
    let server = Server::start(vec![Answer::Full(200, &[], list.into())]).await;
    let azure = connection(ConnectionKind::Azure, &[("endpoint", &server.url(""))], Some(KEY));
    flow_tools::provider::list_models(&azure).await.unwrap();
    assert_eq!(server.requests()[0].line, "GET /openai/models?api-version=2024-02-01 HTTP/1.1");
}
