use serde_json::{Map, Value as Json, json};

use super::{behaviour, flag, interpreter, mapping, named, node, shared, text, words};
use crate::ty::Ty;

/// The schema of a flow file.
pub(super) fn schema() -> Json {
    let mut definitions = Map::new();
    for (name, definition) in node::definitions().into_iter().chain(behaviour::definitions()) {
        definitions.insert(name.to_owned(), definition);
    }
    let mut schema = mapping("A flow: what is asked of a model, step by step.", &keys(), &[]);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        object.insert("title".to_owned(), json!("flow"));
        object.insert("definitions".to_owned(), Json::Object(definitions));
    }
    schema
}

/// The keys of the file.
fn keys() -> Vec<(&'static str, Json)> {
    vec![
        ("$schema", text("The schema of this file, for editors.")),
        ("name", text("The flow's name, for traces and runs; the folder's where nothing is said.")),
        ("display_name", text("A name for people.")),
        ("description", text("What the flow is for.")),
        (
            "type",
            words(
                &[("standard", ""), ("chat", ""), ("evaluation", "")],
                "What the flow is for; changes nothing in how it runs.",
            ),
        ),
        ("inputs", named(input(), "What a run is given.")),
        ("outputs", named(output(), "What a run gives.")),
        (
            "nodes",
            json!({
                "type": ["array", "null"],
                "items": shared("node"),
                "description": "The steps, in any order: each runs as soon as what it refers to is there.",
            }),
        ),
        (
            "node_variants",
            named(
                variant_block(),
                "promptflow's variants: whole nodes by name, for nodes with `use_variants: \
            true`.",
            ),
        ),
        (
            "additional_includes",
            json!({
                "type": ["array", "null"],
                "items": { "type": "string" },
                "description": "Files and folders from elsewhere, as if they lay in the flow's folder.",
            }),
        ),
        ("environment_variables", named(json!(true), "Variables for the code of the flow.")),
        ("interpreter", interpreter("Where the code of Python nodes runs that do not say.")),
        ("tags", named(json!(true), "Keys and values for people.")),
        ("id", text("promptflow; no effect.")),
        ("path", text("promptflow; no effect.")),
        ("code", text("promptflow; no effect.")),
        ("environment", json!({ "type": ["object", "null"], "description": "promptflow; no effect." })),
        ("sample", json!({ "description": "promptflow; no effect." })),
        (
            "tools",
            json!({
                "type": ["array", "null"],
                "description": "promptflow's older definitions of tools; no effect.",
            }),
        ),
        (
            "language",
            json!({ "enum": ["python", null], "description": "promptflow; the language of the flow's code." }),
        ),
        (
            "message_format",
            json!({
                "anyOf": [
                    { "enum": ["basic", "openai-vision", null] },
                    { "type": "string", "pattern": "^([Bb][Aa][Ss][Ii][Cc]|[Oo][Pp][Ee][Nn][Aa][Ii]-[Vv][Ii][Ss][Ii][Oo][Nn])$" },
                ],
                "description": "promptflow; how messages with pictures are written.",
            }),
        ),
    ]
}

fn declared_type() -> Json {
    let names: Vec<&str> = Ty::DECLARABLE.iter().map(|(name, _)| *name).collect();
    json!({ "enum": names, "description": "The type; what is given is brought to it." })
}

fn input() -> Json {
    let keys = [
        ("type", declared_type()),
        (
            "default",
            json!({ "description": "What it is when nothing is given; without a default it must be \
        given." }),
        ),
        ("description", text("For people.")),
        ("is_chat_input", flag("Takes what the user says, in a chat.")),
        ("is_chat_history", flag("Takes the turns so far, in a chat.")),
        (
            "enum",
            json!({
                "type": ["array", "null"],
                "description": "promptflow; the values that are meant. Not enforced.",
            }),
        ),
    ];
    mapping("An input of the flow.", &keys, &["type"])
}

fn output() -> Json {
    let about = "The type, for people and servers; the value is not changed to it.";
    let keys = [
        ("type", super::described(declared_output_type(), about)),
        ("reference", text("Where the value comes from: ${node.output}, ${node.output.part} or ${inputs.x}.")),
        ("description", text("For people.")),
        ("evaluation_only", flag("Kept out of what a server answers.")),
        ("is_chat_output", flag("Answers the user, in a chat.")),
    ];
    mapping("An output of the flow.", &keys, &["type", "reference"])
}

fn declared_output_type() -> Json {
    let names: Vec<&str> = Ty::DECLARABLE.iter().map(|(name, _)| *name).collect();
    json!({ "enum": names })
}

fn variant_block() -> Json {
    let variant = mapping("A variant.", &[("description", text("For people.")), ("node", shared("body"))], &["node"]);
    let keys = [
        ("default_variant_id", text("The variant that runs when none is picked.")),
        ("variants", named(variant, "The variants by name.")),
    ];
    mapping("The variants of one node.", &keys, &["variants"])
}
