//! `flow migrate`: what of projects of Prompt flow runs as it is, and what to do about the rest; runs of promptflow's gone through again; and
//! its connections.

mod connections;
mod home;
mod nodes;
mod report;
mod rewrite;
mod stored_connections;
mod verify;

use std::path::{Path, PathBuf};

use self::connections::ConnectionFile;
use self::report::{FlowReport, Verdict};
use super::Problem;
use super::check::collect_flows;
use crate::args::MigrateArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow migrate`.
pub(crate) fn migrate(args: &MigrateArgs) -> Result<Exit, Problem> {
    if let Some(folder) = &args.import_connections {
        return stored_connections::import(folder.as_deref(), args.json);
    }
    let path = &args.path;
    if let Some(run) = args.verify.as_deref().filter(|_| path.exists()) {
        return verify::verify(args, run);
    }
    if !path.is_dir() {
        let message = format!("no such folder: {}", path.display());
        return Err(Problem::usage("folder-not-found", message).help("name a project, or a folder of projects"));
    }
    let survey = Survey::of(path)?;
    let written = match (&args.write, args.in_place) {
        (Some(copy), _) => rewrite::copy(path, copy, &survey.connections)?,
        (None, true) => rewrite::in_place(path, &survey.connections)?,
        (None, false) => Vec::new(),
    };
    if args.json {
        ui::out_json(&survey.json(&written));
    } else {
        survey.tell(path, &written);
    }
    Ok(if survey.flows.iter().all(|flow| flow.verdict == Verdict::AsIs) { Exit::Done } else { Exit::Failed })
}

/// What a tree of projects holds.
struct Survey {
    flows: Vec<FlowReport>,
    connections: Vec<ConnectionFile>,
    /// Files that describe runs.
    runs: Vec<PathBuf>,
}

impl Survey {
    fn of(path: &Path) -> Result<Self, Problem> {
        let mut paths = Vec::new();
        collect_flows(path, &mut paths);
        // A folder in which none was found is named itself.
        paths.retain(|found| found != path || super::check::has_flows(path));
        let mut flows = Vec::with_capacity(paths.len());
        for path in &paths {
            flows.push(FlowReport::of(path)?);
        }
        let (mut connections, mut runs) = (Vec::new(), Vec::new());
        for file in connections::yaml_files(path) {
            match connections::read(&file) {
                connections::Described::Connection(connection) => connections.push(connection),
                connections::Described::Run => runs.push(file),
                connections::Described::Other => {}
            }
        }
        Ok(Self { flows, connections, runs })
    }

    fn json(&self, written: &[PathBuf]) -> serde_json::Value {
        let count = |verdict: Verdict| self.flows.iter().filter(|flow| flow.verdict == verdict).count();
        serde_json::json!({
            "flows": self.flows,
            "as_is": count(Verdict::AsIs), "needs_exec": count(Verdict::NeedsExec), "needs_change": count(Verdict::NeedsChange),
            "connections": self.connections,
            "runs": self.runs,
            "written": written,
        })
    }

    fn tell(&self, path: &Path, written: &[PathBuf]) {
        if self.flows.is_empty() {
            ui::out(&format!("{} holds no flows", path.display()));
            return;
        }
        for flow in &self.flows {
            flow.tell();
        }
        for connection in &self.connections {
            connection.tell();
        }
        for run in &self.runs {
            ui::out(&format!(
                "{}: runs as it is  {DIM}flow pf run create --file {}{DIM:#}",
                run.display(),
                run.display()
            ));
        }
        let count = |verdict: Verdict| self.flows.iter().filter(|flow| flow.verdict == verdict).count();
        let [as_is, exec, change] = [Verdict::AsIs, Verdict::NeedsExec, Verdict::NeedsChange].map(count);
        let all = self.flows.len();
        let flows = if all == 1 { "1 flow".to_owned() } else { format!("{all} flows") };
        let as_they_are = if as_is == 1 { "runs as it is" } else { "run as they are" };
        let mut parts = vec![format!("{as_is} {as_they_are}")];
        if exec > 0 {
            parts.push(format!("{exec} with --allow-exec"));
        }
        if change > 0 {
            parts.push(format!("{change} after a change"));
        }
        ui::out(&format!("{BOLD}{flows}{BOLD:#}: {}", parts.join(", ")));
        for file in written {
            ui::out(&format!("wrote {}", file.display()));
        }
        if written.is_empty() && !self.connections.is_empty() {
            ui::out(&format!("{DIM}--write DIR makes a copy with a connections file{DIM:#}"));
        }
    }
}
