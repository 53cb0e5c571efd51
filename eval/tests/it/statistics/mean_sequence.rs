//! Means of one variant, looked at as rows come.

use flow_eval::statistics::{Better, IntervalMethod, Kind, Level, MeanSequence, Proportion};
use proptest::prelude::*;

use super::{ends, near_by};

const UNIT: Kind = Kind::Bounded { low: 0.0, high: 1.0 };
const LIKERT: Kind = Kind::Bounded { low: 1.0, high: 5.0 };

#[test]
fn means_of_stopped_runs() {
    let of = |mut sequence: MeanSequence, scores: &[f64]| {
        scores.iter().for_each(|score| sequence.observe(Some(*score)).unwrap());
        sequence.interval().unwrap()
    };
    let half: Vec<f64> = (0..40).map(|row| f64::from(row % 2)).collect();
    let passes = of(MeanSequence::new(Kind::Binary, Better::Higher, Level::P95).unwrap(), &half);
    assert_eq!((passes.method, passes.estimate), (IntervalMethod::RobbinsSequence, 0.5));
    let share = Proportion::new(20, 40).unwrap().robbins(Level::P95);
    assert!(passes.low >= share.low && passes.high <= share.high, "{passes:?} {share:?}");

    let likert: Vec<f64> = (0..60).map(|row| f64::from([5, 4, 4, 3, 5, 1][row % 6])).collect();
    let found = of(MeanSequence::new(LIKERT, Better::Higher, Level::P95).unwrap(), &likert);
    assert_eq!(found.method, IntervalMethod::BettingSequence);
    let unit: Vec<f64> = likert.iter().map(|score| (score - 1.0) / 4.0).collect();
    let scaled = of(MeanSequence::new(UNIT, Better::Higher, Level::P95).unwrap(), &unit);
    ends(found, 1.0 + 4.0 * scaled.low, 1.0 + 4.0 * scaled.high);
    assert_eq!(format!("{:.2} {:.2}", found.low, found.high), "3.10 4.18");

    let seconds: Vec<f64> = (0..120).map(|row| 1.0 + f64::from(row * 7 % 13) / 10.0).collect();
    let mut sequence = MeanSequence::new(Kind::Unbounded, Better::Lower, Level::P95).unwrap();
    sequence.observe(None).unwrap();
    assert!(sequence.interval().is_none() && sequence.mean().is_nan());
    let mut few = sequence.clone();
    seconds[..99].iter().for_each(|second| few.observe(Some(*second)).unwrap());
    assert!(few.interval().is_none() && few.rows() == 99 && few.errors() == 1);
    let found = of(sequence.clone(), &seconds);
    let thousandths: Vec<f64> = seconds.iter().map(|second| 1_000.0 * second).collect();
    let other = of(sequence, &thousandths);
    assert_eq!(found.method, IntervalMethod::AsymptoticSequence);
    near_by(other.low, 1_000.0 * found.low, 1e-6);
    near_by(other.high, 1_000.0 * found.high, 1e-6);
}

#[test]
fn the_mean_of_a_data_set_is_known_at_its_end() {
    let scores: Vec<f64> = (0..60).map(|row| f64::from([5, 4, 4, 3, 5, 1][row % 6])).collect();
    let passes: Vec<f64> = scores.iter().map(|score| f64::from(u8::from(*score > 3.0))).collect();
    for (kind, scores) in [(LIKERT, &scores), (Kind::Binary, &passes)] {
        let mut of_set = MeanSequence::of_data_set(kind, Better::Higher, Level::P95, 60).unwrap();
        let mut of_all = MeanSequence::new(kind, Better::Higher, Level::P95).unwrap();
        for score in scores {
            of_set.observe(Some(*score)).unwrap();
            of_all.observe(Some(*score)).unwrap();
        }
        let (narrow, wide) = (of_set.interval().unwrap(), of_all.interval().unwrap());
        let mean = scores.iter().sum::<f64>() / 60.0;
        ends(narrow, mean, mean);
        assert!(wide.half_width() > 0.1, "{wide:?}");
        assert!(of_set.observe(Some(1.0)).is_err() && of_set.rows() == 60);
    }
    let mut first = MeanSequence::of_data_set(LIKERT, Better::Higher, Level::P95, 60).unwrap();
    let mut all = MeanSequence::new(LIKERT, Better::Higher, Level::P95).unwrap();
    for score in &scores[..40] {
        first.observe(Some(*score)).unwrap();
        all.observe(Some(*score)).unwrap();
    }
    let (first, all) = (first.interval().unwrap(), all.interval().unwrap());
    assert_eq!(first.method, IntervalMethod::BettingWithoutReplacement);
    assert!(first.half_width() < 0.8 * all.half_width(), "{first:?} {all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_higher_level_holds_more(rows in prop::collection::vec(0_i32..=20, 1..150)) {
        for kind in [UNIT, Kind::Binary] {
            for data_set in [false, true] {
                let sequence = |level: f64| match (Level::new(level).unwrap(), data_set) {
                    (level, true) => MeanSequence::of_data_set(kind, Better::Higher, level, 200).unwrap(),
                    (level, false) => MeanSequence::new(kind, Better::Higher, level).unwrap(),
                };
                let (mut lower, mut higher) = (sequence(0.9), sequence(0.99));
                for row in &rows {
                    let score = if kind == Kind::Binary { f64::from(row % 2) } else { f64::from(*row) / 20.0 };
                    lower.observe(Some(score)).unwrap();
                    higher.observe(Some(score)).unwrap();
                    let (narrow, wide) = (lower.interval().unwrap(), higher.interval().unwrap());
                    prop_assert!(narrow.low >= 0.0 && narrow.high <= 1.0 && narrow.low <= narrow.high);
                    // Rows that are quite unlike the earlier ones may leave nothing.
                    if !narrow.contains(narrow.estimate) {
                        break;
                    }
                    prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{narrow:?} {wide:?}");
                }
            }
        }
    }
}
