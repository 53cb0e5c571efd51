use flow_eval::statistics::{Level, PairedTable};
use proptest::prelude::*;

use super::{ends, ends_by, near};

fn table(both: u64, only_first: u64, only_second: u64, neither: u64) -> PairedTable {
    PairedTable { both, only_first, only_second, neither }
}

#[test]
fn mcnemar() {
    // b, c: exact; χ² with continuity and its p; χ² and its p; mid-p.
    let cases: [(u64, u64, [f64; 6]); 4] = [
        (3, 12, [0.03515625, 4.266666666666667, 0.03886710381241731, 5.4, 0.02013675155034633, 0.02127075195312501]),
        (1, 9, [0.021484375, 4.9, 0.02685669550752441, 6.4, 0.01141203638600166, 0.01171875]),
        (
            10,
            25,
            [
                0.016673847800120715,
                5.6,
                0.01796047752607879,
                6.428571428571429,
                0.011229886652916672,
                0.011330984183587134,
            ],
        ),
        (0, 5, [0.0625, 3.2, 0.07363827012030258, 5.0, 0.025347318677468325, 0.03125]),
    ];
    for (b, c, expected) in cases {
        for table in [table(17, b, c, 4), table(0, c, b, 0)] {
            let (continuity, plain) = (table.chi_squared(true), table.chi_squared(false));
            near(table.exact().p, expected[0]);
            near(continuity.statistic.unwrap(), expected[1]);
            near(continuity.p, expected[2]);
            near(plain.statistic.unwrap(), expected[3]);
            near(plain.p, expected[4]);
            near(table.mid_p().p, expected[5]);
        }
    }
    let even = table(9, 2, 2, 9);
    assert_eq!((even.exact().p, even.mid_p().p, even.chi_squared(true).p), (1.0, 1.0, 1.0));
    let same = table(9, 0, 0, 9);
    assert_eq!((same.exact().p, same.mid_p().p, same.chi_squared(false).p), (1.0, 1.0, 1.0));
}

#[test]
fn intervals_of_the_difference() {
    let found = table(50, 3, 12, 35);
    near(found.difference(), 0.09);
    near(found.odds(), 4.0);
    near(found.wald_standard_error(), 0.03766961640367473);
    ends(found.bonett_price(Level::P95).unwrap(), 0.010881029788499641, 0.16558955844679446);
    ends(found.tango(Level::P95).unwrap(), 0.015977141703541968, 0.1737428446926741);
    ends(found.newcombe(false, Level::P95).unwrap(), 0.01621993526115577, 0.16157233386670558);
    ends(found.newcombe(true, Level::P95).unwrap(), 0.013665325991925811, 0.1640233961433914);
}

#[test]
fn the_table_of_the_r_package_contingencytables() {
    // First less second there, so that the variants are swapped here.
    let found = table(59, 6, 16, 80).swapped();
    let rounded = 5e-5;
    ends_by(found.tango(Level::P95).unwrap(), -0.1240, -0.0054, rounded);
    ends_by(found.newcombe(true, Level::P95).unwrap(), -0.1186, -0.0046, rounded);
    ends_by(found.bonett_price(Level::P95).unwrap(), -0.1195, -0.0032, rounded);
    ends_by(found.agresti_min(Level::P95).unwrap(), -0.1182, -0.0045, rounded);
    ends_by(found.wald(Level::P95).unwrap(), -0.1184, -0.0058, rounded);
    for (found, expected) in [
        (found.chi_squared(false), 0.033006),
        (found.chi_squared(true), 0.055009),
        (found.exact(), 0.052479),
        (found.mid_p(), 0.034690),
    ] {
        super::near_by(found.p, expected, 5e-7);
    }
}

#[test]
fn no_worse_by_a_margin() {
    let test = table(100, 4, 3, 93).non_inferiority(0.05).unwrap();
    near(test.statistic.unwrap(), 2.4989265998425085);
    near(test.p, 0.0062285054701324855);
    assert!(table(1, 1, 1, 1).non_inferiority(1.5).is_err());
}

#[test]
fn rows_that_agree_everywhere_leave_room_for_a_difference() {
    let same = table(20, 0, 0, 10);
    assert!(same.wald(Level::P95).is_err());
    for interval in [same.bonett_price(Level::P95), same.tango(Level::P95), same.newcombe(true, Level::P95)] {
        let interval = interval.unwrap();
        assert!(interval.low < 0.0 && interval.high > 0.0, "{interval:?}");
    }
    let none = table(0, 0, 0, 0);
    assert!(none.bonett_price(Level::P95).is_err() && none.tango(Level::P95).is_err());
    assert!(PairedTable::of(&[true], &[]).is_err());
    let counted = PairedTable::of(&[true, true, false, false], &[true, false, true, false]).unwrap();
    assert_eq!(counted, table(1, 1, 1, 1));
}

proptest! {
    #[test]
    fn swapping_the_variants_mirrors_everything(both in 0_u64..50, b in 0_u64..40, c in 0_u64..40, neither in 0_u64..50) {
        let here = table(both, b, c, neither);
        prop_assume!(here.rows() > 0);
        let swapped = here.swapped();
        for (one, two) in [(here.exact(), swapped.exact()), (here.mid_p(), swapped.mid_p()), (here.chi_squared(true), swapped.chi_squared(true))] {
            prop_assert!((one.p - two.p).abs() < 1e-12 && (0.0..=1.0).contains(&one.p));
        }
        let level = Level::P95;
        let pairs = [
            (here.bonett_price(level), swapped.bonett_price(level)),
            (here.agresti_min(level), swapped.agresti_min(level)),
            (here.tango(level), swapped.tango(level)),
            (here.newcombe(true, level), swapped.newcombe(true, level)),
        ];
        for (one, two) in pairs {
            let (one, two) = (one.unwrap(), two.unwrap());
            prop_assert!((one.low + two.high).abs() < 1e-9 && (one.high + two.low).abs() < 1e-9, "{one:?} {two:?}");
            prop_assert!(one.low < one.high && one.low >= -1.0 && one.high <= 1.0, "{one:?}");
        }
        // Rows on which both agree tell nothing of which is better.
        prop_assert_eq!(here.mid_p(), table(both + 9, b, c, neither + 7).mid_p());
        prop_assert!(here.mid_p().p <= here.exact().p);
    }

    #[test]
    fn tangos_interval_holds_what_its_test_does_not_reject(both in 0_u64..50, b in 0_u64..20, c in 0_u64..20, neither in 1_u64..50, margin in 0.01_f64..0.5) {
        let here = table(both, b, c, neither);
        let test = here.non_inferiority(margin).unwrap();
        prop_assume!((test.p - 0.05).abs() > 1e-6);
        let bound = here.tango(Level::P95.one_sided()).unwrap().low;
        prop_assert_eq!(bound > -margin, test.p < 0.05, "{} {:?}", bound, test);
    }
}
