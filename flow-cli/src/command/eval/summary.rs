//! The summary in a terminal.

use flow_eval::evaluation::{
    Compared, FlakyRow, Flip, GateState, Outcome, ScoreOutcome, SliceScore, Stability, VariantOutcome,
};
use flow_eval::report::{Answer, Report, Words, number};
use flow_eval::statistics::Interval;
use serde_json::{Value as Json, json};

use super::{many, standing, unreadable_rows};
use crate::command::Problem;
use crate::command::batch::calls_words;
use crate::ui::{self, BOLD, DIM};

/// How many columns an interval's bar has.
const BAR: usize = 32;
/// How many rows on which variants differ are told with their texts.
pub(super) const FLIPS: usize = 3;
/// How much of a text is told.
const TEXT: usize = 200;

/// Tells what came of an evaluation.
pub(in crate::command) fn tell(report: &Report<'_>) -> Result<(), Problem> {
    let outcome = report.outcome;
    let variants = if outcome.variants.len() == 1 {
        "1 variant".to_owned()
    } else {
        format!("{} variants", outcome.variants.len())
    };
    ui::out(&format!("{BOLD}{}{BOLD:#}  {} rows · {variants}", outcome.run, outcome.rows));
    if let Some(stop) = &outcome.stop {
        ui::out(&stop.to_string());
    }
    if let Some(race) = &outcome.race {
        ui::out(&format!("{BOLD}{race}{BOLD:#}"));
        for eliminated in &race.eliminated {
            ui::out(&format!("  {DIM}{eliminated}{DIM:#}"));
        }
    }
    if outcome.left_out > 0 {
        ui::say_note(&format!("{} rows are not complete, and are left out", outcome.left_out));
    }
    let width = outcome.variants.iter().map(|variant| variant.name.chars().count()).max().unwrap_or(0);
    let scores = outcome.variants.first().map(|variant| variant.scores.len()).unwrap_or(0);
    for position in 0..scores {
        ui::out(&score(outcome, position, width));
    }
    ui::out(&measured(outcome, width));
    many::tell(outcome);
    if !outcome.slices.is_empty() {
        ui::out(&slices(outcome));
    }
    for calibration in &outcome.calibrations {
        ui::out(&super::calibration::text(calibration));
    }
    if let Some(stability) = &outcome.stability {
        ui::out(&steadiness(stability, width));
    }
    for judge in &outcome.judges {
        let failed = if judge.failed > 0 { format!(" · {} rows failed", judge.failed) } else { String::new() };
        let calls = if judge.usage.calls > 0 { calls_words(&judge.usage) } else { "none".to_owned() };
        ui::out(&format!("  {DIM}judge {}{DIM:#}  calls {calls}{failed} {DIM}({}){DIM:#}", judge.score, judge.run));
    }
    if let Some(compared) = outcome.comparisons.first() {
        flips(compared, report)?;
    }
    if let Some(against) = &outcome.against {
        standing::tell(against, report)?;
    }
    for (position, gate) in outcome.gates.iter().enumerate() {
        let mark = match gate.state() {
            GateState::Fails => "FAILS",
            GateState::Undecided => "is UNDECIDED",
            state => state.words(),
        };
        let why = gate.found().join(", ");
        let head = if position == 0 { "\n" } else { "" };
        ui::out(&format!("{head}gate {BOLD}{mark}{BOLD:#}  {} {DIM}({}: {why}){DIM:#}", gate.gate, gate.variant));
    }
    Ok(())
}

