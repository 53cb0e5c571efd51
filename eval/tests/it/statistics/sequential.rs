//! Looking at rows as they come.

use flow_eval::statistics::{
    Better, Design, FEWEST_ROWS, GroupBoundary, Kind, Level, PairedTable, Proportion, Scores, SequentialComparison,
    SequentialDesign, SequentialState, Spending, StatisticsError, Verdict, Wealth, asymptotic_margin, compare,
    compare_all, compare_remaining, successive_halving,
};
use proptest::prelude::*;

use super::{ends, near, near_by};

const UNIT: Kind = Kind::Bounded { low: 0.0, high: 1.0 };
const LIKERT: Kind = Kind::Bounded { low: 1.0, high: 5.0 };
/// Differences of passes on twenty rows.
const D: [f64; 20] = [0., 1., 0., 1., 1., 0., 0., 1., -1., 1., 0., 1., 1., 0., 1., 1., 0., 1., 0., 1.];

fn table(b: u64, c: u64) -> PairedTable {
    PairedTable { both: 0, only_first: b, only_second: c, neither: 0 }
}

fn design(kind: Kind) -> SequentialDesign {
    let spending = Spending::Anytime;
    SequentialDesign { kind, better: Better::Higher, level: Level::P95, spending, smallest: None, comparisons: 1 }
}

/// The passes of the baseline and of the variant whose difference is this.
fn passes(difference: f64) -> (Option<f64>, Option<f64>) {
    (Some(f64::from(u8::from(difference < 0.0))), Some(f64::from(u8::from(difference > 0.0))))
}

fn of_passes(design: &SequentialDesign, differences: impl IntoIterator<Item = f64>) -> SequentialComparison {
    let mut comparison = SequentialComparison::new(design).unwrap();
    for difference in differences {
        let (baseline, variant) = passes(difference);
        comparison.observe(baseline, variant).unwrap();
    }
    comparison
}

#[test]
fn e_values_of_rows_that_differ() {
    for (b, c, expected) in [
        (0, 5, 5.333333333333333),
        (0, 6, 9.142857142857142),
        (0, 7, 16.0),
        (0, 8, 28.444444444444443),
        (1, 9, 9.309090909090909),
        (3, 12, 4.501098901098901),
        (3, 15, 16.90815273477812),
        (10, 25, 5.199043017272422),
        (12, 12, 0.2481693511764854),
    ] {
        near(table(b, c).e_value(1.0).unwrap(), expected);
        near(table(c, b).e_value(1.0).unwrap(), expected);
    }
    near(table(3, 12).e_value(2.0).unwrap(), 4.589355742296917);
    near(table(10, 25).e_value(2.0).unwrap(), 6.345346954224358);
    near(table(10, 25).e_value(10.0).unwrap(), 4.938096893960175);
    for (b, c, expected) in [(0, 5, 10.5), (3, 12, 8.906456043956052), (10, 25, 10.33917576034635)] {
        near(table(b, c).e_value_of_better(1.0).unwrap(), expected);
    }
    assert!(table(1, 2).e_value(0.0).is_err());
}

#[test]
fn robbins_sequence_of_a_share() {
    for (passed, rows, low, high) in [
        (7, 20, 0.10348269637426914, 0.6728343685787559),
        (45, 50, 0.7123395345891954, 0.9843414454152707),
        (180, 200, 0.81169554956074, 0.9573756661107077),
        (900, 1000, 0.8616331976354258, 0.9312195793737553),
    ] {
        let share = Proportion::new(passed, rows).unwrap();
        ends(share.robbins(Level::P95), low, high);
        // Of so great a data set the rows that are there are next to none.
        let found = share.robbins_of(100_000_000, Level::P95).unwrap();
        near_by(found.low, low, 1e-4);
        near_by(found.high, high, 1e-4);
        assert_eq!(share.robbins_of(rows, Level::P95).unwrap().half_width(), 0.0);
    }
    let none = Proportion::new(0, 5).unwrap();
    assert_eq!(none.robbins(Level::P95).low, 0.0);
    assert!(none.robbins_of(4, Level::P95).is_err());
}

