use flow_eval::statistics::{
    Better, Clusters, Design, ErrorsAs, FEWEST_ROWS, Goal, IntervalMethod, Kind, Level, Note, Resampling, RowsNeeded,
    Scores, TestMethod, Verdict, compare, compare_all, compare_unpaired, summarise,
};
use proptest::prelude::*;

use super::{A, B, UNTIED, ends, near};

const UNIT: Kind = Kind::Bounded { low: 0.0, high: 1.0 };

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// Passes on 100 rows: both 50, only the first 3, only the second 12, neither 35.
fn passes() -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let cells = [(50, (1.0, 1.0)), (3, (1.0, 0.0)), (12, (0.0, 1.0)), (35, (0.0, 0.0))];
    let pairs = cells.into_iter().flat_map(|(count, pair)| std::iter::repeat_n(pair, count));
    pairs.map(|(a, b)| (Some(a), Some(b))).unzip()
}

#[test]
fn a_summary_takes_the_method_that_fits() {
    let mut seven = vec![Some(1.0); 7];
    seven.extend([Some(0.0); 13]);
    let found = summarise(&Scores::of(&seven), &Design::new(Kind::Binary)).unwrap();
    let interval = found.interval.unwrap();
    assert_eq!(interval.method, IntervalMethod::Wilson);
    ends(interval, 0.18119182410108203, 0.5671457233147638);
    assert_eq!(
        found.also.iter().map(|i| i.method).collect::<Vec<_>>(),
        [IntervalMethod::Jeffreys, IntervalMethod::ClopperPearson]
    );

    let found = summarise(&Scores::of(&some(&A)), &Design::new(UNIT)).unwrap();
    ends(found.interval.unwrap(), 0.5201836958058716, 0.7459612952507149);
    assert_eq!(found.interval.unwrap().method, IntervalMethod::LogitT);
    assert_eq!(
        found.also.iter().map(|i| i.method).collect::<Vec<_>>(),
        [IntervalMethod::StudentT, IntervalMethod::Bca]
    );
    assert!(found.quantiles.is_empty() && found.notes.is_empty());

    let found = summarise(&Scores::of(&some(&UNTIED)), &Design::new(Kind::Unbounded)).unwrap();
    assert_eq!(found.interval.unwrap().method, IntervalMethod::Bca);
    assert_eq!(
        found.notes[0].to_string(),
        "10 rows are few: where some scores are far out, the interval is too narrow"
    );
    assert_eq!(found.quantiles.iter().map(|quantile| quantile.at).collect::<Vec<_>>(), [0.5, 0.95]);
}

#[test]
fn degenerate_scores_are_told_and_never_get_an_interval_without_width() {
    let told = |values: &[f64], kind: Kind| {
        let found = summarise(&Scores::of(&some(values)), &Design::new(kind)).unwrap();
        let notes: Vec<String> = found.notes.iter().map(Note::to_string).collect();
        assert!(found.interval.is_none_or(|interval| interval.low < interval.high), "{found:?}");
        (found.interval.map(|interval| interval.method), notes.join("; "))
    };
    let (method, note) = told(&[1.0; 10], Kind::Binary);
    assert_eq!((method, note.as_str()), (Some(IntervalMethod::Wilson), ""));
    let (method, note) = told(&[0.7; 10], UNIT);
    assert_eq!(method, Some(IntervalMethod::AllEqualBound));
    assert_eq!(note, "all scores are 0.7; the interval says how rare others may be");
    let (method, note) = told(&[3.0; 10], Kind::Unbounded);
    assert_eq!((method, note.as_str()), (None, "all scores are 3, so that there is no interval"));
    let (method, note) = told(&[3.0], Kind::Unbounded);
    assert_eq!((method, note.as_str()), (None, "one row tells nothing of how scores spread"));
    assert!(summarise(&Scores::of(&[]), &Design::new(UNIT)).is_err());
    assert!(summarise(&Scores::of(&some(&[0.5, 1.5])), &Design::new(UNIT)).is_err());
    assert!(summarise(&Scores::of(&some(&[0.5])), &Design::new(Kind::Binary)).is_err());
    assert!(summarise(&Scores { values: &some(&[0.5; 5]), repeats: 2 }, &Design::new(UNIT)).is_err());
}

