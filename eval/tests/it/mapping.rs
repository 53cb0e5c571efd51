use std::path::Path;
use std::sync::Arc;

use flow_core::image::MessageFormat;
use flow_core::plan::PlanInput;
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use flow_eval::data::{Place, Row};
use flow_eval::mapping::{Aligned, Available, Columns, Mapping, MappingError, Source, Written};

/// Inputs by their names; `name=value` has a default, and `?name=value` may be left out.
fn inputs(written: &[&str]) -> Vec<PlanInput> {
    let input = |text: &&str| {
        let is_optional = text.starts_with('?');
        let text = text.trim_start_matches('?');
        let (name, default) =
            text.split_once('=').map_or((text, None), |(name, value)| (name, Some(Value::from(value))));
        let description = Arc::from("");
        let name = Arc::from(name);
        let message_format = MessageFormat::Basic;
        PlanInput { name, ty: Ty::Any, default, is_optional, message_format, description }
    };
    written.iter().map(input).collect()
}

fn names(written: &str) -> Vec<Arc<str>> {
    written.split_whitespace().map(Arc::from).collect()
}

fn map(json: &str) -> Map {
    Value::from_json(json).unwrap().as_map().unwrap().clone()
}

fn messages(errors: &[MappingError]) -> String {
    errors.iter().map(|error| format!("{error} [{}]", error.help(Written::Option))).collect::<Vec<_>>().join("\n")
}

/// The inputs of line 7, and the warnings; or what is wrong.
fn outcome(mapping: &str, flow: &[&str], data: Option<&str>, run: bool) -> Result<(String, String), String> {
    let mapping = Mapping::parse(map(mapping)).map_err(|errors| messages(&errors))?;
    let (columns, outputs) = (data.map(names), names("reply line_number"));
    let available = Available {
        data: columns.as_deref().map(|names| Columns { names, looked_at: 3 }),
        run_inputs: run.then_some(Columns { names: &outputs[..1], looked_at: 1 }),
        run_outputs: run.then_some(Columns { names: &outputs, looked_at: 1 }),
        run_baseline: None,
    };
    let resolved = mapping.resolve(&inputs(flow), &available).map_err(|errors| messages(&errors))?;
    let row = columns.map(|names| {
        names.into_iter().map(|name| (Arc::clone(&name), Value::from(format!("d-{name}")))).collect::<Map>()
    });
    let (run_inputs, run_outputs) = (map("{\"reply\": \"i\"}"), map("{\"reply\": \"o\", \"line_number\": 7}"));
    let given = resolved.apply(7, |source| match source {
        Source::Data => row.as_ref(),
        Source::RunInputs => run.then_some(&run_inputs),
        Source::RunOutputs => run.then_some(&run_outputs),
        Source::RunBaseline => None,
    });
    let warnings: Vec<String> = resolved.warnings().iter().map(|warning| warning.words(Written::Option)).collect();
    Ok((Value::map(given.map_err(|error| error.to_string())?).to_json(), warnings.join("\n")))
}

