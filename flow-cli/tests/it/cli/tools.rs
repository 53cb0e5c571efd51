use insta::assert_snapshot;

use super::TestContext;

#[test]
fn tools_are_listed_and_described() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "tools",
        "tools json.pick",
        "tools json.pick --json",
        "tools json.pik",
        "tools rocket --json"
    ]));
}

#[test]
fn every_tool_is_described() {
    let context = TestContext::new();
    for tool in context.json("tools --json", 0).as_array().expect("a list") {
        let name = tool["name"].as_str().expect("a name");
        let text = context.done(&format!("tools {name}"));
        assert!(text.contains("Inputs:") && !text.contains("(null"), "{text}");
    }
}
