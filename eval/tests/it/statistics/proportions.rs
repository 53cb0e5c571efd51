use flow_eval::statistics::{Level, Proportion, Side};
use proptest::prelude::*;

use super::{ends, near};

fn of(passed: u64, rows: u64) -> Proportion {
    Proportion::new(passed, rows).unwrap()
}

#[test]
fn wilson_clopper_pearson_and_jeffreys() {
    type Ends = (f64, f64);
    let cases: [(u64, u64, Ends, Ends, Ends); 5] = [
        (0, 10, (0.0, 0.27753279986288926), (0.0, 0.30849710781876083), (4.7890433157581876e-05, 0.2171962675092106)),
        (
            7,
            20,
            (0.18119182410108203, 0.5671457233147638),
            (0.15390920478454118, 0.5921885345328282),
            (0.172276213631912, 0.5677660938414961),
        ),
        (
            10,
            10,
            (0.7224672001371106, 1.0),
            (0.6915028921812392, 1.0),
            (1.0 - 0.2171962675092106, 1.0 - 4.7890433157581876e-05),
        ),
        (
            45,
            50,
            (0.7863976856252034, 0.9565242350681095),
            (0.7818646335657977, 0.9667249064109775),
            (f64::NAN, f64::NAN),
        ),
        (
            180,
            200,
            (0.8505941875672826, 0.9343295513309041),
            (0.8497872121322442, 0.9378406337459338),
            (f64::NAN, f64::NAN),
        ),
    ];
    for (passed, rows, wilson, exact, jeffreys) in cases {
        let proportion = of(passed, rows);
        ends(proportion.wilson(Level::P95), wilson.0, wilson.1);
        ends(proportion.clopper_pearson(Level::P95), exact.0, exact.1);
        if !jeffreys.0.is_nan() {
            let (low, high) = proportion.jeffreys_quantiles(0.025);
            near(low, jeffreys.0);
            near(high, jeffreys.1);
        }
    }
    assert_eq!(of(0, 10).jeffreys(Level::P95).low, 0.0);
    assert_eq!(of(10, 10).jeffreys(Level::P95).high, 1.0);
    ends(of(7, 20).wilson_continuity(Level::P95), 0.1630866797163093, 0.5905104338485733);
}

#[test]
fn a_floor_that_wilson_passes_and_the_exact_test_does_not() {
    near(of(95, 100).binomial_test(0.9, Side::Greater).unwrap().p, 0.05757688648703389);
    near(of(95, 100).wilson(Level::P95.one_sided()).low, 0.9008389147209472);
}

#[test]
fn the_two_sided_exact_test_sums_what_is_no_likelier() {
    for rows in [1, 2, 7, 30] {
        for p0 in [0.1, 0.5, 0.73] {
            for passed in 0..=rows {
                let likely = |k| flow_eval::statistics::distribution::binomial_pmf(k, rows, p0);
                let here = likely(passed) * (1.0 + 1e-9);
                let sum: f64 = (0..=rows).map(likely).filter(|other| *other <= here).sum();
                near(of(passed, rows).binomial_test(p0, Side::Both).unwrap().p, sum.min(1.0));
            }
        }
    }
}

#[test]
fn what_is_no_proportion() {
    assert_eq!(Proportion::new(0, 0).unwrap_err().to_string(), "a proportion needs at least 1 rows, and 0 are given");
    assert_eq!(
        Proportion::new(3, 2).unwrap_err().to_string(),
        "the number that passed is 3, and must be no greater than the number of rows"
    );
    assert!(of(1, 2).binomial_test(1.0, Side::Both).is_err());
}

proptest! {
    #[test]
    fn intervals_hold_the_estimate_stay_in_range_and_mirror((rows, passed) in (1_u64..2_000).prop_flat_map(|rows| (Just(rows), 0..=rows)), level in 0.5_f64..0.999) {
        let level = Level::new(level).unwrap();
        let (here, mirrored) = (of(passed, rows), of(rows - passed, rows));
        for interval in [Proportion::wilson, Proportion::wilson_continuity, Proportion::clopper_pearson, Proportion::jeffreys] {
            let (one, other) = (interval(here, level), interval(mirrored, level));
            prop_assert!(one.contains(here.estimate()) && one.low >= 0.0 && one.high <= 1.0 && one.low < one.high, "{one:?}");
            prop_assert!((one.low - (1.0 - other.high)).abs() < 1e-9, "{one:?} {other:?}");
        }
        let (less, more) = (here.wilson(level), of(10 * passed, 10 * rows).wilson(level));
        prop_assert!(more.half_width() < less.half_width());
        for side in [Side::Both, Side::Greater, Side::Less] {
            let p = here.binomial_test(0.4, side).unwrap().p;
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }
}
