use insta::assert_snapshot;

use super::TestContext;

#[test]
fn an_example_is_drawn() {
    let context = TestContext::of_example("support-triage");
    for format in ["text", "mermaid", "dot"] {
        let name = format!("support_triage_as_{format}");
        assert_snapshot!(name, context.session(&[&format!("graph --format {format}")]));
    }
}

#[test]
fn json_for_programs() {
    let context = TestContext::of_example("product-chat");
    assert_snapshot!(context.session(&["graph --json"]));
}

#[test]
fn svg_stands_on_its_own() {
    let context = TestContext::of_example("support-triage");
    let svg = context.done("graph --format svg");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
    assert!(!svg.contains("href"), "{svg}");
    let opened = regex::Regex::new(r"<([a-z]+)[ >]").expect("a pattern");
    let closed_at_once = regex::Regex::new(r"<[a-z]+(?: [a-zA-Z:-]+=.[^<>]*.)? ?/>").expect("a pattern");
    let ends = svg.matches("</").count() + closed_at_once.find_iter(&svg).count();
    assert_eq!(opened.find_iter(&svg).count(), ends, "{svg}");
}

#[test]
fn a_drawing_goes_to_a_file() {
    let context = TestContext::of_example("product-chat");
    assert_snapshot!(context.session(&[
        "graph --format svg -o flow.svg",
        "graph -o nowhere/flow.txt",
        "graph --format svgg",
        "graph nowhere",
        "graph --json --format svg",
    ]));
    assert_eq!(context.read("flow.svg"), context.done("graph --format svg"));
}

#[test]
fn another_variant_and_a_flow_without_connections_are_drawn() {
    let context = TestContext::of_starter("classification");
    assert_snapshot!(context.session(&["graph --variant classify=few_shot", "graph --variant classify=few"]));
}
