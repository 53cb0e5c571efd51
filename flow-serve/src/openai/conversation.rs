use flow_core::value::{Map, Value};

use super::error::{invalid, unsupported};
use crate::failure::Failure;

/// What was said so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conversation {
    /// The texts of system and developer messages, and where the first of them stands.
    pub(super) system: Vec<String>,
    pub(super) system_at: usize,
    /// Turns that were answered.
    pub(super) past: Vec<Turn>,
    /// What the user says now.
    pub(super) now: Said,
}

/// Something that the user said, and the answer to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) user: Said,
    pub(super) assistant: String,
}

/// A message, or several of the same side in a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) parts: Vec<Part>,
    /// Where the last of its messages stands.
    pub(super) at: usize,
}

/// A part of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// A picture's address, which may hold the picture itself.
    Picture(String),
}

impl Said {
    /// All texts.
    pub(super) fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(&**text),
            Part::Picture(_) => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// All pictures.
    pub(super) fn pictures(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Picture(url) => Some(&**url),
            Part::Text(_) => None,
        })
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    System,
    User,
    Assistant,
}

impl Conversation {
    /// Reads the messages of a request. Messages of one side in a row belong together; an answer to nothing answers an empty text.
    pub(super) fn read(messages: &Value, ignored: &mut Vec<String>) -> Result<Self, Failure> {
        let messages = messages
            .as_list()
            .filter(|messages| !messages.is_empty())
            .ok_or_else(|| invalid("messages", "it must be a list of at least one message"))?;
        let mut conversation = Self::default();
        // Whether the last turn of the past may go on.
        let mut is_answered = false;
        for (at, message) in messages.iter().enumerate() {
            let (role, parts) = read_message(message, at, ignored)?;
            match role {
                Role::System => {
                    if conversation.system.is_empty() {
                        conversation.system_at = at;
                    }
                    conversation.system.push(Said { parts, at }.text());
                }
                Role::User => {
                    conversation.now.parts.extend(parts);
                    conversation.now.at = at;
                    is_answered = false;
                }
                Role::Assistant => {
                    let answer = Said { parts, at }.text();
                    match conversation.past.last_mut().filter(|_| is_answered) {
                        Some(turn) => turn.assistant = format!("{}\n\n{answer}", turn.assistant),
                        None => {
                            let user = std::mem::take(&mut conversation.now);
                            conversation.past.push(Turn { user, assistant: answer });
                        }
                    }
                    is_answered = true;
                }
            }
        }
        let is_to_answer = !is_answered && conversation.now != Said::default();
        let last = messages.len() - 1;
        is_to_answer.then_some(conversation).ok_or_else(|| {
            invalid(format!("messages[{last}].role"), "the last message must be the user's, which the flow answers")
        })
    }
}

fn read_message(message: &Value, at: usize, ignored: &mut Vec<String>) -> Result<(Role, Vec<Part>), Failure> {
    let place = format!("messages[{at}]");
    let entries = message.as_map().ok_or_else(|| invalid(&place, "it must be an object with `role` and `content`"))?;
    let role = match entries.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some(role @ ("tool" | "function")) => {
            let message = format!("messages of the role `{role}` are not supported: a flow calls its tools itself");
            return Err(unsupported(format!("{place}.role"), message));
        }
        Some(role) => {
            let message = format!("there is no role `{role}`; the roles are system, developer, user and assistant");
            return Err(invalid(format!("{place}.role"), message));
        }
        None => return Err(invalid(format!("{place}.role"), "it must be a string: system, user or assistant")),
    };
    for (name, value) in entries {
        let says_nothing = value.is_null() || value.as_list().is_some_and(<[Value]>::is_empty);
        match &**name {
            "role" | "content" => {}
            _ if says_nothing => {}
            "refusal" if role == Role::Assistant => {}
            "tool_calls" | "function_call" | "audio" => {
                let message = "it is not supported: a flow answers with text, and calls its tools itself";
                return Err(unsupported(format!("{place}.{name}"), message));
            }
            name => ignored.push(format!("{place}.{name}")),
        }
    }
    let content = entries.get("content").filter(|content| !content.is_null());
    let content = content.or_else(|| entries.get("refusal").filter(|_| role == Role::Assistant));
    let place = format!("{place}.content");
    match content {
        Some(Value::Text(text)) => Ok((role, vec![Part::Text(text.as_str().to_owned())])),
        Some(Value::List(parts)) => {
            let parts = parts
                .iter()
                .enumerate()
                .map(|(index, part)| read_part(part, role, &format!("{place}[{index}]"), ignored));
            Ok((role, parts.collect::<Result<_, _>>()?))
        }
        // So clients write an answer that was only a call, or broke off.
        None | Some(Value::Null) if role == Role::Assistant => Ok((role, vec![Part::Text(String::new())])),
        _ => Err(invalid(place, "it must be a string, or a list of parts")),
    }
}

fn read_part(part: &Value, role: Role, place: &str, ignored: &mut Vec<String>) -> Result<Part, Failure> {
    let entries = part.as_map().ok_or_else(|| invalid(place, "it must be an object with a `type`"))?;
    let text = |name: &str| {
        let text = entries.get(name).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| invalid(format!("{place}.{name}"), "it must be a string"))
    };
    match entries.get("type").and_then(Value::as_str) {
        Some("text") => text("text").map(Part::Text),
        Some("refusal") if role == Role::Assistant => text("refusal").map(Part::Text),
        Some("image_url") if role == Role::User => picture(entries, place, ignored),
        Some(kind) => {
            let message =
                format!("parts of the type `{kind}` are not supported here; there are text and, of users, image_url");
            Err(unsupported(format!("{place}.type"), message))
        }
        None => Err(invalid(format!("{place}.type"), "it must be a string: text or image_url")),
    }
}

/// A picture by its address. It names no file of the server's.
fn picture(entries: &Map, place: &str, ignored: &mut Vec<String>) -> Result<Part, Failure> {
    let picture = entries.get("image_url").unwrap_or(&Value::Null);
    let url = picture.get("url").and_then(Value::as_str);
    let url = url.ok_or_else(|| invalid(format!("{place}.image_url.url"), "it must be a string"))?;
    let is_address = ["http://", "https://", "data:image/"].iter().any(|start| url.starts_with(start));
    if !is_address {
        let message = "it must begin with https://, http:// or data:image/";
        return Err(invalid(format!("{place}.image_url.url"), message));
    }
    if picture.get("detail").and_then(Value::as_str).is_some_and(|detail| detail != "auto") {
        ignored.push(format!("{place}.image_url.detail"));
    }
    Ok(Part::Picture(url.to_owned()))
}
