use std::io::Write;
use std::path::Path;

use flow_core::value::Value;
use flow_eval::data::{DataError, DataSet, Format, ReadOptions, Row};
use tempfile::TempDir;

/// A folder with files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

pub(crate) fn read(path: &Path) -> Result<Vec<Row>, DataError> {
    DataSet::open(path, &ReadOptions::default())?.collect()
}

/// The rows of one file as JSON, or the message and the help; the folder's name is left out.
fn outcome(name: &str, bytes: &[u8]) -> Result<String, (String, String)> {
    let folder = folder(&[(name, bytes)]);
    match read(&folder.path().join(name)) {
        Ok(rows) => {
            let rows = rows.into_iter().map(|row| {
                let values = Value::map(row.values).to_json();
                format!("{}@{} {values}", row.line, row.place.line)
            });
            Ok(rows.collect::<Vec<_>>().join("\n"))
        }
        Err(error) => {
            let message = error.to_string().replace(&*folder.path().to_string_lossy(), "").replace(['/', '\\'], "");
            Err((message, error.help().unwrap_or_default().to_owned()))
        }
    }
}

#[test]
fn rows_are_read_with_their_numbers_lines_and_types() {
    for (name, text, rows) in [
        (
            "a.jsonl",
            "{\"a\": 1}\n\n{\"a\": null}\r\n  \n{\"b\": 2.0}",
            "0@1 {\"a\":1}\n1@3 {\"a\":null}\n2@5 {\"b\":2.0}",
        ),
        ("a.txt", "\u{feff}{\"a\": \"ä\"}\n", "0@1 {\"a\":\"ä\"}"),
        ("a.json", "[ {\"a\": \"]}\\\"\"},\n\n {\"a\": [{}]} ]\n", "0@1 {\"a\":\"]}\\\"\"}\n1@3 {\"a\":[{}]}"),
        (
            "a.csv",
            "\u{feff}a,b\n1,NA\n\"x\ny\",\n\"q\"\"\",z",
            "0@2 {\"a\":\"1\",\"b\":\"NA\"}\n1@3 {\"a\":\"x\\ny\",\"b\":\"\"}\n2@5 {\"a\":\"q\\\"\",\"b\":\"z\"}",
        ),
        (
            "a.csv",
            "a,b\r\n1,2\r\n\r\n\"x\r\ny\",4\r\n5,6\r\n",
            "0@2 {\"a\":\"1\",\"b\":\"2\"}\n1@4 {\"a\":\"x\\r\\ny\",\"b\":\"4\"}\n2@6 {\"a\":\"5\",\"b\":\"6\"}",
        ),
        ("a.tsv", "a\tb,c\n1, 2\t3\"\n", "0@2 {\"a\":\"1, 2\",\"b,c\":\"3\\\"\"}"),
    ] {
        assert_eq!(outcome(name, text.as_bytes()).as_deref(), Ok(rows), "{name} {text}");
    }
}