#[test]
fn errors_count_as_the_worst_score_and_never_vanish() {
    let values = [Some(1.0), None, Some(1.0), Some(0.0)];
    let design = Design::new(Kind::Binary);
    let found = summarise(&Scores::of(&values), &design).unwrap();
    assert_eq!((found.rows, found.errors, found.mean, found.sensitivity), (4, 1, 0.5, Some([0.5, 0.75])));
    assert_eq!(found.notes[0].to_string(), "1 error counts as the worst score");
    let lower = Design { better: Better::Lower, ..design };
    assert_eq!(summarise(&Scores::of(&values), &lower).unwrap().mean, 0.75);
    let left_out = Design { errors: ErrorsAs::LeftOut, ..design };
    let found = summarise(&Scores::of(&values), &left_out).unwrap();
    assert_eq!((found.rows, found.errors), (3, 1));
    assert_eq!(found.notes[0].to_string(), "1 error is left out, and with them 1 row");
    // Latencies have no worst value.
    let found = summarise(&Scores::of(&values), &Design::new(Kind::Unbounded)).unwrap();
    assert_eq!((found.rows, found.sensitivity), (3, None));
    // A row with an error in one repeat counts with it; left out, with the others alone.
    let twice = Scores { values: &values, repeats: 2 };
    assert_eq!(summarise(&twice, &design).unwrap().mean, 0.5);
    assert_eq!(summarise(&twice, &left_out).unwrap().mean, 0.75);
    assert!(summarise(&Scores::of(&[None, None]), &left_out).is_err());

    let (a, mut b) = passes();
    b[0] = None;
    let found = compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap();
    near(found.difference, 0.08);
    let [low, high] = found.sensitivity.unwrap();
    near(low, 0.08);
    near(high, 0.09);
}

#[test]
fn passes_are_compared_by_bonett_price_and_mid_p() {
    let (a, b) = passes();
    let found = compare(&Scores::of(&a), &Scores::of(&b), &Design::new(Kind::Binary)).unwrap();
    ends(found.interval.unwrap(), 0.010881029788499641, 0.16558955844679446);
    ends(found.also_intervals[0], 0.015977141703541968, 0.1737428446926741);
    near(found.test.p, 0.02127075195312501);
    assert_eq!((found.better, found.worse, found.equal), (12, 3, 85));
    assert_eq!((found.verdict, found.effect.odds), (Verdict::Better, Some(4.0)));
    assert_eq!(
        found.to_string(),
        "better; difference 0.09, 95 % interval 0.0109 to 0.166 (Bonett-Price), p 0.0213 (McNemar, mid-p), 100 rows"
    );
    let back = compare(&Scores::of(&b), &Scores::of(&a), &Design::new(Kind::Binary)).unwrap();
    assert_eq!((back.verdict, back.better, back.worse), (Verdict::Worse, 3, 12));
    // Failures: lower is better.
    let lower = Design { better: Better::Lower, ..Design::new(Kind::Binary) };
    let found = compare(&Scores::of(&a), &Scores::of(&b), &lower).unwrap();
    assert_eq!((found.verdict, found.better, found.worse), (Verdict::Worse, 3, 12));
}

