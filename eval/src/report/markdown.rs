//! The report as Markdown, for a comment on a pull request.

use std::fmt::Write;

use super::{Report, number};
use crate::statistics::Verdict;

/// The report.
pub(super) fn markdown(report: &Report<'_>) -> String {
    let outcome = report.outcome;
    let mut text = String::new();
    let failed = outcome.gates.iter().filter(|gate| gate.passed != Some(true)).count();
    let head = match (outcome.gates.is_empty(), failed) {
        (true, _) => String::new(),
        (false, 0) => " · all gates hold".to_owned(),
        (false, failed) => format!(" · **{failed} of {} gates fail**", outcome.gates.len()),
    };
    let _ = writeln!(text, "### {}\n\n{} rows{head}\n", cell(report.title), outcome.rows);
    if let Some(first) = outcome.variants.first() {
        let names: Vec<String> = first.scores.iter().map(|score| cell(&score.name)).collect();
        let _ = writeln!(text, "| variant | {} | failed | $ a row |", names.join(" | "));
        let _ = writeln!(text, "|---|{}---|---|", "---|".repeat(names.len()));
    }
    for variant in &outcome.variants {
        let scores: Vec<String> = variant
            .scores
            .iter()
            .map(|score| match &score.summary {
                None => "–".to_owned(),
                Some(summary) => match &summary.interval {
                    Some(interval) => {
                        format!("{} ({} to {})", number(summary.mean), number(interval.low), number(interval.high))
                    }
                    None => number(summary.mean),
                },
            })
            .collect();
        let cost = variant.cost.as_ref().map_or("unknown".to_owned(), |cost| number(cost.mean));
        let _ = writeln!(text, "| {} | {} | {} | {cost} |", cell(&variant.name), scores.join(" | "), variant.failed);
    }
    if !outcome.comparisons.is_empty() {
        let _ = writeln!(text, "\n| score | variant | against | verdict |\n|---|---|---|---|");
    }
    for compared in &outcome.comparisons {
        let words = match compared.comparison.verdict {
            Verdict::Better | Verdict::Worse => format!("**{}**", cell(&compared.words)),
            _ => cell(&compared.words),
        };
        let (score, variant, baseline) = (cell(&compared.score), cell(&compared.variant), cell(&compared.baseline));
        let _ = writeln!(text, "| {score} | {variant} | {baseline} | {words} |");
    }
    if !outcome.gates.is_empty() {
        let _ = writeln!(text, "\n| gate | variant | |\n|---|---|---|");
    }
    for gate in &outcome.gates {
        let mark = match gate.passed {
            Some(true) => "holds",
            Some(false) => "**fails**",
            None => "**cannot be judged**",
        };
        let _ = writeln!(text, "| `{}` | {} | {mark} |", gate.gate.replace('|', "\\|"), cell(&gate.variant));
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
            '\n' | '\r' => cell.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '!' | '#' | '@' => {
                cell.push('\\');
                cell.push(sign);
            }
            other => cell.push(other),
        }
    }
    cell
}
