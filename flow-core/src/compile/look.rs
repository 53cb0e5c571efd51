//! What conditions and lists look at, checked once the outputs of all nodes are known.

use super::edges::{Bypasses, check_property, property_warning};
use super::node::Draft;
use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, OnErrorDoc, Report};
use crate::plan::Binding;
use crate::source::Span;
use crate::ty::Ty;
use crate::value::Value;

/// One look of a node at something.
#[derive(Debug)]
pub(super) struct Look {
    /// At what.
    pub binding: Binding,
    /// Where that is written.
    pub span: Span,
    /// What for.
    pub purpose: Purpose,
}

/// What a node looks at something for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To compare it with a fixed value, which stands at the place.
    Compare(Value, Span),
    /// To go through its items.
    List,
    /// As a name of an expression.
    Expression,
}

/// Checks the looks of a node.
pub(super) fn check(doc: &FlowDoc, drafts: &[Draft], bypasses: &Bypasses, draft: &Draft, report: &mut Report) {
    for look in &draft.looks {
        match &look.purpose {
            Purpose::Expression => {
                if let Some(warning) = property_warning(doc, drafts, &look.binding, look.span) {
                    report.push(warning);
                }
            }
            Purpose::List => {
                check_property(doc, drafts, bypasses, &look.binding, look.span, report);
                check_list(doc, drafts, look, report);
            }
            Purpose::Compare(is, place) => {
                check_property(doc, drafts, bypasses, &look.binding, look.span, report);
                check_comparison(doc, drafts, look, is, *place, report);
            }
        }
    }
}

/// The name and the output's type of a node that is looked at as a whole. `None` where the type is not certain, since
/// a default may stand in its place.
fn whole<'d>(doc: &'d FlowDoc, drafts: &[Draft], binding: &Binding) -> Option<(&'d str, Ty)> {
    let Binding::Node { node, path, .. } = binding else { return None };
    let (other, draft) = (doc.nodes.get(node.index())?, drafts.get(node.index())?);
    let is_certain = path.is_empty() && !matches!(other.on_error, OnErrorDoc::Default(_));
    is_certain.then_some((&*other.name.value, draft.output))
}

fn check_list(doc: &FlowDoc, drafts: &[Draft], look: &Look, report: &mut Report) {
    let Some((name, ty)) = whole(doc, drafts, &look.binding) else { return };
    if matches!(ty, Ty::List | Ty::Object | Ty::Any) {
        return;
    }
    let message = format!("`for_each` runs over a list, but the output of node `{name}` is of type {ty}");
    let help = "if it is JSON text, parse it with the tool json.parse and refer to that node";
    report.error(Code::TypeMismatch, look.span, message, help);
}

/// Text equals nothing but text: promptflow compares without bringing the two to one type (spec section 3.2).
fn check_comparison(doc: &FlowDoc, drafts: &[Draft], look: &Look, is: &Value, place: Span, report: &mut Report) {
    let Some((name, Ty::String)) = whole(doc, drafts, &look.binding) else { return };
    if is.as_str().is_some() {
        return;
    }
    let message =
        format!("this condition is never met: node `{name}` gives text, and it is compared with {}", is.kind());
    let help = format!("compare with text: is: \"{}\"", is.to_json().replace('"', "'"));
    report.push(Diagnostic::warning(Code::ConstantCondition, place, message).help(help));
}
