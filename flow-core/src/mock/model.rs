use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};

use super::asked::{Asked, prompts};
use super::chance::Chance;
use super::condition::Found;
use super::fault::Fault;
use super::latency::{Latency, Pace};
use super::reaction::{Answered, Piece, Reaction};
use super::rules::Rules;
use super::speech::{Chosen, Speech};
use super::tries::Tries;
use super::{play, wire};
use crate::model::{Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};

/// A model in this process that answers by [`Rules`], with no key and no network.
///
/// Its answers depend on the seed and the request alone; a scripted fault depends on how often the same request came
/// before, too. Clones count together.
#[derive(Debug, Clone)]
pub struct MockModel {
    rules: Arc<Rules>,
    seed: u64,
    dialect: Dialect,
    tries: Arc<Tries>,
}

impl MockModel {
    /// A mock that follows the rules, in OpenAI's dialect, with the rules' seed (0 if they give none).
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let seed = rules.seed.unwrap_or(0);
        Self { rules: Arc::new(rules), seed, dialect: Dialect::OpenAi, tries: Arc::default() }
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

    /// The rules that it follows.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The seed of its chances.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Forgets how often requests came, so that scripts of faults begin anew.
    pub fn forget_tries(&self) {
        self.tries.clear();
    }

    /// What it does with a request. `node` is the node that asks, empty where that is not known.
    #[must_use]
    pub fn react(&self, request: &ModelRequest, node: &str) -> Reaction {
        self.react_again(request, node, 0)
    }

    /// As [`Self::react`], for a repetition of a row, from 0: it has draws of its own where the rules say `vary`.
    fn react_again(&self, request: &ModelRequest, node: &str, repeat: u32) -> Reaction {
        let asked = Asked::new(request, node);
        let drawn = if self.rules.varies { u64::from(repeat) << 32 } else { 0 };
        let chance = Chance::new(self.seed ^ drawn, &request.body);
        let fault = self.rules.faults.iter().find_map(|rule| rule.of(&asked, &chance, &self.tries));
        let (chosen, fault) = self.choose(&asked, &chance, fault);
        let rule = chosen.rule.map(|(_, rule)| rule);
        let latency = rule.and_then(|rule| rule.latency.as_ref()).unwrap_or(&self.rules.latency);
        let latency = latency.of(&asked).map_or(Duration::ZERO, |latency| latency.of(&chance, "latency", 0));
        if let Some(Fault::Refusal(refusal)) = fault {
            return Reaction { latency, answer: Answered::Refused(refusal), fault: None };
        }
        let answer = self.answer(&asked, &chosen, &chance).unwrap_or_else(Answered::Unable);
        Reaction { latency, answer, fault }
    }

