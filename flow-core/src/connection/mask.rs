//! Messages quote lines of the files they are about. So that no secret is quoted, the text of a connections file is
//! kept with its secrets blotted out, letter by letter, so that every place in it stays where it is.

use std::ops::Range;

/// The text with the letters and digits of these byte ranges blotted out.
pub(super) fn blot(text: &str, secrets: &[Range<usize>]) -> String {
    let is_secret = |at: usize| secrets.iter().any(|range| range.contains(&at));
    let mut blotted = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if is_secret(at) && letter.is_alphanumeric() {
            blotted.extend(std::iter::repeat_n('x', letter.len_utf8()));
        } else {
            blotted.push(letter);
        }
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
        assert_eq!(blot(text, &[3..11]), "a: 'xx-xxx'\nb: c");
        let all = blot_all(text);
        assert_eq!(all, "a: 'xx-xxx'\nb: x");
        assert_eq!(all.len(), text.len());
    }
}
