//! The text that the model says.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::python_json::{digest, dumps, dumps_unicode};
use super::sample::{first_byte, sample};

/// The caller may dictate the answer.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "a fixed pattern; every answer uses it"))]
static TOLD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)\[\[reply: ?(.*?)\]\]").expect("a valid pattern"));

/// The answer to `asked`, which is a list of messages or a completion prompt. `index` tells the choices apart.
pub(crate) fn answer(asked: &Value, response_format: &Value, index: u64) -> String {
    let seed = if index > 0 { digest(&json!([asked, index])) } else { digest(asked) };
    if let Some(told) = TOLD.captures(&last_text(asked)) {
        return told[1].to_owned();
    }
    let format = response_format["type"].as_str();
    if format == Some("json_schema") {
        let empty = json!({});
        return dumps(&sample(response_format["json_schema"].get("schema").unwrap_or(&empty), &seed));
    }
    let text = dumps_unicode(asked).to_lowercase();
    let score = first_byte(&seed) % 5 + 1;
    if format == Some("json_object") || text.contains("json") || text.contains("evidence") {
        return dumps(&assessment(&seed, score));
    }
    if ["max_tokens", "score", "rating", "stars"].iter().any(|word| text.contains(word)) {
        return score.to_string();
    }
    format!("answer {}", &seed[..12])
}

/// An object with the fields that classifying and grading flows look for.
fn assessment(seed: &str, score: u8) -> Value {
    let categories = ["App", "Academic", "Channel", "Profile"];
    let evidences = ["URL", "Text content", "Both"];
    json!({
        "category": categories[usize::from(score) % categories.len()],
        "evidence": evidences[usize::from(score) % evidences.len()],
        "score": score,
        "code": format!("print({score})"),
        "question": format!("question {}", &seed[..6]),
        "answer": format!("answer {}", &seed[..6]),
        "explanation": format!("because {}", &seed[..4]),
        "noncommittal": 0,
        "name": format!("name {}", &seed[..4]),
        "apology": score % 2,
        "id": &seed[..8],
    })
}

/// The text of the last message, or the prompt, or the JSON of anything else.
fn last_text(asked: &Value) -> String {
    match asked {
        Value::String(prompt) => prompt.clone(),
        Value::Array(messages) if messages.last().is_some_and(Value::is_object) => {
            messages.last().map_or_else(String::new, |message| content_text(&message["content"]))
        }
        other => dumps(other),
    }
}

/// The text of a message's content: of a list of parts, the parts' texts line by line.
fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<_> =
                parts.iter().filter_map(Value::as_object).map(|part| text_of(part.get("text"))).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

/// `str(value)`, of a missing one nothing. Of lists and objects, which no part has for a text, the JSON.
fn text_of(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) => "None".to_owned(),
        Some(Value::Bool(true)) => "True".to_owned(),
        Some(Value::Bool(false)) => "False".to_owned(),
        Some(other) => dumps(other),
    }
}
