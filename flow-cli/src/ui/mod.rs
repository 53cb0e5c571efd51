//! What people see: results on standard output, everything else on standard error.

mod batch_progress;
mod beside;
mod outputs;
mod progress;
mod speech;
mod table;
mod trace;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use flow_core::diag::{self, Diagnostics, RenderOptions};
use flow_core::source::SourceMap;
use serde::Serialize;

pub(crate) use batch_progress::BatchProgress;
pub(crate) use beside::beside;
pub(crate) use outputs::{cell_text, outputs_text, value_text};
pub(crate) use progress::Progress;
pub(crate) use speech::Speech;
pub(crate) use table::Table;
pub(crate) use trace::{duration_words, milliseconds, trace_json, trace_text};

/// Style of the word `error`.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Style of the word `warning`.
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Style of what is said on the side.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Style of names.
pub(crate) const BOLD: Style = Style::new().bold();

/// Writes a result to standard output, with a line end. A reader that went away is no problem of ours; a result that is
/// lost for another reason ends the program.
pub(crate) fn out(text: &str) {
    let mut stdout = anstream::stdout().lock();
    kept(writeln!(stdout, "{text}").and_then(|()| stdout.flush()));
}

fn kept(written: std::io::Result<()>) {
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let why = match error.kind() {
            std::io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        say_error(&format!("the result cannot be written to standard output: {why}"), None);
        std::process::exit(1);
    }
}

/// Writes a piece of a result to standard output, at once.
pub(crate) fn out_piece(text: &str) {
    let mut stdout = anstream::stdout().lock();
    kept(write!(stdout, "{text}").and_then(|()| stdout.flush()));
}

/// Writes a JSON document to standard output.
pub(crate) fn out_json(json: &serde_json::Value) {
    out(&serde_json::to_string_pretty(json).unwrap_or_default());
}

/// Writes a JSON document to standard output as Python does where it is asked to indent by four.
pub(crate) fn out_json_by_four(json: &serde_json::Value) {
    let mut text = Vec::new();
    let form = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    if json.serialize(&mut serde_json::Serializer::with_formatter(&mut text, form)).is_ok() {
        out(&String::from_utf8_lossy(&text));
    }
}

/// Says something on standard error.
pub(crate) fn say(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{text}");
}

/// A place in a file, as messages show it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    pub(crate) source_line: String,
}

/// Says on standard error what went wrong, and what to do.
pub(crate) fn say_error(message: &str, help: Option<&str>) {
    say_error_at(message, None, help);
}

/// As [`say_error`], with the place that it is about.
pub(crate) fn say_error_at(message: &str, place: Option<&Place>, help: Option<&str>) {
    say(&format!("{ERROR}error{ERROR:#}: {message}"));
    if let Some(Place { file, line, column, source_line }) = place {
        let number = line.to_string();
        let gap = " ".repeat(number.len());
        say(&format!("{gap}{DIM}-->{DIM:#} {file}:{line}:{column}"));
        say(&format!("{gap} {DIM}|{DIM:#}"));
        say(&format!("{DIM}{number} |{DIM:#} {source_line}"));
    }
    if let Some(help) = help {
        say(&format!("  {DIM}={DIM:#} {BOLD}help{BOLD:#}: {help}"));
    }
}

/// Says on standard error what is odd.
pub(crate) fn say_warning(message: &str) {
    say(&format!("{WARNING}warning{WARNING:#}: {message}"));
}

/// Tells problems with a flow, with their places.
pub(crate) fn say_diagnostics(diagnostics: &Diagnostics, sources: &SourceMap) {
    if let Some(text) = diagnostics_text(diagnostics, sources) {
        say(&text);
    }
}

/// Problems with a flow as they are told; `None` if there are none.
pub(crate) fn diagnostics_text(diagnostics: &Diagnostics, sources: &SourceMap) -> Option<String> {
    if diagnostics.is_empty() {
        return None;
    }
    let options = RenderOptions { color: stderr_has_colour(), width: width() };
    Some(diag::render(diagnostics, sources, options).trim_end().to_owned())
}

/// Says on standard error what the code of a node printed.
pub(crate) fn say_printed(node: &str, text: &str) {
    let mut stderr = anstream::stderr().lock();
    for line in text.lines() {
        // What code prints may hold control characters that would move the cursor or change colours.
        let line: String = line
            .chars()
            .map(|letter| if letter.is_control() && letter != '\t' { '\u{fffd}' } else { letter })
            .collect();
        let _ = writeln!(stderr, "{DIM}[{node}]{DIM:#} {line}");
    }
}

/// Says something on the side.
pub(crate) fn say_note(note: &str) {
    say(&format!("{BOLD}note{BOLD:#}: {note}"));
}

/// Whether standard error is a terminal whose reader can see colours and movement.
pub(crate) fn stderr_is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether colours are wanted on standard error.
pub(crate) fn stderr_has_colour() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// The width that messages are laid out for.
pub(crate) fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    set.or_else(terminal).unwrap_or(140)
}

/// Tells what is wrong with a command line.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
