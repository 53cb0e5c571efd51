//! A Markdown file, as far as tests look at it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::cli::context::repository;

/// A file of the repository.
#[derive(Debug)]
pub(super) struct Document {
    /// From the repository's folder.
    pub(super) path: PathBuf,
    /// What stands in it.
    pub(super) parts: Vec<Part>,
}

/// What tests look at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A heading, and the name by which links find it.
    Heading { level: HeadingLevel, anchor: String },
    /// A block of code, with what stands behind its fence.
    Code { info: String, text: String },
    /// A link or a picture.
    Link(String),
    /// A row of a table: the text of its first cell, with code in backticks.
    Row(String),
}

impl Document {
    /// Reads a file, given from the repository's folder.
    pub(super) fn read(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        let text = fs::read_to_string(repository().join(&path)).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Self { parts: parts(&text), path }
    }

    /// The names by which links find its headings.
    pub(super) fn anchors(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Heading { anchor, .. } => Some(anchor.as_str()),
            _ => None,
        })
    }

    /// Where it leads.
    pub(super) fn links(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Link(to) => Some(to.as_str()),
            _ => None,
        })
    }

    /// The first cells of its tables' rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Row(first) => Some(first.as_str()),
            _ => None,
        })
    }

    /// Its blocks of code: what stands behind the fence, and the text.
    pub(super) fn code(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Code { info, text } => Some((info.as_str(), text.as_str())),
            _ => None,
        })
    }
}

fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut seen) = (Vec::new(), HashMap::new());
    // The text of what is being read: a heading, a block of code, a table's cell.
    let (mut words, mut cell) = (String::new(), 0);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::TableCell) => {
                words.clear();
                if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event {
                    parts.push(Part::Code { info: info.to_string(), text: String::new() });
                }
            }
            Event::Start(Tag::TableRow) => cell = 0,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                parts.push(Part::Link(dest_url.to_string()));
            }
            Event::Text(text) => words += &text,
            Event::Code(code) => words += &format!("`{code}`"),
            Event::End(TagEnd::Heading(level)) => {
                parts.push(Part::Heading { level, anchor: anchor(&words, &mut seen) });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(Part::Code { text, .. }) = parts.last_mut() {
                    *text = std::mem::take(&mut words);
                }
            }
            Event::End(TagEnd::TableCell) => {
                if cell == 0 {
                    parts.push(Part::Row(std::mem::take(&mut words)));
                }
                cell += 1;
            }
            _ => {}
        }
    }
    parts
}

/// The name of a heading, as repository pages and mdBook make it; the second of one name ends with `-1`.
fn anchor(heading: &str, seen: &mut HashMap<String, usize>) -> String {
    let signs = heading.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    let name: String = signs.flat_map(char::to_lowercase).map(|sign| if sign == ' ' { '-' } else { sign }).collect();
    let count = seen.entry(name.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { name } else { format!("{name}-{}", *count - 1) }
}

/// All Markdown files below a folder of the repository, given from there.
pub(super) fn below(folder: &str) -> Vec<PathBuf> {
    let (root, mut found) = (repository(), Vec::new());
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        for path in entries.map(|entry| entry.expect("a readable folder").path()) {
            // What mdBook and runs leave is none of ours.
            let is_made = path.ends_with("docs/book") || path.ends_with(".flow");
            if path.is_dir() && !is_made {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path.strip_prefix(&root).expect("a path below the repository").to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The pages of the book, given from the repository's folder, in the order of the summary.
pub(super) fn pages() -> Vec<PathBuf> {
    Document::read("docs/SUMMARY.md").links().map(|link| Path::new("docs").join(link)).collect()
}

#[test]
fn parts_are_found() {
    let text = "# The `a` key\n\n[x](y.md#z) ![p](p.svg)\n\n## Twice\n## Twice\n\n```yaml file=a.yaml\nb: 1\n```\n\n| key | |\n|---|---|\n| `a.b` | `c` |\n";
    let heading = |level, anchor: &str| Part::Heading { level, anchor: anchor.to_owned() };
    let row = |first: &str| Part::Row(first.to_owned());
    assert_eq!(
        parts(text),
        [
            heading(HeadingLevel::H1, "the-a-key"),
            Part::Link("y.md#z".to_owned()),
            Part::Link("p.svg".to_owned()),
            heading(HeadingLevel::H2, "twice"),
            heading(HeadingLevel::H2, "twice-1"),
            Part::Code { info: "yaml file=a.yaml".to_owned(), text: "b: 1\n".to_owned() },
            row("key"),
            row("`a.b`"),
        ]
    );
}
