//! Texts of almost-JSON: JSON's, Python's, and those with typographic quotes.

use super::LibertyKind;
use super::reader::{Fault, Reader};

/// How a text is closed that begins with this sign; `None` if it begins no text.
fn closing(opening: char) -> Option<&'static [char]> {
    match opening {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => Some(&['\u{201c}', '\u{201d}', '\u{201f}']),
        '\u{2018}' | '\u{2019}' => Some(&['\u{2019}']),
        '\u{ff02}' => Some(&['\u{ff02}']),
        _ => None,
    }
}

/// Whether a text may begin with this sign.
pub(super) fn opens(sign: char) -> bool {
    closing(sign).is_some()
}

/// Reads the text that begins here.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let opening = reader.take().unwrap_or('"');
    let closing = closing(opening).unwrap_or(&['"']);
    if opening != '"' {
        reader.note(LibertyKind::Quotes);
    }
    // An apostrophe closes only where a text can end: `'it's late', …`.
    let is_apostrophe = matches!(opening, '\'' | '\u{2018}' | '\u{2019}');
    let mut text = String::new();
    loop {
        let Some(sign) = reader.take() else { return Err(Fault::Cut) };
        match sign {
            '\\' => escape(reader, &mut text)?,
            _ if closing.contains(&sign) => {
                if !is_apostrophe {
                    return Ok(text);
                }
                match reader.after_space() {
                    None | Some(',' | ':' | ']' | '}' | ')' | '/' | '#' | ';') => return Ok(text),
                    Some(next) if opens(next) => return Err(reader.fault("it is not clear where this text ends")),
                    Some(_) => text.push(sign),
                }
            }
            _ => {
                if sign < ' ' {
                    reader.note(LibertyKind::ForeignEscape);
                }
                text.push(sign);
            }
        }
    }
}

fn escape(reader: &mut Reader<'_>, text: &mut String) -> Result<(), Fault> {
    let Some(sign) = reader.take() else { return Err(Fault::Cut) };
    let plain = match sign {
        '"' | '\\' | '/' => sign,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(reader, text),
        'x' | 'U' => {
            reader.note(LibertyKind::ForeignEscape);
            let code = hex(reader, if sign == 'x' { 2 } else { 8 })?;
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\'' => {
            reader.note(LibertyKind::ForeignEscape);
            '\''
        }
        // A backslash at the end of a line, as in Python.
        '\n' => {
            reader.note(LibertyKind::ForeignEscape);
            return Ok(());
        }
        // A regular expression, a path or a formula, whose backslash was meant as one.
        other => {
            reader.note(LibertyKind::ForeignEscape);
            text.push('\\');
            other
        }
    };
    text.push(plain);
    Ok(())
}

/// `\uXXXX`, which may be the first half of a pair.
fn unicode(reader: &mut Reader<'_>, text: &mut String) -> Result<(), Fault> {
    let first = hex(reader, 4)?;
    if let Some(sign) = char::from_u32(first) {
        text.push(sign);
        return Ok(());
    }
    if (0xd800..0xdc00).contains(&first) && reader.rest().starts_with("\\u") {
        let back = reader.mark();
        reader.skip(2);
        let second = hex(reader, 4)?;
        if (0xdc00..0xe000).contains(&second) {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Ok(());
        }
        reader.reset(back);
    }
    reader.note(LibertyKind::ForeignEscape);
    text.push(char::REPLACEMENT_CHARACTER);
    Ok(())
}

fn hex(reader: &mut Reader<'_>, length: usize) -> Result<u32, Fault> {
    let digits = reader.rest().get(..length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(code) => {
            reader.skip(length);
            Ok(code)
        }
        None if reader.rest().len() < length => Err(Fault::Cut),
        None => Err(reader.fault("this escape is not complete")),
    }
}