#[test]
fn the_asymptotic_sequence() {
    near(asymptotic_margin(100, 0.25, 100.0, Level::P95).unwrap(), 0.16133336613507268);
    near(asymptotic_margin(400, 0.25, 100.0, Level::P95).unwrap(), 0.07588615991589828);
    assert!(asymptotic_margin(0, 0.25, 100.0, Level::P95).is_err());
    assert!(asymptotic_margin(9, 0.0, 100.0, Level::P95).is_err());
}

/// What Waudby-Smith and Ramdas (arXiv 2010.09686) estimate from the rows so far, and the bet that they take.
struct PlugIn {
    rows: f64,
    sum: f64,
    squares: f64,
}

impl PlugIn {
    fn of_none() -> PlugIn {
        PlugIn { rows: 0.0, sum: 0.5, squares: 0.25 }
    }

    fn mean(&self) -> f64 {
        self.sum / (self.rows + 1.0)
    }

    fn bet(&self, alpha: f64) -> f64 {
        let next = self.rows + 1.0;
        (2.0 * (2.0 / alpha).ln() / (self.squares / next * next * next.ln_1p())).sqrt()
    }

    fn add(&mut self, score: f64) {
        (self.rows, self.sum) = (self.rows + 1.0, self.sum + score);
        self.squares += (score - self.mean()).powi(2);
    }
}

#[test]
fn capital_of_hedged_bets_and_of_bets_without_replacement() {
    let (mut up, mut down) = (Wealth::against(0.5), Wealth::against(0.5));
    let mut plug_in = PlugIn::of_none();
    let mut crossed = None;
    // Their closed form, the empirical Bernstein sequence, with which ours is compared.
    let (mut bets, mut weighted, mut spread) = (0.0, 0.0, 0.0);
    for (row, d) in D.iter().enumerate() {
        let score = (d + 1.0) / 2.0;
        let bet = plug_in.bet(0.05);
        up.observe(score, bet.min(1.0));
        down.observe(score, -bet.min(1.0));
        let small = bet.min(0.5);
        bets += small;
        weighted += small * score;
        spread += 4.0 * (score - plug_in.mean()).powi(2) * (-(1.0 - small).ln() - small) / 4.0;
        plug_in.add(score);
        if (up.value() / 2.0).max(down.value() / 2.0) >= 20.0 && crossed.is_none() {
            crossed = Some(row + 1);
        }
    }
    near(up.value(), 43.248779296875);
    near(down.value(), 0.000732421875);
    assert_eq!((crossed, up.most(), down.most()), (Some(20), up.value(), 1.0));
    near(weighted / bets, 0.75);
    let margin = (40.0_f64.ln() + spread) / bets;
    near(margin, 0.40899860369214364);
    let ours = of_passes(&design(Kind::Binary), D).evidence().interval.unwrap();
    assert!(ours.low > 2.0 * (0.75 - margin) - 1.0 && ours.half_width() < 2.0 * margin, "{ours:?}");

    let mut wealth = Wealth::against_mean_of(0.5, 20);
    let expected = [1.4, 1.989474, 2.873684, 1.927059, 2.794235, 4.135468, 6.26228, 9.73062, 15.568993, 13.304412];
    for (score, expected) in [1., 1., 1., 0., 1., 1., 1., 1., 1., 0.].into_iter().zip(expected) {
        wealth.observe(score, 0.8);
        near_by(wealth.value(), expected, 1e-6);
    }
}

#[test]
fn of_passes_the_e_value_is_the_mixture_and_its_expectation_is_one() {
    for rows in 1..=12_u32 {
        let mut total = 0.0;
        for outcome in 0_u32..1 << rows {
            let differences = (0..rows).map(|row| if outcome >> row & 1 == 1 { 1.0 } else { -1.0 });
            let e = of_passes(&SequentialDesign { spending: Spending::Fixed, ..design(Kind::Binary) }, differences)
                .evidence()
                .e_value;
            let second = u64::from(outcome.count_ones());
            near_by(e, table(u64::from(rows) - second, second).e_value(5.0).unwrap(), 1e-9 * e.max(1.0));
            total += e;
        }
        near(total / f64::from(1_u32 << rows), 1.0);
    }
}

