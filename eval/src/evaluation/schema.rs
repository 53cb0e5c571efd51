//! The JSON Schema of evaluation files, for editors.

use serde_json::{Map, Value as Json, json};

use crate::score::{Entry, Registry};

/// The JSON Schema of evaluation files: the metrics of a registry with their parameters among what a score may say.
#[must_use]
pub fn evaluation_schema(registry: &Registry) -> Json {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let keys = json!({
        "$schema": text("The schema of this file."),
        "name": text("What the evaluation is called; its runs are called so too."),
        "flow": text("The flow's folder or file, from this file's folder."),
        "data": text("The data set, from this file's folder: .jsonl, .json, .csv, .tsv, .parquet, a folder; also .gz and .zst."),
        "map": {
            "type": "object",
            "description": "Where the flow's inputs come from: \"${data.column}\" or a constant. An input without an entry takes its default, else the column of its name.",
        },
        "variants": {
            "description": "What is compared: `all` variants of the flow, a list of selections, or axes with their values; an axis is a node with variants, or a setting of a node such as `classify.model`.",
            "anyOf": [
                { "const": "all" },
                { "type": "array", "minItems": 1, "items": text("A selection: node=variant and node.setting=value, with commas.") },
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": { "anyOf": [{ "type": "array", "minItems": 1, "items": scalar() }, scalar()] },
                },
            ],
        },
        "combine": {
            "enum": ["product", "one_at_a_time"],
            "description": "How axes are combined: each value with each, or each value alone in the place of its axis' first.",
        },
        "repeat": {
            "description": "How often each row is run.",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 1000 },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "description": "Rows whose runs disagree are run more often, until it is plain how often they pass.",
                    "properties": {
                        "least": { "type": "integer", "minimum": 2, "maximum": 1000, "description": "How often each row is run: scores stand on these runs. 2 unless given." },
                        "most": { "type": "integer", "minimum": 2, "maximum": 1000, "description": "How often a row is run at the most; 9 unless given." },
                    },
                },
            ],
        },
        "score": { "type": "array", "items": { "$ref": "#/definitions/score" }, "description": "How rows are scored." },
        "by": names("Columns of the data by whose values results are told apart."),
        "compare": { "$ref": "#/definitions/compare" },
        "holdout": {
            "type": "number", "exclusiveMinimum": 0, "maximum": 0.9,
            "description": "The share of rows that are held out: on them the winner alone is run, and what it is compared with.",
        },
        "baseline": text("The file of the baseline that gates speak of, from this file's folder: flow runs bless RUN makes it."),
        "gate": {
            "type": "array",
            "items": text("What must hold: a variant's name or `each`, a colon, and an expression such as p95(latency) < 2s; of the baseline: no_worse(score, margin), better(score)."),
            "description": "What must hold, or the command ends with exit code 100; with 3 where the rows do not tell.",
        },
        "budget": {
            "type": "object",
            "additionalProperties": false,
            "description": "What may be spent, the flow's runs and the judges' together.",
            "properties": {
                "cost": { "type": "number", "minimum": 0, "description": "US dollars." },
                "calls": { "type": "integer", "minimum": 1, "description": "Calls of models." },
            },
        },
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Evaluation",
        "description": "A flow in its variants over data, scored, compared and held against gates: flow eval FILE.",
        "type": "object",
        "required": ["flow", "data", "score"],
        "additionalProperties": false,
        "properties": keys,
        "definitions": { "score": score(), "metric_score": metric_score(registry), "flow_score": flow_score(), "compare": compare() },
    })
}

fn scalar() -> Json {
    json!({ "type": ["string", "number", "boolean"] })
}

fn names(about: &str) -> Json {
    json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }], "description": about })
}

fn score() -> Json {
    json!({
        "if": { "type": "object", "required": ["flow"] },
        "then": { "$ref": "#/definitions/flow_score" },
        "else": { "$ref": "#/definitions/metric_score" },
    })
}

