//! The outputs of a flex flow: what the file or the code says of what comes back. A row's outputs are what did come back, all the same.

use std::sync::Arc;

use super::inputs::entries;
use crate::doc::{Cursor, OutputDoc, Report, Spanned};
use crate::script::Signature;
use crate::source::Span;
use crate::ty::Ty;

/// The output of code that gives back no mapping.
const OUTPUT: &str = "output";

/// Names of outputs that answer in a conversation, the most telling first.
const ANSWERS: [&str; 3] = ["answer", OUTPUT, "reply"];

/// The outputs that are known, and whether there may be others.
pub(super) fn lower(
    cursor: &mut Cursor<'_>,
    signature: &Signature,
    node: &str,
    place: Span,
    report: &mut Report,
) -> (Vec<OutputDoc>, bool) {
    let declared = entries(cursor, "outputs", report);
    let mut known: Vec<(Arc<str>, Ty, Span)> = Vec::new();
    for entry in &declared {
        let ty = match entry.value.as_scalar() {
            Some(scalar) => Ty::from_name(&scalar.text),
            None => {
                Cursor::open(&entry.value, format!("output `{}`", entry.key.text), report).and_then(|mut output| {
                    let ty = output.text("type", report).and_then(|written| Ty::from_name(&written.value));
                    output.ignore(&["description", "reference"]);
                    output.finish(report);
                    ty
                })
            }
        };
        known.push((Arc::clone(&entry.key.text), ty.unwrap_or(Ty::Any), entry.key.span));
    }
    if known.is_empty() {
        let outputs = signature.outputs.iter().flatten();
        known.extend(outputs.map(|(name, ty)| (Arc::clone(name), *ty, place)));
    }
    let is_open = known.is_empty();
    if is_open {
        known.push((Arc::from(OUTPUT), Ty::Any, place));
    }
    let names: Vec<Arc<str>> = known.iter().map(|(name, ..)| Arc::clone(name)).collect();
    let answer = match &names[..] {
        [only] => Some(only),
        several => ANSWERS.iter().find_map(|answer| several.iter().find(|name| &***name == *answer)),
    };
    let outputs = known.into_iter().map(|(name, ty, span)| OutputDoc {
        is_chat_output: answer.is_some_and(|answer| *answer == name),
        name: Spanned { value: name, span },
        ty,
        reference: Some(Spanned { value: Arc::from(format!("${{{node}.output}}")), span }),
        description: Arc::from(""),
        evaluation_only: false,
    });
    (outputs.collect(), is_open)
}