#[test]
fn bounds_of_a_few_looks() {
    let shares = [0.2, 0.4, 0.6, 0.8, 1.0];
    for (boundary, expected) in [
        (GroupBoundary::ObrienFleming, [4.562, 3.226, 2.634, 2.281, 2.040]),
        (GroupBoundary::LanDeMetsObrienFleming, [4.8769, 3.3570, 2.6803, 2.2898, 2.0310]),
        (GroupBoundary::LanDeMetsPocock, [2.4380, 2.4268, 2.4102, 2.3966, 2.3860]),
    ] {
        let found = boundary.bounds(&shares, Level::P95).unwrap();
        found.iter().zip(expected).for_each(|(found, expected)| near_by(*found, expected, 1e-3));
        // One look at all rows is the test as it is.
        near_by(boundary.bounds(&[1.0], Level::P95).unwrap()[0], Level::P95.z(), 1e-9);
        assert!(boundary.bounds(&[0.5, 0.5], Level::P95).is_err() && boundary.bounds(&[], Level::P95).is_err());
    }
}

#[test]
fn rounds_of_halving() {
    assert_eq!(successive_halving(8, 2_400).unwrap(), [(8, 100), (4, 200), (2, 400)]);
    assert_eq!(successive_halving(5, 300).unwrap(), [(5, 20), (3, 33), (2, 50)]);
    assert!(successive_halving(1, 100).is_err() && successive_halving(8, 20).is_err());
}

