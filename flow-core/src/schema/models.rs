use serde_json::{Value as Json, json};

use super::{described, mapping, named, shared, text, words};
use crate::catalogue::{Ability, Encoding};

/// The JSON Schema of `models.yaml`.
pub(super) fn schema() -> Json {
    let entries = json!({ "anyOf": [shared("model"), { "type": "array", "items": shared("model") }] });
    let deployment = text("The model behind the deployment.");
    let models = named(entries, "Models by name; a list where several providers have one of that name.");
    let mut schema = mapping(
        "What is known of models beside or in place of what `flow models` lists.",
        &[
            ("$schema", text("The schema of this file.")),
            ("models", models),
            ("deployments", named(deployment, "Which model stands behind a deployment, as on Azure.")),
        ],
        &[],
    );
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        object.insert("title".to_owned(), json!("Models"));
        object.insert("definitions".to_owned(), json!({ "model": model(), "price": price(), "rate": rate() }));
    }
    schema
}

fn model() -> Json {
    let abilities: Vec<&str> = Ability::ALL.into_iter().map(Ability::name).collect();
    let encodings = Encoding::ALL.map(|encoding| (encoding.name(), ""));
    mapping(
        "What is known of a model. What is left out is as it is known of the model of this name, or of `like`.",
        &[
            ("provider", text("Who serves it, such as openai or azure; without it the entry holds for all.")),
            ("like", text("Another model that it is like.")),
            ("context", count("The most tokens of prompt and answer together.")),
            ("max_output", count("The most tokens of an answer.")),
            ("abilities", described(json!({ "type": "array", "items": { "enum": abilities } }), "What it can do.")),
            ("encoding", words(&encodings, "How its tokens are counted.")),
            ("price", either_unknown("What it costs.")),
            ("fine_tuned", either_unknown("What models cost that are fine-tuned from it.")),
            ("source", text("The page that tells of it.")),
        ],
        &[],
    )
}

fn either_unknown(about: &str) -> Json {
    described(json!({ "anyOf": [shared("price"), { "enum": ["unknown", null] }] }), about)
}

fn price() -> Json {
    let rates = |more: &[(&'static str, Json)]| {
        let mut keys = vec![("input", shared("rate")), ("cached_input", shared("rate")), ("output", shared("rate"))];
        keys.extend_from_slice(more);
        keys
    };
    let long = rates(&[("above", count("They hold for prompts with more tokens than this."))]);
    let long = mapping("Other rates, for all tokens of calls with long prompts.", &long, &["input", "above"]);
    let day = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$", "description": "When it was read." });
    let keys = rates(&[("long_prompt", long), ("date", day), ("source", text("The page it was read on."))]);
    mapping("US dollars per million tokens.", &keys, &["input"])
}

fn rate() -> Json {
    json!({
        "description": "US dollars per million tokens.",
        "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "pattern": "^\\$?\\d+(\\.\\d+)?$" }],
    })
}

fn count(about: &str) -> Json {
    described(json!({ "type": "integer", "minimum": 0 }), about)
}
