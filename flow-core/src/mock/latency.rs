use std::time::Duration;

use super::chance::Chance;

/// How long the mock takes for an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// Always as long.
    Fixed(Duration),
    /// Log-normal: half of the answers take at most `p50`, all but one in a hundred at most `p99`.
    Spread {
        /// The median.
        p50: Duration,
        /// The 99th percentile, not below the median.
        p99: Duration,
    },
}

/// The standard normal distribution's 99 % quantile.
const Z99: f64 = 2.326_347_874_040_841;

/// No answer takes longer than this, whatever the distribution's tail says.
const LONGEST: f64 = 3600.0;

/// How a streamed answer comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// From the headers to the first piece of the answer.
    pub(super) first: Latency,
    /// Before each further piece, which is a word or so.
    pub(super) each: Latency,
}

impl Latency {
    /// No time at all.
    pub const NONE: Self = Latency::Fixed(Duration::ZERO);

    /// How long this takes. `purpose` and `part` keep the draws for different things apart.
    pub(super) fn of(self, chance: &Chance<'_>, purpose: &str, part: usize) -> Duration {
        match self {
            Latency::Fixed(duration) => duration,
            Latency::Spread { p50, p99 } => {
                let (median, tail) = (p50.as_secs_f64(), p99.as_secs_f64());
                if median <= 0.0 {
                    return Duration::ZERO;
                }
                let sigma = (tail / median).ln().max(0.0) / Z99;
                // Box–Muller; `1 - draw` keeps the logarithm away from 0.
                let radius = (-2.0 * (1.0 - chance.draw(purpose, 2 * part)).ln()).sqrt();
                let z = radius * (std::f64::consts::TAU * chance.draw(purpose, 2 * part + 1)).cos();
                Duration::from_secs_f64((median * (sigma * z).exp()).min(LONGEST))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_latencies_have_the_asked_percentiles() {
        let latency = Latency::Spread { p50: Duration::from_millis(100), p99: Duration::from_millis(400) };
        let mut taken: Vec<f64> = (0..4000)
            .map(|number| {
                let body = serde_json::json!({ "number": number });
                latency.of(&Chance::new(3, body.as_object().unwrap()), "latency", 0).as_secs_f64() * 1000.0
            })
            .collect();
        taken.sort_by(f64::total_cmp);
        assert!((90.0..110.0).contains(&taken[2000]), "median {}", taken[2000]);
        assert!((330.0..480.0).contains(&taken[3960]), "p99 {}", taken[3960]);
    }
}
