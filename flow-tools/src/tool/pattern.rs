//! Regular expressions that a flow gives.

use flow_core::tool::ToolError;
use regex::{Regex, RegexBuilder};

/// The most bytes of a text that is made of another one.
pub(super) const LONGEST_RESULT: usize = 16 << 20;

/// The most memory of a compiled expression, in bytes. What comes near it repeats a large class of letters thousands
/// of times.
const LARGEST_PROGRAM: usize = 2 << 20;

/// Compiles a regular expression. Its time is linear in the text, whatever the expression.
pub(super) fn compile(pattern: &str) -> Result<Regex, ToolError> {
    let built = RegexBuilder::new(pattern).size_limit(LARGEST_PROGRAM).dfa_size_limit(LARGEST_PROGRAM).build();
    built.map_err(|error| ToolError::input("pattern", said(&error, pattern)))
}

/// What is wrong with an expression, on one line.
fn said(error: &regex::Error, pattern: &str) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the expression is too large; repeat less".to_owned(),
        error => {
            let text = error.to_string();
            // The last line of a drawing over several lines says what it is.
            let why = text.lines().last().unwrap_or_default();
            let why = why.strip_prefix("error: ").unwrap_or(why);
            let hint = if why.contains("look-around") || why.contains("backreferences") {
                "; match more with a group around what you want"
            } else {
                ""
            };
            format!("`{pattern}` is not a regular expression: {why}{hint}")
        }
    }
}
