use insta::assert_snapshot;

use super::TestContext;

#[test]
fn the_schema_is_json() {
    let context = TestContext::new();
    for line in ["schema", "schema flow", "schema eval", "schema models"] {
        assert!(context.json(line, 0).is_object(), "{line}");
    }
    assert_snapshot!(context.session(&["schema flwo"]));
}
