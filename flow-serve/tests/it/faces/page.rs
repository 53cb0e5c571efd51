//! The pages at `/` and at `/NAME/`, their files, and what `page.json` tells them.

use std::collections::BTreeSet;

use flow_serve::{Key, KeyLimits, Keyring, ROUTES, ServerOptions, SiteOptions, digest_of_key};
use serde_json::Value as Json;

use super::{BREAKS, ECHO, PICTURES, RULES, TYPED, several};
use crate::flows::Flows;

/// Every way in which a node can hang together with inputs and other nodes.
const GRAPH: &str = "\
description: Sorts words.
inputs:
  words: { type: list, default: [a, b] }
  loud: { type: bool, default: false }
outputs:
  said: { type: string, reference: \"${say.output}\" }
  loud: { type: bool, reference: \"${inputs.loud}\" }
  count: { type: int, reference: \"${inputs.words}\", evaluation_only: true }
nodes:
  - name: each
    type: prompt
    for_each: \"${inputs.words}\"
    prompt: \"{{ word }}\"
    inputs: { word: \"${item}\" }
  - name: shout
    type: prompt
    if: inputs.loud and each.output | length > 1
    prompt: \"{{ words | join(' ') | upper }}\"
    inputs: { words: \"${each.output}\" }
  - name: say
    type: llm
    connection: any
    prompt: \"user:\\n{{ words }} {{ shout }}\"
    inputs: { model: gpt-4o-mini, words: \"${each.output}\", shout: \"${shout.output}\" }
";

async fn one(flow: &str) -> Flows {
    Flows::of(&[("it", flow)], RULES, SiteOptions::default(), ServerOptions::default()).await
}

fn files() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|(_, path)| *path).filter(|path| path.starts_with("/page/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_from_the_server_alone() {
    let flows = one(ECHO).await;
    assert!(files().count() > 10);
    let all = files().flat_map(|path| [path.to_owned(), format!("/it{path}")]);
    for path in all.chain(["/".to_owned(), "/it/".to_owned()]) {
        let came = flows.ask("GET", &path, "", "").await;
        assert_eq!(came.status(), 200, "{path}");
        let kind = match path.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(came.header("content-type"), Some(kind), "{path}");
        let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; \
                      base-uri 'none'; frame-ancestors 'none'";
        assert_eq!(came.header("content-security-policy"), Some(policy), "{path}");
        assert_eq!(came.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(came.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(came.header("cache-control"), Some("no-cache"));
        let body = came.body.replace("http://www.w3.org/2000/svg", "");
        for outside in [
            "http://",
            "https://",
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "style=",
            "onclick",
            "eval(",
            "Function(",
        ] {
            let is_text = outside == "https://" && body.matches(outside).all(|_| body.contains("\"https://…"));
            assert!(is_text || !body.contains(outside), "{path} has {outside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_files_name_are_there() {
    let flows = one(ECHO).await;
    let mut asked = BTreeSet::from(["page/page.css".to_owned()]);
    for path in files() {
        let body = flows.ask("GET", path, "", "").await.body;
        let named = body.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next());
        asked.extend(named.map(|name| format!("page/{name}")));
    }
    let several = several().await;
    for body in [flows.ask("GET", "/", "", "").await.body, several.ask("GET", "/", "", "").await.body] {
        let named = body.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        asked.extend(named.map(str::to_owned));
    }
    let known: BTreeSet<String> = files().map(|path| path[1..].to_owned()).collect();
    assert_eq!(asked, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_has_a_file_does_not_get_it_again() {
    let flows = one(ECHO).await;
    for path in ["/", "/page/page.css", "/it/page/page.js"] {
        let tag = flows.ask("GET", path, "", "").await.header("etag").unwrap().to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let mut stream = flows.connect().await;
            let head = format!("if-none-match: {known}\r\nconnection: close\r\n");
            crate::client::send(&mut stream, "GET", path, &head, "").await;
            let came = crate::client::receive(&mut stream, crate::client::LIMIT).await;
            assert_eq!((came.status(), &*came.body), (304, ""), "{path} {known}");
            assert_eq!(came.header("etag"), Some(&*tag));
        }
        assert_eq!(flows.ask("GET", path, "if-none-match: \"other\"\r\n", "").await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_has_its_page_under_its_name_and_several_have_one_that_leads_there() {
    let flows = several().await;
    let index = flows.ask("GET", "/", "", "").await.body;
    let page = flows.ask("GET", "/echo/", "", "").await.body;
    assert!(index.contains("page/index.js") && page.contains("page/page.js"));
    let moved = flows.ask("GET", "/echo", "", "").await;
    assert_eq!((moved.status(), moved.header("location")), (308, Some("echo/")));
    assert_eq!(flows.ask("GET", "/page.json", "", "").await.status(), 404);
    assert_eq!(flows.ask("GET", "/nothing/", "", "").await.status(), 404);
    assert_eq!(one(ECHO).await.ask("GET", "/", "", "").await.body, page);
    assert_eq!(flows.ask("POST", "/echo/", "", "").await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_told_what_the_flow_is() {
    let mut told = serde_json::Map::new();
    for (name, flow) in [("echo", ECHO), ("typed", TYPED), ("pictures", PICTURES), ("breaks", BREAKS), ("graph", GRAPH)]
    {
        let flows = one(flow).await;
        let came = flows.ask("GET", "/page.json", "", "").await;
        assert_eq!(came.header("cache-control"), Some("no-store"));
        assert!(!came.body.contains("hush"), "the default of a secret is told to nobody");
        assert_eq!(flows.ask("GET", "/it/page.json", "", "").await.body, came.body);
        told.insert(name.to_owned(), came.json());
    }
    insta::assert_json_snapshot!(Json::Object(told));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_open_and_what_they_show_is_not() {
    let key = Key::new("one", digest_of_key("flow-0123456789abcdef"), KeyLimits::default());
    let keys = Some(std::sync::Arc::new(Keyring::new(vec![key])));
    for names in [&["it"][..], &["it", "other"]] {
        let flows: Vec<_> = names.iter().map(|name| (*name, ECHO)).collect();
        let options = SiteOptions { keys: keys.clone(), ..SiteOptions::default() };
        let flows = Flows::of(&flows, RULES, options, ServerOptions::default()).await;
        for path in ["/", "/it/", "/page/page.css", "/it/page/page.js"] {
            let came = flows.ask("GET", path, "", "").await;
            assert_eq!(came.status(), 200, "{path}");
            assert!(!came.body.contains("Says what it was given"), "{path} tells of the flow");
        }
        assert_eq!(flows.ask("GET", "/it", "", "").await.status(), 308);
        assert_eq!(flows.ask("GET", "/it/page.json", "", "").await.status(), 401);
        assert_eq!(flows.ask("GET", "/its", "", "").await.status(), 401);
        let given = "authorization: Bearer flow-0123456789abcdef\r\n";
        assert_eq!(flows.ask("GET", "/it/page.json", given, "").await.json()["description"], "Says what it was given.");
    }
}
