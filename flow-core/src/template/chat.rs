use std::ops::Range;
use std::sync::Arc;

use regex::Regex;
use serde_json::{Map as JsonMap, Value as Json};

use super::literal::parse_python_list;
use super::rendered::{Origin, Rendered};
use super::roles::{HEADER, Pattern, ROLE_VALUE_SIGN, Role, VALUE_SIGN, near_headers};
use crate::value::Value;
use crate::value::is_python_space;

/// A message of a chat prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatMessage {
    /// Who it is from.
    pub role: Role,
    /// Its text, without white space at the ends; `None` only where there are tool calls.
    pub content: Option<Arc<str>>,
    /// The name of its author; a function message always has one.
    pub name: Option<Arc<str>>,
    /// Which call a tool message answers.
    pub tool_call_id: Option<Arc<str>>,
    /// The calls that an assistant message makes: a list.
    pub tool_calls: Option<Value>,
    /// Where its content, or what stands for it, lies in the rendered text, in bytes.
    pub range: Range<usize>,
}

impl ChatMessage {
    /// The message as it is sent to a model.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut json = JsonMap::new();
        let text = |text: &Arc<str>| Json::String(text.as_ref().to_owned());
        json.insert("role".to_owned(), Json::String(self.role.as_str().to_owned()));
        if let Some(name) = &self.name {
            json.insert("name".to_owned(), text(name));
        }
        if let Some(id) = &self.tool_call_id {
            json.insert("tool_call_id".to_owned(), text(id));
        }
        match (&self.tool_calls, &self.content) {
            (Some(calls), _) => json.insert("tool_calls".to_owned(), calls.to_serde()),
            (None, content) => json.insert("content".to_owned(), content.as_ref().map_or(Json::Null, text)),
        };
        Json::Object(json)
    }
}

/// `name:`, a word, `content:`, as sub-headers of a message's text.
static NAME: Pattern =
    Pattern::new(|| Regex::new(r"(?m)^[^\S\n]*#{0,2}\s*name\s*:\s*\n\s*(?P<word>\S+)\s+#{0,2}\s*content\s*:").ok());

/// `tool_call_id:`, a word, `content:`.
static TOOL_CALL_ID: Pattern = Pattern::new(|| {
    Regex::new(r"(?m)^[^\S\n]*#{0,2}\s*tool_call_id\s*:\s*\n\s*(?P<word>\S+)\s+#{0,2}\s*content\s*:").ok()
});

/// `tool_calls:`, with a list below.
static TOOL_CALLS: Pattern = Pattern::new(|| Regex::new(r"(?m)^[^\S\n]*#{0,2}\s*tool_calls\s*:\s*\n\s*").ok());

/// Reads the messages of a rendered chat prompt. Roles and sub-headers come only from what the author wrote; a value
/// names a role only where a header line is that value and a colon.
///
/// # Errors
/// If text stands before the first header, or a function or tool message lacks what it must have.
pub fn parse_chat(rendered: &Rendered) -> Result<Vec<ChatMessage>, ChatError> {
    let skeleton = Skeleton::new(rendered);
    let text = rendered.as_str();
    let mut headers = Vec::new();
    for found in HEADER.captures_iter(&skeleton.text) {
        let Some(whole) = found.get(0) else { continue };
        let role = match (found.name("role"), found.name("value")) {
            (Some(word), _) => Role::parse(word.as_str()),
            (None, Some(sign)) => skeleton.value_at(sign.start()).and_then(|range| Role::parse(&text[range])),
            _ => None,
        };
        if let Some(role) = role {
            headers.push((role, whole.range()));
        }
    }
    let first = headers.first().map_or(skeleton.text.len(), |(_, range)| range.start);
    let before = strip(text, 0..skeleton.back(first));
    if !before.is_empty() {
        return Err(no_role(rendered, before, headers.is_empty()));
    }
    let ends = headers.iter().skip(1).map(|(_, range)| range.start).chain([skeleton.text.len()]);
    headers.iter().zip(ends).map(|((role, header), end)| message(&skeleton, text, *role, header.end..end)).collect()
}

/// The message of a header from the text below it, a range of the skeleton.
fn message(skeleton: &Skeleton, text: &str, role: Role, body: Range<usize>) -> Result<ChatMessage, ChatError> {
    let shape = &skeleton.text[body.clone()];
    let whole = strip(text, skeleton.back(body.start)..skeleton.back(body.end));
    let content = |range: &Range<usize>| Some(Arc::from(&text[range.clone()]));
    let mut message = ChatMessage {
        role,
        content: content(&whole),
        name: None,
        tool_call_id: None,
        tool_calls: None,
        range: whole.clone(),
    };
    // A sub-header's word and the text below it. The word may be a value, but must be a word all the same.
    let sub_header = |pattern: &Pattern| {
        let found = pattern.captures(shape)?;
        let (all, word) = (found.get(0)?, found.name("word")?);
        let word = skeleton.back(body.start + word.start())..skeleton.back(body.start + word.end());
        let word = &text[strip(text, word)];
        let below = strip(text, skeleton.back(body.start + all.end())..skeleton.back(body.end));
        (!word.is_empty() && !word.contains(is_python_space)).then(|| (Arc::<str>::from(word), below))
    };
    match role {
        Role::Tool => {
            let (id, below) = sub_header(&TOOL_CALL_ID).ok_or(ChatError::ToolCallIdMissing { range: whole })?;
            message.content = content(&below);
            message.tool_call_id = Some(id);
            message.range = below;
            return Ok(message);
        }
        Role::Assistant => {
            if let Some(found) = TOOL_CALLS.captures(shape).and_then(|found| found.get(0)) {
                let list = skeleton.back(body.start + found.end())..skeleton.back(body.end);
                let list = strip(text, list);
                if let Some(calls) = parse_python_list(&text[list.clone()]) {
                    message.content = None;
                    message.tool_calls = Some(calls);
                    message.range = list;
                    return Ok(message);
                }
            }
        }
        Role::System | Role::User | Role::Function => {}
    }
    match sub_header(&NAME) {
        Some((name, below)) => {
            message.content = content(&below);
            message.name = Some(name);
            message.range = below;
        }
        None if role == Role::Function => return Err(ChatError::NameMissing { range: message.range }),
        None => {}
    }
    Ok(message)
}

