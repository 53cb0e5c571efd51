//! Rows as columns of numbers, which stand for texts that are kept once.

use std::collections::HashMap;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use serde::Serialize;

/// So many characters of a text are kept.
pub(super) const LONGEST_TEXT: usize = 4_000;
/// So many, once the texts of a report have this many bytes.
const LONGEST_OF_MANY: usize = 200;
const MANY: usize = 24_000_000;
/// What stands for no text.
const NONE: i64 = -1;

/// Texts, each once.
#[derive(Debug, Default, Serialize)]
pub(super) struct Texts {
    texts: Vec<Arc<str>>,
    /// How many characters a text has that was cut.
    cut: Vec<(usize, usize)>,
    #[serde(skip)]
    known: HashMap<Arc<str>, i64>,
    #[serde(skip)]
    bytes: usize,
}

impl Texts {
    /// The number of a text.
    pub(super) fn of(&mut self, text: &str) -> i64 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let position = self.texts.len();
        let longest = if self.bytes > MANY { LONGEST_OF_MANY } else { LONGEST_TEXT };
        let kept: Arc<str> = match text.char_indices().nth(longest) {
            Some((end, _)) => {
                self.cut.push((position, text.chars().count()));
                Arc::from(&text[..end])
            }
            None => Arc::from(text),
        };
        self.bytes += kept.len();
        // By the whole text, since two that were cut may begin alike.
        let number = i64::try_from(position).unwrap_or(NONE);
        self.known.insert(if kept.len() == text.len() { Arc::clone(&kept) } else { Arc::from(text) }, number);
        self.texts.push(kept);
        number
    }

    /// The number of a text that there may be.
    pub(super) fn maybe(&mut self, text: Option<&str>) -> i64 {
        text.map_or(NONE, |text| self.of(text))
    }
}

/// The values of maps, a column for each name.
#[derive(Debug, Default, Serialize)]
pub(super) struct Columns {
    names: Vec<Arc<str>>,
    columns: Vec<Vec<i64>>,
    #[serde(skip)]
    rows: usize,
}

impl Columns {
    /// Adds a row. Texts are kept as they are, other values as JSON.
    pub(super) fn add(&mut self, values: &Map, texts: &mut Texts) {
        for (name, value) in values {
            let position = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
                self.names.push(Arc::clone(name));
                self.columns.push(vec![NONE; self.rows]);
                self.columns.len() - 1
            });
            self.columns[position].push(match value {
                Value::Null => NONE,
                Value::Text(text) => texts.of(text),
                Value::Object(object) => texts.of(&object.text),
                other => texts.of(&other.to_json()),
            });
        }
        self.rows += 1;
        for column in &mut self.columns {
            column.resize(self.rows, NONE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_once_and_cut_where_they_are_very_long() {
        let mut texts = Texts::default();
        let long = "é".repeat(LONGEST_TEXT + 1);
        let numbers = ["a", &long, "a", &format!("{long}!")].map(|text| texts.of(text));
        assert_eq!(numbers, [0, 1, 0, 2]);
        assert_eq!(texts.texts[1].chars().count(), LONGEST_TEXT);
        assert_eq!(texts.cut, [(1, LONGEST_TEXT + 1), (2, LONGEST_TEXT + 2)]);
        assert_eq!(texts.maybe(None), NONE);
    }

    #[test]
    fn columns_that_come_late_are_empty_before() {
        let (mut columns, mut texts) = (Columns::default(), Texts::default());
        columns.add(&Map::from_iter([(Arc::from("a"), Value::from("x"))]), &mut texts);
        columns.add(&Map::from_iter([(Arc::from("b"), Value::Bool(true))]), &mut texts);
        assert_eq!(columns.columns, [[0, NONE], [NONE, 1]]);
        assert_eq!(&*texts.texts[1], "true");
    }
}
