//! The report as Markdown, for a comment on a pull request: what is known first, details folded.

use std::collections::BTreeSet;
use std::fmt::Write;

use flow_core::value::{Map, Value};

use super::{Answer, Report, RowsError, Words, between, evidence, left_out, length_words, number, position_words};
use crate::evaluation::{Against, Compared, Estimate, GateOutcome, GateState, Holdout, Outcome, Standing};
use crate::statistics::Verdict;

/// So many characters does a comment hold on the sites that have the strictest limit, with some to spare.
const LONGEST: usize = 60_000;
/// So many rows of each comparison are told with their texts.
const FLIPS: usize = 5;
/// So much of a text is told.
const LONGEST_TEXT: usize = 300;

/// The report.
pub(super) fn markdown(report: &Report<'_>) -> Result<String, RowsError> {
    let outcome = report.outcome;
    let mut text = format!("### {}\n\n", cell(report.title));
    head(&mut text, outcome);
    means(&mut text, outcome);
    if let Some(holdout) = &outcome.holdout {
        held_out(&mut text, holdout);
    }
    let mut folded = vec![
        ("Gates".to_owned(), gates(outcome)),
        ("Judges beside people".to_owned(), calibrations(outcome)),
        ("Slices".to_owned(), slices(outcome)),
        ("Steady rows".to_owned(), steady(outcome)),
    ];
    folded.push(("Quality, cost and latency".to_owned(), front(outcome)));
    folded.push(("What each value of an axis does".to_owned(), axes(outcome)));
    for compared in &outcome.comparisons {
        let name = format!("Rows on which {} differs by {}", cell(&compared.variant), cell(&compared.score));
        folded.push((name, flips(report, compared)?));
    }
    if let Some(against) = &outcome.against {
        folded.push((format!("Against the baseline, {}", cell(&against.words())), standing(against)));
        for (position, variant) in against.variants.iter().enumerate() {
            for score in &variant.scores {
                let name = format!("Rows newly broken by {} in {}", cell(&score.score), cell(&variant.variant));
                folded.push((name, broken(report, score, position)?));
            }
        }
    }
    folded.push(("Cost and latency".to_owned(), measured(outcome)));
    let mut left_out = Vec::new();
    for (name, details) in folded.into_iter().filter(|(_, details)| !details.is_empty()) {
        if text.len() + details.len() > LONGEST {
            left_out.push(name);
            continue;
        }
        let _ = write!(text, "\n<details><summary>{name}</summary>\n\n{details}\n</details>\n");
    }
    if !left_out.is_empty() {
        let _ = writeln!(text, "\nToo long for a comment, and left out: {}.", left_out.join(", "));
    }
    Ok(text)
}

/// Gates and verdicts in words.
fn head(text: &mut String, outcome: &Outcome) {
    let (open, failed): (Vec<&GateOutcome>, Vec<&GateOutcome>) =
        outcome.gates.iter().filter(|gate| gate.passed != Some(true)).partition(|gate| gate.undecided);
    let _ = match (outcome.gates.len(), failed.len(), open.len()) {
        (0, ..) => Ok(()),
        (1, 0, 0) => write!(text, "**The gate holds** · "),
        (all, 0, 0) => write!(text, "**All {all} gates hold** · "),
        (all, 0, 1) => write!(text, "**1 of {all} gates is undecided** · "),
        (all, 0, open) => write!(text, "**{open} of {all} gates are undecided** · "),
        (all, 1, _) => write!(text, "**1 of {all} gates fails** · "),
        (all, failed, _) => write!(text, "**{failed} of {all} gates fail** · "),
    };
    let variants = if outcome.variants.len() == 1 { "variant" } else { "variants" };
    let _ = writeln!(text, "{} rows · {} {variants}\n", outcome.rows, outcome.variants.len());
    if let Some(stop) = &outcome.stop {
        let _ = writeln!(text, "- {stop}");
    }
    if let Some(race) = &outcome.race {
        let _ = writeln!(text, "- **{}**", cell(&race.to_string()));
        for eliminated in &race.eliminated {
            let _ = writeln!(text, "- {}", cell(&eliminated.to_string()));
        }
    }
    for gate in failed {
        let _ = writeln!(text, "- **fails** for {}: {} ({})", cell(&gate.variant), cell(&gate.gate), found(gate));
    }
    for gate in open {
        let _ = writeln!(text, "- **undecided** for {}: {} ({})", cell(&gate.variant), cell(&gate.gate), found(gate));
    }
    for compared in &outcome.comparisons {
        let words = Words::of(compared);
        let verdict = match compared.comparison.verdict {
            Verdict::Better | Verdict::Worse | Verdict::Small { .. } => format!("**{}**", cell(&words.verdict)),
            _ => cell(&words.verdict),
        };
        let _ = writeln!(text, "- {}: {verdict} · {} · {}", cell(&compared.score), cell(&words.evidence), words.rows);
    }
}