#[test]
fn scores_are_compared_by_t_and_sign_flips() {
    let found = compare(&Scores::of(&some(&A)), &Scores::of(&some(&B)), &Design::new(UNIT)).unwrap();
    ends(found.interval.unwrap(), 0.015181963609624122, 0.07315136972370921);
    assert_eq!(found.test.method, TestMethod::SignFlipExact);
    near(found.test.p, 38.0 / 4096.0);
    let tests: Vec<TestMethod> = found.also_tests.iter().map(|test| test.method).collect();
    assert_eq!(tests, [TestMethod::PairedT, TestMethod::WilcoxonExact, TestMethod::Sign]);
    assert_eq!(found.verdict.to_string(), "no verdict: 12 rows are too few, at least 15 are needed");
}

fn shifted(rows: usize, shift: f64) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let noise = |row: usize, step: usize| ((row * step) % 17) as f64 / 17.0 - 8.0 / 17.0;
    let a = (0..rows).map(|row| Some(0.5 + 0.3 * noise(row, 3))).collect();
    let b = (0..rows).map(|row| Some(0.5 + 0.3 * noise(row, 3) + 0.2 * noise(row, 5) + shift)).collect();
    (a, b)
}

#[test]
fn verdicts_in_plain_words() {
    let say = |shift: f64, margin: Option<f64>| {
        let (a, b) = shifted(34, shift);
        let design = Design { margin, ..Design::new(UNIT) };
        compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap().verdict.to_string()
    };
    assert_eq!(say(0.1, None), "better");
    assert_eq!(say(-0.1, None), "worse");
    assert_eq!(say(0.01, None), "undecided: a difference of 0.01 takes about 270 rows to show 80 % of the time");
    assert_eq!(say(0.0, None), "undecided");
    assert_eq!(say(0.0, Some(0.02)), "no worse by 0.02");
    assert_eq!(say(0.1, Some(0.02)), "better");
    assert_eq!(say(-0.1, Some(0.02)), "worse");
    assert_eq!(say(-0.03, Some(0.06)), "no worse by 0.06");
    assert_eq!(
        say(-0.005, Some(0.01)),
        "undecided: to be no worse by 0.01 takes about 220 rows to show 80 % of the time"
    );
    let (a, b) = shifted(34, 0.02);
    let found = compare(&Scores::of(&a), &Scores::of(&b), &Design::new(UNIT)).unwrap();
    let needed = found.rows_for(Goal::Difference(0.05)).unwrap();
    assert!(needed.rows < found.rows_for(Goal::Difference(0.01)).unwrap().rows);
    assert!(found.rows_for(Goal::Difference(0.0)).is_err());
}

#[test]
fn plans_in_plain_words() {
    let say = |goal, share| RowsNeeded::of_passes(goal, share, Level::P95, 0.8).unwrap().to_string();
    assert_eq!(say(Goal::Difference(0.05), 0.2), "a difference of 0.05 takes about 630 rows to show 80 % of the time");
    assert_eq!(
        say(Goal::Difference(0.003), 0.2),
        "a difference of 0.003 takes about 180,000 rows to show 80 % of the time"
    );
    assert_eq!(say(Goal::NoWorse(0.05), 0.2), "to be no worse by 0.05 takes about 500 rows to show 80 % of the time");
    let plan = RowsNeeded::of_scores(Goal::Difference(0.2), 0.1, Level::P95, 0.8).unwrap();
    assert_eq!(plan.rows, FEWEST_ROWS as u64);
}

#[test]
fn rows_without_a_difference() {
    let a = some(&[0.4; 30]);
    let bounded = compare(&Scores::of(&a), &Scores::of(&a), &Design::new(UNIT)).unwrap();
    assert_eq!(bounded.verdict, Verdict::Undecided { needed: None });
    assert_eq!(bounded.interval.unwrap().method, IntervalMethod::AllEqualBound);
    assert_eq!(
        bounded.notes[0].to_string(),
        "the difference is 0 on all rows; the interval says how rare others may be"
    );
    assert_eq!(bounded.test.p, 1.0);
    // Thirty equal rows show that others are rarer than 1 in 10.
    let design = Design { margin: Some(0.12), ..Design::new(UNIT) };
    assert_eq!(compare(&Scores::of(&a), &Scores::of(&a), &design).unwrap().verdict, Verdict::NoWorse { margin: 0.12 });
    let free = compare(&Scores::of(&a), &Scores::of(&a), &Design::new(Kind::Unbounded)).unwrap();
    assert!(free.interval.is_none());
    assert_eq!(free.notes[0].to_string(), "the difference is 0 on all rows, so that there is no interval");
}

