use std::sync::Arc;

use super::input::lower_type;
use super::{Cursor, Report, Spanned};
use crate::ty::Ty;
use crate::yaml::{Entry, Node};

/// An output of the flow.
#[derive(Debug, Clone)]
pub struct OutputDoc {
    /// Its name.
    pub name: Spanned<Arc<str>>,
    /// Its type; never enforced.
    pub ty: Ty,
    /// What it refers to; a text that is no reference is the value itself.
    pub reference: Option<Spanned<Arc<str>>>,
    /// For people.
    pub description: Arc<str>,
    /// Kept out of what serving answers.
    pub evaluation_only: bool,
    /// Answers in a chat.
    pub is_chat_output: bool,
}

impl OutputDoc {
    /// Reads one entry of `outputs`. `None` where it is no mapping, which was reported.
    pub(super) fn lower(entry: &Entry, report: &mut Report) -> Option<Self> {
        let name = Spanned { value: Arc::clone(&entry.key.text), span: entry.key.span };
        let mut output = Self {
            name,
            ty: Ty::Any,
            reference: None,
            description: Arc::from(""),
            evaluation_only: false,
            is_chat_output: false,
        };
        let what = format!("output `{}`", output.name.value);
        let meant = |node: &Node| {
            let reference = node.as_scalar().filter(|scalar| scalar.text.starts_with("${"))?;
            Some(format!("write `{}: {{ type: string, reference: \"{}\" }}`", entry.key.text, reference.text))
        };
        let mut cursor = Cursor::open_or(&entry.value, what, meant, report)?;
        output.ty = lower_type(&mut cursor, entry.key.span, report);
        output.reference = cursor.text("reference", report);
        output.description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
        output.evaluation_only = cursor.flag("evaluation_only", report).unwrap_or(false);
        output.is_chat_output = cursor.flag("is_chat_output", report).unwrap_or(false);
        cursor.finish(report);
        Some(output)
    }
}
