//! How a run stands against the baseline, in a terminal.

use std::collections::BTreeSet;

use flow_eval::evaluation::{Against, Standing};
use flow_eval::report::{Report, number};
use serde_json::json;

use super::summary::{FLIPS, shortened};
use super::unreadable_rows;
use crate::command::Problem;
use crate::ui::{self, BOLD, DIM};

/// Tells it.
pub(super) fn tell(against: &Against, report: &Report<'_>) -> Result<(), Problem> {
    ui::out(&format!("\n{BOLD}against the baseline{BOLD:#}  {}", against.words()));
    for change in &against.changes {
        ui::out(&format!("  {change}"));
    }
    for (position, variant) in against.variants.iter().enumerate() {
        ui::out(&format!("  {}  {DIM}{}{DIM:#}", variant.variant, variant.notes().join("; ")));
        let width = variant.scores.iter().map(|standing| standing.score.chars().count()).max().unwrap_or(0);
        for standing in &variant.scores {
            ui::out(&format!("    {:<width$}  {}", standing.score, standing.words()));
            broken(standing, position, report)?;
        }
    }
    Ok(())
}

/// The first rows that passed in the baseline and do no more.
fn broken(standing: &Standing, variant: usize, report: &Report<'_>) -> Result<(), Problem> {
    if standing.broken.is_empty() {
        return Ok(());
    }
    let lines: BTreeSet<u64> = standing.broken.iter().take(FLIPS).map(|flip| flip.line).collect();
    let rows = report.rows.texts(&lines).map_err(|error| unreadable_rows(&error))?;
    for flip in standing.broken.iter().take(FLIPS) {
        let [then, now] = flip.scores.map(|score| score.map_or("error".to_owned(), number));
        ui::out(&format!("      {BOLD}row {}{BOLD:#} newly broken  {then} → {now}", flip.line));
        let Some(row) = rows.get(&flip.line) else { continue };
        ui::out(&format!("        {DIM}inputs{DIM:#}  {}", shortened(&json!(row.inputs).to_string())));
        let Some(answer) = row.answer(variant) else { continue };
        let text = match &answer.error {
            None => json!(answer.outputs).to_string(),
            Some(error) => format!("failed: {}", error.message),
        };
        ui::out(&format!("        {DIM}now{DIM:#}  {}", shortened(&text)));
    }
    let left = standing.broken_rows.saturating_sub(FLIPS);
    if left > 0 {
        let rows = if left == 1 { "row" } else { "rows" };
        ui::out(&format!("      {DIM}and {left} more {rows} newly broken{DIM:#}"));
    }
    Ok(())
}