#[test]
fn clusters_widen_intervals_and_few_of_them_get_no_verdict() {
    let (a, b) = shifted(60, 0.1);
    let on = |count: usize| {
        let clusters = Clusters::new((0..60).map(|row| row % count));
        let design = Design { clusters: Some(&clusters), ..Design::new(UNIT) };
        compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap()
    };
    let many = on(30);
    assert_eq!(
        (many.interval.unwrap().method, many.test.method),
        (IntervalMethod::ClusterT, TestMethod::ClusterSignFlip)
    );
    assert_eq!((many.verdict, many.clusters), (Verdict::Better, Some(30)));
    let few = on(8);
    assert_eq!(few.test.method, TestMethod::ClusterSignFlipExact);
    assert_eq!(few.notes[0].to_string(), "8 clusters are few: below 10 intervals are too narrow");
    assert_eq!(few.verdict, Verdict::Better);
    assert_eq!(on(4).verdict.to_string(), "no verdict: 4 clusters are too few, at least 6 are needed");
    let one = on(1);
    assert!(one.interval.is_none());
    // Few clusters hold a margin by their flips.
    let clusters = Clusters::new((0..60).map(|row| row % 8));
    let (a, b) = shifted(60, 0.0);
    let design = Design { clusters: Some(&clusters), margin: Some(0.05), ..Design::new(UNIT) };
    assert_eq!(compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap().verdict, Verdict::NoWorse { margin: 0.05 });
    let summary = summarise(&Scores::of(&a), &Design { clusters: Some(&clusters), ..Design::new(UNIT) }).unwrap();
    assert_eq!((summary.interval.unwrap().method, summary.clusters), (IntervalMethod::ClusterLogitT, Some(8)));
}

#[test]
fn repeats_of_a_row_are_one_row() {
    let (a, b) = shifted(40, 0.05);
    let thrice = |values: &[Option<f64>]| values.iter().flat_map(|value| [*value; 3]).collect::<Vec<_>>();
    let (a3, b3) = (thrice(&a), thrice(&b));
    let design = Design::new(UNIT);
    let once = compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap();
    let again = compare(&Scores { values: &a3, repeats: 3 }, &Scores { values: &b3, repeats: 3 }, &design).unwrap();
    assert_eq!((once.rows, once.verdict), (again.rows, again.verdict));
    ends(again.interval.unwrap(), once.interval.unwrap().low, once.interval.unwrap().high);
    let summary = summarise(&Scores { values: &b3, repeats: 3 }, &design).unwrap();
    assert_eq!((summary.rows, summary.repeats), (40, 3));
    assert!(summary.components.unwrap().run < 1e-12 && summary.components.unwrap().row > 0.0);
    // Passes with repeats are shares.
    let passes: Vec<Option<f64>> = (0..60).map(|index| Some(f64::from(u8::from(index % 3 > 0)))).collect();
    let mixed = summarise(&Scores { values: &passes, repeats: 2 }, &Design::new(Kind::Binary)).unwrap();
    assert_eq!(mixed.interval.unwrap().method, IntervalMethod::LogitT);
}

