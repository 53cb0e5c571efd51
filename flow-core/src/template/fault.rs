//! MiniJinja's errors in our words.

use std::ops::Range;

use minijinja::{Error, ErrorKind};

use super::environment::Strictness;
use super::names::{FILTERS, TESTS, nearest};

/// An error in our words, with its place in the text that MiniJinja read.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) range: Option<Range<usize>>,
}

impl Fault {
    /// What an error of the template or expression with this name and source says.
    pub(super) fn of(error: &Error, source: &str, name: &str, strictness: Strictness) -> Self {
        // Includes and blocks wrap the error that happened inside of them.
        if matches!(error.kind(), ErrorKind::BadInclude | ErrorKind::EvalBlock)
            && let Some(inner) = std::error::Error::source(error).and_then(|inner| inner.downcast_ref::<Error>())
        {
            return Self::of(inner, source, name, strictness);
        }
        let elsewhere = error.name().filter(|place| *place != name && *place != "<expression>");
        let range = match elsewhere {
            None => error.range().or_else(|| line_range(source, error.line()?)),
            Some(_) => None,
        };
        let code = range.clone().and_then(|range| source.get(range)).map(str::trim).unwrap_or_default();
        let (message, help) = words(error, code, strictness);
        let message = match elsewhere {
            Some(place) => format!("in `{place}`, line {}: {message}", error.line().unwrap_or(1)),
            None => message,
        };
        Self { message, help, range }
    }
}

fn line_range(source: &str, line: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for (index, text) in source.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            return Some(start..start + text.trim_end().len());
        }
        start += text.len();
    }
    None
}

fn words(error: &Error, code: &str, strictness: Strictness) -> (String, Option<String>) {
    let detail = error.detail().unwrap_or_default();
    let quoted = |fallback: &str| if code.is_empty() { fallback.to_owned() } else { format!("`{code}`") };
    match error.kind() {
        ErrorKind::SyntaxError => (format!("the template cannot be read: {detail}"), None),
        ErrorKind::UnknownFilter => unknown("filter", detail, &FILTERS),
        ErrorKind::UnknownTest => unknown("test", detail, &TESTS),
        ErrorKind::UnknownFunction => {
            let name = detail.trim_end_matches(" is unknown");
            (format!("there is no function or macro called `{name}`"), None)
        }
        ErrorKind::UndefinedError => {
            (format!("{} is undefined, or read from something undefined", quoted("a value")), None)
        }
        ErrorKind::TemplateNotFound if strictness == Strictness::Compatible => (
            "a prompt of a promptflow flow cannot include other files".to_owned(),
            Some("copy the text in, or make the flow a `flow.yaml`, whose templates may".to_owned()),
        ),
        ErrorKind::TemplateNotFound => {
            let name = detail.split('"').nth(1).unwrap_or(detail);
            (format!("there is no file `{name}` to include"), None)
        }
        ErrorKind::OutOfFuel => (
            "the template does too much work".to_owned(),
            Some("loop over less, or prepare the values in a node before".to_owned()),
        ),
        ErrorKind::InvalidOperation => (operation(detail, code), None),
        _ if detail.is_empty() => (format!("{}: {}", quoted("the template"), error.kind()), None),
        _ => (detail.to_owned(), None),
    }
}

fn unknown(noun: &str, detail: &str, known: &[&str]) -> (String, Option<String>) {
    let name = detail.split(' ').nth(1).unwrap_or(detail);
    let help = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    (format!("there is no {noun} called `{name}`"), help)
}

fn operation(detail: &str, code: &str) -> String {
    if let Some(calculation) = detail.strip_prefix("unable to calculate ") {
        let by_zero = [" / 0", " // 0", " % 0", " / 0.0", " // 0.0", " % 0.0"];
        if by_zero.iter().any(|end| calculation.ends_with(end)) {
            return format!("division by zero in `{}`", if code.is_empty() { calculation } else { code });
        }
        return format!("`{calculation}` cannot be calculated");
    }
    detail.to_owned()
}
