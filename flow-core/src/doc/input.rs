use std::sync::Arc;

use super::{Cursor, Report, Spanned};
use crate::diag::nearest;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::ty::Ty;
use crate::value::Value;
use crate::yaml::Entry;

/// An input of the flow.
#[derive(Debug, Clone)]
pub struct InputDoc {
    /// Its name.
    pub name: Spanned<Arc<str>>,
    /// Its type; `Any` where the declared one is wrong, which was reported.
    pub ty: Ty,
    /// Its default, as written; a null is none.
    pub default: Option<Spanned<Value>>,
    /// Whether it may be left out without a default; it is null then.
    pub is_optional: bool,
    /// For people.
    pub description: Arc<str>,
    /// Takes what the user says.
    pub is_chat_input: bool,
    /// Takes the turns so far; `false` keeps the name `chat_history` from doing so.
    pub is_chat_history: Option<bool>,
}

impl InputDoc {
    /// Reads one entry of `inputs`.
    pub(super) fn lower(entry: &Entry, report: &mut Report) -> Self {
        let name = Spanned { value: Arc::clone(&entry.key.text), span: entry.key.span };
        let mut input = Self {
            name,
            ty: Ty::Any,
            default: None,
            is_optional: false,
            description: Arc::from(""),
            is_chat_input: false,
            is_chat_history: None,
        };
        let what = format!("input `{}`", input.name.value);
        let short = entry.value.as_scalar().and_then(|scalar| Ty::from_name(&scalar.text));
        let help = short.map(|ty| format!("write {{ type: {ty} }}"));
        let Some(mut cursor) = Cursor::open_or(&entry.value, what, help, report) else { return input };
        input.ty = lower_type(&mut cursor, entry.key.span, report);
        input.default = cursor
            .entry("default")
            .map(|default| Spanned { value: default.value.to_value(), span: default.value.span });
        input.description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
        input.is_chat_input = cursor.flag("is_chat_input", report).unwrap_or(false);
        input.is_chat_history = cursor.flag("is_chat_history", report);
        cursor.ignore(&["enum"]);
        cursor.finish(report);
        input
    }
}

/// The declared type of an input or output, which must be there.
pub(super) fn lower_type(cursor: &mut Cursor<'_>, place: Span, report: &mut Report) -> Ty {
    let Some(written) = cursor.required_text("type", place, report) else { return Ty::Any };
    if let Some(ty) = Ty::from_name(&written.value) {
        return ty;
    }
    let help = meant_type(&written.value);
    let message = format!("there is no type `{}`", written.value);
    report.push(Diagnostic::error(Code::UnknownType, written.span, message).help(help));
    Ty::Any
}

/// What to do about a type name that does not exist.
pub(crate) fn meant_type(name: &str) -> String {
    let known = Ty::DECLARABLE.iter().map(|(name, _)| *name);
    match &*name.to_lowercase() {
        "str" | "text" => "did you mean `string`?".to_owned(),
        "integer" => "did you mean `int`?".to_owned(),
        "float" | "number" => "did you mean `double`?".to_owned(),
        "boolean" => "did you mean `bool`?".to_owned(),
        "array" => "did you mean `list`?".to_owned(),
        "dict" | "map" => "did you mean `object`?".to_owned(),
        other if Ty::from_name(other).is_some() => format!("write `{other}`: type names are in lower case"),
        other => nearest(other, known.clone()).map_or_else(
            || format!("the types are {}", known.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        ),
    }
}
