use std::num::NonZeroUsize;

use flow_eval::statistics::{Bootstrap, Clusters, Level, Resampling, quantile, quantile_interval, sign_flip};
use proptest::prelude::*;

use super::{UNTIED, ends_by, near, near_by};

fn many() -> Resampling {
    Resampling { replicates: 200_000, ..Resampling::default() }
}

#[test]
fn bootstrap_intervals_of_a_mean() {
    let found = Bootstrap::of_mean(&UNTIED, &many()).unwrap();
    ends_by(found.percentile(Level::P95), 0.176, 0.692, 0.005);
    ends_by(found.basic(Level::P95), 0.186, 0.702, 0.005);
    ends_by(found.bca(Level::P95), 0.164, 0.681, 0.005);
    near_by(found.standard_error(), 0.13237, 0.005);
    // By drawn units, the same.
    let statistic = |drawn: &[usize]| drawn.iter().map(|unit| UNTIED[*unit]).sum::<f64>() / 10.0;
    let found = Bootstrap::of(10, statistic, &Resampling::default()).unwrap();
    ends_by(found.percentile(Level::P95), 0.176, 0.692, 0.02);
}

#[test]
fn results_depend_on_the_seed_and_not_on_the_threads() {
    let on = |threads: usize, seed: u64| Resampling { replicates: 2_500, seed, threads: NonZeroUsize::new(threads) };
    let values: Vec<f64> = (0..1_001).map(|row| f64::from(row * 7919 % 1_000) / 1_000.0 - 0.48).collect();
    let first = Bootstrap::of_mean(&values, &on(1, 7)).unwrap();
    let flips = sign_flip(&values, &on(1, 7)).unwrap();
    for threads in [2, 3, 8] {
        assert_eq!(Bootstrap::of_mean(&values, &on(threads, 7)).unwrap(), first);
        assert_eq!(sign_flip(&values, &on(threads, 7)).unwrap(), flips);
    }
    assert_ne!(Bootstrap::of_mean(&values, &on(2, 8)).unwrap(), first);
}

#[test]
fn clusters_and_runs_are_drawn_whole() {
    let resampling = Resampling { replicates: 4_000, ..Resampling::default() };
    // Rows of one cluster are copies: the spread is that of the clusters.
    let copies: Vec<f64> = UNTIED.iter().flat_map(|value| [*value; 5]).collect();
    let clusters = Clusters::new((0..10).flat_map(|cluster| [cluster; 5]));
    let found = Bootstrap::of_clustered_mean(&copies, &clusters, &resampling).unwrap();
    near_by(found.standard_error(), 0.13237, 0.005);
    let rows: Vec<&[f64]> = copies.chunks(5).collect();
    let nested = Bootstrap::of_nested_mean(&rows, &resampling).unwrap();
    near_by(nested.standard_error(), 0.13237, 0.005);
    let independent = Bootstrap::of_mean(&copies, &resampling).unwrap();
    near_by(independent.standard_error(), 0.13237 / 5.0_f64.sqrt(), 0.005);
    // Runs that differ widen it: Var = (σ²_I + σ²_R/K)/n of the plug-in variances.
    let spread: Vec<f64> =
        copies.iter().enumerate().map(|(index, value)| value + [-1.0, 1.0, 0.0, 0.5, -0.5][index % 5]).collect();
    let nested = Bootstrap::of_nested_mean(&spread.chunks(5).collect::<Vec<_>>(), &resampling).unwrap();
    near_by(nested.standard_error(), (0.13237_f64.powi(2) + 0.5 / 5.0 / 10.0).sqrt(), 0.005);
}

#[test]
fn what_has_no_spread_is_refused() {
    let resampling = Resampling { replicates: 100, ..Resampling::default() };
    let told = Bootstrap::of_mean(&[0.25; 8], &resampling).unwrap_err().to_string();
    assert_eq!(told, "all 8 values are 0.25, so that a bootstrap has no spread to go by");
    assert!(Bootstrap::of_mean(&[0.25], &resampling).is_err());
    assert!(Bootstrap::of_mean(&[0.25, f64::NAN], &resampling).is_err());
    assert!(Bootstrap::of(5, |_| 1.0, &resampling).is_err());
    assert!(Bootstrap::of_mean(&UNTIED, &Resampling { replicates: 0, ..resampling }).is_err());
    assert!(Bootstrap::of_nested_mean(&[&[1.0], &[]], &resampling).is_err());
    assert!(quantile_interval(&[2.0; 9], 0.5, Level::P95).is_err());
    assert!(quantile(&[], 0.5).is_err() && quantile(&[1.0], 1.0).is_err());
}

#[test]
fn quantiles_are_values_and_their_interval_is_that_of_a_bootstrap() {
    let values: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(quantile(&values, 0.5).unwrap(), 50.0);
    assert_eq!(quantile(&values, 0.95).unwrap(), 95.0);
    assert_eq!(quantile(&values[..20], 0.95).unwrap(), 19.0);
    assert_eq!(quantile(&[3.0], 0.01).unwrap(), 3.0);
    let found = quantile_interval(&values, 0.9, Level::P95).unwrap();
    let drawn = Bootstrap::of(
        100,
        |units| {
            let chosen: Vec<f64> = units.iter().map(|unit| values[*unit]).collect();
            quantile(&chosen, 0.9).unwrap_or(f64::NAN)
        },
        &Resampling { replicates: 4_000, ..Resampling::default() },
    )
    .unwrap()
    .percentile(Level::P95);
    near(found.estimate, 90.0);
    ends_by(found, drawn.low, drawn.high, 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn intervals_hold_the_estimate_and_the_order_of_rows_hardly_matters(values in prop::collection::vec(-2.0_f64..2.0, 12..40), seed in any::<u64>()) {
        let resampling = Resampling { replicates: 1_000, seed, ..Resampling::default() };
        let found = Bootstrap::of_mean(&values, &resampling).unwrap();
        for interval in [found.percentile(Level::P95), found.basic(Level::P95), found.bca(Level::P95)] {
            prop_assert!(interval.contains(found.estimate) && interval.low < interval.high, "{interval:?}");
        }
        let mut turned = values.clone();
        turned.reverse();
        let other = Bootstrap::of_mean(&turned, &resampling).unwrap();
        prop_assert!((found.estimate - other.estimate).abs() < 1e-12);
        prop_assert!((found.standard_error() / other.standard_error() - 1.0).abs() < 0.2);
        for at in [0.1, 0.5, 0.95] {
            let interval = quantile_interval(&values, at, Level::P95).unwrap();
            prop_assert!(interval.contains(interval.estimate));
            let below = values.iter().filter(|value| **value <= interval.estimate).count();
            prop_assert!(below as f64 >= at * values.len() as f64 - 1e-9);
        }
    }
}
