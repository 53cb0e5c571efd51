use std::fmt;
use std::sync::Arc;

/// A variant that is asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The node.
    pub node: Arc<str>,
    /// Its variant.
    pub variant: Arc<str>,
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.node, self.variant)
    }
}

/// Reads `node=variant`, or promptflow's `${node.variant}`.
///
/// # Errors
/// The text is neither.
pub fn parse_selection(text: &str) -> Result<Choice, SelectionError> {
    let text = text.trim();
    let pair = match text.strip_prefix("${").and_then(|inside| inside.strip_suffix('}')) {
        Some(inside) => inside.split_once('.'),
        None => text.split_once('='),
    };
    let named = |part: &str| !part.trim().is_empty() && !part.contains(['$', '{', '}']);
    match pair.filter(|(node, variant)| named(node) && named(variant)) {
        Some((node, variant)) => Ok(Choice { node: Arc::from(node.trim()), variant: Arc::from(variant.trim()) }),
        None => Err(SelectionError { text: text.to_owned() }),
    }
}

/// A text that picks no variant.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{text}` picks no variant")]
pub struct SelectionError {
    /// What was given.
    pub text: String,
}

impl SelectionError {
    /// How it is written.
    #[must_use]
    pub fn help(&self) -> &'static str {
        "write node=variant, or '${node.variant}' in quotes"
    }
}