#[test]
fn inputs_take_their_mapping_then_their_default_then_the_column_of_their_name() {
    for (mapping, flow, data, run, given, warnings) in [
        ("{}", &["a", "b"][..], Some("a b c"), false, r#"{"a":"d-a","b":"d-b","line_number":7}"#, ""),
        ("{}", &["a", "?b=x"], Some("a b"), false, r#"{"a":"d-a","line_number":7,"b":"d-b"}"#, ""),
        ("{}", &["a", "?b=x"], Some("a"), false, r#"{"a":"d-a","line_number":7,"b":"x"}"#, ""),
        (r#"{"a": "${data.x}"}"#, &["a", "b"], Some("x b"), false, r#"{"a":"d-x","b":"d-b","line_number":7}"#, ""),
        (
            r#"{"a": "${data.x}", "b": "lit"}"#,
            &["a", "b"],
            Some("x"),
            false,
            r#"{"a":"d-x","b":"lit","line_number":7}"#,
            "",
        ),
        (
            r#"{"a": "${data.x}", "b": {"n": [1, null]}}"#,
            &["a", "b"],
            Some("x"),
            false,
            r#"{"a":"d-x","b":{"n":[1,null]},"line_number":7}"#,
            "",
        ),
        (r#"{"q": "${data.q}"}"#, &["q=7"], Some("q"), false, r#"{"q":"d-q","line_number":7}"#, ""),
        (
            "{}",
            &["q=7"],
            Some("q"),
            false,
            r#"{"line_number":7,"q":"7"}"#,
            "input `q` takes its default, and not the column `q` of the data; to take the column give --map q='${data.q}'",
        ),
        ("{}", &["q=7"], Some("x"), false, r#"{"line_number":7,"q":"7"}"#, ""),
        (r#"{"a": "${data.one.two}"}"#, &["a"], Some("one one.two"), false, r#"{"a":"d-one.two","line_number":7}"#, ""),
        (
            r#"{"a": "${run.outputs.reply}", "b": "${run.inputs.reply}"}"#,
            &["a", "b"],
            None,
            true,
            r#"{"a":"o","b":"i","line_number":7}"#,
            "",
        ),
        (
            r#"{"a": "${data.x}", "line_number": "${nonsense}"}"#,
            &["a"],
            Some("x"),
            false,
            r#"{"a":"d-x","line_number":7}"#,
            "",
        ),
        (
            r#"{"a": "${data.x}", "b": "see ${data.x}"}"#,
            &["a", "b"],
            Some("x"),
            false,
            r#"{"a":"d-x","b":"see ${data.x}","line_number":7}"#,
            "input `b`: `see ${data.x}` is given as it stands, as a reference must be the whole text",
        ),
        (
            r#"{"a": "${data.x}", "b": "${}", "c": "${{x}}"}"#,
            &["a", "b", "c"],
            Some("x"),
            false,
            r#"{"a":"d-x","b":"${}","c":"${{x}}","line_number":7}"#,
            "",
        ),
        (
            r#"{"question": "${data.x}", "qestion": 1}"#,
            &["question"],
            Some("x"),
            false,
            r#"{"question":"d-x","qestion":1,"line_number":7}"#,
            "the mapping gives `qestion`, which is no input of the flow; did you mean `question`?",
        ),
    ] {
        let (found, told) = outcome(mapping, flow, data, run).expect(mapping);
        assert_eq!((&*found, &*told), (given, warnings), "{mapping}");
    }
}

#[test]
fn mistakes_are_told_before_the_run_with_what_was_meant() {
    const KINDS: &str = "columns are ${data.NAME}, ${run.inputs.NAME} and ${run.outputs.NAME}";
    for (mapping, flow, data, run, told) in [
        ("{}", &[][..], Some("a"), false, "the flow has no inputs, so that each row would run the same [declare what differs from row to row under `inputs`]".to_owned()),
        (r#"{"a": "x", "b": 1}"#, &["a"], Some("a"), false, "the mapping gives constants only, so that nothing is taken from the rows [map at least one input to a column: --map question='${data.question}']".to_owned()),
        (r#"{"a": "${ data.x }"}"#, &["a"], Some("x"), false, "input `a`: `${ data.x }` is no reference to a column [did you mean `${data.x}`?]".to_owned()),
        (r#"{"a": "${date.x}"}"#, &["a"], Some("x"), false, "input `a`: `${date.x}` is no reference to a column [did you mean `${data.x}`?]".to_owned()),
        (r#"{"a": "${inputs.x}"}"#, &["a"], Some("x"), false, "input `a`: `${inputs.x}` is no reference to a column [did you mean `${data.x}`?]".to_owned()),
        (r#"{"a": "${x}"}"#, &["a"], Some("x"), false, "input `a`: `${x}` is no reference to a column [did you mean `${data.x}`?]".to_owned()),
        (r#"{"a": "${run.output.x}"}"#, &["a"], Some("x"), false, "input `a`: `${run.output.x}` is no reference to a column [did you mean `${run.outputs.x}`?]".to_owned()),
        (r#"{"a": "${run.x}"}"#, &["a"], Some("x"), false, "input `a`: `${run.x}` is no reference to a column [did you mean `${run.outputs.x}`?]".to_owned()),
        (r#"{"a": "${data}"}"#, &["a"], Some("x"), false, format!("input `a`: `${{data}}` is no reference to a column [{KINDS}]")),
        (r#"{"a": "${data.}"}"#, &["a"], Some("x"), false, format!("input `a`: `${{data.}}` is no reference to a column [{KINDS}]")),
        (r#"{"a": "${data.nope}"}"#, &["a"], Some("x y"), false, "input `a`: the data has no column `nope` in its first 3 rows [known are `x` and `y`]".to_owned()),
        (r#"{"a": "${data.one.two}"}"#, &["a"], Some("one"), false, "input `a`: the data has no column `one.two` in its first 3 rows [the only one is `one`; a dot is part of the column's name, it leads into no value]".to_owned()),
        (r#"{"a": "${run.outputs.x}"}"#, &["a"], Some("x"), false, "input `a`: `${run.outputs.x}` refers to what the run gave out, and no run is given [give the run with --run]".to_owned()),
        (r#"{"a": "${data.x}"}"#, &["a"], None, true, "input `a`: `${data.x}` refers to the data, and no data is given [give the data set with --data]".to_owned()),
        (r#"{"a": "${run.outputs.replay}"}"#, &["a"], None, true, "input `a`: what the run gave out has no column `replay` in its first row [did you mean `reply`?]".to_owned()),
        ("{}", &["question", "b=1"], Some("qestion"), false, "input `question` has no default and no mapping, and the data has no column `question` in its first 3 rows [map it: --map question='${data.COLUMN}'; did you mean `qestion`?]".to_owned()),
        ("{}", &["a"], None, true, "input `a` has no default and no mapping, and there is no data to take it from [map it: --map a='${run.outputs.COLUMN}']".to_owned()),
    ] {
        assert_eq!(outcome(mapping, flow, data, run), Err(told), "{mapping}");
    }
    let two = outcome(r#"{"a": "${data.n}"}"#, &["a", "b"], Some("x"), false).unwrap_err();
    assert_eq!(two.lines().count(), 2, "{two}");
}

#[test]
fn a_row_that_lacks_a_column_fails_alone_and_null_is_a_value() {
    let mapping = Mapping::parse(map(r#"{"a": "${data.x}", "b": "${data.y}"}"#)).unwrap();
    let columns = names("x y");
    let data = Some(Columns { names: &columns, looked_at: 2 });
    let resolved = mapping.resolve(&inputs(&["a=1", "b"]), &Available { data, ..Available::default() }).unwrap();
    assert!(resolved.uses(Source::Data) && !resolved.uses(Source::RunOutputs));
    let (whole, lacking) = (map(r#"{"x": null, "y": 1}"#), map(r#"{"y": 1}"#));
    let given = resolved.apply(0, |_| Some(&whole)).unwrap();
    assert_eq!(Value::map(given).to_json(), r#"{"a":null,"b":1,"line_number":0}"#);
    let error = resolved.apply(1, |_| Some(&lacking)).unwrap_err();
    assert_eq!(error.to_string(), "input `a` is missing: the row has no `${data.x}`");
}

fn row(line: u64, json: &str) -> Row {
    let file: Arc<Path> = Arc::from(Path::new("a.jsonl"));
    Row { line, place: Place { file: Arc::clone(&file), line: line + 1 }, folder: file, values: map(json) }
}

/// The number of each joined line with the two values `v`, or what is wrong.
type Joined = Result<Vec<(u64, i64, i64)>, String>;

fn aligned(data: &[&str], outputs: &[&str]) -> (Joined, u64) {
    let rows = |texts: &[&str]| {
        let rows: Vec<_> = (0..).zip(texts).map(|(line, json)| Ok(row(line, json))).collect();
        Box::new(rows.into_iter()) as Box<dyn Iterator<Item = _> + Send>
    };
    let mut lines = Aligned::new(vec![(Source::Data, rows(data)), (Source::RunOutputs, rows(outputs))]);
    let value = |values: Option<&Map>| values.unwrap()["v"].as_int().unwrap();
    let joined: Result<Vec<_>, _> = lines
        .by_ref()
        .map(|line| {
            line.map(|line| (line.line, value(line.values(Source::Data)), value(line.values(Source::RunOutputs))))
        })
        .collect();
    (joined.map_err(|error| error.to_string()), lines.left_out())
}

#[test]
fn sources_are_joined_by_number_else_by_position() {
    let data = [r#"{"v": 0}"#, r#"{"v": 1}"#, r#"{"v": 2}"#, r#"{"v": 3}"#];
    let outputs = [r#"{"v": 10, "line_number": 0}"#, r#"{"v": 12, "line_number": 2}"#];
    assert_eq!(aligned(&data, &outputs), (Ok(vec![(0, 0, 10), (2, 2, 12)]), 2));
    assert_eq!(aligned(&data, &[r#"{"v": 10}"#, r#"{"v": 11}"#]).0, Ok(vec![(0, 0, 10), (1, 1, 11)]));
    let numbered = [r#"{"v": 0, "line_number": 2}"#, r#"{"v": 1, "line_number": "5"}"#];
    assert_eq!(aligned(&numbered, &outputs), (Ok(vec![(2, 0, 12)]), 2));
    let unsorted = [r#"{"v": 0, "line_number": 2}"#, r#"{"v": 1, "line_number": 1}"#];
    assert_eq!(
        aligned(&unsorted, &outputs).0,
        Err("a.jsonl:2: its `line_number` is 1, and the rows before have numbers up to 2".to_owned())
    );
}
