mod dates;
mod examples;
mod http;
mod lists;
mod properties;
mod search;
mod texts;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use flow_core::project::ProjectFiles;
use flow_core::tool::{Pace, ToolContext, ToolRegistry};
use flow_core::value::Value;
use tokio_util::sync::CancellationToken;

fn call_in(folder: &Path, tool: &str, inputs: &str) -> Result<String, String> {
    let context = ToolContext { files: Arc::new(ProjectFiles::new(folder)), cancel: CancellationToken::new() };
    static TOOLS: LazyLock<ToolRegistry> = LazyLock::new(|| crate::tools(crate::Permissions::default()));
    let tool = TOOLS.get(tool).unwrap();
    let inputs = Value::from_json(inputs).unwrap();
    let result = match tool.spec().pace {
        Pace::Inline => tool.call_inline(inputs, &context),
        Pace::Waiting => waited(tool.call(inputs, &context)),
    };
    result.map(|value| value.to_json()).map_err(|error| error.to_string())
}

fn waited<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(call)
}

fn call(tool: &str, inputs: &str) -> Result<String, String> {
    call_in(Path::new("."), tool, inputs)
}

fn told(tool: &str, tries: &[&str]) -> String {
    tries.iter().map(|inputs| call(tool, inputs).unwrap_or_else(|error| format!("error: {error}")) + "\n").collect()
}

/// Calls, each with what it gives.
fn shown(tool: &str, tries: &[&str]) -> String {
    let line = |inputs: &&str| {
        let given = call(tool, inputs).unwrap_or_else(|error| format!("error: {error}"));
        let inputs: String = inputs.chars().take(160).collect();
        format!("{inputs}\n    {given}\n")
    };
    tries.iter().map(line).collect()
}

const OPEN: &[&str] = &[
    "expression.evaluate",
    "list.filter",
    "list.group",
    "list.map",
    "list.sort",
    "list.unique",
    "list.zip",
    "template.render",
    "value.coalesce",
];

#[test]
fn every_tool_documents_its_inputs() {
    let tools = crate::tools(crate::Permissions::default());
    let mut names = Vec::new();
    for tool in tools.iter() {
        let spec = tool.spec();
        names.push(spec.name);
        assert!(spec.summary.ends_with('.'), "{}", spec.name);
        let properties = spec.inputs["properties"].as_object().unwrap();
        for (name, schema) in properties {
            assert!(schema["description"].is_string(), "{}: {name} {schema}", spec.name);
        }
        // Tools with an expression take further inputs as names in it.
        let is_open = spec.inputs["additionalProperties"] == true;
        assert!(is_open || spec.inputs["additionalProperties"] == false, "{}: {}", spec.name, spec.inputs);
        assert_eq!(is_open, OPEN.contains(&spec.name), "{}", spec.name);
    }
    assert!(names.len() >= 37, "{names:?}");
    assert!(names.iter().all(|name| name.split('.').count() == 2));
}

#[test]
fn templates_render_as_prompts_do() {
    insta::assert_snapshot!(
        told("template.render", &[
            r#"{"template": "Hello {{ name }}, {{ flag }} {{ list }}", "values": {"name": "Ann", "flag": true, "list": [1, "a"]}}"#,
            r#"{"template": "plain"}"#,
            r#"{"template": "{{ gone }}"}"#,
            r#"{"template": "{{ oops"}"#,
            r#"{"template": "x", "values": [1]}"#,
            r#"{"values": {}}"#,
            r#"{"template": "x", "vals": {}}"#,
        ]),
        @r#"
        "Hello Ann, True [1, 'a']"
        "plain"
        error: input `template`: `gone` is undefined
        error: input `template`: the template cannot be read: unexpected end of the text, expected `}}`
        error: input `values`: expected a mapping from names to values, found list
        error: input `.`: missing field `template`
        "x"
        "#
    );
}

#[test]
fn expressions_give_values_of_any_type() {
    insta::assert_snapshot!(
        told("expression.evaluate", &[
            r#"{"expression": "a * 2 + b.c[0]", "values": {"a": 4, "b": {"c": [0.5]}}}"#,
            r#"{"expression": "names | sort | first if names else none", "values": {"names": ["b", "a"]}}"#,
            r#"{"expression": "{'x': [1, 2]}"}"#,
            r#"{"expression": "gone"}"#,
            r#"{"expression": "1 +"}"#,
        ]),
        @r#"
        8.5
        "a"
        {"x":[1,2]}
        error: input `expression`: `gone` is undefined
        error: input `expression`: the expression cannot be read: unexpected end of the text, expected expression
        "#
    );
}

#[test]
fn json_is_read_with_and_without_a_fence() {
    insta::assert_snapshot!(
        told("json.parse", &[
            r#"{"text": " {\"b\": 1, \"a\": [null, 1.5]} "}"#,
            r#"{"text": "```json\n{\"a\": 1}\n```\n"}"#,
            r#"{"text": "no", "default": null}"#,
            r#"{"text": "no", "default": {"a": 0}}"#,
            r#"{"text": "no"}"#,
            r#"{"text": 5}"#,
        ]),
        @r#"
        {"b":1,"a":[null,1.5]}
        {"a":1}
        null
        {"a":0}
        error: input `text`: not valid JSON, from line 1, column 2 on; give a `default` if that may happen
        error: input `text`: invalid type: integer `5`, expected a string
        "#
    );
}

