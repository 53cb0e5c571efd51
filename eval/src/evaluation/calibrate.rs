//! Holds scores against labels of people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::correction::Corrections;
use super::human::Human;
use super::labelled::{Labelled, LeftOut, labelled};
use super::looking::Looking;
use super::{Calibration, NumberAgreement, ScoreEntry, Usable, VerdictAgreement};
use crate::label::{Label, Labels};
use crate::score::{Confusion, Unit};
use crate::statistics::{
    Agreement, Bootstrap, Interval, JudgeRates, JudgeTable, Judged, Kappa, Level, Partial, PositionBias, Proportion,
    Resampling, StatisticsError, UnpairedTable, Weights, kendall, krippendorff_alpha, pearson, spearman,
};

/// Fewer labels than this make nothing usable, nor unusable.
const FEWEST_LABELS: usize = 30;
/// So many different values make a table that somebody reads.
const MOST_VALUES: usize = 10;
/// So many answers are compared with each other at most for the bias of length.
const MOST_PAIRED: usize = 5_000;

impl Looking<'_> {
    /// All scores that have labels.
    pub(super) fn calibrations(&self, names: &[String], baseline: usize) -> Vec<Calibration> {
        let scores = self.scores().iter().enumerate();
        let of = |(position, entry): (usize, &ScoreEntry)| {
            let human = entry.human.as_ref()?;
            let labels = human.read.as_ref()?;
            let (found, left_out) = labelled(labels, self.scored, position, (names, self.repeats));
            let one = Calibrating { looking: self, names, position, entry, human, labels, found };
            Some(one.calibration(left_out, baseline))
        };
        scores.filter_map(of).collect()
    }
}

/// A score that is held against labels.
struct Calibrating<'a> {
    looking: &'a Looking<'a>,
    names: &'a [String],
    position: usize,
    entry: &'a ScoreEntry,
    human: &'a Human,
    labels: &'a Labels,
    found: Vec<Labelled>,
}

/// A label and what the score said of the same answer.
#[derive(Clone, Copy)]
struct Pair {
    place: usize,
    human: f64,
    said: f64,
}

