//! Texts that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// The text with a `'` before it, if a spreadsheet would run it. Numbers stay numbers.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) && !is_number(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Digits with a sign, a point and an exponent, and nothing else.
fn is_number(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let only = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    has_digit && only && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_is_guarded_and_numbers_are_not() {
        for text in [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "=HYPERLINK(\"http://x\",\"y\")",
            "=IMPORTXML(CONCAT(\"http://x\"))",
            "+1+1",
            "+cmd|' /C calc'!A0",
            "-1+1",
            "-cmd",
            "--1",
            "-",
            "+",
            "=",
            "@SUM(1+1)",
            "@",
            "\t=1",
            "\r=1",
            "\0=1",
            "-2+3",
            "+1-555-0100",
            "-1e",
            "-e5",
            "-.",
            "=-1",
            "-inf",
            "+NaN",
            "- 5",
            "-5 ",
            "-1,5",
            "@SUM(1)*cmd|' '!A0",
        ] {
            assert_eq!(guarded(text), format!("'{text}"), "{text:?}");
        }
        for text in ["-5", "+5", "-1.5e-3", "-.5", "a=1", " =1", "'=1", "", "1", "é", "{\"a\": 1}", "\n", "mail@x"] {
            assert_eq!(guarded(text), text, "{text:?}");
        }
    }
}
