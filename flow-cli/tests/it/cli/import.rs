//! `flow import`: configurations of promptfoo become flows that are checked, run and held to the same verdicts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use super::context::repository;

const CASES: &str = "flow-cli/tests/promptfoo";

/// The files below a folder by their paths, without those of runs.
fn files(folder: &Path, within: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with(".flow") {
            files(&path, within, found);
        } else if path.is_file() {
            let text = fs::read_to_string(&path).expect("a text");
            found.insert(path.strip_prefix(within).expect("it lies within").to_owned(), text);
        }
    }
}

/// What an import says and writes. Evaluators are copied as they are, which needs no showing.
fn imported(context: &TestContext) -> String {
    let mut text = context.transcript("import . -o made", "");
    let mut found = BTreeMap::new();
    files(&context.folder().join("made"), context.folder(), &mut found);
    for (path, content) in found {
        let is_copy = path.to_string_lossy().contains("/evaluator/") || path.ends_with("mock.yaml");
        if !is_copy {
            let _ = write!(text, "\n----- {}\n{content}", path.display());
        }
    }
    text
}

/// By variant, for each row whether it passes, as promptfoo would say it.
fn verdicts(context: &TestContext, mock: &str) -> Json {
    let outcome = context.ran(&format!("eval made/eval.yaml {mock} --json"));
    assert!(matches!(outcome.exit, Some(0 | 100)), "{outcome:?}");
    let document: Json = serde_json::from_str(&outcome.stdout).expect("a document");
    let scores = document["variants"][0]["scores"].as_array().expect("scores");
    // The last one is the group of all others, or the only one.
    let whole = scores.last().expect("a score")["name"].as_str().expect("a name").to_owned();
    let sql = format!("\"select variant, passed from scores where score = '{whole}' order by variant, line_number\"");
    let run = document["run"].as_str().expect("a run");
    let rows = context.done(&format!("runs query {sql} --run {run} --json"));
    let mut by_variant: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for row in rows.lines().map(|line| serde_json::from_str::<Json>(line).expect("a row")) {
        let variant = row["variant"].as_str().unwrap_or("base").to_owned();
        by_variant.entry(variant).or_default().push(row["passed"].clone());
    }
    json!(by_variant)
}

/// Imports a case, checks what was written, and holds it to the verdicts that lie beside the configuration.
fn case(name: &str) {
    let context = TestContext::of_folder(&format!("{CASES}/{name}"));
    assert_snapshot!(name, imported(&context));
    let checked = context.ran("check made --mock");
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    let folder = repository().join(CASES).join(name);
    let mock = match (folder.join("rules.yaml").exists(), name) {
        (true, _) => "--mock=rules.yaml",
        (false, "echo") => "",
        (false, _) => "--mock",
    };
    let said = verdicts(&context, mock);
    let expected = fs::read_to_string(folder.join("verdicts.json")).expect("verdicts");
    let expected: Json = serde_json::from_str(&expected).expect("JSON");
    assert_eq!(said, expected, "{name}: {said}");
}

#[test]
fn prompts_and_providers_are_variants_and_rows_have_their_own_checks() {
    case("capitals");
}

#[test]
fn tables_are_tests() {
    case("table");
}

#[test]
fn messages_parameters_and_combinations_are_carried_over() {
    case("extract");
}

#[test]
fn what_all_rows_are_asked_is_a_score_of_its_own() {
    case("labels");
}

#[test]
fn each_assertion_says_the_same() {
    case("echo");
}

#[test]
fn scenarios_files_and_templates_are_read() {
    case("scenarios");
}

#[test]
fn variables_that_are_named_like_parameters_stay_variables() {
    case("names");
}

#[test]
fn judges_ask_only_where_a_row_asks() {
    case("judged");
}

#[test]
fn what_has_no_counterpart_is_told_with_its_place() {
    case("left_out");
}

#[test]
fn a_report_is_one_document() {
    let context = TestContext::of_folder(&format!("{CASES}/left_out"));
    let report = context.json("import promptfooconfig.yaml -o made --json", 0);
    assert_eq!(report["carried"], json!({ "prompts": 1, "providers": 2, "tests": 2, "assertions": 2 }));
    let found = report["left_out"].as_array().expect("a list");
    let of = |what: &str| found.iter().find(|found| found["what"] == what).unwrap_or_else(|| panic!("{what}"));
    assert_eq!(
        of("`sharing`"),
        &json!({
            "place": { "file": "promptfooconfig.yaml", "line": 14, "column": 1 }, "what": "`sharing`",
            "why": "nothing is sent anywhere", "help": "flow eval -o report.html makes one page to hand on",
        })
    );
    assert!(report["files"].as_array().expect("files").contains(&json!("made/flow.yaml")), "{report}");
}

#[test]
fn nothing_is_written_over_and_a_folder_is_named_by_its_description() {
    let context = TestContext::of_folder(&format!("{CASES}/capitals"));
    let first = context.done("import");
    assert!(first.contains("wrote capitals_of_countries/flow.yaml"), "{first}");
    assert_snapshot!("again", context.session(&["import promptfooconfig.yaml"]));
    context.done("import promptfooconfig.yaml --overwrite");
}

#[test]
fn what_is_no_configuration() {
    let context = TestContext::with(&[
        ("empty/notes.txt", ""),
        ("list.yaml", "- a\n"),
        ("broken.yaml", "prompts: [a\n"),
        ("bare.yaml", "prompts: [a]\nproviders: [exec:./a.sh]\n"),
    ]);
    assert_snapshot!(
        "refused",
        context.session(&[
            "import gone.yaml",
            "import empty",
            "import list.yaml",
            "import broken.yaml",
            "import bare.yaml",
            "import bare.yaml --json"
        ])
    );
}
