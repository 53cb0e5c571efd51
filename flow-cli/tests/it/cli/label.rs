//! Labels by hand, and judges that are held against them.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  reply: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: prompt
    prompt: "{{ text }}"
    inputs: { text: "${inputs.text}" }
    variants:
      short: { prompt: "short {{ text }}" }
"#;

/// Passes what is good but for each tenth row, and of what is not good each fifth.
const JUDGE: &str = r#"type: evaluation
inputs:
  answer: { type: string }
  number: { type: int }
  good: { type: int }
outputs:
  score: { type: string, reference: "${rate.output}" }
nodes:
  - name: rate
    type: prompt
    prompt: "{{ 0 if not answer else (1 if good else 0) if number % 10 != 3 and (good or number % 5 != 0) else (0 if good else 1) }}"
    inputs: { answer: "${inputs.answer}", number: "${inputs.number}", good: "${inputs.good}" }
"#;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, short] }
score:
  - name: fine
    flow: judge
    scale: [0, 1]
    threshold: 1
    human: labels.csv
    inputs: { answer: "${run.outputs.reply}", number: "${data.number}", good: "${data.good}" }
gate: ["each: fine.usable", "each: fine.tpr >= 0.8 and fine.tnr > 0.5", "short: fine.corrected > 0.5"]
"#;

/// Rows of which two in three are good; what is long is good.
fn context() -> TestContext {
    let rows: String = (0..200)
        .map(|number| {
            let good = u8::from(number % 3 != 0);
            let text = "word ".repeat(1 + number % 7 + 3 * usize::from(good));
            json!({ "text": format!("{number} {text}"), "number": number, "good": good }).to_string() + "\n"
        })
        .collect();
    TestContext::with(&[
        ("flow.yaml", FLOW),
        ("judge/flow.yaml", JUDGE),
        ("rows.jsonl", &rows),
        ("eval.yaml", SPEC),
        ("plain.yaml", SPEC.replace("    human: labels.csv\n", "").split("gate:").next().unwrap_or_default()),
    ])
}

/// Fills in a sheet as a person would who knows what is good.
fn fill(context: &TestContext, path: &str) {
    let text = context.read(path);
    let mut lines = text.lines();
    let head = lines.next().expect("a head");
    let filled = lines.map(|line| {
        let row: u32 = line.split(',').next().and_then(|row| row.parse().ok()).expect("a row");
        line.replacen(",0,,", if row.is_multiple_of(3) { ",0,fail," } else { ",0,pass," }, 1)
    });
    let filled: Vec<String> = filled.collect();
    context.write(path, &format!("{head}\n{}\n", filled.join("\n")));
}

fn labelled(sample: u32) -> TestContext {
    let context = context();
    context.json("eval plain.yaml --json", 0);
    let sheet = context.json(&format!("label last --sample {sample} -o labels.csv --blank --json"), 0);
    assert_eq!((&sheet["answers"], &sheet["labelled"]), (&json!(sample), &json!(0)));
    fill(&context, "labels.csv");
    context
}

#[test]
fn a_judge_is_held_against_people() {
    let context = labelled(100);
    let outcome = context.json("eval eval.yaml --run last --json", 0);
    let found = &outcome["calibrations"][0];
    let table = &found["verdicts"]["table"];
    let count = |name: &str| table[name].as_u64().expect("a count");
    assert_eq!(
        (&found["labelled"], &found["lines"], &found["left_out"]["other_answer"]),
        (&json!(100), &json!(100), &json!(0))
    );
    assert_eq!(["both_pass", "judge_alone", "people_alone", "both_fail"].map(count).iter().sum::<u64>(), 100);
    let rate = count("both_pass") as f64 / (count("both_pass") + count("people_alone")) as f64;
    assert_eq!(found["verdicts"]["true_passes"]["estimate"], json!(rate));
    assert_eq!(found["usable"]["is"], true, "{found}");
    // The truth is 133 of 200 for both, and lies within what is corrected.
    for variant in found["corrections"][0]["variants"].as_array().expect("variants") {
        for way in ["rogan_gladen", "prediction_powered"] {
            let end = |end: &str| variant[way][end].as_f64().expect("an end");
            assert!(end("low") < 0.665 && end("high") > 0.665, "{way}: {variant}");
        }
    }
    assert_eq!(found["corrections"][0]["differences"][0]["said"], Json::Null);
    // All of it is a table as well.
    let asked = |sql: &str| context.json(&format!("runs query \"{sql}\" --json"), 0);
    let kappa = asked("select value, low from calibrations where number = 'kappa'");
    assert_eq!(
        (&kappa["value"], &kappa["low"]),
        (&found["verdicts"]["kappa"]["estimate"], &found["verdicts"]["kappa"]["low"])
    );
    let ways = asked("select count(distinct corrected_by) as n from calibrations where variant is not null");
    assert_eq!(ways["n"], 3);
}

