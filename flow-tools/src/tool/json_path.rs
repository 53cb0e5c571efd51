//! JSONPath, as RFC 9535 has it.

use flow_core::tool::ToolError;
use serde_json_path::JsonPath;

/// The longest path, in bytes, and how deep it may nest: the parser calls itself.
const LONGEST: usize = 2_000;
const DEEPEST: usize = 32;

/// Whether a path is meant as a JSONPath.
pub(super) fn is_meant(path: &str) -> bool {
    path == "$" || path.starts_with("$.") || path.starts_with("$[")
}

/// Reads a JSONPath.
pub(super) fn parse(path: &str) -> Result<JsonPath, ToolError> {
    let wrong = |why: &str| ToolError::input("path", format!("`{path}` is not a JSONPath: {why}"));
    if path.len() > LONGEST {
        return Err(ToolError::input("path", format!("a JSONPath has at most {LONGEST} bytes")));
    }
    let mut depth = 0_usize;
    for letter in path.chars() {
        match letter {
            '(' | '[' | '!' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(wrong("its brackets are nested too deep"));
        }
    }
    if !path.starts_with('$') {
        return Err(wrong("it begins with `$`"));
    }
    JsonPath::parse(path).map_err(|error| wrong(&format!("at character {}, {}", error.position(), error.message())))
}