/// A score of all variants, with its comparisons.
fn score(outcome: &Outcome, position: usize, width: usize) -> String {
    let of = |variant: &VariantOutcome| variant.scores.get(position).cloned();
    let scores: Vec<(&str, ScoreOutcome)> =
        outcome.variants.iter().filter_map(|variant| Some((&*variant.name, of(variant)?))).collect();
    let Some((_, first)) = scores.first() else { return String::new() };
    let intervals = scores.iter().filter_map(|(_, score)| score.summary.as_ref()?.interval.as_ref());
    let ends = intervals.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), interval| {
        (low.min(interval.low), high.max(interval.high))
    });
    let mut lines = vec![format!("\n{BOLD}{}{BOLD:#}", first.name)];
    for (name, score) in &scores {
        let Some(summary) = &score.summary else {
            lines.push(format!("  {name:<width$}  no row could be scored"));
            continue;
        };
        let (interval, bar) = match &summary.interval {
            Some(interval) => {
                let words = format!("{} to {}", number(interval.low), number(interval.high));
                (words, bar(interval, summary.mean, ends))
            }
            None => ("no interval".to_owned(), String::new()),
        };
        let errors = if summary.errors > 0 { format!("  {} errors", summary.errors) } else { String::new() };
        lines.push(format!("  {name:<width$}  {:>7}  {interval:<16}  {bar}{errors}", number(summary.mean)));
        for (name, value) in score.whole.iter().flat_map(|whole| &whole.numbers) {
            lines.push(format!("  {:<width$}    {DIM}{name} {}{DIM:#}", "", number(*value)));
        }
    }
    for compared in outcome.comparisons.iter().filter(|compared| compared.score == first.name) {
        lines.push(format!("  {}", verdict(compared)));
    }
    lines.join("\n")
}

/// A comparison in words.
pub(super) fn verdict(compared: &Compared) -> String {
    let Words { verdict, evidence, rows } = Words::of(compared);
    format!("{BOLD}{verdict}{BOLD:#}: {evidence}; {rows}")
}

