//! The variant manager: which variants of a flow are run.

use std::sync::Arc;

use flow_core::diag::Code;
use flow_core::doc::{Report, Spanned};
use flow_core::variant::Axis;
use flow_core::yaml::{Node, NodeValue};

/// Which variants of a flow are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variants {
    /// The flow as it is.
    Default,
    /// Each variant of each node that has some.
    All(Combine),
    /// These selections.
    Selections(Vec<Vec<String>>),
    /// Values of axes.
    Axes(Vec<Sweep>, Combine),
}

/// An axis with its values: variants of a node (`classify`), or values of a setting (`classify.model`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// The node, or node and setting.
    pub name: Arc<str>,
    /// Its values.
    pub values: Vec<String>,
}

/// How axes are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Each value of each axis with each of the others.
    Product,
    /// The first values together, and then each other value alone in the place of its axis' first.
    OneAtATime,
}

impl Variants {
    pub(super) fn read(node: Option<&Node>, combine: Option<&Spanned<Arc<str>>>, report: &mut Report) -> Option<Self> {
        let combine = match combine.map(|combine| (&*combine.value, combine.span)) {
            None | Some(("product", _)) => Combine::Product,
            Some(("one_at_a_time", _)) => Combine::OneAtATime,
            Some((other, span)) => {
                let message = format!("axes cannot be combined by `{other}`");
                report.error(Code::InvalidValue, span, message, "write `product` or `one_at_a_time`");
                return None;
            }
        };
        let Some(node) = node else { return Some(Variants::Default) };
        let wrong = |report: &mut Report| {
            let message = "`variants` takes `all`, selections such as `- classify=short`, or axes such as `classify: [base, short]`";
            report.error(Code::WrongShape, node.span, message, "`flow run FLOW --variant` knows the same names");
            None
        };
        match &node.value {
            NodeValue::Scalar(scalar) if &*scalar.text == "all" => Some(Variants::All(combine)),
            NodeValue::Sequence(items) if !items.is_empty() => {
                let selection = |item: &Node| Some(tokens(&item.as_scalar()?.text));
                match items.iter().map(selection).collect() {
                    Some(selections) => Some(Variants::Selections(selections)),
                    None => wrong(report),
                }
            }
            NodeValue::Mapping(mapping) if !mapping.entries.is_empty() => {
                let axis = |entry: &flow_core::yaml::Entry| {
                    let values = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                    let values = values.iter().map(|value| Some(value.as_scalar()?.text.to_string()));
                    let values: Vec<String> = values.collect::<Option<_>>()?;
                    (!values.is_empty()).then(|| Sweep { name: Arc::clone(&entry.key.text), values })
                };
                match mapping.entries.iter().map(axis).collect() {
                    Some(axes) => Some(Variants::Axes(axes, combine)),
                    None => wrong(report),
                }
            }
            _ => wrong(report),
        }
    }

    /// The selections to run, each a list of `node=variant` and `node.setting=value`; an empty one is the flow as it is.
    #[must_use]
    pub fn selections(&self, axes: &[Axis]) -> Vec<Vec<String>> {
        match self {
            Variants::Default => vec![Vec::new()],
            Variants::Selections(selections) => selections.clone(),
            Variants::All(combine) => {
                let sweep = |axis: &Axis| {
                    let default = axis.default.as_ref();
                    let mut values: Vec<String> =
                        axis.variants.iter().map(|variant| variant.name.to_string()).collect();
                    // The one that runs when none is picked comes first: it is what the others are compared with.
                    values.sort_by_key(|value| default.is_none_or(|default| **default != **value));
                    Sweep { name: Arc::clone(&axis.node), values }
                };
                let sweeps: Vec<Sweep> = axes.iter().map(sweep).collect();
                combined(&sweeps, *combine)
            }
            Variants::Axes(sweeps, combine) => combined(sweeps, *combine),
        }
    }
}

fn tokens(text: &str) -> Vec<String> {
    text.split(',').map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).collect()
}

fn combined(sweeps: &[Sweep], combine: Combine) -> Vec<Vec<String>> {
    let token = |sweep: &Sweep, value: &String| format!("{}={value}", sweep.name);
    match combine {
        Combine::Product => sweeps.iter().fold(vec![Vec::new()], |selections, sweep| {
            let with = |selection: &Vec<String>| {
                let selection = selection.clone();
                sweep.values.iter().map(move |value| {
                    let mut selection = selection.clone();
                    selection.push(token(sweep, value));
                    selection
                })
            };
            selections.iter().flat_map(with).collect()
        }),
        Combine::OneAtATime => {
            let first = |sweep: &Sweep| sweep.values.first().map(|value| token(sweep, value));
            let base: Vec<String> = sweeps.iter().filter_map(first).collect();
            let mut selections = vec![base.clone()];
            for (position, sweep) in sweeps.iter().enumerate() {
                for value in sweep.values.iter().skip(1) {
                    let mut selection = base.clone();
                    selection[position] = token(sweep, value);
                    selections.push(selection);
                }
            }
            selections
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_combined_in_full_or_one_at_a_time() {
        let sweep = |name: &str, values: &[&str]| Sweep {
            name: Arc::from(name),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let sweeps = [sweep("a", &["1", "2"]), sweep("b.model", &["x", "y", "z"])];
        let names =
            |combine| combined(&sweeps, combine).iter().map(|selection| selection.join(",")).collect::<Vec<_>>();
        let product =
            ["a=1,b.model=x", "a=1,b.model=y", "a=1,b.model=z", "a=2,b.model=x", "a=2,b.model=y", "a=2,b.model=z"];
        assert_eq!(names(Combine::Product), product);
        assert_eq!(names(Combine::OneAtATime), ["a=1,b.model=x", "a=2,b.model=x", "a=1,b.model=y", "a=1,b.model=z"]);
    }
}
