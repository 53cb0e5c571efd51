//! The names that a tag or an expression reads, with their places; and the filters and tests it uses.

use std::ops::Range;

use super::scan::{Token, TokenKind};

/// A name that is read, with the attributes that are read from it as far as the text shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePath {
    /// The name and its attributes: `inputs`, `x` for `inputs.x` or `inputs["x"]`.
    pub segments: Vec<String>,
    /// All of it, in bytes.
    pub range: Range<usize>,
}

impl NamePath {
    /// The name without its attributes.
    #[must_use]
    pub fn root(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// The place of the name without its attributes.
    #[must_use]
    pub fn root_range(&self) -> Range<usize> {
        self.range.start..self.range.start + self.root().len()
    }
}

const KEYWORDS: [&str; 14] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "recursive"];

/// Functions that every template and expression has.
pub(super) const FUNCTIONS: [&str; 5] = ["range", "dict", "namespace", "cycler", "joiner"];

/// The names that the words of one tag read. Names of attributes, filters, tests and keyword arguments are not among
/// them, nor what is called.
pub(super) fn names(source: &str, tokens: &[Token]) -> Vec<NamePath> {
    let word = |index: usize| tokens.get(index).map_or("", |token| &source[token.range.clone()]);
    let before = |index: usize, back: usize| index.checked_sub(back).map_or("", word);
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind != TokenKind::Name || KEYWORDS.contains(&word(index)) {
            continue;
        }
        let follows_test = before(index, 1) == "is" || (before(index, 1) == "not" && before(index, 2) == "is");
        if matches!(before(index, 1), "." | "|") || follows_test || matches!(word(index + 1), "=" | "(") {
            continue;
        }
        let mut path = NamePath { segments: vec![word(index).to_owned()], range: token.range.clone() };
        let mut at = index + 1;
        loop {
            let kind = |index: usize| tokens.get(index).map(|token| token.kind);
            let (segment, length) = if word(at) == "." && kind(at + 1) == Some(TokenKind::Name) {
                (word(at + 1).to_owned(), 2)
            } else if word(at) == "[" && word(at + 2) == "]" {
                match kind(at + 1) {
                    Some(TokenKind::Quoted) => (word(at + 1).trim_matches(['\'', '"']).to_owned(), 3),
                    Some(TokenKind::Number) => (word(at + 1).to_owned(), 3),
                    _ => break,
                }
            } else {
                break;
            };
            // A called attribute is a method.
            if word(at + length) == "(" {
                break;
            }
            path.segments.push(segment);
            at += length;
            path.range.end = tokens[at - 1].range.end;
        }
        found.push(path);
    }
    found
}

/// A filter or test that is used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use<'a> {
    pub(super) kind: UseKind,
    pub(super) name: &'a str,
    pub(super) range: Range<usize>,
}

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UseKind {
    Filter,
    Test,
}

/// The filters and tests that the words of one tag use.
pub(super) fn uses<'a>(source: &'a str, tokens: &[Token]) -> Vec<Use<'a>> {
    let word = |index: usize| tokens.get(index).map_or("", |token| &source[token.range.clone()]);
    let mut found = Vec::new();
    for index in 0..tokens.len() {
        let (kind, at) = match word(index) {
            "|" => (UseKind::Filter, index + 1),
            "is" if word(index + 1) == "not" => (UseKind::Test, index + 2),
            "is" => (UseKind::Test, index + 1),
            "filter" if index == 0 => (UseKind::Filter, 1),
            _ => continue,
        };
        if let Some(token) = tokens.get(at).filter(|token| token.kind == TokenKind::Name) {
            found.push(Use { kind, name: &source[token.range.clone()], range: token.range.clone() });
        }
    }
    found
}

impl Use<'_> {
    /// What is wrong with it and a suggestion, if there is no such filter or test.
    pub(super) fn fault(&self) -> Option<(String, Option<String>)> {
        let (noun, known): (_, &[&str]) = match self.kind {
            UseKind::Filter => ("filter", &FILTERS),
            UseKind::Test => ("test", &TESTS),
        };
        if known.contains(&self.name) {
            return None;
        }
        let help = nearest(self.name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        Some((format!("there is no {noun} called `{}`", self.name), help))
    }
}

/// The candidate nearest to a name, if one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The filters there are.
pub(super) const FILTERS: [&str; 58] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "center",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "fence",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
    "xmlattr",
    "zip",
    "wordwrap",
];

/// The tests there are.
pub(super) const TESTS: [&str; 37] = [
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "safe",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Strictness;
    use crate::template::environment::base;
    use crate::template::scan::tokens;

    fn found(source: &str) -> Vec<String> {
        names(source, &tokens(source, 0..source.len()))
            .iter()
            .map(|path| source[path.range.clone()].to_owned())
            .collect()
    }

    #[test]
    fn names_are_found_with_their_attributes() {
        assert_eq!(
            found("inputs.x > 3 and not classify.output['label'] is none"),
            ["inputs.x", "classify.output['label']"]
        );
        assert_eq!(found("item.text.strip() | join(sep, d=x)"), ["item.text", "sep", "x"]);
        assert_eq!(found("range(n)[0] + loop.index"), ["n", "loop.index"]);
        assert_eq!(found("a[0].b[i]"), ["a[0].b", "i"]);
    }

    #[test]
    fn every_listed_filter_and_test_exists() {
        let environment = base(Strictness::Compatible);
        for name in FILTERS {
            let missing = environment.compile_expression("").is_err()
                && environment
                    .empty_state()
                    .apply_filter(name, &[])
                    .is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter);
            assert!(!missing, "{name}");
        }
        for name in TESTS {
            let missing = environment
                .empty_state()
                .perform_test(name, &[])
                .is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownTest);
            assert!(!missing, "{name}");
        }
    }
}
