use insta::assert_snapshot;

use super::TestContext;

#[test]
fn the_example_remembers_what_was_said() {
    let context = TestContext::of_example("product-chat");
    let said = "Can I descale it with vinegar?\nAnd how often?\n";
    assert_snapshot!(context.transcript("run --chat", said));
    assert_snapshot!("the_example_in_json", context.transcript("run --chat --json", said));
}

#[test]
fn the_starter_remembers_what_was_said() {
    let context = TestContext::of_starter("chat");
    assert_snapshot!(
        context.transcript("run --chat --mock", "I start from Leipzig.\nThree days.\nThanks!\n\nnever heard\n")
    );
}

#[test]
fn the_history_goes_to_the_model() {
    let context = TestContext::of_starter("chat");
    context.write("count.yaml", "- reply: '{{ messages | map(attribute=\"role\") | join(\" \") }}'\n");
    assert_snapshot!(context.transcript("run --chat --mock=count.yaml", "one\r\ntwo\r\nthree"));
}

#[test]
fn a_script_ends_at_the_first_turn_that_fails() {
    let context = TestContext::of_starter("chat");
    context.write(
        "failing.yaml",
        "- when: { text: broken }\n  error: { status: 400, message: no such luck }\n- reply: fine\n",
    );
    let said = "hello\nbroken\nnever asked\n";
    assert_snapshot!(context.transcript("run --chat --mock=failing.yaml", said));
    assert_snapshot!("a_turn_that_fails_in_json", context.transcript("run --chat --json --mock=failing.yaml", said));
}

#[test]
fn what_a_conversation_needs() {
    let context = TestContext::of_starter("standard");
    assert_snapshot!(context.session(&["run --chat --mock", "run --chat --mock --json"]));
}

#[test]
fn other_inputs_hold_for_the_whole_conversation() {
    let context = TestContext::of_example("product-chat");
    assert_snapshot!(context.transcript("run --chat -i manual=nowhere.txt", "Hello\n"));
    assert_snapshot!("a_mistyped_input_of_a_conversation", context.transcript("run --chat -i manul=x", "Hello\n"));
}
