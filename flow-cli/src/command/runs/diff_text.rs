//! The difference of two runs for people.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use flow_core::value::{Map, Value};
use flow_eval::difference::{Cause, Difference, FileChange, RowDifference, RowEffect, RowSide, Totals};
use serde_json::Value as Json;
use similar::TextDiff;

use crate::graph::{clipped, one_line};
use crate::ui::{self, BOLD, DIM, Table};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
/// The longest constant that is told on one line.
const LONGEST: usize = 60;

/// What is shown.
pub(super) struct Shown<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) found: &'a Difference,
    /// The inputs that are shown of rows; `None` for all.
    pub(super) inputs: Option<Vec<String>>,
}

pub(super) fn text(shown: &Shown<'_>) -> String {
    let found = shown.found;
    let mut text = format!("from  {BOLD}{}{BOLD:#}\nto    {BOLD}{}{BOLD:#}\n", shown.from, shown.to);
    let _ = writeln!(text, "\n{BOLD}what they were begun with{BOLD:#}");
    if found.causes.is_empty() {
        let _ = writeln!(text, "  the same, as far as it is recorded");
    }
    for cause in &found.causes {
        let _ = writeln!(text, "{}", indented(&cause_words(cause), "  "));
    }
    if !found.knows_nodes {
        let _ = writeln!(text, "  {DIM}an older version recorded no nodes: models and prompts are not compared{DIM:#}");
    }
    let _ = writeln!(text, "\n{BOLD}what came of it{BOLD:#}\n{}", indented(&effects(found), "  "));
    let _ = writeln!(text, "\n{}", indented(&totals(found), "  "));
    for row in &found.effects.rows {
        let _ = write!(text, "\n{}", row_text(row, shown.inputs.as_deref()));
    }
    let effects = &found.effects;
    let left = (effects.differ + effects.fixed + effects.broken).saturating_sub(effects.rows.len() as u64);
    if left > 0 {
        let _ = writeln!(text, "\n{DIM}{left} more: --rows {}{DIM:#}", effects.rows.len() as u64 + left);
    }
    text
}

pub(crate) fn indented(text: &str, blanks: &str) -> String {
    text.lines().map(|line| format!("{blanks}{line}")).collect::<Vec<_>>().join("\n")
}

/// Something that differs, in words; a prompt with the lines that differ.
pub(crate) fn cause_words(cause: &Cause) -> String {
    let change = |from: &str, to: &str| format!("{from} → {to}");
    let of_variant = |variant: &Option<String>| match variant.as_deref() {
        None => String::new(),
        Some("") => " (no variant)".to_owned(),
        Some(variant) => format!(" ({variant})"),
    };
    match cause {
        Cause::Flow { from, to } => format!("flow: {}", change(from, to)),
        Cause::File { file, how } => format!("file {file}: {}", how_words(*how)),
        Cause::Variants { from, to } => {
            let names = |variants: &[String]| match variants {
                [only] if only.is_empty() => "none".to_owned(),
                variants => variants.join(" and "),
            };
            format!("variants: {}", change(&names(from), &names(to)))
        }
        Cause::Node { variant, node, how } => format!("node {node}{}: {}", of_variant(variant), how_words(*how)),
        Cause::Setting { variant, node, setting, from, to } => {
            let change = change(&constant(from.as_ref()), &constant(to.as_ref()));
            format!("node {node}{}: {setting}: {change}", of_variant(variant))
        }
        Cause::Prompt { variant, node, from, to } => {
            let words = match (from, to) {
                (Some(from), Some(to)) => format!("\n{}", indented(&unified(from, to), "  ")),
                _ => " another text, which the runs' folders do not hold".to_owned(),
            };
            format!("node {node}{}: prompt:{words}", of_variant(variant))
        }
        Cause::Snapshot { node, from, to } => {
            format!("node {node}: answered by {}", change(&from.join(" and "), &to.join(" and ")))
        }
        Cause::Fingerprint { node, from, to } => {
            format!("node {node}: fingerprint of what answered: {}", change(&from.join(" and "), &to.join(" and ")))
        }
        Cause::Data { from, to, is_known } => {
            let path = |path: &Option<String>| path.clone().unwrap_or_else(|| "none".to_owned());
            let same = if from == to { path(from) } else { change(&path(from), &path(to)) };
            let words = if *is_known { "other rows" } else { "it is not known whether the rows are the same" };
            format!("data: {same}: {words}")
        }
        Cause::Mapping { input, from, to } => {
            let written =
                |value: &Option<Value>| value.as_ref().map_or("the column of its name".to_owned(), ui::cell_text);
            format!("input {input}: {}", change(&written(from), &written(to)))
        }
        Cause::Repeat { from, to } => format!("repetitions: {}", change(&from.to_string(), &to.to_string())),
        Cause::Seed { from, to } => format!("seed: {}", change(&from.to_string(), &to.to_string())),
        Cause::Program { from, to } => format!("version of flow: {}", change(from, to)),
    }
}

fn how_words(how: FileChange) -> &'static str {
    match how {
        FileChange::Added => "new",
        FileChange::Removed => "gone",
        FileChange::Changed => "changed",
    }
}