/// What all scores may say.
fn common() -> Map<String, Json> {
    let keys = json!({
        "name": { "type": "string", "description": "What the score is called; by default as its metric or flow." },
        "inputs": {
            "type": "object",
            "description": "Where its inputs come from: \"${run.outputs.x}\", \"${run.inputs.x}\", \"${data.x}\", or a constant.",
        },
        "threshold": { "description": "From which value on a row passes." },
        "not": { "type": "boolean", "description": "Turns the verdict around." },
        "weight": { "type": "number", "minimum": 0, "description": "What the score counts for within its group." },
        "group": { "type": "string", "description": "A score of its own: the weighted mean of all scores with this group." },
        "human": human(),
    });
    match keys {
        Json::Object(keys) => keys,
        _ => Map::new(),
    }
}

fn human() -> Json {
    json!({
        "description": "Labels by people that the score is held against: how far it can be trusted, and its numbers corrected. A file that `flow label RUN` writes.",
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "required": ["labels"],
                "additionalProperties": false,
                "properties": {
                    "labels": { "type": "string", "description": "The file: row, variant, repeat, label." },
                    "agreement": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "description": "The least kappa of a judge that is usable; 0.4 unless given." },
                },
            },
        ],
    })
}

fn metric_score(registry: &Registry) -> Json {
    let mut keys = common();
    let names: Vec<&str> = registry.entries().map(|entry| entry.spec.name).collect();
    let aliases: Vec<&str> = registry.names().filter(|name| !names.contains(name)).collect();
    let metric = json!({
        "anyOf": [
            { "enum": names, "description": "A metric: flow eval --metrics." },
            { "enum": aliases, "description": "Another name of one." },
            { "type": "string", "pattern": "^not[-_]", "description": "A metric with its verdict turned around." },
        ],
    });
    keys.insert("metric".to_owned(), metric.clone());
    keys.insert("type".to_owned(), metric);
    keys.insert("value".to_owned(), json!({ "description": "What is expected, for short." }));
    keys.insert(
        "with".to_owned(),
        json!({ "type": "object", "description": "The metric's parameters; they may also stand beside." }),
    );
    let parameters: Vec<Json> = registry.entries().filter_map(parameters).collect();
    json!({ "type": "object", "properties": keys, "anyOf": [{ "required": ["metric"] }, { "required": ["type"] }], "allOf": parameters })
}

/// The parameters of a metric, where it is named.
fn parameters(entry: &Entry) -> Option<Json> {
    let schema = entry.parameters();
    let properties = schema.get("properties")?.as_object().filter(|properties| !properties.is_empty())?;
    let is_named = json!({ "properties": { "metric": { "const": entry.spec.name } }, "required": ["metric"] });
    let given = json!({ "properties": { "with": { "properties": properties } } });
    Some(json!({ "if": is_named, "then": given }))
}

fn flow_score() -> Json {
    let mut keys = common();
    let text = |about: &str| json!({ "type": "string", "description": about });
    let judge = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "name": text("What the judge is called."),
            "connection": text("Whom it asks."),
            "model": text("Which model."),
            "variant": text("The flow's variant: node=variant."),
        },
    });
    let more = json!({
        "flow": text("A flow that scores: its folder or file from this file's folder, or the name of an evaluator (flow eval --evaluators)."),
        "variant": names("The flow's variant: node=variant."),
        "connection": text("The connection of its LLM nodes, in place of their own."),
        "model": text("The model of its LLM nodes, in place of their own."),
        "output": text("The output that is the score; `score` unless named, or the only one."),
        "scale": { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2, "description": "The least value and the greatest." },
        "labels": { "type": "object", "additionalProperties": { "type": "number" }, "description": "The numbers that labels stand for." },
        "better": { "enum": ["higher", "lower"], "description": "Which values are better." },
        "pairwise": { "type": "boolean", "description": "Each variant beside the baseline, asked in both orders: 1, 0.5 or 0 for the variant." },
        "judges": { "type": "array", "minItems": 1, "items": judge, "description": "Several judges of the same; what they say together is a score as well, with their agreement." },
    });
    if let Json::Object(more) = more {
        keys.extend(more);
    }
    json!({ "type": "object", "required": ["flow"], "additionalProperties": false, "properties": keys })
}

