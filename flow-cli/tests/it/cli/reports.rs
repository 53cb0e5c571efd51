//! Reports of `flow eval`: what they hold, and that no text of the data is anything but a text in them.

use std::collections::BTreeSet;

use insta::{assert_json_snapshot, assert_snapshot};
use regex::Regex;
use serde_json::Value as Json;

use super::TestContext;

const FLOW: &str = r#"inputs:
  text: { type: string }
  fail: { type: bool, default: false }
outputs:
  answer: { type: string, reference: "${judge.output}" }
  words: { type: int, reference: "${say.output}" }
nodes:
  - name: say
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    inputs: { model: gpt-4o, text: "${inputs.text}" }
  - name: judge
    type: python
    code: |
      from promptflow.core import tool

      @tool
      def judge(text: str, fail: bool):
          if fail:
              raise ValueError(text)
          return text
    inputs: { text: "${inputs.text}", fail: "${inputs.fail}" }
"#;

/// Texts that would run, break out, or turn what stands beside them, were they taken for more than texts.
fn hostile() -> Vec<String> {
    let text = include_str!("../../hostile/texts.jsonl");
    let rows = text.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
    rows.map(|row| row["text"].as_str().expect("a text").to_owned()).collect()
}

/// Each text as input, output, slice and error; names of variants, scores and columns are no better.
fn evaluated() -> (TestContext, Vec<String>) {
    let texts = hostile();
    let row = |text: &String, fail: bool| serde_json::json!({ "text": text, "fail": fail, "<b>|=1": text }).to_string();
    let rows: Vec<String> = texts.iter().flat_map(|text| [row(text, false), row(text, true)]).collect();
    let spec = serde_json::json!({
        "name": "</title><script>alert('title')</script> | `x` =1+1",
        "flow": "flow.yaml",
        "data": "rows.jsonl",
        "map": { "text": "${data.text}", "fail": "${data.fail}" },
        "variants": { "say.model": ["<script>alert('variant')</script>", "\"><svg/onload=alert(1)>|]]>"] },
        "score": [{
            "name": "<img src=x onerror=alert('score')>|",
            "metric": "exact_match",
            "inputs": { "answer": "${run.outputs.answer}", "expected": "${data.text}" },
        }],
        "by": ["<b>|=1"],
        "gate": ["each: failed == 0"],
    });
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("mock.yaml", "rules:\n  - reply: \"3\"\n"),
        ("rows.jsonl", &(rows.join("\n") + "\n")),
        ("eval.yaml", &spec.to_string()),
    ]);
    let said = context.ran("eval eval.yaml --mock -o a.html -o a.md -o a.xml -o a.csv");
    assert_eq!(said.exit, Some(100), "{said:?}");
    assert!(!said.stdout.contains(['\0', '\u{8}', '\u{202e}']), "{}", said.stdout);
    (context, texts)
}

#[test]
fn no_text_is_more_than_a_text_in_a_report() {
    let (context, texts) = evaluated();
    page(&context.read("a.html"), &texts);
    markdown(&context.read("a.md"));
    junit(&context.read("a.xml"));
    table(&context.read("a.csv"), &texts);
}

