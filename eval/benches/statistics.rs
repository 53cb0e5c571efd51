//! Comparing two variants and summing up one by the default methods, by the number of rows.

use flow_eval::statistics::{Clusters, Comparison, Design, Kind, Scores, Summary, compare, summarise};

const ROWS: [usize; 3] = [1_000, 5_000, 1_000_000];
const UNIT: Kind = Kind::Bounded { low: 0.0, high: 1.0 };

fn main() {
    divan::main();
}

/// Two variants' scores, spread over 0 to 1 without a pattern.
fn scores(rows: usize, passes: bool) -> [Vec<Option<f64>>; 2] {
    let mut state = 12_345_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let score = (state >> 11) as f64 / (1_u64 << 53) as f64;
        Some(if passes { f64::from(u8::from(score > 0.3)) } else { score })
    };
    let mut list = || (0..rows).map(|_| next()).collect();
    [list(), list()]
}

fn compared(bencher: divan::Bencher<'_, '_>, rows: usize, kind: Kind, clustered: bool) {
    let [a, b] = scores(rows, kind == Kind::Binary);
    let clusters = Clusters::new((0..rows).map(|row| row / 10));
    let design = Design { clusters: clustered.then_some(&clusters), ..Design::new(kind) };
    bencher.bench(|| -> Option<Comparison> { compare(&Scores::of(&a), &Scores::of(&b), &design).ok() });
}

#[divan::bench(args = ROWS, sample_count = 5)]
fn compare_passes(bencher: divan::Bencher<'_, '_>, rows: usize) {
    compared(bencher, rows, Kind::Binary, false);
}

#[divan::bench(args = ROWS, sample_count = 5)]
fn compare_scores(bencher: divan::Bencher<'_, '_>, rows: usize) {
    compared(bencher, rows, UNIT, false);
}

#[divan::bench(args = ROWS, sample_count = 5)]
fn compare_clusters_of_ten(bencher: divan::Bencher<'_, '_>, rows: usize) {
    compared(bencher, rows, UNIT, true);
}

#[divan::bench(args = ROWS, sample_count = 5)]
fn summarise_latencies(bencher: divan::Bencher<'_, '_>, rows: usize) {
    let [latencies, _] = scores(rows, false);
    bencher.bench(|| -> Option<Summary> { summarise(&Scores::of(&latencies), &Design::new(Kind::Unbounded)).ok() });
}
