use proptest::prelude::*;

use super::*;
use crate::source::SourceMap;

const FLOW: &str =
    "nodes:\n  - name: classify\n    type: llm\n  - name: réply\n\tinputs: { label: \"${clasify.output}\" }\n";

fn find(sources: &SourceMap, path: &str, words: &str) -> Span {
    let file = sources.find(path.as_ref()).unwrap();
    let start = sources.get(file).text.find(words).unwrap();
    Span::new(file, start, start + words.len())
}

/// One of each kind: places in two files, none at all, an end of file, a long line, a place over several lines.
fn sample() -> (SourceMap, Diagnostics) {
    let mut sources = SourceMap::default();
    sources.add("triage/flow.yaml", FLOW);
    sources.add("triage/a,b:c%.jinja2", "Sort {{ ticket }}\r\ninto {{ kinds }}\r\n");
    let long = format!("{}{{{{ nmae }}}}{}\n", "filler words ".repeat(20), " and more".repeat(30));
    sources.add("triage/long.jinja2", long);
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(
        Diagnostic::error(Code::UnknownNode, find(&sources, "triage/flow.yaml", "clasify"), "unknown node `clasify`")
            .label("no node has this name")
            .related(find(&sources, "triage/flow.yaml", "classify"), "a node with a similar name")
            .help("did you mean `classify`?"),
    );
    diagnostics.push(
        Diagnostic::warning(
            Code::UnknownVariable,
            find(&sources, "triage/a,b:c%.jinja2", "kinds"),
            "no input provides `kinds`",
        )
        .related(find(&sources, "triage/flow.yaml", "réply"), "the node that renders it")
        .help("add it to the node's `inputs`\nor set it in the template"),
    );
    diagnostics.push(Diagnostic::warning(
        Code::UnknownVariable,
        find(&sources, "triage/long.jinja2", "nmae"),
        "no input provides `nmae`",
    ));
    let all = find(&sources, "triage/flow.yaml", FLOW);
    diagnostics.push(Diagnostic::warning(Code::ChatFlow, all, "no input is the chat input").label("starts here"));
    let end = Span { start: all.end, ..all };
    diagnostics.push(Diagnostic::error(Code::MissingKey, end, "`outputs` is missing"));
    diagnostics
        .push(Diagnostic::error_without_place(Code::FlowNotFound, "no flow in `triage`").help("run `flow init`"));
    (sources, diagnostics)
}

#[test]
fn people_see_the_lines() {
    let (sources, diagnostics) = sample();
    insta::assert_snapshot!(render(&diagnostics, &sources, RenderOptions { color: false, width: 100 }));
}

#[test]
fn colours_only_when_asked_for() {
    let (sources, diagnostics) = sample();
    assert!(!render(&diagnostics, &sources, RenderOptions::default()).contains('\u{1b}'));
    assert!(render(&diagnostics, &sources, RenderOptions { color: true, width: 80 }).contains('\u{1b}'));
}

#[test]
fn programs_see_json() {
    let (sources, diagnostics) = sample();
    insta::assert_json_snapshot!(to_json(&diagnostics, &sources));
}

#[test]
fn github_sees_commands() {
    let (sources, diagnostics) = sample();
    insta::assert_snapshot!(to_github(&diagnostics, &sources));
}

#[test]
fn problems_are_counted() {
    let (_, diagnostics) = sample();
    assert_eq!(count(&diagnostics), "3 errors, 3 warnings");
    assert_eq!(count(&Diagnostics::default()), "no problems");
    let mut one = Diagnostics::default();
    one.push(Diagnostic::error_without_place(Code::FlowNotFound, "no flow"));
    assert_eq!(count(&one), "1 error");
}

#[test]
fn unreadable_files_become_diagnostics() {
    let error = crate::source::read_text("no/such/flow.yaml".as_ref()).unwrap_err();
    let diagnostic = Diagnostic::from(&error);
    assert_eq!((diagnostic.code, diagnostic.message.as_str()), (Code::UnreadableFile, "no file `no/such/flow.yaml`"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the places are, even outside of the text or within a character, something is shown.
    #[test]
    fn any_places_are_shown(
        text in "[a-zé€😀\\t\\r\\n\u{200b}\u{301} ]{0,60}",
        places in prop::collection::vec((0_usize..80, 0_usize..80), 1..4),
        width in 0_usize..200,
    ) {
        let mut sources = SourceMap::default();
        let file = sources.add("flow.yaml", text);
        let mut places = places.into_iter().map(|(start, length)| Span::new(file, start, start + length));
        let mut diagnostic = Diagnostic::error(Code::UnknownNode, places.next().unwrap(), "message").label("here");
        for place in places {
            diagnostic = diagnostic.related(place, "and here");
        }
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        let shown = render(&diagnostics, &sources, RenderOptions { color: false, width });
        prop_assert!(shown.contains("--> flow.yaml:"), "{}", shown);
        prop_assert!(shown.contains("here"), "{}", shown);
        prop_assert!(to_json(&diagnostics, &sources).is_array());
        prop_assert_eq!(to_github(&diagnostics, &sources).lines().count(), 1);
    }
}
