//! Short expressions of JavaScript that say what a metric says.

use flow_core::value::Value;

/// A metric, what it expects, and its parameters.
pub(super) type Meant<M> = (M, Option<Value>, Vec<(&'static str, Value)>);

/// The metric that an expression stands for, with what it expects and its parameters; `None` for all else.
pub(super) fn metric(code: &str) -> Option<Meant<String>> {
    let code = code.trim().trim_end_matches(';').trim();
    let code = code.strip_prefix("return ").unwrap_or(code).trim();
    let (negated, code) = match code.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, code),
    };
    let (metric, value, parameters) = plain(code)?;
    // `!output.length > 3` is no comparison turned around.
    if negated && !parameters.is_empty() {
        return None;
    }
    let metric = if negated { format!("not-{metric}") } else { metric.to_owned() };
    Some((metric, value, parameters))
}

type Plain = Meant<&'static str>;

fn plain(code: &str) -> Option<Plain> {
    let rest = code.strip_prefix("output")?;
    if let Some(rest) = rest.strip_prefix(".toLowerCase()") {
        let text = called(rest, ".includes")?;
        // A text with capitals is never found in one without.
        return (text == text.to_lowercase()).then(|| ("icontains", Some(Value::from(text)), Vec::new()));
    }
    for (method, metric) in [(".includes", "contains"), (".startsWith", "starts_with"), (".endsWith", "ends_with")] {
        if let Some(text) = called(rest, method) {
            return Some((metric, Some(Value::from(text)), Vec::new()));
        }
    }
    let rest = rest.trim_start();
    if let Some(rest) = rest.strip_prefix(".length") {
        return length(rest.trim());
    }
    let other = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="))?;
    Some(("exact_match", Some(Value::from(literal(other.trim())?)), Vec::new()))
}

/// How long an answer may be.
fn length(comparison: &str) -> Option<Plain> {
    let sign = comparison.find(|sign: char| sign.is_ascii_digit())?;
    let (operator, number) = comparison.split_at(sign);
    let number: i64 = number.parse().ok()?;
    let bound = |name: &'static str, number: i64| (number >= 0).then(|| (name, Value::Int(number)));
    let bounds = match operator.trim() {
        "<" => vec![bound("max", number - 1)?],
        "<=" => vec![bound("max", number)?],
        ">" => vec![bound("min", number + 1)?],
        ">=" => vec![bound("min", number)?],
        "===" | "==" => vec![bound("min", number)?, bound("max", number)?],
        _ => return None,
    };
    Some(("character_count", None, bounds))
}

/// The text that a method is called with, and nothing else.
fn called(rest: &str, method: &str) -> Option<String> {
    let inside = rest.strip_prefix(method)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    literal(inside.trim())
}

/// A text in quotes without anything escaped.
fn literal(code: &str) -> Option<String> {
    let quote = code.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    let inside = code.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.contains([quote, '\\'])).then(|| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_expressions_are_metrics() {
        let told = |code: &str| {
            metric(code).map(|(metric, value, parameters)| {
                let parameters: Vec<String> =
                    parameters.iter().map(|(name, value)| format!("{name}={}", value.to_json())).collect();
                format!("{metric} {} {}", value.map(|value| value.to_json()).unwrap_or_default(), parameters.join(" "))
            })
        };
        for (code, ours) in [
            ("output.includes('a b')", "contains \"a b\" "),
            ("!output.includes(\"x\");", "not-contains \"x\" "),
            ("output.toLowerCase().includes('yes')", "icontains \"yes\" "),
            ("output === 'Paris'", "exact_match \"Paris\" "),
            ("return output.startsWith('A')", "starts_with \"A\" "),
            ("output.length < 100", "character_count  max=99"),
            ("output.length >= 3", "character_count  min=3"),
        ] {
            assert_eq!(told(code).as_deref(), Some(ours), "{code}");
        }
        for code in [
            "output.includes('a') && output.includes('b')",
            "output.toLowerCase().includes('Yes')",
            "JSON.parse(output).a === 1",
            "!output.length > 3",
            "output.length > limit",
            "output.includes('it\\'s')",
            "Math.random()",
        ] {
            assert_eq!(told(code), None, "{code}");
        }
    }
}
