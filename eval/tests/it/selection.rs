use std::path::Path;
use std::sync::Arc;

use flow_core::image::MessageFormat;
use flow_core::plan::PlanInput;
use flow_core::ty::Ty;
use flow_core::value::Value;
use flow_eval::data::{DataError, DataSet, Part, Pictures, ReadOptions, Sample, Selection};

use crate::data::{folder, read};

/// A hundred rows: their number, whether it is odd, and in each tenth a remark.
fn hundred() -> Vec<u8> {
    let row = |number: u64| match number % 10 {
        0 => format!("{{\"n\": {number}, \"kind\": \"even\", \"remark\": \"x\"}}\n"),
        _ => format!("{{\"n\": {number}, \"kind\": \"{}\"}}\n", if number.is_multiple_of(2) { "even" } else { "odd" }),
    };
    (0..100).map(row).collect::<String>().into_bytes()
}

fn taken(data: &[u8], selection: Selection) -> Result<Vec<u64>, DataError> {
    let folder = folder(&[("a.jsonl", data)]);
    let options = ReadOptions { format: None, selection };
    let rows = DataSet::open(&folder.path().join("a.jsonl"), &options)?;
    rows.map(|row| row.map(|row| row.line)).collect()
}

fn filter(text: &str) -> Selection {
    Selection { filter: Some(text.to_owned()), ..Selection::default() }
}

#[test]
fn rows_are_taken_by_numbers_filter_sample_and_limit_in_this_order() {
    let rows = Some("10-20,25,98-".parse().unwrap());
    let numbers = Selection { rows, ..Selection::default() };
    let with = |change: fn(&mut Selection)| {
        let mut selection = numbers.clone();
        change(&mut selection);
        taken(&hundred(), selection).unwrap()
    };
    assert_eq!(with(|_| ()), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 98, 99]);
    assert_eq!(with(|selection| selection.limit = Some(2)), [10, 11]);
    assert_eq!(with(|selection| selection.filter = Some("kind == 'odd' and n > 15".to_owned())), [17, 19, 25, 99]);
    let sampled = with(|selection| {
        selection.filter = Some("kind == 'odd'".to_owned());
        selection.sample = Some(Sample { size: 3, seed: 5 });
    });
    assert_eq!(sampled.len(), 3);
    assert!(sampled.iter().all(|line| line % 2 == 1) && sampled.is_sorted());
    let limited = with(|selection| {
        selection.filter = Some("kind == 'odd'".to_owned());
        selection.sample = Some(Sample { size: 3, seed: 5 });
        selection.limit = Some(2);
    });
    assert_eq!(limited, sampled[..2]);
}

#[test]
fn columns_are_names_and_entries_of_data_and_missing_ones_are_undefined() {
    assert_eq!(taken(&hundred(), filter("remark == 'x' and n < 30")).unwrap(), [0, 10, 20]);
    assert_eq!(taken(&hundred(), filter("data['n'] == 7 or data.n == 8")).unwrap(), [7, 8]);
    assert_eq!(taken(&hundred(), filter("remark is undefined and n > 97")).unwrap(), [98, 99]);
}

#[test]
fn nothing_is_read_after_the_last_number_or_the_limit() {
    let broken = b"{\"n\": 0}\n{\"n\": 1}\nbroken";
    let rows = Selection { rows: Some("0-1".parse().unwrap()), ..Selection::default() };
    assert_eq!(taken(broken, rows).unwrap(), [0, 1]);
    assert_eq!(taken(broken, Selection { limit: Some(2), ..Selection::default() }).unwrap(), [0, 1]);
    assert!(taken(broken, Selection::default()).is_err());
}

#[test]
fn what_cannot_be_selected_is_told_with_help() {
    let rows = |text: &str| Selection { rows: Some(text.parse().unwrap()), ..Selection::default() };
    for (selection, message, help) in [
        (
            filter("kin == 'odd'"),
            "the filter `kin == 'odd'` looks at `kin`, which the first row does not have",
            "did you mean `kind`? If it is a column of later rows, write data[\"kin\"]",
        ),
        (
            filter("kind = 'odd'"),
            "the filter `kind = 'odd'`: ",
            "an expression is like `label == \"bug\" and length < 100`",
        ),
        (
            filter("data.kin == 'odd'"),
            "the filter `data.kin == 'odd'` takes none of the 100 rows",
            "`kin` is no column of the first row; did you mean `kind`?",
        ),
        (filter("kind == 'none'"), "the filter `kind == 'none'` takes none of the 100 rows", ""),
        (rows("100-200"), "it has no row of the numbers 100-200", "its rows have the numbers 0 to 99"),
        (
            Selection { limit: Some(0), ..Selection::default() },
            "no row is asked for",
            "a limit and a sample have at least 1 row",
        ),
        (filter("n.a.b.c + 1"), "a.jsonl:1: the filter `n.a.b.c + 1` fails for this row: ", ""),
    ] {
        let error = taken(&hundred(), selection).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        assert!(error.help().unwrap_or_default().contains(help), "{error}: {:?}", error.help());
    }
}

#[test]
fn a_selection_has_one_text() {
    assert_eq!(Selection::default().to_string(), "all rows");
    let selection = Selection {
        rows: Some("25,10-20".parse().unwrap()),
        filter: Some(" n > 1 ".to_owned()),
        part: Some((Part::new(0.3, false), 2)),
        sample: Some(Sample { size: 5, seed: 1 }),
        limit: Some(3),
    };
    let words = "rows 10-20,25, filter n > 1, all-but 0.3 of seed 2, sample 5 of seed 1, limit 3";
    assert_eq!(selection.to_string(), words);
}

#[test]
fn pictures_of_a_row_go_from_its_file() {
    let png = b"\x89PNG\r\n\x1a\n-the-rest-of-it";
    let folder = folder(&[
        ("set/.flow/x", b""),
        ("set/data/rows.jsonl", b"{\"photo\": \"p.png\", \"turns\": [{\"data:image/png;path\": \"p.png\"}], \"text\": \"p.png\"}\n{\"photo\": \"../../out.png\"}"),
        ("set/data/p.png", png),
        ("out.png", png),
    ]);
    let input = |name: &str, ty: Ty| PlanInput {
        name: Arc::from(name),
        ty,
        is_optional: false,
        default: None,
        message_format: MessageFormat::Basic,
        description: Arc::from(""),
    };
    let inputs = [input("photo", Ty::Image), input("turns", Ty::List), input("text", Ty::String)];
    let mut rows = read(&folder.path().join("set/data/rows.jsonl")).unwrap();
    let mut pictures = Pictures::default();
    let row = &mut rows[0];
    pictures.read(&mut row.values, &inputs, &row.folder).unwrap();
    assert!(row.values["photo"].as_image().is_some());
    assert!(row.values["turns"].as_list().unwrap()[0].as_image().is_some());
    assert_eq!(row.values["text"], Value::from("p.png"));
    let row = &mut rows[1];
    let error = pictures.read(&mut row.values, &inputs, &row.folder).unwrap_err();
    assert!(error.to_string().starts_with("input `photo`: `../../out.png` lies outside of the project"), "{error}");
    assert!(Path::new(&*row.folder).ends_with("set/data"));
}
