//! References: `${…}` as the whole of a text (spec section 2.1).

use std::sync::Arc;

use super::scope::Scope;
use crate::diag::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::doc::Report;
use crate::plan::{Binding, PropertyPath};
use crate::source::Span;
use crate::yaml::Node;

/// What a text refers to, before names are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written<'t> {
    /// The first part: a node, `inputs`, `flow`, `item` or `loop`.
    pub head: &'t str,
    /// The second part, between the first two dots: for nodes the section.
    pub section: Option<&'t str>,
    /// All behind the first dot.
    pub rest: &'t str,
    /// All behind the second dot: for nodes the property.
    pub property: &'t str,
}

/// Takes a reference apart; `None` if the text is none.
pub(super) fn parse(text: &str) -> Option<Written<'_>> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let (head, rest) = inside.split_once('.').map_or((inside, None), |(head, rest)| (head, Some(rest)));
    let rest_text = rest.unwrap_or("");
    let property = rest_text.split_once('.').map_or("", |(_, property)| property);
    let section = rest.map(|rest| rest.split('.').next().unwrap_or(""));
    Some(Written { head, section, rest: rest_text, property })
}

/// Where a reference stands, which decides what it may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Inside of a node with `for_each`.
    pub item: bool,
    /// Inside of a node with `loop`.
    pub turn: bool,
    /// A flow output, where promptflow does not look at the section.
    pub output: bool,
}

impl Position {
    /// The names that there are here beside those of nodes.
    fn names<'a>(self) -> impl Iterator<Item = &'a str> {
        [(self.item, "item"), (self.item || self.turn, "loop")]
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, name)| name)
    }

    pub(super) const PLAIN: Position = Position { item: false, turn: false, output: false };
    pub(super) const OUTPUT: Position = Position { item: false, turn: false, output: true };
}

/// What a reference stands for; problems are reported, and give `None`.
pub(super) fn bind(text: &str, span: Span, at: Position, scope: &Scope, report: &mut Report) -> Option<Binding> {
    let written = parse(text)?;
    if let Some((message, help)) = malformed(text) {
        report.error(Code::InvalidReference, span, message, help);
        return None;
    }
    match written.head {
        "inputs" | "flow" if written.section.is_some() => bind_input(&written, span, scope, report),
        "item" if at.item => {
            let path = text.strip_prefix("${item").and_then(|rest| rest.strip_suffix('}')).unwrap_or("");
            Some(Binding::Item(PropertyPath::parse(path)))
        }
        "loop" if at.item || at.turn => bind_loop(&written, span, at, report),
        _ => bind_node(text, &written, span, at, scope, report),
    }
}

/// What makes a text between `${` and `}` no reference, whatever exists.
fn malformed(text: &str) -> Option<(&'static str, String)> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let trimmed = inside.trim();
    if trimmed.is_empty() {
        return Some(("this reference is empty", "a reference is ${node.output} or ${inputs.name}".to_owned()));
    }
    if inside.contains("${") {
        let help = "give each reference as an input of its own, and join them in the template";
        return Some(("a value holds one reference at the most", help.to_owned()));
    }
    (trimmed != inside).then(|| ("a reference has no spaces inside of its braces", format!("write ${{{trimmed}}}")))
}

fn bind_input(written: &Written<'_>, span: Span, scope: &Scope, report: &mut Report) -> Option<Binding> {
    let name = written.rest;
    if let Some(input) = scope.input(name) {
        return Some(Binding::Input(input));
    }
    let object = name.split(['.', '[']).next().unwrap_or(name);
    if scope.input(object).is_some() {
        let message = format!("flow inputs have no properties: `{name}` would be an input of that name");
        let help = format!(
            "pass the whole input, ${{inputs.{object}}}, and take the property in the template or by the tool json.pick"
        );
        report.error(Code::InputProperty, span, message, help);
        return None;
    }
    let help = did_you_mean(name, scope.input_names()).unwrap_or_else(|| format!("add `{name}` below `inputs:`"));
    report.error(Code::UnknownInput, span, format!("the flow has no input `{name}`"), help);
    None
}

fn bind_loop(written: &Written<'_>, span: Span, at: Position, report: &mut Report) -> Option<Binding> {
    match written.section {
        Some("index") if written.property.is_empty() => Some(Binding::LoopIndex),
        Some("previous") if at.turn => Some(Binding::LoopPrevious(PropertyPath::parse(written.property))),
        _ => {
            let help = if at.turn { "there are ${loop.index} and ${loop.previous}" } else { "there is ${loop.index}" };
            report.error(Code::UnknownSection, span, format!("`loop` has no `{}`", written.rest), help);
            None
        }
    }
}

