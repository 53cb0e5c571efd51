use flow_eval::statistics::{
    Components, RatioState, RatioTest, mean_of_rows, mean_pass_all_k, mean_pass_at_k, pass_all_k, pass_at_k,
};
use proptest::prelude::*;

use super::{near, near_by};

#[test]
fn rows_runs_and_judgements() {
    let rows: [[[f64; 2]; 3]; 4] = [
        [[4., 4.], [5., 4.], [4., 5.]],
        [[2., 1.], [3., 2.], [2., 2.]],
        [[5., 5.], [5., 5.], [4., 5.]],
        [[3., 4.], [1., 2.], [3., 3.]],
    ];
    let rows: Vec<Vec<Vec<f64>>> = rows.iter().map(|row| row.iter().map(|run| run.to_vec()).collect()).collect();
    let found = Components::nested(&rows).unwrap();
    near(found.mean_squares[0], 10.819444444444443);
    near(found.mean_squares[1], 0.75);
    near(found.mean_squares[2], 0.2916666666666667);
    near(found.row, 1.6782407407407405);
    near(found.run, 0.22916666666666666);
    near(found.judgement, 0.2916666666666667);
    near(found.standard_error, 0.6714239980706567);
    near(found.variance_of_mean(4, 3, 2).unwrap().sqrt(), found.standard_error);
    assert!(found.variance_of_mean(4, 0, 2).is_err());
}

#[test]
fn rows_of_runs() {
    let rows: [&[f64]; 3] = [&[1.0, 0.0], &[1.0, 1.0], &[0.0, 0.0]];
    let found = Components::of_runs(rows).unwrap();
    // MS_I = 2·Σ(r̄ - r̄̄)²/2 = 0.5, MS_R = (½ + 0 + 0)/3.
    near(found.mean_squares[0], 0.5);
    near(found.run, 1.0 / 6.0);
    near(found.row, (0.5 - 1.0 / 6.0) / 2.0);
    assert!(found.mean_squares[2].is_nan());
    near(found.standard_error, mean_of_rows(rows).unwrap().standard_error);
    // One run: what varies within a row cannot be told.
    let found = Components::of_runs([&[1.0][..], &[0.0], &[1.0]]).unwrap();
    near(found.row, 1.0 / 3.0);
    assert_eq!(found.run, 0.0);
    assert!(Components::of_runs([&[1.0][..], &[0.0, 1.0]]).is_err());
    assert!(Components::of_runs([&[1.0, 2.0][..]]).is_err());
}

#[test]
fn pass_at_k_and_pass_all_k() {
    for (n, c, k, expected) in [
        (10, 3, 1, 0.3),
        (10, 3, 5, 0.9166666666666666),
        (20, 5, 10, 0.9837461300309598),
        (5, 4, 2, 1.0),
        (200, 13, 100, 0.9999194971988055),
    ] {
        near(pass_at_k(n, c, k).unwrap(), expected);
    }
    near(pass_all_k(5, 4, 2).unwrap(), 0.6);
    assert_eq!(pass_all_k(5, 1, 2).unwrap(), 0.0);
    assert!(pass_at_k(5, 6, 1).is_err() && pass_at_k(5, 2, 0).is_err() && pass_at_k(5, 2, 6).is_err());
    let mean = mean_pass_at_k(&[(10, 3), (10, 0), (10, 10)], 1).unwrap();
    near(mean.mean, 1.3 / 3.0);
    assert_eq!(mean.rows, 3);
    near(mean_pass_all_k(&[(5, 4), (5, 5)], 2).unwrap().mean, 0.8);
    assert!(mean_pass_at_k(&[], 1).is_err());
}

#[test]
fn the_sequential_ratio_test_of_one_row() {
    let mut test = RatioTest::new(0.5, 0.95, 0.05, 0.05).unwrap();
    near_by(test.step(true), 0.641854, 1e-6);
    near(test.step(false), -std::f64::consts::LN_10);
    let (low, high) = test.bounds();
    near_by(low, -2.944439, 1e-6);
    near_by(high, 2.944439, 1e-6);
    assert_eq!(test.fixed_design(), Some((11, 9)));
    assert_eq!((1..=5).map(|_| test.observe(true)).last(), Some(RatioState::High));
    let mut test = RatioTest::new(0.5, 0.95, 0.05, 0.05).unwrap();
    assert_eq!((test.observe(false), test.observe(false)), (RatioState::Open, RatioState::Low));
    assert!(RatioTest::new(0.9, 0.5, 0.05, 0.05).is_err() && RatioTest::new(0.1, 0.5, 0.0, 0.05).is_err());
}

proptest! {
    #[test]
    fn more_tries_pass_more_often_at_least_once_and_less_often_all((n, c, k) in (2_u64..60).prop_flat_map(|n| (Just(n), 0..=n, 1..n))) {
        let (once, all) = (pass_at_k(n, c, k).unwrap(), pass_all_k(n, c, k).unwrap());
        prop_assert!((0.0..=1.0).contains(&once) && (0.0..=1.0).contains(&all) && all <= once + 1e-12);
        prop_assert!(pass_at_k(n, c, k + 1).unwrap() >= once - 1e-12);
        prop_assert!(pass_all_k(n, c, k + 1).unwrap() <= all + 1e-12);
        prop_assert!((pass_at_k(n, c, 1).unwrap() - c as f64 / n as f64).abs() < 1e-12);
        // None of k passes, where all of k fail.
        prop_assert!((1.0 - once - pass_all_k(n, n - c, k).unwrap()).abs() < 1e-9);
    }
}
