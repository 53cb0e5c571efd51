use std::ops::Range;
use std::sync::Arc;

use crate::value::{Image, Text, Value};

/// Who wrote a stretch of a rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The flow's author: the text of a template, or a literal of the flow file.
    Author,
    /// A value that an expression printed.
    Value,
}

/// A stretch of a rendered text and who wrote it. A value that printed nothing is a stretch of no length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Who wrote it.
    pub origin: Origin,
}

/// A rendered template: the text, and who wrote which part of it.
#[derive(Debug, Clone)]
pub struct Rendered {
    text: Arc<str>,
    stretches: Vec<Stretch>,
    /// The pictures that stretches of values stand for, by the number of the stretch.
    pictures: Vec<(usize, Vec<Arc<Image>>)>,
}

impl Rendered {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, to be shared.
    #[must_use]
    pub fn to_shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The stretches, in order and without gaps; two of the author's never touch.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The pictures that were printed as such, each with the number of its stretch.
    pub(super) fn pictures(&self) -> &[(usize, Vec<Arc<Image>>)] {
        &self.pictures
    }

    /// The text as a value that knows its origin, as a prompt node hands it on.
    #[must_use]
    pub fn into_value(self) -> Value {
        let text = self.to_text();
        Value::Text(text)
    }

    /// As [`Rendered::into_value`], as a text.
    #[must_use]
    pub fn to_text(&self) -> Text {
        // Ranges alone cannot tell two values side by side from one, nor show a value that printed nothing. An
        // empty range of the author's parts them; ranges that touch have an empty value between.
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let mut authored = Vec::new();
        let mut after_value = false;
        for (index, stretch) in self.stretches.iter().enumerate() {
            let (start, end) = (clamp(stretch.range.start), clamp(stretch.range.end));
            match stretch.origin {
                Origin::Author => authored.push(start..end),
                Origin::Value if after_value || (index == 0 && start == end) => authored.push(start..start),
                Origin::Value => {}
            }
            after_value = stretch.origin == Origin::Value;
        }
        if let Some(last) = self.stretches.last()
            && last.origin == Origin::Value
            && last.range.is_empty()
        {
            authored.push(clamp(last.range.end)..clamp(last.range.end));
        }
        Text::with_authored(Arc::clone(&self.text), authored)
    }
}

/// A text whose origin is known, taken as rendered.
impl From<&Text> for Rendered {
    fn from(text: &Text) -> Self {
        let mut composer = Composer::default();
        composer.push_text(text);
        composer.finish()
    }
}

/// Puts a rendered text together, stretch by stretch.
#[derive(Debug, Default)]
pub(super) struct Composer {
    text: String,
    stretches: Vec<Stretch>,
    pictures: Vec<(usize, Vec<Arc<Image>>)>,
}

impl Composer {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push_author(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        match self.stretches.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.origin == Origin::Author => last.range.end = self.text.len(),
            _ => self.stretches.push(Stretch { range: start..self.text.len(), origin: Origin::Author }),
        }
    }

    pub(super) fn push_value(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.stretches.push(Stretch { range: start..self.text.len(), origin: Origin::Value });
    }

    /// The text that stands for pictures.
    pub(super) fn push_pictures(&mut self, text: &str, pictures: &[Arc<Image>]) {
        self.push_value(text);
        self.pictures.push((self.stretches.len() - 1, pictures.to_vec()));
    }

    /// A text with its origin, as [`Rendered::to_text`] wrote it down.
    pub(super) fn push_text(&mut self, text: &Text) {
        let whole = text.as_str();
        let part = |from: usize, to: usize| whole.get(from..to).unwrap_or("");
        let mut at = 0;
        let mut after_author = false;
        for range in text.authored() {
            let start = (range.start as usize).clamp(at, whole.len());
            let end = (range.end as usize).clamp(start, whole.len());
            if start > at || after_author {
                self.push_value(part(at, start));
            }
            self.push_author(part(start, end));
            after_author = true;
            at = end;
        }
        if at < whole.len() || !after_author {
            self.push_value(part(at, whole.len()));
        }
    }

    pub(super) fn finish(self) -> Rendered {
        Rendered { text: Arc::from(self.text), stretches: self.stretches, pictures: self.pictures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_every_stretch_also_the_empty_ones() {
        for pattern in ["a", "v", "e", "aea", "ea", "ae", "vv", "eve", "avaev", "eea", "aee", "vaeva", "ee"] {
            let mut composer = Composer::default();
            for kind in pattern.chars() {
                match kind {
                    'a' => composer.push_author("author"),
                    'v' => composer.push_value("value"),
                    _ => composer.push_value(""),
                }
            }
            let rendered = composer.finish();
            let again = Rendered::from(&rendered.to_text());
            assert_eq!(again.stretches(), rendered.stretches(), "{pattern}");
        }
    }
}
