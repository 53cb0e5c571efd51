use insta::assert_snapshot;

use super::TestContext;

#[test]
fn shells_complete_the_commands() {
    let context = TestContext::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = context.done(&format!("completions {shell}"));
        for command in ["init", "check", "run", "graph", "explain"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    assert_snapshot!(context.session(&["completions bsh", "completions"]));
}
