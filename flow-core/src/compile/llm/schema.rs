//! `output_schema`: where it stands, and whether it is one.

use std::sync::Arc;

use super::super::Workbench;
use super::super::text;
use super::Asked;
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::doc::{NodeDoc, Report};
use crate::llm::{ParameterSlot, StructuredOutput, Told};
use crate::model::Api;
use crate::source::{SourceMap, Span};
use crate::structured::OutputSchema;
use crate::yaml::{self, Mapping, Node, NodeValue};

/// The schema of a node's output, if it has one that can be used.
pub(super) fn lower(
    doc: &NodeDoc,
    slots: &[ParameterSlot],
    asked: Asked,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<StructuredOutput> {
    let told = told(doc, report);
    let written = doc.output_schema.as_ref()?;
    let offered = slots.iter().find(|slot| matches!(slot.parameter.name, "tools" | "functions"));
    if let Some(slot) = offered {
        let name = slot.parameter.name;
        let message = format!("node `{}` has both `output_schema` and `{name}`", doc.name.value);
        let help = format!("a model that calls {name} answers no JSON; let one node call them, and another one answer");
        report.error(Code::InvalidSchema, written.span, message, help);
    }
    if asked.api == Api::Embedding {
        let message = "an embedding is a list of numbers, whatever `output_schema` says";
        report.error(Code::InvalidSchema, written.span, message, "remove `output_schema`");
        return None;
    }
    let (schema, node) = read(written, bench, sources, report)?;
    check_keywords(&node, report);
    match OutputSchema::compile(schema) {
        Ok(schema) => Some(StructuredOutput { schema, name: Arc::clone(&doc.name.value), told }),
        Err(error) => {
            let span = place(&node, &error.pointer);
            let message = format!("`output_schema` of node `{}` is no JSON Schema: {error}", doc.name.value);
            let help = "`flow explain invalid-schema` shows one";
            report.error(Code::InvalidSchema, span, message, help);
            None
        }
    }
}

/// Who is told of the schema: `structured: prompt` tells the model by words.
fn told(doc: &NodeDoc, report: &mut Report) -> Told {
    let Some(written) = &doc.structured else { return Told::Provider };
    if doc.output_schema.is_none() {
        let message = format!("node `{}` has `structured`, but no `output_schema` that it is about", doc.name.value);
        report.warning(Code::IgnoredKey, written.span, message, "add `output_schema`, or remove it");
    }
    match &*written.value {
        "provider" => Told::Provider,
        "prompt" => Told::Model,
        other => {
            let message = format!("`structured` of node `{}` cannot be `{other}`", doc.name.value);
            let help = "provider: the request carries the schema; prompt: the prompt does";
            report.error(Code::InvalidValue, written.span, message, help);
            Told::Provider
        }
    }
}

/// The schema with the tree in which its places are: it stands in the flow file, or in a file that is named.
fn read(
    written: &Node,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<(serde_json::Value, Node)> {
    let path = match &written.value {
        NodeValue::Scalar(scalar) if scalar.value.as_str().is_some() => Some((scalar, written.span)),
        NodeValue::Mapping(mapping) => mapping
            .get("path")
            .filter(|_| mapping.entries.len() == 1)
            .and_then(|entry| Some((entry.value.as_scalar()?, entry.value.span))),
        _ => None,
    };
    let Some((path, span)) = path else { return Some((written.to_value().to_serde(), written.clone())) };
    let path = crate::doc::Spanned { value: Arc::clone(&path.text), span };
    let file = text::open(&path, Code::MissingTemplate, bench, sources, report)?;
    let mut diagnostics = Diagnostics::default();
    let node = yaml::read(sources, file, &mut diagnostics);
    let broken = diagnostics.has_errors();
    report.diagnostics.extend(diagnostics);
    let node = node.filter(|_| !broken)?;
    Some((node.to_value().to_serde(), node))
}

/// The place of a part of the schema: as near to it as there is something.
fn place(node: &Node, pointer: &str) -> Span {
    let mut here = node;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match &here.value {
            NodeValue::Mapping(mapping) => mapping.get(&step).map(|entry| &entry.value),
            NodeValue::Sequence(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            NodeValue::Scalar(_) => None,
        };
        let Some(next) = next else { break };
        here = next;
    }
    here.span
}

/// Keywords of JSON Schema that people mistype; validators pass over a word that they do not know.
const KEYWORDS: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "description",
    "anyOf",
    "oneOf",
    "allOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "format",
    "multipleOf",
    "default",
    "title",
    "examples",
];

/// Warns of words that are near to a keyword and none.
fn check_keywords(node: &Node, report: &mut Report) {
    let NodeValue::Mapping(mapping) = &node.value else { return };
    for entry in &mapping.entries {
        let key = &*entry.key.text;
        let near = nearest(key, KEYWORDS.iter().copied()).filter(|near| *near != key);
        let known = KEYWORDS.contains(&key) || key.starts_with(['$', 'x']) || OTHERS.contains(&key);
        if let Some(near) = near.filter(|_| !known) {
            let message = format!("JSON Schema has no keyword `{key}`, so it says nothing");
            let diagnostic = Diagnostic::warning(Code::InvalidSchema, entry.key.span, message);
            report.push(diagnostic.help(format!("did you mean `{near}`?")));
        }
        let named = |mapping: &Mapping, report: &mut Report| {
            mapping.entries.iter().for_each(|entry| check_keywords(&entry.value, report));
        };
        match (key, &entry.value.value) {
            ("properties" | "$defs" | "definitions" | "patternProperties", NodeValue::Mapping(parts)) => {
                named(parts, report);
            }
            ("items" | "additionalProperties" | "not" | "if" | "then" | "else" | "contains", NodeValue::Mapping(_)) => {
                check_keywords(&entry.value, report);
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", NodeValue::Sequence(parts)) => {
                parts.iter().for_each(|part| check_keywords(part, report));
            }
            _ => {}
        }
    }
}

/// Keywords that are known and not suggested.
const OTHERS: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
    "additionalItems",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "definitions",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "deprecated",
    "readOnly",
    "writeOnly",
    "id",
];
