use std::fmt::Write;

use super::BOLD;
use crate::graph::{clipped, one_line, terminal_columns};

/// Columns stand so far apart.
const GAP: &str = "  ";
/// No column gets narrower than this because others are wide.
const NARROWEST: usize = 6;
/// Cells of so many signs can be read, also where more was cut off.
const READABLE: usize = 12;

/// A table for people: a line a row, cut where it would be wider than the terminal.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// Whether it holds nothing but numbers, which stand to the right.
    is_number: bool,
    /// Whether it gives way to others.
    is_cut: bool,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let column = |name: String| Column { name: one_line(&name), is_number: true, is_cut: true };
        Self { columns: names.into_iter().map(|name| column(name.into())).collect(), rows: Vec::new() }
    }

    /// The table with a first column that is never cut, since its names are to be copied.
    pub(crate) fn with_whole_names(mut self) -> Self {
        if let Some(first) = self.columns.first_mut() {
            first.is_cut = false;
        }
        self
    }

    /// Adds a row, whose texts may be of any form.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| one_line(cell.as_ref())).collect();
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.is_number &= cell.is_empty() || cell.trim_start_matches('$').parse::<f64>().is_ok();
        }
        self.rows.push(cells);
    }

    /// The table without the columns in which no row has anything.
    pub(crate) fn without_empty_columns(mut self) -> Self {
        let is_used =
            |at: usize, rows: &[Vec<String>]| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
        for at in (0..self.columns.len()).rev() {
            if !self.rows.is_empty() && !is_used(at, &self.rows) {
                self.columns.remove(at);
                for row in &mut self.rows {
                    row.remove(at);
                }
            }
        }
        self
    }

    /// The table as text, no wider than so many columns of the terminal: where it has more columns than can be read side by side,
    /// each row is a list of its cells. And whether a cell was cut.
    pub(crate) fn text_or_lists(&self, width: usize) -> (String, bool) {
        let needed: usize = self.natural_widths().iter().map(|width| (*width).min(READABLE) + GAP.len()).sum();
        if needed <= width + GAP.len() { self.text(width) } else { (self.lists(), false) }
    }

    fn lists(&self) -> String {
        let longest = self.columns.iter().map(|column| terminal_columns(&column.name)).max().unwrap_or(0);
        let list = |row: &Vec<String>| {
            let cells = self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            let line = |(column, cell): (&Column, &String)| {
                let name = padded(&column.name, longest, false, false);
                format!("{BOLD}{name}{BOLD:#}{GAP}{cell}")
            };
            cells.map(line).collect::<Vec<_>>().join("\n")
        };
        self.rows.iter().map(list).collect::<Vec<_>>().join("\n\n")
    }

    /// The table as text, no wider than so many columns of the terminal; and whether a cell was cut.
    pub(crate) fn text(&self, width: usize) -> (String, bool) {
        let widths = self.widths(width);
        let mut is_cut = false;
        let mut text = String::new();
        for (at, column) in self.columns.iter().enumerate() {
            let name = padded(&clipped(&column.name, widths[at]), widths[at], column.is_number, self.is_last(at));
            let _ = write!(text, "{}{BOLD}{name}{BOLD:#}", if at > 0 { GAP } else { "" });
        }
        for row in &self.rows {
            let mut line = String::new();
            for (at, column) in self.columns.iter().enumerate() {
                let cell = row.get(at).map_or("", String::as_str);
                is_cut |= terminal_columns(cell) > widths[at];
                let cell = padded(&clipped(cell, widths[at]), widths[at], column.is_number, self.is_last(at));
                let _ = write!(line, "{}{cell}", if at > 0 { GAP } else { "" });
            }
            let _ = write!(text, "\n{}", line.trim_end());
        }
        (text, is_cut)
    }

    fn is_last(&self, at: usize) -> bool {
        at + 1 == self.columns.len()
    }

    fn natural_widths(&self) -> Vec<usize> {
        let widest = |(at, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| terminal_columns(cell));
            cells.chain([terminal_columns(&column.name)]).max().unwrap_or(0)
        };
        self.columns.iter().enumerate().map(widest).collect()
    }

    /// As wide as the cells are; where that is too much, the widest columns give way first. Numbers never do: a number that is cut
    /// is another one.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths = self.natural_widths();
        let room = width.saturating_sub(GAP.len() * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let may_give_way =
                widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.is_cut && !column.is_number);
            let widest = may_give_way.map(|(width, _)| width).max().filter(|widest| **widest > NARROWEST);
            let Some(widest) = widest else { break };
            *widest -= 1;
        }
        widths
    }
}

fn padded(cell: &str, width: usize, to_the_right: bool, is_last: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(terminal_columns(cell)));
    match (to_the_right, is_last) {
        (true, _) => blanks + cell,
        (false, true) => cell.to_owned(),
        (false, false) => cell.to_owned() + &blanks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_columns_give_way_and_numbers_stand_to_the_right() {
        let mut table = Table::new(["name", "rows", "nothing", "said"]);
        table.push(["a", "7", "", "two\nlines of text that are long"]);
        table.push(["語", "1200", "", "x"]);
        let (text, is_cut) = table.without_empty_columns().text(30);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "name  rows  said\na        7  two lines of text\u{2026}\n語    1200  x");
        assert!(is_cut);
    }

    #[test]
    fn what_fits_is_not_cut() {
        let mut table = Table::new(["a", "b"]);
        table.push(["1", "x"]);
        assert!(!table.text(10).1);
    }
}
