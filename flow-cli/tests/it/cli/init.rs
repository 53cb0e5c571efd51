use insta::assert_snapshot;

use super::TestContext;

#[test]
fn a_folder_is_made() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&["init my-flow", "check my-flow --mock", "init talk --template chat --json"]));
}

#[test]
fn nothing_is_overwritten() {
    let context = TestContext::with(&[("mine/flow.yaml", "mine"), ("kept/notes.txt", "mine")]);
    assert_snapshot!(context.session(&["init mine", "init mine --json", "init kept"]));
    assert_eq!(context.read("mine/flow.yaml"), "mine");
    assert!(!context.folder().join("mine/README.md").exists());
    assert_eq!(context.read("kept/notes.txt"), "mine");
}

#[test]
fn a_folder_that_cannot_be_made() {
    let context = TestContext::with(&[("file", "a file, no folder")]);
    assert_snapshot!(context.session(&["init file", "init file/below"]));
}

#[test]
fn templates_are_listed_and_near_names_suggested() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "init --list",
        "init --list --json",
        "init x --template clasification",
        "init x --template rocket",
        "init x --template chat/flow.yaml",
    ]));
    assert!(!context.folder().join("x").exists());
}

#[test]
fn the_current_folder_is_the_default() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&["init", "run --mock"]));
}
