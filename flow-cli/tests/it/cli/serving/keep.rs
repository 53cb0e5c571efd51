//! Requests that are kept.

use serde_json::{Value, json};

use super::super::context::TestContext;
use super::{FLOW, RULES, end, score};
use crate::http::ask;

#[test]
fn requests_become_rows_that_queries_see_with_their_feedback() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let serving = context.serve("serve --mock=mock.yaml --keep --redact inputs.user.mail");
    for (id, question) in [("r-1", "how?"), ("r-2", "why?")] {
        let body = json!({ "question": question, "user": { "name": "Ada", "mail": "ada@example" } }).to_string();
        let came = score(&serving, &body, &[("x-request-id", id)]);
        assert_eq!((came.status, came.headers["x-request-id"].as_str()), (200, id), "{came:?}");
    }
    assert_eq!(score(&serving, "{}", &[("x-request-id", "r-3")]).status, 400);
    for (path, body) in
        [("/feedback?request_id=r-2", "very good"), ("/feedback", "{\"request_id\": \"r-1\", \"good\": false}")]
    {
        let came = ask(serving.address, "POST", path, &[], Some(body.as_bytes()));
        assert_eq!(came.status, 200, "{came:?}");
    }
    end(serving);

    let query = |statement: &str| -> String {
        let ran = context.ran(&format!("runs query '{statement}' --json"));
        assert_eq!(ran.exit, Some(0), "{ran:?}");
        ran.stdout
    };
    let rows = query(
        "select \"request.id\" as id, status, \"inputs.question\" as question, \"inputs.user\" as user, \"outputs.answer\" as answer from rows order by id",
    );
    insta::assert_snapshot!(rows);
    let said = query(
        "select f.\"request.id\" as id, f.value as value, r.status as status from feedback f join rows r on f.\"request.id\" = r.\"request.id\" order by id",
    );
    insta::assert_snapshot!(said);

    let ran = context.ran("runs export last --failed");
    insta::assert_snapshot!(ran.stdout);

    let ran = context.ran("batch --resume last");
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("flow runs export"), "{ran:?}");

    let ran = context.ran("runs list --json");
    let listed: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let journal = std::fs::read(
        context.folder().join(".flow/runs").join(listed[0]["run"].as_str().expect("an id")).join("journal.log"),
    );
    let journal = String::from_utf8_lossy(&journal.expect("it is there")).into_owned();
    assert!(journal.contains("how?") && !journal.contains("ada@example"), "{journal}");
}

#[test]
fn old_requests_go_when_there_are_too_many() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    for _ in 0..3 {
        let serving = context.serve("serve --mock=mock.yaml --keep --keep-size 1B");
        assert_eq!(score(&serving, "{\"question\": \"how?\"}", &[]).status, 200);
        end(serving);
    }
    let kept = std::fs::read_dir(context.folder().join(".flow/runs")).expect("runs").count();
    assert_eq!(kept, 0, "each is larger than what may be kept");
}

#[test]
fn what_is_not_to_be_kept_must_be_there() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    for (redact, word) in [("inputs.email", "names no input"), ("email", "names nothing that is kept")] {
        let ran = context.ran(&format!("serve --mock=mock.yaml --keep --redact {redact}"));
        assert_eq!(ran.exit, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(word), "{ran:?}");
    }
}
