use super::*;

/// The usual mistakes, each of which must be named in the words of the people who make it.
const BROKEN: &[&str] = &[
    "a:\n\tb: 1\n",
    "a:\n\tb: {{ x }}\n",
    "name:foo\ntype: llm\n",
    "nodes:\n  - name:foo\n    type: llm\n",
    "a: \"unclosed\nb: 1\n",
    "a: 'unclosed\nb: 1\n",
    "a: 'it's'\n",
    "a: \"x\" y\n",
    "a: \"C:\\qux\"\n",
    "a: [1, 2\nb: 1\n",
    "a: {x: 1\nb: 1\n",
    "a: [1, 2",
    "a: [1, 2}\n",
    "a: ]\n",
    "a: {{ x }}\n",
    "a: {{ x }} and more\n",
    "- {% if x %}\n",
    "a: %x\n",
    "a: @x\n",
    "a: `x`\n",
    "a: b: c\n",
    "a: http://x: y\n",
    "a:\n  b: 1\n c: 2\n",
    "a: 1\n  b: 2\n",
    "a: |\n  text\n bar\n",
    "a: |x\n  text\n",
    "a: - b\n",
    "a: 1\n- b\n",
    "- a\nb: 1\n",
    "key\nb: c\n",
    "a: text # comment\n  more: x\n",
    "a: *nope\n",
    "a: *\n",
    "a: !x!y z\n",
    "a: &x [*x]\n",
    "a: 1\n---\nb: 2\n",
    "[a]: b\n",
    "? {a: b}\n: c\n",
    ": b\n",
    "~: b\n",
    "a: !!int foo\n",
    "a: !!timestamp 2001-01-01\n",
    "<<: 5\n",
    "a: 1\na: 2\nb:\n  c: 1\n  \"c\": 2\na: 3\n",
    "a: &a {}\nb:\n  <<: *a\n  <<: *a\n",
];

#[test]
fn broken_files_are_told_what_is_wrong() {
    let told: Vec<_> =
        BROKEN.iter().map(|text| format!("{text}\u{2500}\u{2500}\n{}\n", read_text(text).2.join("\n"))).collect();
    insta::assert_snapshot!(told.join("\n\u{2550}\u{2550}\u{2550}\n"));
}

#[test]
fn keys_that_stand_twice_leave_the_first() {
    let (_, node, problems) = read_text("a: 1\na: 2\nb: 3\n");
    assert_eq!(problems.len(), 1);
    let node = node.unwrap();
    assert_eq!(at(&node, "a").to_value(), crate::value::Value::Int(1));
    assert_eq!(node.as_mapping().unwrap().entries.len(), 2);
}
