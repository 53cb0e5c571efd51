use insta::assert_snapshot;

use crate::cli::TestContext;

#[test]
fn what_holds_is_shown_and_nothing_else_can_be_set() {
    let context = TestContext::new();
    let shown = context.json("pf config show", 0);
    assert_eq!(shown["connection"]["provider"], "local");
    assert_eq!(shown["telemetry"]["enabled"], false);
    assert_snapshot!(context.session(&[
        "pf config set connection.provider=local",
        "pf config set telemetry.enabled=false trace.destination=none",
        "pf config set trace.destination=azureml://x run.output_path=out --path .",
        "pf config set connection.provider=azureml",
        "pf config set nothing",
        "pf config set",
    ]));
}
