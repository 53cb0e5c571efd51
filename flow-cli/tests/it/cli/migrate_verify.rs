//! `flow migrate --verify`: runs that promptflow 1.18.5 made and recorded, gone through again.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use crate::conformance::mock::MockServer;

const RUN: &str = "home/.runs/tickets_base";

/// A flow, and promptflow's home with two runs of it: with each of its variants.
fn context() -> TestContext {
    let context = TestContext::of_folder("flow-cli/tests/promptflow");
    let home = context.folder().join("home");
    let database = rusqlite::Connection::open(home.join("pf.sqlite")).expect("a database");
    database.execute_batch(&context.read("pf.sql")).expect("what promptflow had in it");
    context.set("PF_HOME_DIRECTORY", &home.to_string_lossy())
}

fn edit(context: &TestContext, path: &str, from: &str, to: &str) {
    let text = context.read(path);
    assert!(text.contains(from), "{path}: {text}");
    context.write(path, &text.replace(from, to));
}

/// Rewrites what is recorded of each node and row.
fn edit_record(context: &TestContext, folder: &str, edit: &dyn Fn(&mut Json)) {
    fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if entry.is_dir() { files(&entry, found) } else { found.push(entry) }
        }
    }
    let mut found = Vec::new();
    files(&context.folder().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder}");
    for path in found {
        let mut line: Json = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
        edit(&mut line["run_info"]);
        fs::write(&path, line.to_string() + "\n").expect("the temporary folder is writable");
    }
}

fn node<'a>(document: &'a Json, name: &str) -> &'a Json {
    let nodes = document["nodes"].as_array().expect("nodes");
    nodes.iter().find(|node| node["name"] == name).unwrap_or_else(|| panic!("{name}: {document}"))
}

/// How many results of a node are equal, different and not verified.
fn counts(node: &Json) -> [u64; 3] {
    ["equal", "different", "unverified"].map(|key| node[key].as_u64().expect("a number"))
}

#[test]
fn a_run_that_is_the_same_here() {
    let server = MockServer::start();
    let context = context().with_provider(&server);
    assert_snapshot!("same", context.session(&["migrate tickets --verify tickets_base"]));
    // The folder of the run, and a tree in which the flow lies.
    for line in [format!("migrate tickets --verify {RUN}"), "migrate . --verify tickets_base".to_owned()] {
        assert!(context.done(&line).contains("all 22 results are equal"), "{line}");
    }
    let document = context.json("migrate tickets --verify tickets_base --json", 0);
    assert_eq!(["equal", "different", "unverified", "rows"].map(|key| document[key].as_u64()), [22, 0, 0, 4].map(Some));
    let examples = node(&document, "examples");
    assert_eq!([&examples["equal"], &examples["equal_failed"]], [&json!(4), &json!(1)]);
    assert_eq!(node(&document, "note")["equal_bypassed"], 2);
    assert_eq!(document["metrics"]["equal"], 1);
    assert!(server.log().is_empty(), "{:?}", server.log());
}

#[test]
fn code_prompts_and_parameters_that_were_changed() {
    let context = context();
    edit(&context, "tickets/route.py", "round(words * weight, 3)", "round(words * weight)");
    edit(&context, "tickets/classify.jinja2", "You sort tickets. ", "You sort tickets.\nBe quick. ");
    edit(&context, "tickets/flow.dag.yaml", "temperature: 0,", "temperature: 0.5,");
    edit(&context, "tickets/examples.py", "kaputt", "broken");
    edit(&context, "tickets/flow.dag.yaml", "is: true", "is: false");
    assert_snapshot!("changed", context.session(&["migrate tickets --verify tickets_base"]));
    let document = context.json("migrate tickets --verify tickets_base --json", 100);
    let route = node(&document, "route");
    assert_eq!(counts(route), [0, 3, 0]);
    // What prints differently is different, though the numbers are equal.
    assert_eq!(
        route["differences"][0],
        json!({ "row": 0, "at": [{ "path": "output.score", "promptflow": 6.0, "here": 6 }] })
    );
    let request = &node(&document, "classify")["differences"][1]["at"];
    assert_eq!(request[0]["path"], "request.messages[0].content");
    assert_eq!(request[1], json!({ "path": "request.temperature", "promptflow": 0.0, "here": 0.5 }));
    // Each node is handed what was recorded, so that what differs before it is no matter of its own.
    assert_eq!(counts(node(&document, "question")), [3, 0, 0]);
    assert_eq!(counts(node(&document, "teams")), [1, 0, 0]);
    assert_eq!(counts(node(&document, "note")), [0, 3, 0]);
}

