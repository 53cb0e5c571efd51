use std::path::Path;

use flow_core::value::Map;
use flow_eval::label::Sheet;

use super::answers::{Answers, Shown};
use super::keys::{Keys, Wish};
use crate::command::Problem;
use crate::command::batch::cannot_write_table;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// The answers of a sheet, shown one by one.
pub(super) struct Page<'a> {
    pub(super) answers: &'a Answers,
    pub(super) scale: Option<(u8, u8)>,
    /// The sheet's file.
    pub(super) path: &'a Path,
}

impl Page<'_> {
    /// Shows each answer without a label, and writes down what is said of it, until all are labelled or somebody has enough.
    pub(super) fn label(&self, sheet: &mut Sheet, keys: &mut Keys) -> Result<Exit, Problem> {
        let mut seen: Vec<usize> = Vec::new();
        let Some(mut at) = next(sheet, 0) else {
            ui::say_note("all answers of the sheet have labels; a larger --sample adds some");
            return Ok(Exit::Done);
        };
        loop {
            let known = sheet.row(at).map(|row| self.answers.shown(&row)).transpose()?.flatten();
            let Some(answer) = known else {
                ui::say_note(&format!("line {} of the sheet is of no answer of this run, and is passed over", at + 2));
                match next(sheet, at + 1) {
                    Some(place) => at = place,
                    None => return Ok(Exit::Done),
                }
                continue;
            };
            self.show(sheet, at, &answer);
            let ahead = match self.ask(sheet, at, keys)? {
                Wish::Quit => return Ok(Exit::Done),
                Wish::Back => {
                    match seen.pop() {
                        Some(before) => at = before,
                        None => ui::say_note("this is the first one"),
                    }
                    continue;
                }
                _ => next(sheet, at + 1),
            };
            seen.push(at);
            match ahead {
                Some(place) => at = place,
                None => return Ok(Exit::Done),
            }
        }
    }

    /// Asks until the answer has a label, or is left; notes are written down on the way.
    fn ask(&self, sheet: &mut Sheet, at: usize, keys: &mut Keys) -> Result<Wish, Problem> {
        let labels = match self.scale {
            None => "p pass  f fail".to_owned(),
            Some((least, most)) => format!("{least} to {most}"),
        };
        loop {
            ui::say(&format!("{BOLD}{labels}{BOLD:#}  {DIM}n note  s skip  b back  q quit{DIM:#}"));
            match keys.next()? {
                Wish::Label(label) if self.is_label(&label) => {
                    sheet.set_label(at, &label);
                    self.write(sheet)?;
                    ui::say(&format!("{DIM}{label}{DIM:#}"));
                    return Ok(Wish::Label(label));
                }
                Wish::Note(note) => {
                    let note = match note {
                        Some(note) => note,
                        None => {
                            ui::say("note, and Enter:");
                            keys.line()?
                        }
                    };
                    sheet.set_note(at, note.trim());
                    self.write(sheet)?;
                }
                Wish::Label(other) | Wish::Unknown(other) => {
                    ui::say(&format!("`{}` is none of: {labels}, n, s, b, q", clean(&other)));
                }
                wish => return Ok(wish),
            }
        }
    }

    fn is_label(&self, label: &str) -> bool {
        match self.scale {
            None => label == "pass" || label == "fail",
            Some((least, most)) => label.parse().is_ok_and(|number: u8| (least..=most).contains(&number)),
        }
    }

    fn write(&self, sheet: &Sheet) -> Result<(), Problem> {
        sheet.write(self.path).map_err(|error| cannot_write_table(&error))
    }

    fn show(&self, sheet: &Sheet, at: usize, answer: &Shown) {
        let row = sheet.row(at).map(|row| row.line).unwrap_or_default();
        let (place, all, labelled) = (at + 1, sheet.len(), sheet.labelled());
        ui::say(&format!(
            "\n{DIM}────{DIM:#} {BOLD}{place} of {all}{BOLD:#}  {DIM}row {row} · {labelled} labelled{DIM:#}"
        ));
        values("given", &answer.inputs);
        values("data", &answer.data);
        values("answer", &answer.outputs);
        if !sheet.label(at).is_empty() {
            ui::say(&format!("{DIM}labelled {}{DIM:#}", clean(sheet.label(at))));
        }
        if !sheet.note(at).is_empty() {
            ui::say(&format!("{DIM}note: {}{DIM:#}", clean(sheet.note(at))));
        }
    }
}

/// The next place from here on that has no label.
fn next(sheet: &Sheet, from: usize) -> Option<usize> {
    (from..sheet.len()).find(|place| sheet.label(*place).is_empty())
}

fn values(what: &str, values: &Map) {
    let mut values = values.iter().filter(|(_, value)| !value.is_null()).peekable();
    if values.peek().is_none() {
        return;
    }
    ui::say(&format!("{BOLD}{what}{BOLD:#}"));
    for (name, value) in values {
        let text = clean(&ui::value_text(value));
        let text = text.trim_end().replace('\n', "\n    ");
        let gap = if text.contains('\n') { "\n    " } else { " " };
        ui::say(&format!("  {DIM}{}{DIM:#}{gap}{text}", clean(name)));
    }
}

/// A text of a row without what steers a terminal or turns the direction of writing.
fn clean(text: &str) -> String {
    let is_foreign = |sign: char| {
        (sign.is_control() && sign != '\n')
            || matches!(sign, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    text.chars().map(|sign| if is_foreign(sign) { '\u{fffd}' } else { sign }).collect()
}
