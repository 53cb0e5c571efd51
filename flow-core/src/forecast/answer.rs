//! What the answer of a model is taken to be before there is one.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::shape::{self, Shape, Size};
use super::unknown::Unknowns;
use super::{Counting, Origin, Quantity, Seen};
use crate::catalogue::{Ability, Catalogue};
use crate::llm::LlmOp;
use crate::model::{Api, ModelRequest};
use crate::value::Value;

/// Where a number of tokens comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// Counted by the model's tokenizer.
    Counted,
    /// Reckoned by the number of characters, as the model's tokenizer is not known.
    Characters,
    /// Counted, with answers of other nodes put in as long as those are expected to be.
    Filled,
    /// The schema leaves a few answers only.
    Schema,
    /// They are in the node cache.
    Cached,
    /// Seen in calls that were made.
    Seen {
        /// Where.
        origin: Origin,
    },
    /// A guess, between nothing and the longest answer that is allowed.
    Limit {
        /// The longest answer, in tokens.
        longest: u64,
    },
    /// A guess.
    Guess,
}

/// An answer that is not there yet.
pub(super) struct Assumed {
    /// The tokens of a call's answers.
    pub(super) tokens: Quantity,
    pub(super) source: Source,
    /// What stands in the answer's place.
    pub(super) value: Value,
    /// Whether that is not the answer itself.
    pub(super) is_open: bool,
    /// The answers between which conditions may have to decide.
    pub(super) candidates: Vec<Value>,
}

/// The length of an answer of which nothing is known, and the longest that it will hardly pass.
const USUAL: f64 = 500.0;
const LONG: f64 = 2000.0;
/// What a model that thinks takes for it, where nothing is known; and at the most.
const THOUGHT: f64 = 600.0;
const LONG_THOUGHT: f64 = 8000.0;

/// Whose answer is assumed.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) op: &'a LlmOp,
    pub(super) provider: &'a str,
    pub(super) request: &'a ModelRequest,
    pub(super) seen: Option<&'a Seen>,
    /// How often the call will be made, about.
    pub(super) calls: f64,
}

impl Assumed {
    pub(super) fn of(asked: Asked<'_>, (catalogue, counting): (&Catalogue, Counting), unknowns: &mut Unknowns) -> Self {
        let Asked { op, provider, request, .. } = asked;
        if request.api == Api::Embedding {
            let value = unknowns.mark(Quantity::exactly(0.0));
            return Self {
                tokens: Quantity::NONE,
                source: Source::Counted,
                value,
                is_open: true,
                candidates: Vec::new(),
            };
        }
        let schema = op.schema.as_ref().map(|wanted| wanted.schema.json());
        let schema = schema.or_else(|| op.prompty.as_ref()?.json.as_ref().map(crate::structured::OutputSchema::json));
        let count = |json: &Json, pretty: bool| {
            let text = if pretty { serde_json::to_string_pretty(json) } else { serde_json::to_string(json) };
            let text = text.unwrap_or_default();
            let tokens = match counting {
                Counting::OfTheModel => catalogue.text_tokens(provider, &request.model, &text),
                Counting::ByCharacters => Catalogue::text_tokens_by_characters(&text),
            };
            tokens as f64
        };
        let (tokens, source) = Self::tokens(asked, schema, catalogue, &count);
        let Some(schema) = schema else {
            return Self { tokens, source, value: unknowns.mark(tokens), is_open: true, candidates: Vec::new() };
        };
        let (usual, _) = Shape::new(schema).value(Size::Usual);
        // Each text has its share of the answer. None is longer than the whole.
        let share = 1.0 / shape::texts(&usual).max(1) as f64;
        let each = Quantity { worst: tokens.worst, ..tokens.scaled(share) };
        let value = shape::placeholder(&usual, each, unknowns);
        let candidates = shape::candidates(schema, &value);
        Self { tokens, source, value, is_open: true, candidates }
    }

    /// The tokens of a call's answers.
    fn tokens(
        asked: Asked<'_>,
        schema: Option<&Json>,
        catalogue: &Catalogue,
        count: &dyn Fn(&Json, bool) -> f64,
    ) -> (Quantity, Source) {
        let Asked { provider, request, seen, calls, .. } = asked;
        let limit = catalogue.answer_limit(provider, request);
        let answers = limit.answers as f64;
        let longest = limit.longest.map(|longest| longest as f64);
        if let Some((seen, mean)) = seen.and_then(|seen| Some((seen, seen.completion.likely(calls)?))) {
            let worst = longest.map(|longest| longest * answers);
            return (
                Quantity::between(mean.low, mean.expected, mean.high, worst),
                Source::Seen { origin: seen.origin.clone() },
            );
        }
        let info = catalogue.find(provider, &request.model);
        let thinks = info.and_then(|info| info.abilities.as_ref()).is_some_and(|can| can.has(Ability::Reasoning));
        let (one, source) = match (schema, limit.asked) {
            (Some(schema), _) => {
                let of = |size: Size| Shape::new(schema).value(size);
                let ((least, _), (usual, _), (most, is_bounded)) = (of(Size::Least), of(Size::Usual), of(Size::Most));
                let (least, usual) = (count(&least, false), count(&usual, false));
                if is_bounded && !thinks {
                    (Quantity::between(least, usual, count(&most, true), longest), Source::Schema)
                } else {
                    (Quantity::between(least, usual, usual * 4.0, longest), Source::Guess)
                }
            }
            (None, Some(asked)) => {
                let asked = asked as f64;
                (
                    Quantity::between(1.0, (asked / 2.0).min(USUAL), asked, longest),
                    Source::Limit { longest: asked as u64 },
                )
            }
            (None, None) => (Quantity::between(1.0, USUAL, LONG, longest), Source::Guess),
        };
        let one = if thinks {
            Quantity::between(one.low, one.expected + THOUGHT, one.high + LONG_THOUGHT, longest)
        } else {
            one
        };
        (one.scaled(answers), source)
    }
}

impl Source {
    /// What is seen less well, of two.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(&self) -> u8 {
        match self {
            Source::Counted => 0,
            Source::Characters => 1,
            Source::Cached => 0,
            Source::Schema => 2,
            Source::Filled => 3,
            Source::Seen { origin: Origin::Pilot { .. } } => 4,
            Source::Seen { origin: Origin::Run { .. } } => 5,
            Source::Limit { .. } => 6,
            Source::Guess => 7,
        }
    }
}
