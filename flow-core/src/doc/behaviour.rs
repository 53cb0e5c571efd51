//! How a node runs: conditions, repetition, and what a failure means.

use std::time::Duration;

use super::cursor::authored;
use super::{Cursor, Report, Spanned};
use crate::diag::{Code, nearest};
use crate::plan::Retry;
use crate::value::Value;
use crate::yaml::Node;

/// promptflow's `activate`.
#[derive(Debug, Clone)]
pub struct ActivateDoc {
    /// What is looked at.
    pub when: Node,
    /// What it must equal.
    pub is: Spanned<Value>,
}

/// `for_each`.
#[derive(Debug, Clone)]
pub struct ForEachDoc {
    /// The list.
    pub list: Node,
    /// How many items at the same time.
    pub concurrency: usize,
    /// What a failed item means.
    pub errors: ItemErrorsDoc,
}

/// What a failed item of `for_each` means.
#[derive(Debug, Clone)]
pub enum ItemErrorsDoc {
    /// The node fails.
    Fail,
    /// The item is left out.
    Skip,
    /// This stands in its place.
    Default(Value),
}

/// `loop`.
#[derive(Debug, Clone)]
pub struct LoopDoc {
    /// The expression that ends it, with its node for places inside of it.
    pub until: Node,
    /// The most turns.
    pub max: usize,
}

/// `on_error`.
#[derive(Debug, Clone, Default)]
pub enum OnErrorDoc {
    /// The row fails.
    #[default]
    Fail,
    /// The node counts as bypassed.
    Skip,
    /// This is its output.
    Default(Value),
}

