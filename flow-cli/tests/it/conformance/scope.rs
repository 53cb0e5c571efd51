//! Which cases the engine is held to now.

use std::fs;
use std::path::Path;

use super::case::{Case, Kind};

/// Node types that no engine of ours runs yet, as they stand in the YAML.
const LATER_NODES: [&str; 2] = ["package", "custom_llm"];

/// The beginning of the names of cases about the one package tool that is a call of a model.
const EMBEDDING: &str = "tool-embedding";

/// Whether the engine should do now what promptflow did in this case.
pub(crate) fn is_in_scope(case: &Case) -> bool {
    case.kind == Kind::Flow && (case.id.starts_with(EMBEDDING) || !mentions_later_node(&case.folder))
}

/// Whether a YAML file in the folder, or in one below it, has a line that gives a node such a type. The files are read
/// as text, for some of them are no YAML on purpose.
fn mentions_later_node(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").path()).any(|path| {
        if path.is_dir() {
            return mentions_later_node(&path);
        }
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        is_yaml && String::from_utf8_lossy(&fs::read(&path).expect("a readable file")).lines().any(is_later_type)
    })
}

fn is_later_type(line: &str) -> bool {
    let kind = line.trim_start_matches(['-', ' ']).strip_prefix("type:").map(str::trim);
    // The type of a node's source, `package_with_prompt` for instance, begins with the node's type.
    kind.is_some_and(|kind| LATER_NODES.iter().any(|later| kind.starts_with(later)))
}

#[cfg(test)]
mod tests {
    use super::super::case::all_cases;
    use super::*;

    #[test]
    fn three_hundred_and_seventy_nine_cases_are_in_scope() {
        let cases = all_cases();
        assert_eq!(cases.iter().filter(|case| is_in_scope(case)).count(), 379);
    }
}
