//! Where documents lead is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::document::{Document, below, pages};
use crate::cli::context::repository;

fn documents() -> Vec<Document> {
    let of_the_root = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "BENCHMARKS.md", "CHANGELOG.md"];
    let folders = ["docs", "examples", "flows"].into_iter().flat_map(below);
    of_the_root.into_iter().map(PathBuf::from).chain(folders).map(Document::read).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The file and the heading that a link of a document leads to; `None` if it leads away from the repository.
fn target(document: &Document, link: &str) -> Option<(PathBuf, Option<String>)> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading.to_owned())));
    let folder = document.path.parent().expect("a file is in a folder");
    let file = if file.is_empty() { document.path.clone() } else { plain(&folder.join(file)) };
    Some((file, heading))
}

#[test]
fn all_links_lead_somewhere() {
    let mut wrong = Vec::new();
    for document in documents() {
        for link in document.links() {
            let Some((file, heading)) = target(&document, link) else { continue };
            let says = |why: &str| format!("{}: {link} {why}", document.path.display());
            if !repository().join(&file).exists() {
                wrong.push(says("leads to no file"));
            } else if let Some(heading) = heading.filter(|_| file.extension().is_some_and(|ending| ending == "md"))
                && !Document::read(&file).anchors().any(|anchor| anchor == heading)
            {
                wrong.push(says("leads to no heading"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// So that they hold on a repository's page as well as in the book that mdBook makes.
#[test]
fn pages_of_the_book_lead_to_each_other_only() {
    let pages: BTreeSet<PathBuf> = pages().into_iter().collect();
    for page in &pages {
        let document = Document::read(page);
        for link in document.links() {
            let Some((file, _)) = target(&document, link) else { continue };
            let is_page = file.extension().is_some_and(|ending| ending == "md");
            let is_of_the_book = if is_page { pages.contains(&file) } else { file.starts_with("docs") };
            assert!(is_of_the_book, "{}: {link} leads out of the book; name the file as `code`", page.display());
        }
    }
}

#[test]
fn the_summary_names_every_page_once() {
    let named = pages();
    let once: BTreeSet<&PathBuf> = named.iter().collect();
    assert_eq!(named.len(), once.len(), "{named:?}");
    let is_page = |path: &PathBuf| !path.ends_with("SUMMARY.md") && !path.starts_with("docs/prompt-flow-project");
    let there: Vec<PathBuf> = below("docs").into_iter().filter(is_page).collect();
    assert_eq!(there.iter().collect::<BTreeSet<_>>(), once);
}

/// What a page takes in from elsewhere is there, and its links, which the book would look for beside the page, lead away.
#[test]
fn what_pages_include_is_there() {
    for page in pages() {
        let text = fs::read_to_string(repository().join(&page)).expect("a page");
        for included in text.split("{{#include ").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)) {
            let file = plain(&page.parent().expect("a file is in a folder").join(included));
            let document = Document::read(&file);
            let own: Vec<&str> = document.links().filter(|link| target(&document, link).is_some()).collect();
            assert!(own.is_empty(), "{} is part of {}: {own:?}", file.display(), page.display());
        }
    }
}