#[test]
fn what_is_told_of_a_judge() {
    let context = labelled(60);
    let said = context.ran("eval eval.yaml --run last -o report.md -o report.html");
    let lines: Vec<&str> = said.stdout.lines().skip_while(|line| !line.contains("beside people")).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.contains("judge fine")).collect();
    assert_snapshot!(context.neutral(&lines.join("\n")));
    let report = context.read("report.md");
    let folded =
        report.split("<summary>Judges beside people</summary>").nth(1).and_then(|rest| rest.split("</details>").next());
    assert_snapshot!(folded.expect("the judges"));
    let page = context.read("report.html");
    assert!(page.contains("<h2 id=\"people-heading\">Beside people</h2>") && page.contains("Rogan-Gladen"));
}

#[test]
fn labels_are_taken_from_the_run_a_flag_or_a_score() {
    let context = labelled(40);
    let count = |line: &str| context.json(line, 0)["calibrations"][0]["labelled"].clone();
    assert_eq!(count("eval plain.yaml --run last --labels labels.csv --json"), 40);
    assert_eq!(count("eval plain.yaml --run last --labels fine=labels.csv --json"), 40);
    assert_eq!(context.json("eval plain.yaml --run last --json", 0)["calibrations"], Json::Null);
    context.json("label last --sample 30 --blank --json", 0);
    let id = context.json("eval plain.yaml --run last --json", 0)["run"].clone();
    let own = format!(".flow/runs/{}/labels.csv", id.as_str().expect("an id"));
    fill(&context, &own);
    assert_eq!(count("eval plain.yaml --run last --json"), 30);
    // Where the flow answers otherwise, a label is of another answer.
    context.write("flow.yaml", &FLOW.replace("short {{", "shorter {{"));
    let anew = context.json("eval plain.yaml --labels labels.csv --json", 0);
    let left_out = &anew["calibrations"][0]["left_out"];
    assert_eq!((&anew["calibrations"][0]["labelled"], &left_out["other_answer"]), (&json!(20), &json!(20)));
}

