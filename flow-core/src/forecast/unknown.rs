//! Texts that are not known yet: marks that stand for them in prompts, and are counted as what they stand for.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Quantity;
use crate::value::Value;

/// Letters of Unicode's private area, which no text of a flow is likely to hold. A number stands between them.
const OPENS: char = '\u{e6f0}';
const CLOSES: char = '\u{e6f1}';
/// The same as JSON writes them where it writes ASCII only.
const OPENS_ESCAPED: &str = "\\ue6f0";
const CLOSES_ESCAPED: &str = "\\ue6f1";

/// The unknown texts of a row, each with its number of tokens; or those of many rows, whose numbers do not meet.
#[derive(Debug, Default, Clone)]
pub(super) struct Unknowns {
    tokens: BTreeMap<u64, Quantity>,
    next: u64,
}

/// How many texts of a row may be unknown.
const OF_A_ROW: u64 = 1 << 24;

impl Unknowns {
    /// None yet, of a row.
    pub(super) fn of_row(row: u64) -> Self {
        // The numbers below are those of what no row has.
        Self { next: row.wrapping_add(1).wrapping_mul(OF_A_ROW), ..Self::default() }
    }

    /// Those of another row as well.
    pub(super) fn extend(&mut self, other: &Self) {
        self.tokens.extend(&other.tokens);
    }

    /// A text that stands for so many tokens.
    pub(super) fn mark(&mut self, tokens: Quantity) -> Value {
        let number = self.next;
        self.next = number.wrapping_add(1);
        self.tokens.insert(number, tokens);
        Value::from(format!("{OPENS}{number}{CLOSES}"))
    }

    /// Whether a text is one mark, and nothing else.
    pub(super) fn is_mark(text: &str) -> bool {
        text.strip_prefix(OPENS)
            .and_then(|rest| rest.strip_suffix(CLOSES))
            .is_some_and(|number| !number.contains(CLOSES))
    }

    /// Takes the marks out of a text, and gives the tokens that they stand for.
    pub(super) fn take(&self, text: &mut String) -> Quantity {
        let plain = self.cut(text, &OPENS.to_string(), &CLOSES.to_string());
        plain + self.cut(text, OPENS_ESCAPED, CLOSES_ESCAPED)
    }

    fn cut(&self, text: &mut String, opens: &str, closes: &str) -> Quantity {
        if !text.contains(opens) {
            return Quantity::NONE;
        }
        let mut sum = Quantity::NONE;
        let mut rest = std::mem::take(text);
        while let Some((before, behind)) = rest.split_once(opens) {
            text.push_str(before);
            let Some((number, after)) = behind.split_once(closes) else {
                rest = behind.to_owned();
                continue;
            };
            if let Some(tokens) = number.parse::<u64>().ok().and_then(|number| self.tokens.get(&number)) {
                sum += *tokens;
            }
            rest = after.to_owned();
        }
        text.push_str(&rest);
        sum
    }

    /// Takes the marks out of all texts of a JSON value.
    pub(super) fn take_from(&self, json: &mut Json) -> Quantity {
        match json {
            Json::String(text) => self.take(text),
            Json::Array(items) => items.iter_mut().map(|item| self.take_from(item)).sum(),
            Json::Object(entries) => entries.values_mut().map(|value| self.take_from(value)).sum(),
            Json::Null | Json::Bool(_) | Json::Number(_) => Quantity::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_wherever_they_stand() {
        let mut unknowns = Unknowns::default();
        let (one, other) = (unknowns.mark(Quantity::exactly(3.0)), unknowns.mark(Quantity::exactly(40.0)));
        let (one, other) = (one.as_str().expect("a text"), other.as_str().expect("a text"));
        let escaped = other.replace(OPENS, OPENS_ESCAPED).replace(CLOSES, CLOSES_ESCAPED);
        let mut json = serde_json::json!([{ "content": format!("a {one} b {} {one}", one.to_uppercase()) }, escaped]);
        assert_eq!(unknowns.take_from(&mut json), Quantity::exactly(49.0));
        assert_eq!(json, serde_json::json!([{ "content": "a  b  " }, ""]));
        let mut cut = format!("{}…", one.chars().take(1).collect::<String>());
        assert_eq!(unknowns.take(&mut cut), Quantity::NONE, "a mark that was cut is nothing");
    }
}
