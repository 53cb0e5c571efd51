use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::model::{Api, ModelRequest};

/// A request as rules look at it.
pub(super) struct Asked<'a> {
    pub(super) request: &'a ModelRequest,
    pub(super) node: &'a str,
    pub(super) messages: Vec<Said<'a>>,
    /// The addresses of all images, `data:` ones included.
    pub(super) images: Vec<&'a str>,
    lower_text: OnceCell<String>,
}

/// One message of a request.
pub(super) struct Said<'a> {
    pub(super) role: &'a str,
    pub(super) content: Cow<'a, str>,
}

/// A tool that the model may call.
#[derive(Clone, Copy)]
pub(super) struct Offered<'a> {
    pub(super) name: &'a str,
    /// The JSON Schema of its arguments.
    pub(super) parameters: Option<&'a Json>,
}

/// The form in which the answer is wanted.
#[derive(Clone, Copy)]
pub(super) struct Format<'a> {
    /// `text`, `json_object` or `json_schema`.
    pub(super) kind: &'a str,
    pub(super) schema: Option<&'a Json>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(request: &'a ModelRequest, node: &'a str) -> Self {
        let field = |name: &str| request.body.get(name);
        let mut asked = Self { request, node, messages: Vec::new(), images: Vec::new(), lower_text: OnceCell::new() };
        match request.api {
            Api::Chat => {
                for message in field("messages").and_then(Json::as_array).into_iter().flatten() {
                    asked.hear(role(message), message.get("content"));
                }
            }
            Api::Completion => asked.hear("user", prompts(request).first().copied()),
            Api::Embedding => {
                let texts = inputs(request).into_iter().map(|input| input_text(input).into_owned());
                let content = texts.collect::<Vec<_>>().join("\n");
                asked.messages.push(Said { role: "user", content: Cow::Owned(content) });
            }
            Api::Responses => {
                if let Some(Json::String(text)) = field("instructions") {
                    asked.messages.push(Said { role: "system", content: Cow::Borrowed(text) });
                }
                match field("input") {
                    Some(Json::Array(items)) => {
                        for item in items {
                            let is_result = item.get("type").and_then(Json::as_str) == Some("function_call_output");
                            if is_result {
                                asked.hear("tool", item.get("output"));
                            } else {
                                asked.hear(role(item), item.get("content"));
                            }
                        }
                    }
                    input => asked.hear("user", input),
                }
            }
        }
        asked
    }

    /// The same request with another prompt, of a completion with several.
    pub(super) fn of_prompt(request: &'a ModelRequest, node: &'a str, prompt: &'a Json) -> Self {
        let mut asked = Self { request, node, messages: Vec::new(), images: Vec::new(), lower_text: OnceCell::new() };
        asked.hear("user", Some(prompt));
        asked
    }

    /// Adds a message: its content is a text or a list of parts.
    fn hear(&mut self, role: &'a str, content: Option<&'a Json>) {
        let content = match content {
            Some(Json::String(text)) => Cow::Borrowed(text.as_str()),
            Some(Json::Array(parts)) => {
                let mut texts = Vec::new();
                for part in parts {
                    texts.extend(part.get("text").and_then(Json::as_str));
                    let image = part.get("image_url");
                    let address = image.and_then(|image| image.get("url").unwrap_or(image).as_str());
                    self.images.extend(address);
                }
                Cow::Owned(texts.join("\n"))
            }
            _ => Cow::Borrowed(""),
        };
        self.messages.push(Said { role, content });
    }

    /// The text of the last message.
    pub(super) fn text(&self) -> &str {
        self.messages.last().map_or("", |said| &said.content)
    }

    /// The same in lower case.
    pub(super) fn lower_text(&self) -> &str {
        self.lower_text.get_or_init(|| self.text().to_lowercase())
    }

    /// The role of the last message.
    pub(super) fn role(&self) -> &str {
        self.messages.last().map_or("", |said| said.role)
    }

    /// The length of all messages in characters.
    pub(super) fn characters(&self) -> usize {
        self.messages.iter().map(|said| said.content.chars().count()).sum()
    }

    /// The tools that the model may call.
    pub(super) fn tools(&self) -> impl Iterator<Item = Offered<'a>> {
        let list = |name: &str| self.request.body.get(name).and_then(Json::as_array).into_iter().flatten();
        list("tools").chain(list("functions")).filter_map(|tool| {
            let function = tool.get("function").unwrap_or(tool);
            Some(Offered { name: function.get("name")?.as_str()?, parameters: function.get("parameters") })
        })
    }

    /// Whether calls are asked for in the old form, `functions`.
    pub(super) fn is_of_functions(&self) -> bool {
        self.request.body.get("tools").is_none() && self.request.body.get("functions").is_some()
    }

    /// The tool that a model calls which nobody told what to do: the chosen one, else the first; none after a result.
    pub(super) fn wanted_tool(&self) -> Option<Offered<'a>> {
        if matches!(self.role(), "tool" | "function") {
            return None;
        }
        let body = &self.request.body;
        match body.get("tool_choice").or_else(|| body.get("function_call")) {
            Some(Json::String(word)) if word == "none" => None,
            Some(Json::Object(choice)) => {
                let name = choice.get("function").map_or(choice.get("name"), |function| function.get("name"));
                let name = name.and_then(Json::as_str)?;
                self.tools().find(|tool| tool.name == name)
            }
            _ => self.tools().next(),
        }
    }

    /// The form in which the answer is wanted.
    pub(super) fn format(&self) -> Option<Format<'a>> {
        let body = &self.request.body;
        let format = match self.request.api {
            Api::Responses => body.get("text")?.get("format")?,
            _ => body.get("response_format")?,
        };
        let schema = format.get("json_schema").unwrap_or(format).get("schema");
        Some(Format { kind: format.get("type")?.as_str()?, schema })
    }
}

fn role(message: &Json) -> &str {
    message.get("role").and_then(Json::as_str).unwrap_or_default()
}

/// The prompts of a completion.
pub(super) fn prompts(request: &ModelRequest) -> Vec<&Json> {
    match request.body.get("prompt") {
        // A list of numbers is one prompt in tokens.
        Some(Json::Array(prompts)) if !prompts.iter().any(Json::is_number) => prompts.iter().collect(),
        Some(prompt) => vec![prompt],
        None => Vec::new(),
    }
}

/// The inputs of which vectors are wanted.
pub(super) fn inputs(request: &ModelRequest) -> Vec<&Json> {
    match request.body.get("input") {
        Some(Json::Array(inputs)) if !inputs.iter().any(Json::is_number) => inputs.iter().collect(),
        Some(input) => vec![input],
        None => Vec::new(),
    }
}

/// The text of an input; of tokens, their numbers.
pub(super) fn input_text(input: &Json) -> Cow<'_, str> {
    match input {
        Json::String(text) => Cow::Borrowed(text),
        Json::Array(tokens) => Cow::Owned(tokens.iter().map(Json::to_string).collect::<Vec<_>>().join(" ")),
        _ => Cow::Borrowed(""),
    }
}
