use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use flow_eval::data::{DataSet, ReadOptions};
use flow_eval::table::{ColumnKind, Schema, SchemaBuilder, TableError, TableFormat, TableOptions, TableWriter};
use polars_core::prelude::{
    Column, DataFrame, DataType, IntoSeries, ListChunked, NamedFrom, Series, StructChunked, TimeUnit, TimeZone,
};
use polars_io::parquet::write::ParquetWriter;

use crate::data::{folder, read};

fn map(json: &str) -> Map {
    Value::from_json(json).unwrap().as_map().unwrap().clone()
}

fn schema(rows: &[Map]) -> Schema {
    let mut builder = SchemaBuilder::default();
    rows.iter().for_each(|row| builder.observe(row));
    builder.finish()
}

fn write(path: &Path, rows: &[Map], options: TableOptions) -> Result<(), TableError> {
    let mut table = TableWriter::create(path, &schema(rows), options)?;
    rows.iter().try_for_each(|row| table.write(row))?;
    table.finish()
}

/// A file's rows as JSON texts.
fn read_back(path: &Path) -> Vec<String> {
    read(path).unwrap().into_iter().map(|row| Value::map(row.values).to_json()).collect()
}

#[test]
fn parquet_keeps_types_and_mixed_columns_are_json_text() {
    let folder = folder(&[]);
    let path = folder.path().join("a.parquet");
    let rows = [
        map(r#"{"i": 9007199254740993, "f": 1, "b": true, "t": "=1+1", "l": [1, "a"], "m": 1}"#),
        map(r#"{"f": 2.5, "t": "", "b": null, "l": {"x": null}, "m": "a", "late": "x"}"#),
    ];
    write(&path, &rows, TableOptions::default()).unwrap();
    let expected = [
        r#"{"i":9007199254740993,"f":1.0,"b":true,"t":"=1+1","l":"[1,\"a\"]","m":"1","late":null}"#,
        r#"{"i":null,"f":2.5,"b":null,"t":"","l":"{\"x\":null}","m":"\"a\"","late":"x"}"#,
    ];
    assert_eq!(read_back(&path), expected);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.parquet"]);
}

#[test]
fn declared_columns_come_first_and_are_there_without_values() {
    let mut builder = SchemaBuilder::default();
    builder.declare("answer", Some(ColumnKind::Int));
    builder.declare("note", None);
    builder.observe(&map(r#"{"extra": 1, "note": true}"#));
    let schema = builder.finish();
    let columns: Vec<_> = schema.columns().map(|(name, kind)| (&**name, kind)).collect();
    assert_eq!(columns, [("answer", ColumnKind::Int), ("note", ColumnKind::Bool), ("extra", ColumnKind::Int)]);
    let folder = folder(&[]);
    let path = folder.path().join("empty.parquet");
    TableWriter::create(&path, &schema, TableOptions::default()).unwrap().finish().unwrap();
    let error = DataSet::open(&path, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.code(), "data-empty");
}

#[test]
fn many_rows_are_written_and_read_in_row_groups() {
    const ROWS: i64 = 150_000;
    let folder = folder(&[]);
    let path = folder.path().join("a.parquet");
    let row = |number: i64| Map::from_iter([(Arc::from("n"), Value::Int(number)), (Arc::from("t"), Value::from("x"))]);
    let mut table = TableWriter::create(&path, &schema(&[row(0)]), TableOptions::default()).unwrap();
    for number in 0..ROWS {
        table.write(&row(number)).unwrap();
    }
    table.finish().unwrap();
    let mut count = 0;
    for row in DataSet::open(&path, &ReadOptions::default()).unwrap() {
        let row = row.unwrap();
        assert_eq!((row.values["n"].as_int(), row.line, row.place.line), (Some(count), count as u64, count as u64 + 1));
        count += 1;
    }
    assert_eq!(count, ROWS);
}

#[test]
fn csv_is_guarded_against_formulas_and_tells_empty_from_missing() {
    let folder = folder(&[]);
    let path = folder.path().join("a.csv");
    let rows = [
        map(r#"{"t": "=1+1", "n": -5, "j": {"a": "b"}, "=head": 1.0}"#),
        map(r#"{"t": "", "n": null, "j": [1], "=head": -1e300}"#),
        map(r#"{"t": "a \"b\"\nc,", "n": -1}"#),
        map(r#"{"t": "-5", "n": 2, "j": "@x"}"#),
    ];
    write(&path, &rows, TableOptions::default()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let expected = "t,n,j,'=head\n'=1+1,-5,\"{\"\"a\"\":\"\"b\"\"}\",1.0\n\"\",,[1],-1e+300\n\"a \"\"b\"\"\nc,\",-1,,\n-5,2,'@x,\n";
    assert_eq!(text, expected);
    write(&path, &rows[..1], TableOptions { raw: true, ..TableOptions::default() }).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("t,n,j,=head\n=1+1,-5,"));
}

#[test]
fn json_lines_are_the_rows_as_they_are() {
    let folder = folder(&[]);
    let path = folder.path().join("out.txt");
    let rows = [map(r#"{"t": "=1+1", "n": null}"#), map(r#"{"l": [1, {"a": 2.0}]}"#)];
    write(&path, &rows, TableOptions { format: Some(TableFormat::Lines), raw: false }).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "{\"t\":\"=1+1\",\"n\":null}\n{\"l\":[1,{\"a\":2.0}]}\n");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn texts_survive_csv_and_parquet(texts in proptest::collection::vec("[=+@a,\"\\n\\r é-]{0,6}|\\PC{0,8}", 1..20)) {
        let folder = folder(&[]);
        let row = |text: &String| Map::from_iter([(Arc::from("t"), Value::from(&**text)), (Arc::from("u"), Value::from("u"))]);
        let rows: Vec<Map> = texts.iter().map(row).collect();
        for (name, raw) in [("a.csv", true), ("a.parquet", false)] {
            let path = folder.path().join(name);
            write(&path, &rows, TableOptions { raw, ..TableOptions::default() }).unwrap();
            let back: Vec<Map> = read(&path).unwrap().into_iter().map(|row| row.values).collect();
            proptest::prop_assert_eq!(&back, &rows);
        }
    }
}

#[test]
fn a_table_that_is_not_finished_leaves_what_was_there() {
    let folder = folder(&[("a.parquet", b"old")]);
    let path = folder.path().join("a.parquet");
    let rows = [map(r#"{"a": 1}"#)];
    let mut table = TableWriter::create(&path, &schema(&rows), TableOptions::default()).unwrap();
    table.write(&rows[0]).unwrap();
    drop(table);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_written_is_told() {
    let folder = folder(&[("folder.csv/x", b"")]);
    let told = |name: &str, rows: &[Map], schema: &Schema| {
        let path = folder.path().join(name);
        let written = TableWriter::create(&path, schema, TableOptions::default())
            .and_then(|mut table| rows.iter().try_for_each(|row| table.write(row)));
        let error = written.unwrap_err();
        let message = error.to_string().replace(&*folder.path().to_string_lossy(), "");
        (message, error.help().unwrap_or_default())
    };
    let rows = [map(r#"{"a": 1}"#)];
    let schema = schema(&rows);
    assert_eq!(
        told("a.xlsx", &[], &schema),
        ("/a.xlsx: no format of tables has this ending".to_owned(), "tables end in .parquet, .csv or .jsonl")
    );
    assert_eq!(told("folder.csv", &[], &schema).1, "name a file, not a folder");
    assert_eq!(told("none/a.csv", &[], &schema).1, "make the folder first");
    for row in [r#"{"a": "x"}"#, r#"{"b": 1}"#] {
        let (message, _) = told("a.parquet", &[map(row)], &schema);
        assert!(message.ends_with("does not fit the table's schema"), "{message}");
    }
}

/// A file as another program writes it, with the types that this crate does not write.
fn foreign(path: &Path) {
    let days = Series::new("date".into(), [19844_i32]).cast(&DataType::Date).unwrap();
    let micros = |name: &str| Series::new(name.into(), [1_714_557_600_500_000_i64]);
    let plain = micros("plain").cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let zoned = micros("zoned").cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))).unwrap();
    let time = Series::new("time".into(), [36_000_000_000_000_i64]).cast(&DataType::Time).unwrap();
    let small = Series::new("small".into(), [7_i8]);
    let large = Series::new("large".into(), [u64::MAX]);
    let price = Series::new("price".into(), [12.25_f64]).cast(&DataType::Decimal(10, 2)).unwrap();
    let list =
        ListChunked::from_iter([Some(Series::new("".into(), [1_i64, 2]))]).into_series().with_name("list".into());
    let fields = [Series::new("x".into(), [1_i64]), Series::new("y".into(), ["z"])];
    let object = StructChunked::from_series("object".into(), 1, fields.iter()).unwrap().into_series();
    let columns = [days, plain, zoned, time, small, large, price, list, object].map(Column::from).to_vec();
    let mut frame = DataFrame::new(1, columns).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

#[test]
fn types_of_other_programs_become_values() {
    let folder = folder(&[]);
    let path = folder.path().join("foreign.parquet");
    foreign(&path);
    let expected = r#"{"date":"2024-05-01","plain":"2024-05-01T10:00:00.5","zoned":"2024-05-01T10:00:00.5Z","time":"10:00:00","small":7,"large":1.8446744073709552e+19,"price":12.25,"list":[1,2],"object":{"x":1,"y":"z"}}"#;
    assert_eq!(read_back(&path), [expected]);
}

#[test]
fn damaged_parquet_is_an_error_and_never_a_panic() {
    let folder = folder(&[]);
    let path = folder.path().join("a.parquet");
    foreign(&path);
    let whole = std::fs::read(&path).unwrap();
    // Panics that are caught should not be told either.
    std::panic::set_hook(Box::new(|_| ()));
    for position in (0..whole.len()).step_by(whole.len() / 60) {
        std::fs::write(&path, &whole[..position]).unwrap();
        let error = read(&path).unwrap_err();
        assert!(["data-unreadable", "data-empty"].contains(&error.code()), "{error}");
        let mut flipped = whole.clone();
        flipped[position] ^= 0x55;
        std::fs::write(&path, &flipped).unwrap();
        let _ = read(&path);
    }
    let _ = std::panic::take_hook();
}
