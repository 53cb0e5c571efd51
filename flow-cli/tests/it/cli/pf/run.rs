use insta::assert_snapshot;

use super::{GRADE, graded};

const MAPPING: &str = "--column-mapping answer='${data.answer}' truth='${data.truth}'";

#[test]
fn a_run_is_created_and_looked_at() {
    let context = graded();
    assert_snapshot!(context.session(&[
        &format!("pf run create --flow grade --data rows.jsonl {MAPPING} --name first"),
        "pf run show-details --name first",
        "pf run show-details -n first -r 1",
        "pf run show-details -n first --all-results",
        "pf run show-metrics --name first",
        "pf run create --flow grade --data rows.jsonl --name first",
        "pf run update -n first --set display_name='First try' description='all of it' tags.team=docs",
        "pf run update -n first --set name=other",
        "pf run show --name firs",
        "pf run show-details --name first --max-results 0",
    ]));
    let rows: Vec<serde_json::Value> = context
        .read(&format!("{}/output.jsonl", output(&context, "first")))
        .lines()
        .map(|line| serde_json::from_str(line).expect("a document"))
        .collect();
    assert_eq!(
        serde_json::json!(rows),
        serde_json::json!([
            { "line_number": 0, "grade": "Correct" },
            { "line_number": 1, "grade": "Incorrect" },
        ])
    );
}

/// The folder that a run's document names.
fn output(context: &crate::cli::TestContext, run: &str) -> String {
    let shown = context.json(&format!("pf run show --name {run}"), 0);
    shown["output"].as_str().expect("a folder").to_owned()
}

#[test]
fn an_end_is_told_with_stream() {
    let context = graded();
    let said = context.done(&format!("pf run create --flow grade --data rows.jsonl {MAPPING} -n first -s"));
    let (summary, document) = said.split_once("\n{").expect("a document behind the summary");
    assert!(summary.contains("Run name: \"first\"\nRun status: \"Completed\"\n"), "{said}");
    assert!(serde_json::from_str::<serde_json::Value>(&format!("{{{document}")).is_ok(), "{said}");
    assert!(context.done("pf run stream --name first").contains("Output path: \""));
}

