//! When the outcome of a mean over a fixed number of rows can no longer change.

use flow_eval::statistics::Curtailment;
use proptest::prelude::*;

/// What is said of `passes / rows >= threshold` by the ends: met, missed, or open.
fn said(curtailment: &Curtailment, threshold: f64) -> Option<bool> {
    let (low, high) = curtailment.ends();
    if low >= threshold { Some(true) } else { (high < threshold).then_some(false) }
}

#[test]
fn a_pass_rate_is_decided_by_counts() {
    let mut curtailment = Curtailment::new(100, (0.0, 1.0)).expect("rows and a range");
    for _ in 0..10 {
        curtailment.observe(0.0);
    }
    assert_eq!((curtailment.ends(), said(&curtailment, 0.9)), ((0.0, 0.9), None));
    curtailment.observe(0.0);
    assert_eq!(said(&curtailment, 0.9), Some(false));
    let mut curtailment = Curtailment::new(100, (0.0, 1.0)).expect("rows and a range");
    for _ in 0..7 {
        curtailment.observe(1.0);
    }
    // 0.07 · 100 is 7.000000000000001.
    assert_eq!(said(&curtailment, 0.07), Some(true));
    assert!(Curtailment::new(0, (0.0, 1.0)).is_err() && Curtailment::new(3, (1.0, 1.0)).is_err());
}

proptest! {
    /// It is decided as soon as, and only when, the rows that are left could not change it; and stays so.
    #[test]
    fn nothing_that_is_left_changes_what_was_decided(passed in proptest::collection::vec(any::<bool>(), 1..60), tenths in 0..=10_u32) {
        let (rows, threshold) = (passed.len(), f64::from(tenths) / 10.0);
        let mut curtailment = Curtailment::new(rows, (0.0, 1.0)).expect("rows and a range");
        let all = passed.iter().filter(|passed| **passed).count() as f64 / rows as f64 >= threshold;
        let needed = (0..=rows).find(|passes| *passes as f64 / rows as f64 >= threshold).expect("all of them");
        let (mut passes, mut failures) = (0, 0);
        for row in passed {
            curtailment.observe(f64::from(u8::from(row)));
            *if row { &mut passes } else { &mut failures } += 1;
            let expected = if passes >= needed { Some(true) } else { (failures > rows - needed).then_some(false) };
            prop_assert_eq!(said(&curtailment, threshold), expected);
            prop_assert!(expected.is_none_or(|decided| decided == all));
        }
        prop_assert_eq!(said(&curtailment, threshold), Some(all));
    }
}
