use std::path::PathBuf;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Abilities, Encoding};
use crate::model::Usage;

/// What is known of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name as requests write it.
    pub name: Arc<str>,
    /// Who serves it, such as `openai` or `azure`; `None` where a user's entry holds for every provider.
    pub provider: Option<Arc<str>>,
    /// The most tokens of prompt and answer together.
    pub context: Option<u64>,
    /// The most tokens of an answer, those of thinking included.
    pub max_output: Option<u64>,
    /// What it can do; `None` where that is not known.
    pub abilities: Option<Abilities>,
    /// How its tokens are counted; `None` where no tokenizer is known.
    pub encoding: Option<Encoding>,
    /// What it costs; `None` where that is not known.
    pub price: Option<Price>,
    /// What models cost that were fine-tuned from it.
    pub fine_tuned: Option<Price>,
    /// The page that tells of its limits and abilities.
    pub source: Option<Arc<str>>,
    /// Who says all this.
    pub origin: Origin,
}

impl ModelInfo {
    /// A model of which nothing is known but its name.
    pub(super) fn unknown(name: &Arc<str>) -> Self {
        Self {
            name: Arc::clone(name),
            provider: None,
            context: None,
            max_output: None,
            abilities: None,
            encoding: None,
            price: None,
            fine_tuned: None,
            source: None,
            origin: Origin::BuiltIn,
        }
    }
}

/// Where knowledge of a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The list that ships with the program.
    BuiltIn,
    /// This file of the user's.
    File(Arc<PathBuf>),
}

/// A published price, in US dollars.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// What tokens cost.
    #[serde(flatten)]
    pub rates: Rates,
    /// Other rates, for all tokens of calls with long prompts.
    pub long_prompt: Option<LongPrompt>,
    /// The day on which it was read on the page, `2026-11-25`.
    pub date: Option<Arc<str>>,
    /// The page it was read on.
    pub source: Option<Arc<str>>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Rates {
    /// Tokens of the prompt.
    pub input: Decimal,
    /// Tokens of the prompt that were cached; as `input` where there is no discount.
    pub cached_input: Option<Decimal>,
    /// Tokens of the answer, those of thinking included; `None` for models that give no text.
    pub output: Option<Decimal>,
}

/// The rates of calls whose prompt passes a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct LongPrompt {
    /// They hold for prompts with more tokens than this.
    pub above: u64,
    /// What all tokens of such a call cost.
    #[serde(flatten)]
    pub rates: Rates,
}

impl Price {
    /// What these tokens of one call cost, exactly; `None` where a part of them has no price.
    #[must_use]
    pub fn of(&self, usage: &Usage) -> Option<Decimal> {
        let long = self.long_prompt.as_ref().filter(|long| usage.prompt_tokens > long.above);
        long.map_or(&self.rates, |long| &long.rates).of(usage)
    }
}

impl Rates {
    fn of(&self, usage: &Usage) -> Option<Decimal> {
        // Providers say that cached tokens are part of the prompt's; one that gives more of them counts them beside.
        let cached = usage.cached_tokens;
        let fresh = usage.prompt_tokens.checked_sub(cached).unwrap_or(usage.prompt_tokens);
        let output = match self.output {
            None if usage.completion_tokens > 0 => return None,
            None => Decimal::ZERO,
            Some(rate) => share(usage.completion_tokens, rate)?,
        };
        let cached = share(cached, self.cached_input.unwrap_or(self.input))?;
        share(fresh, self.input)?.checked_add(cached)?.checked_add(output)
    }
}

/// What tokens cost at a rate for a million; `None` where the amount has more digits than can be told.
fn share(tokens: u64, rate: Decimal) -> Option<Decimal> {
    let mut amount = rate.checked_mul(Decimal::from(tokens))?;
    let scale = amount.scale() + 6;
    amount.set_scale(scale).ok()?;
    Some(amount)
}
