//! Why scores moved from one run to another, for people.

use std::fmt::Write;

use flow_eval::evaluation::{Movement, Part, Place, Reason};
use flow_eval::report::{number, signed};
use flow_eval::statistics::{Interval, Verdict};

use crate::ui::{BOLD, DIM};

pub(super) fn text(movements: &[Movement]) -> String {
    let mut text = format!("{BOLD}why the scores moved{BOLD:#}\n");
    let several = movements.iter().any(|movement| movement.variants != movements[0].variants);
    for movement in movements {
        let [was, is] = movement.means.map(|mean| mean.map_or("unknown".to_owned(), number));
        let variant = match &movement.variants {
            [from, to] if from != to => format!(" {DIM}({from} → {to}){DIM:#}"),
            [variant, _] if several => format!(" {DIM}({variant}){DIM:#}"),
            _ => String::new(),
        };
        let total = movement.means[0].zip(movement.means[1]).map(|(was, is)| format!(" ({})", signed(is - was)));
        let _ =
            writeln!(text, "  {BOLD}{}{BOLD:#}{variant}  {was} → {is}{}", movement.score, total.unwrap_or_default());
        for line in lines(movement) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// What is known of a movement, line by line: the rows of both, then what they and the data add.
fn lines(movement: &Movement) -> Vec<String> {
    let data = &movement.data;
    let mut lines = Vec::new();
    match (&movement.shared, &movement.problem) {
        (Some(shared), _) => {
            let rows = if data.shared == 1 { "row" } else { "rows" };
            let verdict = match shared.verdict() {
                Verdict::Better => ": better",
                Verdict::Worse => ": worse",
                Verdict::TooFewRows { .. } => ": too few for a verdict",
                _ if movement.may_be_chance() == Some(true) && shared.difference() != 0.0 => ": it may be chance",
                _ => "",
            };
            let moved = with_interval(shared.difference(), shared.interval());
            lines.push(format!("{moved} on the {} {rows} of both{verdict}", data.shared));
        }
        (None, problem) => lines.push(problem.clone().unwrap_or_default()),
    }
    lines.extend(movement.parts.iter().map(part));
    let others: Vec<String> = [
        (data.new, "only the second run has"),
        (data.gone, "only the first has"),
        (data.relabelled, "both have with other values for the scores"),
    ]
    .into_iter()
    .filter(|(rows, _)| *rows > 0)
    .map(|(rows, what)| format!("{rows} {what}"))
    .collect();
    if !others.is_empty() {
        let moved = data.difference.map_or("unknown".to_owned(), signed);
        lines.push(format!("  {moved} by the data: of its rows {}", others.join(", ")));
    }
    match movement.noise {
        Some(noise) => {
            let is_within = movement.shared.as_ref().is_some_and(|shared| shared.difference().abs() <= noise);
            let within = if is_within { ", which this does not exceed" } else { ", which this exceeds" };
            let within = if movement.parts.is_empty() { "" } else { within };
            lines.push(format!("{DIM}repetitions alone move it by up to {}{within}{DIM:#}", number(noise)));
        }
        None if movement.parts.iter().any(|part| part.reasons.is_empty()) => {
            lines.push(format!(
                "{DIM}how far chance alone moves it is not known: run rows several times, with --repeat{DIM:#}"
            ));
        }
        None => {}
    }
    lines
}

fn with_interval(difference: f64, interval: Option<&Interval>) -> String {
    let interval = interval.map(|interval| format!(" ({} to {})", signed(interval.low), signed(interval.high)));
    format!("{}{}", signed(difference), interval.unwrap_or_default())
}

/// A part of the difference: what it adds, and what is known to have changed.
fn part(part: &Part) -> String {
    let changed = match &part.reasons[..] {
        [] => String::new(),
        [only] => format!("the {} changed", only.words()),
        several => {
            let (last, before) = several.split_last().map_or((String::new(), Vec::new()), |(last, before)| {
                (last.words().to_owned(), before.iter().map(|reason| reason.words()).collect())
            });
            format!("{} and {last} changed, which cannot be told apart", before.join(", "))
        }
    };
    let (rows, go, have, got) = match part.rows {
        1 => ("1 row that".to_owned(), "goes", "has", "got"),
        rows => (format!("{rows} rows that"), "go", "have", "got"),
    };
    let what = match &part.place {
        Place::Node(node) if part.reasons == [Reason::Node] => {
            format!("{rows} {go} another way at node {node}, which only one run has, or of another kind")
        }
        Place::Node(node) if part.reasons.is_empty() => {
            format!("{rows} {go} another way first at node {node}, where nothing that is recorded changed: chance")
        }
        Place::Node(node) => format!("{rows} {go} another way first at node {node}: {changed}"),
        Place::Flow => format!("{rows} {have} other outputs; an older version did not record what nodes gave"),
        Place::Score if part.reasons.is_empty() => {
            format!("{rows} {got} another score for the same outputs, where nothing that is recorded changed: chance")
        }
        Place::Score => format!("{rows} {got} another score for the same outputs: {changed}"),
    };
    format!(
        "  {} by {what}; {} better, {} worse",
        with_interval(part.difference, part.interval.as_ref()),
        part.better,
        part.worse
    )
}
