//! The flow that is written: one LLM node, with prompts and providers as variants.

use std::fmt::Write as _;
use std::sync::Arc;

use flow_core::llm::all_parameters;
use flow_core::value::Value;

use super::connections::Connections;
use super::prompts::variables;
use super::suite::{Case, Prompt, Provider, Suite};

/// The flow, its prompts as files, and how an evaluation names its variants.
#[derive(Debug)]
pub(super) struct FlowFile {
    pub(super) text: String,
    /// The prompts by path.
    pub(super) prompts: Vec<(String, String)>,
    pub(super) inputs: Vec<Input>,
    pub(super) variants: Variants,
}

/// An input of the flow.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// Whether the data has a column for it.
    pub(super) is_given: bool,
}

/// How an evaluation names what is compared.
#[derive(Debug)]
pub(super) enum Variants {
    /// The flow as it is.
    One,
    /// Nodes with their variants.
    Axes(Vec<(&'static str, Vec<String>)>),
    /// Some of all combinations.
    Selections(Vec<String>),
}

/// The node that asks.
const ANSWER: &str = "answer";
/// The node that renders, where prompts and providers both have variants.
const PROMPT: &str = "prompt";
/// What it rendered, in the template of the node that asks.
const RENDERED: &str = "rendered";

/// A text as YAML writes it; JSON's way is one of YAML's.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text.len() < 200
        && text.chars().all(|sign| sign.is_alphanumeric() || " _-./".contains(sign))
        && text.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
        && !text.ends_with(' ')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_lowercase());
    if is_plain { text.to_owned() } else { Value::from(text).to_json() }
}

/// A value as YAML writes it in one line.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text.as_str()),
        other => other.to_json(),
    }
}

fn path(prompt: &Prompt) -> String {
    format!("prompts/{}.jinja2", prompt.name)
}

/// The kind of an input by its values.
fn kind(values: &[&Value]) -> &'static str {
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
    if all(|value| value.as_map().is_some()) {
        "object"
    } else if all(|value| value.as_list().is_some()) {
        "list"
    } else if all(|value| matches!(value, Value::Int(_))) {
        "int"
    } else if all(|value| matches!(value, Value::Int(_) | Value::Float(_))) {
        "double"
    } else if all(|value| matches!(value, Value::Bool(_))) {
        "bool"
    } else {
        "string"
    }
}

/// The inputs that prompts read.
fn inputs(prompts: &[Prompt], cases: &[Case]) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for name in prompts.iter().flat_map(|prompt| variables(&prompt.template)) {
        if inputs.iter().any(|known| known.name == name) {
            continue;
        }
        let values: Vec<&Value> = cases.iter().filter_map(|case| case.vars.get(&*name)).collect();
        let is_everywhere = values.len() == cases.len();
        let kind = if is_everywhere { kind(&values) } else { "string" };
        inputs.push(Input { name, kind, is_given: !values.is_empty() });
    }
    inputs
}

/// Writes the flow.
pub(super) fn write(suite: &Suite, connections: &Connections, source: &str) -> FlowFile {
    let inputs = inputs(&suite.prompts, &suite.cases);
    // A variable that is called like a parameter of models would be taken for it by an LLM node.
    let clashes = inputs.iter().any(|input| all_parameters().any(|parameter| parameter.name == input.name));
    let has_both = suite.prompts.len() > 1 && suite.providers.len() > 1;
    let is_apart = has_both || clashes;
    let mut text = format!("# Made by `flow import {source}`.\n");
    let about = suite.description.as_deref().unwrap_or("The prompts of a promptfoo configuration.");
    let _ = writeln!(text, "description: {}", quoted(about));
    write_inputs(&mut text, &inputs, &suite.cases);
    let _ = write!(text, "\noutputs:\n  answer: {{ type: string, reference: \"${{{ANSWER}.output}}\" }}\n");
    if inputs.is_empty() {
        let _ = writeln!(text, "  test: {{ type: string, reference: \"${{inputs.test}}\" }}");
    }
    text += "\nnodes:\n";
    let base = suite.prompts.first();
    if is_apart {
        let _ = write!(text, "  - name: {PROMPT}\n    type: prompt\n");
        write_source(&mut text, base);
        write_arguments(&mut text, &[], &read_by(base, &inputs));
        write_prompt_variants(&mut text, &suite.prompts, &inputs);
        text.push('\n');
    }
    if let Some(provider) = suite.providers.first() {
        let _ = write!(text, "  - name: {ANSWER}\n    type: llm\n    connection: {}\n", connections.name_of(provider));
        if let Some(api) = provider.api {
            let _ = writeln!(text, "    api: {api}");
        }
        if is_apart {
            let _ = writeln!(text, "    prompt: \"{{{{ {RENDERED} }}}}\"");
            write_arguments(&mut text, &provider.settings, &[]);
            let _ = writeln!(text, "      {RENDERED}: \"${{{PROMPT}.output}}\"");
        } else {
            write_source(&mut text, base);
            write_arguments(&mut text, &provider.settings, &read_by(base, &inputs));
            write_prompt_variants(&mut text, &suite.prompts, &inputs);
        }
        write_provider_variants(&mut text, &suite.providers, connections);
    }
    let prompts = suite.prompts.iter().map(|prompt| (path(prompt), prompt.template.clone())).collect();
    let variants = compared(suite, is_apart);
    let mut file = FlowFile { text, prompts, inputs, variants };
    if file.inputs.is_empty() {
        file.inputs.push(Input { name: "test".to_owned(), kind: "string", is_given: true });
    }
    file
}

