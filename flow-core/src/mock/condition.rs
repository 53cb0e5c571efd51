use regex::Regex;

use super::asked::Asked;
use crate::value::Value;

/// When a rule fits: every part that is given must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    /// One of these stands in the last message, in any case. Kept in lower case.
    pub(super) text: Option<Vec<String>>,
    /// One of these stands in some message, in any case. Kept in lower case.
    pub(super) messages: Option<Vec<String>>,
    /// One of these stands in a system message, in any case. Kept in lower case.
    pub(super) system: Option<Vec<String>>,
    /// This is found in the last message.
    pub(super) pattern: Option<Regex>,
    /// The node has one of these names.
    pub(super) node: Option<Vec<String>>,
    /// The model has one of these names.
    pub(super) model: Option<Vec<String>>,
}

/// What a condition found: the groups of its pattern, each with its name and text.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) groups: Vec<(Option<String>, Option<String>)>,
}

impl Found {
    /// The groups for templates: by name if any has one, else a list with the whole at position 0.
    pub(super) fn to_value(&self) -> Value {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        if self.groups.iter().all(|(name, _)| name.is_none()) {
            return Value::list(self.groups.iter().map(|(_, group)| text(group)));
        }
        Value::map(self.groups.iter().filter_map(|(name, group)| Some((name.as_deref()?, text(group)))))
    }
}

impl Condition {
    /// What was found, or `None` if it does not hold.
    pub(super) fn find(&self, asked: &Asked<'_>) -> Option<Found> {
        let is_one = |names: &Option<Vec<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|known| known == name))
        };
        let contains = |needles: &[String], text: &str| needles.iter().any(|needle| text.contains(needle.as_str()));
        let is_said = |needles: &Option<Vec<String>>, roles: &[&str]| {
            needles.as_ref().is_none_or(|needles| {
                let mut said = asked.messages.iter().filter(|said| roles.is_empty() || roles.contains(&said.role));
                said.any(|said| contains(needles, &said.content.to_lowercase()))
            })
        };
        let holds = is_one(&self.node, asked.node)
            && is_one(&self.model, &asked.request.model)
            && self.text.as_ref().is_none_or(|needles| contains(needles, asked.lower_text()))
            && is_said(&self.system, &["system", "developer"])
            && is_said(&self.messages, &[]);
        if !holds {
            return None;
        }
        let Some(pattern) = &self.pattern else { return Some(Found::default()) };
        let captures = pattern.captures(asked.text())?;
        let groups = pattern
            .capture_names()
            .zip(captures.iter())
            .map(|(name, group)| (name.map(str::to_owned), group.map(|group| group.as_str().to_owned())))
            .collect();
        Some(Found { groups })
    }
}
