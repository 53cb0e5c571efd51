//! The inputs of a prompty, and its sample.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{Cursor, InputDoc, Report, Spanned, meant_type};
use crate::image;
use crate::project::{self, ProjectFiles};
use crate::source::{SourceMap, read_text};
use crate::ty::Ty;
use crate::value::{Map, Value};
use crate::yaml::{self, Entry, Node};

/// What `sample` holds, with its places.
pub(super) fn sample(
    cursor: &mut Cursor<'_>,
    files: &ProjectFiles,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Node> {
    let entry = cursor.entry("sample")?;
    let Some(scalar) = entry.value.as_scalar() else {
        if entry.value.as_mapping().is_none() {
            cursor.wrong_shape(
                "sample",
                entry,
                "a mapping of inputs to values, or a file: ${file:sample.json}",
                report,
            );
            return None;
        }
        return Some(entry.value.clone());
    };
    // Older files name the file plainly, or as `file:sample.json`.
    let path = scalar.text.strip_prefix("file:").unwrap_or(&scalar.text);
    let help = "paths are relative to the prompty's folder; write ${file:sample.json}";
    let found = match files.resolve(path) {
        Ok(found) => project::shown(&found),
        // It matters to runs without inputs only.
        Err(error) => {
            let diagnostic = Diagnostic::warning(Code::UnreadableFile, entry.value.span, error.to_string());
            report.odd(diagnostic.help(help));
            return None;
        }
    };
    let file = match (sources.find(&found), read_text(&found)) {
        (Some(file), _) => file,
        (None, Ok(text)) => sources.add(&found, text),
        (None, Err(error)) => {
            report.error(Code::UnreadableFile, entry.value.span, error.to_string(), help);
            return None;
        }
    };
    let node = yaml::read(sources, file, &mut report.diagnostics)?;
    if node.as_mapping().is_none() {
        let message = format!("the sample must be a mapping of inputs to values, here it is {}", node.shape());
        report.push(Diagnostic::error(Code::WrongShape, node.span, message));
        return None;
    }
    Some(node)
}

/// The inputs: those that are declared, else those that the sample has. Beside them the sample's values.
pub(super) fn lower(
    cursor: &mut Cursor<'_>,
    sample: Option<&Node>,
    report: &mut Report,
) -> (Vec<InputDoc>, Option<Arc<Map>>) {
    let mapping = cursor.mapping("inputs", report);
    let declared = mapping.map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    let mut examples = Map::new();
    let mut inputs: Vec<InputDoc> = declared.iter().map(|entry| declared_input(entry, &mut examples, report)).collect();
    let values = sample.and_then(Node::as_mapping).map(|sample| sample.entries.as_slice()).unwrap_or_default();
    if inputs.is_empty() {
        inputs = values.iter().map(|entry| input(entry, type_of(&entry.value.to_value()))).collect();
    } else {
        for entry in values.iter().filter(|entry| !declared.iter().any(|input| input.key.text == entry.key.text)) {
            let message = format!("the sample has `{}`, which is no input of the prompty", entry.key.text);
            let near = nearest(&entry.key.text, declared.iter().map(|input| &*input.key.text));
            let help = near.map_or_else(
                || "it is left out; declare it below `inputs`, or remove it".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            report.warning(Code::UnknownInput, entry.key.span, message, help);
        }
    }
    let sample = match values {
        [] if examples.len() == inputs.len() => examples,
        values => values.iter().map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value())).collect(),
    };
    (inputs, Some(sample).filter(|sample| !sample.is_empty()).map(Arc::new))
}

fn input(entry: &Entry, ty: Ty) -> InputDoc {
    InputDoc {
        name: Spanned { value: Arc::clone(&entry.key.text), span: entry.key.span },
        ty,
        default: None,
        is_optional: false,
        description: Arc::from(""),
        is_chat_input: false,
        is_chat_history: None,
    }
}

/// A declared input: a mapping, or in older files its type or an example of it.
fn declared_input(entry: &Entry, examples: &mut Map, report: &mut Report) -> InputDoc {
    let mut input = input(entry, Ty::Any);
    let name = &entry.key.text;
    if let Some(scalar) = entry.value.as_scalar() {
        match Ty::from_name(&scalar.text) {
            Some(ty) => input.ty = ty,
            None if scalar.value.is_null() => {}
            None => drop(examples.insert(Arc::clone(name), scalar.value.clone())),
        }
        return input;
    }
    let Some(mut cursor) = Cursor::open(&entry.value, format!("input `{name}`"), report) else { return input };
    if let Some(written) = cursor.text("type", report) {
        input.ty = Ty::from_name(&written.value).unwrap_or_else(|| {
            let help = meant_type(&written.value);
            let message = format!("there is no type `{}`, so that input `{name}` takes anything", written.value);
            report.warning(Code::UnknownType, written.span, message, help);
            Ty::Any
        });
    }
    // A default of null is one, since promptflow looks for the key.
    let default = entry.value.as_mapping().and_then(|mapping| mapping.get("default"));
    cursor.ignore(&["default"]);
    input.default = default.map(|default| Spanned { value: default.value.to_value(), span: default.value.span });
    input.description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
    input.is_chat_input = cursor.flag("is_chat_input", report).unwrap_or(false);
    input.is_chat_history = cursor.flag("is_chat_history", report);
    if let Some(example) = cursor.entry("sample") {
        examples.insert(Arc::clone(name), example.value.to_value());
    }
    cursor.ignore(&["enum", "example", "required"]);
    cursor.finish(report);
    input
}

/// The type of a sample's value.
fn type_of(value: &Value) -> Ty {
    match value {
        value if image::is_written(value) => Ty::Image,
        Value::Text(_) => Ty::String,
        Value::Int(_) => Ty::Int,
        Value::Float(_) => Ty::Double,
        Value::Bool(_) => Ty::Bool,
        Value::List(_) => Ty::List,
        Value::Map(_) => Ty::Object,
        _ => Ty::Any,
    }
}
