use std::collections::BTreeSet;

use flow_core::engine::Flow;
use flow_core::plan::Op;

use super::files::Copied;

/// The variables that a flow needs where it runs.
#[derive(Debug)]
pub(super) struct Variables(BTreeSet<String>);

impl Variables {
    /// Those that the flow's files name as `${env:NAME}`; where no file of connections is among them, those of the providers.
    pub(super) fn of(copied: &Copied, flow: &Flow) -> Self {
        let mut names = BTreeSet::new();
        let mut has_connections = false;
        for (place, text) in copied.texts() {
            has_connections |= place.file_stem().is_some_and(|stem| stem == "connections");
            for rest in text.split("${env:").skip(1) {
                let name = rest.split('}').next().unwrap_or_default();
                let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
                if !name.is_empty() && name.chars().all(is_name) {
                    names.insert(name.to_owned());
                }
            }
        }
        let asks = |op: &Op| matches!(op, Op::Llm(_));
        if !has_connections && flow.plan.nodes.iter().any(|node| asks(&node.op)) {
            names.insert("OPENAI_API_KEY".to_owned());
        }
        Self(names)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn for_people(&self) -> String {
        if self.0.is_empty() {
            return "It needs no variables.".to_owned();
        }
        let names: Vec<String> = self.names().map(|name| format!("`{name}`")).collect();
        format!("It needs these variables where it runs: {}.", names.join(", "))
    }

    pub(super) fn for_docker(&self) -> String {
        self.names().map(|name| format!(" -e {name}")).collect()
    }

    pub(super) fn for_kubernetes(&self, name: &str) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let values: String = self.names().map(|name| format!(" --from-literal={name}=\"${name}\"")).collect();
        format!("kubectl create secret generic {name}-secrets{values}\n")
    }

    pub(super) fn for_azure(&self) -> String {
        if self.0.is_empty() {
            return "environment_variables: {}".to_owned();
        }
        let lines: String = self
            .names()
            .map(|name| format!("\n  # Better from a key vault: ${{{{azureml://connections/…}}}}\n  {name}: \"\""))
            .collect();
        format!("environment_variables:{lines}")
    }
}
