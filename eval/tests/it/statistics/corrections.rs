//! What a judge said, corrected by what people say.

use flow_eval::statistics::{
    Belief, JudgeRates, Judged, Level, Mean, PositionBias, PredictionPowered, Rate, StatisticsError,
};

use super::agreement::{JUDGE, PEOPLE};
use super::near;

const KNOWN: JudgeRates =
    JudgeRates { passes: Rate { share: 0.92, rows: 60.0 }, fails: Rate { share: 0.81, rows: 40.0 } };

#[test]
fn a_share_is_corrected_by_the_rates_of_the_judge() {
    let found = KNOWN.rogan_gladen(Rate { share: 0.78, rows: 1000.0 }, Level::P95).unwrap();
    near(found.estimate, 0.808_219_178_082_192_1);
    near(found.standard_error, 0.045_729_458_968_434_21);
    assert!(found.interval.low < 0.808 && found.interval.high > 0.808, "{:?}", found.interval);
    // Outside of what there can be, the estimate is its end.
    let none = KNOWN.rogan_gladen(Rate { share: 0.1, rows: 1000.0 }, Level::P95).unwrap();
    assert_eq!((none.estimate, none.interval.low), (0.0, 0.0));
    assert!(none.interval.high > 0.0);
}

#[test]
fn a_difference_is_corrected_alike() {
    let values: Vec<f64> = (0..200).map(|row| f64::from(row % 20 == 0) - f64::from(row % 50 == 1)).collect();
    let said = Mean::of(&values).unwrap();
    let found = KNOWN.rogan_gladen_difference(&said, Level::P95).unwrap();
    near(found.estimate, said.mean / 0.73);
    assert!(found.standard_error > said.standard_error / 0.73);
    let equal = Mean::of(&[0.0; 10]).unwrap();
    assert!(KNOWN.rogan_gladen_difference(&equal, Level::P95).is_err());
}

#[test]
fn a_judge_that_may_say_nothing_corrects_nothing() {
    let few = JudgeRates { passes: Rate { share: 0.7, rows: 10.0 }, fails: Rate { share: 0.6, rows: 10.0 } };
    let error = few.rogan_gladen(Rate { share: 0.5, rows: 100.0 }, Level::P95).unwrap_err();
    assert!(matches!(error, StatisticsError::NoSignal { .. }), "{error}");
}

fn labelled() -> Vec<(f64, f64)> {
    PEOPLE.iter().zip(JUDGE).map(|(people, judge)| (f64::from(*people), f64::from(judge))).collect()
}

fn unlabelled() -> Vec<f64> {
    (0..200).map(|row| f64::from(u8::from(row < 130))).collect()
}

#[test]
fn means_are_corrected_as_published() {
    let whole = PredictionPowered::of(&labelled(), &unlabelled(), Belief::Whole).unwrap();
    near(whole.estimate, 0.6);
    near(whole.standard_error, 0.094_373_587_274_930_12);
    let best = PredictionPowered::of(&labelled(), &unlabelled(), Belief::Best).unwrap();
    near(best.lambda, 0.707_646_689_855_733_4);
    near(best.estimate, 0.585_382_334_492_786_6);
    near(best.standard_error, 0.085_211_992_808_856_91);
    let interval = best.interval(Level::P95).unwrap();
    assert!(interval.low < 0.42 && interval.high > 0.75, "{interval:?}");
    let within = best.interval_within(0.0, 1.0, Level::P95).unwrap();
    assert!(within.low < interval.low && within.high < interval.high, "{within:?}");
}

#[test]
fn a_judge_of_one_word_leaves_the_labels() {
    let labelled: Vec<(f64, f64)> = PEOPLE.iter().map(|people| (f64::from(*people), 1.0)).collect();
    let found = PredictionPowered::of(&labelled, &[1.0; 50], Belief::Best).unwrap();
    near(found.lambda, 0.0);
    near(found.estimate, 0.55);
    near(found.standard_error, 0.114_132_886_537_901_25);
    assert!(PredictionPowered::of(&labelled, &[1.0], Belief::Best).is_err());
    assert!(PredictionPowered::of(&labelled[..1], &[1.0; 50], Belief::Best).is_err());
}

#[test]
fn a_difference_is_that_of_both_corrections_where_no_row_is_shared() {
    let answer = |said: Option<f64>, human: Option<f64>| Judged { said, human };
    let none = Judged::default();
    let mut rows: Vec<[Judged; 2]> = Vec::new();
    for (human, said) in labelled() {
        rows.push([answer(Some(said), Some(human)), none]);
        rows.push([none, answer(Some(1.0 - said), Some(1.0 - human))]);
    }
    let said = unlabelled();
    rows.extend(said.iter().map(|said| [answer(Some(*said), None), answer(Some(1.0 - said), None)]));
    let found = PredictionPowered::difference(&rows).unwrap();
    let one = PredictionPowered::of(&labelled(), &said, Belief::Best).unwrap();
    near(found.estimate, (1.0 - one.estimate) - one.estimate);
    // Labels that share rows and go along make it narrower.
    let (mut shared, mut apart) = (rows[40..].to_vec(), rows[40..].to_vec());
    for (human, said) in labelled() {
        let both = answer(Some(said), Some(human));
        shared.push([both, both]);
        apart.extend([[both, none], [none, both]]);
    }
    let width = |rows: &[[Judged; 2]]| PredictionPowered::difference(rows).unwrap().standard_error;
    assert!(width(&shared) < width(&apart));
}

#[test]
fn a_judge_that_goes_by_the_place_is_found() {
    let leaning: Vec<(f64, f64)> = (0..40).map(|row| if row < 12 { (0.0, 1.0) } else { (1.0, 1.0) }).collect();
    let found = PositionBias::of(&leaning, Level::P95).unwrap();
    assert_eq!((found.pairs, found.differ, found.first), (40, 12, 12));
    assert!(found.p.is_some_and(|p| p < 0.001) && found.rate.contains(0.3), "{found:?}");
    let steady = PositionBias::of(&[(1.0, 1.0), (0.5, 0.5)], Level::P95).unwrap();
    assert_eq!((steady.differ, steady.p), (0, None));
    assert!(PositionBias::of(&[], Level::P95).is_err());
}
