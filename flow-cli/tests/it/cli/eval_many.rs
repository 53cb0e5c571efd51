//! `flow eval` of many variants: which are on the front of quality, cost and latency, and what each value of an axis does.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

/// A node with two prompts, and another with two: how often the answer is right depends on both, as the mock model is told.
const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: tone
    type: prompt
    prompt: "plainly"
    inputs: {}
    variants:
      long: { prompt: "with all words that there are, one after the other, and with as many of them as can be, plainly" }
  - name: say
    type: llm
    connection: openai
    prompt: "system:\nAnswer {{ tone }}.\nuser:\n{{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}", tone: "${tone.output}" }
    variants:
      careful: { prompt: "system:\nAnswer {{ tone }}. Be careful.\nuser:\n{{ text }}" }
"#;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, careful], tone: [base, long] }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "yes" } }
compare: { metric: right }
"#;

const MOCK: &str = "accuracy:\n  - { when: { system: Be careful }, is: 0.9 }\n  - { is: 0.4 }\nrules:\n  - { reply: 'yes', wrong: ['no'] }\n";

fn context(rows: usize) -> TestContext {
    let rows: String = (0..rows).map(|number| format!("{{\"text\": \"number {number}\"}}\n")).collect();
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC), ("mock.yaml", MOCK)])
}

#[test]
fn each_value_of_an_axis_is_compared_over_all_values_of_the_others() {
    let context = context(80);
    let said = context.ran("eval eval.yaml --mock --json --seed 2");
    let outcome: Json = serde_json::from_str(&said.stdout).expect("JSON");
    let mean = |variant: usize| outcome["variants"][variant]["scores"][0]["summary"]["mean"].as_f64().expect("a mean");
    let axes = outcome["effects"]["axes"].as_array().expect("axes");
    let names: Vec<&Json> = axes.iter().map(|axis| &axis["axis"]).collect();
    assert_eq!(names, ["say", "tone"]);
    let say = &axes[0]["values"];
    assert_eq!((&say[0]["value"], &say[1]["value"]), (&json!("base"), &json!("careful")));
    // As all have all rows, a mean of an axis is that of its variants.
    for (value, variants) in [(0, [0, 1]), (1, [2, 3])] {
        let all = variants.map(mean).iter().sum::<f64>() / 2.0;
        assert!((say[value]["mean"].as_f64().expect("a mean") - all).abs() < 1e-12);
    }
    assert_eq!(say[0].get("comparison"), None);
    assert_eq!(say[1]["comparison"]["rows"], 80);
    assert_eq!(say[1]["comparison"]["verdict"]["verdict"], "better");
    assert_eq!(axes[1]["values"][1]["comparison"]["verdict"]["verdict"], "undecided");
    // Variants that are no product have no axes; those of a run that stops early need not have the same rows.
    context
        .write("some.yaml", &SPEC.replace("{ say: [base, careful], tone: [base, long] }", "[say=base, say=careful]"));
    let some = context.ran("eval some.yaml --mock --json");
    assert_eq!(serde_json::from_str::<Json>(&some.stdout).expect("JSON").get("effects"), None);
    context.write("race.yaml", &SPEC.replace("right }\n", "right, race: true }\n"));
    let race = context.ran("eval race.yaml --mock --json");
    let effects = serde_json::from_str::<Json>(&race.stdout).expect("JSON")["effects"].clone();
    assert_eq!((effects["left_out"].is_string(), &effects["axes"]), (true, &json!([])), "{effects}");
}

#[test]
fn a_front_says_by_whom_a_variant_is_dominated_and_how_surely() {
    let context = context(120);
    // What takes time is not the same in each run.
    context.write("mock.yaml", &format!("{MOCK}latency: 0\n"));
    let said = context.ran("eval eval.yaml --mock --json");
    let outcome: Json = serde_json::from_str(&said.stdout).expect("JSON");
    let pareto = &outcome["pareto"];
    // Three dimensions of four variants share the 5 %.
    let level = pareto["variants"][0]["quality"]["interval"]["level"].as_f64().expect("a level");
    assert!((level - (1.0 - 0.05 / 12.0)).abs() < 1e-12, "{level}");
    assert_eq!((&pareto["score"], &pareto["level"]), (&json!("right"), &json!(0.95)));
    for placed in pareto["variants"].as_array().expect("variants") {
        let by = placed["dominated_by"].as_array().expect("a list");
        assert_eq!(placed["is_on_front"], json!(by.is_empty()), "{placed}");
        let mean = |name: &Json, dimension: &str| {
            let all = pareto["variants"].as_array().expect("variants");
            let one = all.iter().find(|one| one["variant"] == *name).expect("a variant");
            one[dimension]["mean"].as_f64().expect("a mean")
        };
        for other in by {
            let (one, other) = (&placed["variant"], &other["variant"]);
            assert!(mean(other, "quality") >= mean(one, "quality"));
            assert!(mean(other, "cost") <= mean(one, "cost") && mean(other, "latency") <= mean(one, "latency"));
        }
    }
    let said = context.ran("eval eval.yaml --run last -o report.md -o report.html");
    let told = said.stdout.split_once("right, cost and latency of a row").expect("the front").1;
    let told: Vec<&str> = told.lines().skip(1).take(4).collect();
    assert!(told.iter().all(|line| line.contains("on the front") || line.contains("dominated by")), "{told:?}");
    let axes = said.stdout.split_once("right by axis").expect("the axes").1;
    let axes: Vec<&str> = axes.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    assert_snapshot!("axes", axes.join("\n"));
    let (markdown, page) = (context.read("report.md"), context.read("report.html"));
    assert!(markdown.contains("<summary>Quality, cost and latency</summary>"), "{markdown}");
    assert!(markdown.contains("| right | tone=long |"), "{markdown}");
    assert!(page.contains("id=\"front-heading\"") && page.contains("id=\"axes-heading\""));
    // Two variants make no table in a terminal, and a front in JSON all the same.
    context.write("two.yaml", &SPEC.replace(", tone: [base, long]", ""));
    let said = context.ran("eval two.yaml --mock");
    assert!(!said.stdout.contains("cost and latency of a row"), "{}", said.stdout);
    let said = context.ran("eval two.yaml --run last --json");
    let outcome: Json = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(outcome["pareto"]["variants"].as_array().map(Vec::len), Some(2));
}
