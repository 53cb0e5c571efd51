use super::read;

#[test]
fn mistakes_in_rules_are_told_with_their_places() {
    let (rules, problems) = read(
        "
sed: 1
accuracy: 90
latency: { p50: 9, p99: 3 }
usage: some
rules:
  - when: { txt: a, match: '(' }
    replay: b
  - when: hello
    reply: '{{ text'
    json: {}
  - error: { status: 200 }
  - error: { rate: 0.5 }
  - just text
  - replies: []
",
    );
    assert!(rules.is_none());
    insta::assert_snapshot!(problems, @r#"
    2:1 [unknown-key] unknown key `sed` in a rules file | did you mean `seed`?
    3:11 [wrong-shape] expected a share from 0 to 1, found `90`
    4:25 [invalid-value] `p99` is below `p50` | 99 of 100 answers take at most `p99`
    5:8 [wrong-shape] expected true, false or `{ prompt_tokens: 10, completion_tokens: 5 }`, found `some`
    7:13 [unknown-key] unknown key `txt` in `when` | did you mean `text`?
    7:28 [invalid-value] the regular expression cannot be read: unclosed group | see the syntax of the crate `regex`; quote it with '…' in YAML
    8:5 [unknown-key] unknown key `replay` in a rule | did you mean `reply`?
    9:11 [wrong-shape] expected a mapping such as `{ text: hello }`, found `hello`
    10:12 [template-syntax] the template cannot be read: unexpected end of the text, expected `}}` | what stands in double braces is an expression: "{{ text }}"
    11:11 [invalid-value] a rule has one of `reply`, `json`, `replies`, `refusal` and `json_schema`, not several | write texts as items of `replies`
    12:22 [wrong-shape] expected a status from 400 to 599, found `200`
    13:12 [missing-key] `error` has no `status` | add the HTTP status, such as `status: 429`
    14:5 [wrong-shape] expected a rule, such as `{ when: { text: hello }, reply: "Hello!" }`, found `just text`
    15:14 [wrong-shape] expected a list of one or more answers, found an empty list
    "#);
}

#[test]
fn mistakes_in_what_rules_do_are_told_too() {
    let (rules, problems) = read(
        "
stream: 20
faults:
  - { fault: 429, retry_after: { ms: many } }
  - { fault: rest }
  - { fault: 200 }
  - { fault: reset, script: [ok] }
  - { rate: 0.5 }
  - { script: [] }
  - { script: [429, { status: 500 }], times: 2 }
  - { fault: reset, retry_after: 3 }
  - { fault: hang, times: 20000 }
  - reset
usage: { reasoning: 3 }
rules:
  - when: { api: chats, role: boss, images: few, tools: [], format: xml }
    call: { arguments: {} }
  - call: weather
    calls: []
  - call: { name: '{{ tool', arguments: ['{{ x'] }
  - json_schema: perhaps
  - { reply: x, finish_reason: done, latency: { p50: 1 } }
",
    );
    assert!(rules.is_none());
    insta::assert_snapshot!(problems);
}
