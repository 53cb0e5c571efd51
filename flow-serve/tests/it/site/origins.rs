//! Pages of other origins.

use flow_serve::{Origins, ServerOptions, SiteOptions};

use crate::flows::Flows;

const QUESTION: &str = "{\"question\": \"when?\"}";

async fn with(origins: &[&str]) -> Flows {
    let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let options = SiteOptions { origins: Origins::new(&origins).unwrap(), ..SiteOptions::default() };
    Flows::chat("", options, ServerOptions::default()).await
}

/// The status, and who may read it.
async fn asked(flows: &Flows, method: &str, origin: &str, more: &str) -> (u16, Option<String>) {
    let headers = format!("origin: {origin}\r\n{more}");
    let came = flows.ask(method, "/score", &headers, QUESTION).await;
    (came.status(), came.header("access-control-allow-origin").map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_that_are_named_may_ask() {
    const PREFLIGHT: &str = "access-control-request-method: POST\r\n";
    let flows = with(&["https://app.example", "http://localhost:3000/"]).await;
    let named = Some("https://app.example".to_owned());
    assert_eq!(asked(&flows, "POST", "https://app.example", "").await, (200, named.clone()));
    assert_eq!(
        asked(&flows, "POST", "http://localhost:3000", "").await,
        (200, Some("http://localhost:3000".to_owned()))
    );
    assert_eq!(asked(&flows, "OPTIONS", "https://app.example", PREFLIGHT).await, (204, named));
    for origin in
        ["https://app.example.evil", "http://app.example", "https://app.example:444", "null", "https://APP.example/"]
    {
        assert_eq!(asked(&flows, "POST", origin, "").await, (403, None), "{origin}");
        assert_eq!(asked(&flows, "OPTIONS", origin, PREFLIGHT).await, (403, None), "{origin}");
    }
    // The server's own pages send an origin too.
    assert_eq!(asked(&flows, "POST", "http://x", "").await, (200, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_page_may_ask_where_that_is_wanted_but_none_without_a_name() {
    let flows = with(&["*"]).await;
    assert_eq!(asked(&flows, "POST", "https://any.example", "").await, (200, Some("https://any.example".to_owned())));
    assert_eq!(asked(&flows, "POST", "null", "").await, (403, None));
    assert_eq!(asked(&with(&[]).await, "POST", "https://any.example", "").await, (403, None));
}

#[test]
fn an_origin_is_no_address() {
    for text in ["app.example", "https://app.example/path", "ftp://app.example", "https://user@app.example", "", "null"]
    {
        let error = Origins::new(&[text.to_owned()]).expect_err(text);
        assert!(error.to_string().contains("is no origin"), "{error}");
    }
}
