use insta::assert_snapshot;

use super::TestContext;

#[test]
fn a_tree_for_people() {
    let context = TestContext::of_example("contract-review");
    assert_snapshot!(context.session(&["run clause --trace"]));
}

#[test]
fn sub_flows_stand_below_their_callers() {
    let context = TestContext::of_example("language-tour");
    assert_snapshot!(context.session(&["run --trace"]));
}

#[test]
fn json_for_programs() {
    let context = TestContext::of_example("product-chat");
    assert_snapshot!(context.session(&["run --trace --json"]));
}
