//! Alternatives of a node's model, and what is sent beyond the parameters that we know.

use std::sync::Arc;

use super::node::{ArgumentDoc, lower_arguments};
use super::{Cursor, Report, Spanned};
use crate::diag::Code;
use crate::source::Span;
use crate::yaml::Node;

/// A model that is asked where the node's own fails.
#[derive(Debug, Clone)]
pub struct FallbackDoc {
    /// The connection; without one, the node's.
    pub connection: Option<Spanned<Arc<str>>>,
    /// The model, or on Azure the deployment; without one, the node's.
    pub model: Option<Spanned<Arc<str>>>,
    /// Parameters with other values than the node's.
    pub arguments: Vec<ArgumentDoc>,
    /// Where it stands.
    pub span: Span,
}

/// Reads `fallback`: a list of `connection/model`, or of mappings.
pub(super) fn lower_fallback(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<FallbackDoc> {
    let what = cursor.what().to_owned();
    let Some(items) = cursor.sequence("fallback", report) else { return Vec::new() };
    items.iter().enumerate().filter_map(|(position, item)| lower_item(&what, position, item, report)).collect()
}

fn lower_item(what: &str, position: usize, item: &Node, report: &mut Report) -> Option<FallbackDoc> {
    let what = format!("alternative {} below `fallback` of {what}", position + 1);
    if let Some(scalar) = item.as_scalar() {
        // Models of some providers have a `/` in their names.
        let Some((connection, model)) =
            scalar.text.split_once('/').filter(|(name, model)| !name.is_empty() && !model.is_empty())
        else {
            let message = format!("{what} is `{}`, which names no model", scalar.text);
            let help = "write `CONNECTION/MODEL`, or a mapping with `connection`, `model` and `inputs`";
            report.error(Code::InvalidValue, item.span, message, help);
            return None;
        };
        let spanned = |text: &str| Some(Spanned { value: Arc::from(text), span: item.span });
        return Some(FallbackDoc {
            connection: spanned(connection),
            model: spanned(model),
            arguments: Vec::new(),
            span: item.span,
        });
    }
    let mut inner = Cursor::open(item, what.clone(), report)?;
    let connection = inner.text("connection", report);
    let model = inner.text("model", report);
    let deployment = inner.text("deployment_name", report);
    let arguments = lower_arguments(&mut inner, report);
    inner.finish(report);
    if let (Some(_), Some(second)) = (&model, &deployment) {
        let message = format!("{what} has both `model` and `deployment_name`");
        report.error(Code::InvalidValue, second.span, message, "keep one of the two");
    }
    if item.as_mapping().is_some_and(|mapping| mapping.entries.is_empty()) {
        let message = format!("{what} says nothing");
        report.error(Code::InvalidValue, item.span, message, "give it `connection`, `model` or `inputs`");
    }
    Some(FallbackDoc { connection, model: model.or(deployment), arguments, span: item.span })
}

/// Reads `extra`, a mapping.
pub(super) fn lower_extra(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Node> {
    cursor.mapping("extra", report)?;
    cursor.entry("extra").map(|entry| entry.value.clone())
}
