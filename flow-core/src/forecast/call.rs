//! One call of an LLM node, before it is made.

use std::sync::Arc;

use super::again::{UNSEEN, answers_until_one_fits, share_of, with_answers_sent_back};
use super::answer::{Asked, Assumed};
use super::unknown::Unknowns;
use super::view::Reason;
use super::{Amount, CallForecast, Counting, Forecaster, Moments, Quantity, Seen, Source};
use crate::cache::{Kept, RowCache, Wish};
use crate::catalogue::{Ability, Catalogue};
use crate::llm::{LlmError, LlmOp, Target};
use crate::model::{Answer, ModelRequest};
use crate::value::{Text, Value};

/// A call that may be made.
#[derive(Clone)]
pub(super) struct Possible<'a> {
    pub(super) node: &'a Arc<str>,
    pub(super) op: &'a LlmOp,
    pub(super) arguments: &'a [(Arc<str>, Value)],
    /// The arguments as they are where nodes do not run that may not run.
    pub(super) without: Option<Vec<(Arc<str>, Value)>>,
    /// How often.
    pub(super) times: Quantity,
    /// And how often all of that, as flows around it may be tried again.
    pub(super) again: Quantity,
    /// Whether something in it is not known.
    pub(super) is_open: bool,
    /// Whether that is something of which nothing is known at all.
    pub(super) is_guessed: bool,
    /// Why it is not certain how often.
    pub(super) reason: Option<Reason>,
    /// The node cache, as each repetition of the row sees it; empty where it is not asked.
    pub(super) cache: &'a [RowCache],
}

impl Forecaster {
    /// Foresees a call of the node's model and, where that fails for good, of the others; and what the answer is taken to be.
    pub(super) fn call(
        &self,
        possible: &Possible<'_>,
        unknowns: &mut Unknowns,
    ) -> Result<(Vec<CallForecast>, Assumed), LlmError> {
        let Possible { node, op, .. } = *possible;
        let targets = || std::iter::once(&op.target).chain(&op.fallback);
        let model = |target| {
            let request = op.request_to(target, possible.arguments);
            let request = request.or_else(|_| stand_in((op, target), possible.arguments));
            request.map_or_else(|_| Arc::from(""), |request| Arc::clone(&request.model))
        };
        let answered = match op.fallback.is_empty() {
            true => None,
            false => self.history.answered(node, &targets().map(model).collect::<Vec<_>>()),
        };
        let all = answered.as_ref().map(|answered| answered.iter().sum::<u64>());
        // What was seen of one model is of a part of the node's turns.
        let part = |place: usize| Some(*answered.as_ref()?.get(place)? as f64 / all? as f64);
        let (mut first, assumed) = self.call_of(possible, (&op.target, part(0)), unknowns)?;
        if op.fallback.is_empty() || first.cached.expected >= first.calls.expected {
            return Ok((vec![first], assumed));
        }
        let calls = self.rows * first.calls.expected;
        let share = |place: usize, unseen: Quantity| match (&answered, all) {
            (Some(answered), Some(all)) => share_of(answered.get(place).copied().unwrap_or_default(), all, calls),
            _ => unseen,
        };
        first.taken(share(0, Quantity::between(1.0 - UNSEEN, 1.0, 1.0, Some(1.0))));
        let (mut forecasts, mut left) = (vec![first], 1.0);
        for (place, target) in op.fallback.iter().enumerate().map(|(place, target)| (place + 1, target)) {
            left *= UNSEEN;
            // Without a request it fails like the one before it.
            let without_cache = Possible { cache: &[], ..possible.clone() };
            let Ok((mut other, _)) = self.call_of(&without_cache, (target, part(place)), unknowns) else { continue };
            other.is_fallback = true;
            let why = format!("asked where calls of {} fail for good", forecasts[0].model);
            let assumed = match answered {
                Some(_) => "as often as in the runs that were seen".to_owned(),
                None => format!("none is expected to, {} % may", left * 100.0),
            };
            other.reason = Some(format!("{why}; {assumed}"));
            other.taken(share(place, Quantity::between(0.0, 0.0, left, Some(1.0))));
            forecasts.push(other);
        }
        Ok((forecasts, assumed))
    }

