use serde::Serialize;

use crate::statistics::distribution::{normal_cdf, normal_density, normal_quantile};
use crate::statistics::error::{StatisticsError, enough};
use crate::statistics::interval::Level;

/// Into how many parts the range between the bounds is cut for Simpson's rule.
const PARTS: usize = 400;

/// Where to stop if a fixed number of rows is looked at a few times: group-sequential tests, two-sided and symmetric. They find small
/// differences nearly as often as one look at all rows does, and save less than evidence that may be looked at after every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBoundary {
    /// O'Brien and Fleming (Biometrics 1979): `z = c/√t`, where t is the share of rows that are there.
    ObrienFleming,
    /// Lan and DeMets (Biometrika 1983) spending much as O'Brien and Fleming do: by the share t each side has spent
    /// `2(1-Φ(z_{α/4}/√t))`.
    LanDeMetsObrienFleming,
    /// Lan and DeMets spending much as Pocock does: by the share t each side has spent `α/2 ln(1+(e-1)t)`.
    LanDeMetsPocock,
}

impl GroupBoundary {
    /// The |z| at which to stop, for each look at a share of the rows; the last share is mostly 1.
    ///
    /// # Errors
    /// No looks, or shares that don't grow from above 0 to at most 1.
    pub fn bounds(self, shares: &[f64], level: Level) -> Result<Vec<f64>, StatisticsError> {
        enough("a group-sequential test", "looks", 1, shares.len())?;
        let mut before = 0.0;
        for share in shares {
            if !(*share > before && *share <= 1.0) {
                let must = "above the one before it, and at most 1";
                return Err(StatisticsError::Setting { what: "a share of the rows", value: *share, must });
            }
            before = *share;
        }
        let side = level.alpha() / 2.0;
        Ok(match self {
            GroupBoundary::ObrienFleming => obrien_fleming(shares, side),
            GroupBoundary::LanDeMetsObrienFleming => {
                let z = -normal_quantile(side / 2.0);
                spent(shares, |share| 2.0 * normal_cdf(-z / share.sqrt()))
            }
            GroupBoundary::LanDeMetsPocock => {
                spent(shares, |share| side * ((std::f64::consts::E - 1.0) * share).ln_1p())
            }
        })
    }
}

fn obrien_fleming(shares: &[f64], side: f64) -> Vec<f64> {
    let bounds = |constant: f64| shares.iter().map(move |share| constant / share.sqrt());
    let crossed = |constant: f64| {
        let mut inside = Inside::at_start();
        let looks = shares.iter().zip(bounds(constant));
        looks
            .map(|(share, bound)| {
                let crossed = inside.crossing(*share, bound);
                inside.go_on(*share, bound);
                crossed
            })
            .sum::<f64>()
    };
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if crossed(middle) > side { low = middle } else { high = middle }
    }
    bounds((low + high) / 2.0).collect()
}

/// Bounds at each of which one side spends what the function says.
fn spent(shares: &[f64], by: impl Fn(f64) -> f64) -> Vec<f64> {
    let (mut inside, mut before) = (Inside::at_start(), 0.0);
    let mut bound = |share: &f64| {
        let now = by(*share);
        let (mut low, mut high) = (0.0, 40.0);
        for _ in 0..70 {
            let middle = (low + high) / 2.0;
            if inside.crossing(*share, middle) > now - before { low = middle } else { high = middle }
        }
        before = now;
        let bound = (low + high) / 2.0;
        inside.go_on(*share, bound);
        bound
    };
    shares.iter().map(&mut bound).collect()
}

/// How `z√t` lies where no bound has been reached: points with density times weight (Armitage, McPherson and Rowe, JRSS A 1969).
struct Inside {
    share: f64,
    points: Vec<(f64, f64)>,
}

impl Inside {
    fn at_start() -> Inside {
        Inside { share: 0.0, points: vec![(0.0, 1.0)] }
    }

    /// How often the upper bound is reached at the next look.
    fn crossing(&self, share: f64, bound: f64) -> f64 {
        let (at, step) = (bound * share.sqrt(), (share - self.share).sqrt());
        self.points.iter().map(|(point, mass)| mass * normal_cdf((point - at) / step)).sum()
    }

    /// Goes on to the next look.
    fn go_on(&mut self, share: f64, bound: f64) {
        let (end, step) = (bound * share.sqrt(), (share - self.share).sqrt());
        let part = 2.0 * end / PARTS as f64;
        let point = |index: usize| {
            let here = -end + index as f64 * part;
            let density = |(point, mass): &(f64, f64)| mass * normal_density((here - point) / step) / step;
            let simpson = match index {
                0 | PARTS => 1.0,
                index if index % 2 == 1 => 4.0,
                _ => 2.0,
            };
            (here, simpson * part / 3.0 * self.points.iter().map(density).sum::<f64>())
        };
        (self.points, self.share) = ((0..=PARTS).map(point).collect(), share);
    }
}
