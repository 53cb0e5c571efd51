//! What the model says in one choice, before it takes the shape of an API.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::asked::Asked;
use super::chance::Chance;
use super::condition::Found;
use super::reply::Variables;
use super::rules::{Arguments, CallPlan, Content, Counting, Rule, Rules};
use super::sample::sample;
use crate::model::Api;

/// One answer of the model.
#[derive(Debug, Clone, Default)]
pub(super) struct Speech {
    pub(super) content: Option<String>,
    pub(super) refusal: Option<String>,
    pub(super) calls: Vec<ToolCall>,
    /// `stop`, `length`, `tool_calls`, `function_call`, or what a rule says.
    pub(super) finish_reason: Cow<'static, str>,
}

/// A call of a tool.
#[derive(Debug, Clone)]
pub(super) struct ToolCall {
    pub(super) name: String,
    pub(super) arguments: String,
}

/// What a call costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens {
    pub(super) prompt: u64,
    pub(super) completion: u64,
    pub(super) cached: u64,
    pub(super) reasoning: u64,
}

/// The rule that answers, if one does, with what it found.
pub(super) struct Chosen<'r> {
    pub(super) rule: Option<(usize, &'r Rule)>,
    pub(super) found: Found,
}

impl Chosen<'_> {
    /// The choice with this position; an error says why a template could not be filled.
    pub(super) fn speak(
        &self,
        rules: &Rules,
        asked: &Asked<'_>,
        chance: &Chance<'_>,
        choice: usize,
    ) -> Result<Speech, String> {
        let mut speech = match self.rule {
            None => unruled(asked, chance, choice),
            Some((position, rule)) => {
                let part = position + choice * CHOICES_APART;
                let said = self.by_rule(rule, rules, asked, chance, part);
                said.map_err(|why| format!("rule {} of the mock model cannot answer: {why}", position + 1))?
            }
        };
        if speech.finish_reason.is_empty() {
            speech.finish_reason = Cow::Borrowed(match speech.calls.is_empty() {
                true => "stop",
                false if asked.is_of_functions() => "function_call",
                false => "tool_calls",
            });
        }
        speech.stop_at(asked);
        Ok(speech)
    }

    fn by_rule(
        &self,
        rule: &Rule,
        rules: &Rules,
        asked: &Asked<'_>,
        chance: &Chance<'_>,
        part: usize,
    ) -> Result<Speech, String> {
        let variables = Variables::new(asked, &self.found);
        let mut speech = Speech::default();
        if let Some(reason) = &rule.finish_reason {
            speech.finish_reason = Cow::Owned(reason.to_string());
        }
        let pick = |purpose, count| if count > 1 { chance.pick(purpose, part, count) } else { 0 };
        let accuracy = rule.accuracy.as_ref().unwrap_or(&rules.accuracy);
        if !rule.wrong.is_empty() && chance.draw("accuracy", part) >= accuracy.of(asked).unwrap_or(1.0) {
            let wrong = rule.wrong.get(pick("wrong", rule.wrong.len()));
            speech.content = wrong.map(|wrong| wrong.render(&variables)).transpose()?;
            return Ok(speech);
        }
        match &rule.content {
            Content::Replies(replies) => {
                let reply = replies.get(pick("reply", replies.len()));
                speech.content = reply.map(|reply| reply.render(&variables)).transpose()?;
            }
            Content::Refusal(words) => speech.refusal = Some(words.render(&variables)?),
            Content::BySchema => {
                let schema = asked.format().and_then(|format| format.schema);
                speech.content = Some(sample(schema.unwrap_or(&Json::Bool(true)), chance, part).to_string());
            }
            Content::Unsaid | Content::Null => {}
        }
        let calls = rule.calls.iter().enumerate().map(|(at, call)| call.fill(&variables, asked, chance, part + at));
        speech.calls = calls.collect::<Result<_, _>>()?;
        Ok(speech)
    }
}

/// Keeps the draws of a request's choices apart.
const CHOICES_APART: usize = 1 << 16;

/// What a model says that nobody told what to say: a call where tools are offered, JSON where it is wanted, else an echo.
fn unruled(asked: &Asked<'_>, chance: &Chance<'_>, choice: usize) -> Speech {
    if let Some(tool) = asked.wanted_tool() {
        let arguments = arguments_by_schema(tool.parameters, chance, choice);
        let calls = vec![ToolCall { name: tool.name.to_owned(), arguments }];
        return Speech { calls, ..Speech::default() };
    }
    let content = match asked.format().map(|format| (format.kind, format.schema)) {
        Some(("json_schema", Some(schema))) => sample(schema, chance, choice).to_string(),
        Some(("json_object", _)) => serde_json::json!({ "answer": echo(asked.text()) }).to_string(),
        _ => echo(asked.text()),
    };
    Speech { content: Some(content), ..Speech::default() }
}

