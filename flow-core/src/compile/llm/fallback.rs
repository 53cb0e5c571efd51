//! The alternatives of a node's model, each with the parameters that it has instead.

use std::sync::Arc;

use super::super::Workbench;
use super::super::arguments::Argument;
use super::super::reference;
use super::connect::{self, Wanted, Way};
use super::{Asked, parameters};
use crate::diag::{Code, did_you_mean};
use crate::doc::{ArgumentDoc, FallbackDoc, NodeDoc, Report, authored};
use crate::llm::{Parameter, ParameterSlot, Target};
use crate::model::Dialect;
use crate::plan::Binding;
use crate::value::Value;

/// The models that are asked where the node's own fails. Those that cannot be made were reported.
pub(super) fn targets(
    doc: &NodeDoc,
    own: Asked,
    slots: &[ParameterSlot],
    bench: &Workbench<'_>,
    report: &mut Report,
) -> Vec<Target> {
    doc.fallback.iter().filter_map(|alternative| target(doc, alternative, own, slots, bench, report)).collect()
}

fn target(
    doc: &NodeDoc,
    alternative: &FallbackDoc,
    own: Asked,
    slots: &[ParameterSlot],
    bench: &Workbench<'_>,
    report: &mut Report,
) -> Option<Target> {
    let name = alternative.connection.as_ref().or(doc.connection.as_ref());
    let names_deployment = alternative.connection.is_none() && own.dialect == Dialect::Azure;
    let connected =
        connect::connect(Wanted { doc, name, names_deployment, dialect: None, tool: own.tool }, bench, report);
    let dialect = connected.as_ref().map_or(own.dialect, |way| way.model.dialect());
    let asked = Asked { dialect, ..own };
    let slots: Box<[ParameterSlot]> = slots
        .iter()
        .filter_map(|slot| {
            let parameter = asked.parameter(name_here(slot.parameter.name, dialect))?;
            Some(ParameterSlot { parameter, argument: slot.argument })
        })
        .collect();
    let mut overrides = Vec::new();
    if let (Some(model), Some(parameter)) = (&alternative.model, asked.parameter(dialect.model_parameter())) {
        overrides.push((parameter, Value::from(&*model.value)));
    } else if slots.iter().all(|slot| !is_model(slot.parameter.name)) {
        let message = format!("this alternative of node `{}` names no model", doc.name.value);
        report.error(Code::MissingModel, alternative.span, message, "add `model: …`");
    }
    for argument in &alternative.arguments {
        overrides.extend(own_value(doc, argument, asked, report));
    }
    let Way { connection, model, limits } = connected?;
    Some(Target { model, connection, parameters: slots, overrides: overrides.into(), limits })
}

/// A parameter with the value that it has for this alternative: one that stands in the file.
fn own_value(
    doc: &NodeDoc,
    argument: &ArgumentDoc,
    asked: Asked,
    report: &mut Report,
) -> Option<(&'static Parameter, Value)> {
    let name = &argument.name.text;
    let Some(parameter) = asked.parameter(name_here(name, asked.dialect)) else {
        let message = format!("`{name}` is no parameter of {}", asked.dialect.title());
        let help = did_you_mean(name, asked.parameters().map(|parameter| parameter.name));
        let help =
            help.unwrap_or_else(|| "an alternative can change parameters only, not what the template sees".to_owned());
        report.error(Code::UnknownParameter, argument.name.span, message, help);
        return None;
    };
    let written = argument.value.as_scalar().and_then(|scalar| scalar.value.as_str());
    if written.is_some_and(|written| reference::parse(written).is_some()) {
        let message = format!("`{name}` below `fallback` takes a value, not a reference");
        report.error(Code::InvalidReference, argument.value.span, message, "write the value itself");
        return None;
    }
    let value = authored(&argument.value.to_value());
    let argument = Argument {
        name: Arc::clone(name),
        name_span: argument.name.span,
        binding: Binding::Literal(value.clone()),
        is_broken: false,
        span: argument.value.span,
    };
    // Null takes the node's own value away.
    if !value.is_null() {
        parameters::check(doc, parameter, &argument, asked, report);
    }
    Some((parameter, value))
}

/// The model has another name on Azure.
fn name_here(name: &str, dialect: Dialect) -> &str {
    if is_model(name) { dialect.model_parameter() } else { name }
}

fn is_model(name: &str) -> bool {
    matches!(name, "model" | "deployment_name")
}
