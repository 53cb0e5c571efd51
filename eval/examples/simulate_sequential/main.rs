//! What rules for stopping early find, how often they err, and how many rows they take, as tables. The argument is the number of
//! runs of each case.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

mod rules;
mod sequences;

use flow_eval::statistics::Spending;
use rules::{Data, Rule, shares};
use sequences::{Scored, intervals};

const ROWS: usize = 1_000;

fn main() {
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_u64);
    let comparisons = [
        Rule::Comparison(Spending::Anytime, None),
        Rule::Comparison(Spending::Mixed, None),
        Rule::Comparison(Spending::Mixed, Some(0.05)),
    ];
    let known = [Rule::Peeking, Rule::Fixed, Rule::Mixture(1.0), Rule::Mixture(5.0), Rule::Asymptotic, Rule::Group];
    let passes: Vec<Rule> = known.into_iter().chain(comparisons).collect();
    let judged: Vec<Rule> = [Rule::Fixed].into_iter().chain(comparisons).collect();
    table("passes that differ on 20 % of rows", Data::Passes, &passes, &[0.0, 0.03, 0.05, 0.08, 0.1], runs);
    table(
        "a judge's scores, differences with a deviation of 0.15",
        Data::Judged,
        &judged,
        &[0.0, 0.01, 0.02, 0.04],
        runs,
    );
    means(runs);
}

/// Of each rule and true difference: how often it found one (after how many rows on average); for comparisons also how often the
/// interval ever missed the truth, and how often it ended as too small a difference.
fn table(what: &str, data: Data, rules: &[Rule], deltas: &[f64], runs: u64) {
    let heads: Vec<String> = deltas.iter().map(|delta| format!("Δ = {delta}")).collect();
    println!("| {what} | {} |\n|---|{}", heads.join(" | "), "---|".repeat(deltas.len()));
    for rule in rules {
        let cell = |delta: &f64| {
            let found = shares(*rule, data, (*delta, ROWS), runs);
            let mut text = format!("{:.3} ({:.0})", found.found, found.rows);
            if found.missed > 0.0 {
                text += &format!(", missed {:.3}", found.missed);
            }
            if found.small > 0.0 {
                text += &format!(", small {:.3}", found.small);
            }
            text
        };
        println!("| {} | {} |", rule.name(), deltas.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    println!();
}

/// How often intervals of means that are looked at after each row ever miss the mean, and how wide they are.
fn means(runs: u64) {
    println!("| 95 % intervals of means | ever missed | width after {} rows | after {} |", ROWS / 10, ROWS / 2);
    println!("|---|---|---|---|");
    for scored in [Scored::Passes, Scored::Likert, Scored::Latencies] {
        for of_data_set in [false, true] {
            // There is no such form of scores without a range.
            if of_data_set && matches!(scored, Scored::Latencies) {
                continue;
            }
            let found = intervals(scored, of_data_set, ROWS, runs);
            let (what, [early, late]) = (if of_data_set { ", of the data set" } else { "" }, found.widths);
            println!("| {}{what} | {:.3} | {early:.3} | {late:.3} |", scored.name(), found.missed);
        }
    }
}
