use super::{Row, Sample};

/// A sample that is being drawn: of `n` rows so far, each is in it with the same chance. Only the sample is held.
pub(super) struct Reservoir {
    sample: Sample,
    seen: u64,
    state: u64,
    rows: Vec<Row>,
}

impl Reservoir {
    pub(super) fn new(sample: Sample) -> Self {
        Self { sample, seen: 0, state: sample.seed, rows: Vec::new() }
    }

    pub(super) fn offer(&mut self, row: Row) {
        self.seen += 1;
        if self.rows.len() < self.sample.size {
            self.rows.push(row);
            return;
        }
        let drawn = self.below(self.seen);
        if let Some(place) = usize::try_from(drawn).ok().and_then(|drawn| self.rows.get_mut(drawn)) {
            *place = row;
        }
    }

    /// The sample, in the order of the data.
    pub(super) fn into_rows(mut self) -> Vec<Row> {
        self.rows.sort_by_key(|row| row.line);
        self.rows
    }

    /// A number below another that is not 0, each as probable: the highest ones that would favour some are drawn again.
    fn below(&mut self, end: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % end;
        loop {
            let number = self.number();
            if number < fair {
                return number % end;
            }
        }
    }

    /// The generator SplitMix64. It stays as it is: a seed draws the same rows in each version.
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use flow_core::value::Map;

    use super::super::Place;
    use super::*;

    fn drawn(size: usize, seed: u64, rows: u64) -> Vec<u64> {
        let mut reservoir = Reservoir::new(Sample { size, seed });
        let file: Arc<Path> = Arc::from(Path::new("a.jsonl"));
        for line in 0..rows {
            let place = Place { file: Arc::clone(&file), line };
            reservoir.offer(Row { line, place, folder: Arc::clone(&file), values: Map::new() });
        }
        reservoir.into_rows().iter().map(|row| row.line).collect()
    }

    #[test]
    fn a_seed_always_draws_the_same_rows_in_their_order() {
        assert_eq!(drawn(4, 7, 100), [10, 27, 49, 63]);
        assert_eq!(drawn(5, 1, 3), [0, 1, 2]);
        assert_ne!(drawn(4, 8, 100), drawn(4, 7, 100));
    }

    #[test]
    fn each_row_is_drawn_as_often_as_any_other() {
        let mut counts = [0_u32; 20];
        for seed in 0..4000 {
            for line in drawn(5, seed * 7919, 20) {
                counts[usize::try_from(line).unwrap()] += 1;
            }
        }
        // A thousand each; five standard deviations are 137.
        assert!(counts.iter().all(|count| (863..=1137).contains(count)), "{counts:?}");
    }
}
