//! Changes of a text at places of the original, put together at the end.

use ruff_text_size::TextRange;

/// Changes that were collected.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    class: Class,
    text: String,
}

/// What comes first at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Closes what ends here: the inner before the outer, which was added first.
    After,
    /// Opens what begins here: the outer, which was added first, before the inner.
    Before,
    Replace,
}

/// A text after its changes.
#[derive(Debug)]
pub(super) struct Edited {
    pub(super) text: String,
    /// For each of its lines the line of the original that it comes from, from 1.
    pub(super) lines: Vec<u32>,
}

impl Edits {
    /// Puts a text in front of what begins at a place.
    pub(super) fn before(&mut self, at: impl Into<usize>, text: impl Into<String>) {
        let at = at.into();
        self.edits.push(Edit { start: at, end: at, class: Class::Before, text: text.into() });
    }

    /// Puts a text behind what ends at a place.
    pub(super) fn after(&mut self, at: impl Into<usize>, text: impl Into<String>) {
        let at = at.into();
        self.edits.push(Edit { start: at, end: at, class: Class::After, text: text.into() });
    }

    /// Puts a text in the place of another. Changes inside of that are dropped.
    pub(super) fn replace(&mut self, range: TextRange, text: impl Into<String>) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        self.edits.push(Edit { start, end, class: Class::Replace, text: text.into() });
    }

    /// The text with all changes.
    pub(super) fn apply(self, source: &str) -> Edited {
        let mut edits: Vec<(usize, Edit)> = self.edits.into_iter().enumerate().collect();
        edits.sort_by(|(one_at, one), (two_at, two)| {
            let order = one.start.cmp(&two.start).then(one.class.cmp(&two.class));
            // Of two that replace from one place on, the larger holds the smaller.
            let order = order.then(two.end.cmp(&one.end));
            order.then(if one.class == Class::After { two_at.cmp(one_at) } else { one_at.cmp(two_at) })
        });
        let mut edited = Edited { text: String::with_capacity(source.len() + 64), lines: vec![1] };
        let (mut cursor, mut line) = (0, 1);
        for (_, edit) in edits {
            if edit.start < cursor {
                continue;
            }
            edited.push_original(&source[cursor..edit.start], &mut line);
            edited.push_new(&edit.text, line);
            line += count_lines(&source[edit.start..edit.end]);
            // The rest of the last line comes from where the original goes on.
            if edit.end > edit.start
                && let Some(last) = edited.lines.last_mut()
                && edit.text.ends_with('\n')
            {
                *last = line;
            }
            cursor = edit.end;
        }
        edited.push_original(&source[cursor..], &mut line);
        edited
    }
}

impl Edited {
    fn push_original(&mut self, text: &str, line: &mut u32) {
        for letter in text.bytes().filter(|letter| *letter == b'\n') {
            let _ = letter;
            *line += 1;
            self.lines.push(*line);
        }
        self.text.push_str(text);
    }

    fn push_new(&mut self, text: &str, line: u32) {
        let added = count_lines(text);
        self.lines.extend(std::iter::repeat_n(line, added as usize));
        self.text.push_str(text);
    }
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|letter| *letter == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use ruff_text_size::TextSize;

    use super::*;

    #[test]
    fn inner_changes_nest_in_outer_ones_and_lines_are_kept_in_mind() {
        let source = "a = b % c\nd\n";
        let mut edits = Edits::default();
        edits.before(4_usize, "outer(");
        edits.after(9_usize, ")");
        edits.before(4_usize, "inner(");
        edits.after(9_usize, "]");
        edits.before(10_usize, "x = 1\n");
        edits.replace(TextRange::new(TextSize::new(6), TextSize::new(7)), ",");
        let edited = edits.apply(source);
        assert_eq!(edited.text, "a = outer(inner(b , c])\nx = 1\nd\n");
        assert_eq!(edited.lines, [1, 2, 2, 3]);
    }
}