#[test]
fn several_variants_share_the_risk_of_a_false_finding() {
    let shifts = [0.1, 0.035, 0.0];
    let (a, _) = shifted(51, 0.0);
    let others: Vec<Vec<Option<f64>>> = shifts.iter().map(|shift| shifted(51, *shift).1).collect();
    let variants: Vec<Scores<'_>> = others.iter().map(|values| Scores::of(values)).collect();
    let family = compare_all(&Scores::of(&a), &variants, &Design::new(UNIT)).unwrap();
    for comparison in &family.comparisons {
        assert!(comparison.adjusted_p.unwrap() >= comparison.test.p);
        let (alone, together) = (comparison.interval.unwrap(), comparison.simultaneous.unwrap());
        assert!(together.low < alone.low && together.high > alone.high);
        near(together.level.get(), 1.0 - 0.05 / 3.0);
    }
    assert_eq!(family.comparisons[0].verdict, Verdict::Better);
    assert!(matches!(family.comparisons[2].verdict, Verdict::Undecided { .. }));
    assert_eq!(family.omnibus.unwrap().method, TestMethod::Friedman);
    let alone = compare_all(&Scores::of(&a), &variants[..1], &Design::new(UNIT)).unwrap();
    assert_eq!((alone.comparisons[0].adjusted_p, alone.comparisons[0].simultaneous), (None, None));
    let (a, b) = passes();
    let family = compare_all(&Scores::of(&a), &[Scores::of(&b), Scores::of(&a)], &Design::new(Kind::Binary)).unwrap();
    assert_eq!(family.omnibus.unwrap().method, TestMethod::CochranQ);
    near(family.comparisons[0].adjusted_p.unwrap(), 2.0 * 0.02127075195312501);
    assert!(compare_all(&Scores::of(&a), &[], &Design::new(Kind::Binary)).is_err());
}

#[test]
fn variants_on_different_rows() {
    let share = |passed: usize| (0..20).map(|row| Some(f64::from(u8::from(row < passed)))).collect::<Vec<_>>();
    let (a, b) = (share(11), share(18));
    let found = compare_unpaired(&Scores::of(&a), &Scores::of(&b), &Design::new(Kind::Binary)).unwrap();
    ends(found.interval.unwrap(), 0.07214646287732279, 0.57007214579877);
    near(found.test.unwrap().p, 0.030950305143853538);
    assert_eq!(found.verdict, Verdict::Better);
    assert_eq!(found.notes, [Note::Unpaired]);
    let found = compare_unpaired(&Scores::of(&some(&A)), &Scores::of(&some(&B)), &Design::new(UNIT)).unwrap();
    near(found.test.unwrap().p, 0.5448236467680857);
    assert_eq!(found.verdict, Verdict::TooFewRows { rows: 12 });
}

#[test]
fn many_rows_are_quick_and_told() {
    let a: Vec<Option<f64>> = (0..60_000).map(|row| Some(f64::from(row * 31 % 997) / 10.0)).collect();
    let b: Vec<Option<f64>> = (0..60_000).map(|row| Some(f64::from(row * 37 % 997) / 10.0 + 0.5)).collect();
    let found = compare(&Scores::of(&a), &Scores::of(&b), &Design::new(Kind::Unbounded)).unwrap();
    assert_eq!(
        (found.test.method, found.notes.as_slice()),
        (TestMethod::PairedT, &[Note::ManyRows { rows: 60_000 }][..])
    );
    let clusters = Clusters::new((0..60_000).map(|row| row / 3));
    let design = Design { clusters: Some(&clusters), ..Design::new(Kind::Unbounded) };
    assert_eq!(compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap().test.method, TestMethod::ClusterT);
    let found = summarise(&Scores::of(&a), &Design::new(Kind::Unbounded)).unwrap();
    assert_eq!(found.interval.unwrap().method, IntervalMethod::StudentT);
}

