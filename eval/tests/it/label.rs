//! Labels of people as they are read from sheets.

use std::path::PathBuf;

use flow_core::value::{Map, Value};
use flow_eval::label::{Label, Labels, Sheet, SheetRow, answer_mark, mark_text};
use tempfile::TempDir;

fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("labels.csv");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn labels_are_read_as_people_write_them() {
    let folder = TempDir::new().unwrap();
    // As a spreadsheet saves it: with a byte order mark, other line ends, columns of its own, and rows that are left open.
    let text = "\u{feff}row,variant,label,repeat,mood\r\n3,base, Pass ,,good\r\n4.0,base,NO,1,\r\n5,,,,\r\n6,,4,0,\r\n7,,tie,,\r\n";
    let labels = Labels::read(&file(&folder, text)).unwrap();
    let found: Vec<_> =
        labels.rows.iter().map(|row| (row.line, row.variant.as_deref(), row.repeat, row.label)).collect();
    let expected = [
        (3, Some("base"), 0, Label::Verdict(true)),
        (4, Some("base"), 1, Label::Verdict(false)),
        (6, None, 0, Label::Number(4.0)),
        (7, None, 0, Label::Number(0.5)),
    ];
    assert_eq!(found, expected);
    assert_eq!(labels.rows[0].place.line, 2);
}

#[test]
fn what_is_wrong_with_a_sheet_has_its_line() {
    let folder = TempDir::new().unwrap();
    for (text, message, help) in [
        (
            "row,label\n1,pass\n2,perhaps\n",
            "labels.csv:3: the label `perhaps` is not understood",
            "labels are pass and fail",
        ),
        ("row,label\nfirst,pass\n", "labels.csv:2: `row` is `first`, and no whole number", "count from 0"),
        ("row,label\n,pass\n", "labels.csv:2: the label has no `row`", "the row in the data"),
        (
            "row,label\n1,pass\n2,fail\n1,fail\n",
            "labels.csv:4: row 1 is labelled a second time, after line 2",
            "keep one",
        ),
        ("row,verdict\n1,pass\n", "labels need a column `label`", "`row` and `verdict`"),
        ("line,label\n1,pass\n", "labels need a column `row`", "`line` and `label`"),
        ("row;label\n1;pass\n", "labels need a column `row`", "separated by semicolons"),
        ("row,label\n1,\u{1b}[31mred\n", "the label `\u{fffd}[31mred` is not understood", "labels are"),
        ("row,label\n1,pass,2\n", "the row has 3 values, and the first line has 2 names", "quote values"),
    ] {
        let error = Labels::read(&file(&folder, text)).unwrap_err();
        assert!(error.to_string().contains(message), "{text:?}: {error}");
        assert!(error.help().is_some_and(|known| known.contains(help)), "{text:?}: {:?}", error.help());
    }
}

#[test]
fn a_sheet_keeps_what_others_wrote_into_it() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "mood,row,label,variant\n\"so, so\",3,pass,base\n,4,,base\n");
    let mut sheet = Sheet::read(&path).unwrap();
    assert_eq!((sheet.len(), sheet.labelled(), sheet.label(0), sheet.label(1)), (2, 1, "pass", ""));
    let answer = |line| SheetRow { line, variant: "base".to_owned(), repeat: 0, mark: String::new() };
    sheet.add(&answer(4), Map::new());
    sheet.add(&answer(5), Map::new());
    assert_eq!(sheet.len(), 3);
    sheet.set_label(1, "fail");
    sheet.set_note(1, "=HYPERLINK(\"x\")\nand more");
    sheet.write(&path).unwrap();
    let again = Sheet::read(&path).unwrap();
    assert_eq!((again.label(1), again.note(1)), ("fail", "'=HYPERLINK(\"x\")\nand more"));
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"so, so\",3,pass,base"));
    assert_eq!(again.row(2), Some(answer(5)));
}

#[test]
fn another_answer_has_another_mark() {
    let outputs = |text: &str| Map::from_iter([("reply".into(), Value::from(text))]);
    assert_eq!(answer_mark(&outputs("yes")), answer_mark(&outputs("yes")));
    assert_ne!(answer_mark(&outputs("yes")), answer_mark(&outputs("yes ")));
    assert_ne!(answer_mark(&outputs("yes")), answer_mark(&Map::new()));
    assert!(mark_text(7).starts_with('a') && mark_text(7).len() == 17);
}
