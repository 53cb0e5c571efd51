//! `flow runs bless`, and gates that speak of the baseline.

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::TestContext;

/// A flow without a model that errs on some rows.
fn flow(wrong: &[usize]) -> String {
    let wrong: Vec<String> = wrong.iter().map(|number| format!("'t{number}'")).collect();
    format!(
        "inputs:
  text: {{ type: string }}
outputs:
  answer: {{ type: string, reference: \"${{say.output}}\" }}
nodes:
  - name: say
    type: prompt
    prompt: \"{{{{ 'odd' if text in [{}] else text }}}}\"
    inputs: {{ text: \"${{inputs.text}}\" }}
    variants:
      loud: {{ prompt: \"{{{{ text if text == 't1' else 'odd' }}}}\" }}
",
        wrong.join(", ")
    )
}

fn spec(gates: &[&str]) -> String {
    let gates: String = gates.iter().map(|gate| format!("  - \"{gate}\"\n")).collect();
    format!(
        "flow: flow.yaml
data: rows.jsonl
score:
  - {{ name: exact, metric: exact_match, inputs: {{ answer: \"${{run.outputs.answer}}\", expected: \"${{data.expected}}\" }} }}
  - {{ name: length, metric: expression, with: {{ expression: answer | length }}, inputs: {{ answer: \"${{run.outputs.answer}}\" }} }}
baseline: baseline.json
gate:
{gates}"
    )
}

const GATES: [&str; 2] = ["each: no_worse(exact, 0.05)", "each: failed == 0"];

fn rows(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|number| format!("{{\"text\": \"t{number}\", \"expected\": \"t{number}\"}}\n")).collect()
}

/// Without the day of the blessing, the run's id and what was measured.
fn without_moments(text: &str) -> String {
    let text = regex::Regex::new("[0-9]{8}-[0-9]{6}-[0-9]{3}").expect("a pattern").replace_all(text, "[MOMENT]");
    let text = regex::Regex::new("of 20[0-9-]{8}").expect("a pattern").replace_all(&text, "of [DAY]");
    regex::Regex::new("latency p50 .*").expect("a pattern").replace_all(&text, "latency …").into_owned()
}

/// 200 rows of which 10 are wrong, evaluated and blessed.
fn blessed() -> TestContext {
    let context = TestContext::with(&[
        ("flow.yaml", &flow(&(0..10).collect::<Vec<_>>())),
        ("rows.jsonl", &rows(0..200)),
        ("eval.yaml", &spec(&GATES)),
    ]);
    let first = context.json("eval eval.yaml --json", 100);
    assert_eq!(first["gates"][0]["passed"], Json::Null);
    let problem = first["gates"][0]["problem"].as_str().expect("a problem");
    assert!(problem.starts_with("there is no baseline yet; flow runs bless "), "{problem}");
    context.done("runs bless last");
    context
}

/// A baseline without what differs from run to run.
fn without_times(text: &str) -> String {
    let times = regex::Regex::new("\"(run|created|program)\": \"[^\"]+\"").expect("a pattern");
    times.replace_all(text, "\"$1\": \"…\"").into_owned()
}

#[test]
fn a_baseline_is_small_sorted_and_without_texts() {
    let context = TestContext::with(&[
        ("flow.yaml", &flow(&[1])),
        ("rows.jsonl", &rows(0..4)),
        ("eval.yaml", &spec(&[]).replace("baseline: baseline.json\ngate:\n", "")),
    ]);
    context.done("eval eval.yaml");
    assert_snapshot!(context.session(&["runs bless last"]));
    let first = context.read("baseline.json");
    assert_snapshot!("file", without_times(&first));
    // The same rows in another order, and one before them: only what is new differs.
    context.write("rows.jsonl", &rows([7, 3, 1, 2, 0].into_iter()));
    context.done("eval eval.yaml");
    context.done("runs bless last -o moved.json");
    let rows = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("\"row\":"));
        lines.map(|line| line.trim_end_matches(',').to_owned()).collect()
    };
    let (before, after) = (rows(&first), rows(&context.read("moved.json")));
    assert_eq!((before.len(), after.len()), (4, 5));
    assert!(before.iter().all(|line| after.contains(line)), "{before:#?} {after:#?}");
    let repeated = spec(&[]).replace("gate:\n", "repeat: 2\nvariants: { say: [base, loud] }\n");
    context.write("eval.yaml", &repeated);
    context.done("eval eval.yaml");
    context.done("runs bless last --variant say=loud");
    assert_snapshot!("repeated", without_times(&context.read("baseline.json")));
}

#[test]
fn gates_hold_fail_or_stay_open() {
    let context = blessed();
    let held = context.json("eval eval.yaml --json", 0);
    assert_eq!(held["gates"][0]["passed"], true);
    assert_eq!(held["against"]["variants"][0]["paired"], 200);
    assert_eq!(held["against"]["changes"], Json::Array(Vec::new()));
    // 14 rows are lost: shown to be worse.
    context.write("flow.yaml", &flow(&(0..24).collect::<Vec<_>>()));
    let said = context.session(&["eval eval.yaml -o report.md -o results.xml -o page.html"]);
    assert_snapshot!("fails", without_moments(&said));
    let failed = context.json("eval eval.yaml --run last --json", 100);
    let standing = &failed["against"]["variants"][0]["scores"][0];
    assert_eq!((&standing["broken_rows"], &standing["mended_rows"]), (&Json::from(14), &Json::from(0)));
    assert_eq!(standing["broken"][0], serde_json::json!({ "line": 10, "scores": [1.0, 0.0] }));
    assert_eq!(failed["gates"][0]["relations"][0]["verdict"], "fails");
    let (head, _) = context
        .read("report.md")
        .split_once("<details><summary>Cost and")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("what was measured");
    assert_snapshot!("markdown", without_moments(&head));
    let junit = context.read("results.xml");
    assert!(junit.contains("<failure message=\"exact -0.070 against the baseline"), "{junit}");
    let page = context.read("page.html");
    assert!(page.contains("id=\"baseline\"") && page.contains("14 newly broken, 0 mended"), "the page tells of it");
    // 4 are lost: it may be chance, or worse by a margin as small as this.
    context.write("eval.yaml", &spec(&["each: no_worse(exact, 0.03)", "each: failed == 0"]));
    context.write("flow.yaml", &flow(&(0..14).collect::<Vec<_>>()));
    let open = context.ran("eval eval.yaml -o results.xml -o report.md");
    assert_eq!(open.exit, Some(3), "{open:?}");
    assert!(open.stdout.contains("gate is UNDECIDED") && open.stdout.contains("takes about"), "{}", open.stdout);
    assert!(context.read("results.xml").contains("<error type=\"undecided\""), "{}", context.read("results.xml"));
    assert!(context.read("report.md").contains("**1 of 2 gates is undecided**"), "{}", context.read("report.md"));
    // Another gate that fails wins over one that is open, and an open one that decides nothing is no matter.
    context.write("eval.yaml", &spec(&["each: no_worse(exact, 0.03)", "each: exact >= 0.99"]));
    assert_eq!(context.ran("eval eval.yaml --run last").exit, Some(100));
    context.write("eval.yaml", &spec(&["each: no_worse(exact, 0.03) or exact > 0.9"]));
    assert_eq!(context.ran("eval eval.yaml --run last").exit, Some(0));
    context.write("eval.yaml", &spec(&["each: no_worse(exact, 0.03) and exact > 0.99"]));
    assert_eq!(context.ran("eval eval.yaml --run last").exit, Some(100));
}

#[test]
fn a_variant_is_better_than_the_one_that_was_blessed() {
    let context = blessed();
    context.write("flow.yaml", &flow(&[]));
    context.write("eval.yaml", &spec(&["each: better(exact)"]));
    let better = context.json("eval eval.yaml --json", 0);
    let standing = &better["against"]["variants"][0]["scores"][0];
    assert_eq!((&standing["broken_rows"], &standing["mended_rows"]), (&Json::from(0), &Json::from(10)));
    // Both variants stand against the only one of the baseline.
    context.write(
        "eval.yaml",
        &spec(&["base: better(exact)", "loud: better(exact)"])
            .replace("gate:", "variants: { say: [base, loud] }\ngate:"),
    );
    let both = context.json("eval eval.yaml --json", 100);
    let passed: Vec<&Json> = both["gates"].as_array().expect("gates").iter().map(|gate| &gate["passed"]).collect();
    assert_eq!(passed, [true, false]);
    // Of a baseline with several variants each stands against its namesake.
    context.done("runs bless last");
    context.write("eval.yaml", &spec(&["each: no_worse(exact, 0.05)"]));
    let strange = context.json("eval eval.yaml --json", 100);
    let problem = strange["gates"][0]["problem"].as_str().expect("a problem");
    assert_eq!(problem, "the baseline has no variant `base`; it has say=base, say=loud");
}

#[test]
fn rows_are_known_by_what_they_are_made_of() {
    let context = blessed();
    // Other order, five new rows, three gone, and another label for one.
    let moved = rows((3..205).rev()).replace("\"expected\": \"t50\"", "\"expected\": \"fifty\"");
    context.write("rows.jsonl", &moved);
    let outcome = context.json("eval eval.yaml --json", 0);
    let variant = &outcome["against"]["variants"][0];
    let counts = ["paired", "relabelled", "gone", "new"].map(|name| variant[name].as_u64().expect("a number"));
    assert_eq!(counts, [196, 1, 3, 5]);
    assert_eq!(outcome["against"]["changes"][0], "the data rows.jsonl changed since the blessing");
    assert_eq!(variant["scores"][0]["broken_rows"], 0);
    // Hardly a row that both have: all of one against all of the other.
    context.write("rows.jsonl", &rows(190..400));
    let apart = context.json("eval eval.yaml --json", 0);
    let relation = &apart["gates"][0]["relations"][0];
    assert_eq!((&relation["paired"], &relation["rows"]), (&Json::from(false), &serde_json::json!([200, 210])));
}

#[test]
fn another_definition_of_a_score_is_not_compared() {
    let context = blessed();
    let other = spec(&GATES).replace("metric: exact_match,", "metric: exact_match, threshold: 1,");
    context.write("eval.yaml", &other);
    let outcome = context.json("eval eval.yaml --json", 100);
    let problem = outcome["gates"][0]["problem"].as_str().expect("a problem");
    assert!(
        problem.starts_with("`exact` is not scored as it was in the baseline: score the blessed run anew"),
        "{problem}"
    );
    assert_eq!(outcome["against"]["variants"][0]["scores"][1]["problem"], Json::Null);
    // What was said is done: the blessed run is scored anew, and blessed again.
    let run = outcome["against"]["run"].as_str().expect("a run");
    context.ran(&format!("eval eval.yaml --run {run}"));
    context.done(&format!("runs bless {run}"));
    context.json("eval eval.yaml --json", 0);
}

#[test]
fn what_cannot_be_blessed_is_refused_with_what_to_do() {
    let context = TestContext::with(&[
        ("flow.yaml", &flow(&[1])),
        ("rows.jsonl", &rows(0..20)),
        ("eval.yaml", &spec(&["each: no_worse(exakt, 0.05)", "each: no_worse(exact)", "each: no_worse(exact, none)"])),
        ("unnamed.yaml", &spec(&["each: better(exact)"]).replace("baseline: baseline.json\n", "")),
        ("plain.yaml", &spec(&["each: failed == 0"]).replace("baseline: baseline.json\n", "")),
        ("other.yaml", &spec(&["each: failed == 0"]).replace("baseline.json", "rows.jsonl")),
    ]);
    context.done("batch --data rows.jsonl");
    let mut said = context.session(&["runs bless last", "eval eval.yaml", "eval unnamed.yaml", "eval other.yaml"]);
    context.done("eval --run last --with exact_match:answer=run.outputs.answer,expected=data.expected");
    said += &context.session(&["runs bless last"]);
    context.done("eval plain.yaml");
    said += &context.session(&["runs bless last --variant say=lout"]);
    let plain = context.read("plain.yaml");
    // What was kept of the scores is enough, whatever became of the files since.
    context.write("rows.jsonl", &rows(0..21));
    context.done("runs bless last -o kept.json");
    let run = context.json("runs show last --json", 0)["run"].as_str().expect("a run").to_owned();
    std::fs::remove_file(context.folder().join(format!(".flow/runs/{run}/baseline.json"))).expect("it is there");
    said += &context.session(&["runs bless last"]);
    context.write("rows.jsonl", &rows(0..200));
    let early = "variants: { say: [base, loud] }\ncompare: { metric: exact, stop_early: true }\nscore:";
    let lines: Vec<&str> =
        plain.lines().filter(|line| !line.contains("length")).take_while(|line| *line != "gate:").collect();
    context.write("early.yaml", &lines.join("\n").replace("score:", early));
    context.done("eval early.yaml");
    said += &context.session(&["runs bless last"]);
    let runs = regex::Regex::new("[0-9]{8}-[0-9]{6}-[a-z0-9-]+").expect("a pattern");
    assert_snapshot!(runs.replace_all(&said, "RUN"));
}
