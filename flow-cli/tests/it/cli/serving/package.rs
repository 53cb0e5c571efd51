//! A folder with all that it takes to serve a flow elsewhere.

use std::path::{Path, PathBuf};

use super::super::context::{CANARY, TestContext};
use super::{FLOW, end, score};
use crate::http::Serving;

const CONNECTIONS: &str = "any:\n  kind: openai\n  api_key: ${env:TRIAGE_KEY}\n";

fn context() -> TestContext {
    let context = TestContext::with(&[
        ("flows/triage/flow.yaml", FLOW),
        ("flows/triage/.env", "TRIAGE_KEY=secret-of-the-file"),
        ("connections.yaml", CONNECTIONS),
        ("flows/other/flow.yaml", FLOW),
    ]);
    std::fs::create_dir_all(context.folder().join(".git")).expect("a folder");
    context
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder").flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found.iter().map(|path| path.strip_prefix(folder).expect("below").to_path_buf()).collect()
}

#[test]
fn a_package_holds_the_flow_and_no_secrets() {
    let context = context();
    let ran = context.ran("package flows/triage --output made");
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let names: Vec<String> =
        files(&context.folder().join("made")).iter().map(|path| path.display().to_string()).collect();
    insta::assert_json_snapshot!(names);
    let texts = ["Dockerfile", "kubernetes.yaml", "README.md"].map(|name| context.read(&format!("made/{name}")));
    insta::assert_snapshot!(texts.join("\n---- \n"));
    for name in &names {
        let text = std::fs::read(context.folder().join("made").join(name)).expect("a file");
        assert!(!String::from_utf8_lossy(&text).contains("secret-of-the-file"), "{name}");
    }
    // What the container would do, here.
    let mut command = std::process::Command::new(context.folder().join("made/flow"));
    command.current_dir(context.folder().join("made/project")).env_clear().env("TRIAGE_KEY", "none");
    command.args(["serve", "flows/triage", "--mock"]);
    let serving = Serving::start(command).expect("it starts");
    assert_eq!(score(&serving, "{\"question\": \"how?\"}", &[]).status, 200);
    end(serving);

    let again = context.ran("package flows/triage --output made");
    assert_eq!(again.exit, Some(2), "{again:?}");
}

#[test]
fn a_package_for_azure_names_its_routes_and_variables() {
    let context = context();
    assert_eq!(
        context.ran("package flows/triage --output made --target azureml --variant answer=second").exit,
        Some(0)
    );
    let texts = ["endpoint.yaml", "deployment.yaml", "README.md"].map(|name| context.read(&format!("made/{name}")));
    insta::assert_snapshot!(texts.join("\n----\n"));
    assert!(context.read("made/Dockerfile").contains("\"--variant\",\"answer=second\""));
}

#[test]
fn a_secret_in_clear_is_not_packed() {
    let context = context();
    context.write("connections.yaml", &format!("any:\n  kind: openai\n  api_key: sk-{CANARY}\n"));
    let ran = context.ran("package flows/triage --output made");
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    insta::assert_snapshot!(ran.stderr);
    assert!(!context.folder().join("made").exists());
}
