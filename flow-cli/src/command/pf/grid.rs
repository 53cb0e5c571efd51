//! Tables as promptflow prints them, with lines around every cell and the row's number before it.

use std::fmt::Write;

use crate::graph::terminal_columns;

/// A table of texts.
pub(super) struct Grid {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// No column gets narrower than this for the sake of others.
const NARROWEST: usize = 8;

impl Grid {
    /// A table with these columns.
    pub(super) fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as text, no wider than so many columns of the terminal as far as its columns can give way: what is longer goes on in the next line.
    pub(super) fn text(&self, width: usize) -> String {
        let heads: Vec<&str> = std::iter::once("").chain(self.columns.iter().map(String::as_str)).collect();
        let numbered = |(at, row): (usize, &Vec<String>)| std::iter::once(at.to_string()).chain(row.clone()).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().enumerate().map(numbered).collect();
        let widths = widths(&heads, &rows, width);
        let is_number: Vec<bool> = (0..heads.len())
            .map(|at| {
                let mut cells = rows.iter().map(|row| row[at].as_str()).filter(|cell| !cell.is_empty()).peekable();
                cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
            })
            .collect();
        let rule = |line: char| {
            let cells = widths.iter().map(|width| line.to_string().repeat(width + 2));
            format!("+{}+\n", cells.collect::<Vec<_>>().join("+"))
        };
        let mut text = rule('-');
        push_row(&mut text, &heads, &widths, &is_number);
        text += &rule('=');
        for row in &rows {
            push_row(&mut text, row, &widths, &is_number);
            text += &rule('-');
        }
        text
    }
}

/// As wide as head and cells are, the head with the two columns of air that promptflow gives it; where that is too much, the widest
/// columns give way first.
fn widths(heads: &[&str], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let widest = |at: usize| {
        let cells = rows.iter().flat_map(|row| row[at].lines()).map(terminal_columns);
        cells.chain([terminal_columns(heads[at]) + 2]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..heads.len()).map(widest).collect();
    let room = width.saturating_sub(3 * widths.len() + 1);
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > NARROWEST) else { break };
        *widest -= 1;
    }
    widths
}

fn push_row(text: &mut String, cells: &[impl AsRef<str>], widths: &[usize], is_number: &[bool]) {
    let wrapped: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| wrapped(cell.as_ref(), *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(1).max(1);
    for line in 0..height {
        for (at, width) in widths.iter().enumerate() {
            let part = wrapped[at].get(line).map_or("", String::as_str);
            let blanks = " ".repeat(width.saturating_sub(terminal_columns(part)));
            let _ = match is_number[at] {
                true => write!(text, "| {blanks}{part} "),
                false => write!(text, "| {part}{blanks} "),
            };
        }
        text.push_str("|\n");
    }
}

/// A cell in lines of at most this width, broken between words where it can be. Control characters would move the terminal's cursor.
fn wrapped(cell: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in cell.lines() {
        let line: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let mut rest = line.trim_end();
        while terminal_columns(rest) > width {
            let at = break_at(rest, width);
            lines.push(rest[..at].trim_end().to_owned());
            rest = rest[at..].trim_start();
        }
        lines.push(rest.to_owned());
    }
    lines
}

/// Where a line is broken: behind the last blank that fits, else behind the last letter that does.
fn break_at(line: &str, width: usize) -> usize {
    let (mut columns, mut fits, mut blank) = (0, 0, None);
    for (at, letter) in line.char_indices() {
        columns += terminal_columns(&letter.to_string());
        if columns > width && fits > 0 {
            break;
        }
        fits = at + letter.len_utf8();
        if letter == ' ' {
            blank = Some(fits);
        }
    }
    blank.unwrap_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_lines_around_them_and_long_ones_go_on() {
        let mut grid = Grid::new(vec!["inputs.text".to_owned(), "outputs.n".to_owned()]);
        grid.push(vec!["a few words that do not fit".to_owned(), "7".to_owned()]);
        grid.push(vec!["two\nlines".to_owned(), "12".to_owned()]);
        let expected = "\
+----+---------------+-------------+
|    | inputs.text   |   outputs.n |
+====+===============+=============+
|  0 | a few words   |           7 |
|    | that do not   |             |
|    | fit           |             |
+----+---------------+-------------+
|  1 | two           |          12 |
|    | lines         |             |
+----+---------------+-------------+
";
        assert_eq!(grid.text(36), expected);
    }

    #[test]
    fn every_text_is_wrapped_to_its_end() {
        for width in 1..12 {
            let cell = "語 abcdefghijklm  no \u{1b}[31m x";
            let letters = |text: &str| {
                text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect::<String>()
            };
            assert_eq!(letters(&wrapped(cell, width).concat()), letters(cell), "{width}");
        }
    }
}
