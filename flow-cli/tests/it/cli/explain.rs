use insta::assert_snapshot;

use super::TestContext;

#[test]
fn a_code_is_explained() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "explain unknown-node",
        "explain 'error[unknown-node]' --json",
        "explain unkown-node",
        "explain E0308",
        "explain E0308 --json",
    ]));
}

#[test]
fn the_list_of_codes() {
    assert_snapshot!(TestContext::new().session(&["explain"]));
}

#[test]
fn every_code_is_explained() {
    let context = TestContext::new();
    let codes = context.json("explain --json", 0);
    let codes = codes.as_array().expect("a list");
    assert!(codes.len() > 40);
    for code in codes {
        let name = code["code"].as_str().expect("a name");
        let text = context.done(&format!("explain {name}"));
        assert!(text.contains(name) && text.len() > 200 && text.contains("```"), "{name}: {text}");
    }
}
