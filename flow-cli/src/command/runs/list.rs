use std::path::Path;

use flow_core::model::Usage;
use flow_core::run::{Manifest, RunFolder, RunState, RunStore};
use serde_json::{Value as Json, json};

use super::{document, read};
use crate::args::RunsListArgs;
use crate::command::Problem;
use crate::command::batch::run_problem;
use crate::exit::Exit;
use crate::ui::{self, DIM, Table};

/// `flow runs list`.
pub(super) fn list(store: &RunStore, args: &RunsListArgs, json: bool) -> Result<Exit, Problem> {
    let (mut summaries, mut hidden) = (Vec::new(), 0);
    for folder in store.list().map_err(|error| run_problem(&error))? {
        let manifest = folder.manifest().ok();
        if !is_of(args, manifest.as_ref()) {
            continue;
        }
        let is_archived = manifest.as_ref().is_some_and(|manifest| manifest.archived.is_some());
        if is_archived != args.archived && !args.all {
            hidden += usize::from(is_archived);
            continue;
        }
        // One damaged run does not hide the others.
        let summary = brief(&folder).unwrap_or_else(|_| damaged(&folder, manifest.as_ref()));
        if args.state.is_none_or(|state| summary["state"] == state.0.name()) {
            summaries.push(summary);
        }
    }
    if json {
        ui::out_json(&Json::Array(summaries));
        return Ok(Exit::Done);
    }
    if summaries.is_empty() {
        let what = if args.archived { "no archived runs" } else { "no runs" };
        ui::say(&format!("{what} in {}", flow_core::project::shown(&store.folder()).display()));
    } else {
        ui::out(&table(&summaries).text(ui::width()).0);
    }
    if hidden > 0 {
        let are = if hidden == 1 { "1 archived run is" } else { &format!("{hidden} archived runs are") };
        ui::say(&format!("{DIM}{are} left out: --all{DIM:#}"));
    }
    Ok(Exit::Done)
}

/// Whether a run is of the flow and has the tag that are asked for.
fn is_of(args: &RunsListArgs, manifest: Option<&Manifest>) -> bool {
    let Some(manifest) = manifest else { return args.flow.is_none() && args.tag.is_none() };
    let of_flow = args.flow.as_ref().is_none_or(|flow| {
        let path = Path::new(&manifest.flow.path);
        manifest.flow.name == *flow || path == Path::new(flow) || path.parent() == Some(Path::new(flow))
    });
    let has_tag = args.tag.as_ref().is_none_or(|tag| match tag.split_once('=') {
        Some((name, value)) => manifest.tags.get(name).is_some_and(|own| own == value),
        None => manifest.tags.contains_key(tag),
    });
    of_flow && has_tag
}

/// The summary that was written when the run ended; where there is none that is newer than the journal, what the journal says.
fn brief(folder: &RunFolder) -> Result<Json, Problem> {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let path = folder.path().join("summary.json");
    if !folder.is_running()
        && modified(&path) >= modified(&folder.journal())
        && let Some(mut summary) =
            std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Json>(&text).ok())
        && let Ok(manifest) = folder.manifest()
    {
        summary["archived"] = json!(manifest.archived);
        return Ok(summary);
    }
    let (manifest, ledger) = read(folder)?;
    Ok(document(folder, &manifest, &ledger))
}

fn damaged(folder: &RunFolder, manifest: Option<&Manifest>) -> Json {
    let mut summary = json!({ "run": folder.id(), "state": RunState::Damaged });
    if let Some(manifest) = manifest {
        summary["name"] = json!(manifest.name);
        summary["flow"] = json!(manifest.flow.name);
        summary["created"] = json!(manifest.created);
        summary["archived"] = json!(manifest.archived);
    }
    summary
}

fn table(summaries: &[Json]) -> Table {
    let mut table = Table::new([
        "RUN", "STATE", "ROWS", "FAILED", "CALLS", "TOKENS", "COST", "NAME", "SCORES", "OF", "TAGS", "ARCHIVED",
    ])
    .with_whole_names();
    for summary in summaries {
        let word = |key: &str| summary[key].as_str().unwrap_or_default().to_owned();
        let of = |key: &str| summary["from"][key].as_str().unwrap_or_default().to_owned();
        let rows = |key: &str| summary["rows"][key].as_u64();
        let ended = rows("completed").zip(rows("failed")).map(|(completed, failed)| completed + failed);
        let number = |rows: Option<u64>| rows.map(|rows| rows.to_string()).unwrap_or_default();
        let usage: Usage = serde_json::from_value(summary["usage"].clone()).unwrap_or_default();
        let (calls, tokens) = match usage.calls {
            0 => (String::new(), String::new()),
            calls => (calls.to_string(), (usage.prompt_tokens + usage.completion_tokens).to_string()),
        };
        let cost = usage.cost.total().filter(|cost| !cost.is_zero()).map(|cost| format!("${}", cost.normalize()));
        let tags = summary["tags"].as_object().into_iter().flatten().map(|(name, value)| match value.as_str() {
            None | Some("") => name.clone(),
            Some(value) => format!("{name}={value}"),
        });
        let tags: Vec<String> = tags.collect();
        let archived = if summary["archived"].is_null() { "" } else { "yes" };
        table.push([
            word("run"),
            word("state"),
            number(ended),
            number(rows("failed")),
            calls,
            tokens,
            cost.unwrap_or_default(),
            if summary["name"].is_null() { word("display_name") } else { word("name") },
            of("score"),
            of("run"),
            tags.join(" "),
            archived.to_owned(),
        ]);
    }
    table.without_empty_columns()
}
