//! Cases of kind serve: exchanges with a flow over HTTP. Compared are statuses, kinds of content, bodies and events.
//!
//! Where promptflow is at fault, as the README of the corpus lists it, the better answer counts as the same.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::{Map, Value, json};

use super::case::{Case, Exchange, Response};
use super::compare::output_difference;
use super::place::Place;
use super::run::{connections_file, environment};
use crate::http::{Came, Serving, ask};

/// How `flow serve` does otherwise than promptflow did, in other exchanges than in those in which it means to.
pub(super) fn difference(
    (case, meant): (&Case, &[usize]),
    place: &Place,
    root: &Path,
    temporary: &Path,
    mock: &str,
) -> Option<String> {
    let connections = temporary.join("connections.yaml");
    fs::write(&connections, connections_file(mock)).expect("the temporary folder is writable");
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("serve").arg(root).args(["--retries", "2", "--connections"]).arg(&connections);
    command.current_dir(root).env_clear().env("HOME", temporary).envs(environment(mock));
    command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs(case.env.iter().map(|(name, value)| (name, place.filled(value))));
    let serving = match (Serving::start(command), &case.expect.error) {
        (Ok(serving), None) => serving,
        (Ok(_), Some(error)) => return Some(format!("it starts, where promptflow says: {}", error.message)),
        (Err(_), Some(_)) => return None,
        (Err(why), None) => return Some(format!("it does not start: {why}")),
    };
    let exchanges = case.requests.iter().zip(&case.expect.responses).enumerate();
    exchanges.into_iter().find_map(|(number, (exchange, expected))| {
        let came = send(exchange, place, &serving);
        let difference = answer_difference(case, exchange, expected, (&came, place));
        let difference = match (difference, meant.contains(&number)) {
            (None, true) => "STALE: differences.json says that it differs".to_owned(),
            (Some(difference), false) => difference,
            _ => return None,
        };
        Some(format!("request {number}, {} {}: {difference}", exchange.method, exchange.path))
    })
}

fn send(exchange: &Exchange, place: &Place, serving: &Serving) -> Came {
    let headers: Vec<(&str, &str)> =
        exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = match (&exchange.body, &exchange.raw) {
        (Some(body), _) => Some(place.fill(body).to_string()),
        (None, raw) => raw.as_ref().map(|raw| place.filled(raw)),
    };
    ask(serving.address, &exchange.method, &exchange.path, &headers, body.as_deref().map(str::as_bytes))
}

fn answer_difference(
    case: &Case,
    exchange: &Exchange,
    expected: &Response,
    (came, place): (&Came, &Place),
) -> Option<String> {
    if came.headers.contains_key("access-control-allow-origin") {
        return Some("it lets pages of any origin read it".to_owned());
    }
    // Cross-origin questions are not answered here; and at `/` promptflow's page fails to render.
    if exchange.method == "OPTIONS" || exchange.path == "/" {
        return None;
    }
    if !is_status(expected, came) {
        return Some(format!("status {}, not {}: {}", came.status, expected.status, came.text()));
    }
    if came.status == 404 {
        return None;
    }
    let kind = |text: Option<&String>| text.and_then(|text| text.split(';').next()).unwrap_or_default().to_owned();
    let (wanted, found) = (kind(expected.headers.get("content-type")), kind(came.headers.get("content-type")));
    if wanted != found {
        return Some(format!("content-type {found}, not {wanted}"));
    }
    if let Some(events) = &expected.events {
        return event_difference(events, expected.cut, &place.neutral(&came.text()));
    }
    if exchange.method == "HEAD" {
        return (!came.body.is_empty()).then(|| "a body, where only the head was asked for".to_owned());
    }
    let Some(body) = came.json().map(|body| place.neutralize(&body)) else {
        return Some(format!("no JSON: {}", came.text()));
    };
    match &expected.body {
        // NaN, as promptflow writes it, is no JSON.
        None => None,
        Some(wanted) if wanted["error"].is_object() => error_difference(wanted, &body),
        Some(wanted) if exchange.path == "/swagger.json" => output_difference(&document(wanted), &document(&body)),
        Some(wanted) => output_difference(&with_version(wanted, case), &body),
    }
}

/// Faults of the client that promptflow takes for its own are 400 here, and what nobody could take is refused before the flow fails.
fn is_status(expected: &Response, came: &Came) -> bool {
    let is_refused_early = came.status == 406 && expected.status == 400;
    came.status == expected.status || (expected.status == 500 && came.status == 400) || is_refused_early
}

fn error_difference(wanted: &Value, found: &Value) -> Option<String> {
    let error = found["error"].as_object()?;
    let names: Vec<&str> = error.keys().map(String::as_str).collect();
    if names != ["code", "message"] || error["message"].as_str().is_none_or(str::is_empty) {
        return Some(format!("an error of another form: {found}"));
    }
    let is_same = error["code"] == wanted["error"]["code"] || wanted["error"]["code"] == "SystemError";
    (!is_same).then(|| format!("{found}, not {wanted}"))
}

/// What counts of a description of the flow. In promptflow inputs with a default are required, and defaults that are empty are left out.
fn document(document: &Value) -> Value {
    let mut document = document.clone();
    let schema = &mut document["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("required");
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
            property.remove("default");
            // Of a list promptflow says that it holds objects, and of an object that it may hold anything.
            property.remove("additionalProperties");
        }
    }
    let answer = &mut document["paths"]["/score"]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
    for property in
        answer["properties"].as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut)
    {
        property.remove("additionalProperties");
    }
    document
}

fn with_version(wanted: &Value, case: &Case) -> Value {
    let mut wanted = wanted.clone();
    if wanted["version"] == "{VERSION}" && !case.env.contains_key("BUILD_INFO") {
        wanted["version"] = json!(env!("CARGO_PKG_VERSION"));
    }
    wanted
}

/// Events with the pieces of the streamed field joined. Where promptflow breaks off, an event may tell why.
fn event_difference(wanted: &[String], cut: bool, found: &str) -> Option<String> {
    let read = |line: &str| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok();
    let wanted: Vec<Value> = wanted.iter().filter_map(|line| read(line)).collect();
    let mut events = Vec::new();
    for event in found.split_terminator("\n\n") {
        match read(event) {
            Some(event) => events.push(event),
            None => return Some(format!("no event: {event:?}")),
        }
    }
    if cut {
        let error = events.pop_if(|event| event["error"].is_object());
        return error.is_none().then(|| format!("nothing tells of the error: {found}"));
    }
    output_difference(&json!(joined(&wanted)), &json!(joined(&events)))
}

/// The first event if it is of other fields, and the text of the last one's field.
fn joined(events: &[Value]) -> Vec<Value> {
    let Some(field) = events.last().and_then(|event| event.as_object()?.keys().next().cloned()) else {
        return Vec::new();
    };
    let is_piece =
        |event: &&Value| event.as_object().is_some_and(|event| event.len() == 1 && event.contains_key(&field));
    let (pieces, others): (Vec<&Value>, Vec<&Value>) = events.iter().partition(is_piece);
    let text: String = pieces.iter().map(|piece| said(&piece[&field])).collect();
    others.into_iter().cloned().chain([json!({ field: text })]).collect()
}

/// A piece as promptflow joins it: as Python prints it.
fn said(piece: &Value) -> String {
    match piece {
        Value::String(text) => text.clone(),
        Value::Null => "None".to_owned(),
        other => other.to_string().replace('"', "'").replace(':', ": "),
    }
}
