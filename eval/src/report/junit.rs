//! The report as JUnit XML: a suite for each variant, a case for each gate.

use std::fmt::Write;

use super::Report;

/// The report.
pub(super) fn junit(report: &Report<'_>) -> String {
    let outcome = report.outcome;
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for variant in &outcome.variants {
        let gates: Vec<_> = outcome.gates.iter().filter(|gate| gate.variant == variant.name).collect();
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
        for (name, value) in
            numbers.chain(cost).chain(variant.tokens.map(|tokens| ("tokens_per_row".to_owned(), tokens)))
        {
            let _ = writeln!(text, "      <property name=\"{}\" value=\"{value}\"/>", escaped(&name));
        }
        text += "    </properties>\n";
        for gate in gates {
            let values: Vec<String> = gate
                .values
                .iter()
                .map(|(name, value)| {
                    format!("{name} = {}", value.map_or("unknown".to_owned(), |value| value.to_string()))
                })
                .collect();
            let why = escaped(gate.problem.as_deref().unwrap_or(&values.join(", ")));
            let _ = write!(text, "    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&gate.gate));
            let _ = match gate.passed {
                Some(true) => writeln!(text, "/>"),
                Some(false) => writeln!(text, "><failure message=\"{why}\"/></testcase>"),
                None => writeln!(text, "><error message=\"{why}\"/></testcase>"),
            };
        }
        text += "  </testsuite>\n";
    }
    text += "</testsuites>\n";
    text
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
