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
    /// The API has one of these names.
    pub(super) api: Option<Vec<String>>,
    /// The last message has one of these roles.
    pub(super) role: Option<Vec<String>>,
    /// What is offered to be called.
    pub(super) tools: Option<Tools>,
    /// How many images there are.
    pub(super) images: Option<Images>,
    /// The answer is wanted in one of these forms.
    pub(super) format: Option<Vec<String>>,
}

/// What is offered to be called.
#[derive(Debug, Clone)]
pub(super) enum Tools {
    /// Anything, or nothing.
    Any(bool),
    /// A tool with one of these names.
    Named(Vec<String>),
}

/// How many images there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Images {
    /// Some, or none.
    Any(bool),
    /// As many.
    Count(u64),
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
            && is_one(&self.api, asked.request.api.name())
            && is_one(&self.role, asked.role())
            && self.tools.as_ref().is_none_or(|tools| tools.fits(asked))
            && self.images.is_none_or(|images| images.fits(asked.images.len()))
            && (self.format.is_none() || is_one(&self.format, asked.format().map_or("text", |format| format.kind)))
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

impl Tools {
    fn fits(&self, asked: &Asked<'_>) -> bool {
        match self {
            Tools::Any(wanted) => asked.tools().next().is_some() == *wanted,
            Tools::Named(names) => asked.tools().any(|tool| names.iter().any(|name| name == tool.name)),
        }
    }
}

impl Images {
    fn fits(self, count: usize) -> bool {
        match self {
            Images::Any(wanted) => (count > 0) == wanted,
            Images::Count(wanted) => u64::try_from(count) == Ok(wanted),
        }
    }
}
