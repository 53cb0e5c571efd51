//! How far judges agree.

use flow_eval::statistics::{
    Agreement, Bootstrap, JudgeTable, Kappa, Level, Partial, Resampling, StatisticsError, Weights, cohen_kappa,
    fleiss_kappa, kendall, krippendorff_alpha, pearson, spearman,
};

use super::{ends_by, near};

/// What people said of twenty answers, and what a judge said.
pub(super) const PEOPLE: [u8; 20] = [1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0];
pub(super) const JUDGE: [u8; 20] = [1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0];
const ORDINAL: [[f64; 12]; 2] = [
    [1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 2.0, 4.0, 5.0, 1.0, 2.0, 3.0],
    [1.0, 2.0, 2.0, 4.0, 4.0, 3.0, 3.0, 4.0, 5.0, 2.0, 2.0, 5.0],
];

fn table() -> JudgeTable {
    JudgeTable::of(PEOPLE.iter().zip(JUDGE).map(|(people, judge)| (*people == 1, judge == 1)))
}

/// Krippendorff's own example: four observers, twelve units.
fn units() -> Vec<Vec<Option<f64>>> {
    let by_observer = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];
    let of = |sign: char| sign.to_digit(10).map(f64::from);
    let rows: Vec<Vec<Option<f64>>> = by_observer.iter().map(|row| row.chars().map(of).collect()).collect();
    (0..12).map(|unit| rows.iter().map(|row| row[unit]).collect()).collect()
}

fn close(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?} is not {expected}");
}

#[test]
fn alpha_is_what_was_published() {
    for (scale, expected) in [
        (Agreement::Nominal, 0.743_421_052_631_579),
        (Agreement::Ordinal, 0.815_387_503_754_881_4),
        (Agreement::Interval, 0.849_107_142_857_142_8),
        (Agreement::Ratio, 0.797_402_774_745_761),
    ] {
        close(krippendorff_alpha(&units(), scale), expected);
    }
}

#[test]
fn kappa_is_that_of_scikit_learn() {
    close(cohen_kappa(&PEOPLE, &JUDGE), 0.693_877_551_020_408_2);
    let (one, other) = ([1, 2, 3, 4, 5, 3, 2, 4, 5, 1, 2, 3], [1, 2, 2, 4, 4, 3, 3, 4, 5, 2, 2, 5]);
    close(cohen_kappa(&one, &other), 0.473_684_210_526_315_8);
}

#[test]
fn nothing_is_said_where_nothing_can_be() {
    let same = vec![vec![Some(1.0), Some(1.0)]; 3];
    assert_eq!(krippendorff_alpha(&same, Agreement::Interval), None);
    assert_eq!(krippendorff_alpha(&[vec![Some(1.0), None]], Agreement::Nominal), None);
    assert_eq!(cohen_kappa::<i64>(&[], &[]), None);
    assert_eq!(cohen_kappa(&["a", "a"], &["a", "a"]), None);
    let apart = vec![vec![Some(1.0), Some(0.0)], vec![Some(0.0), Some(1.0)]];
    assert!(krippendorff_alpha(&apart, Agreement::Nominal).is_some_and(|alpha| alpha < 0.0));
}

#[test]
fn the_table_of_a_judge_is_that_of_statsmodels() {
    let table = table();
    let counts = [table.both_fail, table.judge_alone, table.people_alone, table.both_pass];
    assert_eq!(counts, [7, 2, 1, 10]);
    near(table.true_passes().unwrap().estimate(), 0.909_090_909_090_909_1);
    near(table.true_fails().unwrap().estimate(), 0.777_777_777_777_777_8);
    near(table.prevalence().unwrap().estimate(), 0.55);
    near(table.agreement().unwrap().estimate(), 0.85);
    let kappa = table.kappa().unwrap();
    near(kappa.kappa, 0.693_877_551_020_408_2);
    near(kappa.standard_error, 0.161_934_970_492_839_3);
    // By hand: tanh(atanh(.6939) ± 1.96 * .1619 / (1 - .4815)).
    ends_by(kappa.interval(Level::P95), 0.238_5, 0.899_1, 1e-3);
    let youden = table.youden(Level::P95).unwrap();
    near(youden.estimate, 0.909_090_909_090_909_1 + 0.777_777_777_777_777_8 - 1.0);
    assert!(youden.low > 0.2 && youden.high < 0.93, "{youden:?}");
}