#[test]
fn runs_are_listed_put_away_and_deleted() {
    let context = graded();
    for name in ["one", "two", "three"] {
        context.done(&format!("pf run create --flow grade --data rows.jsonl --name {name}"));
    }
    let names = |line: &str| -> Vec<String> {
        let listed = context.json(line, 0);
        let listed = listed.as_array().expect("a list").clone();
        assert!(listed.iter().all(|run| run["error"].get("additionalInfo").is_none()), "{listed:?}");
        listed.iter().filter_map(|run| run["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names("pf run list"), ["three", "two", "one"]);
    assert_eq!(names("pf run list -r 1"), ["three"]);
    assert_eq!(names("pf run list -r 1 --all-results"), ["three", "two", "one"]);
    context.done("pf run archive --name two");
    assert_eq!(names("pf run list -o json"), ["three", "one"]);
    assert_eq!(names("pf run list --archived-only"), ["two"]);
    assert_eq!(names("pf run list --include-archived"), ["three", "two", "one"]);
    context.done("pf run restore -n two");
    let table = context.done("pf run list --output table");
    assert!(table.starts_with("+----+") && table.contains("| three"), "{table}");
    assert!(context.transcript("pf run delete -n two", "n\n").contains("canceled"));
    context.done("pf run delete -n two -y");
    assert_eq!(context.ran_with("pf run delete -n one", "y\n").exit, Some(0));
    assert_eq!(names("pf run list"), ["three"]);
    assert_eq!(context.ran("pf run delete -n two -y").exit, Some(1));
}

#[test]
fn runs_stand_on_other_runs() {
    let context = graded();
    context.done(&format!("pf run create --flow grade --data rows.jsonl {MAPPING} --name first"));
    context.done("pf run create --flow grade --run first --name second --column-mapping answer='${run.outputs.grade}' truth=Correct");
    let second = context.json("pf run show -n second", 0);
    assert_eq!(second["run"], "first");
    assert!(second["data"].is_null(), "{second}");
    assert_eq!(context.json("pf run show-metrics -n second", 0), serde_json::json!({ "count": 2, "accuracy": 0.5 }));
    // Runs over the same rows share a page, and those over what they gave have one of their own.
    context.done(&format!("pf run create --flow grade --data rows.jsonl {MAPPING} --name again"));
    let pages = context.done("pf run visualize --names 'first, second,again' --html-path page.html");
    assert_eq!(pages, "page.html\npage-2.html\n");
    assert!(context.read("page.html").contains("again") && context.read("page-2.html").contains("second"));
    let page = context.done("pf run visualize -n first");
    assert!(page.trim_end().ends_with("visualize.html") && context.read(page.trim_end()).contains("first"), "{page}");
    assert_eq!(context.ran("pf run visualize -n nothing").exit, Some(1));
}

#[test]
fn a_run_goes_on_as_a_new_one() {
    let context = graded();
    context.done(&format!("pf run create --flow grade --data rows.jsonl {MAPPING} --name first --set tags.a=1"));
    context.write("grade/grade.py", &GRADE.replace("\"boom\"", "\"never\""));
    let resumed = context.json("pf run create --resume-from first --name second --set display_name=Again tags.b=2", 0);
    assert_eq!(resumed["properties"]["resume_from"], "first");
    assert_eq!(resumed["display_name"], "Again");
    assert_eq!(resumed["tags"], serde_json::json!({ "a": "1", "b": "2" }));
    assert_eq!(context.json("pf run show-metrics -n second", 0)["count"], 3);
    assert_eq!(context.json("pf run show-metrics -n first", 0)["count"], 2, "the other stays as it was");
    assert_snapshot!(context.session(&[
        "pf run create --resume-from first --name second",
        "pf run create --resume-from nothing",
        "runs show second",
    ]));
}

#[test]
fn a_file_describes_a_run() {
    let context = graded();
    let run = "\
$schema: https://azuremlschemas.azureedge.net/promptflow/latest/Run.schema.json
name: described
display_name: From a file
description: what it is about
flow: ../grade
data: ../rows.jsonl
column_mapping: { answer: \"${data.answer}\", truth: \"${data.truth}\" }
tags: { team: docs }
";
    context.write("runs/run.yml", run);
    context.write("few.jsonl", "{\"answer\": \"z\", \"truth\": \"z\", \"other\": \"q\"}\n");
    let shown = context.json("pf run create --file runs/run.yml", 0);
    assert_eq!(shown["name"], "described");
    assert_eq!(shown["display_name"], "From a file");
    assert_eq!(shown["description"], "what it is about");
    // What is typed goes before it, or beside what it has.
    let line = "pf run create -f runs/run.yml --data ../few.jsonl -n typed --set tags.more=1 column_mapping.truth='${data.other}' description=typed";
    let typed = context.json(line, 0);
    assert_eq!(typed["tags"], serde_json::json!({ "team": "docs", "more": "1" }));
    assert_eq!(typed["description"], "typed");
    let mapping = serde_json::json!({ "answer": "${data.answer}", "truth": "${data.other}" });
    assert_eq!(typed["properties"]["column_mapping"], mapping);
    assert_eq!(context.json("pf run show-metrics -n typed", 0), serde_json::json!({ "count": 1, "accuracy": 0.0 }));
    assert_snapshot!(context.session(&["pf run create --file runs/run.yml", "pf run create --file nothing.yml"]));
}

#[test]
fn variants_connections_and_variables() {
    let context = graded();
    context.write(
        "ask/flow.dag.yaml",
        "inputs: { text: { type: string } }\noutputs: { a: { type: string, reference: \"${ask.output}\" } }\nnodes:\n- { name: ask, use_variants: true }\nnode_variants:\n  ask:\n    default_variant_id: long\n    variants:\n      long: { node: { type: llm, api: chat, connection: none, source: { type: code, path: p.jinja2 }, inputs: { model: m, text: \"${inputs.text}\" } } }\n      short: { node: { type: llm, api: chat, connection: none, source: { type: code, path: q.jinja2 }, inputs: { model: m, text: \"${inputs.text}\" } } }\n",
    );
    context.write("ask/p.jinja2", "user:\nlong {{ text }}\n");
    context.write("ask/q.jinja2", "user:\nshort {{ text }}\n");
    context.write("ask/connections.yaml", "fake: { kind: mock, rules: rules.yaml }\nnone: { kind: azure }\n");
    context.write("ask/rules.yaml", "rules:\n  - reply: \"{{ text }}\"\n");
    context.write("texts.csv", "text\nseven\n8\n");
    let shown = context.json(
        "pf run create --flow ask --data texts.csv --variant '${ask.short}' --connections ask.connection=fake ask.model=gpt-4o-mini -n short --environment-variables A=1",
        0,
    );
    assert_eq!(shown["properties"]["node_variant"], "${ask.short}");
    let details = context.done("pf run show-details -n short");
    assert!(details.contains("short seven") && details.contains("short 8"), "{details}");
}

#[test]
fn the_class_of_a_flex_flow_gets_its_arguments() {
    let context = graded();
    context.write("judge/flow.flex.yaml", "entry: judge:Judge\n");
    context.write(
        "judge/judge.py",
        "class Judge:\n    def __init__(self, factor: int):\n        self.factor = factor\n\n    def __call__(self, answer: str):\n        return {\"length\": len(answer) * self.factor}\n\n    def __aggregate__(self, line_results: list):\n        return {\"rows\": len(line_results)}\n",
    );
    let said = context.json("pf flow test --flow judge --inputs answer=abc --init factor=2", 0);
    assert_eq!(said, serde_json::json!({ "length": 6 }));
    let line =
        "pf run create --flow judge --data rows.jsonl --column-mapping answer='${data.answer}' --init factor=3 -n flex";
    assert_eq!(context.json(line, 0)["flow_name"], "judge");
    assert_eq!(context.json("pf run show-metrics -n flex", 0), serde_json::json!({ "rows": 3 }));
    assert!(context.done("pf run show-details -n flex").contains("12"), "boom has four letters");
}

#[test]
fn connections_that_change_make_no_other_run() {
    let context = graded();
    context.may_hold_secrets("home/.config/flow/created-connections.json");
    context.write("any.yaml", "name: any\ntype: open_ai\napi_key: x\n");
    context.done("pf connection create -f any.yaml");
    context.done("pf run create --flow grade --data rows.jsonl --name first");
    context.done("pf connection update -n any --set organization=docs");
    let ran = context.ran("batch --resume last --retry-failed");
    assert!(!ran.stderr.contains("not the same"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_a_command_line() {
    let context = graded().set("PF_WORKER_COUNT", "2");
    assert_snapshot!(context.session(&[
        "pf run create",
        "pf run create --flow grade --file run.yml",
        "pf run create --source runs/old",
        "pf run create --flow grade",
        "pf run create --flow nothing --data rows.jsonl",
        "pf run create --flow grade --data nothing.jsonl",
        "pf run create --flow grade --data rows.jsonl --column-mapping answer='${data.no}'",
        "pf run create --flow grade --data rows.jsonl --column-mapping answer=a truth=b",
        "pf run create --flow grade --data rows.jsonl --column-mapping answer",
        "pf run create --flow grade --data rows.jsonl --run nothing",
        "pf run create --flow grade --data rows.jsonl --variant '${grade.other}'",
        "pf run create --flow grade --data rows.jsonl --init a=b",
        "pf run create --flow grade --data rows.jsonl --set what=x",
        "pf run create --flow grade --data rows.jsonl --what",
        "pf run show-metrics -n nothing",
        "pf run list --output xml",
    ]));
    let context = context.set("PF_WORKER_COUNT", "many");
    assert_snapshot!(
        "a_variable_that_is_no_number",
        context.session(&["pf run create --flow grade --data rows.jsonl"])
    );
}
