//! MiniJinja's list of undeclared names leaves out what is sliced (`history[-4:]`). A template without its slices reads
//! the same names, but for those in the bounds, so that the two lists together are whole.

use std::ops::Range;

use super::scan::{Piece, PieceKind, Token, tokens};

/// The template without `[a:b]` behind values; `None` if there is no such thing in it.
pub(super) fn without_slices(source: &str, pieces: &[Piece]) -> Option<String> {
    let mut slices: Vec<Range<usize>> = Vec::new();
    for piece in pieces.iter().filter(|piece| matches!(piece.kind, PieceKind::Print | PieceKind::Block)) {
        slices.extend(in_tag(source, &tokens(source, piece.inner.clone())));
    }
    if slices.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    for slice in &slices {
        // An inner slice goes with the outer one around it.
        if slice.start < at {
            continue;
        }
        text.push_str(&source[at..slice.start]);
        at = slice.end;
    }
    text.push_str(&source[at..]);
    Some(text)
}

/// The slices of one tag, by where they begin; inner ones lie inside of outer ones.
fn in_tag(source: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let word = |index: usize| &source[tokens[index].range.clone()];
    let ends_value = |text: &str| {
        text.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '_' | ')' | ']' | '"' | '\''))
    };
    let mut slices = Vec::new();
    for open in 1..tokens.len() {
        if word(open) != "[" || !ends_value(word(open - 1)) || word(open - 1) == "in" {
            continue;
        }
        let mut depth = 0_usize;
        let mut has_colon = false;
        for close in open..tokens.len() {
            match word(close) {
                "[" | "(" | "{" => depth += 1,
                "]" | ")" | "}" => depth -= 1,
                ":" if depth == 1 => has_colon = true,
                _ => {}
            }
            if depth == 0 {
                if has_colon {
                    slices.push(tokens[open].range.start..tokens[close].range.end);
                }
                break;
            }
        }
    }
    slices
}