#[test]
fn judges_who_never_disagree_leave_room() {
    let table = JudgeTable { both_pass: 20, both_fail: 10, ..JudgeTable::default() };
    let kappa = table.kappa().unwrap();
    let interval = kappa.interval(Level::P95);
    assert_eq!((kappa.kappa, kappa.standard_error, interval.high), (1.0, 0.0, 1.0));
    assert!((0.6..0.9).contains(&interval.low), "{interval:?}");
    let none = JudgeTable { both_pass: 3, ..JudgeTable::default() };
    assert!(matches!(none.kappa(), Err(StatisticsError::AllEqual { .. })));
    assert!(matches!(none.true_fails(), Err(StatisticsError::TooFew { .. })));
}

#[test]
fn ordinal_values_are_those_of_scipy_and_scikit_learn() {
    let [one, other] = ORDINAL;
    for (weights, expected) in [
        (Weights::Equal, 0.473_684_210_526_315_8),
        (Weights::Linear, 0.657_142_857_142_857_1),
        (Weights::Quadratic, 0.800_829_875_518_672_2),
    ] {
        near(Kappa::of(&one, &other, weights).unwrap().kappa, expected);
    }
    near(spearman(&one, &other).unwrap(), 0.814_713_186_193_506_9);
    near(kendall(&one, &other).unwrap(), 0.714_399_626_369_093_2);
    near(pearson(&one, &other).unwrap(), 0.808_551_188_210_762_2);
    assert!(matches!(spearman(&[1.0, 1.0], &[1.0, 2.0]), Err(StatisticsError::AllEqual { .. })));
}

#[test]
fn an_agreement_is_drawn_anew_with_its_items() {
    let [one, other] = ORDINAL;
    let statistic = |drawn: &[usize]| {
        let of = |values: &[f64]| drawn.iter().map(|item| values[*item]).collect::<Vec<f64>>();
        Kappa::of(&of(&one), &of(&other), Weights::Quadratic).ok().map(|kappa| kappa.kappa)
    };
    let drawn = Bootstrap::of_defined(12, statistic, &Resampling::default()).unwrap();
    let interval = drawn.percentile(Level::P95);
    near(interval.estimate, 0.800_829_875_518_672_2);
    assert!((0.3..0.8).contains(&interval.low) && (0.8..=1.0).contains(&interval.high), "{interval:?}");
    let rarely = Bootstrap::of_defined(12, |drawn| (drawn[0] == 0).then_some(1.0), &Resampling::default());
    assert!(matches!(rarely, Err(StatisticsError::TooFew { .. })), "{rarely:?}");
}

#[test]
fn fleiss_kappa_is_that_of_the_textbook() {
    let counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ];
    let counts: Vec<Vec<u64>> = counts.iter().map(|item| item.to_vec()).collect();
    near(fleiss_kappa(&counts).unwrap(), 0.209_930_704_421_955_22);
    assert!(fleiss_kappa(&[vec![1, 1], vec![3, 0]]).is_err());
    assert!(fleiss_kappa(&[vec![2, 0], vec![2, 0]]).is_err());
}

#[test]
fn what_goes_along_within_strata_is_told_from_what_goes_along_with_them() {
    // Longer answers are better, and the judge goes by quality alone: no connection is left within people's labels.
    let people: Vec<f64> = (0..40).map(|row| f64::from(row / 20)).collect();
    let length: Vec<f64> = (0..40).map(|row| f64::from(100 * (row / 20) + row % 20)).collect();
    let by_quality: Vec<f64> =
        (0..40).map(|row| f64::from(u8::from(row / 20 == 1) ^ u8::from(row % 20 == 9))).collect();
    let found = Partial::of(&people, &by_quality, &length).unwrap();
    assert!((0.4..0.6).contains(&found.share) && found.test.p > 0.5, "{found:?}");
    // It passes the longer half of each.
    let by_length: Vec<f64> = (0..40).map(|row| f64::from(u8::from(row % 20 >= 10))).collect();
    let found = Partial::of(&people, &by_length, &length).unwrap();
    assert_eq!((found.concordant, found.discordant, found.share), (200, 0, 1.0));
    assert!(found.test.p < 1e-4, "{found:?}");
    // One stratum is Kendall's own test: SciPy's kendalltau(method="asymptotic") of these.
    let [one, other] = ORDINAL;
    let found = Partial::of(&[0.0; 12], &one, &other).unwrap();
    near(found.test.statistic.unwrap(), 2.905_498_548_664_629_4);
    assert!(Partial::of(&[0.0, 1.0], &[0.0, 1.0], &[0.0, 1.0]).is_err());
}
