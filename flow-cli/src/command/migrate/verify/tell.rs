//! What was found, for people.

use flow_core::value::Value;
use similar::{ChangeTag, TextDiff};

use super::Outcome;
use super::compare::Difference;
use super::tally::Tally;
use crate::graph::{clipped, one_line};
use crate::ui::{self, BOLD, DIM};

/// The rows of a node, the places of a row and the lines of a text that are told.
const ROWS: usize = 3;
const PLACES: usize = 5;
const LINES: usize = 12;
/// The longest value that is told on a line.
const LONGEST: usize = 70;

pub(super) fn tell(outcome: &Outcome<'_>) {
    let rows = if outcome.rows == 1 { "1 row".to_owned() } else { format!("{} rows", outcome.rows) };
    let variant = outcome.variants.iter().map(|variant| format!(", {variant}")).collect::<String>();
    let flow = outcome.flow.display();
    ui::out(&format!(
        "{BOLD}{flow}{BOLD:#}  against {} of promptflow{variant}: {rows}, no model was asked",
        outcome.run
    ));
    let names = outcome.found.all().map(|tally| tally.name.chars().count()).max().unwrap_or_default();
    let kinds = outcome.found.all().map(|tally| tally.kind.len()).max().unwrap_or_default();
    let widest = outcome.found.all().map(|tally| counts(tally).len()).max().unwrap_or_default();
    for tally in outcome.found.all() {
        let how = if tally.how.is_empty() { String::new() } else { format!("  {DIM}{}{DIM:#}", tally.how) };
        let line = format!("  {:names$}  {:kinds$}  {:widest$}{how}", tally.name, tally.kind, counts(tally));
        ui::out(line.trim_end());
        for (why, count) in &tally.unverified {
            ui::out(&format!("    {DIM}{count} not verified: {}{DIM:#}", one_line(why)));
        }
        for (row, differences) in tally.different.iter().take(ROWS) {
            tell_row(*row, differences);
        }
        if let Some(more) = tally.different.len().checked_sub(ROWS).filter(|more| *more > 0) {
            ui::out(&format!("    {DIM}{more} more rows differ: --json has them all{DIM:#}"));
        }
    }
    let [equal, different, unknown] = outcome.found.totals();
    let verdict = match (different, unknown) {
        (0, 0) => format!("all {equal} results are equal"),
        (0, _) if equal == 0 => format!("nothing could be verified: {unknown} results"),
        _ => [(equal, "equal"), (different, "different"), (unknown, "not verified")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    ui::out(&format!("{BOLD}{verdict}{BOLD:#}"));
}

fn counts(tally: &Tally) -> String {
    let of_equal = [(tally.failed, "failed"), (tally.bypassed, "bypassed")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what} in both"))
        .collect::<Vec<_>>()
        .join(", ");
    let equal = if of_equal.is_empty() { "equal".to_owned() } else { format!("equal ({of_equal})") };
    [(tally.equal, &*equal), (tally.different.len(), "different"), (tally.unknown(), "not verified")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn tell_row(row: Option<u64>, differences: &[Difference]) {
    let row = row.map_or_else(|| "after all rows".to_owned(), |row| format!("row {row}"));
    for difference in differences.iter().take(PLACES) {
        tell_difference(&row, difference);
    }
    if let Some(more) = differences.len().checked_sub(PLACES).filter(|more| *more > 0) {
        ui::out(&format!("    {row}  {DIM}{more} more places{DIM:#}"));
    }
}

fn tell_difference(row: &str, difference: &Difference) {
    let path = &difference.path;
    let texts =
        (difference.recorded.as_ref().and_then(Value::as_str), difference.here.as_ref().and_then(Value::as_str));
    if let (Some(recorded), Some(here)) = texts
        && (recorded.trim_end().contains('\n') || here.trim_end().contains('\n'))
    {
        ui::out(&format!("    {row}  {path}, - promptflow, + here:"));
        tell_lines(recorded, here);
        return;
    }
    let is_status = path == "status";
    let said = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        // How something ended is told in words.
        Some(Value::Text(text)) if is_status => clipped(&one_line(text), 2 * LONGEST),
        Some(value) => clipped(&one_line(&value.to_json()), LONGEST),
    };
    let (recorded, here) = (said(&difference.recorded), said(&difference.here));
    ui::out(&match is_status {
        true => format!("    {row}  promptflow: {recorded}; here: {here}"),
        false => format!("    {row}  {path}: {recorded} in promptflow, {here} here"),
    });
}

/// The lines that differ, with one around them.
fn tell_lines(recorded: &str, here: &str) {
    let diff = TextDiff::from_lines(recorded, here);
    let ends_differ = recorded.ends_with('\n') != here.ends_with('\n');
    let mut told = 0;
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            told += 1;
            if told > LINES {
                ui::out(&format!("      {DIM}…{DIM:#}"));
                return;
            }
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let end = if ends_differ && change.missing_newline() { " (without a line end)" } else { "" };
            ui::out(&format!("      {sign} {}{end}", clipped(&one_line(change.value()), LONGEST)));
        }
    }
}