/// The best variant on rows that were held out.
fn held_out(text: &mut String, holdout: &Holdout) {
    let _ = writeln!(text, "\n{}:\n", cell(&holdout.to_string()));
    for (score, variant, summary) in holdout.means() {
        let _ = writeln!(text, "- {} of {}: {}", cell(score), cell(variant), mean(Some(summary)));
    }
    for compared in &holdout.comparisons {
        let words = Words::of(compared);
        let (score, verdict) = (cell(&compared.score), cell(&words.verdict));
        let _ = writeln!(text, "- {score}: {verdict} · {} · {}", cell(&words.evidence), words.rows);
    }
}

fn means(text: &mut String, outcome: &Outcome) {
    let Some(first) = outcome.variants.first() else { return };
    let names: Vec<String> = first.scores.iter().map(|score| cell(&score.name)).collect();
    let _ = writeln!(text, "\n| variant | {} | failed | $ a row |", names.join(" | "));
    let _ = writeln!(text, "|---|{}---:|---:|", "---:|".repeat(names.len()));
    for variant in &outcome.variants {
        let scores = variant.scores.iter().map(|score| mean(score.summary.as_ref()));
        let scores: Vec<String> = scores.collect();
        let cost = variant.cost.as_ref().map_or("unknown".to_owned(), |cost| number(cost.mean));
        let _ = writeln!(text, "| {} | {} | {} | {cost} |", cell(&variant.name), scores.join(" | "), variant.failed);
    }
}

fn mean(summary: Option<&crate::statistics::Summary>) -> String {
    let Some(summary) = summary else { return "–".to_owned() };
    match &summary.interval {
        Some(interval) => {
            format!("{} ({} to {})", number(summary.mean), number(interval.low), number(interval.high))
        }
        None => number(summary.mean),
    }
}

fn found(gate: &GateOutcome) -> String {
    gate.found().iter().map(|found| cell(found)).collect::<Vec<_>>().join(", ")
}

fn gates(outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.gates.is_empty() {
        text += "| gate | variant | | found |\n|---|---|---|---|\n";
    }
    for gate in &outcome.gates {
        let mark = match gate.state() {
            GateState::Holds => "holds",
            GateState::Fails => "**fails**",
            GateState::Undecided => "**is undecided**",
            GateState::Unknown => "**cannot be judged**",
        };
        let _ = writeln!(text, "| {} | {} | {mark} | {} |", cell(&gate.gate), cell(&gate.variant), found(gate));
    }
    text
}

/// Scores held against labels of people.
fn calibrations(outcome: &Outcome) -> String {
    let mut text = String::new();
    for found in &outcome.calibrations {
        let usable = match found.usable.is {
            Some(true) => "**usable**",
            Some(false) => "**not usable**",
            None => "**not known to be usable**",
        };
        let _ = writeln!(
            text,
            "- {}: {usable} ({}), {} labelled answers of {} rows",
            cell(&found.score),
            cell(&found.usable.because),
            found.labelled,
            found.lines
        );
        let verdicts = found.verdicts.as_ref();
        let rates = verdicts.map(|found| {
            let (passes, fails) = (between(found.true_passes.as_ref()), between(found.true_fails.as_ref()));
            format!("TPR {passes}, TNR {fails}, agreement {}", between(found.agreement.as_ref()))
        });
        let length = found.length.as_ref().map(|length| format!("length: {}", length_words(length)));
        let place = found.position.as_ref().map(|position| format!("place: {}", position_words(position)));
        let left_out = left_out(&found.left_out).map(|words| format!("left out: {words}"));
        let words = rates.into_iter().chain(length).chain(place).chain(left_out).chain(found.notes.iter().cloned());
        for words in words {
            let _ = writeln!(text, "  - {}", cell(&words));
        }
    }
    let corrections =
        outcome.calibrations.iter().flat_map(|found| found.corrections.iter().map(move |one| (found, one)));
    for (position, (found, correction)) in corrections.enumerate() {
        if position == 0 {
            text +=
                "\n| score | variant | labels | as it says | Rogan-Gladen | PPI++ |\n|---|---|---:|---:|---:|---:|\n";
        }
        let name = format!("{}, {}", cell(&found.score), correction.of);
        for one in &correction.variants {
            let cells = [&one.said, &one.rogan_gladen, &one.prediction_powered].map(|one| between(one.as_ref()));
            let _ = writeln!(text, "| {name} | {} | {} | {} |", cell(&one.variant), one.labelled, cells.join(" | "));
        }
        for one in &correction.differences {
            let cells = [&one.said, &one.rogan_gladen, &one.prediction_powered].map(|one| between(one.as_ref()));
            let variants = format!("{} less {}", cell(&one.variant), cell(&one.baseline));
            let _ = writeln!(text, "| {name} | {variants} | | {} |", cells.join(" | "));
        }
    }
    text
}

