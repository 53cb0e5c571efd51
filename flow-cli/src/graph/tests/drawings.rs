//! What the four drawings look like.

use super::samples::{chain, diamond, hostile, picture, triage};
use crate::graph::{GraphFormat, GraphPicture, draw};

/// The SVG without its style sheet, which is the same in each.
fn svg_body(picture: &GraphPicture) -> String {
    let svg = draw(picture, GraphFormat::Svg);
    let (before, rest) = svg.split_once("<style>").expect("a style sheet");
    let (_, after) = rest.split_once("</style>\n").expect("its end");
    format!("{before}{after}")
}

#[test]
fn a_chain() {
    insta::assert_snapshot!("chain_text", draw(&chain(), GraphFormat::Text));
    insta::assert_snapshot!("chain_mermaid", draw(&chain(), GraphFormat::Mermaid));
    insta::assert_snapshot!("chain_dot", draw(&chain(), GraphFormat::Dot));
    insta::assert_snapshot!("chain_svg", svg_body(&chain()));
}

#[test]
fn a_diamond_with_conditions() {
    insta::assert_snapshot!("diamond_text", draw(&diamond(), GraphFormat::Text));
    insta::assert_snapshot!("diamond_mermaid", draw(&diamond(), GraphFormat::Mermaid));
    insta::assert_snapshot!("diamond_dot", draw(&diamond(), GraphFormat::Dot));
    insta::assert_snapshot!("diamond_svg", svg_body(&diamond()));
}

#[test]
fn a_triage_flow() {
    insta::assert_snapshot!("triage_text", draw(&triage(), GraphFormat::Text));
    insta::assert_snapshot!("triage_mermaid", draw(&triage(), GraphFormat::Mermaid));
    insta::assert_snapshot!("triage_dot", draw(&triage(), GraphFormat::Dot));
}

#[test]
fn hostile_names() {
    insta::assert_snapshot!("hostile_text", draw(&hostile(), GraphFormat::Text));
    insta::assert_snapshot!("hostile_mermaid", draw(&hostile(), GraphFormat::Mermaid));
    insta::assert_snapshot!("hostile_dot", draw(&hostile(), GraphFormat::Dot));
    insta::assert_snapshot!("hostile_svg", svg_body(&hostile()));
}

#[test]
fn nothing() {
    insta::assert_snapshot!("empty_text", draw(&picture("Empty"), GraphFormat::Text));
    insta::assert_snapshot!("empty_mermaid", draw(&picture("Empty"), GraphFormat::Mermaid));
    insta::assert_snapshot!("empty_dot", draw(&picture("Empty"), GraphFormat::Dot));
    insta::assert_snapshot!("empty_svg", svg_body(&picture("Empty")));
}

#[test]
fn the_svg_names_nothing_elsewhere() {
    let svg = draw(&triage(), GraphFormat::Svg);
    let addresses: Vec<&str> = svg.matches("http").collect();
    assert_eq!(addresses.len(), 1, "only the namespace");
    for element in ["<script", "<image", "<use", "@import", "url("] {
        assert!(!svg.contains(element), "{element}");
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let first = draw(&triage(), GraphFormat::Svg);
    for _ in 0..20 {
        assert_eq!(draw(&triage(), GraphFormat::Svg), first);
    }
}

#[test]
fn unruly_characters_become_blanks() {
    let mut picture = picture("one\u{202E}two\u{FFFE}three\n");
    picture.nodes.clear();
    assert!(draw(&picture, GraphFormat::Svg).contains(">one two three<"));
    assert!(draw(&picture, GraphFormat::Text).starts_with("one two three\n"));
}

#[test]
fn json_names_kinds_and_marks_in_lower_case() {
    let json = serde_json::to_value(diamond()).expect("a JSON value");
    assert_eq!(json["nodes"][2]["marks"], serde_json::json!(["conditional"]));
    assert_eq!(json["edges"][2]["kind"], "condition");
    assert_eq!(serde_json::to_value(triage()).expect("a JSON value")["nodes"][4]["marks"][0]["variants"], 3);
}
