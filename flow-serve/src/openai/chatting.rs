use std::sync::Arc;

use axum::http::StatusCode;
use flow_core::image::MessageFormat;
use flow_core::plan::{Plan, PlanInput, PlanOutput};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};

use super::asking::Asking;
use super::conversation::{Part, Said, Turn};
use super::error::{invalid, unsupported};
use crate::endpoint::Shown;
use crate::failure::{Failure, Field};
use crate::inputs;

/// The names of inputs that take system messages.
const SYSTEM_INPUTS: &[&str] = &["system", "system_prompt", "system_message", "instructions"];

/// How a flow is talked to: which input takes what the user says, which what was said before, and which output answers.
#[derive(Debug)]
pub(crate) struct Chatting<'p> {
    plan: &'p Plan,
    input: &'p PlanInput,
    history: Option<&'p PlanInput>,
    pub(crate) output: &'p PlanOutput,
}

impl<'p> Chatting<'p> {
    /// Finds out how a flow is talked to. One that is declared as a chat says so itself; of others it is clear where one input takes a text
    /// that nobody gave otherwise.
    pub(crate) fn of(plan: &'p Plan, shown: &Shown, given: &Map) -> Result<Self, Failure> {
        let no_chat = |message: String| Failure::new(StatusCode::BAD_REQUEST, "not-a-chat-flow", message);
        let output = answering(plan, shown)
            .ok_or_else(|| no_chat("the flow has no output of type string to answer with; ask POST /run".to_owned()))?;
        if let Some(chat) = plan.chat {
            let input = |index: flow_core::plan::InputIndex| &plan.inputs[index.index()];
            return Ok(Self { plan, input: input(chat.input), history: chat.history.map(input), output });
        }
        let texts = || plan.inputs.iter().filter(|input| input.ty == Ty::String && !given.contains_key(&input.name));
        let only = |found: Vec<&'p PlanInput>| <[_; 1]>::try_from(found).ok();
        let found = only(texts().filter(|input| input.default.is_none()).collect()).or_else(|| only(texts().collect()));
        let [input] = found.ok_or_else(|| {
            let texts: Vec<String> = texts().map(|input| format!("`{}`", input.name)).collect();
            no_chat(match texts.len() {
                0 => "the flow has no input of type string that could take what the user says; ask POST /run".to_owned(),
                _ => format!(
                    "the flow does not say which of {} takes what the user says: its author can mark it with `is_chat_input: true`, or \
                     give the others in `inputs`",
                    texts.join(", ")
                ),
            })
        })?;
        Ok(Self { plan, input, history: None, output })
    }

