//! `flow eval`: scores, comparisons, gates, reports.

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::TestContext;

/// Two ways to answer, without a model; the second is right more often.
pub(super) const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: prompt
    prompt: "{{ 'odd' if text | length > 2 else text }}"
    inputs: { text: "${inputs.text}" }
    variants:
      careful: { prompt: "{{ 'odd' if text == 't13' else text }}" }
"#;

pub(super) const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, careful] }
score:
  - name: exact
    metric: exact_match
    inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" }
  - { name: kind, metric: classification, inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" } }
  - { name: fast, metric: latency, threshold: 60s }
by: [half]
compare: { metric: exact, margin: 0.05 }
gate:
  - "careful: exact >= 0.9 and low(exact) > 0.8"
  - "each: failed == 0"
"#;

pub(super) fn context() -> TestContext {
    let row = |number: usize| {
        let half = if number < 20 { "first" } else { "second" };
        format!("{{\"text\": \"t{number}\", \"expected\": \"t{number}\", \"half\": \"{half}\"}}\n")
    };
    let rows: String = (0..40).map(row).collect();
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC)])
}

#[test]
fn variants_are_scored_compared_and_held_against_gates() {
    let context = context();
    let outcome = context.json("eval eval.yaml --json", 0);
    let means: Vec<f64> = (0..2)
        .map(|variant| outcome["variants"][variant]["scores"][0]["summary"]["mean"].as_f64().expect("a mean"))
        .collect();
    assert_eq!(means, [0.25, 0.975]);
    let compared = &outcome["comparisons"][0];
    assert_eq!(compared["comparison"]["verdict"]["verdict"], "better");
    assert_eq!(
        (&compared["comparison"]["better"], &compared["comparison"]["worse"]),
        (&Json::from(29), &Json::from(0))
    );
    assert_eq!(outcome["slices"][0]["value"], "first");
    assert_eq!(outcome["slices"][0]["scores"][0]["summary"]["mean"], 0.5);
    let passed: Vec<&Json> = outcome["gates"].as_array().expect("gates").iter().map(|gate| &gate["passed"]).collect();
    assert_eq!(passed, [true, true, true]);
    assert_eq!(outcome["variants"][1]["scores"][1]["whole"]["rows"], 40);
    // The same run again, by other gates and scores.
    context.write("strict.yaml", &SPEC.replace("exact >= 0.9", "exact >= 0.99"));
    let again = context.json("eval strict.yaml --run last --json", 100);
    assert_eq!(again["run"], outcome["run"]);
    assert_eq!(again["gates"][0]["passed"], false);
    assert_eq!(again["gates"][0]["values"][0], serde_json::json!(["exact", 0.975]));
}

#[test]
fn a_comparison_that_is_asked_for_and_undecided_ends_with_3() {
    let context = context();
    let said = context.ran("eval eval.yaml --limit 12");
    assert_eq!(said.exit, Some(100), "{said:?}");
    context.write("open.yaml", &SPEC[..SPEC.find("gate:").expect("gates")]);
    let said = context.ran("eval open.yaml --limit 12");
    assert_eq!(said.exit, Some(3), "{said:?}");
    assert!(said.stdout.contains("no verdict: 12 rows are too few, at least 15 are needed"), "{}", said.stdout);
}

#[test]
fn reports_are_written_by_their_endings() {
    let context = context();
    // What takes time has another score in each run.
    let lines = SPEC.lines().filter(|line| !line.contains("latency"));
    context.write("eval.yaml", &lines.collect::<Vec<_>>().join("\n"));
    let said = context.ran("eval eval.yaml -o report.md -o results.xml -o outcome.json");
    assert_eq!(said.exit, Some(0), "{said:?}");
    let markdown = context.read("report.md");
    let (without_times, times) = markdown.split_once("<details><summary>Cost and latency").expect("what was measured");
    assert_snapshot!("markdown", without_times);
    assert_eq!(times.matches("| say=").count(), 2);
    let times = regex::Regex::new(" time=\"[0-9.]+\"").expect("a pattern");
    assert_snapshot!("junit", times.replace_all(&context.read("results.xml"), ""));
    let outcome: Json = serde_json::from_str(&context.read("outcome.json")).expect("JSON");
    assert_eq!(outcome["rows"], 40);
    let unknown = context.ran("eval eval.yaml --run last -o report.pdf");
    assert_eq!(unknown.exit, Some(2), "{unknown:?}");
}

#[test]
fn groups_are_scores_of_their_own() {
    let context = context();
    context.write("groups.yaml", "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { name: exact, metric: exact_match, group: quality, weight: 3, inputs: { answer: \"${run.outputs.answer}\", expected: \"${data.expected}\" } }\n  - { name: short, metric: expression, with: { expression: answer | length < 4 }, group: quality, inputs: { answer: \"${run.outputs.answer}\" } }\ngate: [\"each: quality > 0.4\"]\n");
    let outcome = context.json("eval groups.yaml --json", 0);
    let scores = outcome["variants"][0]["scores"].as_array().expect("scores");
    let means: Vec<(&str, f64)> = scores
        .iter()
        .map(|score| (score["name"].as_str().expect("a name"), score["summary"]["mean"].as_f64().expect("a mean")))
        .collect();
    assert_eq!(means, [("exact", 0.25), ("short", 1.0), ("quality", 0.4375)]);
}