impl Calibrating<'_> {
    fn calibration(&self, left_out: LeftOut, baseline: usize) -> Calibration {
        let mut notes = Vec::new();
        let (verdicts, numbers) = (self.verdict_pairs(), self.number_pairs());
        let pairs = numbers.as_ref().or(verdicts.as_ref()).map(Vec::as_slice).unwrap_or_default();
        let lines: BTreeSet<usize> = self.found.iter().map(|one| one.line).collect();
        if self.found.is_empty() {
            notes.push("no label is of an answer of this run that the score judged".to_owned());
        } else if pairs.is_empty() {
            notes.push(
                "labels are verdicts, and the score gives none: give it a `threshold`, or label by its scale"
                    .to_owned(),
            );
        } else if self.found.len() > lines.len() {
            let (answers, rows) = (self.found.len(), lines.len());
            notes.push(format!(
                "the {answers} labelled answers are of {rows} rows; answers of a row are alike, so that intervals are too narrow"
            ));
        }
        if self.looking.decided.is_some_and(|decided| decided.is_stopped) {
            notes.push("the run stopped early: what is corrected is of the rows until then".to_owned());
        }
        let agreement = verdicts.as_ref().map(|pairs| self.verdict_agreement(pairs));
        let table = agreement.as_ref().map(|agreement| agreement.table);
        notes.extend(verdicts.as_ref().and_then(|pairs| self.unlike_variants(pairs)));
        let mut corrections = Vec::new();
        if let (Some(table), Some(pairs)) = (table, &verdicts) {
            corrections.push(self.corrections(pairs, Some(JudgeRates::of(table))).all(baseline));
        }
        if let Some(pairs) = &numbers {
            corrections.insert(0, self.corrections(pairs, None).all(baseline));
        }
        let mut calibration = Calibration {
            score: Arc::clone(&self.entry.name),
            labels: Arc::clone(&self.labels.path),
            labelled: pairs.len(),
            lines: pairs.iter().map(|pair| self.found[pair.place].line).collect::<BTreeSet<_>>().len(),
            left_out,
            verdicts: agreement,
            numbers: numbers.as_ref().map(|pairs| self.number_agreement(pairs)),
            length: self.length(pairs),
            position: self.position_bias(),
            usable: Usable { is: None, agreement: self.human.agreement, because: String::new() },
            corrections,
            notes,
        };
        (calibration.usable.is, calibration.usable.because) = usable(&calibration);
        calibration
    }

    fn level(&self) -> Level {
        self.looking.comparing().level
    }

    fn resampling(&self) -> Resampling {
        Resampling { seed: self.looking.seed, ..Resampling::default() }
    }

    /// Whether labels are numbers of the score's scale, and not verdicts.
    fn are_numbers(&self) -> bool {
        let is_verdict = |label: &Label| match label {
            Label::Verdict(_) => true,
            Label::Number(number) => *number == 0.0 || *number == 1.0,
        };
        match self.entry.label_scale() {
            // 1 is a value of a scale from 1 to 5.
            Some(scale) if scale != (0.0, 1.0) => self.found.iter().any(|one| matches!(one.label, Label::Number(_))),
            _ => !self.found.iter().all(|one| is_verdict(&one.label)),
        }
    }

    /// Verdicts of people and of the score; `None` where one of them gives none.
    fn verdict_pairs(&self) -> Option<Vec<Pair>> {
        let are_numbers = self.are_numbers();
        let human = |label: Label| match label {
            Label::Verdict(passed) => Some(passed),
            Label::Number(number) if !are_numbers => Some(number == 1.0),
            // A value of the scale passes as one of the judge does.
            Label::Number(number) => {
                let judgement = &self.entry.judgement;
                let before = if judgement.not && judgement.unit == Unit::Fraction { 1.0 - number } else { number };
                judgement.threshold.map(|threshold| threshold.is_met(before) != judgement.not)
            }
        };
        let pair = |(place, one): (usize, &Labelled)| {
            let (human, said) = (human(one.label)?, self.verdict(one.verdict, one.value)?);
            Some(Pair { place, human: f64::from(u8::from(human)), said: f64::from(u8::from(said)) })
        };
        let pairs: Vec<Pair> = self.found.iter().enumerate().filter_map(pair).collect();
        (!pairs.is_empty()).then_some(pairs)
    }

    /// The verdict of the score; values of 0 and 1 are verdicts where it gives no others.
    fn verdict(&self, verdict: Option<bool>, value: Option<f64>) -> Option<bool> {
        verdict.or_else(|| value.filter(|value| *value == 0.0 || *value == 1.0).map(|value| value == 1.0))
    }

    /// Numbers of people and of the score.
    fn number_pairs(&self) -> Option<Vec<Pair>> {
        if !self.are_numbers() {
            return None;
        }
        let pair = |(place, one): (usize, &Labelled)| match one.label {
            Label::Number(human) => Some(Pair { place, human, said: one.value? }),
            Label::Verdict(_) => None,
        };
        let pairs: Vec<Pair> = self.found.iter().enumerate().filter_map(pair).collect();
        (!pairs.is_empty()).then_some(pairs)
    }

    fn verdict_agreement(&self, pairs: &[Pair]) -> VerdictAgreement {
        let table = JudgeTable::of(pairs.iter().map(|pair| (pair.human == 1.0, pair.said == 1.0)));
        let level = self.level();
        let wilson = |rate: Result<Proportion, StatisticsError>| rate.ok().map(|proportion| proportion.wilson(level));
        VerdictAgreement {
            table,
            agreement: wilson(table.agreement()),
            kappa: table.kappa().ok().map(|kappa| kappa.interval(level)),
            prevalence: wilson(table.prevalence()),
            true_passes: wilson(table.true_passes()),
            true_fails: wilson(table.true_fails()),
            youden: table.youden(level).ok(),
        }
    }

    fn number_agreement(&self, pairs: &[Pair]) -> NumberAgreement {
        let (human, said): (Vec<f64>, Vec<f64>) = pairs.iter().map(|pair| (pair.human, pair.said)).unzip();
        let quadratic = |drawn: &[usize]| {
            let of = |values: &[f64]| drawn.iter().map(|item| values[*item]).collect::<Vec<f64>>();
            Kappa::of(&of(&human), &of(&said), Weights::Quadratic).ok().map(|kappa| kappa.kappa)
        };
        let drawn = Bootstrap::of_defined(pairs.len(), quadratic, &self.resampling());
        let units: Vec<Vec<Option<f64>>> = pairs.iter().map(|pair| vec![Some(pair.human), Some(pair.said)]).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let whole = Kappa::of(&human, &said, Weights::Quadratic).ok();
        NumberAgreement {
            // Where no draw differs from another, as of judges who never disagree, what Wilson's interval leaves room for.
            kappa: drawn
                .map(|drawn| drawn.percentile(self.level()))
                .ok()
                .or_else(|| whole.map(|kappa| kappa.interval(self.level()))),
            kappa_linear: Kappa::of(&human, &said, Weights::Linear).ok().map(|kappa| kappa.kappa),
            alpha: krippendorff_alpha(&units, Agreement::Interval),
            spearman: spearman(&human, &said).ok(),
            kendall: kendall(&human, &said).ok(),
            pearson: pearson(&human, &said).ok(),
            people: mean(&human),
            judge: mean(&said),
            confusion: confusion(pairs),
        }
    }

    /// Whether what the score says goes along with the length of answers, among those that people judge alike.
    fn length(&self, pairs: &[Pair]) -> Option<Partial> {
        let pairs = &pairs[..pairs.len().min(MOST_PAIRED)];
        let of = |value: &dyn Fn(&Pair) -> f64| pairs.iter().map(value).collect::<Vec<f64>>();
        let length = of(&|pair| f64::from(self.found[pair.place].length));
        Partial::of(&of(&|pair| pair.human), &of(&|pair| pair.said), &length).ok()
    }

    /// Of a score in pairs: the orders stand as two scores before it.
    fn position_bias(&self) -> Option<PositionBias> {
        if !self.looking.measures[self.position].is_preference {
            return None;
        }
        let pairs = self.looking.scored.variants.iter().flat_map(|variant| {
            let [first, last] = [2, 1].map(|before| &variant.values[self.position - before]);
            // With the baseline first, the answer itself stands last.
            first.iter().zip(last).filter_map(|(last, first)| Some(((*last)?, (*first)?)))
        });
        // The baseline beside itself was not asked.
        let pairs: Vec<(f64, f64)> = pairs.filter(|pair| *pair != (0.5, 0.5)).collect();
        PositionBias::of(&pairs, self.level()).ok()
    }

    /// Says where the judge is right unlike often for a variant, so that one pair of rates does not fit all.
    fn unlike_variants(&self, pairs: &[Pair]) -> Option<String> {
        if self.names.len() < 2 {
            return None;
        }
        let unlike = |variant: usize| {
            let table = |is_own: bool| {
                let own = pairs.iter().filter(|pair| (self.found[pair.place].variant == variant) == is_own);
                JudgeTable::of(own.map(|pair| (pair.human == 1.0, pair.said == 1.0)))
            };
            let (own, others) = (table(true), table(false));
            let rates = [
                ((own.both_pass, own.passed()), (others.both_pass, others.passed())),
                ((own.both_fail, own.failed()), (others.both_fail, others.failed())),
            ];
            let p = |(own, others)| Some(UnpairedTable::new(own, others).ok()?.fisher().p);
            rates.into_iter().filter_map(p).any(|p| p < 0.05 / (2 * self.names.len()) as f64)
        };
        let names: Vec<&str> =
            (0..self.names.len()).filter(|variant| unlike(*variant)).map(|variant| &*self.names[variant]).collect();
        (!names.is_empty()).then(|| {
            format!("the judge errs unlike often for {}: go by PPI++, which needs no common rates", names.join(" and "))
        })
    }

    fn corrections(&self, pairs: &[Pair], rates: Option<Result<JudgeRates, StatisticsError>>) -> Corrections<'_> {
        let repeats = self.looking.repeats;
        let is_verdict = rates.is_some();
        let mut of_line: BTreeMap<(usize, usize), Vec<Pair>> = BTreeMap::new();
        for pair in pairs {
            let one = &self.found[pair.place];
            of_line.entry((one.variant, one.line)).or_default().push(*pair);
        }
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
            (count > 0).then(|| sum / f64::from(count))
        };
        let said: Vec<Vec<Option<f64>>> = self
            .looking
            .scored
            .variants
            .iter()
            .map(|variant| {
                let (values, verdicts) = (&variant.values[self.position], &variant.verdicts[self.position]);
                let said = values.iter().zip(verdicts).map(|(value, verdict)| match is_verdict {
                    true => self.verdict(*verdict, *value).map(|passed| f64::from(u8::from(passed))),
                    false => *value,
                });
                let said: Vec<Option<f64>> = said.collect();
                said.chunks(repeats.max(1)).map(|line| mean(&mut line.iter().flatten().copied())).collect()
            })
            .collect();
        let judged = |variant: usize, line: usize, said: Option<f64>| match of_line.get(&(variant, line)) {
            None => Judged { said, human: None },
            Some(pairs) => Judged {
                said: mean(&mut pairs.iter().map(|pair| pair.said)),
                human: mean(&mut pairs.iter().map(|pair| pair.human)),
            },
        };
        let lines = said
            .iter()
            .enumerate()
            .map(|(variant, said)| said.iter().enumerate().map(|(line, said)| judged(variant, line, *said)).collect());
        Corrections {
            of: if is_verdict { "pass rate" } else { "mean" },
            names: self.names,
            lines: lines.collect(),
            said: said.clone(),
            rates,
            level: self.level(),
            is_binary: is_verdict && repeats == 1,
            range: if is_verdict { Some((0.0, 1.0)) } else { self.entry.label_scale() },
        }
    }
}

