//! MiniJinja's errors in our words.

use std::ops::Range;

use minijinja::{Error, ErrorKind};

use super::environment::Strictness;
use super::names::{FILTERS, TESTS, nearest};
use super::rewrite::{CAPTURED_FILTER, LITERAL_FILTER, MACRO_FILTER};
use super::scan::{PieceKind, pieces, tokens};

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
            None => error.range().or_else(|| line_range(source, error.line()?)).map(|range| whole(source, range)),
            Some(_) => None,
        };
        if error.kind() == ErrorKind::SyntaxError
            && elsewhere.is_none()
            && let Some(fault) = unclosed_comment(source).or_else(|| unclosed(source))
        {
            return fault;
        }
        let code = range.clone().and_then(|range| source.get(range)).map(str::trim).unwrap_or_default();
        let code = [&CAPTURED_FILTER, &MACRO_FILTER, &LITERAL_FILTER]
            .iter()
            .fold(code.to_owned(), |code, ours| code.replace(&format!(" | {}", ***ours), ""));
        let (message, help) = words(error, &code, strictness);
        let message = match elsewhere {
            Some(place) => format!("in `{place}`, line {}: {message}", error.line().unwrap_or(1)),
            None => message,
        };
        Self { message, help, range }
    }
}

/// A range held to the text, and begun where the expression begins: MiniJinja's may end behind the text where
/// something is left open, and that of `a.b.c` begins at `.c`.
fn whole(source: &str, range: Range<usize>) -> Range<usize> {
    let hold = |offset: usize| {
        let offset = offset.min(source.len());
        (0..=offset).rev().find(|offset| source.is_char_boundary(*offset)).unwrap_or(0)
    };
    let (mut start, end) = (hold(range.start), hold(range.end));
    if source[start..].starts_with(['.', '[']) {
        let part_of_name = |next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '[' | ']' | '"' | '\'');
        start = source[..start].trim_end_matches(part_of_name).len();
    }
    start..end.max(start)
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
        ErrorKind::SyntaxError if detail.starts_with("unknown statement ") => {
            let name = detail.trim_start_matches("unknown statement ");
            let help = nearest(name, TAGS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            (format!("there is no tag `{name}`"), help)
        }
        ErrorKind::SyntaxError => (format!("the template cannot be read: {}", syntax(detail)), None),
        ErrorKind::UnknownFilter => unknown("filter", detail, &FILTERS),
        ErrorKind::UnknownTest => unknown("test", detail, &TESTS),
        ErrorKind::UnknownFunction => {
            let name = detail.trim_end_matches(" is unknown");
            (format!("there is no function or macro called `{name}`"), None)
        }
        ErrorKind::UndefinedError => (undefined(detail, code), None),
        ErrorKind::TemplateNotFound if strictness == Strictness::Compatible => (
            "a prompt of a promptflow flow cannot include other files".to_owned(),
            Some("copy the text in, or make the flow a `flow.yaml`, whose templates may".to_owned()),
        ),
        ErrorKind::TemplateNotFound => {
            let name = detail.split(['"', '\'']).nth(1).unwrap_or(detail);
            (format!("there is no file `{name}` to include"), None)
        }
        ErrorKind::OutOfFuel => (
            "the template does too much work".to_owned(),
            Some("loop over less, or prepare the values in a node before".to_owned()),
        ),
        ErrorKind::InvalidOperation => (operation(detail, code), None),
        ErrorKind::UnknownMethod => {
            match detail.strip_suffix("` is undefined)").and_then(|rest| rest.rsplit_once(" (`")) {
                Some((_, named)) => (format!("`{named}` is undefined, so nothing of it can be called"), None),
                None => (detail.to_owned(), None),
            }
        }
        _ if detail.is_empty() => (format!("{}: {}", quoted("the template"), error.kind()), None),
        _ => (detail.to_owned(), None),
    }
}

/// MiniJinja's words for signs, as the signs.
fn syntax(detail: &str) -> String {
    detail
        .replace("end of variable block", "`}}`")
        .replace("end of input", "end of the text")
        .replace("identifier", "name")
        .replace("end of block", "`%}`")
}

/// The first block that is left open, if one is.
/// A comment without an end, told of where it begins.
fn unclosed_comment(source: &str) -> Option<Fault> {
    let start = source.rfind("{#").filter(|start| !source[*start..].contains("#}"))?;
    let message = "the template cannot be read: this comment is not closed by `#}`".to_owned();
    Some(Fault { message, help: None, range: Some(start..start + 2) })
}

fn unclosed(source: &str) -> Option<Fault> {
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    for piece in pieces(source).into_iter().filter(|piece| piece.kind == PieceKind::Block) {
        let words = tokens(source, piece.inner.clone());
        let Some(first) = words.first() else { continue };
        let word = &source[first.range.clone()];
        let block_set = word == "set" && !words.iter().any(|token| &source[token.range.clone()] == "=");
        if BLOCKS.contains(&word) || block_set {
            open.push((word, piece.range.clone()));
        } else if let Some(closed) = word.strip_prefix("end")
            && open.last().is_some_and(|(word, _)| *word == closed)
        {
            open.pop();
        }
    }
    let (word, range) = open.pop()?;
    let message = format!("the template cannot be read: `{{% {word} %}}` is not closed by `{{% end{word} %}}`");
    Some(Fault { message, help: None, range: Some(range) })
}

/// All tags.
const TAGS: [&str; 20] = [
    "for", "endfor", "if", "elif", "else", "endif", "set", "endset", "macro", "endmacro", "include", "import", "from",
    "extends", "block", "endblock", "with", "endwith", "raw", "filter",
];

/// The tags that have an end.
const BLOCKS: [&str; 9] = ["for", "if", "macro", "call", "filter", "block", "with", "autoescape", "raw"];

/// What is undefined: MiniJinja names it where it can, otherwise it is in the code.
fn undefined(detail: &str, code: &str) -> String {
    let named = detail.strip_prefix('`').and_then(|rest| rest.split_once("` is undefined")).map(|(named, _)| named);
    match named {
        Some(named) if named != code && code.starts_with(named) => {
            format!("`{named}` is undefined, so nothing can be read from it")
        }
        Some(named) => format!("`{named}` is undefined"),
        None if code.is_empty() => "a value is undefined".to_owned(),
        None => format!("`{code}` is undefined, or read from something undefined"),
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
    if let Some((operator, kinds)) =
        detail.strip_prefix("tried to use ").and_then(|rest| rest.split_once(" operator on unsupported types "))
    {
        let kinds = kinds.replace("string", "text").replace("sequence", "list").replace("map", "dict");
        return format!("`{operator}` does not work on {kinds}");
    }
    match detail {
        "recursion limit exceeded" => "macros or files call one another too deep".to_owned(),
        "range has too many elements" => "`range` gives 100000 numbers at the most".to_owned(),
        _ => detail.to_owned(),
    }
}