fn write_inputs(text: &mut String, inputs: &[Input], cases: &[Case]) {
    const LONGEST: usize = 160;
    text.push_str("\ninputs:\n");
    if inputs.is_empty() {
        // A row has to give something, even where no prompt asks.
        text.push_str("  test: { type: string, default: \"\" }\n");
    }
    for input in inputs {
        let value = cases.iter().find_map(|case| case.vars.get(&*input.name));
        let value = value.map(|value| converted(value, input.kind)).unwrap_or_else(|| Value::from(""));
        let default = inline(&value);
        let _ = match default.len() <= LONGEST {
            true => writeln!(text, "  {}: {{ type: {}, default: {default} }}", quoted(&input.name), input.kind),
            false => writeln!(text, "  {}:\n    type: {}\n    default: {default}", quoted(&input.name), input.kind),
        };
    }
}

/// A value of the data as an input of a kind takes it: what is printed as a text is one.
pub(super) fn converted(value: &Value, kind: &str) -> Value {
    match (kind, value) {
        ("string", Value::Text(_)) => value.clone(),
        ("string", Value::Null) => Value::from(""),
        ("string", other) => Value::from(other.to_json()),
        (_, Value::Float(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::from_json(&format!("{number:.0}")).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}

fn write_source(text: &mut String, prompt: Option<&Prompt>) {
    if let Some(prompt) = prompt {
        let _ = writeln!(text, "    source: {{ path: {} }}", path(prompt));
    }
}

fn write_arguments(text: &mut String, settings: &[(String, Value)], inputs: &[Input]) {
    if settings.is_empty() && inputs.is_empty() {
        return;
    }
    text.push_str("    inputs:\n");
    for (name, value) in settings {
        let _ = writeln!(text, "      {name}: {}", inline(value));
    }
    for input in inputs {
        let _ = writeln!(text, "      {}: \"${{inputs.{}}}\"", quoted(&input.name), input.name);
    }
}

/// The inputs that a prompt reads.
fn read_by(prompt: Option<&Prompt>, inputs: &[Input]) -> Vec<Input> {
    let names = prompt.map(|prompt| variables(&prompt.template)).unwrap_or_default();
    inputs.iter().filter(|input| names.contains(&input.name)).cloned().collect()
}

fn write_prompt_variants(text: &mut String, prompts: &[Prompt], inputs: &[Input]) {
    let [base, others @ ..] = prompts else { return };
    if others.is_empty() {
        return;
    }
    text.push_str("    variants:\n");
    let names = |prompt: &Prompt| read_by(Some(prompt), inputs).into_iter().map(|input| input.name).collect::<Vec<_>>();
    let of_base = names(base);
    for prompt in others {
        let own = names(prompt);
        let more = own.iter().filter(|name| !of_base.contains(name));
        // What the other one reads and this one does not is taken away by null.
        let gone = of_base.iter().filter(|name| !own.contains(name));
        let more = more.map(|name| format!("{}: \"${{inputs.{name}}}\"", quoted(name)));
        let differing: Vec<String> = more.chain(gone.map(|name| format!("{}: null", quoted(name)))).collect();
        let source = format!("source: {{ path: {} }}", path(prompt));
        let _ = match differing.is_empty() {
            true => writeln!(text, "      {}: {{ {source} }}", quoted(&prompt.name)),
            false => {
                writeln!(text, "      {}: {{ {source}, inputs: {{ {} }} }}", quoted(&prompt.name), differing.join(", "))
            }
        };
    }
}

fn write_provider_variants(text: &mut String, providers: &[Provider], connections: &Connections) {
    let [base, others @ ..] = providers else { return };
    if others.is_empty() {
        return;
    }
    text.push_str("    variants:\n");
    for provider in others {
        let mut parts = Vec::new();
        if connections.name_of(provider) != connections.name_of(base) {
            parts.push(format!("connection: {}", connections.name_of(provider)));
        }
        if provider.api != base.api {
            parts.push(format!("api: {}", provider.api.unwrap_or("chat")));
        }
        // What the other one has and this one has not is taken away by null.
        let of = |all: &[(String, Value)], name: &str| {
            all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        let gone = base
            .settings
            .iter()
            .filter(|(name, _)| of(&provider.settings, name).is_none())
            .map(|(name, _)| (name, Value::Null));
        let own = provider.settings.iter().filter(|(name, value)| of(&base.settings, name).as_ref() != Some(value));
        let own: Vec<String> = own
            .map(|(name, value)| (name, value.clone()))
            .chain(gone)
            .map(|(name, value)| format!("{name}: {}", inline(&value)))
            .collect();
        if !own.is_empty() {
            parts.push(format!("inputs: {{ {} }}", own.join(", ")));
        }
        let _ = writeln!(text, "      {}: {{ {} }}", quoted(&provider.name), parts.join(", "));
    }
}

/// What an evaluation compares: all prompts with all providers, or those that providers name.
fn compared(suite: &Suite, is_apart: bool) -> Variants {
    const BASE: &str = "base";
    let prompt_node = if is_apart { PROMPT } else { ANSWER };
    let prompt_names: Vec<&str> =
        suite.prompts.iter().enumerate().map(|(at, prompt)| if at == 0 { BASE } else { &*prompt.name }).collect();
    let provider_names: Vec<&str> =
        suite.providers.iter().enumerate().map(|(at, provider)| if at == 0 { BASE } else { &*provider.name }).collect();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let is_asked = |provider: &Provider, prompt: &Prompt| match &provider.prompts {
        None => true,
        Some(labels) => labels.iter().any(|label| {
            *label == prompt.label || *label == prompt.name || prompt.label.starts_with(&format!("{label} "))
        }),
    };
    let is_all = suite.providers.iter().all(|provider| suite.prompts.iter().all(|prompt| is_asked(provider, prompt)));
    if !is_all {
        let mut selections = Vec::new();
        for (provider, provider_name) in suite.providers.iter().zip(&provider_names) {
            for (_, prompt_name) in
                suite.prompts.iter().zip(&prompt_names).filter(|(prompt, _)| is_asked(provider, prompt))
            {
                selections.push(match is_apart {
                    true => format!("{PROMPT}={prompt_name},{ANSWER}={provider_name}"),
                    false if suite.prompts.len() > 1 => format!("{ANSWER}={prompt_name}"),
                    false => format!("{ANSWER}={provider_name}"),
                });
            }
        }
        return Variants::Selections(selections);
    }
    let mut axes = Vec::new();
    if suite.prompts.len() > 1 {
        axes.push((prompt_node, names(&prompt_names)));
    }
    if suite.providers.len() > 1 {
        axes.push((ANSWER, names(&provider_names)));
    }
    if axes.is_empty() { Variants::One } else { Variants::Axes(axes) }
}

/// The columns of a row that are inputs.
pub(super) fn row(case: &Case, inputs: &[Input]) -> Vec<(Arc<str>, Value)> {
    let mut row: Vec<(Arc<str>, Value)> = Vec::new();
    for (name, value) in &case.vars {
        let kind = inputs.iter().find(|input| *input.name == **name).map(|input| input.kind);
        row.push((Arc::clone(name), kind.map_or_else(|| value.clone(), |kind| converted(value, kind))));
    }
    for input in inputs.iter().filter(|input| input.is_given && !case.vars.contains_key(&*input.name)) {
        row.push((Arc::from(&*input.name), Value::from("")));
    }
    row
}
