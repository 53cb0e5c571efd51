use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value as Json, json};

use super::asked::Asked;
use super::chance::Chance;
use super::condition::Found;
use super::rules::{Counting, Failure, Rule, Rules};
use crate::model::{CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};

/// A model in this process that answers by [`Rules`], with no key and no network.
///
/// Its answers depend on the seed and the request alone.
#[derive(Debug, Clone)]
pub struct MockModel {
    rules: Rules,
    seed: u64,
    dialect: Dialect,
}

impl MockModel {
    /// A mock that follows the rules, in OpenAI's dialect, with the rules' seed (0 if they give none).
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let seed = rules.seed.unwrap_or(0);
        Self { rules, seed, dialect: Dialect::OpenAi }
    }

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same in place of a provider with this dialect.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    fn decide(&self, request: &ModelRequest, context: &CallContext) -> (Duration, Result<Json, ModelError>) {
        let asked = Asked::new(request, context);
        let chance = Chance::new(self.seed, &request.body);
        let mut latency = &self.rules.latency;
        let mut answer = None;
        for (position, rule) in self.rules.rules.iter().enumerate() {
            let Some(found) = rule.condition.find(&asked) else { continue };
            if let Some(failure) = &rule.failure
                && chance.draw("error", position) < failure.rate
            {
                answer = Some(Err(failure.to_error()));
            } else if !rule.replies.is_empty() {
                answer = Some(self.say((position, rule), &asked, &found, &chance));
            }
            if answer.is_some() {
                latency = rule.latency.as_ref().unwrap_or(latency);
                break;
            }
        }
        let answer = answer.unwrap_or_else(|| Ok(echo(asked.text()))).map(|text| self.respond(&asked, text));
        (latency.of(&asked).map_or(Duration::ZERO, |latency| latency.of(&chance)), answer)
    }

    /// The rule's answer, right or wrong.
    fn say(
        &self,
        (position, rule): (usize, &Rule),
        asked: &Asked<'_>,
        found: &Found,
        chance: &Chance<'_>,
    ) -> Result<String, ModelError> {
        let accuracy = rule.accuracy.as_ref().unwrap_or(&self.rules.accuracy);
        let errs = !rule.wrong.is_empty() && chance.draw("accuracy", position) >= accuracy.of(asked).unwrap_or(1.0);
        let (choices, purpose) = if errs { (&rule.wrong, "wrong") } else { (&rule.replies, "reply") };
        let choice = if choices.len() > 1 { chance.pick(purpose, position, choices.len()) } else { 0 };
        let Some(reply) = choices.get(choice) else { return Ok(String::new()) };
        reply.render(asked, found).map_err(|message| {
            let message = format!("rule {} of the mock model cannot answer: {message}", position + 1);
            ModelError::new(ModelErrorKind::InvalidResponse, message)
        })
    }

    fn respond(&self, asked: &Asked<'_>, text: String) -> Json {
        let usage = match self.rules.usage {
            Counting::Untold => None,
            Counting::Fixed { prompt, completion } => Some((prompt, completion)),
            Counting::ByLength => Some((tokens(asked.characters()), tokens(text.chars().count()))),
        };
        let mut body = json!({
            "object": "chat.completion",
            "model": &*asked.request.model,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": text },
                "finish_reason": "stop",
            }],
        });
        if let (Some((prompt, completion)), Some(body)) = (usage, body.as_object_mut()) {
            let usage = json!({
                "prompt_tokens": prompt, "completion_tokens": completion,
                "total_tokens": prompt.saturating_add(completion),
            });
            body.insert("usage".into(), usage);
        }
        body
    }
}

impl Model for MockModel {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn provider(&self) -> &str {
        "mock"
    }

    fn is_billed(&self) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            let cancelled = || ModelError::new(ModelErrorKind::Cancelled, "the call of the mock model was cancelled");
            if context.cancel.is_cancelled() {
                return Err(cancelled());
            }
            let (latency, answer) = self.decide(request, context);
            if !latency.is_zero() {
                tokio::select! {
                    () = context.cancel.cancelled() => return Err(cancelled()),
                    () = tokio::time::sleep(latency) => {}
                }
            }
            answer.map(ModelReply::Whole)
        }
        .boxed()
    }
}

impl Failure {
    fn to_error(&self) -> ModelError {
        let usual = match self.status {
            400 => "the request is not valid",
            401 => "the api_key is not valid",
            403 => "access is denied",
            404 => "the model does not exist",
            408 => "the request took too long",
            429 => "too many requests",
            500.. => "the server failed",
            _ => "the request was refused",
        };
        let said = self.message.as_deref().unwrap_or(usual);
        let code = self.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        ModelError {
            kind: ModelErrorKind::Status(self.status),
            message: format!("the mock model answered {}{code}: {said}", self.status),
            code: self.code.as_deref().map(Into::into),
            retry_after: self.retry_after,
        }
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

/// Tokens by the usual rule of thumb: one for every four characters.
fn tokens(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(4)).unwrap_or(u64::MAX)
}