fn slices(outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.slices.is_empty() {
        let names: Vec<String> = outcome.variants.iter().map(|variant| cell(&variant.name)).collect();
        let _ = writeln!(text, "| rows with | rows | score | {} |", names.join(" | "));
        let _ = writeln!(text, "|---|---:|---|{}", "---:|".repeat(names.len()));
    }
    for slice in &outcome.slices {
        let value = if slice.value.is_empty() { "(none)".to_owned() } else { cell(&slice.value) };
        for scores in slice.scores.chunks(outcome.variants.len().max(1)) {
            let means: Vec<String> = scores.iter().map(|score| mean(score.summary.as_ref())).collect();
            let name = scores.first().map_or(String::new(), |score| cell(&score.score));
            let (column, rows) = (cell(&slice.column), slice.rows);
            let _ = writeln!(text, "| {column} = {value} | {rows} | {name} | {} |", means.join(" | "));
        }
    }
    text
}

/// Which rows pass always, never, and now and then, where each was run several times.
fn steady(outcome: &Outcome) -> String {
    let Some(stability) = &outcome.stability else { return String::new() };
    let mut text = String::from(
        "| variant | pass always | never | now and then | their answers part at |\n|---|---:|---:|---:|---|\n",
    );
    for of in &stability.variants {
        let parts: Vec<String> = of.parts_at.iter().map(|(node, rows)| format!("{} ({rows})", cell(node))).collect();
        let (variant, parts) = (cell(&of.variant), parts.join(", "));
        let _ = writeln!(text, "| {variant} | {} | {} | {} | {parts} |", of.passing, of.failing, of.flaky);
    }
    text
}

/// Which of several variants no other one beats in all; of two the verdict says enough.
fn front(outcome: &Outcome) -> String {
    let mut text = String::new();
    let Some(pareto) = outcome.pareto.as_ref().filter(|pareto| pareto.variants.len() > 2) else { return text };
    let (score, level) = (cell(&pareto.score), pareto.level);
    let _ = writeln!(text, "| variant | {score} | $ a row | seconds a row | at {level} of all together |");
    let _ = writeln!(text, "|---|---:|---:|---:|---|");
    let estimate = |estimate: Option<Estimate>| match estimate {
        Some(Estimate { mean, interval: Some(interval) }) => {
            format!("{} ({} to {})", number(mean), number(interval.low), number(interval.high))
        }
        Some(Estimate { mean, interval: None }) => number(mean),
        None => "unknown".to_owned(),
    };
    for placed in &pareto.variants {
        let [quality, cost, latency] = [Some(placed.quality), placed.cost, placed.latency].map(estimate);
        let (name, words) = (cell(&placed.variant), cell(&placed.to_string()));
        let _ = writeln!(text, "| {name} | {quality} | {cost} | {latency} | {words} |");
    }
    text
}

fn axes(outcome: &Outcome) -> String {
    let Some(effects) = &outcome.effects else { return String::new() };
    if let Some(why) = effects.left_out {
        return format!("It is left out: {why}.\n");
    }
    let mut text = "| score | axis | mean | against its first value |\n|---|---|---:|---|\n".to_owned();
    for axis in &effects.axes {
        for value in &axis.values {
            let (score, name) = (cell(&axis.score), cell(&format!("{}={}", axis.axis, value.value)));
            let difference = value.comparison.as_ref().map(evidence).unwrap_or_default();
            let _ = writeln!(text, "| {score} | {name} | {} | {} |", number(value.mean), cell(&difference));
        }
    }
    text
}

