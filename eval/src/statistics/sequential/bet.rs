/// What was seen of scores that lie within -½ to ½: all that a bet needs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    rows: f64,
    telling: f64,
    sum: f64,
    squares: f64,
}

impl Seen {
    /// Takes one more score; `telling` is whether it tells anything, as a row does on which two variants differ.
    pub(super) fn add(&mut self, score: f64, telling: bool) {
        self.rows += 1.0;
        self.telling += if telling { 1.0 } else { 0.0 };
        self.sum += score;
        self.squares += score * score;
    }

    pub(super) fn rows(&self) -> f64 {
        self.rows
    }

    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// What to bet on the next row against a mean `m`, by the rows before it: `λ = t/(t+strength) · S₁/S₂`, where
    /// `S₁ = Σ(x-m)`, `S₂ = Σ(x-m)²` and t is the number of telling rows. `S₁/S₂` is about what would have made the most of them
    /// (Kelly 1956); the factor holds back while there are few, and keeps `1 + λ(x-m)` above 0 for every x.
    ///
    /// For differences of passes, against no difference, and with a strength of 2a, the capital is exactly the mixture over
    /// Beta(a, a) of the odds that the variant wins a row on which they differ (`PairedTable::e_value`): the next such row is
    /// expected to be won with `(c+a)/(m+2a)`.
    pub(super) fn bet(&self, mean: f64, strength: f64) -> f64 {
        let away = self.sum - self.rows * mean;
        let spread = self.squares - 2.0 * mean * self.sum + self.rows * mean * mean;
        if spread <= 0.0 || self.telling == 0.0 {
            return 0.0;
        }
        let trust = self.telling / (self.telling + strength);
        trust * (away / spread).clamp(-1.0 / (0.5 - mean), 1.0 / (0.5 + mean))
    }
}

/// The mean of the rows that are left, if that of all is `mean`: `(N m - Σ)/(N - t + 1)` before row t of a data set of N rows, and
/// `mean` for rows without end.
pub(super) fn mean_of_the_rest(mean: f64, data_set: Option<usize>, seen: f64, sum: f64) -> f64 {
    match data_set {
        Some(rows) if seen < rows as f64 => (rows as f64 * mean - sum) / (rows as f64 - seen),
        _ => mean,
    }
}
