//! How wide text is in a font nobody has chosen yet.
//!
//! The SVG names the reader's system font, so widths are estimates: a little wider than the usual sans-serif faces, for
//! a card that is too wide looks better than a name that leaves its card.

/// Width in pixels of one line of text at a font size in pixels.
pub(super) fn text_width(text: &str, font_size: f64) -> f64 {
    text.chars().map(em_width).sum::<f64>() * font_size
}

/// The text, or its beginning and an ellipsis when it is wider than the limit.
pub(super) fn fitted(text: &str, font_size: f64, limit: f64) -> String {
    if text_width(text, font_size) <= limit {
        return text.to_owned();
    }
    let room = limit - text_width("…", font_size);
    let mut used = 0.0;
    let mut short: String = text
        .chars()
        .take_while(|character| {
            used += em_width(*character) * font_size;
            used <= room
        })
        .collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The text on one line: line breaks, tabs and characters that no document may hold become blanks, and so do those that
/// would turn around the text after them.
pub(crate) fn one_line(text: &str) -> String {
    let is_unruly = |character: char| {
        character.is_control()
            || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
    };
    let blanked: String = text.chars().map(|character| if is_unruly(character) { ' ' } else { character }).collect();
    blanked.trim().to_owned()
}

/// Columns a terminal needs for the text.
pub(crate) fn terminal_columns(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The text, or its beginning and an ellipsis when it needs more columns than the limit.
pub(crate) fn clipped(text: &str, limit: usize) -> String {
    if terminal_columns(text) <= limit {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|character| {
        used += columns(*character);
        used <= limit
    });
    let mut short: String = kept.collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

fn columns(character: char) -> usize {
    match breadth(character) {
        Breadth::None => 0,
        Breadth::Single => 1,
        Breadth::Double => 2,
    }
}

fn em_width(character: char) -> f64 {
    match breadth(character) {
        Breadth::None => 0.0,
        Breadth::Double => 1.25,
        Breadth::Single => match character {
            'i' | 'j' | 'l' | '!' | '|' | '\'' | '.' | ',' | ':' | ';' | ' ' => 0.31,
            'f' | 'r' | 't' | 'I' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | '"' | '`' | '-' | '·' => 0.42,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.95,
            'A'..='Z' | '&' | '<' | '>' | '=' | '+' | '~' | '→' => 0.72,
            _ => 0.61,
        },
    }
}

enum Breadth {
    None,
    Single,
    Double,
}

/// The blocks of Unicode's East Asian Width and of its emoji, coarsely; joiners and combining marks take no room.
fn breadth(character: char) -> Breadth {
    match u32::from(character) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0x1F3FB..=0x1F3FF => Breadth::None,
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => Breadth::Double,
        0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => Breadth::Double,
        _ => Breadth::Single,
    }
}