#[test]
fn what_is_wrong_with_labels_is_said_with_its_line() {
    let context = labelled(20);
    let head = "row,variant,repeat,label\n";
    context.write("word.csv", &format!("{head}1,say=base,0,perhaps\n"));
    context.write("row.csv", &format!("{head}1,say=base,0,pass\n200,say=base,0,pass\n"));
    context.write("double.csv", &format!("{head}1,say=base,0,pass\n2,say=base,0,pass\n1,say=base,0,fail\n"));
    context.write("nameless.csv", "row,label\n1,pass\n");
    context.write("scale.csv", &format!("{head}1,say=base,0,4\n"));
    let lines = ["word.csv", "row.csv", "double.csv", "nameless.csv", "scale.csv", "none.csv", "find=labels.csv"];
    let lines: Vec<String> = lines.iter().map(|file| format!("eval plain.yaml --run last --labels {file}")).collect();
    assert_snapshot!(context.session(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn gates_of_a_judge_wait_for_labels() {
    let context = labelled(20);
    context.write(
        "usable.yaml",
        &SPEC.replace(
            "\"each: fine.tpr >= 0.8 and fine.tnr > 0.5\", \"short: fine.corrected > 0.5\"",
            "\"each: fine.usable and rows > 1000\"",
        ),
    );
    let surely = context.json("eval usable.yaml --run last --json", 100);
    assert_eq!((&surely["gates"][0]["undecided"], &surely["gates"][2]["passed"]), (&json!(true), &json!(false)));
    context.write(
        "open.yaml",
        &SPEC.replace(", \"each: fine.tpr >= 0.8 and fine.tnr > 0.5\", \"short: fine.corrected > 0.5\"", ""),
    );
    let few = context.json("eval open.yaml --run last --json", 3);
    let problem = few["gates"][0]["problem"].as_str().expect("a problem");
    assert!(problem.contains("20 labels are too few to tell, 30 are needed"), "{problem}");
    // Without labels there is nothing to go by, and a kappa that is asked for may be missed.
    context.write("strict.yaml", &SPEC.replace("human: labels.csv", "human: { labels: labels.csv, agreement: 0.99 }"));
    context.json("label last --sample 100 -o labels.csv --blank --json", 0);
    fill(&context, "labels.csv");
    let strict = context.json("eval strict.yaml --run last --json", 100);
    assert_eq!(
        (&strict["gates"][0]["passed"], &strict["gates"][2]["passed"]),
        (&json!(false), &json!(true)),
        "{strict}"
    );
    context.write("none.yaml", &SPEC.replace("    human: labels.csv\n", ""));
    let none = context.json("eval none.yaml --run last --json", 100);
    let problem = none["gates"][0]["problem"].as_str().expect("a problem");
    assert!(problem.contains("no labels of people are there"), "{problem}");
}

#[test]
fn numbers_of_a_scale_are_held_against_numbers() {
    let context = context();
    context.write(
        "judge/flow.yaml",
        &JUDGE.replace("(1 if good else 0)", "(4 if good else 2)").replace("(0 if good else 1)", "(3 if good else 1)"),
    );
    let scale = SPEC.replace("scale: [0, 1]", "scale: [1, 5]").replace("threshold: 1", "threshold: 3");
    context.write("scale.yaml", scale.split("gate:").next().unwrap_or_default());
    context
        .write("before.yaml", scale.replace("    human: labels.csv\n", "").split("gate:").next().unwrap_or_default());
    context.json("eval before.yaml --json", 0);
    context.json("label last --sample 80 --scale 1-5 -o labels.csv --blank --json", 0);
    fill(&context, "labels.csv");
    let text = context.read("labels.csv").replace(",pass,", ",5,").replace(",fail,", ",1,");
    context.write("labels.csv", &text);
    let outcome = context.json("eval scale.yaml --run last --json", 0);
    let found = &outcome["calibrations"][0];
    let spearman = found["numbers"]["spearman"].as_f64().expect("a correlation");
    assert!(spearman > 0.5, "{found}");
    // With the threshold, numbers are verdicts too: the mean is corrected, and the rate.
    let of: Vec<&str> =
        found["corrections"].as_array().expect("corrections").iter().filter_map(|one| one["of"].as_str()).collect();
    assert_eq!(of, ["mean", "pass rate"]);
    assert_eq!(found["numbers"]["confusion"]["labels"], json!(["1", "2", "3", "4", "5"]));
    let mean = &found["corrections"][0]["variants"][0]["prediction_powered"];
    // The truth is 1 + 4 * 133 / 200.
    assert!(
        mean["low"].as_f64().is_some_and(|low| low < 3.66) && mean["high"].as_f64().is_some_and(|high| high > 3.66),
        "{mean}"
    );
}

#[test]
fn answers_are_labelled_one_by_one() {
    let context = context();
    context.json("eval plain.yaml --json", 0);
    assert_snapshot!(context.transcript("label last --sample 3", "p\nn too short\nwhat\nf\nb\np\n"));
    // It goes on where it stopped, and writes nothing anew.
    assert_snapshot!(context.transcript("label last --sample 4", "s\nfail\n"));
    assert_snapshot!(context.session(&[
        "label last --scale 1-5",
        "label last --sample 2 --scale 5-1",
        "label nothing"
    ]));
}

#[test]
fn texts_of_rows_steer_no_terminal() {
    let context = context();
    context.write("rows.jsonl", "{\"text\": \"\\u001b[2Jred\\r\\nsecond\\u202eline\\u0007\", \"number\": 1, \"good\": 1, \"\\u001b]0;x\\u0007\": \"a\\tb\"}\n");
    context.done("batch flow.yaml --data rows.jsonl --map text='${data.text}'");
    let said = context.ran_with("label last", "q\n");
    assert!(!said.stderr.contains(['\u{7}', '\u{202e}', '\u{1b}', '\r']), "{:?}", said.stderr);
    assert!(said.stderr.contains("\u{fffd}[2Jred\n    second\u{fffd}line\u{fffd}"), "{}", said.stderr);
}

#[test]
fn the_example_holds_its_judge_against_people() {
    let context = TestContext::of_example("support-triage");
    let outcome = context.json("eval judged.yaml --mock --json", 0);
    let found = &outcome["calibrations"][0];
    assert_eq!((&found["labelled"], &found["usable"]["is"]), (&json!(120), &json!(true)), "{found}");
}