#[test]
fn settings_that_make_no_sense() {
    let values = some(&A);
    let told = |design: &Design<'_>| summarise(&Scores::of(&values), design).unwrap_err().to_string();
    assert_eq!(
        told(&Design::new(Kind::Bounded { low: 1.0, high: 0.0 })),
        "the lowest score is 1, and must be below the highest"
    );
    assert_eq!(told(&Design { margin: Some(0.0), ..Design::new(UNIT) }), "the margin is 0, and must be above 0");
    let clusters = Clusters::new([1, 2]);
    assert_eq!(
        told(&Design { clusters: Some(&clusters), ..Design::new(UNIT) }),
        "the list of clusters has 2 and the list of rows has 12 entries, where both must speak of the same rows"
    );
    assert!(compare(&Scores::of(&values), &Scores::of(&values[1..]), &Design::new(UNIT)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn swapping_variants_and_turning_rows_keep_what_is_said(
        pairs in prop::collection::vec((0_u8..=10, 0_u8..=10), 15..60),
        turn in 0_usize..60,
        binary in any::<bool>(),
    ) {
        let score = |value: u8| if binary { f64::from(value / 6) } else { f64::from(value) / 10.0 };
        let (a, b): (Vec<_>, Vec<_>) = pairs.iter().map(|(a, b)| (Some(score(*a)), Some(score(*b)))).unzip();
        let resampling = Resampling { replicates: 400, ..Resampling::default() };
        let design = Design { resampling, ..Design::new(if binary { Kind::Binary } else { UNIT }) };
        let there = compare(&Scores::of(&a), &Scores::of(&b), &design).unwrap();
        let back = compare(&Scores::of(&b), &Scores::of(&a), &design).unwrap();
        let (one, two) = (there.interval.unwrap(), back.interval.unwrap().negated());
        prop_assert!((one.low - two.low).abs() < 1e-9 && (one.high - two.high).abs() < 1e-9);
        prop_assert!(one.contains(there.difference) && one.low < one.high);
        prop_assert!((there.test.p - back.test.p).abs() < 1e-9);
        prop_assert_eq!((there.better, there.worse), (back.worse, back.better));
        prop_assert_eq!(there.verdict == Verdict::Better, back.verdict == Verdict::Worse);
        let turned = |values: &[Option<f64>]| {
            let mut values = values.to_vec();
            values.rotate_left(turn % pairs.len());
            values
        };
        let elsewhere = compare(&Scores::of(&turned(&a)), &Scores::of(&turned(&b)), &design).unwrap();
        prop_assert!((elsewhere.interval.unwrap().low - one.low).abs() < 1e-9);
        prop_assert!((elsewhere.difference - there.difference).abs() < 1e-12);
        if there.test.method != TestMethod::SignFlip {
            prop_assert!((elsewhere.test.p - there.test.p).abs() < 1e-9);
        }
    }
}

/// Where nothing differs, rows alone say how much may: as many as are planned show the margin, and one less do not.
#[test]
fn rows_that_show_a_margin_without_differences_are_as_many_as_are_planned() {
    for (kind, margin) in
        [(Kind::Binary, 0.02), (Kind::Binary, 0.1), (UNIT, 0.05), (Kind::Bounded { low: 1.0, high: 5.0 }, 0.5)]
    {
        let compared = |rows: usize| {
            let same = vec![Some(1.0); rows];
            compare(&Scores::of(&same), &Scores::of(&same), &Design { margin: Some(margin), ..Design::new(kind) })
                .unwrap()
        };
        let few = compared(16);
        let Verdict::Undecided { needed: Some(needed) } = few.verdict else { panic!("{few:?}") };
        assert_eq!(needed, few.rows_for(Goal::NoWorse(margin)).unwrap());
        let rows = needed.rows as usize;
        assert_eq!(compared(rows).verdict, Verdict::NoWorse { margin }, "{kind:?} {margin} {rows}");
        assert!(matches!(compared(rows - 1).verdict, Verdict::Undecided { .. }), "{kind:?} {margin} {rows}");
        assert!(
            few.bound.is_some_and(|bound| bound <= -margin)
                && compared(rows).bound.is_some_and(|bound| bound > -margin)
        );
    }
}