/// Which label met which value.
fn confusion(pairs: &[Pair]) -> Option<Confusion> {
    let mut values: Vec<f64> = pairs.iter().flat_map(|pair| [pair.human, pair.said]).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.len() > MOST_VALUES {
        return None;
    }
    let place = |value: f64| values.partition_point(|known| *known < value);
    let mut counts = vec![vec![0; values.len()]; values.len()];
    for pair in pairs {
        counts[place(pair.human)][place(pair.said)] += 1;
    }
    Some(Confusion { labels: values.iter().map(f64::to_string).collect(), counts })
}

/// The default rule: usable is a judge whose kappa is surely not below the least one and whose verdicts surely say something, unusable one of which the
/// opposite is sure.
fn usable(calibration: &Calibration) -> (Option<bool>, String) {
    let (labelled, least) = (calibration.labelled, calibration.usable.agreement);
    if labelled < FEWEST_LABELS {
        return (None, format!("{labelled} labels are too few to tell, {FEWEST_LABELS} are needed"));
    }
    let Some(kappa) = calibration.kappa() else {
        return (None, "kappa is not defined where all labels and verdicts are the same".to_owned());
    };
    let words = |interval: &Interval| format!("{:.2} ({:.2} to {:.2})", interval.estimate, interval.low, interval.high);
    let youden = calibration.verdicts.as_ref().and_then(|verdicts| verdicts.youden.as_ref());
    if kappa.high < least {
        return (Some(false), format!("kappa {} is below {least}", words(kappa)));
    }
    if let Some(youden) = youden.filter(|youden| youden.high <= 0.0) {
        return (Some(false), format!("Youden's J {} is not above 0", words(youden)));
    }
    if kappa.low < least {
        return (None, format!("kappa {} may lie on either side of {least}: label more", words(kappa)));
    }
    if let Some(youden) = youden.filter(|youden| youden.low <= 0.0) {
        return (None, format!("Youden's J {} may be 0: label more", words(youden)));
    }
    (Some(true), format!("kappa {} is not below {least}", words(kappa)))
}