fn bind_node(
    text: &str,
    written: &Written<'_>,
    span: Span,
    at: Position,
    scope: &Scope,
    report: &mut Report,
) -> Option<Binding> {
    let Some(node) = scope.node(written.head) else {
        if scope.is_unread(written.head) {
            return None;
        }
        unknown_node(written, span, at, scope, report);
        return None;
    };
    let section = written.section.unwrap_or("output");
    if section != "output" {
        let message = format!("nodes have no section `{section}`, only `output`");
        let head = written.head;
        let help = match section.split_once('[') {
            Some(("output", index)) => format!("write ${{{head}.output.[{index}}} to take an item of the output"),
            _ => format!("write ${{{head}.output}}, or ${{{head}.output.{}}} for a property", written.rest),
        };
        if at.output {
            // promptflow takes the whole output, whatever the section is called (spec section 2.1).
            report.odd(Diagnostic::warning(Code::UnknownSection, span, message).help(help));
        } else {
            report.error(Code::UnknownSection, span, message, help);
            return None;
        }
    }
    Some(Binding::Node { node, path: PropertyPath::parse(written.property), reference: Arc::from(text) })
}

fn unknown_node(written: &Written<'_>, span: Span, at: Position, scope: &Scope, report: &mut Report) {
    let name = written.head;
    if scope.is_unread(name) {
        return;
    }
    let help = match name {
        "item" => "`item` exists inside of a node with `for_each` only".to_owned(),
        "loop" => "`loop` exists inside of a node with `loop` or `for_each` only".to_owned(),
        "inputs" | "flow" => "name the input: ${inputs.NAME}".to_owned(),
        "data" | "run" => "that is for the mapping of a batch run; inside of a flow take a flow input".to_owned(),
        _ if scope.input(name).is_some() => format!("did you mean the flow input, ${{inputs.{name}}}?"),
        _ => did_you_mean(name, scope.node_names().chain(at.names()))
            .unwrap_or_else(|| "a reference is ${node.output} or ${inputs.name}".to_owned()),
    };
    let what = if at.output { "this output refers to" } else { "this refers to" };
    report.error(Code::UnknownNode, span, format!("{what} a node `{name}`, which does not exist"), help);
}

/// The reference that a text without its sign was meant as: `inputs.x`, `{{ node.output }}`, of what there is.
pub(super) fn meant(text: &str, scope: &Scope) -> Option<String> {
    let bare = text.strip_prefix("{{").and_then(|inside| inside.strip_suffix("}}")).map_or(text, str::trim);
    let (head, rest) = bare.split_once('.')?;
    let exists = match head {
        "inputs" | "flow" => scope.input(rest).is_some(),
        _ => scope.node(head).is_some() && (rest == "output" || rest.starts_with("output.")),
    };
    let is_plain = !rest.contains(|sign: char| sign.is_whitespace() || matches!(sign, '{' | '}' | '(' | '|'));
    (exists && is_plain).then(|| format!("${{{bare}}}"))
}

/// Warns of a text that was probably meant as a reference.
pub(super) fn warn_of_lookalike(text: &str, node: &Node, scope: &Scope, report: &mut Report) {
    if let Some(meant) = meant(text, scope) {
        let message = "this is text, not a reference";
        report.warning(Code::ReferenceAsText, node.span, message, format!("did you mean {meant}?"));
        return;
    }
    let trimmed = text.trim();
    if let Some(meant) = templated(trimmed, scope) {
        let message = "this is text, not a reference: `{{ … }}` means something in templates only";
        report.warning(Code::ReferenceAsText, node.span, message, format!("write ${{{meant}}}"));
        return;
    }
    let inner = text
        .find("${")
        .and_then(|start| text[start + 2..].find('}').map(|length| &text[start + 2..start + 2 + length]));
    let Some(inner) = inner.filter(|inner| inner.contains('.') && !inner.contains(['\n', ' '])) else { return };
    let message = "this is text, not a reference: a reference is the whole value";
    let help = if parse(trimmed).is_some() {
        format!("remove the spaces around {trimmed}")
    } else {
        format!("give ${{{inner}}} as an input of its own, and put the text around it into the template")
    };
    report.warning(Code::ReferenceAsText, node.span, message, help);
}

/// The reference that a text in the braces of templates stands for, if it names something of the flow.
fn templated<'t>(text: &'t str, scope: &Scope) -> Option<&'t str> {
    let inside = text.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let (head, rest) = inside.split_once('.')?;
    let is_known = match head {
        "inputs" => scope.input(rest).is_some(),
        _ => scope.node(head).is_some() && rest.split(['.', '[']).next() == Some("output"),
    };
    is_known.then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_texts_are_references() {
        for text in ["x", "$x", "${x", " ${x}", "${x} ", "pre ${x}", "$${x}", "{x}"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let of = |text: &'static str| {
            parse(text).map(|written| (written.head, written.section, written.rest, written.property))
        };
        assert_eq!(of("${n}"), Some(("n", None, "", "")));
        assert_eq!(of("${n.output}"), Some(("n", Some("output"), "output", "")));
        assert_eq!(of("${n.output.a.b}"), Some(("n", Some("output"), "output.a.b", "a.b")));
        assert_eq!(of("${n.output[0]}"), Some(("n", Some("output[0]"), "output[0]", "")));
        assert_eq!(of("${inputs.a} ${inputs.b}"), Some(("inputs", Some("a} ${inputs"), "a} ${inputs.b", "b")));
        assert_eq!(of("${}"), Some(("", None, "", "")));
    }
}