#[test]
fn what_is_no_row_is_told_with_its_place_and_what_to_do() {
    let cases: &[(&str, &[u8], &str, &str)] = &[
        (
            "a.jsonl",
            b"{\"a\": 1}\n{\"a\": 1, \"a\": 2}",
            "a.jsonl:2:12: the name `a` comes twice: {\"a\": 1, \"a\": 2}",
            "a row has each name once; rename or remove one of them",
        ),
        (
            "a.jsonl",
            b"{\"a\": 1}\n\n{\"a\": x}\n",
            "a.jsonl:3:7: this is not valid JSON, expected value: {\"a\": x}",
            "",
        ),
        (
            "a.jsonl",
            b"[{\"a\": 1}]",
            "a.jsonl:1:1: a row is an object of names and values, and this is of type list: [{\"a\": 1}]",
            "a list of objects needs a file with the ending .json",
        ),
        (
            "a.jsonl",
            b"{\n\"a\": 1}",
            "a.jsonl:1:1: the row ends before it is complete: {",
            "for rows over several lines write one list of objects and give the file the ending .json",
        ),
        (
            "a.jsonl",
            "{\"ä\": \"".as_bytes(),
            "a.jsonl:1:7: the row ends before it is complete: {\"ä\": \"",
            "for rows over several lines write one list of objects and give the file the ending .json",
        ),
        (
            "a.jsonl",
            b"{\"a\": 1}\n{\"a\": \"\xe4\"}\n",
            "a.jsonl:2:8: this is not UTF-8: {\"a\": \"\u{fffd}\"}",
            "save the file as UTF-8",
        ),
        (
            "a.json",
            b"{\"a\": 1}",
            "a.json:1:1: this is a single object, where a list of objects is expected",
            "put it into brackets, [ … ]; if each line is an object, give the file the ending .jsonl",
        ),
        (
            "a.json",
            b"[{\"a\": 1},\n {\"b\": 2, 3}]",
            "a.json:2:11: this is not valid JSON, key must be a string: {\"b\": 2, 3}",
            "",
        ),
        (
            "a.json",
            b"[{\"a\": 1},\n 5]",
            "a.json:2:2: a row is an object of names and values, and this is of type int: 5",
            "write each row as an object: {\"ticket\": \"It crashes\"}",
        ),
        ("a.json", b"[{\"a\": 1}\n", "a.json:2:1: the list is not closed", "the file is cut off; a list ends with ]"),
        ("a.json", b"[{\"a\": 1},\n]", "a.json:2:1: a row is expected after the comma", "remove the comma"),
        ("a.json", b"[{\"a\": 1}] {}", "a.json:1:12: the list has ended before: [{\"a\": 1}]", "a file holds one list"),
        (
            "a.json",
            b"[{\"a\": 1} {}]",
            "a.json:1:11: `,` or `]` is expected: [{\"a\": 1}",
            "put a comma between two rows",
        ),
        (
            "a.csv",
            b"a,b\n1,2\n1,2,3\n",
            "a.csv:3: the row has 3 values, and the first line has 2 names: 1,2,3",
            "quote values that hold the delimiter or a quote: \"a, b\"",
        ),
        (
            "a.csv",
            b"a,b,a\n",
            "a.csv:1: two columns are called `a`: a,b,a",
            "the first line names the columns, each with a name of its own",
        ),
        (
            "a.csv",
            b"a,,c\n1,2,3\n",
            "a.csv:1: column 2 has no name: a,,c",
            "the first line names the columns, each with a name of its own",
        ),
        (
            "a.csv",
            b"a,b\n1,\"2\n3,4\n",
            "a.csv:2: a quote in the row that begins here is not closed: 1,2",
            "close it; a quote inside of a quoted value is written twice: \"\"",
        ),
        (
            "a.csv",
            b"a,b\n\"1\n\xff\",2\n",
            "a.csv:3: value 1 is not UTF-8: 1 \u{fffd},2",
            "save the file as UTF-8; spreadsheets offer “CSV UTF-8”",
        ),
        ("a.csv", b"a,b\n", "a.csv: there is no row in it", "a data set has at least one row"),
        ("a.jsonl", b"\n \n", "a.jsonl: there is no row in it", "a data set has at least one row"),
        ("a.json", b"[ ]", "a.json: there is no row in it", "a data set has at least one row"),
        ("a.csv", b"\xff\xfea\0", "a.csv: this is UTF-16, not UTF-8", "save the file as UTF-8"),
        (
            "a.csv",
            b"PK\x03\x04rest",
            "a.csv: this is a zip archive or a spreadsheet",
            "unpack it, or save the sheet as CSV (UTF-8)",
        ),
    ];
    for (name, bytes, message, help) in cases {
        let (found, advice) = outcome(name, bytes).expect_err(message);
        assert_eq!((&*found, &*advice), (*message, *help));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(16))]

    #[test]
    fn values_between_commas_are_read_as_they_were_quoted(rows in proptest::collection::vec(("[\"a,ä\r\n\t]{0,6}", "[b\"]{0,3000}"), 1..120)) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let lines: String = rows.iter().map(|(one, two)| format!("{},{}\r\n", quoted(one), quoted(two))).collect();
        let folder = folder(&[("a.csv", format!("one,two\n{lines}").as_bytes())]);
        let read = read(&folder.path().join("a.csv")).unwrap();
        proptest::prop_assert_eq!(read.len(), rows.len());
        let mut line = 2;
        for (row, (one, two)) in read.iter().zip(&rows) {
            proptest::prop_assert_eq!(row.values["one"].as_str(), Some(&**one));
            proptest::prop_assert_eq!(row.values["two"].as_str(), Some(&**two));
            proptest::prop_assert_eq!(row.place.line, line);
            line += 1 + one.matches('\n').count() as u64;
        }
    }
}