#[test]
fn settings_are_axes_too() {
    let context = TestContext::with(&[
        (
            "flow.yaml",
            "inputs:\n  text: { type: string }\noutputs:\n  answer: { type: string, reference: \"${say.output}\" }\nnodes:\n  - name: say\n    type: llm\n    connection: openai\n    prompt: \"user:\\n{{ text }}\"\n    inputs: { model: gpt-4o, text: \"${inputs.text}\" }\n",
        ),
        ("mock.yaml", "rules:\n  - { when: { model: gpt-4o }, reply: large }\n  - reply: small\n"),
        ("rows.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n"),
        (
            "eval.yaml",
            "flow: .\ndata: rows.jsonl\nvariants: { say.model: [gpt-4o, gpt-4o-mini] }\nscore:\n  - { name: large, metric: equals, value: large, inputs: { answer: \"${run.outputs.answer}\" } }\n",
        ),
    ]);
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    let of = |variant: usize| {
        (
            outcome["variants"][variant]["name"].clone(),
            outcome["variants"][variant]["scores"][0]["summary"]["mean"].clone(),
        )
    };
    assert_eq!(of(0), (Json::from("say.model=gpt-4o"), Json::from(1.0)));
    assert_eq!(of(1), (Json::from("say.model=gpt-4o-mini"), Json::from(0.0)));
}

#[test]
fn mistakes_in_an_evaluation_file_are_told_with_their_places() {
    let context = context();
    context.write(
        "broken.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nmap: { text: \"${dat.text}\" }\nvariants: { say: [base, careful] }\ncombine: each\nscore:\n  - { name: a, metric: exact_mach, inputs: { answer: \"${run.outputs.answer}\" } }\n  - { name: b, metric: exact_match, inputs: { answer: \"${run.outputs.answer}\", expcted: x } }\n  - { name: c, metric: regex, patern: x, inputs: { answer: \"${run.outputs.answer}\" } }\n  - { name: d, flow: judge }\n  - { name: e, metric: latency, threshold: soon }\ncompare: { metric: exact, level: 2 }\ngate: [\"each: exakt >= 0.9\", \"each: latency <\"]\nbudgets: 5\n",
    );
    context.write("columns.yaml", &SPEC.replace("${data.expected}", "${data.expectd}"));
    context.write(
        "baseline.yaml",
        &SPEC.replace("compare: { metric: exact", "compare: { baseline: say=bold, metric: exact"),
    );
    assert_snapshot!(context.session(&[
        "eval broken.yaml",
        "eval columns.yaml --run nothing",
        "eval nothing.yaml",
        "eval --metrics exact_mach",
        "eval --metrics latency",
    ]));
    let columns = context.ran("eval columns.yaml");
    assert!(columns.exit == Some(2) && columns.stderr.contains("did you mean `expected`"), "{columns:?}");
    let baseline = context.ran("eval baseline.yaml");
    assert!(
        baseline.exit == Some(2) && baseline.stderr.contains("the variants are say=base, say=careful"),
        "{baseline:?}"
    );
}

/// The mock model's true shares are 0.82 and 0.95.
#[test]
fn the_triage_example_finds_the_true_difference() {
    let context = TestContext::of_example("support-triage");
    let outcome = context.json("eval eval.yaml --mock -j 64 --json", 0);
    let compared = &outcome["comparisons"][0];
    assert_eq!((&compared["score"], &compared["variant"]), (&Json::from("category"), &Json::from("classify=few_shot")));
    assert_eq!(compared["comparison"]["verdict"]["verdict"], "better", "{}", compared["words"]);
    assert_eq!(outcome["gates"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_mapping_is_named_as_it_stands_in_the_file() {
    let context = context();
    context.write("flow.yaml", &FLOW.replace("text: { type: string }", "text: { type: string, default: none }"));
    context.write("eval.yaml", &SPEC.replace("map: { text: \"${data.text}\" }\n", ""));
    let ran = context.ran("eval eval.yaml");
    assert_eq!(
        ran.stderr.lines().collect::<Vec<_>>(),
        [
            "error: every input takes its default, so that each row would run the same",
            "  = help: defaults go before columns of the same name; to take the column: `text: \"${data.text}\"` under `map`"
        ],
    );
    context.write(
        "flow.yaml",
        &FLOW.replace("text: { type: string }", "text: { type: string }\n  more: { type: string }"),
    );
    context.write("eval.yaml", SPEC);
    let refused = context.json("eval eval.yaml --json", 2);
    assert_eq!(
        refused["error"]["help"],
        "map it: `more: \"${data.COLUMN}\"` under `map`; known are `text`, `expected` and `half`"
    );
}