/// A range without the white space at its ends, as Python strips it.
fn strip(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start_matches(is_python_space).len());
    let end = range.end - (part.len() - part.trim_end_matches(is_python_space).len());
    start..end.max(start)
}

fn no_role(rendered: &Rendered, before: Range<usize>, nowhere: bool) -> ChatError {
    let text = rendered.as_str();
    let line = text[before.clone()].lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(60).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    let from_value = rendered
        .stretches()
        .iter()
        .any(|stretch| stretch.origin == Origin::Value && HEADER.captures(&text[stretch.range.clone()]).is_some());
    let help = if let Some(near) = near_headers(&text[before.clone()]).into_iter().next() {
        near.help
    } else if nowhere && from_value {
        Some("role headers count where the flow's author wrote them, not where a value contains them".to_owned())
    } else {
        None
    };
    let help = help.unwrap_or_else(|| {
        "begin the prompt with a line that holds only `system:`, `user:`, `assistant:`, `function:` or `tool:`"
            .to_owned()
    });
    if nowhere {
        ChatError::NoRole { shown, help, range: before }
    } else {
        ChatError::TextBeforeRole { shown, help, range: before }
    }
}

/// The rendered text as far as its structure may depend on it: every value is one sign.
struct Skeleton {
    text: String,
    /// Where stretches start: in the skeleton, in the rendered text, and which of them are values.
    stretches: Vec<(usize, Range<usize>, Origin)>,
    length: usize,
}

impl Skeleton {
    fn new(rendered: &Rendered) -> Self {
        let mut skeleton = Self { text: String::new(), stretches: Vec::new(), length: rendered.as_str().len() };
        for stretch in rendered.stretches() {
            skeleton.stretches.push((skeleton.text.len(), stretch.range.clone(), stretch.origin));
            let text = &rendered.as_str()[stretch.range.clone()];
            match stretch.origin {
                Origin::Author => skeleton.text.push_str(text),
                Origin::Value if Role::parse(text).is_some() => skeleton.text.push(ROLE_VALUE_SIGN),
                Origin::Value => skeleton.text.push(VALUE_SIGN),
            }
        }
        skeleton
    }

    /// The place in the rendered text of a place in the skeleton.
    fn back(&self, offset: usize) -> usize {
        let index = self.stretches.partition_point(|(start, _, _)| *start <= offset);
        match index.checked_sub(1).and_then(|index| self.stretches.get(index)) {
            Some((start, range, Origin::Author)) => range.start + (offset - start),
            Some((start, range, Origin::Value)) if offset == *start => range.start,
            Some((_, range, Origin::Value)) => range.end,
            None => self.length,
        }
    }

    /// The value whose sign stands at a place of the skeleton.
    fn value_at(&self, offset: usize) -> Option<Range<usize>> {
        let found = self.stretches.iter().find(|(start, _, origin)| *start == offset && *origin == Origin::Value)?;
        Some(found.1.clone())
    }
}

/// Why a rendered prompt is no list of messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Text stands before the first role header.
    #[error("the chat prompt has text before its first role header: `{shown}`")]
    TextBeforeRole {
        /// The first line of that text.
        shown: String,
        /// What to do.
        help: String,
        /// Where it is in the rendered text.
        range: Range<usize>,
    },
    /// There is text, but no role header.
    #[error("the chat prompt has no role header; it begins with `{shown}`")]
    NoRole {
        /// The first line of the text.
        shown: String,
        /// What to do.
        help: String,
        /// Where it is in the rendered text.
        range: Range<usize>,
    },
    /// A function message without a name.
    #[error("a function message has no name")]
    NameMissing {
        /// Where its text is in the rendered text.
        range: Range<usize>,
    },
    /// A tool message without the id of the call it answers.
    #[error("a tool message does not say which call it answers")]
    ToolCallIdMissing {
        /// Where its text is in the rendered text.
        range: Range<usize>,
    },
}

impl ChatError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> &str {
        match self {
            ChatError::TextBeforeRole { help, .. } | ChatError::NoRole { help, .. } => help,
            ChatError::NameMissing { .. } => {
                "below `function:` write a line `name:`, the function's name, a line `content:` and its result"
            }
            ChatError::ToolCallIdMissing { .. } => {
                "below `tool:` write a line `tool_call_id:`, the call's id, a line `content:` and its result"
            }
        }
    }

    /// Where it is in the rendered text.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        match self {
            ChatError::TextBeforeRole { range, .. }
            | ChatError::NoRole { range, .. }
            | ChatError::NameMissing { range }
            | ChatError::ToolCallIdMissing { range } => range.clone(),
        }
    }
}
