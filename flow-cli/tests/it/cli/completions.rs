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

#[test]
fn manual_pages_tell_of_each_command() {
    let context = TestContext::with(&[("file", "")]);
    assert_snapshot!(context.session(&["man pages", "man file/pages"]));
    let read = |name: &str| context.read(&format!("pages/{name}"));
    assert!(read("flow.1").contains("flow\\-batch(1)"), "{}", read("flow.1"));
    assert!(read("flow-batch.1").contains("Examples:"));
    assert!(read("flow-pf-run-create.1").contains(".TH flow-pf-run-create 1"));
}
