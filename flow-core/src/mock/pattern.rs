//! A text in which a regular expression is found.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest text that is made, in characters; patterns can ask for any length.
const LONGEST: usize = 10_000;

/// The text; `None` if the pattern cannot be read.
pub(super) fn text_of_pattern(pattern: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, &mut text);
    Some(text)
}

fn write(hir: &Hir, text: &mut String) {
    if text.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(member(class)),
        HirKind::Repetition(repetition) => {
            // Once where that is allowed, since `.*` tells nothing.
            let times = repetition.min.max(repetition.max.unwrap_or(1).min(1));
            for _ in 0..times {
                if text.len() > LONGEST {
                    return;
                }
                write(&repetition.sub, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, text)),
        HirKind::Alternation(choices) => choices.iter().take(1).for_each(|choice| write(choice, text)),
    }
}

/// A character of a class, one that can be read if there is one.
fn member(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let within = |letter: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&letter));
    let liked = ['a', 'A', '1'].into_iter().chain('0'..='9').chain('a'..='z').chain('A'..='Z').chain('!'..='~');
    liked.into_iter().find(|letter| within(*letter)).or_else(|| ranges.first().map(|(start, _)| *start))
}
