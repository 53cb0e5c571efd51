//! Data whose truth is known, and rules by which one may stop looking at them.

use flow_eval::statistics::{
    Better, Design, GroupBoundary, Kind, Level, PairedTable, Scores, SequentialComparison, SequentialDesign,
    SequentialState, Spending, Verdict, asymptotic_margin, compare,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The share of rows on which passes differ.
const DISCORDANCE: f64 = 0.2;
/// The deviation of differences of scores.
const DEVIATION: f64 = 0.15;
const JUDGED: Kind = Kind::Bounded { low: 0.0, high: 1.0 };

/// What is scored.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Data {
    /// Passes that differ on a fifth of the rows.
    Passes,
    /// A judge's scores within 0 to 1, whose differences have a deviation of 0.15.
    Judged,
}

/// By what rule one stops.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// The paired z test after every tenth row from the twentieth on.
    Peeking,
    /// All rows, compared once.
    Fixed,
    /// The mixture over Beta(a, a), after every tenth row.
    Mixture(f64),
    /// The asymptotic confidence sequence that is narrowest at 300 rows, after every tenth.
    Asymptotic,
    /// O'Brien and Fleming's bounds, five looks.
    Group,
    /// A comparison of rows as they come, and for mixed spending the test of all rows at the end.
    Comparison(Spending, Option<f64>),
}

impl Rule {
    pub(crate) fn name(self) -> String {
        match self {
            Rule::Peeking => "paired z, looked at every 10 rows".to_owned(),
            Rule::Fixed => "all rows, compared once".to_owned(),
            Rule::Mixture(a) => format!("mixture over Beta({a}, {a}), every 10 rows"),
            Rule::Asymptotic => "asymptotic confidence sequence, every 10 rows".to_owned(),
            Rule::Group => "O'Brien-Fleming, 5 looks".to_owned(),
            Rule::Comparison(Spending::Anytime, None) => "anytime, every row".to_owned(),
            Rule::Comparison(Spending::Anytime, Some(smallest)) => format!("anytime, no difference of {smallest}"),
            Rule::Comparison(_, None) => "mixed, every row".to_owned(),
            Rule::Comparison(_, Some(smallest)) => format!("mixed, no difference of {smallest}"),
        }
    }
}

/// What came of one run.
pub(crate) struct Outcome {
    /// Whether one of the variants was called better.
    pub(crate) found: bool,
    pub(crate) rows: usize,
    /// Whether the interval of a comparison ever missed the truth.
    pub(crate) missed: bool,
    /// Whether it ended as too small a difference.
    pub(crate) small: bool,
}

/// What came of many.
pub(crate) struct Shares {
    pub(crate) found: f64,
    pub(crate) rows: f64,
    pub(crate) missed: f64,
    pub(crate) small: f64,
}

/// Random numbers.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The numbers of a run, which are always the same.
    pub(crate) fn of_run(run: u64) -> Draws {
        let mut rng = ChaCha8Rng::seed_from_u64(20_250_101);
        rng.set_stream(run);
        Draws(rng)
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn pair(&mut self, data: Data, delta: f64) -> (f64, f64) {
        match data {
            Data::Passes => match self.uniform() {
                at if at < (DISCORDANCE + delta) / 2.0 => (0.0, 1.0),
                at if at < DISCORDANCE => (1.0, 0.0),
                at if at < 0.8 => (1.0, 1.0),
                _ => (0.0, 0.0),
            },
            // Around the middle, so that next to nothing is cut off.
            Data::Judged => (0.5, (0.5 + delta + DEVIATION * self.normal()).clamp(0.0, 1.0)),
        }
    }
}