    /// The first rule that answers. A fault of a rule befalls the answer, also that of a later rule.
    fn choose<'r>(
        &'r self,
        asked: &Asked<'_>,
        chance: &Chance<'_>,
        mut fault: Option<Fault>,
    ) -> (Chosen<'r>, Option<Fault>) {
        let is_refusal = |fault: &Option<Fault>| matches!(fault, Some(Fault::Refusal(_)));
        let rules = if is_refusal(&fault) { &[] } else { &*self.rules.rules };
        for (position, rule) in rules.iter().enumerate() {
            let Some(found) = rule.condition.find(asked) else { continue };
            if fault.is_none() {
                fault = rule.faults.iter().find_map(|rule| rule.of(asked, chance, &self.tries));
            }
            if rule.answers() || is_refusal(&fault) {
                return (Chosen { rule: Some((position, rule)), found }, fault);
            }
        }
        (Chosen { rule: None, found: Found::default() }, fault)
    }

    fn answer(&self, asked: &Asked<'_>, chosen: &Chosen<'_>, chance: &Chance<'_>) -> Result<Answered, String> {
        let request = asked.request;
        let rule = chosen.rule.map(|(_, rule)| rule);
        let counting = rule.and_then(|rule| rule.usage).unwrap_or(self.rules.usage);
        if request.api == Api::Embedding {
            let tokens = counting.settle(asked, asked.characters(), &mut []);
            return Ok(Answered::Whole(wire::vectors(request, tokens)));
        }
        let (mut speeches, characters) = self.speeches(asked, chosen, chance)?;
        let tokens = counting.settle(asked, characters, &mut speeches);
        let snapshot = self.rules.snapshot.of(asked);
        let is_of_functions = asked.is_of_functions();
        let head = wire::Head { request, chance, snapshot: snapshot.as_deref(), is_of_functions };
        if !request.is_streamed() {
            return Ok(Answered::Whole(wire::whole(&head, &speeches, tokens)));
        }
        let pace = rule.and_then(|rule| rule.pace.as_ref()).unwrap_or(&self.rules.pace).of(asked);
        let pace = pace.unwrap_or(Pace { first: Latency::NONE, each: Latency::NONE });
        let mut pieces = 0;
        let paced = wire::events(&head, &speeches, tokens).into_iter().map(|event| {
            let pause = match (event.is_piece, pieces) {
                (false, _) => Duration::ZERO,
                (true, 0) => pace.first.of(chance, "first", 0),
                (true, piece) => pace.each.of(chance, "pace", piece),
            };
            pieces += usize::from(event.is_piece);
            Piece { pause, event: event.json }
        });
        Ok(Answered::Pieces(paced.collect()))
    }

    /// The answers to all prompts, `n` to each, and the length of the prompts in characters.
    fn speeches(
        &self,
        asked: &Asked<'_>,
        chosen: &Chosen<'_>,
        chance: &Chance<'_>,
    ) -> Result<(Vec<Speech>, usize), String> {
        let request = asked.request;
        let choices = match request.api {
            Api::Responses => 1,
            _ => request.body.get("n").and_then(serde_json::Value::as_u64).unwrap_or(1).clamp(1, MOST_CHOICES),
        };
        let choices = usize::try_from(choices).unwrap_or(1);
        let mut speeches = Vec::with_capacity(choices);
        let mut characters = asked.characters();
        for choice in 0..choices {
            speeches.push(chosen.speak(&self.rules, asked, chance, choice)?);
        }
        if request.api == Api::Completion {
            for (number, prompt) in prompts(request).into_iter().enumerate().skip(1) {
                let asked = Asked::of_prompt(request, asked.node, prompt);
                characters += asked.characters();
                // The whole request was spared or met by faults already.
                let (chosen, _) = self.choose(&asked, chance, Some(Fault::NoDone));
                for choice in 0..choices {
                    speeches.push(chosen.speak(&self.rules, &asked, chance, number * choices + choice)?);
                }
            }
        }
        Ok((speeches, characters))
    }
}

/// The most choices to a prompt, OpenAI's limit.
const MOST_CHOICES: u64 = 128;

impl Model for MockModel {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn provider(&self) -> &str {
        "mock"
    }

    /// Its rules and its chances; another version of the program may answer otherwise by the same rules.
    fn identity(&self) -> Option<String> {
        let (rules, seed) = (&self.rules.digest, self.seed);
        Some(format!("mock {} {} rules {rules} seed {seed}", env!("CARGO_PKG_VERSION"), self.dialect.title()))
    }

    fn is_billed(&self) -> bool {
        false
    }

    fn prompt_tokens(&self, request: &ModelRequest, node: &str) -> Option<u64> {
        let asked = Asked::new(request, node);
        let chance = Chance::new(self.seed, &request.body);
        // Faults have their turn when the request is sent.
        let (chosen, _) = self.choose(&asked, &chance, Some(Fault::NoDone));
        let counting = chosen.rule.and_then(|(_, rule)| rule.usage).unwrap_or(self.rules.usage);
        let mut characters = asked.characters();
        if request.api == Api::Completion {
            let others = prompts(request).into_iter().skip(1);
            characters += others.map(|prompt| Asked::of_prompt(request, node, prompt).characters()).sum::<usize>();
        }
        Some(counting.settle(&asked, characters, &mut []).map_or(0, |tokens| tokens.prompt))
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            if context.cancel.is_cancelled() {
                return Err(play::cancelled());
            }
            play::play(self.react_again(request, &context.node, context.repeat), context).await
        }
        .boxed()
    }
}