    /// Foresees a call of one model.
    fn call_of(
        &self,
        possible: &Possible<'_>,
        (target, part): (&Target, Option<f64>),
        unknowns: &mut Unknowns,
    ) -> Result<(CallForecast, Assumed), LlmError> {
        let Possible { node, op, is_open, .. } = *possible;
        let provider = target.model.provider();
        let (request, is_rendered) = match op.request_to(target, possible.arguments) {
            Ok(request) => (request, true),
            // With a real answer in the place of a mark it may well be rendered.
            Err(error) if is_open => (stand_in((op, target), possible.arguments).map_err(|_| error)?, false),
            Err(error) => return Err(error),
        };
        let (mut prompt, is_counted) = self.prompt((node, target), &request, unknowns);
        if let Some(without) = possible.without.as_ref().and_then(|without| op.request_to(target, without).ok()) {
            let (without, _) = self.prompt((node, target), &without, unknowns);
            // As long as it is not known whether they run, half of both.
            prompt = prompt.or_less(without.low, f64::midpoint(prompt.expected, without.expected));
        }
        let model = Arc::clone(&request.model);
        let request_model = Arc::clone(&model);
        let seen = self.history.of(node, &model);
        let mut prompt_source = match (is_open, is_counted) {
            (_, false) => Source::Characters,
            (true, true) => Source::Filled,
            (false, true) => Source::Counted,
        };
        let mut times = possible.times;
        let is_checked = op.schema.is_some() && op.prompty.is_none();
        let mut has_answers = false;
        let mut assumed_times = possible.reason.as_ref().map(|reason| reason.assumed.to_owned());
        if !times.is_exact()
            && let Some((seen, mean)) =
                seen.and_then(|seen| Some((seen, per_row(seen, times)?.mean_of_more(self.rows)?)))
        {
            // What was seen counts answers that were sent back as well.
            let worst = times.worst.map(|worst| if is_checked { worst * 2.0 } else { worst });
            has_answers = true;
            let most = worst.unwrap_or(f64::INFINITY);
            let whole = part.filter(|part| *part > 0.0).map_or(1.0, |part| 1.0 / part);
            let [low, expected, high] =
                [mean.low, seen.per_row.mean, mean.high].map(|it| (it * whole).clamp(times.low, most));
            times = Quantity::between(low, expected, high, worst);
            assumed_times = Some(format!("as often as in {}", seen.origin.words()));
        }
        let calls = (self.rows * times.expected).max(1.0);
        if possible.is_guessed || !is_rendered {
            let mean = seen.and_then(|seen| Some((seen, seen.prompt.likely(calls)?)));
            (prompt, prompt_source) = match mean {
                Some((seen, mean)) => {
                    (Quantity { worst: prompt.worst, ..mean }, Source::Seen { origin: seen.origin.clone() })
                }
                None => (prompt, Source::Guess),
            };
            prompt = Quantity::between(prompt.low, prompt.expected, prompt.high, prompt.worst);
        }
        let asked = Asked { op, provider, request: &request, seen, calls };
        let mut assumed = Assumed::of(asked, (&self.catalogue, self.counting), unknowns);
        let kept: Vec<Arc<Kept>> = if is_open {
            Vec::new()
        } else {
            possible.cache.iter().filter_map(|cache| kept(cache, possible, &request)).collect()
        };
        let share = if kept.is_empty() { 0.0 } else { kept.len() as f64 / possible.cache.len() as f64 };
        if let ([kept], [_]) = (&*kept, possible.cache) {
            let answer = Answer::from_body(request.api, kept.call.answer.clone());
            if let Some(usage) = &answer.usage {
                prompt = Quantity::exactly(usage.prompt_tokens as f64);
                prompt_source = Source::Cached;
                assumed.tokens = Quantity::exactly(usage.completion_tokens as f64);
                assumed.source = Source::Cached;
            }
            if let Some(value) = op.output_of(&request, &answer) {
                (assumed.value, assumed.is_open, assumed.candidates) = (value, false, Vec::new());
            }
        }
        let (mut repeats, mut longest) = (times, prompt);
        if is_checked && assumed.is_open {
            // An answer that does not fit is sent back once, with what is wrong with it.
            let is_told = ["response_format", "text"].iter().any(|key| request.body.contains_key(*key));
            let abilities = self.catalogue.find(provider, &model).and_then(|info| info.abilities.as_ref());
            let enforced = is_told && abilities.is_some_and(|can| can.has(Ability::JsonSchema));
            let answers = answers_until_one_fits(seen, calls, enforced);
            longest = with_answers_sent_back(prompt, assumed.tokens, answers);
            if !has_answers {
                repeats = times * answers;
            }
        }
        repeats = repeats * possible.again;
        let price = self.catalogue.price(provider, &model);
        let cost = price.and_then(|price| Amount::of_calls(price, repeats, longest, assumed.tokens));
        let forecast = CallForecast {
            node: Arc::clone(node),
            provider: Arc::from(provider),
            connection: Arc::clone(&target.connection),
            model,
            is_fallback: false,
            limits: target.limits,
            billed: target.model.is_billed(),
            calls: repeats,
            requests: self.requests(op, repeats, seen),
            most_tries: self.most_tries(op),
            prompt: repeats * longest,
            completion: repeats * assumed.tokens,
            cached: times.scaled(share),
            cost,
            seconds: if share >= 1.0 {
                Some(0.0)
            } else {
                seen.and_then(|seen| (seen.latency.count > 0).then_some(seen.latency.mean))
            },
            prompt_source,
            completion_source: assumed.source.clone(),
            reason: possible
                .reason
                .as_ref()
                .filter(|_| !possible.times.is_exact())
                .map(|reason| format!("{}; {}", reason.why, assumed_times.unwrap_or_default())),
            request: (!is_open).then_some(request),
            too_long: self.longer_than_allowed((provider, &request_model), prompt.low),
        };
        Ok((forecast, assumed))
    }