fn compare() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "How variants are compared; with it, an undecided comparison ends with exit code 3.",
        "properties": {
            "baseline": { "type": "string", "description": "The variant that the others are compared with; the first one unless named." },
            "metric": names("The scores by which they are compared; all unless named."),
            "margin": { "type": "number", "exclusiveMinimum": 0, "description": "By how much a variant may be worse and still be called no worse." },
            "level": { "type": "number", "exclusiveMinimum": 0.5, "exclusiveMaximum": 1, "description": "The level of intervals; 0.95 unless given." },
            "cluster": { "type": "string", "description": "The column whose values tell which rows share a source." },
            "stop_early": { "type": "boolean", "description": "Whether the run stops as soon as the answer is known: it is looked after each row, in an order by chance." },
            "race": { "type": "boolean", "description": "Whether variants race: there is no baseline, each is compared with each other one after each row, and is left behind as soon as another one is shown to be better. It stops early, when one is left." },
            "design": {
                "enum": ["mixed", "anytime", "fixed"],
                "description": "With `stop_early` or `race`, where the chance of a false winner is spent: a fifth on looking after each row and the rest on a test of all rows (`mixed`, unless given), all on looking (`anytime`), or none (`fixed`: all rows are run).",
            },
            "smallest_difference": { "type": "number", "exclusiveMinimum": 0, "description": "With `stop_early` or `race`: the smallest difference that matters; the run stops as well when it is plain that there is none." },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reader and the schema know the same keys: each key that one of them takes, the other takes too.
    #[test]
    fn the_schema_takes_what_the_reader_takes() {
        let schema = evaluation_schema(&Registry::built_in());
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let whole = serde_json::json!({
            "name": "n", "flow": ".", "data": "d.jsonl", "map": { "a": "${data.a}" }, "variants": { "x": ["base", "y"], "x.temperature": [0, 1] },
            "combine": "product", "repeat": { "least": 2, "most": 5 }, "by": ["c"], "baseline": "b.json", "holdout": 0.3, "gate": ["each: failed == 0 and no_worse(exact, 0.02)"], "budget": { "cost": 1.5, "calls": 3 },
            "compare": { "baseline": "x=base", "metric": ["exact"], "margin": 0.1, "level": 0.9, "cluster": "c", "stop_early": true, "race": false, "design": "fixed", "smallest_difference": 0.1 },
            "score": [
                { "name": "exact", "metric": "exact_match", "inputs": { "answer": "${run.outputs.a}", "expected": "x" }, "not": true, "weight": 2, "group": "g", "human": "labels.csv" },
                { "type": "not-contains", "value": "x", "inputs": { "answer": "${run.outputs.a}" } },
                { "flow": "groundedness", "inputs": { "answer": "${run.outputs.a}", "context": "c" }, "scale": [1, 5], "judges": [{ "name": "one", "model": "m" }, { "model": "k" }], "threshold": 4, "human": { "labels": "labels.csv", "agreement": 0.6 } },
            ],
        });
        let problems: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let (mut sources, mut diagnostics) =
            (flow_core::source::SourceMap::default(), flow_core::diag::Diagnostics::default());
        let file = sources.add("eval.yaml", whole.to_string());
        let read = super::super::Evaluation::read(&sources, file, &Registry::built_in(), &mut diagnostics);
        assert!(read.is_some(), "{:?}", diagnostics.sorted());
        for wrong in [
            json!({ "flow": ".", "data": "d", "scores": [] }),
            json!({ "flow": ".", "data": "d", "score": [{ "metric": "exactmatch" }] }),
        ] {
            assert!(!validator.is_valid(&wrong), "{wrong}");
        }
    }
}
