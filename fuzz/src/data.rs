use std::sync::Arc;

use flow_core::journal::{Reader, Record, Tail, repair};
use flow_core::value::Value;
use flow_eval::data::{DataSet, Format, ReadOptions, Row};
use flow_eval::mapping::{Mapping, Source};

/// Reads bytes as a journal: it ends or is refused. What it gave is found again by its place; mended, it is sound, and lacks none of these.
pub fn journal(bytes: &[u8]) {
    let folder = crate::folder();
    let path = folder.path().join("journal");
    std::fs::write(&path, bytes).expect("a file can be written");
    let Ok(mut reader) = Reader::open(&path) else { return };
    let mut records: Vec<Record> = Vec::new();
    for record in reader.by_ref() {
        match record {
            Ok(record) => records.push(record),
            Err(_) => break,
        }
    }
    for record in &records {
        assert_eq!(&reader.at(record.offset).expect("a record that was read is there"), record);
    }
    let is_sound = matches!(reader.tail(), Some(Tail::Clean));
    drop(reader);
    let Ok(repaired) = repair(&path) else { return };
    let mut mended = Reader::open(&path).expect("a journal that was mended can be opened");
    let kept: Vec<Record> = mended.by_ref().map(|record| record.expect("a journal that was mended is sound")).collect();
    assert_eq!(kept.len() as u64, repaired.kept_records);
    assert!(!is_sound || repaired.damaged.is_none(), "a sound journal is left as it is");
    assert!(kept.len() >= records.len());
    for (one, other) in records.iter().zip(&kept) {
        assert_eq!(one.payload, other.payload);
    }
}

/// Reads bytes as rows of each format, twice, which gives the same; and maps each column to an input, which gives its values as they are.
pub fn data_rows(bytes: &[u8]) {
    let folder = crate::folder();
    let path = folder.path().join("rows");
    std::fs::write(&path, bytes).expect("a file can be written");
    for format in [Format::Csv, Format::Tsv, Format::Lines, Format::Array] {
        let options = ReadOptions { format: Some(format), ..ReadOptions::default() };
        let read = || DataSet::open(&path, &options).map(|rows| rows.take_while(Result::is_ok).flatten().collect::<Vec<Row>>());
        let Ok(rows) = read() else { continue };
        assert_eq!(read().ok().as_ref(), Some(&rows));
        for row in rows {
            let plain = |name: &&Arc<str>| !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
            let names = row.values.keys().filter(plain).map(|name| (name.to_string(), Value::from(format!("${{data.{name}}}"))));
            let mapping = Mapping::parse(names).unwrap_or_else(|errors| panic!("{:?}: {errors:?}", row.values));
            let mapped = mapping.values(|source| (source == Source::Data).then_some(&row.values)).expect("the columns are there");
            for (name, value) in mapped.iter() {
                assert_eq!(Some(value), row.values.get(name), "{name}");
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Mapping::check("input", &Value::from(text));
        let _ = Mapping::parse([("input", Value::from(text))]);
    }
}
