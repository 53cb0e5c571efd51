//! Diagnostics as workflow commands, which GitHub shows beside the changed lines
//! (docs.github.com, "Workflow commands for GitHub Actions").

use super::json::{Place, severity};
use super::{Diagnostic, Diagnostics};
use crate::source::SourceMap;

/// All diagnostics, by place, one command on each line.
#[must_use]
pub fn to_github(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    diagnostics.sorted().into_iter().map(|diagnostic| command(diagnostic, sources) + "\n").collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let mut properties = Vec::new();
    if let Some(label) = &diagnostic.primary {
        let place = Place::new(label.span, sources);
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={}", place.line));
        // Columns are understood only for places on one line.
        if place.end_line == place.line {
            properties.push(format!("col={}", place.column));
            properties.push(format!("endColumn={}", place.end_column));
        } else {
            properties.push(format!("endLine={}", place.end_line));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code.name())));
    let help = diagnostic.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let text = message(&format!("{}{help}", diagnostic.message));
    format!("::{} {}::{text}", severity(diagnostic.severity), properties.join(","))
}

/// Escapes for the text of a command.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes for a property of a command.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
