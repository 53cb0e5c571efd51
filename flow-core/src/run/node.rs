use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Digest, digest_of};
use crate::plan::{Binding, LlmOp, Op, Plan, PlanNode};
use crate::secret::Secrets;
use crate::value::Value;

/// What a node was when its run was begun, so that a later run can be compared with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeIdentity {
    /// `llm`, `prompt`, `tool`, `python` or `flow`.
    pub kind: String,
    /// Who is asked, as `provider/connection`; whoever is asked where that fails stands behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// Its model, parameters and other inputs by name: constants, and references as they are written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Json>,
    /// The digest of its prompt's text, which the run's folder holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Digest>,
}

/// The nodes of a flow in one variant, by name; those of sub-flows behind the calling node's: `review/grade`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeIdentities {
    /// The nodes.
    pub nodes: BTreeMap<String, NodeIdentity>,
    /// The texts of their prompts, by digest.
    pub prompts: BTreeMap<Digest, String>,
}

impl NodeIdentities {
    /// The nodes of a plan, without secrets.
    #[must_use]
    pub fn of_plan(plan: &Plan, secrets: &Secrets) -> Self {
        let mut found = Self::default();
        found.add(plan, "", &plan.secrets.joined(secrets));
        found
    }

    fn add(&mut self, plan: &Plan, above: &str, secrets: &Secrets) {
        for node in &plan.nodes {
            let name = format!("{above}{}", node.name);
            let settings = node.arguments.iter().filter_map(|(argument, binding)| {
                let setting = match binding {
                    // Connections and their like have no value that could be told.
                    Binding::Literal(Value::Object(_)) => return None,
                    Binding::Literal(value) => serde_json::to_value(value).ok()?,
                    reference => reference.reference(plan).into(),
                };
                Some((argument.to_string(), secrets.blot_json(&setting)))
            });
            let mut identity =
                NodeIdentity { kind: kind(node).to_owned(), settings: settings.collect(), ..NodeIdentity::default() };
            let template = match &node.op {
                Op::Prompt(template) => Some(template),
                Op::Llm(llm) => {
                    describe(llm, &mut identity, secrets);
                    llm.template.as_ref()
                }
                Op::Tool(tool) => {
                    identity.settings.insert("tool".to_owned(), tool.spec().name.into());
                    None
                }
                Op::Script(_) => None,
                Op::Flow(inner) => {
                    self.add(inner, &format!("{name}/"), secrets);
                    None
                }
            };
            if let Some(template) = template {
                let text = secrets.blot(template.text());
                let digest = digest_of(text.as_bytes());
                identity.prompt = Some(digest.clone());
                self.prompts.insert(digest, text);
            }
            self.nodes.insert(name, identity);
        }
    }
}

fn kind(node: &PlanNode) -> &'static str {
    match &node.op {
        Op::Prompt(_) => "prompt",
        Op::Llm(_) => "llm",
        Op::Tool(_) => "tool",
        Op::Script(_) => "python",
        Op::Flow(_) => "flow",
    }
}

/// What an LLM node has beside its arguments.
fn describe(llm: &LlmOp, identity: &mut NodeIdentity, secrets: &Secrets) {
    identity.settings.insert("api".to_owned(), llm.api.name().into());
    for (key, value) in &llm.extra {
        identity.settings.insert(format!("extra.{key}"), secrets.blot_json(value));
    }
    if let Some(structured) = &llm.schema {
        identity.settings.insert("output_schema".to_owned(), secrets.blot_json(structured.schema.json()));
    }
    for (position, target) in std::iter::once(&llm.target).chain(&llm.fallback).enumerate() {
        identity.asks.push(format!("{}/{}", target.model.provider(), target.connection));
        let room = if position == 0 { String::new() } else { format!("fallback[{}].", position - 1) };
        for (parameter, value) in &target.overrides {
            let value = serde_json::to_value(value).unwrap_or_default();
            identity.settings.insert(format!("{room}{}", parameter.name), secrets.blot_json(&value));
        }
    }
}