    /// The inputs that come from messages.
    pub(crate) fn told_by_messages(&self) -> impl Iterator<Item = &'p str> {
        [Some(self.input), self.history].into_iter().flatten().map(|input| &*input.name)
    }

    /// What the user says where the flow has a default for that.
    pub(crate) fn default_text(&self) -> Option<String> {
        self.input.default.as_ref().and_then(Value::as_str).map(str::to_owned)
    }

    /// The flow's inputs for what is asked.
    pub(super) fn inputs(&self, asking: &mut Asking) -> Result<Map, Failure> {
        let Asking { conversation, inputs: given, ignored, .. } = asking;
        let mut all = std::mem::take(given);
        if let Some(name) = self.told_by_messages().find(|name| all.contains_key(*name)) {
            return Err(invalid(format!("inputs.{name}"), "it is taken from `messages`"));
        }
        if !conversation.system.is_empty() {
            let text = conversation.system.join("\n\n");
            let place = format!("messages[{}].role", conversation.system_at);
            let (name, value) = self.system(&all, place, text)?;
            all.insert(name, value);
        }
        self.add_pictures(&conversation.now, &mut all)?;
        all.insert(Arc::clone(&self.input.name), self.said(&conversation.now));
        if !conversation.past.is_empty() {
            match self.history {
                Some(history) => {
                    all.insert(Arc::clone(&history.name), self.past(&conversation.past));
                }
                None => ignored.push("history".to_owned()),
            }
        }
        let drops_pictures = self.history.is_some() && !self.takes_parts();
        for turn in conversation.past.iter().filter(|turn| drops_pictures && turn.user.pictures().next().is_some()) {
            ignored.push(format!("messages[{}].content pictures", turn.user.at));
        }
        let missing = inputs::missing(self.plan, &all);
        if missing.is_empty() {
            return Ok(all);
        }
        let under = |field: Field| Field { input: format!("inputs.{}", field.input), ..field };
        Err(Failure::of_fields(missing.into_iter().map(under).collect()))
    }

    /// The input for system messages, if there is one.
    fn system(&self, given: &Map, place: String, text: String) -> Result<(Arc<str>, Value), Failure> {
        let mut inputs =
            self.plan.inputs.iter().filter(|input| input.ty == Ty::String && input.name != self.input.name);
        let Some(input) = inputs.find(|input| SYSTEM_INPUTS.contains(&&*input.name)) else {
            let message = format!(
                "system messages are not supported by this flow: the instructions of its models are its author's. It would take them with an \
                 input of type string and the name {}",
                SYSTEM_INPUTS.join(" or ")
            );
            return Err(unsupported(place, message));
        };
        if given.contains_key(&input.name) {
            return Err(invalid(
                place,
                format!("the input `{}`, which takes it, is also given in `inputs`", input.name),
            ));
        }
        Ok((Arc::clone(&input.name), Value::from(text)))
    }

    /// Whether the chat input takes texts and pictures as a list.
    fn takes_parts(&self) -> bool {
        self.input.ty == Ty::List
    }

    /// Pictures that the chat input does not take go to the flow's inputs of type image, in their order.
    fn add_pictures(&self, said: &Said, all: &mut Map) -> Result<(), Failure> {
        if self.takes_parts() {
            return Ok(());
        }
        let free = |input: &&PlanInput| input.ty == Ty::Image && !all.contains_key(&input.name);
        let places: Vec<Arc<str>> = self.plan.inputs.iter().filter(free).map(|input| Arc::clone(&input.name)).collect();
        let mut places = places.into_iter();
        for url in said.pictures() {
            let Some(name) = places.next() else {
                let message = "the flow takes no picture, or no more of them: its chat input is no list, and it has no other input of type \
                               image";
                return Err(unsupported(format!("messages[{}].content", said.at), message));
            };
            all.insert(name, Value::from(url));
        }
        Ok(())
    }

    /// What the user said, as the chat input takes it.
    fn said(&self, said: &Said) -> Value {
        if !self.takes_parts() {
            return Value::from(said.text());
        }
        let is_openai = self.input.message_format == MessageFormat::OpenAiVision;
        Value::list(said.parts.iter().map(|part| match part {
            Part::Text(text) if is_openai => {
                Value::map([("type", Value::from("text")), ("text", Value::from(&**text))])
            }
            Part::Text(text) => Value::from(&**text),
            Part::Picture(url) if is_openai => {
                let url = Value::map([("url", Value::from(&**url))]);
                Value::map([("type", Value::from("image_url")), ("image_url", url)])
            }
            Part::Picture(url) => Value::map([("data:image/*;url", Value::from(&**url))]),
        }))
    }

    /// What was said before, in promptflow's form (spec section 3.10), or as messages, which prompties take.
    fn past(&self, turns: &[Turn]) -> Value {
        if self.plan.takes_messages() {
            let message = |role: &str, content: &str| {
                Value::map([("role", Value::from(role)), ("content", Value::from(content))])
            };
            return Value::list(
                turns
                    .iter()
                    .flat_map(|turn| [message("user", &turn.user.text()), message("assistant", &turn.assistant)]),
            );
        }
        Value::list(turns.iter().map(|turn| {
            let inputs = Value::map([(Arc::clone(&self.input.name), self.said(&turn.user))]);
            let outputs = Value::map([(Arc::clone(&self.output.name), Value::from(&*turn.assistant))]);
            Value::map([("inputs", inputs), ("outputs", outputs)])
        }))
    }
}

/// The output that answers: the one that is declared, else the first text, else the only one.
pub(crate) fn answering<'p>(plan: &'p Plan, shown: &Shown) -> Option<&'p PlanOutput> {
    let visible: Vec<&PlanOutput> = plan.outputs.iter().filter(|output| shown.shows(output)).collect();
    let declared = plan.chat.and_then(|chat| plan.outputs.get(chat.output?)).filter(|output| shown.shows(output));
    let first = visible.iter().find(|output| output.ty == Ty::String).copied();
    declared.or(first).or(match visible[..] {
        [only] => Some(only),
        _ => None,
    })
}