/// Many runs of `rows` rows whose true difference is `delta`. The same for the same numbers.
pub(crate) fn shares(rule: Rule, data: Data, (delta, rows): (f64, usize), runs: u64) -> Shares {
    let mut sum = Shares { found: 0.0, rows: 0.0, missed: 0.0, small: 0.0 };
    let bounds = GroupBoundary::ObrienFleming.bounds(&[0.2, 0.4, 0.6, 0.8, 1.0], Level::P95).unwrap_or_default();
    for run in 0..runs {
        let mut draws = Draws::of_run(run);
        let pairs: Vec<(f64, f64)> = (0..rows).map(|_| draws.pair(data, delta)).collect();
        let found = match rule {
            Rule::Fixed => Outcome { found: differ(&pairs, data, Level::P95), rows, missed: false, small: false },
            Rule::Comparison(spending, smallest) => by_comparison(&pairs, data, delta, (spending, smallest)),
            rule => by_table(&pairs, rule, &bounds),
        };
        sum.found += f64::from(u8::from(found.found));
        sum.rows += found.rows as f64;
        sum.missed += f64::from(u8::from(found.missed));
        sum.small += f64::from(u8::from(found.small));
    }
    let of_runs = |sum: f64| sum / runs as f64;
    Shares {
        found: of_runs(sum.found),
        rows: of_runs(sum.rows),
        missed: of_runs(sum.missed),
        small: of_runs(sum.small),
    }
}

fn kind(data: Data) -> Kind {
    if data == Data::Passes { Kind::Binary } else { JUDGED }
}

/// Whether all rows, compared once, differ.
fn differ(pairs: &[(f64, f64)], data: Data, level: Level) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = pairs.iter().map(|(a, b)| (Some(*a), Some(*b))).unzip();
    let mut design = Design { level, ..Design::new(kind(data)) };
    design.resampling.replicates = 999;
    compare(&Scores::of(&a), &Scores::of(&b), &design)
        .is_ok_and(|found| matches!(found.verdict, Verdict::Better | Verdict::Worse))
}

fn by_comparison(
    pairs: &[(f64, f64)],
    data: Data,
    delta: f64,
    (spending, smallest): (Spending, Option<f64>),
) -> Outcome {
    let level = Level::P95;
    let design =
        SequentialDesign { kind: kind(data), better: Better::Higher, level, spending, smallest, comparisons: 1 };
    let mut outcome = Outcome { found: false, rows: pairs.len(), missed: false, small: false };
    let Ok(mut comparison) = SequentialComparison::new(&design) else { return outcome };
    for (row, (a, b)) in pairs.iter().enumerate() {
        let state = comparison.observe(Some(*a), Some(*b)).unwrap_or(SequentialState::Open);
        let interval = comparison.evidence().interval;
        outcome.missed |= interval.is_some_and(|interval| !interval.contains(delta));
        match state {
            SequentialState::Open => continue,
            SequentialState::Small { .. } => outcome.small = true,
            SequentialState::Better | SequentialState::Worse => outcome.found = true,
        }
        outcome.rows = row + 1;
        return outcome;
    }
    outcome.found = spending.last(level).is_some_and(|level| differ(pairs, data, level));
    outcome
}

fn by_table(pairs: &[(f64, f64)], rule: Rule, bounds: &[f64]) -> Outcome {
    let mut table = PairedTable { both: 0, only_first: 0, only_second: 0, neither: 0 };
    for (row, (a, b)) in pairs.iter().enumerate() {
        match (*a == 1.0, *b == 1.0) {
            (true, true) => table.both += 1,
            (true, false) => table.only_first += 1,
            (false, true) => table.only_second += 1,
            (false, false) => table.neither += 1,
        }
        let rows = row + 1;
        let z = table.difference().abs() / table.wald_standard_error();
        let stop = match rule {
            Rule::Group => {
                let group = pairs.len() / bounds.len();
                rows.is_multiple_of(group) && z >= bounds[rows / group - 1]
            }
            _ if rows < 20 || !rows.is_multiple_of(10) => false,
            Rule::Mixture(a) => table.e_value(a).is_ok_and(|e| e >= 20.0),
            Rule::Asymptotic => {
                let variance = table.wald_standard_error().powi(2) * rows as f64;
                let margin = asymptotic_margin(rows, variance, 300.0, Level::P95);
                margin.is_ok_and(|margin| table.difference().abs() > margin)
            }
            _ => z >= Level::P95.z(),
        };
        if stop {
            return Outcome { found: true, rows, missed: false, small: false };
        }
    }
    Outcome { found: false, rows: pairs.len(), missed: false, small: false }
}