/// All markup is the program's, and the data holds each text whole.
fn page(page: &str, texts: &[String]) {
    let (before, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("data");
    let (data, behind) = rest.split_once("</script>").expect("an end of the data");
    assert!(!data.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0']));
    let data: Json = serde_json::from_str(data).expect("JSON");
    let known: BTreeSet<&str> = data["texts"].as_array().expect("texts").iter().filter_map(Json::as_str).collect();
    let missing: Vec<_> = texts.iter().filter(|text| !known.contains(text.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(behind.matches("<script").count(), 1);
    assert_eq!(behind.matches("</script").count(), 1);
    assert!(before.contains("default-src 'none'; script-src 'sha256-") && !page.contains("unsafe-inline"));
    let (head, body) = before.split_once("</style>").expect("a style");
    assert_eq!(head.matches("<script").count(), 0);
    let tag = Regex::new(r#"<(/?[a-z0-9]+)((?: [a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*) ?/?>"#).expect("a pattern");
    let mut names = BTreeSet::new();
    for found in tag.captures_iter(body) {
        names.insert(found[1].trim_start_matches('/').to_owned());
        let attributes = &found[2];
        assert!(!attributes.contains(" on") && !attributes.contains(" style") && !attributes.contains("javascript"));
    }
    let bare = tag.replace_all(body, "");
    let foreign = bare.find(['<', '>', '\0', '\u{1b}']);
    assert!(foreign.is_none(), "{:?}", foreign.map(|at| bare[at..].chars().take(80).collect::<String>()));
    for foreign in ["script", "img", "iframe", "object", "embed", "link", "base", "meta", "form", "style", "b0"] {
        assert!(!names.contains(foreign), "{foreign}");
    }
}

/// No tag but what folds, no cell more than the head has, nothing that turns the direction.
fn markdown(text: &str) {
    assert!(text.len() < 65_536, "{}", text.len());
    let ours = Regex::new("</?details>|</?summary>").expect("a pattern");
    assert!(!ours.replace_all(text, "").contains(['<', '>', '\u{202e}', '\u{2066}', '\0', '\u{1b}']));
    assert!(!text.contains("://") && !text.contains("](") && !text.contains("www."));
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut expected = None;
    for line in text.lines() {
        expected = line.starts_with('|').then(|| expected.unwrap_or_else(|| cells(line)));
        assert!(expected.is_none_or(|expected| cells(line) == expected), "{line}");
    }
}

/// Well-formed: known elements, quoted attributes, no character that XML does not have.
fn junit(text: &str) {
    let names = "testsuites|testsuite|properties|property|testcase|failure|error|skipped";
    let attribute = r#"[a-z]+="(?:[^"<>&]|&(?:amp|lt|gt|quot);)*""#;
    let tag = Regex::new(&format!("</?(?:{names})(?: {attribute})*/?>")).expect("a pattern");
    let rest = tag.replace_all(text.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "");
    assert!(rest.trim().is_empty(), "{rest}");
    let is_foreign = |sign: char| (sign.is_control() && sign != '\n') || matches!(sign, '\u{fffe}' | '\u{ffff}');
    assert!(!text.contains(is_foreign));
    assert!(text.contains("skipped=\"100\"") && text.contains("<skipped message=\"failed: "));
}

/// No cell that a spreadsheet would run, and each line has as many as the head.
fn table(text: &str, texts: &[String]) {
    let lines = cells(text);
    assert_eq!(lines.len(), 1 + texts.len() * 4);
    for line in &lines {
        assert_eq!(line.len(), lines[0].len(), "{line:?}");
        for cell in line {
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
            assert!(!runs || cell.parse::<f64>().is_ok(), "{cell:?}");
        }
    }
}

/// The cells of CSV.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => cell.extend(signs.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    lines
}

const SPEC: &str = r#"name: Odd or even
flow: flow.yaml
data: rows.jsonl
variants: { say: [base, careful] }
repeat: 2
score:
  - { name: exact, metric: exact_match, threshold: 1, inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" } }
by: [half]
compare: { metric: exact }
gate: ["careful: exact >= 0.9"]
"#;

/// Four rows in two variants, twice each.
fn small() -> TestContext {
    let flow = "inputs:\n  text: { type: string }\noutputs:\n  answer: { type: string, reference: \"${say.output}\" }\nnodes:\n  - name: say\n    type: prompt\n    prompt: \"{{ 'odd' if text | length > 2 else text }}\"\n    inputs: { text: \"${inputs.text}\" }\n    variants:\n      careful: { prompt: \"{{ text }}\" }\n";
    let row =
        |text: &str, half: &str| format!("{{\"text\": \"{text}\", \"expected\": \"{text}\", \"half\": \"{half}\"}}\n");
    let rows = [row("t1", "first"), row("t10", "first"), row("=t11", "second"), row("t2", "second")].concat();
    TestContext::with(&[("flow.yaml", flow), ("rows.jsonl", &rows), ("eval.yaml", SPEC)])
}

#[test]
fn the_rows_of_a_page_and_a_table_are_those_of_the_run() {
    let context = small();
    let said = context.ran("eval eval.yaml -o page.html -o rows.csv");
    // Four rows are too few for the verdict that the file asks for.
    assert_eq!(said.exit, Some(3), "{said:?}");
    let page = context.read("page.html");
    let data = page.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let mut data: Json = serde_json::from_str(data).expect("JSON");
    data["command"] = data["command"].as_str().expect("a command").split(" --run ").next().into();
    for answers in data["answers"].as_array_mut().expect("answers") {
        answers["latency"] = Json::Null;
    }
    assert_json_snapshot!("data", data);
    let without_times = cells(&context.read("rows.csv")).into_iter().map(|mut line| {
        line.remove(line.len() - 2);
        line.join(" | ")
    });
    assert_snapshot!("table", without_times.collect::<Vec<_>>().join("\n"));
    for words in ["<h1><bdi>Odd or even</bdi></h1>", "The gate holds.", "half</bdi> = <bdi>first", "4 rows are too few"]
    {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_report_that_has_no_form_is_told_before_anything_runs() {
    let context = small();
    assert_snapshot!(context.session(&["eval eval.yaml -o report.pdf", "runs"]));
}
