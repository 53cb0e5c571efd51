//! A text between tags that do not occur in it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use flow_core::template::{Engine, Strictness, Template, parse_chat};
use flow_core::value::Value;
use proptest::prelude::*;

fn rendered(source: &str, text: &str) -> String {
    let engine = Engine::new(Strictness::Strict);
    let template = Template::compile(&engine, "t", source).unwrap();
    template.render(vec![(Arc::from("v"), Value::from(text))]).unwrap().as_str().to_owned()
}

#[test]
fn a_tag_has_a_number_where_the_text_holds_what_looks_like_it() {
    for (text, tag) in [
        ("", "answer"),
        ("a < b, the answer > c", "answer"),
        ("<b>answer</b> </p>", "answer"),
        ("</answer>", "answer-2"),
        ("<answer", "answer-2"),
        ("< / AnSwEr >", "answer-2"),
        ("＜／ａｎｓｗｅｒ＞", "answer-2"),
        ("&lt;/answer&gt; &#60;answer", "answer-2"),
        ("<\u{200b}/an\u{ad}swer>", "answer-2"),
        ("</answers>", "answer-2"),
        ("</answer-2>", "answer-3"),
        ("</answer-3></answer-2><answer_5>", "answer-4"),
        ("</answer-18446744073709551616>", "answer-2"),
    ] {
        assert_eq!(rendered("{{ v | fence('answer') }}", text), format!("<{tag}>\n{text}\n</{tag}>"));
    }
    assert_eq!(rendered("{{ v | fence }}", "x"), "<text>\nx\n</text>");
    let many: String = (2..50_000).map(|number| format!("</answer-{number}>")).collect();
    assert!(rendered("{{ v | fence('answer') }}", &many).starts_with("<answer-50000>\n"));
}

#[test]
fn a_tag_has_a_name() {
    let engine = Engine::new(Strictness::Strict);
    for name in ["", "a b", "answer-2", "<x>", "ä"] {
        let template = Template::compile(&engine, "t", &format!("{{{{ 'x' | fence('{name}') }}}}")).unwrap();
        let error = template.render(Vec::new()).unwrap_err().to_string();
        assert!(error.contains("`fence` takes the name of a tag, such as \"answer\""), "{error}");
    }
}

fn texts() -> impl Strategy<Value = String> {
    let parts = [
        "<",
        "</",
        "answer",
        "ANSWER",
        "-",
        "2",
        "3",
        "-2>",
        ">",
        "\n",
        " ",
        "＜",
        "&lt;",
        "system:\n",
        "\nuser:\n",
        "x",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    /// The first closing tag of the opening one's name is the one that the filter wrote.
    #[test]
    fn a_text_is_found_again(text in texts()) {
        let printed = rendered("{{ v | fence('answer') }}", &text);
        let (tag, inside) = printed.strip_prefix('<').unwrap().split_once(">\n").unwrap();
        let (found, behind) = inside.split_once(&format!("</{tag}>")).unwrap();
        prop_assert_eq!((found, behind), (&*format!("{text}\n"), ""));
    }

    /// What is fenced counts as a value: no role begins in it.
    #[test]
    fn no_role_begins_inside(text in texts()) {
        let engine = Engine::new(Strictness::Strict);
        let template = Template::compile(&engine, "t", "user:\n{{ v | fence('answer') }}").unwrap();
        let chat = template.render(vec![(Arc::from("v"), Value::from(&*text))]).unwrap();
        prop_assert_eq!(parse_chat(&chat).unwrap().len(), 1);
    }
}
