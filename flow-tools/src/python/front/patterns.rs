//! `match` statements: each case becomes a condition, in which names are bound as it is decided.
//!
//! `match value:` becomes `if [__flow_subject_0 := (value)]:`, which is always true, so that everything keeps its indentation.

use ruff_python_ast::{Pattern, Singleton, StmtMatch};
use ruff_text_size::{Ranged, TextRange};

use super::annotation::last_name;
use super::lower::Lowering;
use super::unsupported;

/// Classes whose only positional pattern is the value itself.
const THEMSELVES: &[&str] = &["bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];

/// Rewrites a `match`.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, matched: &StmtMatch) {
    let subject = format!("__flow_subject_{}", matched.start().to_usize());
    let Some(first) = matched.cases.first() else { return };
    let keyword = TextRange::new(matched.start(), matched.subject.start());
    lowering.edits.replace(keyword, format!("if [{subject} := ("));
    lowering.edits.after(matched.subject.end(), ")]");
    lowering.expression(&matched.subject);
    for case in &matched.cases {
        let mut condition = conditions(lowering, &case.pattern, &subject);
        if let Some(guard) = &case.guard {
            condition.push(format!("({})", lowering.text(guard.range())));
        }
        let condition = if condition.is_empty() { "True".to_owned() } else { condition.join(" and ") };
        let end = case.guard.as_ref().map_or(case.pattern.end(), |guard| guard.end());
        let keyword = if case.range == first.range { "if" } else { "elif" };
        lowering.edits.replace(TextRange::new(case.start(), end), format!("{keyword} {condition}"));
        lowering.statements(&case.body);
    }
}

/// What must hold for a pattern to fit.
fn conditions(lowering: &mut Lowering<'_, '_>, pattern: &Pattern, subject: &str) -> Vec<String> {
    match pattern {
        Pattern::MatchValue(value) => vec![format!("{subject} == {}", lowering.text(value.value.range()))],
        Pattern::MatchSingleton(singleton) => {
            let word = match singleton.value {
                Singleton::None => "None",
                Singleton::True => "True",
                Singleton::False => "False",
            };
            vec![format!("{subject} is {word}")]
        }
        Pattern::MatchOr(either) => {
            let all: Vec<String> = either
                .patterns
                .iter()
                .map(|pattern| {
                    let parts = conditions(lowering, pattern, subject);
                    if parts.is_empty() { "True".to_owned() } else { format!("({})", parts.join(" and ")) }
                })
                .collect();
            vec![format!("({})", all.join(" or "))]
        }
        Pattern::MatchAs(bound) => {
            let mut parts =
                bound.pattern.as_ref().map(|pattern| conditions(lowering, pattern, subject)).unwrap_or_default();
            parts.extend(bound.name.as_ref().map(|name| format!("[{} := {subject}]", name.id)));
            parts
        }
        Pattern::MatchSequence(sequence) => sequence_conditions(lowering, &sequence.patterns, subject),
        Pattern::MatchStar(_) => Vec::new(),
        Pattern::MatchMapping(mapping) => {
            let mut parts = vec![format!("isinstance({subject}, dict)")];
            let keys: Vec<String> = mapping.keys.iter().map(|key| lowering.text(key.range()).to_owned()).collect();
            for (key, pattern) in keys.iter().zip(&mapping.patterns) {
                parts.push(format!("{key} in {subject}"));
                parts.extend(conditions(lowering, pattern, &format!("{subject}[{key}]")));
            }
            if let Some(rest) = &mapping.rest {
                let keys = keys.join(", ");
                parts.push(format!(
                    "[{} := {{__flow_key: {subject}[__flow_key] for __flow_key in {subject} if __flow_key not in [{keys}]}}]",
                    rest.id
                ));
            }
            parts
        }
        Pattern::MatchClass(class) => {
            let name = lowering.text(class.cls.range()).to_owned();
            let test = if lowering.linker.classes.needs_isinstance() {
                lowering.need("__flow_inherit__");
                "__flow_isinstance__"
            } else {
                "isinstance"
            };
            let mut parts = vec![format!("{test}({subject}, {name})")];
            let is_itself = last_name(&class.cls).is_some_and(|name| THEMSELVES.contains(&name));
            match (&class.arguments.patterns[..], is_itself) {
                ([], _) => {}
                ([one], true) => parts.extend(conditions(lowering, one, subject)),
                _ => unsupported::report(
                    lowering.linker,
                    lowering.module,
                    class.range,
                    "patterns of attributes by position",
                    "name the attributes: `Point(x=0, y=y)`",
                ),
            }
            for keyword in &class.arguments.keywords {
                let attribute = &keyword.attr.id;
                parts.push(format!("hasattr({subject}, '{attribute}')"));
                parts.extend(conditions(lowering, &keyword.pattern, &format!("{subject}.{attribute}")));
            }
            parts
        }
    }
}

fn sequence_conditions(lowering: &mut Lowering<'_, '_>, patterns: &[Pattern], subject: &str) -> Vec<String> {
    let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::MatchStar(_)));
    let count = patterns.len() - usize::from(star.is_some());
    let comparison = if star.is_some() { ">=" } else { "==" };
    let mut parts =
        vec![format!("isinstance({subject}, (list, tuple))"), format!("len({subject}) {comparison} {count}")];
    for (position, pattern) in patterns.iter().enumerate() {
        let behind = patterns.len() - position - 1;
        match (pattern, star) {
            (Pattern::MatchStar(rest), _) => {
                let end = if behind == 0 { String::new() } else { format!("-{behind}") };
                let bind =
                    |name: &ruff_python_ast::Identifier| format!("[{} := list({subject}[{position}:{end}])]", name.id);
                parts.extend(rest.name.as_ref().map(bind));
            }
            (pattern, Some(star)) if position > star => {
                parts.extend(conditions(lowering, pattern, &format!("{subject}[-{}]", behind + 1)));
            }
            (pattern, _) => parts.extend(conditions(lowering, pattern, &format!("{subject}[{position}]"))),
        }
    }
    parts
}
