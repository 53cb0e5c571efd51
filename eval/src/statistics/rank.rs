/// Values that differ by less than this share of the largest one are ties: differences of scores carry rounding.
const ROUNDING: f64 = 1e-10;

/// Values by their order.
pub(super) struct Ranked {
    /// The rank of each value, from 1; ties share the middle of theirs.
    pub(super) ranks: Vec<f64>,
    /// How many values each group of equal ones has, from the lowest; groups of one are there as well.
    pub(super) groups: Vec<usize>,
}

/// `Σ(t³ - t)` over groups of ties.
pub(super) fn tie_sum(groups: &[usize]) -> f64 {
    groups.iter().map(|size| (*size as f64).powi(3) - *size as f64).sum()
}

impl Ranked {
    pub(super) fn of(values: &[f64]) -> Ranked {
        let slack = ROUNDING * values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let mut order: Vec<(f64, usize)> = values.iter().enumerate().map(|(index, value)| (*value, index)).collect();
        order.sort_unstable_by(|one, two| one.0.total_cmp(&two.0));
        let mut ranked = Ranked { ranks: vec![0.0; values.len()], groups: Vec::new() };
        let mut start = 0;
        while start < order.len() {
            let size = order[start..].iter().take_while(|(value, _)| value - order[start].0 <= slack).count();
            let rank = start as f64 + (size as f64 + 1.0) / 2.0;
            order[start..start + size].iter().for_each(|(_, index)| ranked.ranks[*index] = rank);
            ranked.groups.push(size);
            start += size;
        }
        ranked
    }
}
