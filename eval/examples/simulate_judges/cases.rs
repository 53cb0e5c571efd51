//! Judges whose errors are known, labelled in part, and how often what is said of them and corrected by labels holds the truth.

use flow_eval::statistics::{
    Belief, Interval, JudgeRates, JudgeTable, Judged, Level, Mean, PredictionPowered, Proportion, Rate,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How often the simulated judge passes what is good, and fails what is not.
const TRUE_PASSES: f64 = 0.92;
const TRUE_FAILS: f64 = 0.81;

/// What an interval is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The judge as it is: misses the truth.
    Raw,
    /// Rates of the judge.
    RoganGladen,
    /// Labels and judge together.
    PredictionPowered,
    /// A number of the judge: a rate or kappa.
    OfJudge,
}

/// An interval of a kind of case, and how often it holds the truth.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) what: &'static str,
    pub(crate) way: Way,
    /// The share of runs in which it holds the truth.
    pub(crate) holds: f64,
    /// The mean of its width.
    pub(crate) width: f64,
    /// The share of runs in which there was none.
    pub(crate) refused: f64,
}

struct Draws(ChaCha8Rng);

impl Draws {
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn judged(&mut self, good: bool) -> bool {
        self.uniform() < if good { TRUE_PASSES } else { 1.0 - TRUE_FAILS }
    }
}

/// Two variants of which the second is as good on all rows as the first, and better on some.
struct Case {
    rows: usize,
    labelled: usize,
    good: [f64; 2],
}

/// What is counted of one interval.
#[derive(Default)]
struct Count {
    holds: u64,
    width: f64,
    refused: u64,
}

fn number(verdict: bool) -> f64 {
    f64::from(u8::from(verdict))
}

impl Case {
    /// All intervals of one draw, with the truth of each.
    fn intervals(&self, draws: &mut Draws) -> Vec<(&'static str, Way, f64, Option<Interval>)> {
        let level = Level::P95;
        let mut rows: Vec<[Judged; 2]> = Vec::with_capacity(self.rows);
        let mut table = Vec::new();
        for row in 0..self.rows {
            let at = draws.uniform();
            // Rows come in no order, so that the first ones are a random sample; variants take turns.
            let answer = |side: usize, draws: &mut Draws| {
                let good = at < self.good[side];
                let said = draws.judged(good);
                let is_labelled = row < self.labelled && row % 2 == side;
                (Judged { said: Some(number(said)), human: is_labelled.then(|| number(good)) }, (good, said))
            };
            let (first, second) = (answer(0, draws), answer(1, draws));
            if row < self.labelled {
                table.push(if row % 2 == 0 { first.1 } else { second.1 });
            }
            rows.push([first.0, second.0]);
        }
        let table = JudgeTable::of(table);
        let rates = JudgeRates::of(table).ok();
        let own = |side: usize| rows.iter().map(move |row| row[side]);
        let said: Vec<f64> = own(0).filter_map(|answer| answer.said).collect();
        let open: Vec<f64> = own(0).filter(|answer| answer.human.is_none()).filter_map(|answer| answer.said).collect();
        let labelled: Vec<(f64, f64)> = own(0).filter_map(|answer| Some((answer.human?, answer.said?))).collect();
        let share = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let passed = said.iter().filter(|value| **value == 1.0).count() as u64;
        let raw = Proportion::new(passed, said.len() as u64).ok().map(|found| found.wilson(level));
        let open_share = Rate { share: share(&open), rows: open.len() as f64 };
        let differences = |rows: &[[Judged; 2]]| -> Vec<f64> {
            rows.iter().filter_map(|[one, two]| Some(two.said? - one.said?)).collect()
        };
        let both_open: Vec<[Judged; 2]> =
            rows.iter().filter(|row| row.iter().all(|answer| answer.human.is_none())).copied().collect();
        let all_apart = Mean::of(&differences(&rows)).ok();
        let apart = Mean::of(&differences(&both_open)).ok();
        let corrected = rates.and_then(|rates| rates.rogan_gladen(open_share, level).ok());
        let difference = rates.and_then(|rates| rates.rogan_gladen_difference(apart.as_ref()?, level).ok());
        let powered = PredictionPowered::of(&labelled, &open, Belief::Best);
        let powered_difference = PredictionPowered::difference(&rows);
        let powered = powered.ok().and_then(|found| found.interval_within(0.0, 1.0, level).ok());
        let powered_difference = powered_difference.ok().and_then(|found| found.interval(level).ok());
        let (good, gain) = (self.good[0], self.good[1] - self.good[0]);
        let people = (self.good[0] + self.good[1]) / 2.0;
        vec![
            ("pass rate", Way::Raw, good, raw),
            ("pass rate", Way::RoganGladen, good, corrected.map(|found| found.interval)),
            ("pass rate", Way::PredictionPowered, good, powered),
            ("difference", Way::Raw, gain, all_apart.and_then(|apart| apart.t_interval(level).ok())),
            ("difference", Way::RoganGladen, gain, difference.map(|found| found.interval)),
            ("difference", Way::PredictionPowered, gain, powered_difference),
            ("TPR", Way::OfJudge, TRUE_PASSES, table.true_passes().ok().map(|found| found.wilson(level))),
            ("TNR", Way::OfJudge, TRUE_FAILS, table.true_fails().ok().map(|found| found.wilson(level))),
            ("Youden's J", Way::OfJudge, TRUE_PASSES + TRUE_FAILS - 1.0, table.youden(level).ok()),
            ("kappa", Way::OfJudge, kappa(people), table.kappa().ok().map(|found| found.interval(level))),
        ]
    }

