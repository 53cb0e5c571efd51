use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// A property path such as `.label`, `.[0]` or `.['a-b'].c`, as promptflow reads it: tokens are runs of word
/// characters, `['…']` and `[digits]`, tried in this order; anything between them is skipped (spec section 2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyPath {
    steps: Box<[Step]>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A bare word: the entry of that name.
    Word(Arc<str>),
    /// `['…']`: the entry of that name.
    Quoted(Arc<str>),
    /// `[0]`: the item at that position.
    Index(usize),
}

impl PropertyPath {
    /// Reads what stands behind `${node.output.`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if is_word(character) {
                let end = rest.find(|other| !is_word(other)).unwrap_or(rest.len());
                steps.push(Step::Word(Arc::from(&rest[..end])));
                rest = &rest[end..];
            } else if let Some((step, length)) = bracket(rest) {
                steps.push(step);
                rest = &rest[length..];
            } else {
                rest = &rest[character.len_utf8()..];
            }
        }
        Self { steps: steps.into() }
    }

    /// The steps from left to right.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it is the value itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Follows the path into a value.
    ///
    /// # Errors
    /// The first step that the value at hand does not have.
    pub fn walk(&self, value: &Value) -> Result<Value, PathError> {
        let mut here = value;
        for step in &self.steps {
            let found = match (step, here) {
                (Step::Word(name) | Step::Quoted(name), Value::Map(entries)) => entries.get(name),
                (Step::Index(index), Value::List(items)) => items.get(*index),
                (Step::Word(name), Value::Object(object)) => object.attributes.get(name),
                _ => None,
            };
            here = found.ok_or_else(|| PathError { step: step.clone(), kind: here.kind(), names: names(here) })?;
        }
        Ok(here.clone())
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// A `['…']` or `[digits]` at the start of the text, with its length.
fn bracket(text: &str) -> Option<(Step, usize)> {
    let inside = text.strip_prefix('[')?;
    if let Some(quoted) = inside.strip_prefix('\'') {
        let end = quoted.find("']")?;
        return Some((Step::Quoted(Arc::from(&quoted[..end])), end + 4));
    }
    let digits = inside.find(|other: char| !other.is_ascii_digit())?;
    if digits == 0 || !inside[digits..].starts_with(']') {
        return None;
    }
    let index = inside[..digits].parse().ok()?;
    Some((Step::Index(index), digits + 2))
}

fn names(value: &Value) -> Vec<Arc<str>> {
    let entries = match value {
        Value::Object(object) => Some(&object.attributes),
        other => other.as_map(),
    };
    entries.map(|entries| entries.keys().cloned().collect()).unwrap_or_default()
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| write!(formatter, ".{step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Word(name) => formatter.write_str(name),
            Step::Quoted(name) => write!(formatter, "['{name}']"),
            Step::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

/// A property that a value does not have.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the {kind} has no property `{step}`")]
pub struct PathError {
    /// The step that failed.
    pub step: Step,
    /// What kind of value it was asked of.
    pub kind: &'static str,
    /// The names that the value does have.
    pub names: Vec<Arc<str>>,
}
