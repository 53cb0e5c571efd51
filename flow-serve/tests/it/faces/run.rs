//! `POST /run`.

use super::{answer, several, told};

const EVENTS: &str = "accept: text/event-stream\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn inputs_are_of_the_declared_types_and_every_wrong_one_is_named() {
    let flows = several().await;
    let all_wrong = r#"{"word": 1, "whole": 1.5, "number": "2", "flag": "true", "items": {}, "entry": [], "picture": 3, "secret": 4}"#;
    let long = format!(r#"{{"word": "{}"}}"#, "x".repeat(5000));
    let cases = [
        ("what is asked for", "POST /echo/run", "", r#"{"question": "hi", "tone": "loud"}"#),
        (
            "all types",
            "POST /typed/run",
            "",
            r#"{"word": "w", "whole": 3.0, "number": 2, "flag": true, "items": [1], "entry": {"a": 1}, "picture": {"data:image/png;url": "https://example.com/b.png"}}"#,
        ),
        ("nothing given", "POST /typed/run", "", "{}"),
        ("an unknown input", "POST /echo/run", "", r#"{"question": "hi", "tine": "loud"}"#),
        ("everything wrong at once", "POST /typed/run", "", all_wrong),
        ("too large for a whole number", "POST /typed/run", "", r#"{"word": "w", "whole": 1e30}"#),
        ("null is no text", "POST /typed/run", "", r#"{"word": null}"#),
        ("a picture that is none", "POST /typed/run", "", r#"{"word": "w", "picture": "../../etc/passwd"}"#),
        ("no object", "POST /echo/run", "", "[1]"),
        ("no JSON", "POST /echo/run", "", r#"{"question": "#),
        ("no body", "POST /echo/run", "", ""),
        ("too much", "POST /typed/run", "", &long),
        ("another method", "GET /echo/run", "", ""),
        ("a form that is not given", "POST /echo/run", "accept: text/html\r\n", r#"{"question": "hi"}"#),
        ("an unknown parameter", "POST /echo/run?tone=loud", "", r#"{"question": "hi"}"#),
        ("values that are neither", "POST /echo/run?values=maybe", "", r#"{"question": "hi"}"#),
        ("a provider that refuses", "POST /chat/run", "", r#"{"question": "forbidden"}"#),
        ("a node that cannot", "POST /breaks/run", "", r#"{"question": "hi"}"#),
    ];
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_in_the_flow_is_told() {
    let flows = several().await;
    let cases = [
        ("pieces of an answer", "POST /chat/run", EVENTS, r#"{"question": "hi you"}"#),
        ("with values", "POST /echo/run?values=true", EVENTS, r#"{"question": "hi"}"#),
        ("a node that fails, and one that is passed over", "POST /breaks/run", EVENTS, r#"{"question": "hi"}"#),
        ("inputs that do not fit are no stream", "POST /echo/run", EVENTS, "{}"),
        ("nor are pictures that are none", "POST /look/run", EVENTS, r#"{"picture": "nowhere.png"}"#),
    ];
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_has_the_id_of_its_request() {
    let flows = several().await;
    let came = flows.ask("POST", "/echo/run", "x-request-id: mine\r\n", r#"{"question": "hi"}"#).await;
    assert_eq!((came.json()["id"].as_str(), came.header("x-request-id")), (Some("mine"), Some("mine")));
    let came = flows.ask("POST", "/echo/run", "", r#"{"question": "hi"}"#).await;
    assert_eq!(came.json()["id"].as_str(), came.header("x-request-id"), "{}", answer(&came));
}
