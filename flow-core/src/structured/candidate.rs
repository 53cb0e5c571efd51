//! Where in an answer the value may stand.

use super::LibertyKind;
use super::reader::{Fault, Read, Reader};

/// The most values that are looked at.
const MOST: usize = 64;

/// A value that the answer may mean.
#[derive(Debug)]
pub(super) struct Candidate {
    pub read: Read,
    /// Whether it stood in a fence, which is where models put what they mean.
    pub fenced: bool,
}

/// The values in an answer, in order: the whole of it where that is one, else those in fences and in the prose. Without
/// any, what is wrong with the first that looked like one.
pub(super) fn candidates(text: &str) -> Result<Vec<Candidate>, Fault> {
    let mut first = match Reader::whole(text) {
        Ok(read) => return Ok(vec![Candidate { read, fenced: false }]),
        Err(Fault::TooDeep) => return Err(Fault::TooDeep),
        Err(fault) => text.starts_with(['{', '[']).then_some(fault),
    };
    let mut found = Vec::new();
    let mut at = 0;
    // A value cannot be looked for inside of another that is broken: a part of the answer is not the answer.
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['{', '[', '`'])).map(|offset| at + offset) {
        if found.len() == MOST {
            break;
        }
        if text[start..].starts_with('`') {
            match fence(text, start) {
                Some((inner, end)) => {
                    match Reader::whole(inner) {
                        Ok(read) => found.push(candidate(read, true)),
                        Err(fault) => drop(first.get_or_insert(fault)),
                    }
                    at = end;
                }
                None => at = start + 1,
            }
            continue;
        }
        at = match Reader::value_at(text, start) {
            Ok(read) => {
                let end = read.end;
                found.push(candidate(read, false));
                end
            }
            Err(fault) => {
                first.get_or_insert(fault);
                match balanced(text, start) {
                    Some(end) => end,
                    None => break,
                }
            }
        };
    }
    if found.is_empty() { Err(first.unwrap_or(Fault::Syntax { message: NOTHING, at: 0 })) } else { Ok(found) }
}

/// What is wrong with an answer in which nothing looks like JSON.
const NOTHING: &str = "there is no JSON in it";

fn candidate(mut read: Read, fenced: bool) -> Candidate {
    read.liberties.insert(0, LibertyKind::Surrounded);
    Candidate { read, fenced }
}

/// The inside of the fence that opens here, and where it ends. A fence that is not closed goes to the end.
fn fence(text: &str, start: usize) -> Option<(&str, usize)> {
    let rest = &text[start..];
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    if ticks < 3 {
        return None;
    }
    let open = start + ticks;
    let behind = &text[open..];
    // The language: letters up to the end of the line, or up to the bracket on the same line.
    let word = behind.find(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '_' | '-' | '+'))).unwrap_or(0);
    let inner = open + word;
    let close = format!("\n{}", &rest[..ticks]);
    let length = text[inner..].find(&close).or_else(|| text[inner..].rfind(&rest[..ticks]));
    match length {
        Some(length) => {
            let end = inner + length;
            let skipped = text[end..].find('`').unwrap_or(0) + ticks;
            Some((&text[inner..end], (end + skipped).min(text.len())))
        }
        None => Some((&text[inner..], text.len())),
    }
}

/// Where the bracket that opens here closes, counted outside of texts in double quotes.
fn balanced(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
