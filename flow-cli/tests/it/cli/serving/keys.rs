//! Keys, and who may reach a server without one.

use super::super::context::TestContext;
use super::{FLOW, RULES, end, score};

#[test]
fn a_key_is_shown_once_and_its_digest_is_what_the_server_knows() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let ran = context.ran("keys new website --per-minute 100");
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let key = ran.stdout.trim().to_owned();
    assert!(key.starts_with("flow-") && key.len() == 69, "{key}");
    assert!(!context.read("serve-keys.yaml").contains(&key[5..]), "the file holds no key");
    assert_eq!(context.ran("keys new other").exit, Some(0));
    let again = context.ran("keys new website");
    assert_eq!(again.exit, Some(2), "{again:?}");
    insta::assert_snapshot!(context.ran("keys").stdout);

    let serving = context.serve("serve --mock=mock.yaml --keys serve-keys.yaml");
    let question = "{\"question\": \"how?\"}";
    assert_eq!(score(&serving, question, &[]).status, 401);
    let bearer = format!("Bearer {key}");
    assert_eq!(score(&serving, question, &[("authorization", &bearer)]).status, 200);
    end(serving);

    assert_eq!(context.ran("keys remove website").exit, Some(0));
    let serving = context.serve("serve --mock=mock.yaml --keys serve-keys.yaml");
    assert_eq!(score(&serving, question, &[("authorization", &bearer)]).status, 401);
    end(serving);
    assert_eq!(context.ran("keys remove website").exit, Some(2));
}

#[test]
fn other_machines_need_a_key() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let ran = context.ran("serve --mock=mock.yaml --host 0.0.0.0 --port 0");
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    insta::assert_snapshot!(ran.stderr);
    context.write("empty.yaml", "keys: []\n");
    let ran = context.ran("serve --mock=mock.yaml --keys empty.yaml --port 0");
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    context.write("wrong.yaml", "keys:\n  - name: one\n    sha265: abc\n");
    let ran = context.ran("serve --mock=mock.yaml --keys wrong.yaml --port 0");
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    insta::assert_snapshot!(ran.stderr);
}
