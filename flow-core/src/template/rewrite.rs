//! What is done to a template's source before MiniJinja reads it: line ends become `\n`, as Jinja has it, and
//! captured text and plain literals are led through filters of ours, so that their origin is kept (see
//! [`super::session`]).

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::scan::{OffsetMap, Piece, PieceKind, Remaker, TokenKind, tokens};

/// Resolves the marks in captured text.
pub(super) static CAPTURED_FILTER: LazyLock<String> = LazyLock::new(|| secret("captured"));
/// Makes a macro resolve the marks in its result.
pub(super) static MACRO_FILTER: LazyLock<String> = LazyLock::new(|| secret("macro"));
/// Makes a text that a tag consists of the author's.
pub(super) static LITERAL_FILTER: LazyLock<String> = LazyLock::new(|| secret("literal"));

/// A name that no value can know, for `map` and its like take names of filters from values.
fn secret(name: &str) -> String {
    format!("_{name}_{:x}", RandomState::new().hash_one(name))
}

/// Turns `\r\n` and `\r` into `\n`.
pub(super) fn normalize_line_ends(source: &str) -> (String, OffsetMap) {
    if !source.contains('\r') {
        return (source.to_owned(), OffsetMap::default());
    }
    let mut remaker = Remaker::new(source);
    let bytes = source.as_bytes();
    for (offset, byte) in source.bytes().enumerate() {
        if byte == b'\r' {
            remaker.copy_to(offset);
            if bytes.get(offset + 1) != Some(&b'\n') {
                remaker.insert("\n");
            }
            remaker.skip_to(offset + 1);
        }
    }
    remaker.finish()
}

/// Leads set blocks, filter blocks, macros and tags like `{{ "text" }}` through the filters. `None` where there are none
/// of these.
pub(super) fn lead_origins(source: &str, pieces: &[Piece]) -> Option<(String, OffsetMap)> {
    let mut remaker = None;
    let mut macros = Vec::new();
    for piece in pieces.iter().filter(|piece| matches!(piece.kind, PieceKind::Block | PieceKind::Print)) {
        let words = tokens(source, piece.inner.clone());
        let word = |index: usize| words.get(index).map_or("", |token| &source[token.range.clone()]);
        let remaker = &mut remaker;
        let mut insert = |at: usize, text: &str| {
            let remaker = remaker.get_or_insert_with(|| Remaker::new(source));
            remaker.copy_to(at);
            remaker.insert(text);
        };
        if piece.kind == PieceKind::Print {
            if let [literal] = &words[..]
                && literal.kind == TokenKind::Quoted
            {
                insert(literal.range.end, &format!(" | {}", *LITERAL_FILTER));
            }
            continue;
        }
        match word(0) {
            "set" if !(1..words.len()).any(|index| word(index) == "=") => {
                let mut last = 1;
                while word(last + 1) == "." {
                    last += 2;
                }
                if let Some(target) = words.get(last).filter(|token| token.kind == TokenKind::Name) {
                    insert(target.range.end, &format!(" | {}", *CAPTURED_FILTER));
                }
            }
            "filter" => {
                if let Some(first) = words.get(1) {
                    insert(first.range.start, &format!("{} | ", *CAPTURED_FILTER));
                }
            }
            "macro" => macros.push(word(1).to_owned()),
            "endmacro" => {
                if let Some(name) = macros.pop().filter(|name| !name.is_empty()) {
                    insert(piece.inner.end, &format!(" %}}{{% set {name} = {name} | {} ", *MACRO_FILTER));
                }
            }
            _ => {}
        }
    }
    remaker.map(Remaker::finish)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::scan::pieces;

    #[test]
    fn captures_are_led_through_the_filters() {
        let lead = |source: &str| {
            let (made, _) = lead_origins(source, &pieces(source))?;
            let made = made.replace(&*CAPTURED_FILTER, "_captured").replace(&*MACRO_FILTER, "_macro");
            Some(made.replace(&*LITERAL_FILTER, "_literal"))
        };
        assert_eq!(lead("{% set a = 1 %}{{ a == 2 }}"), None);
        assert_eq!(lead("{{ 'a' }}{{ 'a' ~ b }}").as_deref(), Some("{{ 'a' | _literal }}{{ 'a' ~ b }}"));
        assert_eq!(lead("{% set a %}").as_deref(), Some("{% set a | _captured %}"));
        assert_eq!(lead("{%- set n.a | upper -%}").as_deref(), Some("{%- set n.a | _captured | upper -%}"));
        assert_eq!(lead("{% filter upper %}").as_deref(), Some("{% filter _captured | upper %}"));
        assert_eq!(
            lead("{% macro m(a=1) %}x{%- endmacro -%}\ny").as_deref(),
            Some("{% macro m(a=1) %}x{%- endmacro  %}{% set m = m | _macro -%}\ny")
        );
    }

    #[test]
    fn line_ends_become_one_kind() {
        let (made, map) = normalize_line_ends("a\r\nb\rc\nd");
        assert_eq!(made, "a\nb\nc\nd");
        assert_eq!(map.back(2), 3);
        assert_eq!(map.back(4), 5);
        assert_eq!(map.back(6), 7);
    }
}
