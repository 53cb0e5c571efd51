//! The rooms of the crates, and what this one is allowed to stand on. `ARCHITECTURE.md` says which room may use which.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `flow-core` must not know: HTTP, TLS, tables, search, Python.
const FOREIGN: &[&str] = &["reqwest", "hyper", "rustls", "axum", "polars", "tantivy", "monty", "async-openai"];
/// The longest source file, in lines.
const LONGEST: usize = 450;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_path_buf()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The rooms of a crate in the order of the page, lowest first.
fn rooms(of: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let table = page.split(&format!("## The rooms of {of},")).nth(1).and_then(|rest| rest.split("\n## ").next());
    let rows = table.expect("the page has the table of rooms").lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next().map(str::to_owned)).collect()
}

/// A source without its tests, which may use any room.
fn program(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// The words that follow `crate::` in a text.
fn uses(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

#[test]
fn rooms_use_only_rooms_above_them_on_the_page() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    use_only_rooms_above_them("flow-core", &core);
    use_only_rooms_above_them("flow-eval", &root().join("eval/src"));
    use_only_rooms_above_them("flow-serve", &root().join("flow-serve/src"));
}

/// Looks at all sources of a crate.
fn use_only_rooms_above_them(of: &str, folder: &Path) {
    let rooms = rooms(of);
    let place = |room: &str| rooms.iter().position(|known| known == room);
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for path in sources(folder) {
        let inside = path.strip_prefix(folder).expect("it lies in the folder");
        let first = inside.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        let is_test = inside.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"));
        if room == "lib" || is_test {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source can be read");
        let Some(own) = place(&room) else {
            wrong.insert(format!("`{room}` is not on the page"));
            continue;
        };
        for used in uses(program(&text)).filter(|used| place(used).is_some_and(|other| other > own)) {
            wrong.insert(format!("`{room}` uses `{used}`, which stands below it"));
        }
        seen.insert(room);
    }
    assert!(wrong.is_empty(), "{of}: {wrong:#?}");
    let empty: Vec<_> = rooms.iter().filter(|room| !seen.contains(*room)).collect();
    assert!(empty.is_empty(), "the page names rooms of {of} that are not there: {empty:?}");
}

#[test]
fn the_executor_knows_nothing_of_the_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exec");
    for path in sources(&folder) {
        let text = std::fs::read_to_string(&path).expect("a source can be read");
        let known: Vec<_> =
            uses(program(&text)).filter(|room| ["yaml", "doc", "variant", "compile"].contains(room)).collect();
        assert!(known.is_empty(), "{} uses {known:?}", path.display());
    }
}

#[test]
fn the_core_stands_on_no_network_tables_or_interpreter() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "flow-core", "-e", "normal", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("minijinja"), "cargo tree said: {}", String::from_utf8_lossy(&output.stderr));
    let foreign: Vec<_> = FOREIGN.iter().filter(|name| names.contains(*name)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn source_files_stay_short() {
    let mut long = Vec::new();
    for member in std::fs::read_dir(root()).expect("the workspace is there").flatten() {
        for path in sources(&member.path().join("src")) {
            let lines = std::fs::read_to_string(&path).expect("a source can be read").lines().count();
            if lines > LONGEST {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}
