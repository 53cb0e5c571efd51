//! `flow runs query`.

use insta::assert_snapshot;

use super::TestContext;

const FLOW: &str = r#"inputs:
  text: { type: string }
  count: { type: int, default: 1 }
outputs:
  label: { type: string, reference: "${label.output}" }
  twice: { type: int, reference: "${twice.output}" }
nodes:
  - name: label
    type: llm
    connection: openai
    prompt: "user:\nLabel {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  - name: twice
    type: tool
    tool: expression.evaluate
    inputs: { expression: "n * 2", n: "${inputs.count}" }
"#;

const RULES: &str = "faults:\n  - { fault: 400, when: { text: broken } }\nrules:\n  - reply: '<{{ text[6:7] }}>'\n";
const ROWS: &str = "{\"text\": \"one\", \"count\": 3}\n{\"text\": \"broken\", \"count\": 2}\n{\"text\": \"other\", \"count\": 5}\n{\"text\": \"two\", \"count\": 8}\n";
const MAP: &str = "--map text='${data.text}' --map count='${data.count}'";

fn context() -> TestContext {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES), ("rows.jsonl", ROWS)]);
    let ran = context.ran(&format!("batch --data rows.jsonl --mock {MAP}"));
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    context
}

#[test]
fn tables_are_asked_by_sql() {
    let context = context();
    assert_snapshot!(context.session(&[
        "runs query 'select outputs.label, count(*) as n, sum(outputs.twice) as total from rows group by outputs.label order by n desc, total'",
        "runs query 'select line_number, error.code from rows where error.code is not null' --json",
        "runs query \"select r.inputs.text as text, c.model, c.status from rows r join calls c on r.line_number = c.line_number where r.inputs.count > 2 order by text\"",
        "runs query \"select count(*) as n from rows where inputs.text like 'o%' and line_number in (select line_number from calls where status = 'completed')\" --json",
        "runs query 'select line_number, rank() over (order by inputs.count desc) as place from rows order by place'",
        "runs query 'select line_number, status from rows where false'",
        "runs query \"select line_number, inputs.count as c from rows where status = 'completed' order by c desc limit 2\" --json",
    ]));
}

#[test]
fn several_runs_are_asked_at_once() {
    let context = context();
    context.write("few.jsonl", "{\"text\": \"one\", \"count\": 7}\n");
    context.ran(&format!("batch --data few.jsonl --mock {MAP}"));
    let list = context.json("runs list --json", 0);
    let first = list[0]["run"].as_str().expect("an id").to_owned();
    let sql = "select run, count(*) as n, max(outputs.twice) as most from rows group by run order by run";
    assert_snapshot!(context.session(&[
        &format!("runs query '{sql}' --run {first} --run last --run {first}"),
        &format!("runs query '{sql}'"),
    ]));
}

#[test]
fn answers_are_written_to_files() {
    let context = context();
    let sql = "select line_number, inputs.text, outputs.twice * 1.5 as more from rows order by line_number";
    assert_snapshot!(context.session(&[
        &format!("runs query '{sql}' -o out.csv"),
        &format!("runs query '{sql}' -o out.jsonl --json"),
        &format!("runs query '{sql}' -o out.parquet"),
        &format!("runs query '{sql}' -o out.xlsx"),
    ]));
    assert_eq!(
        context.read("out.csv"),
        "line_number,inputs.text,more\n0,one,9.0\n1,broken,\n2,other,15.0\n3,two,24.0\n"
    );
    let first = context.read("out.jsonl").lines().next().map(str::to_owned);
    assert_eq!(first.as_deref(), Some(r#"{"line_number":0,"inputs.text":"one","more":9.0}"#));
    // A table of an answer is data for another run.
    let ran = context.json("batch --data out.parquet --mock --map text='${data.inputs.text}' --limit 1 --json", 0);
    assert_eq!(ran["rows"]["completed"], 1);
}

#[test]
fn wrong_queries_are_told_with_their_places() {
    let context = context();
    assert_snapshot!(context.session(&[
        "runs query 'select outputs.lable from rows'",
        "runs query 'select status,\n  stats from rows' --json",
        "runs query 'select status from row'",
        "runs query 'select foo(status) from rows'",
        "runs query 'select max(line_number), min(line_number) from rows'",
        "runs query 'select sum(status) from rows'",
        "runs query 'select status frm rows where'",
        "runs query 'select status from rows where'",
        "runs query \"select 'abc from rows\"",
        "runs query 'select line_number from scores'",
        "runs query ''",
        "runs query 'select 1' --run nothing",
    ]));
}

#[test]
fn a_query_reads_nothing_but_the_tables() {
    let context = context();
    context.write("secret.csv", "a,b\n1,2\n");
    let before = std::fs::read_dir(context.folder()).expect("the folder is there").count();
    for sql in [
        "select * from read_csv('secret.csv')",
        "select * from rows where line_number in (select a from read_csv('secret.csv'))",
        "with s as (select * from read_csv('secret.csv')) select * from s",
        "select * from rows join read_parquet('x.parquet') as p on true",
        "select * from table(read_csv('secret.csv'))",
        "copy rows to 'out.csv'",
        "copy (select * from rows) to 'out.csv'",
        "create table t as select * from rows",
        "insert into rows select * from rows",
        "drop table rows",
        "delete from rows",
        "truncate table rows",
        "select * into t from rows",
        "select 1; drop table rows",
        "explain select * from rows",
    ] {
        let ran = context.ran(&format!("runs query \"{sql}\""));
        assert_eq!((ran.exit, &*ran.stdout), (Some(2), ""), "{sql}: {ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{sql}: {}", ran.stderr);
    }
    for line in [
        "runs query \"select * from 'secret.csv'\"",
        "runs query 'select * from \"secret.csv\"'",
        "runs query 'select * from secret'",
    ] {
        let ran = context.ran(line);
        assert!(ran.exit == Some(2) && ran.stderr.contains("there is no table"), "{line}: {ran:?}");
    }
    assert_eq!(std::fs::read_dir(context.folder()).expect("the folder is there").count(), before);
}

/// Tables are made when a run ends; a run that was killed has none yet.
#[test]
fn a_run_that_was_killed_is_asked_too() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES), ("rows.jsonl", ROWS)]);
    for call in 6..60 {
        let crash = [("FLOW_CRASH_AT_JOURNAL_CALL", call.to_string())];
        context.ran_in(&format!("batch --data rows.jsonl --mock -j 1 {MAP}"), "", &crash);
        let list = context.json("runs list --json", 0);
        let Some(run) = list.as_array().and_then(|runs| runs.last()) else { continue };
        let rows =
            run["rows"]["completed"].as_u64().zip(run["rows"]["failed"].as_u64()).map(|(one, other)| one + other);
        if run["state"] != "broken-off" || rows == Some(0) {
            continue;
        }
        let ran = context.ran("runs query 'select count(*) as n from rows' --json");
        assert_eq!(ran.stdout, format!("{{\"n\":{}}}\n", rows.expect("numbers")), "{ran:?}");
        assert!(ran.stderr.contains("were made of its journal"), "{}", ran.stderr);
        assert_eq!(context.ran("runs query 'select count(*) as n from rows' --json").stderr, "");
        return;
    }
    panic!("no run was killed behind its first row");
}
