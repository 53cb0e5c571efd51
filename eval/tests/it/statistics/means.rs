use flow_eval::statistics::{
    ClusteredMean, Clusters, Level, Mean, Paired, StatisticsError, all_equal_interval, geometric_mean_interval,
};

use super::{A, ends, near};

const Y: [f64; 18] = [1., 1., 0., 1., 0., 0., 1., 1., 1., 0., 0., 0., 1., 1., 0., 1., 1., 0.];
const D: [f64; 18] = [1., 0., 1., 0., 0., -1., 1., 1., 0., 0., 0., 1., -1., 0., 1., 0., 0., 1.];
const G: [u32; 18] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 5];

#[test]
fn a_mean_with_its_t_and_logit_t_interval() {
    let mean = Mean::of(&A).unwrap();
    near(mean.mean, 0.6408333333333333);
    ends(mean.t_interval(Level::P95).unwrap(), 0.5261636792517744, 0.7555029874148923);
    ends(mean.logit_t_interval(0.0, 1.0, Level::P95).unwrap(), 0.5201836958058716, 0.7459612952507149);
}

#[test]
fn the_range_of_a_logit_t_interval_only_moves_and_stretches_it() {
    let inner = Mean::of(&A).unwrap().logit_t_interval(0.0, 1.0, Level::P95).unwrap();
    let stretched: Vec<f64> = A.iter().map(|value| 1.0 + 4.0 * value).collect();
    let outer = Mean::of(&stretched).unwrap().logit_t_interval(1.0, 5.0, Level::P95).unwrap();
    ends(outer, 1.0 + 4.0 * inner.low, 1.0 + 4.0 * inner.high);
}

#[test]
fn clustered_means() {
    let clusters = Clusters::new(G);
    let mean = ClusteredMean::of(&Y, &clusters).unwrap();
    near(mean.independent.mean, 0.5555555555555556);
    near(mean.independent.standard_error, 0.12051692101036454);
    let share = mean.independent.mean;
    near((share * (1.0 - share) / 18.0).sqrt(), 0.11712139482105108);
    near(mean.miller, 0.1355215950623466);
    near(mean.standard_error, 0.14845646928945594);
    near(mean.design_effect, 1.2645061728395062);
    assert_eq!(mean.clusters, 6);
    let margin = 2.5705818356363146 * mean.standard_error;
    ends(mean.t_interval(Level::P95).unwrap(), share - margin, share + margin);

    let paired = ClusteredMean::of(&D, &clusters).unwrap();
    near(paired.independent.mean, 0.2777777777777778);
    near(paired.miller, 0.1696127365930134);
    near(paired.standard_error, 0.18580144374435073);
    ends(paired.t_interval(Level::P95).unwrap(), -0.19984003854645277, 0.7553955941020083);
}

#[test]
fn a_row_that_is_there_twice_in_one_cluster_tells_nothing_new() {
    let once = Mean::of(&A).unwrap();
    let twice: Vec<f64> = A.iter().flat_map(|value| [*value, *value]).collect();
    let alone = ClusteredMean::of(&A, &Clusters::new(0..12)).unwrap();
    let doubled = ClusteredMean::of(&twice, &Clusters::new((0..12).flat_map(|row| [row, row]))).unwrap();
    near(doubled.miller, alone.miller);
    let plug_in = |mean: &Mean| mean.standard_error * ((mean.rows as f64 - 1.0) / mean.rows as f64).sqrt();
    near(plug_in(&doubled.independent) * std::f64::consts::SQRT_2, plug_in(&once));
    // One row in each cluster is as if there were none.
    near(alone.standard_error, once.standard_error);
}

#[test]
fn what_has_no_spread_gets_no_interval() {
    let told = |result: Result<flow_eval::statistics::Interval, StatisticsError>| result.unwrap_err().to_string();
    assert_eq!(Mean::of(&[]).unwrap_err().to_string(), "a mean needs at least 1 rows, and 0 are given");
    let one = Mean::of(&[0.5]).unwrap();
    assert!(one.standard_error.is_nan());
    assert_eq!(told(one.t_interval(Level::P95)), "a t interval needs at least 2 rows, and 1 is given");
    let equal = Mean::of(&[0.1; 1_000]).unwrap();
    assert_eq!((equal.mean, equal.standard_error), (0.1, 0.0));
    assert_eq!(
        told(equal.t_interval(Level::P95)),
        "all 1000 values are 0.1, so that a t interval has no spread to go by"
    );
    assert_eq!(
        told(equal.logit_t_interval(0.0, 1.0, Level::P95)),
        "all 1000 values are 0.1, so that a logit t interval has no spread to go by"
    );
    let error = Mean::of(&[0.5, f64::NAN]).unwrap_err();
    assert_eq!(error.to_string(), "the value of row 1 is NaN, which is no number to reckon with");
    assert_eq!(error.code(), "statistics-not-finite");
    let clusters = Clusters::new([1, 1]);
    let error = ClusteredMean::of(&[0.5, 0.7], &clusters).unwrap_err();
    assert_eq!(error.to_string(), "a cluster-robust standard error needs at least 2 clusters, and 1 is given");
    assert!(ClusteredMean::of(&[0.5], &clusters).is_err());
    // Two clusters that balance out have no spread among them.
    let clusters = Clusters::new([0, 0, 1, 1]);
    let balanced = ClusteredMean::of(&[0.0, 1.0, 1.0, 0.0], &clusters).unwrap();
    assert!(matches!(balanced.t_interval(Level::P95), Err(StatisticsError::AllEqual { .. })));
}

#[test]
fn equal_values_in_a_range_are_bounded_by_how_rare_others_may_be() {
    let found = all_equal_interval(&[1.0; 10], 0.0, 1.0, Level::P95).unwrap();
    // For all of ten passed this is the exact one-sided bound, 0.05^(1/10).
    ends(found, 0.741_134_449_106_947_1, 1.0);
    let found = all_equal_interval(&[3.0; 50], 1.0, 5.0, Level::P95).unwrap();
    assert!(found.low < 3.0 && found.high > 3.0 && (found.high - 3.0 - (3.0 - found.low)).abs() < 1e-12);
}

#[test]
fn a_geometric_mean() {
    let found = geometric_mean_interval(&[1.0, 10.0, 100.0], Level::P95).unwrap();
    near(found.estimate, 10.0);
    near((found.high / 10.0).ln(), (10.0 / found.low).ln());
    assert!(geometric_mean_interval(&[1.0, 0.0], Level::P95).is_err());
}

#[test]
fn wider_levels_and_fewer_rows_make_wider_intervals() {
    let mean = Mean::of(&A).unwrap();
    let width = |level: f64| mean.t_interval(Level::new(level).unwrap()).unwrap().half_width();
    assert!(width(0.8) < width(0.9) && width(0.9) < width(0.95) && width(0.95) < width(0.99));
    let many: Vec<f64> = A.iter().cycle().take(120).copied().collect();
    assert!(Mean::of(&many).unwrap().t_interval(Level::P95).unwrap().half_width() < width(0.95) / 3.0);
    for wrong in [0.0, 1.0, 1.5, f64::NAN] {
        assert!(Level::new(wrong).is_err());
    }
    assert_eq!(Level::P95.to_string(), "95 %");
    assert_eq!(Level::new(0.57).unwrap().to_string(), "57 %");
    near(Level::P95.one_sided().get(), 0.9);
    near(Level::P95.shared_by(5).get(), 0.99);
    assert!(Paired::of(&A).unwrap().dz() > 0.0);
}