/// Reads `activate`. Both keys empty counts as none, as in promptflow.
pub(super) fn lower_activate(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<ActivateDoc> {
    let entry = cursor.entry("activate")?;
    let what = format!("`activate` of {}", cursor.what());
    let mut inner = Cursor::open(&entry.value, what, report)?;
    let when = inner.entry("when");
    // A null is a value to compare with, so that `is: null` is told from no `is`.
    let written = entry.value.as_mapping().and_then(|mapping| mapping.get("is"));
    let is = inner.entry("is").or(written.filter(|_| when.is_some()));
    let lone = written.is_some() && entry.value.as_mapping().is_some_and(|mapping| mapping.get("when").is_some());
    let doc = match (when, is) {
        (Some(when), Some(is)) => Some(ActivateDoc {
            when: when.value.clone(),
            is: Spanned { value: is.value.to_value(), span: is.value.span },
        }),
        (None, None) if lone => {
            let message = format!("`activate` of {} is empty and counts as none", cursor.what());
            report.warning(Code::InvalidCondition, entry.key.span, message, "give `when` and `is`, or remove it");
            None
        }
        (when, _) => {
            let missing = if when.is_some() { "is" } else { "when" };
            let message = format!("`activate` of {} has no `{missing}`", cursor.what());
            let help = inner.meant(missing);
            let help = help.unwrap_or_else(|| "a condition needs both: when: ${inputs.x} and is: value".to_owned());
            report.error(Code::InvalidCondition, entry.key.span, message, help);
            None
        }
    };
    inner.finish(report);
    doc
}

/// Reads `for_each`: a reference, or a mapping with `list`.
pub(super) fn lower_for_each(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<ForEachDoc> {
    /// How many items run at the same time where nothing is said.
    const CONCURRENCY: usize = 8;
    let entry = cursor.entry("for_each")?;
    if entry.value.as_mapping().is_none() {
        return Some(ForEachDoc { list: entry.value.clone(), concurrency: CONCURRENCY, errors: ItemErrorsDoc::Fail });
    }
    let mut inner = Cursor::open(&entry.value, format!("`for_each` of {}", cursor.what()), report)?;
    let list = inner.entry("list").map(|list| list.value.clone());
    if list.is_none() {
        inner.missing("list", entry.key.span, report);
    }
    let concurrency = inner.count("concurrency", 1, 1024, report).unwrap_or(CONCURRENCY);
    let errors = match lower_on_error(&mut inner, "errors", report) {
        OnErrorDoc::Fail => ItemErrorsDoc::Fail,
        OnErrorDoc::Skip => ItemErrorsDoc::Skip,
        OnErrorDoc::Default(value) => ItemErrorsDoc::Default(value),
    };
    inner.finish(report);
    Some(ForEachDoc { list: list?, concurrency, errors })
}

/// Reads `loop`.
pub(super) fn lower_loop(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<LoopDoc> {
    let entry = cursor.entry("loop")?;
    let meant = Some("write `loop: { max: 3, until: EXPRESSION }`".to_owned());
    let mut inner = Cursor::open_or(&entry.value, format!("`loop` of {}", cursor.what()), meant, report)?;
    let until = inner.entry("until").map(|until| until.value.clone());
    if until.is_none() {
        inner.missing("until", entry.key.span, report);
    }
    let bounded = inner.entry("max").is_some();
    if !bounded {
        inner.missing("max", entry.key.span, report);
    }
    let max = inner.count("max", 1, 1000, report);
    inner.finish(report);
    Some(LoopDoc { until: until?, max: max? })
}

/// Reads `on_error`, or `errors` of `for_each`.
pub(super) fn lower_on_error(cursor: &mut Cursor<'_>, key: &'static str, report: &mut Report) -> OnErrorDoc {
    let Some(entry) = cursor.entry(key) else { return OnErrorDoc::Fail };
    match entry.value.as_scalar().map(|scalar| &*scalar.text) {
        Some("fail") => return OnErrorDoc::Fail,
        Some("skip") => return OnErrorDoc::Skip,
        _ => {}
    }
    let default = entry
        .value
        .as_mapping()
        .filter(|mapping| mapping.entries.len() == 1)
        .and_then(|mapping| mapping.get("default"));
    match default {
        Some(default) => OnErrorDoc::Default(authored(&default.value.to_value())),
        None => {
            let message =
                format!("`{key}` of {} takes fail, skip or a default, and this is none of them", cursor.what());
            let near = entry.value.as_scalar().and_then(|scalar| nearest(&scalar.text, ["fail", "skip"]));
            let help = near.map_or_else(
                || "write `fail`, `skip`, or `{ default: VALUE }` alone".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            report.error(Code::InvalidValue, entry.value.span, message, help);
            OnErrorDoc::Fail
        }
    }
}

/// Reads `retry`: a number of tries, or a mapping.
pub(super) fn lower_retry(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Retry> {
    const DELAY: Duration = Duration::from_secs(1);
    const MAX_DELAY: Duration = Duration::from_secs(60);
    const MAX_ATTEMPTS: i64 = 100;
    let entry = cursor.entry("retry")?;
    let attempts = |count: usize| u32::try_from(count).unwrap_or(1);
    if entry.value.as_scalar().is_some() {
        let count = cursor.count("retry", 1, MAX_ATTEMPTS, report)?;
        return Some(Retry { attempts: attempts(count), delay: DELAY, max_delay: MAX_DELAY });
    }
    let mut inner = Cursor::open(&entry.value, format!("`retry` of {}", cursor.what()), report)?;
    if inner.entry("attempts").is_none() {
        inner.missing("attempts", entry.key.span, report);
    }
    let count = inner.count("attempts", 1, MAX_ATTEMPTS, report);
    let delay = inner.duration("delay", report).unwrap_or(DELAY);
    let max_delay = inner.duration("max_delay", report).unwrap_or(MAX_DELAY).max(delay);
    inner.finish(report);
    Some(Retry { attempts: attempts(count?), delay, max_delay })
}

/// Reads the expression of `if`; it must be text.
pub(super) fn lower_if(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Node> {
    let entry = cursor.entry("if")?;
    if entry.value.as_scalar().is_none() {
        cursor.wrong_shape("if", entry, "an expression", report);
        return None;
    }
    Some(entry.value.clone())
}
