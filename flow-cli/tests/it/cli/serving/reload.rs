//! Edits of a flow that is served.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::super::context::TestContext;
use super::{FLOW, RULES, end, score, signal};
use crate::http::Serving;
use crate::program::LIMIT;

fn answer(serving: &Serving) -> String {
    let came = score(serving, "{\"question\": \"how?\"}", &[]);
    assert_eq!(came.status, 200, "{came:?}");
    came.json().expect("JSON")["answer"].as_str().expect("a text").to_owned()
}

fn until(mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LIMIT, "it does not come to be");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_server_that_watches_serves_edits_by_itself() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let serving = context.serve("serve --mock=mock.yaml --watch");
    assert_eq!(answer(&serving), "of the first");
    context.write("flow.yaml", &FLOW.replacen("first:", "second:", 1));
    until(|| answer(&serving) == "of the second");
    end(serving);
}

#[test]
fn an_edit_is_served_without_a_request_lost_and_a_broken_one_is_not() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let serving = context.serve("serve --mock=mock.yaml --keep");
    // The flow as it was has its run before the first edit comes, however late the load begins.
    assert_eq!(answer(&serving), "of the first");
    let is_over = AtomicBool::new(false);
    let answers: BTreeSet<String> = std::thread::scope(|scope| {
        let load: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = BTreeSet::new();
                    while !is_over.load(Ordering::Relaxed) {
                        answers.insert(answer(&serving));
                    }
                    answers
                })
            })
            .collect();
        for number in 0..20 {
            let word = if number % 2 == 0 { "second" } else { "first" };
            context.write("flow.yaml", &FLOW.replacen("first:", &format!("{word}:"), 1));
            signal(&serving, "-HUP");
            until(|| answer(&serving) == format!("of the {word}"));
        }
        is_over.store(true, Ordering::Relaxed);
        load.into_iter().flat_map(|load| load.join().expect("no request was lost")).collect()
    });
    assert_eq!(answers, BTreeSet::from(["of the first", "of the second"].map(str::to_owned)));

    context.write("flow.yaml", "nodes: [}");
    signal(&serving, "-HUP");
    let refused = || {
        let came = crate::http::ask(serving.address, "GET", "/metrics", &[], None);
        came.text().contains("flow_reloads_total{flow=\"project\",result=\"refused\"} 1")
    };
    until(refused);
    assert_eq!(answer(&serving), "of the first");
    end(serving);
    // Each edit has a run of its own, so that no run mixes them.
    let kept = std::fs::read_dir(context.folder().join(".flow/runs")).expect("runs").count();
    assert_eq!(kept, 21);
}