fn arguments_by_schema(schema: Option<&Json>, chance: &Chance<'_>, part: usize) -> String {
    let arguments = schema.map(|schema| sample(schema, chance, part));
    arguments.filter(Json::is_object).map_or_else(|| "{}".to_owned(), |arguments| arguments.to_string())
}

impl CallPlan {
    fn fill(
        &self,
        variables: &Variables<'_>,
        asked: &Asked<'_>,
        chance: &Chance<'_>,
        part: usize,
    ) -> Result<ToolCall, String> {
        let name = variables.print(&self.name)?;
        let arguments = match &self.arguments {
            Arguments::Json(part) => part.fill(variables)?.to_json(),
            Arguments::Text(text) => text.render(variables)?,
            Arguments::BySchema => {
                let tool = asked.tools().find(|tool| tool.name == name);
                arguments_by_schema(tool.and_then(|tool| tool.parameters), chance, part)
            }
        };
        Ok(ToolCall { name, arguments })
    }
}

impl Speech {
    /// Ends the text where the request says: at a stop text.
    fn stop_at(&mut self, asked: &Asked<'_>) {
        let Some(content) = &mut self.content else { return };
        let stops: Vec<&str> = match asked.request.body.get("stop") {
            Some(Json::String(stop)) => vec![stop],
            Some(Json::Array(stops)) => stops.iter().filter_map(Json::as_str).collect(),
            _ => return,
        };
        let end = stops.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| content.find(stop)).min();
        if let Some(end) = end {
            content.truncate(end);
        }
    }

    /// Ends the answer after so many tokens.
    pub(super) fn cut(&mut self, most: u64) {
        let mut left = usize::try_from(most).unwrap_or(usize::MAX).saturating_mul(CHARACTERS_OF_A_TOKEN);
        let texts = self.content.iter_mut().chain(&mut self.refusal);
        for text in texts.chain(self.calls.iter_mut().map(|call| &mut call.arguments)) {
            match text.char_indices().nth(left) {
                Some((end, _)) => {
                    text.truncate(end);
                    self.finish_reason = Cow::Borrowed("length");
                    left = 0;
                }
                None => left -= text.chars().count().min(left),
            }
        }
    }

    fn characters(&self) -> usize {
        let texts = self.content.iter().chain(&self.refusal).map(|text| text.chars().count());
        let calls = self.calls.iter().map(|call| call.name.chars().count() + call.arguments.chars().count());
        texts.chain(calls).sum()
    }
}

const CHARACTERS_OF_A_TOKEN: usize = 4;

/// Tokens by the usual rule of thumb: one for every four characters.
fn tokens(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(CHARACTERS_OF_A_TOKEN)).unwrap_or(u64::MAX)
}

/// The most tokens that an answer may have, those of reasoning included.
fn most_tokens(asked: &Asked<'_>) -> Option<u64> {
    let names: &[&str] = match asked.request.api {
        Api::Responses => &["max_output_tokens"],
        _ => &["max_completion_tokens", "max_tokens"],
    };
    names.iter().find_map(|name| asked.request.body.get(*name)?.as_u64())
}

impl Counting {
    /// Cuts the answers to what the request allows, and counts.
    pub(super) fn settle(self, asked: &Asked<'_>, prompt_characters: usize, speeches: &mut [Speech]) -> Option<Tokens> {
        let most = most_tokens(asked);
        let thought = match self {
            Counting::Told { reasoning, .. } => most.map_or(reasoning, |most| reasoning.min(most)),
            Counting::Untold => 0,
        };
        if let Some(most) = most {
            for speech in &mut *speeches {
                speech.cut(most - thought);
            }
        }
        let Counting::Told { prompt, completion, cached, .. } = self else { return None };
        let said = speeches.iter().map(|speech| tokens(speech.characters())).sum::<u64>();
        let prompt = prompt.unwrap_or_else(|| tokens(prompt_characters));
        let completion = completion.unwrap_or_else(|| said.saturating_add(thought));
        Some(Tokens { prompt, completion, cached: cached.min(prompt), reasoning: thought.min(completion) })
    }
}

/// The answer where no rule fits: what was asked, in short.
fn echo(text: &str) -> String {
    const WORDS: usize = 12;
    let mut words = text.split_whitespace();
    let start: Vec<&str> = words.by_ref().take(WORDS).collect();
    if start.is_empty() {
        return "Mock answer".into();
    }
    let dots = if words.next().is_some() { " …" } else { "" };
    format!("Mock answer to: {}{dots}", start.join(" "))
}
