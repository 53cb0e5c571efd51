//! Command lines that documents show can be typed: each is taken apart as the program does it, none is run.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::error::ErrorKind;

use super::Cli;

#[path = "../../tests/it/cli/words.rs"]
mod words;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above the crate").to_path_buf()
}

/// The Markdown files of a folder, and of those below it unless only its own are wanted.
fn documents(folder: &Path, is_deep: bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && is_deep {
            found.extend(documents(&path, true));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found
}

/// The command lines of `flow` in blocks that show a terminal.
fn commands(text: &str) -> Vec<String> {
    let (mut found, mut block) = (Vec::new(), None::<Vec<String>>);
    for line in text.lines() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let is_terminal = ["console", "sh"].contains(&info.split_whitespace().next().unwrap_or_default());
            match block.take() {
                Some(lines) => found.extend(typed(&lines)),
                None if info.is_empty() => {}
                None => block = Some(Vec::new()).filter(|_| is_terminal),
            }
        } else if let Some(lines) = &mut block {
            // A line that ends with a backslash goes on in the next one.
            match lines.last_mut().filter(|last| last.ends_with('\\')) {
                Some(last) => *last = format!("{} {}", last.trim_end_matches('\\'), line.trim()),
                None => lines.push(line.to_owned()),
            }
        }
    }
    found
}

/// What is typed: behind `$ ` if that stands there at all, so that it is told from what is printed.
fn typed(lines: &[String]) -> Vec<String> {
    let has_prompts = lines.iter().any(|line| line.starts_with("$ "));
    let lines = lines.iter().filter_map(|line| if has_prompts { line.strip_prefix("$ ") } else { Some(line) });
    let parts =
        lines.flat_map(|line| line.split(" && ").flat_map(|part| part.split("; ")).flat_map(|part| part.split(" | ")));
    let parts =
        parts.map(|part| part.split(" #").next().unwrap_or_default().split(" > ").next().unwrap_or_default().trim());
    let parts = parts.filter_map(|part| part.strip_prefix("flow ").or_else(|| part.strip_prefix("cargo run -- ")));
    parts.map(str::to_owned).collect()
}

#[test]
fn every_command_that_documents_show_can_be_typed() {
    let root = repository();
    let mut files = documents(&root, false);
    files.extend(["docs", "examples", "flows"].iter().flat_map(|folder| documents(&root.join(folder), true)));
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        for command in commands(&text) {
            count += 1;
            let words = words::words(&command);
            let parsed = Cli::try_parse_from(
                ["flow".to_owned()].into_iter().chain(words.into_iter().filter(|word| word != "…")),
            );
            let is_help =
                |error: &clap::Error| matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            if let Err(error) = parsed.map(drop).or_else(|error| if is_help(&error) { Ok(()) } else { Err(error) }) {
                wrong.push(format!("{}: flow {command}\n{error}", file.display()));
            }
        }
    }
    assert!(count > 100, "{count} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_are_told_from_what_they_print() {
    let text = "```console\n$ flow run . && flow check; echo $?\nflow is fine\n```\n\n```sh\nflow batch --data a.jsonl \\\n  -j 4   # rows\n```\n\n```text\nflow x\n```\n";
    assert_eq!(commands(text), ["run .", "check", "batch --data a.jsonl  -j 4"]);
}
