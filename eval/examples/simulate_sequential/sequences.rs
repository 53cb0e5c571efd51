//! Intervals of means that are looked at after every row.

use flow_eval::statistics::{Better, Kind, Level, MeanSequence};

use super::rules::Draws;

/// What is scored.
#[derive(Clone, Copy)]
pub(crate) enum Scored {
    /// Nine in ten pass.
    Passes,
    /// A scale from 1 to 5 with a mean of 3.75.
    Likert,
    /// Log-normal latencies.
    Latencies,
}

impl Scored {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scored::Passes => "passes, 0.9",
            Scored::Likert => "Likert 1 to 5",
            Scored::Latencies => "latencies, log-normal",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Scored::Passes => Kind::Binary,
            Scored::Likert => Kind::Bounded { low: 1.0, high: 5.0 },
            Scored::Latencies => Kind::Unbounded,
        }
    }

    fn mean(self) -> f64 {
        match self {
            Scored::Passes => 0.9,
            Scored::Likert => 3.75,
            Scored::Latencies => 0.5_f64.exp(),
        }
    }

    fn draw(self, draws: &mut Draws) -> f64 {
        match self {
            Scored::Passes => f64::from(u8::from(draws.uniform() < 0.9)),
            Scored::Likert => match draws.uniform() {
                at if at < 0.05 => 1.0,
                at if at < 0.15 => 2.0,
                at if at < 0.35 => 3.0,
                at if at < 0.7 => 4.0,
                _ => 5.0,
            },
            Scored::Latencies => draws.normal().exp(),
        }
    }
}

/// What came of many runs.
pub(crate) struct Intervals {
    /// In which share of the runs an interval after any row missed the mean.
    pub(crate) missed: f64,
    /// How wide it is on average after a tenth of the rows, and after half of them.
    pub(crate) widths: [f64; 2],
}

/// Runs of `rows` rows. `of_data_set` is whether the mean of these is looked for, and not that of all rows that there could be.
pub(crate) fn intervals(scored: Scored, of_data_set: bool, rows: usize, runs: u64) -> Intervals {
    let (mut missed, mut widths) = (0.0, [0.0; 2]);
    for run in 0..runs {
        let mut draws = Draws::of_run(run);
        let scores: Vec<f64> = (0..rows).map(|_| scored.draw(&mut draws)).collect();
        let (kind, better, level) = (scored.kind(), Better::Higher, Level::P95);
        let (sequence, truth) = if of_data_set {
            let mean = scores.iter().sum::<f64>() / rows as f64;
            (MeanSequence::of_data_set(kind, better, level, rows), mean)
        } else {
            (MeanSequence::new(kind, better, level), scored.mean())
        };
        let Ok(mut sequence) = sequence else { continue };
        let mut holds = true;
        for (row, score) in scores.iter().enumerate() {
            let taken = sequence.observe(Some(*score));
            let Some(interval) = sequence.interval().filter(|_| taken.is_ok()) else { continue };
            // The mean of all rows is summed up otherwise there, and at the end the interval is a point.
            holds &= interval.low <= truth + 1e-9 && truth <= interval.high + 1e-9;
            for (width, at) in widths.iter_mut().zip([rows / 10, rows / 2]) {
                if row + 1 == at {
                    *width += 2.0 * interval.half_width() / runs as f64;
                }
            }
        }
        missed += f64::from(u8::from(!holds));
    }
    Intervals { missed: missed / runs as f64, widths }
}
