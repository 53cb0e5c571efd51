use std::ops::AddAssign;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What calls cost in US dollars, as far as that is known: exact, and never a guess. A sum that holds calls without a
/// price says so, and stands for "at least".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Cost {
    /// The calls that have a price, together.
    pub known: Decimal,
    /// The part of `known` that nobody paid: a mock model, a recording or the node cache answered, and this is what the call would have
    /// cost.
    pub simulated: Decimal,
    /// Calls that may have cost something, but have no price.
    pub unpriced_calls: u64,
}

impl Cost {
    /// The cost of one call: `None` where there is no price for it.
    #[must_use]
    pub fn of_call(price: Option<Decimal>, is_billed: bool) -> Self {
        match price {
            None => Self { unpriced_calls: 1, ..Self::default() },
            Some(known) if is_billed => Self { known, ..Self::default() },
            Some(known) => Self { known, simulated: known, unpriced_calls: 0 },
        }
    }

    /// The same, but nobody paid it.
    #[must_use]
    pub fn unpaid(self) -> Self {
        Self { simulated: self.known, ..self }
    }

    /// The whole cost, or what is known of it; `None` where nothing is.
    #[must_use]
    pub fn total(&self) -> Option<Decimal> {
        (self.unpriced_calls == 0 || !self.known.is_zero()).then_some(self.known)
    }

    /// What was really paid, as far as that is known.
    #[must_use]
    pub fn paid(&self) -> Decimal {
        self.known - self.simulated
    }

    /// The cost for people: `$0.00012`, `at least $0.00012, 2 calls without a price`, `would cost $0.00012`. `None`
    /// where nothing is known or nothing was spent.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let known = self.total().filter(|known| !known.is_zero())?;
        let at_least = if self.unpriced_calls > 0 { "at least " } else { "" };
        let mut words = match self.simulated {
            simulated if simulated.is_zero() => format!("{at_least}{}", dollars(known)),
            simulated if simulated == known => format!("would cost {at_least}{}", dollars(known)),
            simulated => format!("{at_least}{}, {} of it not paid", dollars(known), dollars(simulated)),
        };
        match self.unpriced_calls {
            0 => {}
            1 => words.push_str(", 1 call without a price"),
            calls => words.push_str(&format!(", {calls} calls without a price")),
        }
        Some(words)
    }
}

/// An amount with all its digits, and at least two behind the point.
fn dollars(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    format!("${amount}")
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.known = self.known.saturating_add(other.known);
        self.simulated = self.simulated.saturating_add(other.simulated);
        self.unpriced_calls += other.unpriced_calls;
    }
}

/// The form in JSON: `cost` is a decimal as a text, or null where nothing is known.
#[derive(Serialize, Deserialize)]
struct Written {
    cost: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    simulated_cost: Decimal,
    #[serde(default, skip_serializing_if = "is_none")]
    unpriced_calls: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_none(calls: &u64) -> bool {
    *calls == 0
}

impl From<Cost> for Written {
    fn from(cost: Cost) -> Self {
        Self {
            cost: cost.total().map(|known| known.normalize()),
            simulated_cost: cost.simulated.normalize(),
            unpriced_calls: cost.unpriced_calls,
        }
    }
}

impl From<Written> for Cost {
    fn from(written: Written) -> Self {
        Self {
            known: written.cost.unwrap_or_default(),
            simulated: written.simulated_cost,
            unpriced_calls: written.unpriced_calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(known: &str, simulated: &str, unpriced_calls: u64) -> Cost {
        Cost { known: known.parse().unwrap(), simulated: simulated.parse().unwrap(), unpriced_calls }
    }

    #[test]
    fn words_and_json_never_pretend_to_know() {
        for (cost, words, json) in [
            (cost("0", "0", 0), None, r#"{"cost":"0"}"#),
            (cost("0.00012", "0", 0), Some("$0.00012"), r#"{"cost":"0.00012"}"#),
            (cost("3.10", "0", 0), Some("$3.10"), r#"{"cost":"3.1"}"#),
            (cost("0", "0", 2), None, r#"{"cost":null,"unpriced_calls":2}"#),
            (
                cost("0.5", "0", 1),
                Some("at least $0.50, 1 call without a price"),
                r#"{"cost":"0.5","unpriced_calls":1}"#,
            ),
            (cost("0.5", "0.5", 0), Some("would cost $0.50"), r#"{"cost":"0.5","simulated_cost":"0.5"}"#),
            (cost("0.75", "0.5", 0), Some("$0.75, $0.50 of it not paid"), r#"{"cost":"0.75","simulated_cost":"0.5"}"#),
        ] {
            assert_eq!(cost.words().as_deref(), words, "{cost:?}");
            assert_eq!(serde_json::to_string(&cost).unwrap(), json);
            assert_eq!(serde_json::from_str::<Cost>(json).unwrap(), cost);
        }
    }
}
