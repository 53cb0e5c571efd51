//! What an LLM node sends beyond the parameters that we know.

use serde_json::{Map, Value as Json};

use super::super::arguments::warn_of_nested;
use super::Asked;
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};

/// Keys of a body that the node itself makes.
const MADE: &[&str] = &["model", "messages", "prompt", "input", "instructions", "stream", "encoding_format"];

/// The entries of `extra`; those that the node sends itself are refused.
pub(super) fn lower(doc: &NodeDoc, asked: Asked, report: &mut Report) -> Map<String, Json> {
    let mut extra = Map::new();
    let Some(node) = &doc.extra else { return extra };
    warn_of_nested(node, report);
    for entry in node.as_mapping().into_iter().flat_map(|mapping| &mapping.entries) {
        let key = &*entry.key.text;
        let help = if asked.parameter(key).is_some() {
            format!("`{key}` is a parameter: put it below the node's `inputs`")
        } else if MADE.contains(&key) {
            match key {
                "model" => "the model is named below the node's `inputs`, or by the deployment".to_owned(),
                "stream" => "`stream: true` goes below the node's `inputs`".to_owned(),
                _ => "it comes from the node's template and inputs".to_owned(),
            }
        } else {
            extra.insert(key.to_owned(), entry.value.to_value().to_serde());
            continue;
        };
        let message = format!("`extra` of node `{}` cannot have `{key}`, which the node sends itself", doc.name.value);
        report.error(Code::InvalidValue, entry.key.span, message, help);
    }
    extra
}
