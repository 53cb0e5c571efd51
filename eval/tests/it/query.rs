//! SQL over tables: what a query sees of the columns and row groups of files.

use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use flow_eval::query::{Answer, QueryError, RunTables, query};
use flow_eval::table::{SchemaBuilder, TableOptions, TableWriter};

use crate::data::folder;

fn write(path: &Path, rows: impl Iterator<Item = String> + Clone) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let rows = rows.map(|row| Value::from_json(&row).unwrap().as_map().unwrap().clone());
    let mut schema = SchemaBuilder::default();
    rows.clone().for_each(|row| schema.observe(&row));
    let mut table = TableWriter::create(path, &schema.finish(), TableOptions::default()).unwrap();
    rows.for_each(|row| table.write(&row).unwrap());
    table.finish().unwrap();
}

fn texts(rows: &[&str]) -> Vec<String> {
    rows.iter().map(|row| (*row).to_owned()).collect()
}

fn run(folder: &Path, name: &str) -> RunTables {
    RunTables { run: name.to_owned(), folder: folder.join(name) }
}

fn lines(answer: Result<Answer, QueryError>) -> Vec<String> {
    answer.unwrap().rows().map(|row: Map| Value::Map(Arc::new(row)).to_json()).collect()
}

/// More rows than a row group holds, so that what is asked of all rows must not be asked of each group.
#[test]
fn row_groups_are_one_table() {
    let folder = folder(&[]);
    let rows = (0..70_000).map(|at| {
        let text = if at % 50_000 == 7 { "rare" } else { "usual" };
        format!(r#"{{"line_number": {at}, "inputs.text": "{text}", "cost": {}.5}}"#, at % 10)
    });
    write(&folder.path().join("a/rows.parquet"), rows);
    let ask = |sql: &str| lines(query(sql, &[run(folder.path(), "a")]));
    for (sql, expected) in [
        ("select count(*) as n from rows", r#"[{"n":70000}]"#),
        ("select sum(cost) as c, max(line_number) as m from rows", r#"[{"c":350000.0,"m":69999}]"#),
        ("select line_number from rows where inputs.text = 'rare'", r#"[{"line_number":7},{"line_number":50007}]"#),
        ("select line_number from rows where line_number = max(line_number)", r#"[{"line_number":69999}]"#),
        ("select count(*) as n from rows where line_number > avg(line_number)", r#"[{"n":35000}]"#),
        ("select line_number from rows where not inputs.text like 'us%' limit 1", r#"[{"line_number":7}]"#),
        ("select line_number from rows limit 2 offset 66000", r#"[{"line_number":66000},{"line_number":66001}]"#),
        ("select line_number from rows order by cost desc, line_number desc limit 1", r#"[{"line_number":69999}]"#),
        (
            "select inputs.text, count(*) as n from rows group by inputs.text order by n",
            r#"[{"inputs.text":"rare","n":2},{"inputs.text":"usual","n":69998}]"#,
        ),
        ("select line_number from rows order by line_number desc limit 1", r#"[{"line_number":69999}]"#),
        (
            "select line_number from rows where inputs.text = 'rare' order by line_number desc limit 2",
            r#"[{"line_number":50007},{"line_number":7}]"#,
        ),
        (
            "select line_number from rows where line_number > avg(line_number) order by line_number limit 1",
            r#"[{"line_number":35000}]"#,
        ),
        ("select line_number from rows order by cost, line_number desc limit 1 offset 1", r#"[{"line_number":69980}]"#),
        ("select count(*) as n from rows where cost is null or upper(inputs.text) = 'RARE'", r#"[{"n":2}]"#),
    ] {
        assert_eq!(format!("[{}]", ask(sql).join(",")), expected, "{sql}");
    }
    // Conditions are asked of what is read first, and what is cut off is cut off behind them.
    assert_eq!(ask("select line_number from (select * from rows limit 20) as r where inputs.text = 'rare'").len(), 1);
    assert_eq!(ask("select line_number from (select * from rows limit 5) as r where inputs.text = 'rare'").len(), 0);
}

#[test]
fn columns_of_several_runs_are_brought_together() {
    let folder = folder(&[]);
    let rows = |lines: &[&str]| texts(lines).into_iter();
    write(&folder.path().join("a/rows.parquet"), rows(&[r#"{"x": 1, "y": "t", "z": 1}"#]));
    write(
        &folder.path().join("b/rows.parquet"),
        rows(&[r#"{"x": 2.5, "w": true, "z": "one"}"#, r#"{"x": 3, "w": null, "z": "two"}"#]),
    );
    write(&folder.path().join("b/scores.parquet"), rows(&[r#"{"score": 0.5}"#]));
    let both = [run(folder.path(), "a"), run(folder.path(), "b")];
    assert_eq!(
        lines(query("select * from rows order by x", &both)),
        [
            r#"{"run":"a","x":1.0,"y":"t","z":"1","w":null}"#,
            r#"{"run":"b","x":2.5,"y":null,"z":"one","w":true}"#,
            r#"{"run":"b","x":3.0,"y":null,"z":"two","w":null}"#,
        ]
    );
    assert_eq!(lines(query("select score, run from scores", &both)), [r#"{"score":0.5,"run":"b"}"#]);
    assert_eq!(lines(query("select run from rows where run = 'a'", &both)), [r#"{"run":"a"}"#]);
    // One run needs no name.
    let error = query("select run from rows", &both[..1]).unwrap_err();
    assert_eq!(error.to_string(), "there is no column `run`");
}

#[test]
fn names_with_points_need_no_quotes() {
    let folder = folder(&[]);
    let row = r#"{"inputs.a": 1, "inputs.a b": 2, "outputs.x.y": 3, "status": "completed"}"#;
    write(&folder.path().join("a/rows.parquet"), texts(&[row]).into_iter());
    let ask = |sql: &str| lines(query(sql, &[run(folder.path(), "a")])).join(",");
    assert_eq!(ask("select inputs.a from rows"), r#"{"inputs.a":1}"#);
    assert_eq!(ask("select rows.inputs.a, r.outputs.x.y from rows, rows as r"), r#"{"inputs.a":1,"outputs.x.y":3}"#);
    assert_eq!(ask("select inputs.\"a b\" as é, 'inputs.a' as t from rows -- inputs.b"), r#"{"é":2,"t":"inputs.a"}"#);
    assert_eq!(ask("select inputs.status\nfrom rows as inputs\nwhere \"inputs.a\" = 1"), r#"{"status":"completed"}"#);
    let error = query("select 1,\n  é, inputs.b from rows", &[run(folder.path(), "a")]).unwrap_err();
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column, &*place.text), (2, 6, "  é, inputs.b from rows"));
}

#[test]
fn what_is_no_table_is_told() {
    let folder = folder(&[("a/rows.parquet", b"PAR1 and no more")]);
    let error = query("select 1 from rows", &[run(folder.path(), "a")]).unwrap_err();
    assert!(matches!(&error, QueryError::Table { .. }), "{error:?}");
    let none = query("select 1 from rows", &[run(folder.path(), "b")]).unwrap_err();
    assert_eq!(none.to_string(), "there is no table `rows`");
}
