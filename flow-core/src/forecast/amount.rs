use std::ops::AddAssign;

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::catalogue::Price;

/// Money that will be spent, in US dollars: where it will probably lie, and what it cannot pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// It will hardly be less.
    pub low: Decimal,
    /// What is expected.
    pub expected: Decimal,
    /// It will hardly be more.
    pub high: Decimal,
    /// It cannot be more; `None` where nothing bounds it.
    pub worst: Option<Decimal>,
}

impl Amount {
    /// Nothing.
    pub const NONE: Self =
        Self { low: Decimal::ZERO, expected: Decimal::ZERO, high: Decimal::ZERO, worst: Some(Decimal::ZERO) };

    /// What so many calls cost that take so many tokens each. `None` where a price is missing.
    #[must_use]
    pub fn of_calls(price: &Price, calls: Quantity, prompt: Quantity, completion: Quantity) -> Option<Self> {
        let of = |calls: f64, prompt: f64, completion: f64| {
            Some(decimal(calls)?.checked_mul(of_call(price, prompt, completion)?)?.round_dp(PLACES))
        };
        let worst = match (calls.worst, prompt.worst, completion.worst) {
            (Some(calls), Some(prompt), Some(completion)) => Some(of(calls, prompt, completion)?),
            _ => None,
        };
        Some(Self {
            low: of(calls.low, prompt.low, completion.low)?,
            expected: of(calls.expected, prompt.expected, completion.expected)?,
            high: of(calls.high, prompt.high, completion.high)?,
            worst,
        })
    }

    /// So many times as much.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let factor = decimal(factor.max(0.0)).unwrap_or_default();
        let times = |amount: Decimal| amount.saturating_mul(factor).round_dp(PLACES);
        Self {
            low: times(self.low),
            expected: times(self.expected),
            high: times(self.high),
            worst: self.worst.map(times),
        }
    }

    /// As much for each of a number that is not known.
    #[must_use]
    pub fn times(self, number: Quantity) -> Self {
        let times = |amount: Decimal, number: f64| {
            amount.saturating_mul(decimal(number.max(0.0)).unwrap_or_default()).round_dp(PLACES)
        };
        Self {
            low: times(self.low, number.low),
            expected: times(self.expected, number.expected),
            high: times(self.high, number.high),
            worst: self.worst.zip(number.worst).map(|(amount, number)| times(amount, number)),
        }
    }

    /// With so much of play on either side, in parts of what is expected.
    #[must_use]
    pub fn widened(self, share: f64) -> Self {
        let by = self.expected.saturating_mul(decimal(share.max(0.0)).unwrap_or_default()).round_dp(PLACES);
        let high = self.high.saturating_add(by);
        let high = self.worst.map_or(high, |worst| high.min(worst)).max(self.expected);
        Self { low: self.low.saturating_sub(by).max(Decimal::ZERO), high, ..self }
    }
}

/// A tenth of a thousandth of a millionth of a dollar: finer than any price of a token.
const PLACES: u32 = 10;

/// What a call costs, by the published rates. Parts of tokens are those of an average.
fn of_call(price: &Price, prompt: f64, completion: f64) -> Option<Decimal> {
    let is_long = |above: u64| prompt > above as f64;
    let rates = price.long_prompt.as_ref().filter(|long| is_long(long.above)).map_or(&price.rates, |long| &long.rates);
    let million = Decimal::from(1_000_000);
    let input = decimal(prompt)?.checked_mul(rates.input)?.checked_div(million)?;
    let output = match rates.output {
        Some(rate) => decimal(completion)?.checked_mul(rate)?.checked_div(million)?,
        None if completion > 0.0 => return None,
        None => Decimal::ZERO,
    };
    input.checked_add(output)
}

fn decimal(number: f64) -> Option<Decimal> {
    Decimal::from_f64(number)
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.low = self.low.saturating_add(other.low);
        self.expected = self.expected.saturating_add(other.expected);
        self.high = self.high.saturating_add(other.high);
        self.worst = self.worst.zip(other.worst).map(|(one, other)| one.saturating_add(other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::Usage;

    #[test]
    fn whole_tokens_cost_what_the_catalogue_says() {
        let catalogue = Catalogue::builtin();
        let price = catalogue.price("openai", "gpt-4o-mini").expect("it has a price");
        for (calls, prompt, completion) in [(1_u32, 1_u32, 0_u32), (1, 1234, 567), (1000, 87_654, 3)] {
            let usage =
                Usage { prompt_tokens: prompt.into(), completion_tokens: completion.into(), ..Usage::default() };
            let exact = catalogue.cost("openai", "gpt-4o-mini", &usage).expect("it has a price");
            let [calls, prompt, completion] = [calls, prompt, completion].map(|it| Quantity::exactly(it.into()));
            let amount = Amount::of_calls(price, calls, prompt, completion).expect("it has a price");
            let whole = exact * decimal(calls.expected).expect("a number");
            assert_eq!((amount.low, amount.expected, amount.high, amount.worst), (whole, whole, whole, Some(whole)));
        }
    }
}
