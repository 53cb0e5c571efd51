//! The statistics against values of other programs (SciPy, statsmodels, R's contingencytables), and laws that they must obey.

mod agreement;
#[path = "../../../examples/simulate_coverage/cases.rs"]
mod cases;
mod corrections;
mod coverage;
mod curtailment;
mod distributions;
#[path = "../../../examples/simulate_judges/cases.rs"]
mod judge_cases;
mod judges;
mod many;
mod mean_sequence;
mod means;
mod paired_binary;
mod paired_numeric;
mod planning;
mod proportions;
mod repeats;
mod resampling;
#[path = "../../../examples/simulate_sequential/rules.rs"]
mod rules;
#[path = "../../../examples/simulate_sequential/sequences.rs"]
mod sequences;
mod sequential;
mod stopping;
mod unpaired;
mod verdicts;

use flow_eval::statistics::Interval;

/// How near a value must be to that of the other program.
pub(crate) const NEAR: f64 = 1e-9;

/// Judge scores of one variant on twelve rows, and of another on the same rows.
pub(crate) const A: [f64; 12] = [0.62, 0.71, 0.55, 0.80, 0.90, 0.33, 0.47, 0.75, 0.68, 0.59, 0.88, 0.41];
pub(crate) const B: [f64; 12] = [0.66, 0.70, 0.61, 0.85, 0.93, 0.45, 0.44, 0.81, 0.75, 0.58, 0.92, 0.52];
/// Differences without ties.
pub(crate) const UNTIED: [f64; 10] = [0.8, 0.12, -0.31, 1.04, 0.55, 0.27, -0.08, 0.93, 0.41, 0.66];

#[track_caller]
pub(crate) fn near_by(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}, off by {:e}", found - expected);
}

#[track_caller]
pub(crate) fn near(found: f64, expected: f64) {
    near_by(found, expected, NEAR);
}

#[track_caller]
pub(crate) fn ends(found: Interval, low: f64, high: f64) {
    ends_by(found, low, high, NEAR);
}

#[track_caller]
pub(crate) fn ends_by(found: Interval, low: f64, high: f64, tolerance: f64) {
    near_by(found.low, low, tolerance);
    near_by(found.high, high, tolerance);
    assert!(found.contains(found.estimate), "{found:?}");
}
