//! The inputs of a flex flow: what its code takes, with what the file says of it.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::doc::{Cursor, InputDoc, Report, Spanned};
use crate::script::{Parameter, ParameterKind, Signature};
use crate::source::Span;
use crate::ty::Ty;
use crate::value::{Map, Value};
use crate::yaml::{Entry, Node};

/// The inputs, in the order of the code. `place` is where those stand that the file says nothing of.
pub(super) fn lower(
    cursor: &mut Cursor<'_>,
    signature: &Signature,
    place: Span,
    overrides: &[(String, Value)],
    report: &mut Report,
) -> Vec<InputDoc> {
    let declared = entries(cursor, "inputs", report);
    let mut inputs: Vec<InputDoc> = Vec::new();
    for parameter in &signature.parameters {
        let entry = declared.iter().find(|entry| *entry.key.text == *parameter.name);
        let mut input = of_parameter(parameter, entry.map_or(place, |entry| entry.key.span));
        if let Some(entry) = entry {
            read(entry, &mut input, report);
        }
        inputs.push(input);
    }
    for entry in declared.iter().filter(|entry| !signature.parameters.iter().any(|known| known.name == entry.key.text))
    {
        let mut input = undeclared(Arc::clone(&entry.key.text), entry.key.span);
        read(entry, &mut input, report);
        if signature.takes_any {
            inputs.push(input);
            continue;
        }
        let names = || signature.parameters.iter().map(|parameter| &*parameter.name);
        let message = format!("the code of this flow takes no input `{}`", entry.key.text);
        let help = did_you_mean(&entry.key.text, names()).unwrap_or_else(|| "it is left out; remove it".to_owned());
        report.odd(Diagnostic::warning(Code::UnknownInput, entry.key.span, message).help(help));
    }
    for (path, value) in overrides {
        let Some(name) = path.strip_prefix("inputs.").and_then(|path| path.strip_suffix(".default")) else { continue };
        if let Some(input) = inputs.iter_mut().find(|input| &*input.name.value == name) {
            input.default = Some(Spanned { value: value.clone(), span: input.name.span });
        }
    }
    inputs
}

fn undeclared(name: Arc<str>, span: Span) -> InputDoc {
    InputDoc {
        name: Spanned { value: name, span },
        ty: Ty::Any,
        default: None,
        is_optional: false,
        description: Arc::from(""),
        is_chat_input: false,
        is_chat_history: None,
    }
}

/// What the code alone says of an input. One with a default may be left out: the code then takes its own.
fn of_parameter(parameter: &Parameter, span: Span) -> InputDoc {
    let ty = match &parameter.kind {
        ParameterKind::Data(ty) => *ty,
        ParameterKind::Connection(_) => Ty::Any,
    };
    let default = parameter.default.clone().filter(|default| !default.is_null());
    InputDoc {
        ty,
        default: default.map(|value| Spanned { value, span }),
        is_optional: parameter.has_default,
        ..undeclared(Arc::clone(&parameter.name), span)
    }
}

/// What the file says: `{ type, default, description }`, or the type alone.
fn read(entry: &Entry, input: &mut InputDoc, report: &mut Report) {
    if let Some(scalar) = entry.value.as_scalar() {
        if let Some(ty) = Ty::from_name(&scalar.text) {
            input.ty = ty;
        }
        return;
    }
    let Some(mut cursor) = Cursor::open(&entry.value, format!("input `{}`", entry.key.text), report) else { return };
    if let Some(written) = cursor.text("type", report)
        && let Some(ty) = Ty::from_name(&written.value)
    {
        // What promptflow writes for all that it has no name for says less than the code.
        if ty != Ty::Object || input.ty == Ty::Any {
            input.ty = ty;
        }
    }
    if let Some(default) = cursor.entry("default") {
        input.default = Some(Spanned { value: default.value.to_value(), span: default.value.span });
    }
    if let Some(description) = cursor.text("description", report) {
        input.description = description.value;
    }
    input.is_chat_input = cursor.flag("is_chat_input", report).unwrap_or(false);
    input.is_chat_history = cursor.flag("is_chat_history", report);
    cursor.ignore(&["enum", "is_multi_select"]);
    cursor.finish(report);
}

/// The values of `sample`: its `inputs`, or in older files the inputs alone. Beside them those of `init`.
pub(super) fn sample(cursor: &mut Cursor<'_>, report: &mut Report) -> (Option<Arc<Map>>, Map) {
    let all = entries(cursor, "sample", report);
    let below = |key: &str| all.iter().find(|entry| &*entry.key.text == key).map(|entry| &entry.value);
    let values = |node: Option<&Node>| -> Map {
        let entries = node.and_then(Node::as_mapping).map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value())).collect()
    };
    let init = values(below("init"));
    let inputs = match below("inputs").filter(|inputs| inputs.as_mapping().is_some()) {
        Some(inputs) => values(Some(inputs)),
        None => {
            let plain = all.iter().filter(|entry| &*entry.key.text != "init");
            plain.map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value())).collect()
        }
    };
    (Some(inputs).filter(|inputs| !inputs.is_empty()).map(Arc::new), init)
}

/// The entries of a mapping of the file.
pub(super) fn entries(cursor: &mut Cursor<'_>, key: &'static str, report: &mut Report) -> Vec<Entry> {
    cursor.mapping(key, report).map(|mapping| mapping.entries.clone()).unwrap_or_default()
}
