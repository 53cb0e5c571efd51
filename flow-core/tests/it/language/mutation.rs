//! Flows with random mistakes: loading never panics, says the same each time, and points into the texts.

use std::path::{Path, PathBuf};

use flow_core::diag::{RenderOptions, render};
use flow_core::engine::{FLOW_FILES, LoadOptions, Loaded};
use proptest::prelude::*;

use crate::corpus;

/// Values that stand where something else is expected.
const ODD: &[&str] = &[
    "",
    "null",
    "''",
    "[]",
    "{}",
    "yes",
    "-1",
    "1e999",
    "[[{a: [b]}]]",
    "{ '': '' }",
    "'${}'",
    "'${inputs.}'",
    "'${.output}'",
    "'${inputs}'",
    "'${item.x}'",
    "'${loop.previous}'",
    "'${n.output[0]}'",
    "'${ inputs.a }'",
    "'${inputs.ä}'",
    "'{{'",
    "'{% if %}'",
    "'{{ a[ }}'",
    "\"\\u202e\\0é\"",
    "|",
    "&a [1]",
    "*a",
    "inputs.x.y.z == item",
    "a.output",
    "60s",
    "../../../x",
    "python",
    "flow",
    "llm",
];

#[derive(Debug, Clone)]
enum Mistake {
    Delete(usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Indent(usize, bool),
    Value(usize, usize),
    Letter(usize, usize),
}

fn mistake() -> impl Strategy<Value = Mistake> {
    let line = 0..200_usize;
    prop_oneof![
        line.clone().prop_map(Mistake::Delete),
        (line.clone(), line.clone()).prop_map(|(from, to)| Mistake::Repeat(from, to)),
        (line.clone(), line.clone()).prop_map(|(one, two)| Mistake::Swap(one, two)),
        (line.clone(), any::<bool>()).prop_map(|(line, deeper)| Mistake::Indent(line, deeper)),
        (line.clone(), 0..ODD.len()).prop_map(|(line, odd)| Mistake::Value(line, odd)),
        (line.clone(), 0..ODD.len()).prop_map(|(line, odd)| Mistake::Value(line, odd)),
        (line, 0..80_usize).prop_map(|(line, at)| Mistake::Letter(line, at)),
    ]
}

fn make(mistake: &Mistake, lines: &mut Vec<String>) {
    let count = lines.len();
    if count == 0 {
        return;
    }
    match *mistake {
        Mistake::Delete(line) => drop(lines.remove(line % count)),
        Mistake::Repeat(from, to) => lines.insert(to % count, lines[from % count].clone()),
        Mistake::Swap(one, two) => lines.swap(one % count, two % count),
        Mistake::Indent(line, true) => lines[line % count].insert_str(0, "  "),
        Mistake::Indent(line, false) => {
            let line = &mut lines[line % count];
            *line = line.strip_prefix("  ").unwrap_or(line).to_owned();
        }
        Mistake::Value(line, odd) => {
            let line = &mut lines[line % count];
            let colon = line.rfind(": ").map_or(line.len(), |colon| colon + 1);
            // What closes a flow mapping stays, so that more than its syntax is broken.
            let closing = line.trim_end().len() - line.trim_end().trim_end_matches(['}', ']', ' ']).len();
            let closing = line.trim_end()[line.trim_end().len() - closing..].to_owned();
            *line = format!("{} {} {closing}", &line[..colon], ODD[odd]);
        }
        Mistake::Letter(line, at) => {
            let line = &mut lines[line % count];
            if let Some((at, _)) = line.char_indices().nth(at) {
                line.remove(at);
            }
        }
    }
}

/// Copies a case, so that its flow can be written anew.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn flow_file(folder: &Path) -> Option<PathBuf> {
    FLOW_FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

fn shown(loaded: &Loaded) -> String {
    render(&loaded.diagnostics, &loaded.sources, RenderOptions::default())
}

fn check(path: &Path, folder: &Path, options: &LoadOptions) {
    let loaded = corpus::load_path(path, folder, options);
    assert_eq!(loaded.flow.is_none(), loaded.diagnostics.has_errors(), "{}", shown(&loaded));
    for diagnostic in loaded.diagnostics.iter() {
        for label in diagnostic.primary.iter().chain(&diagnostic.related) {
            let text = &loaded.sources.get(label.span.file).text;
            let range = label.span.start as usize..label.span.end as usize;
            assert!(text.get(range.clone()).is_some(), "{range:?} of {} bytes: {diagnostic:?}", text.len());
        }
    }
    for (position, node) in loaded.flow.iter().flat_map(|flow| flow.plan.nodes.iter().enumerate()) {
        let waits = |dependency: &flow_core::plan::NodeIndex| dependency.index() < position;
        assert!(node.dependencies.iter().all(waits), "`{}` comes too early", node.name);
    }
    assert_eq!(shown(&loaded), shown(&corpus::load_path(path, folder, options)));
}

/// Few enough for every day; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mistakes_are_told_and_nothing_breaks(
        pick in 0..10_000_usize,
        mistakes in prop::collection::vec(mistake(), 1..6),
        variant in prop::option::of(prop_oneof![Just("a=b"), Just("${a.b}"), Just("=")]),
        set in prop::option::of((prop_oneof![Just("a.x"), Just("inputs.a.default"), Just("a.retry.delay"), Just("."), Just("a")], 0..ODD.len())),
    ) {
        let cases = [corpus::cases("good"), corpus::cases("broken")].concat();
        let folder = tempfile::tempdir().unwrap();
        copy(&cases[pick % cases.len()], folder.path());
        let Some(path) = flow_file(folder.path()) else { return Ok(()) };
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(()) };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for mistake in &mistakes {
            make(mistake, &mut lines);
        }
        std::fs::write(&path, lines.join("\n")).unwrap();
        let options = LoadOptions {
            variants: variant.into_iter().map(str::to_owned).collect(),
            overrides: set.into_iter().map(|(key, odd)| (key.to_owned(), ODD[odd].into())).collect(),
            ..LoadOptions::default()
        };
        check(&path, folder.path(), &options);
    }
}
