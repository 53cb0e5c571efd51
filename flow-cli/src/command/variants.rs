use flow_core::engine::Flow;
use flow_core::run::NodeIdentities;
use flow_core::secret::Secrets;
use flow_core::variant::{Axis, AxisVariant};
use flow_eval::difference::{Cause, node_causes};
use serde_json::{Value as Json, json};

use super::Problem;
use super::runs::{cause_words, indented};
use crate::args::{FlowArgs, VariantsArgs};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};
use crate::workbench;

/// `flow variants`: the axes of a flow, and what each of their variants changes.
pub(crate) fn variants(args: &VariantsArgs) -> Result<Exit, Problem> {
    let Some(base) = load(args, None)? else { return Ok(Exit::Usage) };
    let before = identities(&base);
    let mut axes = Vec::new();
    for axis in &base.axes {
        let mut variants = Vec::new();
        for variant in &axis.variants {
            let changes = if is_default(axis, variant) {
                Vec::new()
            } else {
                let Some(flow) = load(args, Some(format!("{}={}", axis.node, variant.name)))? else {
                    return Ok(Exit::Usage);
                };
                node_causes(&before, &identities(&flow)).into_iter().map(by_connection).collect()
            };
            variants.push((variant, changes));
        }
        axes.push((axis, variants));
    }
    let combinations: usize = base.axes.iter().map(|axis| axis.variants.len().max(1)).product();
    if args.json {
        ui::out_json(&document(&axes, combinations));
        return Ok(Exit::Done);
    }
    let Some((first, of_first)) = axes.first() else {
        ui::out("the flow has no variants");
        ui::say_note("a node gets some by the key `variants`, each of which says only what differs");
        return Ok(Exit::Done);
    };
    for (position, axis) in axes.iter().enumerate() {
        ui::out(&format!("{}{}", if position == 0 { "" } else { "\n" }, words(axis)));
    }
    let other = of_first.iter().find(|(variant, _)| !is_default(first, variant)).map_or("NAME", |(one, _)| &*one.name);
    let many = if combinations == 1 { "1 combination".to_owned() } else { format!("{combinations} combinations") };
    ui::out(&format!(
        "\n{many}; one: --variant {}={other}; each of them in an evaluation: `variants: all`",
        first.node
    ));
    Ok(Exit::Done)
}

/// An axis, and its variants with what they change.
type AxisChanges<'a> = (&'a Axis, Vec<(&'a AxisVariant, Vec<Cause>)>);

fn load(args: &VariantsArgs, variant: Option<String>) -> Result<Option<Flow>, Problem> {
    let flow = FlowArgs {
        flow: args.flow.clone(),
        variant: variant.into_iter().collect(),
        overrides: Vec::new(),
        language: args.language,
    };
    workbench::load_to_look(&flow, args.json)
}

fn identities(flow: &Flow) -> NodeIdentities {
    NodeIdentities::of_plan(&flow.plan, &Secrets::default())
}

fn is_default(axis: &Axis, variant: &AxisVariant) -> bool {
    axis.default.as_ref() == Some(&variant.name)
}

/// Whom a node asks, told by the connection's name alone: a flow that is looked at has no providers.
fn by_connection(cause: Cause) -> Cause {
    match cause {
        Cause::Setting { variant, node, setting, from, to } if setting == "asks" => {
            let name =
                |asks: Option<Json>| asks.map(|asks| json!(asks.as_str().unwrap_or_default().replace("mock/", "")));
            Cause::Setting { variant, node, setting: "connection".to_owned(), from: name(from), to: name(to) }
        }
        cause => cause,
    }
}

fn words((axis, variants): &AxisChanges<'_>) -> String {
    let mut lines = vec![format!("{BOLD}{}{BOLD:#}", axis.node)];
    for (variant, changes) in variants {
        let default = if is_default(axis, variant) { format!(" {DIM}(default){DIM:#}") } else { String::new() };
        let description = variant.description.as_ref().map(|text| format!("  {DIM}{text}{DIM:#}")).unwrap_or_default();
        lines.push(format!("  {}{default}{description}", variant.name));
        if changes.is_empty() && !is_default(axis, variant) {
            lines.push(format!("    {DIM}changes nothing{DIM:#}"));
        }
        let own = format!("node {}: ", axis.node);
        for change in changes {
            let change = cause_words(change);
            lines.push(indented(change.strip_prefix(&own).unwrap_or(&change), "    "));
        }
    }
    lines.join("\n")
}

fn document(axes: &[AxisChanges<'_>], combinations: usize) -> Json {
    let variant = |axis: &Axis, (variant, changes): &(&AxisVariant, Vec<Cause>)| {
        json!({
            "name": variant.name,
            "description": variant.description,
            "default": is_default(axis, variant),
            "changes": changes,
        })
    };
    let axis = |(axis, variants): &AxisChanges<'_>| {
        let variants: Vec<Json> = variants.iter().map(|one| variant(axis, one)).collect();
        json!({ "node": axis.node, "variants": variants })
    };
    json!({ "axes": axes.iter().map(axis).collect::<Vec<_>>(), "combinations": combinations })
}