    fn run(&self, runs: u64) -> Vec<Row> {
        let mut rng = ChaCha8Rng::seed_from_u64(20_250_101);
        let mut counts: Vec<(&'static str, Way, Count)> = Vec::new();
        for run in 0..runs {
            rng.set_stream(run);
            rng.set_word_pos(0);
            for (place, (what, way, truth, interval)) in self.intervals(&mut Draws(rng.clone())).into_iter().enumerate()
            {
                if counts.len() <= place {
                    counts.push((what, way, Count::default()));
                }
                let count = &mut counts[place].2;
                match interval {
                    None => count.refused += 1,
                    Some(interval) => {
                        count.holds += u64::from(interval.contains(truth));
                        count.width += interval.high - interval.low;
                    }
                }
            }
        }
        let row = |(what, way, count): (&'static str, Way, Count)| {
            let made = (runs - count.refused).max(1) as f64;
            Row {
                case: format!("{} labels of {} rows, {} good", self.labelled, self.rows, self.good[0]),
                what,
                way,
                holds: count.holds as f64 / made,
                width: count.width / made,
                refused: count.refused as f64 / runs as f64,
            }
        };
        counts.into_iter().map(row).collect()
    }
}

/// The true kappa of the judge where people pass a share of all.
fn kappa(people: f64) -> f64 {
    let said = people * TRUE_PASSES + (1.0 - people) * (1.0 - TRUE_FAILS);
    let observed = people * TRUE_PASSES + (1.0 - people) * TRUE_FAILS;
    let expected = people * said + (1.0 - people) * (1.0 - said);
    (observed - expected) / (1.0 - expected)
}

/// All cases; fewer if `quick`.
pub(crate) fn rows(quick: bool, runs: u64) -> Vec<Row> {
    // Where 70 % are good, the errors of this judge cancel out; nobody knows that before.
    let cases: &[(usize, usize, f64)] = if quick {
        &[(500, 120, 0.5)]
    } else {
        &[(1000, 100, 0.5), (1000, 100, 0.8), (1000, 200, 0.6), (1000, 200, 0.9), (1000, 400, 0.8)]
    };
    let gain = if quick { 0.2 } else { 0.05 };
    let case = |(rows, labelled, good): &(usize, usize, f64)| Case {
        rows: *rows,
        labelled: *labelled,
        good: [*good, good + gain],
    };
    cases.iter().flat_map(|one| case(one).run(runs)).collect()
}
