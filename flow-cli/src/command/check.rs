use std::fs;
use std::path::{Path, PathBuf};

use flow_core::diag;
use flow_core::engine::{Loaded, prompties};

use super::Problem;
use crate::args::{CheckArgs, CheckFormat};
use crate::exit::Exit;
use crate::{ui, workbench};

/// `flow check`: everything that can be found without calling a model.
pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Problem> {
    let format = if args.json { CheckFormat::Json } else { args.format };
    let mut flows = Vec::new();
    for path in &args.paths {
        collect_flows(path, &mut flows);
    }
    let mut tally = Tally::default();
    let mut json = Vec::new();
    let mut has_said = false;
    let mut runs = Vec::new();
    for path in flows {
        let (loaded, runners) = workbench::load_to_check(args, &path)?;
        tally.add(&loaded);
        match format {
            CheckFormat::Human => {
                if has_said && !loaded.diagnostics.is_empty() {
                    ui::say("");
                }
                has_said |= !loaded.diagnostics.is_empty();
                ui::say_diagnostics(&loaded.diagnostics, &loaded.sources);
                let file = loaded.flow.as_ref().map_or(path.as_path(), |flow| &flow.path);
                runs.extend(runners.lines().into_iter().map(|line| format!("{}: {line}", file.display())));
            }
            CheckFormat::Github => {
                let lines = diag::to_github(&loaded.diagnostics, &loaded.sources);
                if !lines.is_empty() {
                    ui::out(lines.trim_end());
                }
            }
            CheckFormat::Json => json.push(serde_json::json!({
                "flow": path.display().to_string(),
                "diagnostics": diag::to_json(&loaded.diagnostics, &loaded.sources),
                "python": runners.json(),
            })),
        }
    }
    match format {
        CheckFormat::Json => ui::out_json(&serde_json::json!({
            "flows": json, "errors": tally.errors, "warnings": tally.warnings,
        })),
        CheckFormat::Human => {
            runs.iter().for_each(|line| ui::out(line));
            ui::out(&tally.sentence());
        }
        CheckFormat::Github => {}
    }
    let bad = tally.errors > 0 || (args.deny_warnings && tally.warnings > 0);
    Ok(if bad { Exit::Usage } else { Exit::Done })
}

/// What was found in all flows together.
#[derive(Default)]
struct Tally {
    flows: usize,
    errors: usize,
    warnings: usize,
}

impl Tally {
    fn add(&mut self, loaded: &Loaded) {
        self.flows += 1;
        for diagnostic in loaded.diagnostics.iter() {
            match diagnostic.severity {
                diag::Severity::Error => self.errors += 1,
                diag::Severity::Warning => self.warnings += 1,
            }
        }
    }

    fn sentence(&self) -> String {
        let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let flows = count(self.flows, "flow");
        match (self.errors, self.warnings) {
            (0, 0) => format!("{flows} checked, nothing wrong"),
            (errors, warnings) => {
                format!("{flows} checked: {}, {}", count(errors, "error"), count(warnings, "warning"))
            }
        }
    }
}

/// The flow at a path and the prompties beside it, or, where a folder holds none, those in the folders below it.
pub(super) fn collect_flows(path: &Path, flows: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        flows.push(path.to_path_buf());
        return;
    }
    let before = flows.len();
    if holds_flow(path) {
        flows.push(path.to_path_buf());
    }
    flows.extend(prompties(path));
    if holds_flow(path) {
        return;
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| if path == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() })
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let hidden = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
        if !hidden && folder_has_flows(&folder) {
            collect_flows(&folder, flows);
        }
    }
    if flows.len() == before {
        flows.push(path.to_path_buf());
    }
}

fn folder_has_flows(folder: &Path) -> bool {
    holds_flow(folder)
        || holds_prompties(folder)
        || fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let path = entry.path();
            path.is_dir() && !path.is_symlink() && folder_has_flows(&path)
        })
}

/// Whether a folder holds a flow or prompties itself.
pub(super) fn has_flows(folder: &Path) -> bool {
    holds_flow(folder) || holds_prompties(folder)
}

fn holds_flow(folder: &Path) -> bool {
    flow_core::engine::FLOW_FILES.iter().any(|name| folder.join(name).is_file())
}

fn holds_prompties(folder: &Path) -> bool {
    !prompties(folder).is_empty()
}
