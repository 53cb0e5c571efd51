use flow_core::forecast::Quantity;
use flow_core::gate::BudgetLimits;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::TotalEstimate;

/// Where a limit of a run lies among what it will take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetEstimate {
    /// The limit: `$5.00`, `100000 tokens`, `200 calls`.
    pub limit: String,
    /// After about so many rows it is reached; `None` where it suffices.
    pub reached: Option<Reached>,
    /// Whether it may be reached, although it is not expected to.
    pub may_be_reached: bool,
    /// Models whose calls are refused under this limit, as their price is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_models: Vec<String>,
}

/// After how many rows a limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// It will hardly be reached before.
    pub low: u64,
    /// What is expected.
    pub expected: u64,
    /// The latest, as far as that can be said; all rows where it may not be reached.
    pub high: u64,
}

impl BudgetEstimate {
    pub(super) fn of(limits: &BudgetLimits, total: &TotalEstimate, rows: u64) -> Vec<Self> {
        let mut budgets = Vec::new();
        if let Some(cost) = limits.cost {
            let number = |amount: Decimal| amount.to_f64().unwrap_or(f64::MAX);
            let spent = Quantity::between(
                number(total.to_pay.low),
                number(total.to_pay.expected),
                number(total.to_pay.high),
                total.to_pay.worst.map(number),
            );
            let mut budget = Self::reckoned(dollars(cost), number(cost), spent, rows);
            budget.refused_models.clone_from(&total.unpriced_models);
            budgets.push(budget);
        }
        if let Some(tokens) = limits.tokens {
            let spent = total.prompt_tokens + total.completion_tokens;
            budgets.push(Self::reckoned(format!("{tokens} tokens"), tokens as f64, spent, rows));
        }
        if let Some(calls) = limits.calls {
            // Of tries that fail only those count that may have been answered; those that are refused do not.
            let (high, worst) = (total.requests.high, total.requests.worst);
            let taken = Quantity::between(total.calls.low, total.calls.expected, high, worst);
            budgets.push(Self::reckoned(format!("{calls} calls"), calls as f64, taken, rows));
        }
        budgets
    }

    fn reckoned(words: String, limit: f64, spent: Quantity, rows: u64) -> Self {
        let after = |spent: f64| {
            let after = if spent > limit { rows as f64 * limit / spent } else { rows as f64 };
            after.floor() as u64
        };
        let reached = (spent.expected > limit).then(|| Reached {
            low: after(spent.high),
            expected: after(spent.expected),
            high: after(spent.low),
        });
        let may_be_reached = reached.is_none() && spent.worst.is_none_or(|worst| worst > limit);
        Self { limit: words, reached, may_be_reached, refused_models: Vec::new() }
    }
}

fn dollars(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    format!("${amount}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_reached_where_the_cost_of_rows_passes_it() {
        let spent = Quantity::between(5.0, 6.75, 7.5, Some(20.0));
        let budget = BudgetEstimate::reckoned("$5.00".into(), 5.0, spent, 1000);
        assert_eq!(budget.reached, Some(Reached { low: 666, expected: 740, high: 1000 }));
        let budget = BudgetEstimate::reckoned("$7.00".into(), 7.0, spent, 1000);
        assert!(budget.reached.is_none() && budget.may_be_reached);
        let budget = BudgetEstimate::reckoned("$20.00".into(), 20.0, spent, 1000);
        assert!(budget.reached.is_none() && !budget.may_be_reached);
    }
}
