//! Flows that score in evaluation files.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

/// Says its text, or what its variant makes of it.
const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  reply: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
    variants:
      short: { prompt: "user:\nshort {{ text }}" }
"#;

const MOCK: &str = "rules:\n  - { when: { text: short }, reply: brief }\n  - reply: at length\n";

/// Rates a reply, each model in its own way.
const JUDGE: &str = r#"type: evaluation
inputs:
  answer: { type: string }
  topic: { type: string }
outputs:
  score: { type: int, reference: "${rate.output.score}" }
  label: { type: string, reference: "${rate.output.label}" }
  explanation: { type: string, reference: "${rate.output.explanation}" }
nodes:
  - name: rate
    type: llm
    connection: openai
    prompt: "user:\nRate: {{ answer }} on {{ topic }}"
    inputs: { model: gpt-4o, answer: "${inputs.answer}", topic: "${inputs.topic}" }
    output_schema:
      type: object
      properties: { score: { type: integer }, label: { type: string }, explanation: { type: string } }
      required: [score, label, explanation]
      additionalProperties: false
"#;

const JUDGE_MOCK: &str = "rules:\n  - { when: { messages: broken }, reply: \"I cannot tell.\" }\n  - { when: { text: brief, model: gpt-4o-mini }, json: { score: 3, label: fair, explanation: Too brief. } }\n  - { when: { text: brief }, json: { score: 2, label: poor, explanation: Too brief. } }\n  - json: { score: 5, label: good, explanation: All there. }\n";

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, short] }
score:
  - name: full
    flow: judge
    scale: [1, 5]
    threshold: 4
    inputs: { answer: "${run.outputs.reply}", topic: "${data.text}" }
gate: ["base: full >= 4", "each: pass_rate(full) >= 0"]
"#;

fn context() -> TestContext {
    let rows: String = (0..20).map(|number| format!("{{\"text\": \"t{number}\"}}\n")).collect();
    TestContext::with(&[
        ("flow.yaml", FLOW),
        ("mock.yaml", MOCK),
        ("judge/flow.yaml", JUDGE),
        ("judge/mock.yaml", JUDGE_MOCK),
        ("rows.jsonl", &rows),
        ("eval.yaml", SPEC),
    ])
}

fn means(outcome: &Json, score: usize) -> Vec<Option<f64>> {
    let mean = |variant: usize| outcome["variants"][variant]["scores"][score]["summary"]["mean"].as_f64();
    (0..2).map(mean).collect()
}

#[test]
fn a_flow_scores_the_rows_of_each_variant_once() {
    let context = context();
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    assert_eq!(means(&outcome, 0), [Some(5.0), Some(2.0)]);
    assert_eq!(outcome["variants"][1]["scores"][0]["pass_rate"], 0.0);
    assert_eq!(outcome["comparisons"][0]["comparison"]["verdict"]["verdict"], "worse");
    let judge = &outcome["judges"][0];
    assert_eq!((&judge["score"], &judge["rows"], &judge["usage"]["calls"]), (&json!("full"), &json!(40), &json!(40)));
    // What the judge took is no part of what the flow took.
    let run = outcome["run"].as_str().expect("an id");
    assert_eq!(context.json(&format!("runs show {run} --json"), 0)["usage"]["calls"], 40);
    // Labels and reasons stand in the table of scores.
    context.json(
        &format!(
            "batch flow.yaml --mock --data .flow/runs/{run}/scores.parquet --map text='${{data.explanation}}' --json"
        ),
        0,
    );
    let copied = context.json("runs --json", 0).as_array().and_then(|runs| runs.last().cloned()).expect("a run");
    let rows = context.read(&format!(".flow/runs/{}/rows.jsonl", copied["run"].as_str().expect("an id")));
    assert_eq!((rows.matches("All there.").count(), rows.matches("Too brief.").count()), (20, 20));
    // The same run once more: nothing is asked again, whatever else the file asks for.
    context.write("other.yaml", &SPEC.replace("threshold: 4", "threshold: 2"));
    let again = context.json(&format!("eval other.yaml --mock --run {run} --json"), 0);
    assert_eq!(again["judges"][0]["run"], judge["run"]);
    assert_eq!(again["judges"][0]["usage"]["calls"], 40);
    assert_eq!(again["variants"][1]["scores"][0]["pass_rate"], 1.0);
    // Another judge is another run.
    context.write("judge/flow.yaml", &JUDGE.replace("Rate:", "Grade:"));
    let anew = context.json(&format!("eval eval.yaml --mock --run {run} --json"), 0);
    assert_ne!(anew["judges"][0]["run"], judge["run"]);
}

