//! What differs between a request and the recording that comes nearest to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::player::Recording;
use crate::model::Api;

/// The most differences that are shown.
const SHOWN: usize = 5;
/// The longest value that is shown, in characters.
const LONGEST: usize = 60;

/// What was asked.
pub(super) struct Asked<'a> {
    pub(super) connection: &'a str,
    pub(super) api: Api,
    pub(super) body: &'a Map<String, Json>,
}

/// One place at which two requests differ; `None` where one has nothing.
struct Difference {
    path: String,
    recorded: Option<Json>,
    asked: Option<Json>,
}

/// The nearest recording and what differs from it, in words.
pub(super) fn describe(asked: &Asked<'_>, recordings: &[Recording]) -> String {
    let wanted = leaves(asked.connection, asked.api, asked.body);
    let likeness = |recording: &&Recording| {
        let exchange = &recording.exchange;
        similarity(&leaves(&exchange.connection, exchange.api, &exchange.request), &wanted)
    };
    let nearest = recordings.iter().map(|recording| (likeness(&recording), recording));
    let Some((_, nearest)) = nearest.max_by(|(left, _), (right, _)| left.total_cmp(right)) else {
        return "there are no recordings".to_owned();
    };
    let exchange = &nearest.exchange;
    let differences = differences(&leaves(&exchange.connection, exchange.api, &exchange.request), &wanted);
    let places = if differences.len() == 1 { "1 place".to_owned() } else { format!("{} places", differences.len()) };
    let name = nearest.path.file_name().unwrap_or_default().to_string_lossy();
    let mut text = format!("the nearest, {name}, differs in {places}:");
    for Difference { path, recorded, asked } in differences.iter().take(SHOWN) {
        let (recorded, asked) = shown_apart(recorded.as_ref(), asked.as_ref());
        let _ = write!(text, "\n  {path}: recorded {recorded}, asked {asked}");
    }
    if differences.len() > SHOWN {
        let _ = write!(text, "\n  and {} more", differences.len() - SHOWN);
    }
    text
}

/// All single values of a request by their paths, in the order of the paths.
fn leaves(connection: &str, api: Api, body: &Map<String, Json>) -> BTreeMap<String, Json> {
    fn walk(json: &Json, path: &str, found: &mut BTreeMap<String, Json>) {
        match json {
            Json::Object(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    walk(value, &format!("{path}.{key}"), found);
                }
            }
            Json::Array(items) if !items.is_empty() => {
                for (position, item) in items.iter().enumerate() {
                    walk(item, &format!("{path}[{position}]"), found);
                }
            }
            // 1 and 1.0 are asked alike.
            Json::Number(number) => {
                let number = number.as_f64().map_or(Json::Null, Json::from);
                found.insert(path.to_owned(), number);
            }
            other => drop(found.insert(path.to_owned(), other.clone())),
        }
    }
    let mut found = BTreeMap::new();
    found.insert("connection".to_owned(), connection.into());
    found.insert("api".to_owned(), api.name().into());
    for (key, value) in body {
        walk(value, key, &mut found);
    }
    found
}

/// The mean likeness of the values at all places of either.
fn similarity(left: &BTreeMap<String, Json>, right: &BTreeMap<String, Json>) -> f64 {
    let mut sum = 0.0;
    let mut places = 0.0;
    for (path, value) in left {
        places += 1.0;
        sum += right.get(path).map_or(0.0, |other| likeness(value, other));
    }
    for path in right.keys() {
        places += f64::from(u8::from(!left.contains_key(path)));
    }
    sum / places
}

/// How much two values have in common, from 0 to 1: of texts the share of what they begin and end with.
fn likeness(left: &Json, right: &Json) -> f64 {
    match (left, right) {
        (Json::String(left), Json::String(right)) if left != right => {
            let (start, end) = common(left, right);
            let longer = left.chars().count().max(right.chars().count());
            let share = (start + end) as f64 / longer as f64;
            share * 0.9
        }
        _ => f64::from(u8::from(left == right)),
    }
}

/// How many characters two texts have in common at their starts and, of what is left, at their ends.
fn common(left: &str, right: &str) -> (usize, usize) {
    let start = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    let rest = |text: &str| text.chars().count() - start;
    let most = rest(left).min(rest(right));
    let ends = left.chars().rev().zip(right.chars().rev()).take(most);
    (start, ends.take_while(|(left, right)| left == right).count())
}

fn differences(recorded: &BTreeMap<String, Json>, asked: &BTreeMap<String, Json>) -> Vec<Difference> {
    let paths = recorded.keys().chain(asked.keys().filter(|path| !recorded.contains_key(*path)));
    let mut found: Vec<Difference> = paths
        .filter(|path| recorded.get(*path) != asked.get(*path))
        .map(|path| Difference {
            path: path.clone(),
            recorded: recorded.get(path).cloned(),
            asked: asked.get(path).cloned(),
        })
        .collect();
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// Both values in short; of texts the stretch around the first letter that differs.
fn shown_apart(recorded: Option<&Json>, asked: Option<&Json>) -> (String, String) {
    if let (Some(Json::String(recorded)), Some(Json::String(asked))) = (recorded, asked) {
        let (start, _) = common(recorded, asked);
        let from = start.saturating_sub(LONGEST / 3);
        return (stretch(recorded, from), stretch(asked, from));
    }
    let shown = |json: Option<&Json>| match json {
        None => "nothing".to_owned(),
        Some(Json::String(text)) => stretch(text, 0),
        Some(Json::Number(number)) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Some(other) => other.to_string(),
    };
    (shown(recorded), shown(asked))
}

/// A stretch of a text in quotes, on one line.
fn stretch(text: &str, from: usize) -> String {
    let inside: String = text.chars().skip(from).take(LONGEST).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if text.chars().count() > from + LONGEST { "…" } else { "" };
    format!("`{before}{}{after}`", inside.replace('\n', "⏎").replace('\r', ""))
}