#[test]
fn the_variant_is_what_promptflow_says_of_the_run_or_what_is_given() {
    let context = context();
    let document = context.json("migrate tickets --verify tickets_terse --json", 0);
    assert_eq!([&document["variants"], &document["equal"]], [&json!(["${classify.variant_1}"]), &json!(22)]);
    fs::rename(context.folder().join("home/.runs/tickets_terse"), context.folder().join("moved")).expect("a folder");
    assert_eq!(counts(node(&context.json("migrate tickets --verify moved --json", 100), "classify")), [0, 3, 0]);
    context.done("migrate tickets --verify moved --variant classify=variant_1");
}

#[test]
fn what_a_record_does_not_tell_is_not_verified() {
    let context = context();
    edit_record(&context, &format!("{RUN}/node_artifacts"), &|info| info["api_calls"] = json!([]));
    edit(&context, "tickets/teams.py", "from promptflow", "import numpy\nfrom promptflow");
    assert_snapshot!("not_told", context.session(&["migrate tickets --verify tickets_base"]));
    // A picture is in the folder of the run in another form, and nothing can be fed with it.
    edit_record(&context, &format!("{RUN}/flow_artifacts"), &|info| {
        info["inputs"]["text"] = json!({ "data:image/png;path": "a.png" });
    });
    fs::remove_dir_all(context.folder().join(RUN).join("node_artifacts/teams")).expect("a folder");
    let document = context.json("migrate tickets --verify tickets_base --json", 3);
    assert_eq!([&document["equal"], &document["different"]], [&json!(0), &json!(0)]);
}

#[test]
fn recorded_values_that_json_lacks_and_answers_in_pieces() {
    let context = context();
    edit(&context, "tickets/route.py", "round(words * weight, 3)", "float(\"nan\") if weight else 0");
    edit_record(&context, &format!("{RUN}/node_artifacts"), &|info| {
        if info["node"] == "route" && info["output"].is_object() {
            info["output"]["score"] = json!("NOT A NUMBER");
        }
        if info["node"] == "classify" {
            let pieces: Vec<String> = info["output"].as_str().expect("a text").chars().map(String::from).collect();
            info["output"] = json!(pieces);
            info["api_calls"][0]["children"][0]["output"] = json!([]);
        }
    });
    // As Python writes it.
    for row in [0, 1, 3] {
        edit(&context, &format!("{RUN}/node_artifacts/route/00000000{row}.jsonl"), "\"NOT A NUMBER\"", "NaN");
    }
    let document = context.json("migrate tickets --verify tickets_base --json", 100);
    assert_eq!(counts(node(&document, "route")), [3, 0, 0], "{document:#}");
    assert_eq!(counts(node(&document, "classify")), [3, 0, 0], "{document:#}");
    // The urgent row's note was printed with the number, and so were the lists after all rows.
    assert_eq!(counts(node(&document, "note")), [2, 1, 0], "{document:#}");
}

#[test]
fn runs_and_flows_that_are_not_there() {
    let context = context();
    context.write("prompty/.keep", "");
    context
        .write("prompty/flow_artifacts/0.jsonl", "{\"line_number\": 0, \"run_info\": {\"status\": \"Completed\"}}\n");
    context.write("half/flow_artifacts/0.jsonl", "{\"line_number\": 0, \"run_in");
    context.write("other/flow.dag.yaml", "inputs: {}\nnodes: []\noutputs: {}\n");
    assert_snapshot!(
        "not_there",
        context.session(&[
            "migrate tickets --verify tickets_bse",
            "migrate tickets --verify gone/run",
            "migrate tickets --verify tickets",
            "migrate tickets --verify prompty",
            "migrate tickets --verify half",
            "migrate home --verify tickets_base",
            "migrate gone --verify tickets_base",
            "migrate tickets --verify tickets_base --write copy",
            "migrate tickets --allow-exec",
        ])
    );
}
