//! `flow import`: a flow with its variants, data and an evaluation of a promptfoo configuration.

mod assertion;
mod cases;
mod connections;
mod eval_file;
mod flow_file;
mod javascript;
mod judges;
mod judging;
mod prompts;
mod providers;
mod rendering;
mod report;
mod scoring;
mod sources;
mod suite;
mod table;
mod template;

use std::fs;
use std::path::{Path, PathBuf};

use flow_core::value::Value;
use flow_core::yaml::Node;
use flow_eval::score::Registry;

use self::cases::{Cases, Reader};
use self::connections::Connections;
use self::report::Report;
use self::sources::Sources;
use self::suite::{Suite, slug};
use super::Problem;
use crate::args::ImportArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow import`.
pub(crate) fn import(args: &ImportArgs) -> Result<Exit, Problem> {
    let config = sources::find(&args.config)?;
    let mut sources = Sources::around(&config);
    let root = sources.config(&config)?;
    let suite = read(&root, &mut sources);
    sources.report.sort();
    if suite.prompts.is_empty() || suite.providers.is_empty() {
        return Err(nothing(&sources.report, &suite, args.json));
    }
    let source = config.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = written(&suite, &source);
    let output = args.output.clone().unwrap_or_else(|| beside(&config, &suite));
    write(&output, &files, args.overwrite)?;
    sources.report.carried = report::Counts {
        prompts: suite.prompts.len(),
        providers: suite.providers.len(),
        tests: suite.cases.len(),
        assertions: suite.cases.iter().flat_map(|case| &case.asked).map(suite::Asked::count).sum(),
    };
    tell(&sources.report, &output, &files, args.json);
    Ok(Exit::Done)
}

/// What a configuration says.
fn read(root: &Node, sources: &mut Sources) -> Suite {
    let registry = Registry::built_in();
    let mut suite = Suite::default();
    for entry in root.as_mapping().map(|mapping| &mapping.entries[..]).unwrap_or_default() {
        match &*entry.key.text {
            "description" => suite.description = entry.value.as_scalar().map(|scalar| scalar.text.trim().to_owned()),
            "prompts" => suite.prompts = prompts::read(&entry.value, sources),
            "providers" | "targets" => suite.providers.extend(providers::read(&entry.value, sources)),
            "evaluateOptions" => options(&entry.value, &mut suite, sources),
            // Read below, together.
            "tests" | "scenarios" | "defaultTest" | "assertionTemplates" | "$schema" => {}
            key => {
                let (why, help) = elsewhere(key);
                sources.leave_out(entry.key.span, format!("`{key}`"), why, help);
            }
        }
    }
    let Cases { cases, frame: (prefix, suffix) } = Reader::new(sources, &registry, root).read();
    suite.cases = cases;
    if !(prefix.is_empty() && suffix.is_empty()) {
        for prompt in &mut suite.prompts {
            prompt.frame(&prefix, &suffix);
        }
    }
    tell_of_inputs(&suite, sources);
    suite
}

fn options(node: &Node, suite: &mut Suite, sources: &mut Sources) {
    for entry in node.as_mapping().map(|mapping| &mapping.entries[..]).unwrap_or_default() {
        let help = match &*entry.key.text {
            "repeat" => {
                suite.repeat = entry.value.to_value().as_int().filter(|repeat| *repeat > 1);
                continue;
            }
            "maxConcurrency" => "say it when it runs: flow eval -j 4",
            "delay" => "say how much a connection may be asked: `requests_per_minute` in connections.yaml",
            "cache" => "answers of real models are kept anyway; `flow eval --no-cache` asks anew",
            "timeoutMs" => "say it when it runs: flow eval --timeout 60s",
            _ => "",
        };
        let what = format!("`{}` of `evaluateOptions`", entry.key.text);
        sources.leave_out(entry.key.span, what, "it is no part of an evaluation file", help);
    }
}

/// Why a key of the configuration has no place here, and what to do.
fn elsewhere(key: &str) -> (&'static str, &'static str) {
    match key {
        "outputPath" => ("it is said when an evaluation runs", "flow eval eval.yaml -o report.html"),
        "env" => ("variables are not set by files here", "put them into a file `.env` beside the flow"),
        "sharing" => ("nothing is sent anywhere", "flow eval -o report.html makes one page to hand on"),
        "redteam" => ("attacks are not made here", ""),
        "derivedMetrics" => (
            "there are no numbers made of others",
            "a gate is an expression over the means of scores: `each: a * 0.5 + b >= 0.9`",
        ),
        "nunjucksFilters" => {
            ("filters in code cannot be added to templates", "a Python node before the LLM node can do it")
        }
        "extensions" => ("there are no hooks", ""),
        "tags" | "metadata" => ("an evaluation file has none", "flow batch --tag, flow runs list --tag"),
        "commandLineOptions" => ("they are said when an evaluation runs", "flow eval --help"),
        _ => ("there is nothing like it here", ""),
    }
}

/// Inputs that are printed otherwise, and those that no test gives.
fn tell_of_inputs(suite: &Suite, sources: &mut Sources) {
    for prompt in &suite.prompts {
        for name in prompts::variables(&prompt.template) {
            let values = suite.cases.iter().filter_map(|case| case.vars.get(&*name).map(|value| (value, case.span)));
            let odd =
                values.clone().find(|(value, _)| matches!(value, Value::Bool(_) | Value::List(_) | Value::Map(_)));
            if let Some((_, span)) = odd {
                let why = "true and false, lists and mappings are printed as Python prints them";
                sources.differs(
                    span,
                    format!("the variable `{name}`"),
                    why,
                    "write `{{ name | tojson }}`, or test it with `if`",
                );
            }
            if name == "_conversation" {
                let help = "a chat flow has its history as an input: `flow init --template chat`";
                let why = "conversations over several tests are not carried over";
                sources.leave_out(prompt.span, "the variable `_conversation`", why, help);
            } else if values.count() == 0 && name != "env" {
                let help = "give it in data.jsonl and in `map` of eval.yaml, or take it out of the prompt";
                let what = format!("the variable `{name}` of the prompt `{}`", prompt.name);
                sources.differs(prompt.span, what, "no test gives it, so that it is an empty text", help);
            }
        }
    }
}

/// All files, by path.
fn written(suite: &Suite, source: &str) -> Vec<(String, String)> {
    let scoring = scoring::plan(&suite.cases, &Registry::built_in());
    let connections = Connections::of(suite);
    let flow = flow_file::write(suite, &connections, source);
    let mut files = vec![
        ("eval.yaml".to_owned(), eval_file::write(suite, &scoring, &flow, source)),
        ("data.jsonl".to_owned(), eval_file::data(suite, &scoring, &flow.inputs)),
        ("flow.yaml".to_owned(), flow.text),
    ];
    files.extend(flow.prompts);
    files.extend(connections.files());
    files.extend(scoring.wrapped.iter().flat_map(|evaluator| judges::files(evaluator)));
    files.sort();
    files
}

/// A new folder beside the configuration, named by what it is about.
fn beside(config: &Path, suite: &Suite) -> PathBuf {
    let name = suite.description.as_deref().map(|description| slug(&description.to_lowercase()));
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "flow".to_owned());
    config
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name))
}

fn write(output: &Path, files: &[(String, String)], overwrite: bool) -> Result<(), Problem> {
    let there = files.iter().map(|(path, _)| output.join(path)).find(|path| path.exists());
    if let Some(there) = there.filter(|_| !overwrite) {
        let message = format!("{} is there already; nothing was written", there.display());
        let help = "name another folder: -o DIR; or write over its files: --overwrite";
        return Err(Problem::usage("file-exists", message).help(help));
    }
    for (path, content) in files {
        let path = output.join(path);
        let failed = |error: std::io::Error| Problem::cannot_write(&path, &error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, content).map_err(failed)?;
    }
    Ok(())
}

/// Nothing came out; what was found is told.
fn nothing(report: &Report, suite: &Suite, json: bool) -> Problem {
    let what = if suite.prompts.is_empty() { "prompt" } else { "provider" };
    if !json {
        report.tell();
    }
    let why = report.left_out.first().map(|found| format!("; {}: {}", found.what, found.why)).unwrap_or_default();
    let message = format!("nothing was written: no {what} could be carried over{why}");
    Problem::failed("nothing-imported", message).help("docs/from-promptfoo.md tells what can be carried over")
}

fn tell(report: &Report, output: &Path, files: &[(String, String)], json: bool) {
    let paths: Vec<String> = files.iter().map(|(path, _)| output.join(path).display().to_string()).collect();
    if json {
        let mut document = serde_json::to_value(report).unwrap_or_default();
        if let Some(object) = document.as_object_mut() {
            object.insert("dir".to_owned(), output.display().to_string().into());
            object.insert("files".to_owned(), paths.into());
        }
        return ui::out_json(&document);
    }
    report.tell();
    for path in paths {
        ui::out(&format!("wrote {path}"));
    }
    let dir = output.display();
    ui::out(&format!(
        "\nTry it without a key:  {BOLD}flow eval {dir}/eval.yaml --mock{BOLD:#}\n\
         {DIM}With a model:          leave --mock out, with the keys in the environment{DIM:#}"
    ));
}
