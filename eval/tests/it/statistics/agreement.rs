//! How far judges agree.

use flow_eval::statistics::{Agreement, cohen_kappa, krippendorff_alpha};

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
    let one = [1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0];
    let other = [1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0];
    close(cohen_kappa(&one, &other), 0.693_877_551_020_408_2);
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
