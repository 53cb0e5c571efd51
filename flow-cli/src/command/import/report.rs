//! What was carried over, what with a difference, and what was not.

use std::path::PathBuf;

use flow_core::source::{SourceMap, Span};
use serde::Serialize;

use crate::ui::{self, BOLD, DIM};

/// What became of a configuration.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// How much was carried over as it is.
    pub(super) carried: Counts,
    /// What was carried over and is not quite the same.
    pub(super) different: Vec<Finding>,
    /// What was not carried over.
    pub(super) left_out: Vec<Finding>,
}

/// How much there is of each kind, in what was written.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) prompts: usize,
    pub(super) providers: usize,
    /// Rows of the data.
    pub(super) tests: usize,
    /// Assertions of all rows together.
    pub(super) assertions: usize,
}

/// Something to know of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Finding {
    /// The file, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    /// What it is about.
    pub(super) what: String,
    /// What is different, or why it is not there.
    pub(super) why: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn of(sources: &SourceMap, span: Span) -> Self {
        let source = sources.get(span.file);
        let at = source.line_column(span.start);
        Self { file: source.path.clone(), line: at.line, column: at.column }
    }
}

impl Finding {
    pub(super) fn new(place: Option<Place>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place, what: what.into(), why: why.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn tell(&self) {
        let place =
            self.place.as_ref().map(|place| format!("{}:{}:{}: ", place.file.display(), place.line, place.column));
        ui::out(&format!("  {DIM}{}{DIM:#}{BOLD}{}{BOLD:#}: {}", place.unwrap_or_default(), self.what, self.why));
        if let Some(help) = &self.help {
            ui::out(&format!("    {DIM}{help}{DIM:#}"));
        }
    }
}

impl Report {
    /// Takes note of a difference, once.
    pub(super) fn differs(&mut self, finding: Finding) {
        if !self.different.contains(&finding) {
            self.different.push(finding);
        }
    }

    /// Takes note of what is left out, once.
    pub(super) fn leave_out(&mut self, finding: Finding) {
        if !self.left_out.contains(&finding) {
            self.left_out.push(finding);
        }
    }

    /// Brings what was found into the order in which it stands there.
    pub(super) fn sort(&mut self) {
        let order = |found: &Finding| found.place.as_ref().map(|place| (place.file.clone(), place.line, place.column));
        self.different.sort_by_cached_key(order);
        self.left_out.sort_by_cached_key(order);
    }

    pub(super) fn tell(&self) {
        let Counts { prompts, providers, tests, assertions } = &self.carried;
        let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        if *prompts > 0 {
            ui::out(&format!(
                "{BOLD}carried over{BOLD:#}: {}, {}, {}, {}",
                many(*prompts, "prompt"),
                many(*providers, "provider"),
                many(*tests, "test"),
                many(*assertions, "assertion")
            ));
        }
        for (title, findings) in
            [("carried over with a difference", &self.different), ("not carried over", &self.left_out)]
        {
            if !findings.is_empty() {
                ui::out(&format!("{BOLD}{title}{BOLD:#} ({}):", findings.len()));
                findings.iter().for_each(Finding::tell);
            }
        }
    }
}
