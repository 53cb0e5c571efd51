//! What many variants say together, in a terminal: which are on the front, what each value of an axis does, and how the best one does on rows
//! that were held out.

use flow_eval::evaluation::{Effects, Holdout, Outcome, Pareto};
use flow_eval::report::{evidence, number};

use super::summary::{seconds, verdict};
use crate::ui::{self, BOLD, DIM};

/// So many variants make a front worth a table.
const FEWEST: usize = 3;

/// Tells of the front, of the axes, and of what was held out.
pub(super) fn tell(outcome: &Outcome) {
    if let Some(pareto) = outcome.pareto.as_ref().filter(|pareto| pareto.variants.len() >= FEWEST) {
        ui::out(&front(pareto));
    }
    if let Some(effects) = &outcome.effects {
        ui::out(&axes(effects));
    }
    if let Some(holdout) = &outcome.holdout {
        ui::out(&held_out(holdout));
    }
}

fn front(pareto: &Pareto) -> String {
    let width = pareto.variants.iter().map(|placed| placed.variant.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("\n{BOLD}{}, cost and latency of a row{BOLD:#}", pareto.score)];
    for placed in &pareto.variants {
        let cost = placed.cost.map_or("cost unknown".to_owned(), |cost| format!("${}", number(cost.mean)));
        let latency = placed.latency.map_or("–".to_owned(), |latency| seconds(latency.mean));
        let (name, quality) = (&placed.variant, number(placed.quality.mean));
        lines.push(format!("  {name:<width$}  {quality:>7}  {cost:>12}  {latency:>9}  {placed}"));
    }
    lines.join("\n")
}

fn axes(effects: &Effects) -> String {
    if let Some(why) = effects.left_out {
        return format!("\n  {DIM}what each value of an axis does is left out: {why}{DIM:#}");
    }
    let name = |axis: &str, value: &str| format!("{axis}={value}");
    let names = effects.axes.iter().flat_map(|axis| axis.values.iter().map(|value| name(&axis.axis, &value.value)));
    let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
    let (mut lines, mut score) = (Vec::new(), None);
    for axis in &effects.axes {
        if score.replace(&axis.score) != Some(&axis.score) {
            lines.push(format!("\n{BOLD}{} by axis, over all values of the others{BOLD:#}", axis.score));
        }
        for value in &axis.values {
            let difference = value.comparison.as_ref().map(evidence).unwrap_or_default();
            let line = format!("  {:<width$}  {:>7}  {difference}", name(&axis.axis, &value.value), number(value.mean));
            lines.push(line.trim_end().to_owned());
        }
    }
    lines.join("\n")
}

fn held_out(holdout: &Holdout) -> String {
    let mut lines = vec![format!("\n{BOLD}{holdout}{BOLD:#}")];
    let width = holdout.variants.iter().map(|variant| variant.name.chars().count()).max().unwrap_or(0);
    for (score, variant, summary) in holdout.means() {
        let interval =
            summary.interval.map(|interval| format!("{} to {}", number(interval.low), number(interval.high)));
        let (mean, interval) = (number(summary.mean), interval.unwrap_or_else(|| "no interval".to_owned()));
        lines.push(format!("  {variant:<width$}  {mean:>7}  {interval:<16}  {DIM}{score}{DIM:#}"));
    }
    lines.extend(holdout.comparisons.iter().map(|compared| format!("  {}", verdict(compared))));
    lines.join("\n")
}
