//! `/openapi.json`, `/docs` and `/flows`.

use std::collections::BTreeSet;

use flow_serve::{ServerOptions, SiteOptions};
use serde_json::Value as Json;

use super::{ECHO, RULES, TYPED, several};
use crate::flows::Flows;

async fn one(flow: &str) -> Flows {
    Flows::of(&[("it", flow)], RULES, SiteOptions::default(), ServerOptions::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_made_of_inputs_and_outputs() {
    let flows = one(TYPED).await;
    let came = flows.ask("GET", "/openapi.json", "", "").await;
    let mut document = came.json();
    document["info"]["version"] = "0".into();
    insta::assert_json_snapshot!(document);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_lead_somewhere_and_ids_are_unique() {
    let flows = several().await;
    for path in ["/openapi.json", "/echo/openapi.json"] {
        let document = flows.ask("GET", path, "", "").await.json();
        let mut ids = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                assert!(ids.insert(operation["operationId"].to_string()), "{path}");
            }
        }
        let mut references = BTreeSet::new();
        gather(&document, &mut references);
        assert!(references.len() > 8);
        for reference in references {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }
}

fn gather(value: &Json, references: &mut BTreeSet<String>) {
    match value {
        Json::Object(entries) => {
            references.extend(entries.get("$ref").and_then(Json::as_str).map(str::to_owned));
            entries.values().for_each(|value| gather(value, references));
        }
        Json::Array(items) => items.iter().for_each(|value| gather(value, references)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_a_flow_is_described_where_it_is_asked() {
    let flows = one(ECHO).await;
    for (base, server) in [("", "/"), ("/it", "/it")] {
        let document = flows.ask("GET", &format!("{base}/openapi.json"), "", "").await.json();
        assert_eq!(document["servers"][0]["url"], server);
        assert_eq!(document["openapi"], "3.1.0");
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let came =
                    flows.ask(&method.to_uppercase(), &format!("{base}{path}").replace("{id}", "it"), "", "{}").await;
                let described = &methods[method]["responses"][came.status().to_string()];
                assert!(described.is_object(), "{method} {path} gave {}", came.status());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_requests_that_are_answered() {
    let flows = one(TYPED).await;
    let document = flows.ask("GET", "/openapi.json", "", "").await.json();
    let examples = &document["paths"]["/run"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    for example in examples.as_object().unwrap().values() {
        let came = flows.ask("POST", "/run", "", &example["value"].to_string()).await;
        assert_eq!(came.status(), 200, "{came:?}");
    }
    assert!(!document.to_string().contains("hush"), "the default of a secret is told to nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_comes_from_the_server_alone() {
    let flows = one(ECHO).await;
    for path in ["/docs", "/docs/docs.css", "/docs/docs.js", "/it/docs", "/it/docs/docs.js"] {
        let came = flows.ask("GET", path, "", "").await;
        assert_eq!(came.status(), 200, "{path}");
        let policy = came.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(came.header("x-content-type-options"), Some("nosniff"));
        for outside in ["http://", "https://", "innerHTML", "style=", "onclick", "eval("] {
            assert!(!came.body.contains(outside), "{path} has {outside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_listed() {
    let flows = several().await;
    let list = flows.ask("GET", "/flows", "", "").await.json();
    assert_eq!(list["flows"].as_array().unwrap().len(), 7);
    insta::assert_json_snapshot!(list["flows"][1]);
    assert_eq!(flows.ask("GET", "/docs", "", "").await.status(), 200);
}
