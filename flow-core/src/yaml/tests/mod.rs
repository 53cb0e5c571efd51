mod errors;
mod limits;
mod random;
mod trees;

use super::*;

/// Reads a text; what was found wrong comes as lines `LINE:COLUMN code: message [what is marked] = help`.
fn read_text(text: &str) -> (SourceMap, Option<Node>, Vec<String>) {
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = read(&sources, file, &mut diagnostics);
    let place = |span| {
        let place = sources.line_column(span);
        format!("{}:{} [{}]", place.line, place.column, sources.slice(span))
    };
    let lines = diagnostics.iter().map(|diagnostic| {
        let primary = diagnostic.primary.as_ref().map(|label| place(label.span)).unwrap_or_default();
        let related: String =
            diagnostic.related.iter().map(|label| format!("\n  {} {}", place(label.span), label.text)).collect();
        let help = diagnostic.help.as_deref().unwrap_or("NO HELP");
        format!("{}: {}\n  {primary}{related}\n  = {help}", diagnostic.code, diagnostic.message)
    });
    let lines = lines.collect();
    (sources, node, lines)
}

/// Reads a text that must be sound.
fn tree(text: &str) -> (SourceMap, Node) {
    let (sources, node, problems) = read_text(text);
    assert_eq!(problems, Vec::<String>::new(), "in {text:?}");
    (sources, node.unwrap())
}

/// The value behind a path of keys and indices.
fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('.').fold(node, |node, step| match &node.value {
        NodeValue::Mapping(mapping) => &mapping.get(step).unwrap_or_else(|| panic!("no {step}")).value,
        NodeValue::Sequence(items) => &items[step.parse::<usize>().unwrap()],
        NodeValue::Scalar(_) => panic!("no {step} in a scalar"),
    })
}
