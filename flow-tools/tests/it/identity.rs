//! Azure without a key, against a server for tokens on this machine.

use std::sync::Arc;

use flow_core::connection::{Connection, ConnectionKind};
use flow_core::model::{Model, ModelErrorKind};
use secrecy::SecretString;
use serde_json::json;

use crate::exchange::{KEY, ask, completion, connect, connection, request};
use crate::network::AUTHORITY;
use crate::server::{Answer, Server};

const TENANT: &str = "00000000-0000-0000-0000-00000000aaaa";

fn token(text: &str, seconds: i64) -> Answer {
    let body =
        json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": text });
    Answer::Full(200, &[("content-type", "application/json")], body.to_string())
}

/// A connection with a secret of its application, or else with its workload's token file.
fn keyless(server: &Server, tokens: &Server, file: Option<&str>) -> Connection {
    let (endpoint, authority) = (server.url(""), tokens.tls_url(""));
    let fields = [
        ("endpoint", &*endpoint),
        ("auth_mode", "meid_token"),
        ("tenant_id", TENANT),
        ("client_id", "app-1"),
        ("authority_host", &*authority),
        ("ca_file", AUTHORITY),
        ("federated_token_file", file.unwrap_or_default()),
    ];
    let mut made = connection(ConnectionKind::Azure, &fields, None);
    if file.is_none() {
        made.secrets.insert("client_secret".into(), SecretString::from(KEY.to_owned()));
    }
    made
}

fn bearers(server: &Server) -> Vec<String> {
    let bearer = |header: &String| header.strip_prefix("authorization: Bearer ").map(str::to_owned);
    server.requests().iter().map(|request| request.headers.iter().find_map(bearer).unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_renewed_before_its_end() {
    let server = Server::start(vec![completion("x")]).await;
    // The first ends within the margin, the second lasts.
    let tokens = Server::start_tls(vec![token("first", 200), token("second", 3600), token("third", 3600)]).await;
    let model: Arc<dyn Model> = connect(&keyless(&server, &tokens, None)).unwrap();
    for _ in 0..2 {
        ask(&*model, &request("m")).await.unwrap();
    }
    let request = &request("m");
    let (one, two) = tokio::join!(ask(&*model, request), ask(&*model, request));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(bearers(&server), ["first", "second", "second", "second"]);
    assert!(!server.requests()[0].headers.iter().any(|header| header.starts_with("api-key")));
    let asked = tokens.requests();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].line, format!("POST /{TENANT}/oauth2/v2.0/token HTTP/1.1"));
    assert!(asked[0].body.contains("scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"), "{}", asked[0].body);
    assert!(asked[0].body.contains(&format!("client_secret={KEY}")));
}

#[tokio::test]
async fn a_workload_brings_its_token_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "workload-assertion").unwrap();
    let server = Server::start(vec![completion("x")]).await;
    let tokens = Server::start_tls(vec![token("good", 3600)]).await;
    let model = connect(&keyless(&server, &tokens, file.to_str())).unwrap();
    ask(&*model, &request("m")).await.unwrap();
    assert_eq!(bearers(&server), ["good"]);
    let body = &tokens.requests()[0].body;
    assert!(body.contains("client_assertion=workload-assertion") && body.contains("client_id=app-1"), "{body}");
}

#[tokio::test]
async fn a_token_that_is_refused_is_told_without_secrets() {
    let refusal = json!({ "error": "invalid_client", "error_description": format!("AADSTS7000215: no {KEY}"), "error_codes": [7_000_215] });
    let mut told = String::new();
    for (answer, kind) in [
        (Answer::Full(401, &[], refusal.to_string()), ModelErrorKind::Status(401)),
        (Answer::Full(503, &[], "{}".into()), ModelErrorKind::Status(503)),
        (Answer::Reset, ModelErrorKind::Connect),
    ] {
        let server = Server::start(vec![completion("x")]).await;
        let tokens = Server::start_tls(vec![answer]).await;
        let model = connect(&keyless(&server, &tokens, None)).unwrap();
        let error = ask(&*model, &request("m")).await.unwrap_err();
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(
            (server.requests().len(), tokens.requests().len()),
            (0, 1),
            "asked once, and nothing sent without it"
        );
        told += &(error.message.replace(&tokens.address.port().to_string(), "PORT") + "\n");
    }
    insta::assert_snapshot!(told, @r#"
    no token for Azure OpenAI: the client secret gave none: ClientSecretCredential authentication failed. AADSTS7000215: no ****** – check the identity of connection `mine`
    no token for Azure OpenAI: the client secret gave none: ClientSecretCredential authentication failed – check the identity of connection `mine`
    no token for Azure OpenAI: the client secret gave none: ClientSecretCredential authentication failed. the server for tokens could not be asked – check the identity of connection `mine`
    "#);
}

#[tokio::test]
async fn a_token_in_the_connection_is_sent_as_it_is() {
    let server = Server::start(vec![completion("x")]).await;
    for mode in ["key", "meid_token"] {
        let mut made = connection(ConnectionKind::Azure, &[("endpoint", &server.url("")), ("auth_mode", mode)], None);
        made.secrets.insert("ad_token".into(), SecretString::from("given".to_owned()));
        ask(&*connect(&made).unwrap(), &request("m")).await.unwrap();
    }
    assert_eq!(bearers(&server), ["given", "given"]);
}