#[test]
fn rows_before_a_broken_one_are_given_and_none_after_it() {
    let folder = folder(&[("a.jsonl", b"{\"a\": 1}\n{\"a\": 2}\nx\n{\"a\": 3}\n")]);
    let mut rows = DataSet::open(&folder.path().join("a.jsonl"), &ReadOptions::default()).unwrap();
    assert_eq!(rows.columns().len(), 1);
    assert!(rows.next().unwrap().is_ok() && rows.next().unwrap().is_ok());
    let error = rows.next().unwrap().unwrap_err();
    assert_eq!((error.code(), error.place().unwrap().line), ("data-broken", 3));
    assert!(rows.next().is_none());
}

#[test]
fn a_folder_is_its_data_files_in_the_order_of_their_paths() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"{\"n\": 1}\n").unwrap();
    let gzip = gzip.finish().unwrap();
    let zstandard = ruzstd::encoding::compress_to_vec(&b"n\n3\n"[..], ruzstd::encoding::CompressionLevel::Fastest);
    let folder = folder(&[
        ("b/z.csv.zst", &zstandard),
        ("a.jsonl.gz", &gzip),
        ("b/c.json", b"[{\"n\": 2}]"),
        ("b/empty.jsonl", b""),
        ("README.md", b"# no data"),
        (".hidden.jsonl", b"{"),
        ("b/x.png", b"\x89PNG"),
    ]);
    let rows = read(folder.path()).unwrap();
    let read: Vec<_> = rows.iter().map(|row| (row.line, row.values["n"].to_json(), row.folder.to_path_buf())).collect();
    let b = folder.path().join("b");
    let expected =
        [(0, "1".to_owned(), folder.path().to_owned()), (1, "2".to_owned(), b.clone()), (2, "\"3\"".to_owned(), b)];
    assert_eq!(read, expected);
    let none = read_error(&folder.path().join("none"));
    assert!(none.contains("there is no such file or folder"), "{none}");
    let folder = self::folder(&[("README.md", b"x")]);
    assert!(read_error(folder.path()).contains("the folder holds no data"));
}

fn read_error(path: &Path) -> String {
    read(path).unwrap_err().to_string()
}

#[test]
fn a_packed_file_that_is_cut_off_is_told_after_its_whole_rows() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    for number in 0..2000 {
        writeln!(gzip, "{{\"number\": {number}}}").unwrap();
    }
    let bytes = gzip.finish().unwrap();
    let folder = folder(&[("a.jsonl", &bytes[..bytes.len() / 2])]);
    let mut rows = DataSet::open(&folder.path().join("a.jsonl"), &ReadOptions::default()).unwrap();
    let error = rows.find_map(Result::err).unwrap();
    assert!(error.to_string().contains("from here on it cannot be unpacked"), "{error}");
    assert_eq!(error.help(), Some("the packed file is cut off or damaged; pack or copy it again"));
}

#[test]
fn a_named_format_goes_before_the_suffix() {
    let folder = folder(&[("a.txt", b"x;y\n1;2\n"), ("b.txt", b"x,y\n1,2\n")]);
    let options = ReadOptions { format: Some(Format::Csv), ..ReadOptions::default() };
    let mut rows = DataSet::open(&folder.path().join("b.txt"), &options).unwrap();
    assert_eq!(rows.next().unwrap().unwrap().values["y"], Value::from("2"));
}

#[test]
fn the_digest_changes_with_bytes_and_names_only() {
    let digest = |files: &[(&str, &[u8])]| {
        let folder = folder(files);
        DataSet::find(folder.path(), None).unwrap().digest().unwrap().unwrap()
    };
    let one = digest(&[("a.jsonl", b"{}"), ("b.jsonl", b"{}")]);
    assert!(one.starts_with("sha256:") && one.len() == 71, "{one}");
    assert_eq!(one, digest(&[("a.jsonl", b"{}"), ("b.jsonl", b"{}"), ("note.md", b"x")]));
    assert_ne!(one, digest(&[("a.jsonl", b"{}"), ("c.jsonl", b"{}")]));
    assert_ne!(one, digest(&[("a.jsonl", b"{} "), ("b.jsonl", b"{}")]));
    assert_ne!(one, digest(&[("a.jsonl", b"{}{}"), ("b.jsonl", b"")]));
    assert_eq!(DataSet::find(Path::new("-"), None).unwrap().digest().unwrap(), None);
}