/// Rows on which a variant and the baseline differ, the greatest losses first.
fn flips(report: &Report<'_>, compared: &Compared) -> Result<String, RowsError> {
    let mut text = String::new();
    let lines: BTreeSet<u64> = compared.flips.iter().take(FLIPS).map(|flip| flip.line).collect();
    if lines.is_empty() {
        return Ok(text);
    }
    let rows = report.rows.texts(&lines)?;
    let _ = writeln!(text, "| row | | score | |\n|---|---|---:|---|");
    for flip in compared.flips.iter().take(FLIPS) {
        let Some(row) = rows.get(&flip.line) else { continue };
        let _ = writeln!(text, "| {} | inputs | | {} |", flip.line, cell(&values(&row.inputs)));
        for (name, score) in [&compared.baseline, &compared.variant].into_iter().zip(flip.scores) {
            let variant = report.outcome.variants.iter().position(|variant| variant.name == *name);
            let Some(answer) = variant.and_then(|variant| row.answer(variant)) else { continue };
            let score = score.map_or("error".to_owned(), number);
            let _ = writeln!(text, "| | {} | {score} | {} |", cell(name), cell(&said(answer)));
        }
    }
    Ok(text)
}

/// How the scores stand against the baseline.
fn standing(against: &Against) -> String {
    let mut text = String::new();
    for change in &against.changes {
        let _ = writeln!(text, "- {}", cell(change));
    }
    for variant in &against.variants {
        let _ = writeln!(text, "- {}: {}", cell(&variant.variant), cell(&variant.notes().join("; ")));
    }
    text += "\n| variant | score | then and now |\n|---|---|---|\n";
    for variant in &against.variants {
        for score in &variant.scores {
            let (variant, name) = (cell(&variant.variant), cell(&score.score));
            let _ = writeln!(text, "| {variant} | {name} | {} |", cell(&score.words()));
        }
    }
    text
}

/// Rows that passed in the baseline and do no more, with what the variant says now.
fn broken(report: &Report<'_>, standing: &Standing, variant: usize) -> Result<String, RowsError> {
    let mut text = String::new();
    let lines: BTreeSet<u64> = standing.broken.iter().take(FLIPS).map(|flip| flip.line).collect();
    if lines.is_empty() {
        return Ok(text);
    }
    let rows = report.rows.texts(&lines)?;
    let _ = writeln!(text, "| row | then | now | inputs | says now |\n|---|---:|---:|---|---|");
    for flip in standing.broken.iter().take(FLIPS) {
        let Some(row) = rows.get(&flip.line) else { continue };
        let [then, now] = flip.scores.map(|score| score.map_or("error".to_owned(), number));
        let (inputs, says) = (cell(&values(&row.inputs)), row.answer(variant).map(|it| cell(&said(it))));
        let _ = writeln!(text, "| {} | {then} | {now} | {inputs} | {} |", flip.line, says.unwrap_or_default());
    }
    Ok(text)
}

/// What came of a row in a variant.
fn said(answer: &Answer) -> String {
    match &answer.error {
        Some(error) => format!("failed: {}", error.message),
        None => values(&answer.outputs),
    }
}

/// Values as a text of which not too much is told.
fn values(values: &Map) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_json(), str::to_owned);
    let all = match values.iter().next() {
        Some((_, value)) if values.len() == 1 => text(value),
        _ => {
            let known = values.iter().filter(|(_, value)| !value.is_null());
            known.map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join(" · ")
        }
    };
    match all.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &all[..end]),
        None => all,
    }
}

fn measured(outcome: &Outcome) -> String {
    let mut text =
        String::from("| variant | latency p50 | p95 | $ a row | tokens a row |\n|---|---:|---:|---:|---:|\n");
    for variant in &outcome.variants {
        let quantiles = variant.latency.as_ref().map(|latency| &*latency.quantiles).unwrap_or_default();
        let at = |at: f64| {
            let found = quantiles.iter().find(|quantile| quantile.at == at);
            found.map_or("unknown".to_owned(), |quantile| format!("{} s", number(quantile.value)))
        };
        let cost = variant.cost.as_ref().map_or("unknown".to_owned(), |cost| number(cost.mean));
        let tokens = variant.tokens.map_or("unknown".to_owned(), |tokens| format!("{tokens:.0}"));
        let _ = writeln!(text, "| {} | {} | {} | {cost} | {tokens} |", cell(&variant.name), at(0.5), at(0.95));
    }
    text
}

/// A text as a cell of a table: what Markdown or HTML would read in it stays text.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => cell += "&amp;",
            '<' => cell += "&lt;",
            '>' => cell += "&gt;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '!' | '#' | '@' | '~' | '$' => {
                cell.push('\\');
                cell.push(sign);
            }
            // Marks that turn the direction of writing would turn what stands behind.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => cell.push('\u{fffd}'),
            sign if sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}') => cell.push(' '),
            other => cell.push(other),
        }
    }
    // Addresses become no links.
    cell.replace("://", "&#58;//").replace("www.", "www&#46;")
}