/// An interval as a bar, on the scale of all intervals.
fn bar(interval: &Interval, mean: f64, (low, high): (f64, f64)) -> String {
    if high <= low {
        return String::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on the bar")]
    let place = |value: f64| (((value - low) / (high - low)).clamp(0.0, 1.0) * (BAR - 1) as f64).round() as usize;
    let (from, to, at) = (place(interval.low), place(interval.high), place(mean));
    let sign = |column: usize| match column {
        column if column == at => '●',
        column if (from..=to).contains(&column) => '─',
        _ => ' ',
    };
    (0..BAR).map(sign).collect::<String>().trim_end().to_owned()
}

fn measured(outcome: &Outcome, width: usize) -> String {
    let mut lines = vec![String::new()];
    for variant in &outcome.variants {
        let latency = variant.latency.as_ref();
        let at = |at: f64| latency?.quantiles.iter().find(|quantile| quantile.at == at).map(|quantile| quantile.value);
        let mut parts = Vec::new();
        if let (Some(median), Some(tail)) = (at(0.5), at(0.95)) {
            parts.push(format!("latency p50 {} p95 {}", seconds(median), seconds(tail)));
        }
        if let Some(tokens) = variant.tokens {
            parts.push(format!("{tokens:.0} tokens a row"));
        }
        match &variant.cost {
            Some(cost) => parts.push(format!("${} a row", number(cost.mean))),
            None => parts.push("cost unknown".to_owned()),
        }
        if variant.failed > 0 {
            parts.push(format!("{} rows failed", variant.failed));
        }
        lines.push(format!("  {:<width$}  {}", variant.name, parts.join(" · ")));
    }
    lines.join("\n")
}

/// Which rows pass always, never, and now and then, where each was run several times.
fn steadiness(stability: &Stability, width: usize) -> String {
    let Stability { score, least, most, variants } = stability;
    let further = if most > least { format!(", up to {most} where they disagree") } else { String::new() };
    let mut lines = vec![format!("\nsteady by {score} {DIM}({least} runs of each row{further}){DIM:#}")];
    for variant in variants {
        let (passing, failing, flaky) = (variant.passing, variant.failing, variant.flaky);
        let mut words = format!("{passing} rows pass always, {failing} never, {flaky} now and then");
        let parts: Vec<String> = variant.parts_at.iter().map(|(node, rows)| format!("{node} ({rows})")).collect();
        if !parts.is_empty() {
            words += &format!("; their answers part at {}", parts.join(", "));
        }
        if variant.further_runs > 0 {
            words += &format!(" {DIM}· {} further runs{DIM:#}", variant.further_runs);
        }
        lines.push(format!("  {:<width$}  {words}", variant.variant));
        for row in variant.rows.iter().take(FLIPS) {
            let FlakyRow { line, passed, runs, flakiness, .. } = row;
            lines.push(format!("  {:<width$}    {DIM}row {line}: passed {passed} of {runs}, {flakiness}{DIM:#}", ""));
        }
    }
    lines.join("\n")
}

/// Means by column and value, of the variants in their order.
fn slices(outcome: &Outcome) -> String {
    let mut lines = vec![String::new()];
    for slice in &outcome.slices {
        let value = if slice.value.is_empty() { "(none)".to_owned() } else { shortened(&slice.value) };
        let scores = slice.scores.chunks(outcome.variants.len().max(1)).map(|of_score| {
            let mean =
                |score: &SliceScore| score.summary.as_ref().map_or("–".to_owned(), |summary| number(summary.mean));
            let means: Vec<String> = of_score.iter().map(mean).collect();
            format!("{} {}", of_score.first().map_or("", |score| &*score.score), means.join(" | "))
        });
        let head = format!("{} = {value} ({} rows)", slice.column, slice.rows);
        lines.push(format!("  {DIM}{head:<24}{DIM:#}  {}", scores.collect::<Vec<_>>().join(" · ")));
    }
    lines.join("\n")
}

/// Rows on which a variant and the baseline differ, with their outputs side by side.
fn flips(compared: &Compared, report: &Report<'_>) -> Result<(), Problem> {
    if compared.flips.is_empty() {
        return Ok(());
    }
    let worst: Vec<Flip> = compared.flips.iter().take(FLIPS).copied().collect();
    ui::out(&format!("\nrows on which {} by `{}` differs most:", compared.variant, compared.score));
    let lines = worst.iter().map(|flip| flip.line).collect();
    let rows = report.rows.texts(&lines).map_err(|error| unreadable_rows(&error))?;
    for flip in worst {
        let score = |score: Option<f64>| score.map_or("error".to_owned(), number);
        ui::out(&format!("  {BOLD}row {}{BOLD:#}  {} → {}", flip.line, score(flip.scores[0]), score(flip.scores[1])));
        let Some(row) = rows.get(&flip.line) else { continue };
        ui::out(&format!("    {DIM}inputs{DIM:#}  {}", shortened(&json!(row.inputs).to_string())));
        let of_variant = |name: &String| {
            let variant = report.outcome.variants.iter().position(|variant| variant.name == *name)?;
            row.answer(variant)
        };
        let pair = [&compared.baseline, &compared.variant].map(|name| (name, of_variant(name)));
        for (name, answer) in pair {
            let Some(answer) = answer else { continue };
            let text = match &answer.error {
                None => differing(answer, pair.map(|(_, answer)| answer)),
                Some(error) => format!("failed: {}", error.message),
            };
            ui::out(&format!("    {DIM}{name}{DIM:#}  {}", shortened(&text)));
        }
    }
    Ok(())
}

/// An answer's outputs that are not the same in both.
fn differing(answer: &Answer, both: [Option<&Answer>; 2]) -> String {
    let is_same = |name: &str| match both {
        [Some(one), Some(other)] => one.outputs.get(name) == other.outputs.get(name),
        _ => false,
    };
    let outputs = answer.outputs.iter().filter(|(name, _)| !is_same(name));
    Json::from_iter(outputs.map(|(name, value)| (name.to_string(), json!(value)))).to_string()
}

pub(super) fn shortened(text: &str) -> String {
    // What steers a terminal, or turns the direction of writing, does not come from a row.
    let is_foreign =
        |sign: char| sign.is_control() || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean: String = text.chars().take(TEXT + 1).map(|sign| if is_foreign(sign) { ' ' } else { sign }).collect();
    if clean.chars().count() > TEXT { clean.chars().take(TEXT).chain(['…']).collect() } else { clean }
}

pub(super) fn seconds(value: f64) -> String {
    ui::duration_words(std::time::Duration::try_from_secs_f64(value).unwrap_or_default())
}
