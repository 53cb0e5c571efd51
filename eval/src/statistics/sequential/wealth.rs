use super::bet::mean_of_the_rest;

/// The capital of one who bets against a mean, beginning with 1. If the mean is the true one and no bet knows its row, the
/// capital is a nonnegative martingale: its expectation is 1, and it ever reaches `1/α` with probability α at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wealth {
    mean: f64,
    data_set: Option<usize>,
    seen: f64,
    sum: f64,
    log: f64,
    most: f64,
}

impl Wealth {
    /// Against a mean of rows without end.
    #[must_use]
    pub fn against(mean: f64) -> Wealth {
        Wealth { mean, data_set: None, seen: 0.0, sum: 0.0, log: 0.0, most: 0.0 }
    }

    /// Against the mean of a data set of so many rows, which come in random order and none of them twice.
    #[must_use]
    pub fn against_mean_of(mean: f64, rows: usize) -> Wealth {
        Wealth { data_set: Some(rows), ..Wealth::against(mean) }
    }

    /// The mean that the next row has if the hypothesis is true.
    #[must_use]
    pub fn next_mean(&self) -> f64 {
        mean_of_the_rest(self.mean, self.data_set, self.seen, self.sum)
    }

    /// Takes one more score, on which `bet` was laid: the capital grows by `1 + bet (score - mean)`. A bet must be chosen before the
    /// score is known, and so that the factor cannot become negative.
    pub fn observe(&mut self, score: f64, bet: f64) {
        self.log += (bet * (score - self.next_mean())).max(-1.0).ln_1p();
        self.most = self.most.max(self.log);
        self.seen += 1.0;
        self.sum += score;
    }

    /// The capital.
    #[must_use]
    pub fn value(&self) -> f64 {
        finite(self.log)
    }

    /// The most that it ever was.
    #[must_use]
    pub fn most(&self) -> f64 {
        finite(self.most)
    }
}

/// `exp(log)`, at most what is still a number.
fn finite(log: f64) -> f64 {
    log.exp().min(f64::MAX)
}