#[test]
fn what_a_judge_says_and_takes_is_told() {
    let context = context();
    let said = context.ran("eval eval.yaml --mock --limit 16");
    let lines = |text: &str| text.lines().filter(|line| !line.contains("latency")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(context.neutral(&lines(&said.stdout)));
}

#[test]
fn a_row_whose_judge_failed_has_no_score_and_says_why() {
    let context = context();
    context.write("rows.jsonl", "{\"text\": \"fine\"}\n{\"text\": \"broken\"}\n");
    context.write("mock.yaml", "rules:\n  - { reply: at length }\n");
    context.write("plain.yaml", &SPEC[..SPEC.find("gate:").expect("gates")]);
    let outcome = context.json("eval plain.yaml --mock --json", 0);
    assert_eq!(outcome["judges"][0]["failed"], 2, "{outcome}");
    assert_eq!(outcome["variants"][0]["scores"][0]["summary"]["errors"], 1);
    assert_eq!(outcome["variants"][0]["failed"], 0);
}

#[test]
fn several_judges_score_together_and_tell_how_far_they_agree() {
    let context = context();
    context.write(
        "panel.yaml",
        &SPEC.replace(
            "    scale: [1, 5]\n",
            "    scale: [1, 5]\n    judges: [{ model: gpt-4o }, { model: gpt-4o-mini, name: mini }]\n",
        ),
    );
    let outcome = context.json("eval panel.yaml --mock --json", 0);
    let names: Vec<&str> = outcome["variants"][0]["scores"]
        .as_array()
        .expect("scores")
        .iter()
        .filter_map(|score| score["name"].as_str())
        .collect();
    assert_eq!(names, ["full/gpt-4o", "full/mini", "full"]);
    assert_eq!(means(&outcome, 1), [Some(5.0), Some(3.0)]);
    assert_eq!(means(&outcome, 2), [Some(5.0), Some(2.5)]);
    assert_eq!(outcome["judges"].as_array().map(Vec::len), Some(2));
    // Only what they say together is compared.
    assert_eq!(outcome["comparisons"].as_array().map(Vec::len), Some(1));
    assert!(outcome["variants"][1]["scores"][2]["whole"]["numbers"][0][1].as_f64().is_some_and(|alpha| alpha < 0.1));
}

#[test]
fn runs_that_a_judge_scored_are_compared_without_asking_again() {
    let context = context();
    let spec = |variant: &str| {
        let spec = SPEC[..SPEC.find("gate:").expect("gates")].replace("{ say: [base, short] }", variant);
        spec.replace("flow: flow.yaml\n", &format!("name: {}\nflow: flow.yaml\n", &variant[7..variant.len() - 3]))
    };
    context.write("long.yaml", &spec("[ \"say=base\" ]"));
    context.write("brief.yaml", &spec("[ \"say=short\" ]"));
    for file in ["long.yaml", "brief.yaml"] {
        context.json(&format!("eval {file} --mock --json"), 0);
    }
    let runs = || context.json("runs --json", 0).as_array().map(Vec::len);
    let before = runs();
    let compared = context.json("compare base short --spec eval.yaml --json", 0);
    assert_eq!(means(&compared, 0), [Some(5.0), Some(2.0)]);
    assert_eq!(compared["comparisons"][0]["comparison"]["verdict"]["verdict"], "worse");
    assert_eq!(runs(), before, "nothing is run");
    // Another judge has not scored them.
    context.write(
        "anew.yaml",
        &SPEC.replace("name: full", "name: other").replace("(full)", "(other)").replace("base: full", "base: other"),
    );
    let said = context.ran("compare base short --spec anew.yaml");
    assert!(
        said.stderr
            .contains("`other` is left out: what a flow said counts where the same flow has scored all of the runs"),
        "{said:?}"
    );
}

#[test]
fn the_budget_of_a_file_holds_for_judges_too() {
    let context = context();
    context.write("budget.yaml", &format!("{SPEC}budget: {{ calls: 50 }}\n"));
    let said = context.ran("eval budget.yaml --mock -j 1");
    assert_eq!(said.exit, Some(1), "{said:?}");
    assert!(said.stderr.contains("`full` scored 10 rows and stopped"), "{}", said.stderr);
    let again = context.ran("eval budget.yaml --mock -j 1 --run last");
    assert!(
        again.stderr.contains("`full` scored 10 rows and stopped"),
        "nothing is left for another try: {}",
        again.stderr
    );
    let run = said.stderr.split("--run ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("how to go on");
    // With more to spend the judge goes on where it stopped.
    let outcome = context.json(&format!("eval eval.yaml --mock --run {run} --json"), 0);
    assert_eq!((&outcome["judges"][0]["rows"], &outcome["judges"][0]["usage"]["calls"]), (&json!(40), &json!(40)));
}

#[test]
fn evaluators_of_the_program_score_by_name() {
    let context = context();
    context.write(
        "grounded.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { flow: groundedness, model: gpt-4o, inputs: { answer: \"${run.outputs.reply}\", context: \"${data.text}\" } }\n",
    );
    let outcome = context.json("eval grounded.yaml --mock --limit 4 --json", 0);
    assert_eq!(outcome["variants"][0]["scores"][0]["name"], "groundedness");
    assert_eq!(outcome["judges"][0]["rows"], 4);
    let run = outcome["judges"][0]["run"].as_str().expect("an id");
    let asked = context.json(&format!("runs show {run} --json"), 0);
    assert_eq!(asked["manifest"]["nodes"][0]["judge"]["settings"]["model"], "gpt-4o");
}

#[test]
fn texts_are_compared_by_their_embeddings() {
    let context = context();
    context.write(
        "mock.yaml",
        "rules:\n  - { when: { text: short }, reply: quite another thing }\n  - reply: the old bridge\n",
    );
    context.write(
        "near.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nmap: { text: \"${data.text}\" }\nvariants: { say: [base, short] }\nscore:\n  - { metric: similar, value: the old bridge, model: text-embedding-3-large, inputs: { answer: \"${run.outputs.reply}\" } }\n",
    );
    let outcome = context.json("eval near.yaml --mock --json", 0);
    let found = means(&outcome, 0);
    assert!(found[0].is_some_and(|mean| (mean - 1.0).abs() < 1e-9) && found[1] < Some(0.9), "{found:?}");
    assert_eq!((&outcome["judges"][0]["score"], &outcome["judges"][0]["rows"]), (&json!("similar"), &json!(40)));
    let run = outcome["judges"][0]["run"].as_str().expect("an id");
    let asked = context.json(&format!("runs show {run} --json"), 0);
    assert_eq!(asked["manifest"]["nodes"][0]["answer"]["settings"]["model"], "text-embedding-3-large");
    context.write("far.yaml", "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { metric: \"similar:euclidean\", value: x, inputs: { answer: \"${run.outputs.reply}\" } }\n");
    let far = context.ran("eval far.yaml --mock");
    assert!(far.exit == Some(2) && far.stderr.contains("only for cosines"), "{far:?}");
}

/// Prefers one of two answers; of one row always the first.
const PREFERENCE: &str = r#"type: evaluation
inputs:
  answer_a: { type: string }
  answer_b: { type: string }
  topic: { type: string }
outputs:
  label: { type: string, reference: "${choose.output.label}" }
  explanation: { type: string, reference: "${choose.output.explanation}" }
nodes:
  - name: choose
    type: llm
    connection: openai
    prompt: "user:\nOn {{ topic }}: A says {{ a }}; B says {{ b }}"
    inputs: { model: gpt-4o, a: "${inputs.answer_a}", b: "${inputs.answer_b}", topic: "${inputs.topic}" }
    output_schema:
      type: object
      properties: { label: { enum: [A, B, tie] }, explanation: { type: string } }
      required: [label, explanation]
      additionalProperties: false
"#;

#[test]
fn pairs_are_judged_in_both_orders_and_a_difference_is_a_tie() {
    let context = context();
    context.write("choice/flow.yaml", PREFERENCE);
    context.write(
        "choice/mock.yaml",
        "rules:\n  - { when: { text: [\"On t7:\", \"On t8:\"] }, json: { label: A, explanation: The first. } }\n  - { when: { text: \"A says brief\" }, json: { label: B, explanation: More to it. } }\n  - json: { label: A, explanation: More to it. }\n",
    );
    context.write(
        "pairs.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nmap: { text: \"${data.text}\" }\nvariants: { say: [base, short] }\nscore:\n  - { name: preferred, flow: choice, pairwise: true, inputs: { answer: \"${run.outputs.reply}\", topic: \"${data.text}\" } }\n",
    );
    let outcome = context.json("eval pairs.yaml --mock --json", 0);
    let scores = outcome["variants"][1]["scores"].as_array().expect("scores");
    let names: Vec<&str> = scores.iter().filter_map(|score| score["name"].as_str()).collect();
    assert_eq!(names, ["preferred/baseline_first", "preferred/baseline_last", "preferred"]);
    // 18 of 20 rows are lost, and the orders differ in two.
    assert_eq!(means(&outcome, 2), [Some(0.5), Some(0.05)]);
    let told = &scores[2]["whole"]["numbers"];
    assert_eq!(told, &json!([["wins", 0.0], ["losses", 0.9], ["orders_differ", 0.1], ["first_preferred", 0.1]]));
    assert_eq!(outcome["comparisons"][0]["comparison"]["verdict"]["verdict"], "worse");
    // The baseline is not asked about beside itself.
    let asked: Vec<&Json> = (0..2).map(|order| &outcome["judges"][order]["rows"]).collect();
    assert_eq!(asked, [20, 20]);
    context.write(
        "alone.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nmap: { text: \"${data.text}\" }\nscore:\n  - { name: preferred, flow: choice, pairwise: true, inputs: { answer: \"${run.outputs.reply}\", topic: \"${data.text}\" } }\n",
    );
    let alone = context.ran("eval alone.yaml --mock");
    assert!(alone.exit == Some(2) && alone.stderr.contains("there is one variant"), "{alone:?}");
}

#[test]
#[cfg(unix)]
fn a_judge_that_is_interrupted_ends_with_130_and_goes_on() {
    use crate::conformance::mock::MockServer;
    use crate::program::{LIMIT, finish};
    let server = MockServer::start();
    let rows: String = (0..500).map(|number| format!("{{\"text\": \"t{number}\"}}\n")).collect();
    let judge = "inputs:\n  answer: { type: string }\noutputs:\n  grade: { type: string, reference: \"${rate.output}\" }\nnodes:\n  - name: rate\n    type: llm\n    connection: openai\n    prompt: \"user:\\nRate {{ answer }}\"\n    inputs: { model: gpt-4o, answer: \"${inputs.answer}\" }\n";
    let flow = "inputs:\n  text: { type: string }\noutputs:\n  reply: { type: string, reference: \"${say.output}\" }\nnodes:\n  - { name: say, type: prompt, prompt: \"{{ text }}\", inputs: { text: \"${inputs.text}\" } }\n";
    let spec = "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { name: graded, flow: judge, labels: { x: 1 }, inputs: { answer: \"${run.outputs.reply}\" } }\n";
    let context = TestContext::with(&[
        ("flow.yaml", flow),
        ("judge/flow.yaml", judge),
        ("rows.jsonl", &rows),
        ("eval.yaml", spec),
    ])
    .with_provider(&server);
    let mut child = context.start("eval eval.yaml -j 1 --no-cache");
    drop(child.stdin.take());
    let start = std::time::Instant::now();
    while server.log().is_empty() {
        assert!(start.elapsed() < LIMIT, "the judge does not get to its first call");
        // A look at the log now and then, not a guess at how long the program takes.
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill is there").success());
    let (exit, stdout, stderr) = finish(child).expect("it ends");
    assert_eq!(exit, Some(130), "{stdout}{stderr}");
    assert!(stderr.contains("go on with: flow eval eval.yaml --run "), "{stderr}");
    let outcome = context.json("eval eval.yaml --run last --json", 0);
    assert_eq!(outcome["judges"][0]["rows"], 500);
    assert_eq!(server.log().len(), 500, "nothing is asked twice");
}

#[test]
fn mistakes_are_told_with_their_places_before_anything_is_run() {
    let context = context();
    context.write(
        "broken.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { name: a, flow: groundednes, inputs: { answer: \"${run.outputs.reply}\" } }\n  - { name: b, flow: judge, inputs: { answr: \"${run.outputs.reply}\" } }\n  - { name: c, flow: judge, output: scor, inputs: { answer: \"${run.outputs.reply}\", topic: x } }\n",
    );
    context.write(
        "shapes.yaml",
        "flow: flow.yaml\ndata: rows.jsonl\nscore:\n  - { name: d, flow: judge, scale: 5, better: more, treshold: 3, labels: { good: yes }, inputs: { answer: \"${run.output.reply}\" } }\n",
    );
    assert_snapshot!(context.session(&["eval broken.yaml --mock", "eval shapes.yaml --mock", "runs"]));
}