#[test]
fn parts_are_picked_by_path_or_pointer() {
    let from = r#"{"items": [{"name": "a"}, {"name": "b", "x/y": 2}], "n.m": 3}"#;
    let pick = |path: &str, rest: &str| {
        let inputs = format!(r#"{{"from": {from}, "path": "{path}"{rest}}}"#);
        call("json.pick", &inputs).unwrap_or_else(|error| format!("error: {error}"))
    };
    for (path, expected) in [
        ("items[0].name", "\"a\""),
        ("items.1.name", "\"b\""),
        ("items[-1].name", "\"b\""),
        ("/items/1/x~1y", "2"),
        ("/n.m", "3"),
        ("items[0]", r#"{"name":"a"}"#),
    ] {
        assert_eq!(pick(path, ""), expected, "{path}");
    }
    assert_eq!(pick("", ""), Value::from_json(from).unwrap().to_json());
    assert_eq!(pick("gone", r#", "default": null"#), "null");
    let wrong =
        ["gone", "items[2]", "items[-3]", "items[0].name.x", "a..b", "a[0"].map(|path| pick(path, "")).join("\n");
    insta::assert_snapshot!(wrong, @r#"
    error: nothing at `gone`: there are `items`, `n.m`; give a `default` if that may happen
    error: nothing at `2` in `items`: it is a list of 2; give a `default` if that may happen
    error: nothing at `-3` in `items`: it is a list of 2; give a `default` if that may happen
    error: nothing at `x` in `items.0.name`: it is of type string; give a `default` if that may happen
    error: input `path`: `a..b`: there is a dot too many
    error: input `path`: `a[0`: a bracket is not closed
    "#);
    assert_eq!(call("json.pick", r#"{"from": "{\"a\": 1}", "path": "a"}"#).as_deref(), Ok("1"));
    assert_eq!(call("json.pick", r#"{"from": "no", "path": "a", "default": 2}"#).as_deref(), Ok("2"));
}

#[test]
fn mappings_merge_flat_and_deep() {
    let values = r#""values": [{"a": 1, "b": {"x": 1}}, {"b": {"y": 2}, "c": 3}]"#;
    assert_eq!(call("json.merge", &format!("{{{values}}}")).unwrap(), r#"{"a":1,"b":{"y":2},"c":3}"#);
    let deep = call("json.merge", &format!("{{{values}, \"deep\": true}}")).unwrap();
    assert_eq!(deep, r#"{"a":1,"b":{"x":1,"y":2},"c":3}"#);
    let wrong = call("json.merge", r#"{"values": [{}, 5]}"#).unwrap_err();
    assert_eq!(wrong, "input `values[1]`: expected a mapping, found int");
}

#[test]
fn values_are_written_as_json() {
    assert_eq!(call("json.dump", r#"{"value": {"b": [1, "ä"]}}"#).unwrap(), r#""{\"b\":[1,\"ä\"]}""#);
    assert_eq!(call("json.dump", r#"{"value": {"b": 1}, "pretty": true}"#).unwrap(), r#""{\n  \"b\": 1\n}""#);
}

#[test]
fn texts_are_joined_split_and_replaced() {
    assert_eq!(call("text.join", r#"{"items": ["a", 1, true], "separator": ", "}"#).unwrap(), r#""a, 1, True""#);
    assert_eq!(call("text.split", r#"{"text": "a\r\n\n b "}"#).unwrap(), r#"["a","b"]"#);
    let kept = call("text.split", r#"{"text": "a,, b", "separator": ",", "keep_blank": true}"#).unwrap();
    assert_eq!(kept, r#"["a",""," b"]"#);
    assert!(call("text.split", r#"{"text": "a", "separator": ""}"#).is_err());
    assert_eq!(call("text.replace", r#"{"text": "aXbX", "find": "X", "with": "-"}"#).unwrap(), r#""a-b-""#);
    assert!(call("text.replace", r#"{"text": "a", "find": ""}"#).is_err());
}

#[test]
fn files_are_read_inside_of_the_project_only() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("project");
    std::fs::create_dir_all(folder.join("docs")).unwrap();
    std::fs::write(folder.join("docs/a.txt"), "\u{feff}Grüße\n").unwrap();
    std::fs::write(folder.join("binary"), [0xff, 0x00]).unwrap();
    std::fs::write(temp.path().join("secret.txt"), "secret").unwrap();
    assert_eq!(call_in(&folder, "file.read", r#"{"path": "docs/a.txt"}"#).unwrap(), r#""Grüße\n""#);
    assert_eq!(call_in(&folder, "file.read", r#"{"path": "docs/a.txt", "max_bytes": 11}"#).unwrap(), r#""Grüße\n""#);
    let wrong = [
        r#"{"path": "docs/a.txt", "max_bytes": 10}"#,
        r#"{"path": "docs"}"#,
        r#"{"path": "binary"}"#,
        r#"{"path": "gone.txt"}"#,
        r#"{"path": "../secret.txt"}"#,
    ]
    .map(|inputs| call_in(&folder, "file.read", inputs).unwrap_err())
    .join("\n");
    let root = folder.canonicalize().unwrap().to_string_lossy().into_owned();
    insta::assert_snapshot!(wrong.replace(&root, "PROJECT"), @r#"
    input `path`: `docs/a.txt` is larger than 10 bytes; raise `max_bytes` to read it
    input `path`: `docs` is a folder, not a file
    input `path`: `binary` is not UTF-8 text
    input `path`: `gone.txt` is not there (looked for PROJECT/gone.txt)
    path `../secret.txt` leaves the project folder; tools read files inside of it only
    "#);
}
