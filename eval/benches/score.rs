//! What it costs to score rows: `cargo bench -p flow-eval --bench score`. One round of a scorer is a thousand rows.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on fails, and tells what it saw"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use flow_core::value::{Map, Value};
use flow_eval::score::{Built, Facts, Inputs, Judgement, Registry, Row, Tally};

fn main() {
    divan::main();
}

const ROWS: usize = 1_000;

/// Answers of some twenty words beside what was expected, a third of them the same.
fn texts() -> Vec<(Value, Value)> {
    const WORDS: [&str; 16] = [
        "the", "refund", "of", "your", "order", "Was", "sent", "on", "Monday,", "a", "ticket", "is", "open", "for",
        "it.", "Zürich",
    ];
    let word = |seed: usize| WORDS[seed.wrapping_mul(2_654_435_761) / 7 % WORDS.len()];
    (0..ROWS)
        .map(|row| {
            let expected: Vec<&str> = (0..20).map(|place| word(row * 31 + place)).collect();
            let mut answer = expected.clone();
            for change in 0..row % 3 * 4 {
                answer[change * 2] = word(row + change);
            }
            (Value::from(answer.join(" ")), Value::from(expected.join(" ")))
        })
        .collect()
}

/// Rows that a scorer can read.
fn rows(name: &str) -> Vec<(Value, Value)> {
    let json = |answer: &str, expected: &str| {
        vec![(Value::from_json(answer).unwrap(), Value::from_json(expected).unwrap()); ROWS]
    };
    match name {
        "absolute_error" => json("3.5", "4"),
        "classification" => json("\"billing\"", "\"bug\""),
        "json_schema" | "json_fields" | "is_json" => json(
            r#""{\"label\": \"bug\", \"score\": 0.5, \"tags\": [\"a\", \"b\"]}""#,
            r#"{"label": "bug", "score": 0.7, "tags": ["a", "b"]}"#,
        ),
        "list_overlap" | "ndcg" => json(r#"["a", "b", "c", "d", "e"]"#, r#"["b", "e", "f"]"#),
        "tool_calls" => json(
            r#"[{"name": "search", "arguments": "{\"q\": \"a\"}"}]"#,
            r#"[{"name": "search", "arguments": {"q": "a"}}]"#,
        ),
        "similar" => {
            let vector = |from: f64| Value::list((0..1_536).map(|place| Value::Float((from + f64::from(place)).sin())));
            vec![(vector(0.0), vector(0.5)); ROWS]
        }
        _ => texts(),
    }
}

fn build(name: &str) -> Built {
    let parameters = match name {
        "regex" => r#"{"pattern": "ticket .* open"}"#,
        "json_schema" => {
            r#"{"schema": {"type": "object", "required": ["label"], "properties": {"score": {"type": "number"}}}}"#
        }
        "expression" => r#"{"expression": "answer | length < 200 and latency < 2"}"#,
        _ => "{}",
    };
    Registry::built_in().build(name, Value::from_json(parameters).unwrap().as_map().unwrap_or(&Map::new())).unwrap()
}

fn facts() -> Facts {
    Facts {
        latency: Some(1.2),
        prompt_tokens: Some(100),
        completion_tokens: Some(20),
        cost: Some(0.001),
        completed: true,
    }
}

#[divan::bench(args = [
    "exact_match", "equals", "contains", "icontains", "starts_with", "regex", "is_json", "json_schema", "json_fields", "list_overlap",
    "edit_similarity", "token_f1", "bleu", "rouge1", "rougeL", "chrf", "similar", "classification", "absolute_error", "ndcg", "tool_calls",
    "latency", "expression",
])]
fn rows_of(bencher: Bencher, name: &str) {
    let (built, rows, facts) = (build(name), rows(name), facts());
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        for (answer, expected) in &rows {
            let pairs = [("answer", answer), ("expected", expected)];
            black_box(built.scorer.score(&Row::new(Inputs::Pairs(&pairs), &facts))).unwrap();
        }
    });
}

#[divan::bench(args = ["bleu", "chrf", "classification", "absolute_error"])]
fn aggregates_of(bencher: Bencher, name: &str) {
    let (built, rows, facts) = (build(name), rows(name), facts());
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut aggregate = built.scorer.aggregate().unwrap();
        for (answer, expected) in &rows {
            let pairs = [("answer", answer), ("expected", expected)];
            aggregate.add(&Row::new(Inputs::Pairs(&pairs), &facts)).unwrap();
        }
        aggregate.finish()
    });
}

/// A million rows, three metrics, judged and told by ten slices.
#[divan::bench(sample_count = 3, sample_size = 1, args = [["exact_match", "icontains", "token_f1"], ["equals", "rougeL", "edit_similarity"]])]
fn million_rows(bencher: Bencher, names: [&str; 3]) {
    const MILLION: usize = 1_000_000;
    let scorers = names.map(|name| {
        let built = build(name);
        let judgement = Judgement::new(&built.spec, None, false);
        (built.scorer, judgement)
    });
    let (rows, facts) = (rows(names[0]), facts());
    let slices: Vec<String> = (0..10).map(|number| format!("slice {number}")).collect();
    bencher.counter(ItemsCount::new(MILLION)).bench_local(|| {
        let mut by_slice: BTreeMap<&str, [Tally; 3]> = BTreeMap::new();
        for number in 0..MILLION {
            let (answer, expected) = &rows[number % ROWS];
            let pairs = [("answer", answer), ("expected", expected)];
            let tallies = by_slice.entry(&slices[number % slices.len()]).or_default();
            for ((scorer, judgement), tally) in scorers.iter().zip(tallies) {
                let score = scorer.score(&Row::new(Inputs::Pairs(&pairs), &facts)).map(|score| judgement.apply(score));
                tally.add(score.as_ref().ok());
            }
        }
        by_slice.values().map(|tallies| tallies.map(|tally| tally.mean())).collect::<Vec<_>>()
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
}
