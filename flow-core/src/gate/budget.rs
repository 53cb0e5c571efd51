//! What a run may take in money, tokens and calls. Each request reserves what it may take before it is sent, and
//! settles what it took after, so that calls side by side cannot overshoot together.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rust_decimal::Decimal;
use tokio::sync::Notify;

use super::Expected;
use crate::model::{ModelError, ModelErrorKind};

/// What all calls of a run together may take; nothing means without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Money, in US dollars.
    pub cost: Option<Decimal>,
    /// Tokens of prompts and answers.
    pub tokens: Option<u64>,
    /// Calls that are answered.
    pub calls: Option<u64>,
}

impl BudgetLimits {
    pub(super) fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

/// What was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Money, in US dollars, of calls whose price is known.
    pub cost: Decimal,
    /// Tokens of prompts and answers.
    pub tokens: u64,
    /// Calls that were answered, or may have been.
    pub calls: u64,
}

impl Spent {
    fn and(self, other: Self) -> Self {
        Self {
            cost: self.cost + other.cost,
            tokens: self.tokens.saturating_add(other.tokens),
            calls: self.calls.saturating_add(other.calls),
        }
    }

    fn without(self, other: Self) -> Self {
        Self {
            cost: self.cost - other.cost,
            tokens: self.tokens.saturating_sub(other.tokens),
            calls: self.calls.saturating_sub(other.calls),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Budget {
    limits: BudgetLimits,
    account: Mutex<Account>,
    /// Told when something was settled.
    pub(super) settled: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
struct Account {
    spent: Spent,
    reserved: Spent,
}

/// What became of a wish to reserve.
pub(super) enum Asked<'a> {
    Reserved(Reservation<'a>),
    /// Enough is left only if what others reserved turns out to be less.
    Later,
    Never(ModelError),
}

impl Budget {
    pub(super) fn new(limits: BudgetLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(super) fn is_unlimited(&self) -> bool {
        self.limits.is_unlimited()
    }

    pub(super) fn spent(&self) -> Spent {
        self.account().spent
    }

    pub(super) fn reserve(&self, expected: Expected, model: &str) -> Asked<'_> {
        let Some(cost) = expected.cost.or(self.limits.cost.is_none().then_some(Decimal::ZERO)) else {
            let message = format!(
                "the price of model `{model}` is not known, so that the limit of {} cannot be kept; give its price in a \
                 models.yaml, or set a limit of tokens",
                Money(self.limits.cost.unwrap_or_default())
            );
            return Asked::Never(ModelError::new(ModelErrorKind::Budget, message));
        };
        let wish = Spent { cost, tokens: expected.tokens, calls: 1 };
        let mut account = self.account();
        if let Some(message) = self.exceeded(account.spent, wish) {
            return Asked::Never(ModelError::new(ModelErrorKind::Budget, message));
        }
        if self.exceeded(account.spent.and(account.reserved), wish).is_some() {
            return Asked::Later;
        }
        account.reserved = account.reserved.and(wish);
        Asked::Reserved(Reservation { budget: self, reserved: wish, real: wish })
    }

    /// Which limit does not leave room for the wish.
    fn exceeded(&self, taken: Spent, wish: Spent) -> Option<String> {
        let whole = taken.and(wish);
        let message = |limit: &dyn fmt::Display, spent: &dyn fmt::Display, wished: &dyn fmt::Display| {
            format!(
                "the budget of {limit} does not suffice: {spent} are spent, and this call may take {wished}; raise the \
                 limit to go on"
            )
        };
        match self.limits {
            BudgetLimits { cost: Some(limit), .. } if whole.cost > limit => {
                Some(message(&Money(limit), &Money(taken.cost), &Money(wish.cost)))
            }
            BudgetLimits { tokens: Some(limit), .. } if whole.tokens > limit => {
                Some(message(&format_args!("{limit} tokens"), &taken.tokens, &wish.tokens))
            }
            BudgetLimits { calls: Some(limit), .. } if whole.calls > limit => {
                let calls = if limit == 1 { "call" } else { "calls" };
                Some(format!("the budget of {limit} {calls} is used up; raise the limit to go on"))
            }
            _ => None,
        }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request may take. Unless it is told otherwise, that is also what it took: a request that was sent may have
/// cost something even if nobody heard the end of its answer.
#[derive(Debug)]
pub(super) struct Reservation<'a> {
    budget: &'a Budget,
    reserved: Spent,
    real: Spent,
}

impl Reservation<'_> {
    /// The request was refused, or did not go out.
    pub(super) fn nothing(&mut self) {
        self.real = Spent::default();
    }

    /// The request was answered and took this; what is not known stays as it was expected.
    pub(super) fn took(&mut self, tokens: Option<u64>, cost: Option<Decimal>) {
        self.real.tokens = tokens.unwrap_or(self.real.tokens);
        self.real.cost = cost.unwrap_or(self.real.cost);
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        {
            let mut account = self.budget.account();
            account.reserved = account.reserved.without(self.reserved);
            account.spent = account.spent.and(self.real);
        }
        self.budget.settled.notify_waiters();
    }
}

/// An amount of money as people read it.
struct Money(Decimal);

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All places: a limit and what it is compared with must not look the same.
        let mut amount = self.0.normalize();
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        write!(formatter, "${amount}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(tokens: u64, cents: i64) -> Expected {
        Expected { tokens, cost: Some(Decimal::new(cents, 2)) }
    }

    fn refusal(asked: &Asked<'_>) -> String {
        match asked {
            Asked::Reserved(_) => "reserved".to_owned(),
            Asked::Later => "later".to_owned(),
            Asked::Never(error) => error.message.clone(),
        }
    }

    #[test]
    fn what_is_reserved_is_not_there_for_others() {
        let budget = Budget::new(BudgetLimits { cost: Some(Decimal::ONE), ..BudgetLimits::default() });
        let Asked::Reserved(mut first) = budget.reserve(expected(10, 60), "m") else { panic!("there is enough") };
        assert_eq!(refusal(&budget.reserve(expected(10, 60), "m")), "later");
        first.took(Some(5), Some(Decimal::new(10, 2)));
        drop(first);
        assert_eq!(budget.spent(), Spent { cost: Decimal::new(10, 2), tokens: 5, calls: 1 });
        let Asked::Reserved(second) = budget.reserve(expected(10, 60), "m") else { panic!("there is enough") };
        drop(second);
        assert_eq!(
            refusal(&budget.reserve(expected(10, 60), "m")),
            "the budget of $1.00 does not suffice: $0.70 are spent, and this call may take $0.60; raise the limit to go on"
        );
        let Asked::Reserved(mut third) = budget.reserve(expected(10, 30), "m") else { panic!("there is enough") };
        third.nothing();
        drop(third);
        assert_eq!(budget.spent().cost, Decimal::new(70, 2));
    }

    #[test]
    fn each_limit_has_its_words() {
        let none = BudgetLimits::default();
        for (limits, expected, words) in [
            (
                BudgetLimits { tokens: Some(100), ..none },
                expected(101, 0),
                "the budget of 100 tokens does not suffice: 0 are spent, and this call may take 101; raise the limit to \
                 go on",
            ),
            (
                BudgetLimits { calls: Some(0), ..none },
                expected(1, 0),
                "the budget of 0 calls is used up; raise the limit to go on",
            ),
            (
                BudgetLimits { cost: Some(Decimal::ONE), ..none },
                Expected { tokens: 1, cost: None },
                "the price of model `m` is not known, so that the limit of $1.00 cannot be kept; give its price in a \
                 models.yaml, or set a limit of tokens",
            ),
            (none, Expected { tokens: u64::MAX, cost: None }, "reserved"),
        ] {
            assert_eq!(refusal(&Budget::new(limits).reserve(expected, "m")), words);
        }
    }
}
