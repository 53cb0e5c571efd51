//! What is compared, and how.

use std::sync::Arc;

use flow_core::diag::{Code, did_you_mean};
use flow_core::doc::{Cursor, Report};
use flow_core::yaml::Node;

use super::file::{column, number};
use super::{Measure, OutcomeError, StoppingRule};
use crate::statistics::Level;

/// How variants are compared.
#[derive(Debug, Clone)]
pub struct Comparing {
    /// The variant that the others are compared with; the first one unless named.
    pub baseline: Option<Arc<str>>,
    /// The scores by which they are compared; all unless named.
    pub scores: Vec<Arc<str>>,
    /// By how much a variant may be worse and still be called no worse.
    pub margin: Option<f64>,
    /// The level of intervals.
    pub level: Level,
    /// The column whose values tell which rows share a source.
    pub cluster: Option<Arc<str>>,
    /// When it stops before its rows are exhausted; `None` where all are run.
    pub stopping: Option<StoppingRule>,
    /// Whether the file asks for a comparison.
    pub is_asked_for: bool,
}

impl Default for Comparing {
    fn default() -> Self {
        Self {
            baseline: None,
            scores: Vec::new(),
            margin: None,
            level: Level::P95,
            cluster: None,
            stopping: None,
            is_asked_for: false,
        }
    }
}

impl Comparing {
    /// The position of the variant with which each other one is compared.
    ///
    /// # Errors
    ///
    /// If none has its name.
    pub fn baseline_among(&self, names: &[String]) -> Result<usize, OutcomeError> {
        let Some(wanted) = &self.baseline else { return Ok(0) };
        let found = names.iter().position(|name| **name == **wanted);
        found.ok_or_else(|| OutcomeError::Baseline { name: wanted.to_string(), names: names.to_vec() })
    }

    /// Reads `compare`.
    pub(super) fn read(node: &Node, measures: &[Measure], report: &mut Report) -> Option<Comparing> {
        let mut keys = Cursor::open(node, "`compare`", report)?;
        let baseline = keys.text("baseline", report).map(|name| name.value);
        let metric = keys.entry("metric").map(|entry| &entry.value);
        let mut chosen = Vec::new();
        for node in metric.map(|node| node.as_sequence().unwrap_or(std::slice::from_ref(node))).unwrap_or_default() {
            let name = node.as_scalar().map(|scalar| Arc::clone(&scalar.text)).unwrap_or_default();
            if measures.iter().any(|measure| measure.name == name) {
                chosen.push(name);
            } else {
                let known = measures.iter().map(|measure| &*measure.name);
                let help = did_you_mean(&name, known).unwrap_or_else(|| "name one of `score`".to_owned());
                report.error(Code::InvalidValue, node.span, format!("there is no score `{name}`"), help);
            }
        }
        let margin = number(&mut keys, "margin", "a number above zero", |number| number > 0.0, report);
        let level = number(
            &mut keys,
            "level",
            "a number between 0.5 and 1, such as 0.95",
            |level| level > 0.5 && level < 1.0,
            report,
        );
        let cluster = keys.text("cluster", report).map(|name| column(&name.value));
        let stopping = StoppingRule::read(&mut keys, report);
        keys.finish(report);
        let level = level.and_then(|level| Level::new(level).ok()).unwrap_or(Level::P95);
        Some(Comparing { baseline, scores: chosen, margin, level, cluster, stopping, is_asked_for: true })
    }
}
