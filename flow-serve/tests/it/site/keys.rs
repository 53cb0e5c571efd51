//! Who may ask.

use std::sync::Arc;

use flow_serve::{Key, KeyLimits, Keyring, ServerOptions, SiteOptions, digest_of_key};

use crate::flows::{CHAT, Flows};

const KEY: &str = "flow-0123456789abcdef";
/// What anybody may ask.
const OPEN: &[&str] = &[
    "/health",
    "/healthz",
    "/livez",
    "/readyz",
    "/v2/health/live",
    "/v2/health/ready",
    "/chat/health",
    "/docs",
    "/docs/docs.css",
    "/docs/docs.js",
    "/chat/docs",
    "/chat/docs/docs.css",
    "/chat/docs/docs.js",
];

async fn guarded(limits: KeyLimits) -> Flows {
    let key = |name: &str, key: &str| Key::new(name, digest_of_key(key), limits);
    let keys = Keyring::new(vec![key("one", KEY), key("other", "flow-fedcba")]);
    let options = SiteOptions { keys: Some(Arc::new(keys)), ..SiteOptions::default() };
    Flows::of(&[("chat", CHAT)], "", options, ServerOptions::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_but_those_that_watch_and_empty_pages_needs_a_known_key() {
    let flows = guarded(KeyLimits::default()).await;
    let bearer = |key: &str| format!("authorization: Bearer {key}\r\n");
    let longer = format!("{KEY}0");
    let wrong = [
        String::new(),
        bearer(""),
        bearer(&KEY[..KEY.len() - 1]),
        bearer(&longer),
        bearer(&KEY.to_uppercase()),
        bearer("ключ"),
        format!("authorization: Basic {KEY}\r\n"),
        format!("authorization: {KEY}\r\n"),
        bearer(KEY) + &bearer("flow-fedcba"),
        format!("x-api-key: {KEY}\r\n"),
    ];
    let mut routes = 0;
    for (method, path) in flow_serve::ROUTES
        .iter()
        .flat_map(|(method, path)| [(*method, (*path).to_owned()), (*method, format!("/chat{path}"))])
    {
        routes += 1;
        let is_page = matches!(&*path, "/" | "/chat/") || path.contains("/page/");
        if OPEN.contains(&&*path) || is_page {
            assert_eq!(flows.ask(method, &path, "", "").await.status(), 200, "{method} {path}");
            continue;
        }
        for headers in &wrong {
            let came = flows.ask(method, &path, headers, "{}").await;
            assert_eq!(came.status(), 401, "{method} {path} with {headers:?}");
            assert_eq!(came.header("www-authenticate"), Some("Bearer"));
            assert!(!came.body.contains(KEY), "{came:?}");
        }
        let came = flows.ask(method, &path, &bearer(KEY), "{\"question\": \"when?\"}").await;
        assert_ne!(came.status(), 401, "{method} {path}");
    }
    assert!(routes > 20, "{routes} routes");
    assert_eq!(flows.ask("GET", "/nowhere", "", "").await.status(), 401, "what is not there is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_has_no_case_and_each_key_is_known() {
    let flows = guarded(KeyLimits::default()).await;
    for header in [
        format!("Authorization: bearer {KEY}"),
        format!("AUTHORIZATION: BEARER  {KEY} "),
        "authorization: Bearer flow-fedcba".to_owned(),
    ] {
        let came = flows.ask("POST", "/score", &format!("{header}\r\n"), "{\"question\": \"when?\"}").await;
        assert_eq!(came.status(), 200, "{header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_limits_of_its_own() {
    let flows = guarded(KeyLimits { per_minute: Some(2), in_flight: None }).await;
    let ask = async |key: &str| {
        let header = format!("authorization: Bearer {key}\r\n");
        flows.ask("POST", "/score", &header, "{\"question\": \"when?\"}").await
    };
    let statuses = [ask(KEY).await.status(), ask(KEY).await.status()];
    assert_eq!(statuses, [200, 200]);
    let came = ask(KEY).await;
    assert_eq!(came.status(), 429);
    let wait: u64 = came.header("retry-after").unwrap().parse().unwrap();
    assert!((25..=30).contains(&wait), "{wait}");
    assert_eq!(ask("flow-fedcba").await.status(), 200, "another key has its own");
}
