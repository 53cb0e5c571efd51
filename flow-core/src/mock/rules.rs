use std::sync::Arc;

use super::asked::Asked;
use super::chance::Chance;
use super::condition::Condition;
use super::fault::Fault;
use super::latency::{Latency, Pace};
use super::reply::{Part, Reply};
use super::tries::Tries;
use crate::template::Template;

/// How the mock answers: what a rules file says.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The seed, if the file gives one.
    pub seed: Option<u64>,
    /// Whether repetitions of a row get draws of their own.
    pub(super) varies: bool,
    /// The digest of the text that they were read from; empty where there was none.
    pub(super) digest: String,
    pub(super) latency: Cases<Latency>,
    pub(super) pace: Cases<Pace>,
    pub(super) accuracy: Cases<f64>,
    pub(super) usage: Counting,
    /// The model that is said to have answered, in place of the one that was asked.
    pub(super) snapshot: Cases<Arc<str>>,
    pub(super) faults: Vec<FaultRule>,
    pub(super) rules: Vec<Rule>,
}

impl Default for Rules {
    /// No rules: every request is answered with a short echo of what was asked.
    fn default() -> Self {
        Self {
            seed: None,
            varies: false,
            digest: String::new(),
            latency: Cases::default(),
            pace: Cases::default(),
            accuracy: Cases::default(),
            usage: Counting::default(),
            snapshot: Cases::default(),
            faults: Vec::new(),
            rules: Vec::new(),
        }
    }
}

impl Rules {
    /// The models that rules speak of, each once.
    #[must_use]
    pub fn models(&self) -> Vec<&str> {
        let mut models = Vec::new();
        for name in self.rules.iter().flat_map(|rule| rule.condition.model.iter().flatten()) {
            if !models.contains(&name.as_str()) {
                models.push(name);
            }
        }
        models
    }

    /// With another time to the answer, or to its head if it comes in pieces, wherever a rule gives none of its own.
    #[must_use]
    pub fn with_latency(mut self, latency: super::Latency) -> Self {
        self.latency = Cases(vec![(Condition::default(), latency)]);
        self
    }
}

/// One rule. The first that fits answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    pub(super) condition: Condition,
    pub(super) content: Content,
    pub(super) calls: Vec<CallPlan>,
    /// What is said where the model errs.
    pub(super) wrong: Vec<Reply>,
    pub(super) finish_reason: Option<Arc<str>>,
    pub(super) accuracy: Option<Cases<f64>>,
    pub(super) latency: Option<Cases<Latency>>,
    pub(super) pace: Option<Cases<Pace>>,
    pub(super) usage: Option<Counting>,
    pub(super) faults: Vec<FaultRule>,
}

impl Rule {
    /// Whether it has something to say, and not only faults.
    pub(super) fn answers(&self) -> bool {
        !matches!(self.content, Content::Unsaid) || !self.calls.is_empty()
    }
}

/// What a rule says.
#[derive(Debug, Clone, Default)]
pub(super) enum Content {
    /// Nothing about it.
    #[default]
    Unsaid,
    /// One of these.
    Replies(Vec<Reply>),
    /// No content: null.
    Null,
    /// That the model does not want to answer.
    Refusal(Reply),
    /// Any JSON that fits the schema of the request.
    BySchema,
}

/// A call of a tool.
#[derive(Debug, Clone)]
pub(super) struct CallPlan {
    pub(super) name: Template,
    pub(super) arguments: Arguments,
}

/// What a tool is called with.
#[derive(Debug, Clone)]
pub(super) enum Arguments {
    /// Any that fit the tool's schema.
    BySchema,
    /// These, as JSON.
    Json(Part),
    /// This text, which may be no JSON at all.
    Text(Reply),
}

/// A setting that may depend on the request: the first case that fits counts.
#[derive(Debug, Clone)]
pub(super) struct Cases<T>(pub(super) Vec<(Condition, T)>);

impl<T> Default for Cases<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Cases<T> {
    pub(super) fn of(&self, asked: &Asked<'_>) -> Option<T> {
        self.0.iter().find(|(condition, _)| condition.find(asked).is_some()).map(|(_, value)| value.clone())
    }
}

/// A fault, and which requests it befalls.
#[derive(Debug, Clone)]
pub(super) struct FaultRule {
    pub(super) condition: Condition,
    /// The share of different requests, from 0 to 1.
    pub(super) rate: f64,
    /// What its chances are drawn for; each fault has its own.
    pub(super) draw: (&'static str, usize),
    pub(super) course: Course,
}

/// How a fault goes on when the same request comes again.
#[derive(Debug, Clone)]
pub(super) enum Course {
    /// Every time the same.
    Always(Fault),
    /// The first time the first of these, and so on; `None` is no fault. After the last all is well.
    Script(Vec<Option<Fault>>),
}

impl FaultRule {
    /// The fault of this request, this time.
    pub(super) fn of(&self, asked: &Asked<'_>, chance: &Chance<'_>, tries: &Tries) -> Option<Fault> {
        let (purpose, part) = self.draw;
        let is_hit =
            self.condition.find(asked).is_some() && (self.rate >= 1.0 || chance.draw(purpose, part) < self.rate);
        match &self.course {
            _ if !is_hit => None,
            Course::Always(fault) => Some(fault.clone()),
            Course::Script(steps) => {
                // Rules and the file number their faults apart.
                let script = part * 2 + usize::from(purpose == "error");
                let step = usize::try_from(tries.next(chance.state(), script)).ok()?;
                steps.get(step).cloned().flatten()
            }
        }
    }
}

/// Where the token counts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// As given, and by length where nothing is: a token for every four characters, rounded up.
    Told {
        /// Tokens of the prompt.
        prompt: Option<u64>,
        /// Tokens of the answer, those of reasoning included.
        completion: Option<u64>,
        /// Tokens of the prompt that were cached.
        cached: u64,
        /// Tokens that the model thought with.
        reasoning: u64,
    },
    /// No usage is told.
    Untold,
}

impl Default for Counting {
    fn default() -> Self {
        Counting::Told { prompt: None, completion: None, cached: 0, reasoning: 0 }
    }
}