    /// The tokens of a request's prompt, marks counted as what they stand for; and whether they are counted, not reckoned by characters.
    fn prompt(
        &self,
        (node, target): (&str, &Target),
        request: &Arc<ModelRequest>,
        unknowns: &Unknowns,
    ) -> (Quantity, bool) {
        let mut plain = ModelRequest::clone(request);
        let unknown = plain.body.values_mut().map(|value| unknowns.take_from(value)).sum::<Quantity>();
        let provider = target.model.provider();
        let known = match self.counting {
            Counting::OfTheModel => self
                .catalogue
                .has_tokenizer(provider, &plain.model)
                .then(|| self.catalogue.prompt_tokens(provider, &plain)),
            Counting::ByCharacters => target.model.prompt_tokens(&plain, node),
        };
        let tokens = known.map_or_else(
            || by_characters(Catalogue::prompt_tokens_by_characters(&plain) as f64),
            |tokens| Quantity::exactly(tokens as f64),
        );
        (tokens + unknown, known.is_some())
    }

    /// How much longer a prompt is than its model can take, in tokens.
    fn longer_than_allowed(&self, (provider, model): (&str, &str), prompt: f64) -> Option<u64> {
        let context = self.catalogue.find(provider, model).and_then(|info| info.context)?;
        (prompt as u64).checked_sub(context).filter(|more| *more > 0)
    }

    /// The same of calls together.
    pub(super) fn too_long(&self, call: &CallForecast) -> Option<u64> {
        let one = call.prompt.low / call.calls.low.max(1.0);
        self.longer_than_allowed((&call.provider, &call.model), one)
    }

    /// The tokens of some values, marks counted as what they stand for.
    pub(super) fn size<'v>(&self, values: impl IntoIterator<Item = &'v Value>, unknowns: &Unknowns) -> Quantity {
        let of = |value: &Value| {
            let mut text = match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_json(),
            };
            let unknown = unknowns.take(&mut text);
            Quantity::exactly(text.chars().count().div_ceil(4) as f64) + unknown
        };
        values.into_iter().map(of).sum()
    }
}

/// How far a number of tokens that was reckoned by characters may lie from the one that a tokenizer gives, in parts of it: prose has more
/// characters to a token than code, tables and names.
const PLAY_OF_CHARACTERS: f64 = 0.4;
/// A token is a byte at the least, and is taken for four characters or three bytes.
const MOST_OF_CHARACTERS: f64 = 4.0;

fn by_characters(tokens: f64) -> Quantity {
    let (low, high) = (tokens * (1.0 - PLAY_OF_CHARACTERS), tokens * (1.0 + PLAY_OF_CHARACTERS));
    Quantity::between(low, tokens, high, Some(tokens * MOST_OF_CHARACTERS))
}

/// What a repetition of the row would be answered with.
fn kept(cache: &RowCache, possible: &Possible<'_>, request: &ModelRequest) -> Option<Arc<Kept>> {
    let Possible { node, op, .. } = *possible;
    let known = cache.know(Wish { node, model: &*op.target.model, request, prompt: None, inputs: &[] })?;
    cache.cache().peek(&known.key)
}

/// The calls per row that were seen, and beside them a row with as few and one with as many as there can be: where all rows that were
/// seen did the same, others may still do otherwise.
fn per_row(seen: &Seen, times: Quantity) -> Option<Moments> {
    let mut moments = seen.per_row;
    moments.take(times.low);
    moments.take(times.high);
    (seen.per_row.count > 0).then_some(moments)
}

/// A request with all arguments in the place of the prompt, which cannot be rendered.
fn stand_in((op, target): (&LlmOp, &Target), arguments: &[(Arc<str>, Value)]) -> Result<Arc<ModelRequest>, LlmError> {
    let mut text = "user:\n".to_owned();
    for (_, value) in arguments {
        text.push_str(&value.as_str().map_or_else(|| value.to_json(), str::to_owned));
        text.push('\n');
    }
    op.request_of_text(target, &Text::all_authored(text), arguments)
}

impl CallForecast {
    /// Only this part of it happens.
    fn taken(&mut self, share: Quantity) {
        self.calls = self.calls * share;
        self.requests = self.requests * share;
        self.prompt = self.prompt * share;
        self.completion = self.completion * share;
        self.cost = self.cost.map(|cost| cost.times(share));
    }
}
