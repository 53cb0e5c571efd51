//! How a node runs: conditions, repetition, and what a failure means.

use serde_json::{Value as Json, json};

use super::{described, mapping, shared, text};

/// The parts that several keys share.
pub(super) fn definitions() -> Vec<(&'static str, Json)> {
    let default =
        mapping("A value in its place.", &[("default", json!({ "description": "The value." }))], &["default"]);
    let error_forms = json!({ "anyOf": [{ "enum": ["fail", "skip", null] }, default] });
    let duration = json!({
        "anyOf": [
            { "type": "number", "exclusiveMinimum": 0 },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?\\s*(ms|s|m|h)?$" },
            { "type": "null" },
        ],
    });
    vec![("error_forms", error_forms), ("duration", duration)]
}

/// The keys of a node that say when, how often and how bravely it runs.
pub(super) fn keys() -> Vec<(&'static str, Json)> {
    vec![
        (
            "if",
            text(
                "Runs only if this expression is true; inputs are inputs.x, outputs node.output. Bare, without \
                braces.",
            ),
        ),
        ("activate", activate()),
        ("for_each", for_each()),
        ("loop", repeat()),
        ("retry", retry()),
        (
            "timeout",
            described(all_of("duration"), "The longest time of one try: 60s, 500ms, 2m, or a number of seconds."),
        ),
        (
            "on_error",
            described(
                all_of("error_forms"),
                "What a failure means. fail: the run fails; skip: as if the node did not run; { default: VALUE \
                }: this is its output.",
            ),
        ),
        (
            "aggregation",
            json!({
                "type": ["boolean", "null"],
                "description": "Runs once after all rows of a batch, over lists with a value for each row.",
            }),
        ),
    ]
}

/// A reference with room for a description: draft 7 ignores what stands beside `$ref`.
fn all_of(name: &str) -> Json {
    json!({ "allOf": [shared(name)] })
}

fn activate() -> Json {
    let keys = [
        ("when", json!({ "description": "What is looked at: ${inputs.x} or ${node.output.part}." })),
        ("is", json!({ "description": "What it must equal; true is not \"true\"." })),
    ];
    mapping("promptflow's condition: the node runs only if a value equals another.", &keys, &["when", "is"])
}

fn for_each() -> Json {
    let keys = [
        ("list", json!({ "description": "The list: a reference, or a list.", "type": ["string", "array"] })),
        (
            "concurrency",
            json!({
                "description": "How many items at the same time; 8 where nothing is said.",
                "type": ["integer", "null"],
                "minimum": 1,
                "maximum": 1024,
            }),
        ),
        (
            "errors",
            described(
                all_of("error_forms"),
                "What a failed item means. fail: the node fails; skip: the item is left out; { default: VALUE \
                }: this stands in its place.",
            ),
        ),
    ];
    json!({
        "description": "Runs once for each item of a list: a reference, or a mapping with more to say. Inside \
        there are ${item}, ${item.field} and ${loop.index}.",
        "anyOf": [
            { "type": ["string", "array", "null"] },
            mapping("The list, and how it is gone through.", &keys, &["list"]),
        ],
    })
}

fn repeat() -> Json {
    let keys = [
        (
            "until",
            json!({
                "description": "Ends the loop when true after a turn; sees the node's own output under its name.",
                "type": ["string", "boolean"],
            }),
        ),
        ("max", json!({ "description": "The most turns.", "type": "integer", "minimum": 1, "maximum": 1000 })),
    ];
    mapping(
        "Runs the node again and again until an expression is true. Inside there are ${loop.index} and \
        ${loop.previous}.",
        &keys,
        &["until", "max"],
    )
}

fn retry() -> Json {
    let attempts = || json!({ "type": "integer", "minimum": 1, "maximum": 100, "description": "Tries in all." });
    let keys = [
        ("attempts", attempts()),
        ("delay", described(all_of("duration"), "The pause before the second try; doubles each time.")),
        ("max_delay", described(all_of("duration"), "The longest pause.")),
    ];
    json!({
        "description": "Tries again when the node fails: a number of tries, or a mapping with the pauses.",
        "anyOf": [attempts(), { "type": "null" }, mapping("Tries and pauses.", &keys, &["attempts"])],
    })
}