fn constant(value: Option<&Json>) -> String {
    let text = match value {
        None => return "not set".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    clipped(&one_line(&text), LONGEST)
}

/// The lines of a text that differ, with those around them.
fn unified(from: &str, to: &str) -> String {
    let diff = TextDiff::from_lines(from, to);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        let _ = writeln!(text, "{DIM}{}{DIM:#}", hunk.header());
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let _ = match change.tag() {
                similar::ChangeTag::Equal => writeln!(text, " {line}"),
                similar::ChangeTag::Delete => writeln!(text, "{REMOVED}-{line}{REMOVED:#}"),
                similar::ChangeTag::Insert => writeln!(text, "{ADDED}+{line}{ADDED:#}"),
            };
        }
    }
    text
}

fn effects(found: &Difference) -> String {
    let effects = &found.effects;
    let by_output: Vec<String> = effects.outputs.iter().map(|(name, rows)| format!("{name} {rows}")).collect();
    let by_output =
        if by_output.is_empty() { String::new() } else { format!("  {DIM}{}{DIM:#}", by_output.join(", ")) };
    let lines = [
        ("rows in both", effects.both, "", true),
        ("same outputs", effects.equal, "", true),
        ("other outputs", effects.differ, &*by_output, true),
        ("fixed", effects.fixed, "", false),
        ("broken", effects.broken, "", false),
        ("failed in both", effects.failed, "", false),
        ("other inputs", effects.other_inputs, "", false),
        ("only in the first", effects.only_from, "", false),
        ("only in the second", effects.only_to, "", false),
    ];
    let lines = lines.into_iter().filter(|(_, rows, _, is_always)| *is_always || *rows > 0);
    lines.map(|(name, rows, more, _)| format!("{name:<20}{rows:>8}{more}")).collect::<Vec<_>>().join("\n")
}

fn totals(found: &Difference) -> String {
    let (from, to) = (&found.effects.from, &found.effects.to);
    let mut table = Table::new(["", "from", "to"]);
    let mut line = |name: &str, of: &dyn Fn(&Totals) -> String| table.push([name.to_owned(), of(from), of(to)]);
    let time = |milliseconds: Option<f64>| match milliseconds {
        None => String::new(),
        Some(time) => ui::duration_words(Duration::try_from_secs_f64(time / 1e3).unwrap_or_default()),
    };
    line("completed", &|run| run.completed.to_string());
    line("failed", &|run| run.failed.to_string());
    line("calls", &|run| run.usage.calls.to_string());
    if from.usage.served_calls + to.usage.served_calls > 0 {
        line("from the cache", &|run| run.usage.served_calls.to_string());
    }
    line("prompt tokens", &|run| run.usage.prompt_tokens.to_string());
    line("completion tokens", &|run| run.usage.completion_tokens.to_string());
    line("cost", &|run| run.usage.cost.words().unwrap_or_default());
    line("latency, median", &|run| time(run.latency_ms_median));
    line("latency, 95 of 100", &|run| time(run.latency_ms_p95));
    let value = |value: &Option<Value>| value.as_ref().map(ui::cell_text).unwrap_or_default();
    for moved in &found.metrics {
        let variant = if moved.variant.is_empty() { String::new() } else { format!(" ({})", moved.variant) };
        table.push([format!("metric {}{variant}", moved.metric), value(&moved.from), value(&moved.to)]);
    }
    table.text(ui::width().saturating_sub(2)).0
}

fn row_text(row: &RowDifference, inputs: Option<&[String]>) -> String {
    let variant = if row.variant.is_empty() { String::new() } else { format!(" {}", row.variant) };
    let repeat = if row.repeat > 0 { format!(" #{}", row.repeat) } else { String::new() };
    let effect = match row.effect {
        RowEffect::Equal => "same outputs",
        RowEffect::Differs => "other outputs",
        RowEffect::Fixed => "fixed",
        RowEffect::Broken => "broken",
        RowEffect::Failed => "failed otherwise",
    };
    let mut text = format!("{BOLD}row {}{variant}{repeat}{BOLD:#}  {effect}\n", row.line_number);
    let width = ui::width().saturating_sub(2);
    let is_shown = |name: &Arc<str>| inputs.is_none_or(|wanted| wanted.iter().any(|wanted| **wanted == **name));
    let one: Map = row.from.inputs.iter().filter(|(name, _)| is_shown(name)).map(owned).collect();
    let other: Map = row.to.inputs.iter().filter(|(name, _)| is_shown(name)).map(owned).collect();
    if one != other {
        let _ = writeln!(text, "{}", indented(&ui::beside(&as_text(&one), &as_text(&other), width), "  "));
    } else if !one.is_empty() {
        let _ = writeln!(text, "  {DIM}{}{DIM:#}", clipped(&one_line(&as_text(&one)), width));
    }
    if row.effect == RowEffect::Differs {
        for name in &row.outputs {
            let value = |side: &RowSide| side.outputs.get(name).map(ui::value_text).unwrap_or_default();
            let values = ui::beside(&value(&row.from), &value(&row.to), width);
            let _ = writeln!(text, "  {DIM}outputs.{name}{DIM:#}\n{}", indented(&values, "  "));
        }
        return text;
    }
    let side = |side: &RowSide| match &side.error {
        Some(error) => format!("failed: {}", error.message),
        None => as_text(&side.outputs),
    };
    let _ = writeln!(text, "{}", indented(&ui::beside(&side(&row.from), &side(&row.to), width), "  "));
    text
}

fn owned((name, value): (&Arc<str>, &Value)) -> (Arc<str>, Value) {
    (Arc::clone(name), value.clone())
}

fn as_text(values: &Map) -> String {
    ui::cell_text(&Value::Map(Arc::new(values.clone())))
}
