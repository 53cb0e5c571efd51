//! The examples of the book: their files are written, their commands are run, and what is shown is what comes.
//!
//! A fenced block with `file=NAME` behind its language is a file. A `console` block is typed in the folder in which those
//! files lie. With `folder=NAME` behind either, a new copy of that folder of the repository is entered before (`.` is one in
//! which `examples` lies). Each heading begins a new, empty folder, unless the page is one session.

use std::fs;
use std::path::Path;

use super::document::{Document, Part, pages};
use crate::cli::TestContext;
use crate::cli::context::repository;
use crate::cli::shown::{Shown, typed};
use crate::conformance::mock::MockServer;

/// Pages that are read from the top, whose headings begin nothing anew.
const SESSIONS: &[&str] = &["docs/tour.md"];
/// Pages whose commands other tests run, and the reference, which is made of what the program says.
const ELSEWHERE: &[&str] = &["docs/from-prompt-flow.md", "docs/reference"];
/// Folders of pages whose YAML is all tried.
const TRIED: &[&str] = &["docs/authoring", "docs/evaluating"];

/// The value behind `KEY=` of what stands behind a fence.
pub(super) fn setting<'a>(info: &'a str, key: &str) -> Option<&'a str> {
    info.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

fn enter(folder: &str) -> TestContext {
    match (folder, folder.strip_prefix("examples/")) {
        (".", _) => TestContext::of_example("").enter(".."),
        (_, Some(example)) => TestContext::of_example(example),
        _ => TestContext::of_folder(folder),
    }
}

/// Runs all that a page shows; gives how many commands there were.
fn run(document: &Document) -> usize {
    let server = MockServer::start();
    let is_session = SESSIONS.iter().any(|page| document.path == Path::new(page));
    let (mut context, mut count) = (TestContext::new(), 0);
    for part in &document.parts {
        match part {
            Part::Heading { .. } if !is_session => context = TestContext::new(),
            Part::Code { info, text } => {
                if let Some(folder) = setting(info, "folder") {
                    context = enter(folder);
                }
                if let Some(name) = setting(info, "file") {
                    context.write(name, text);
                }
                if info.split_whitespace().next() == Some("console") {
                    for shown in typed(text) {
                        match shown.line.strip_prefix("cd ") {
                            Some(folder) => context = context.enter(folder),
                            // A command that fails shows its exit code, so that none fails unnoticed.
                            None => Shown { told_exit: shown.told_exit.or(Some(0)), ..shown }.run(&context, &server),
                        }
                        count += 1;
                    }
                }
            }
            _ => {}
        }
    }
    count
}

fn run_pages(is_wanted: impl Fn(&Path) -> bool, at_least: usize) {
    let is_ours = |path: &Path| !ELSEWHERE.iter().any(|page| path.starts_with(page));
    let mut count = 0;
    for path in pages().into_iter().filter(|path| is_ours(path) && is_wanted(path)) {
        count += run(&Document::read(path));
    }
    assert!(count >= at_least, "{count} commands");
}

#[test]
fn the_authoring_guide_shows_what_is_so() {
    run_pages(|path| path.starts_with("docs/authoring"), 20);
}

// Each page of the evaluation guide is a test, since evaluations over many rows take their time.

#[test]
fn the_page_of_evaluation_files_shows_what_is_so() {
    run_pages(|path| path.ends_with("evaluating/file.md"), 5);
}

#[test]
fn the_page_of_verdicts_shows_what_is_so() {
    run_pages(|path| path.ends_with("evaluating/verdicts.md"), 5);
}

#[test]
fn the_other_pages_of_the_evaluation_guide_show_what_is_so() {
    let is_told = |path: &Path| path.ends_with("file.md") || path.ends_with("verdicts.md");
    run_pages(|path| path.starts_with("docs/evaluating") && !is_told(path), 6);
}

#[test]
fn the_other_pages_show_what_is_so() {
    run_pages(|path| !path.starts_with("docs/authoring") && !path.starts_with("docs/evaluating"), 10);
}

#[test]
fn all_yaml_of_the_guides_is_tried() {
    for path in pages().into_iter().filter(|path| TRIED.iter().any(|folder| path.starts_with(folder))) {
        let document = Document::read(&path);
        for (info, text) in document.code().filter(|(info, _)| info.starts_with("yaml")) {
            assert!(setting(info, "file").is_some(), "{}: a block that no test tries:\n{text}", path.display());
        }
    }
}

/// What stands behind a fence is not shown to a reader, so that a file's name stands above it.
#[test]
fn files_of_examples_are_named() {
    let guides = ["docs/tour.md", "docs/authoring", "docs/evaluating", "docs/operating"];
    for path in pages().into_iter().filter(|path| guides.iter().any(|guide| path.starts_with(guide))) {
        let text = fs::read_to_string(repository().join(&path)).expect("a page");
        let mut above = "";
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if let Some(name) = line.strip_prefix("```").and_then(|info| setting(info, "file")) {
                assert!(
                    above.contains(&format!("`{name}`")),
                    "{}: the name of {name} does not stand above it",
                    path.display()
                );
            }
            above = line;
        }
    }
}
