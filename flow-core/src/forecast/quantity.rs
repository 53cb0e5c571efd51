use std::ops::{Add, AddAssign, Mul};

use serde::{Deserialize, Serialize};

/// A number that is not known yet: where it will probably lie, and what it cannot pass.
///
/// `low ≤ expected ≤ high`, and `high ≤ worst` where there is a worst case. Sums and products keep this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// It will hardly be less.
    pub low: f64,
    /// What is expected.
    pub expected: f64,
    /// It will hardly be more.
    pub high: f64,
    /// It cannot be more; `None` where nothing bounds it.
    pub worst: Option<f64>,
}

impl Quantity {
    /// Nothing.
    pub const NONE: Self = Self::exactly(0.0);
    /// One.
    pub const ONE: Self = Self::exactly(1.0);

    /// A number that is known.
    #[must_use]
    pub const fn exactly(number: f64) -> Self {
        Self { low: number, expected: number, high: number, worst: Some(number) }
    }

    /// A number between others. Whatever is given, the result is in order.
    #[must_use]
    pub fn between(low: f64, expected: f64, high: f64, worst: Option<f64>) -> Self {
        let bound = worst.unwrap_or(f64::INFINITY).max(0.0);
        let low = low.clamp(0.0, bound);
        let expected = expected.clamp(low, bound);
        Self { low, expected, high: high.clamp(expected, bound), worst }
    }

    /// Whether it is known.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.low == self.high && self.worst == Some(self.high)
    }

    /// Whether it can only be nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.worst == Some(0.0)
    }

    /// The same, but it may as well be less.
    #[must_use]
    pub fn or_less(self, low: f64, expected: f64) -> Self {
        let low = self.low.min(low);
        Self { low, expected: self.expected.min(expected).max(low), ..self }
    }

    /// So many times as much.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let factor = factor.max(0.0);
        Self {
            low: self.low * factor,
            expected: self.expected * factor,
            high: self.high * factor,
            worst: self.worst.map(|worst| worst * factor),
        }
    }

    /// With so much of play on either side of what is expected. What is at least or at most there stays within the bounds that were
    /// known without it.
    #[must_use]
    pub fn widened(self, by: f64) -> Self {
        let high = (self.high + by).min(self.worst.unwrap_or(f64::INFINITY));
        Self { low: (self.low - by).max(0.0), high: high.max(self.expected), ..self }
    }
}

impl Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            expected: self.expected + other.expected,
            high: self.high + other.high,
            worst: self.worst.zip(other.worst).map(|(one, other)| one + other),
        }
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul for Quantity {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let none = self.is_none() || other.is_none();
        let worst = self.worst.zip(other.worst).map(|(one, other)| one * other);
        Self {
            low: self.low * other.low,
            expected: self.expected * other.expected,
            high: self.high * other.high,
            worst: if none { Some(0.0) } else { worst },
        }
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::NONE, Self::add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity() -> impl Strategy<Value = Quantity> {
        let number = 0.0..1e6_f64;
        (number.clone(), number.clone(), number.clone(), prop::option::of(number))
            .prop_map(|(low, expected, high, worst)| Quantity::between(low, expected, high, worst))
    }

    fn is_in_order(quantity: Quantity) -> bool {
        let within = |high: f64| quantity.worst.is_none_or(|worst| high <= worst * (1.0 + 1e-12));
        0.0 <= quantity.low
            && quantity.low <= quantity.expected
            && quantity.expected <= quantity.high
            && within(quantity.high)
    }

    proptest! {
        #[test]
        fn what_is_reckoned_with_stays_in_order(one in quantity(), other in quantity(), factor in 0.0..100.0_f64) {
            let all = [one, one + other, one * other, one.scaled(factor), one.widened(factor), one.or_less(factor, factor)];
            for quantity in all {
                prop_assert!(is_in_order(quantity), "{quantity:?}");
            }
        }
    }

    #[test]
    fn what_has_no_bound_has_none_in_a_sum_unless_it_is_taken_no_times() {
        let open = Quantity::between(0.0, 3.0, 10.0, None);
        assert_eq!((open + Quantity::ONE).worst, None);
        assert_eq!((open * Quantity::NONE).worst, Some(0.0));
        assert!(Quantity::ONE.is_exact() && !open.is_exact());
    }
}
