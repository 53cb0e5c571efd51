//! The report as JUnit XML: for each variant a suite with its gates, and one with its rows.
//!
//! The file fails exactly where the command does: gates fail, and rows that failed or did not pass are skipped cases that say why.

use std::fmt::Write;

use super::{Answer, Report, RowsError};
use crate::evaluation::{Outcome, VariantOutcome};

/// The report.
pub(super) fn junit(report: &Report<'_>) -> Result<String, RowsError> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for variant in &report.outcome.variants {
        gates(&mut text, report, variant);
    }
    let variants = report.outcome.variants.len();
    let mut suites: Vec<Suite> = (0..variants).map(|_| Suite::default()).collect();
    for row in report.rows.all()? {
        let row = row?;
        for answer in &row.answers {
            if let Some(suite) = suites.get_mut(answer.variant) {
                suite.add(report.outcome, row.line, answer);
            }
        }
    }
    for (variant, suite) in report.outcome.variants.iter().zip(suites) {
        let name = escaped(&format!("{} {} rows", report.flow, variant.name));
        let Suite { cases, rows, skipped } = suite;
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{rows}\" failures=\"0\" errors=\"0\" skipped=\"{skipped}\">"
        );
        text += &cases;
        text += "  </testsuite>\n";
    }
    text += "</testsuites>\n";
    Ok(text)
}

fn gates(text: &mut String, report: &Report<'_>, variant: &VariantOutcome) {
    let gates: Vec<_> = report.outcome.gates.iter().filter(|gate| gate.variant == variant.name).collect();
    let failed = gates.iter().filter(|gate| gate.passed == Some(false)).count();
    let unknown = gates.iter().filter(|gate| gate.passed.is_none()).count();
    let suite = escaped(&format!("{} {}", report.flow, variant.name));
    let _ = writeln!(
        text,
        "  <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failed}\" errors=\"{unknown}\">\n    <properties>",
        gates.len()
    );
    let numbers =
        variant.scores.iter().filter_map(|score| Some((score.name.to_string(), score.summary.as_ref()?.mean)));
    let cost = variant.cost.as_ref().map(|cost| ("cost_per_row".to_owned(), cost.mean));
    for (name, value) in numbers.chain(cost).chain(variant.tokens.map(|tokens| ("tokens_per_row".to_owned(), tokens))) {
        let _ = writeln!(text, "      <property name=\"{}\" value=\"{value}\"/>", escaped(&name));
    }
    *text += "    </properties>\n";
    for gate in gates {
        let why = escaped(&gate.found().join(", "));
        let _ = write!(text, "    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&gate.gate));
        let _ = match gate.passed {
            Some(true) => writeln!(text, "/>"),
            Some(false) => writeln!(text, "><failure message=\"{why}\"/></testcase>"),
            None if gate.undecided => writeln!(text, "><error type=\"undecided\" message=\"{why}\"/></testcase>"),
            None => writeln!(text, "><error message=\"{why}\"/></testcase>"),
        };
    }
    *text += "  </testsuite>\n";
}

/// The rows of a variant.
#[derive(Debug, Default)]
struct Suite {
    cases: String,
    rows: usize,
    skipped: usize,
}

impl Suite {
    fn add(&mut self, outcome: &Outcome, line: u64, answer: &Answer) {
        let Some(variant) = outcome.variants.get(answer.variant) else { return };
        self.rows += 1;
        let class = escaped(&format!("{} rows", variant.name));
        let repeat = if answer.repeat > 0 { format!(", repetition {}", answer.repeat + 1) } else { String::new() };
        let _ = write!(self.cases, "    <testcase classname=\"{class}\" name=\"row {line}{repeat}\"");
        if let Some(seconds) = answer.latency {
            let _ = write!(self.cases, " time=\"{seconds:.3}\"");
        }
        let _ = match why(variant, answer) {
            None => writeln!(self.cases, "/>"),
            Some(why) => {
                self.skipped += 1;
                writeln!(self.cases, "><skipped message=\"{}\"/></testcase>", escaped(&why))
            }
        };
    }
}

/// Why a row is no pass; `None` for one that is.
fn why(variant: &VariantOutcome, answer: &Answer) -> Option<String> {
    if let Some(error) = &answer.error {
        return Some(format!("failed: {}", error.message));
    }
    let names = variant.scores.iter().map(|score| &score.name);
    let failed = names.zip(&answer.scores).filter(|(_, score)| score.passed == Some(false));
    let failed: Vec<String> = failed
        .map(|(name, score)| match score.value {
            Some(value) => format!("{name} = {value}"),
            None => name.to_string(),
        })
        .collect();
    (!failed.is_empty()).then(|| format!("did not pass: {}", failed.join(", ")))
}

/// A text as the value of an attribute; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' | '\r' => escaped.push(' '),
            sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => {}
            other => escaped.push(other),
        }
    }
    escaped
}