#[test]
fn how_alpha_is_spent() {
    let levels = |spending: Spending| {
        [spending.looking(Level::P95), spending.last(Level::P95)].map(|level| level.map(|level| level.to_string()))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(levels(Spending::Mixed), [some("99 %"), some("96 %")]);
    assert_eq!(levels(Spending::Anytime), [some("95 %"), None]);
    assert_eq!(levels(Spending::Fixed), [None, some("95 %")]);
    let mixed = SequentialDesign { spending: Spending::Mixed, comparisons: 4, ..design(Kind::Binary) };
    near(mixed.looking().unwrap().alpha(), 0.0025);
}

#[test]
fn a_claim_and_the_interval_beside_it_agree_and_a_claim_stays() {
    let mut comparison = SequentialComparison::new(&design(Kind::Binary)).unwrap();
    for row in 0..FEWEST_ROWS - 1 {
        let state = comparison.observe(Some(0.0), Some(1.0)).unwrap();
        assert_eq!((state, comparison.evidence().rows), (SequentialState::Open, row + 1));
    }
    // The evidence was there before, and not the rows.
    assert!(comparison.evidence().e_value > 20.0);
    assert_eq!(comparison.observe(Some(0.0), Some(1.0)).unwrap(), SequentialState::Better);
    let before = comparison.evidence();
    assert_eq!(
        before.to_string(),
        "difference 1, 95 % interval 0.24 to 1 (confidence sequence, betting), e 97.1, 15 rows"
    );
    for _ in 0..40 {
        assert_eq!(comparison.observe(Some(1.0), Some(0.0)).unwrap(), SequentialState::Better);
    }
    let after = comparison.evidence();
    assert!(after.e_value < before.e_value && after.p == before.p, "{after:?}");
    assert_eq!((after.better, after.worse, after.equal), (15, 40, 0));

    let lower = SequentialDesign { better: Better::Lower, ..design(Kind::Binary) };
    assert_eq!(of_passes(&lower, [1.0; 15]).state(), SequentialState::Worse);
    // More comparisons, and less α for looking, need more evidence.
    let more = [(Spending::Anytime, 1), (Spending::Anytime, 3), (Spending::Mixed, 1), (Spending::Mixed, 3)];
    let stopped = more.map(|(spending, comparisons)| {
        let design = SequentialDesign { spending, comparisons, ..design(Kind::Binary) };
        let mut rows = 0;
        let mut comparison = SequentialComparison::new(&design).unwrap();
        while !comparison.state().is_decided() {
            let (baseline, variant) = passes(D[rows % 20]);
            comparison.observe(baseline, variant).unwrap();
            rows += 1;
        }
        (rows, comparison.evidence().interval.unwrap().level.to_string())
    });
    let stopped = stopped.map(|(rows, level)| format!("{rows} rows, {level}"));
    assert_eq!(stopped, ["25 rows, 95 %", "33 rows, 98.333333 %", "36 rows, 99 %", "40 rows, 99.666667 %"]);
}

#[test]
fn a_difference_that_does_not_matter_ends_it() {
    let design = SequentialDesign { smallest: Some(0.1), ..design(UNIT) };
    let mut comparison = SequentialComparison::new(&design).unwrap();
    let mut rows = 0;
    while !comparison.state().is_decided() && rows < 1_000 {
        let noise = ((rows * 7) % 13) as f64 / 60.0 - 0.1;
        comparison.observe(Some(0.5), Some(0.5 + noise)).unwrap();
        rows += 1;
    }
    assert_eq!((comparison.state(), rows), (SequentialState::Small { smallest: 0.1 }, 47));
    assert_eq!(comparison.state().to_string(), "no difference of 0.1 or more");
    let interval = comparison.evidence().interval.unwrap();
    assert!(interval.low > -0.1 && interval.high < 0.1 && interval.contains(0.0), "{interval:?}");
}

#[test]
fn errors_count_as_the_worst_score() {
    for (better, means) in [(Better::Higher, [3.0, 1.0]), (Better::Lower, [3.0, 5.0])] {
        let design = SequentialDesign { better, ..design(LIKERT) };
        let mut comparison = SequentialComparison::new(&design).unwrap();
        (0..20).for_each(|_| assert!(comparison.observe(Some(3.0), None).is_ok()));
        let found = comparison.evidence();
        assert_eq!((found.errors, found.means, found.worse), ([0, 20], means, 20));
        assert_eq!(comparison.state(), SequentialState::Worse);
        // As where all rows are compared.
        let (a, b) = ([Some(3.0); 20], [None; 20]);
        let fixed = compare(&Scores::of(&a), &Scores::of(&b), &Design { better, ..Design::new(LIKERT) }).unwrap();
        assert_eq!((fixed.means, fixed.verdict), (found.means, Verdict::Worse));
    }
}

#[test]
fn what_cannot_be_compared_row_by_row() {
    let refused = |design: SequentialDesign| SequentialComparison::new(&design).unwrap_err();
    let error = refused(design(Kind::Unbounded));
    assert_eq!(
        error.to_string(),
        "a comparison of rows as they come needs scores within a range that is known before, and these have none"
    );
    assert_eq!(error.code(), "statistics-no-range");
    assert!(matches!(
        refused(design(Kind::Bounded { low: 1.0, high: 1.0 })),
        StatisticsError::Setting { what: "the lowest score", .. }
    ));
    for smallest in [0.0, -0.1, f64::NAN, 4.0] {
        let error = refused(SequentialDesign { smallest: Some(smallest), ..design(LIKERT) });
        assert!(matches!(error, StatisticsError::Setting { .. }), "{error}");
    }
    let mut comparison = SequentialComparison::new(&design(LIKERT)).unwrap();
    assert!(comparison.observe(Some(0.5), Some(2.0)).is_err());
    assert!(comparison.observe(Some(1.0), Some(f64::NAN)).is_err());
    assert_eq!(comparison.evidence().rows, 0);
    let mut comparison = SequentialComparison::new(&design(Kind::Binary)).unwrap();
    assert_eq!(
        comparison.observe(Some(1.0), Some(0.5)).unwrap_err().to_string(),
        "the value of row 0 is 0.5, outside of the declared range 0 to 1"
    );
}

#[test]
fn the_test_of_all_rows_at_the_level_that_is_left() {
    let level = Spending::Mixed.last(Level::P95).unwrap();
    let design = Design { level, ..Design::new(Kind::Binary) };
    let column = |differences: &[f64]| -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        differences.iter().map(|difference| passes(*difference)).unzip()
    };
    // 3 against 12: mid-p 0.021, which is enough alone, and not beside another that was given up.
    let mut rows = vec![0.0; 85];
    rows.extend([1.0; 12]);
    rows.extend([-1.0; 3]);
    let (a, b) = column(&rows);
    let (a, b) = (Scores::of(&a), Scores::of(&b));
    let found = compare(&a, &b, &design).unwrap();
    assert_eq!((found.verdict, found.interval.unwrap().level), (Verdict::Better, level));
    assert_eq!(compare_all(&a, &[b], &design).unwrap().comparisons[0], found);
    let found = compare_remaining(&a, &[b], &design, 1).unwrap();
    near(found.comparisons[0].adjusted_p.unwrap(), 2.0 * 0.02127075195312501);
    assert!(matches!(found.comparisons[0].verdict, Verdict::Undecided { .. }));
    near(found.comparisons[0].simultaneous.unwrap().level.alpha(), 0.02);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn swapping_the_variants_mirrors_the_evidence(rows in prop::collection::vec((0_i32..=20, 0_i32..=20), 1..120)) {
        let design = SequentialDesign { smallest: Some(0.2), ..design(UNIT) };
        let (mut there, mut back) = (SequentialComparison::new(&design).unwrap(), SequentialComparison::new(&design).unwrap());
        for (a, b) in &rows {
            let (a, b) = (Some(f64::from(*a) / 20.0), Some(f64::from(*b) / 20.0));
            let state = there.observe(a, b).unwrap();
            let mirrored = match back.observe(b, a).unwrap() {
                SequentialState::Better => SequentialState::Worse,
                SequentialState::Worse => SequentialState::Better,
                other => other,
            };
            prop_assert_eq!(state, mirrored);
        }
        let (one, two) = (there.evidence(), back.evidence());
        prop_assert!((one.e_value - two.e_value).abs() <= 1e-9 * one.e_value.max(1.0));
        prop_assert!((one.difference + two.difference).abs() < 1e-12);
        let (one, two) = (one.interval.unwrap(), two.interval.unwrap());
        prop_assert!((one.low + two.high).abs() < 1e-9 && (one.high + two.low).abs() < 1e-9, "{one:?} {two:?}");
        prop_assert!(one.low <= one.high);
    }

    #[test]
    fn rows_that_agree_are_no_evidence_and_claims_are_those_of_the_mixture(rows in prop::collection::vec(prop::sample::select(vec![-1.0, 0.0, 0.0, 1.0, 1.0]), 15..200)) {
        let design = design(Kind::Binary);
        let (all, differing) = (of_passes(&design, rows.clone()), of_passes(&design, rows.iter().copied().filter(|d| *d != 0.0)));
        let (one, two) = (all.evidence(), differing.evidence());
        prop_assert!((one.e_value - two.e_value).abs() <= 1e-9 * one.e_value.max(1.0));
        prop_assert!((one.p - two.p).abs() < 1e-9);
        let closed = table(one.worse as u64, one.better as u64).e_value(5.0).unwrap();
        prop_assert!((one.e_value - closed).abs() <= 1e-9 * closed.max(1.0), "{} {closed}", one.e_value);
        prop_assume!((one.p - 0.05).abs() > 1e-9);
        let interval = one.interval.unwrap();
        prop_assert_eq!(one.p < 0.05, !interval.contains(0.0), "{:?}", one);
        prop_assert_eq!(all.state() == SequentialState::Open, interval.contains(0.0));
        // In any order the evidence of all rows is the same.
        let mut turned = rows;
        turned.reverse();
        prop_assert!((of_passes(&design, turned).evidence().e_value - one.e_value).abs() <= 1e-9 * one.e_value.max(1.0));
    }
}
