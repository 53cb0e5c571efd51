//! Messages quote lines of the files they are about. So that no secret is quoted, the text of a connections file is
//! kept with its secrets blotted out, letter by letter, so that every place in it stays where it is.

use std::ops::Range;

/// The text with the letters and digits of these byte ranges blotted out.
pub(super) fn blot(text: &str, secrets: &[Range<usize>]) -> String {
    let mut blotted = text.to_owned();
    for range in secrets {
        let Some(secret) = text.get(range.clone()) else { continue };
        blotted.replace_range(range.clone(), &blot_scalar(secret));
    }
    blotted
}

/// A scalar as it is written, blotted out in such a way that YAML reads it as a text as before.
fn blot_scalar(written: &str) -> String {
    // The header of a block scalar says how it is indented.
    let is_block = written.starts_with(['|', '>']);
    let header = if is_block { written.find('\n').unwrap_or(written.len()) } else { 0 };
    let has_escapes = written.starts_with('"');
    let mut is_escaped = false;
    let mut blotted = written[..header].to_owned();
    for letter in written[header..].chars() {
        let is_escape = has_escapes && !is_escaped && letter == '\\';
        if letter.is_alphanumeric() || is_escape || (is_escaped && !letter.is_whitespace()) {
            blotted.extend(std::iter::repeat_n('x', letter.len_utf8()));
        } else {
            blotted.push(letter);
        }
        is_escaped = is_escape;
    }
    blotted
}

/// The text with everything behind a colon blotted out: for a file that cannot be read, whose secrets nobody knows.
pub(super) fn blot_all(text: &str) -> String {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        // A line without a colon may continue a secret of the line before.
        let from = line.find(':').unwrap_or(0);
        ranges.push(start + from..start + line.len());
        start += line.len();
    }
    blot(text, &ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_where_they_are() {
        let text = "a: 'sk-ü1'\nb: c";
        let secret = 3..11;
        assert_eq!(blot(text, std::slice::from_ref(&secret)), "a: 'xx-xxx'\nb: c");
        let all = blot_all(text);
        assert_eq!(all, "a: 'xx-xxx'\nb: x");
        assert_eq!(all.len(), text.len());
    }
}
