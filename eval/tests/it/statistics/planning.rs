use flow_eval::statistics::{Aim, Level, best_repeats};

use super::{near, near_by};

#[test]
fn rows_for_a_difference() {
    let aim = Aim::default();
    // The roots to all digits, by mpmath. statsmodels stops its search a little off them: that is the second number.
    for (found, root, stopped) in [
        (aim.rows_for_t(0.2).unwrap(), 198.150_820_954_213_5, 198.150820955562),
        (aim.rows_for_unpaired_z(0.2).unwrap(), 392.443_025_466_309_9, 392.4430232577885),
        (aim.rows_for_unpaired_t(0.2).unwrap(), 393.405_695_019_784_18, 393.4056930002526),
    ] {
        near(found, root);
        near_by(found, stopped, 3e-6);
    }
    let (omega, sigma) = (1.0 / 9.0, 1.0 / 6.0);
    let rows =
        |sigma: f64, repeats: usize| aim.rows_with_repeats(0.03, omega, (sigma, repeats), (sigma, repeats)).unwrap();
    near(rows(sigma, 1), 3875.9899922711543);
    near(rows(sigma, 10), 1259.6967474881253);
    near(rows(0.0, 1), 968.9974980677886);
    near(aim.rows_for_difference(0.03, 1.0 / 3.0).unwrap(), 968.9974980677886);
    near(aim.detectable_difference(200, 0.5).unwrap(), 0.09905099528998364);
    near(aim.rows_for_paired_shares(0.05, 0.2).unwrap(), 625.5473178337214);
    near(aim.rows_for_paired_shares(0.03, 0.1).unwrap(), 869.7361463761334);
}

#[test]
fn a_plan_and_what_it_detects_agree() {
    let aim = Aim::new(Level::P90, 0.9).unwrap();
    let rows = aim.rows_for_difference(0.04, 0.5).unwrap();
    let back = aim.detectable_difference(rows.ceil() as usize, 0.5).unwrap();
    assert!(back <= 0.04 && back > 0.0399, "{back}");
    assert!(aim.rows_for_difference(0.04, 0.5).unwrap() > Aim::default().rows_for_difference(0.05, 0.5).unwrap());
}

#[test]
fn rows_or_repeats() {
    // All cost is per call: one repeat.
    near(best_repeats(0.0, 1.0, 0.2, 0.1).unwrap(), 1.0);
    near(best_repeats(8.0, 1.0, 0.2, 0.1).unwrap(), 4.0);
    near(best_repeats(8.0, 1.0, 0.0, 0.1).unwrap(), 1.0);
}

#[test]
fn plans_that_make_no_sense() {
    let aim = Aim::default();
    assert!(Aim::new(Level::P95, 1.0).is_err());
    assert!(aim.rows_for_difference(0.0, 0.5).is_err() && aim.rows_for_difference(0.1, -0.5).is_err());
    assert!(aim.rows_for_paired_shares(0.3, 0.2).is_err() && aim.rows_for_paired_shares(0.1, 1.2).is_err());
    assert!(aim.detectable_difference(0, 0.5).is_err() && aim.rows_for_t(-1.0).is_err());
    assert!(best_repeats(1.0, 0.0, 0.1, 0.1).is_err() && best_repeats(-1.0, 1.0, 0.1, 0.1).is_err());
    assert_eq!(
        aim.rows_for_difference(f64::NAN, 0.5).unwrap_err().to_string(),
        "the difference is NaN, and must be above 0"
    );
}
