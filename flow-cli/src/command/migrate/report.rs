use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use flow_core::diag;
use serde::{Deserialize, Serialize};

use super::nodes::{WrittenNode, written_nodes};
use crate::args::{CheckArgs, CheckFormat, EnvironmentArgs, Language, PermissionArgs};
use crate::command::Problem;
use crate::ui::{self, BOLD, DIM};
use crate::workbench;

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It runs as it is.
    AsIs,
    /// It runs in a Python of the user's own, where that is allowed.
    NeedsExec,
    /// Something has to be changed.
    NeedsChange,
}

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Verdict::AsIs => "runs as it is",
            Verdict::NeedsExec => "runs with --allow-exec",
            Verdict::NeedsChange => "needs a change",
        }
    }
}

/// What becomes of a flow.
#[derive(Debug, Serialize)]
pub(super) struct FlowReport {
    path: PathBuf,
    pub(super) verdict: Verdict,
    nodes: Vec<NodeReport>,
    /// What has to be changed, or allowed, that belongs to no single node.
    findings: Vec<Finding>,
    /// What behaves otherwise, or looks odd, and runs all the same.
    differences: Vec<Finding>,
    /// The connections that it names.
    connections: BTreeSet<String>,
}

#[derive(Debug, Serialize)]
struct NodeReport {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    verdict: Verdict,
    findings: Vec<Finding>,
}

/// Something that `flow check` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Finding {
    severity: String,
    code: String,
    message: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// What a Python of the user's own can run, and the embedded one cannot.
const OF_PYTHON: &[&str] = &["python-import", "python-unsupported"];

impl FlowReport {
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let args = CheckArgs {
            paths: vec![path.to_path_buf()],
            format: CheckFormat::Json,
            json: true,
            deny_warnings: false,
            variant: Vec::new(),
            language: Language { compat: false, strict: false },
            connections: None,
            // Connections are named apart; here it is seen whether all else runs.
            mock: true,
            environment: EnvironmentArgs { variables: Vec::new() },
            permission: PermissionArgs { allow_exec: false, allow_private_network: false },
        };
        let (loaded, _) = workbench::load_to_check(&args, path)?;
        let found = diag::to_json(&loaded.diagnostics, &loaded.sources);
        let findings: Vec<Finding> = serde_json::from_value(found).unwrap_or_default();
        let written = written_nodes(path);
        let connections = written.iter().filter_map(|node| node.connection.clone()).filter(|name| !name.is_empty());
        let mut report = Self {
            path: path.to_path_buf(),
            verdict: Verdict::AsIs,
            connections: connections.collect(),
            nodes: Vec::new(),
            findings: Vec::new(),
            differences: Vec::new(),
        };
        for node in &written {
            if !report.nodes.iter().any(|known| known.name == node.name) {
                let (name, kind) = (node.name.clone(), node.kind.clone());
                report.nodes.push(NodeReport { name, kind, verdict: Verdict::AsIs, findings: Vec::new() });
            }
        }
        for finding in findings {
            report.add(finding, &written);
        }
        Ok(report)
    }

    fn add(&mut self, finding: Finding, written: &[WrittenNode]) {
        if finding.severity != "error" {
            if !self.differences.contains(&finding) {
                self.differences.push(finding);
            }
            return;
        }
        let verdict = if OF_PYTHON.contains(&&*finding.code) { Verdict::NeedsExec } else { Verdict::NeedsChange };
        self.verdict = self.verdict.max(verdict);
        let of = written.iter().find(|node| is_of(&finding, node)).map(|node| node.name.clone());
        let node = of.and_then(|name| self.nodes.iter_mut().find(|node| node.name == name));
        let findings = match node {
            Some(node) => {
                node.verdict = node.verdict.max(verdict);
                &mut node.findings
            }
            None => &mut self.findings,
        };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }

    pub(super) fn tell(&self) {
        ui::out(&format!("{BOLD}{}{BOLD:#}  {}", self.path.display(), self.verdict.words()));
        for node in self.nodes.iter().filter(|node| node.verdict != Verdict::AsIs) {
            ui::out(&format!("  {}  {DIM}{}{DIM:#}  {}", node.name, node.kind, node.verdict.words()));
            node.findings.iter().for_each(|finding| finding.tell("    "));
        }
        self.findings.iter().for_each(|finding| finding.tell("  "));
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.differences {
            *codes.entry(&finding.code).or_default() += 1;
        }
        if !codes.is_empty() {
            let words = codes.iter().map(|(code, count)| match count {
                1 => (*code).to_owned(),
                count => format!("{code} ({count})"),
            });
            let words = words.collect::<Vec<_>>().join(", ");
            ui::out(&format!(
                "  {DIM}odd, and runs all the same: {words}; flow check {} tells more{DIM:#}",
                self.path.display()
            ));
        }
        if !self.connections.is_empty() {
            let names = self.connections.iter().cloned().collect::<Vec<_>>().join(", ");
            ui::out(&format!("  {DIM}connections: {names}{DIM:#}"));
        }
    }
}

impl Finding {
    fn tell(&self, indent: &str) {
        let place = if self.file.is_empty() { String::new() } else { format!("{}:{}: ", self.file, self.line) };
        ui::out(&format!("{indent}{place}{}", self.message));
        if let Some(help) = &self.help {
            ui::out(&format!("{indent}  {DIM}{help}{DIM:#}"));
        }
    }
}

/// Whether something was found in a node: in its lines of the flow's file, or in the file of its code.
fn is_of(finding: &Finding, node: &WrittenNode) -> bool {
    let file = Path::new(&finding.file);
    let is_flow = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("flow."));
    let (from, to) = node.lines;
    (is_flow && (from..=to).contains(&finding.line))
        || node.source.as_deref().is_some_and(|source| !finding.file.is_empty() && file.ends_with(source))
}
