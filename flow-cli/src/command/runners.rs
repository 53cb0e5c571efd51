//! Where the code of Python nodes runs.

use flow_core::plan::{Op, Plan};
use flow_core::script::Runner;
use serde_json::{Value as Json, json};

/// The Python nodes of a flow and of those that it calls, each with where it runs.
#[derive(Debug, Default)]
pub(crate) struct Runners(Vec<(String, Runner)>);

impl Runners {
    /// Adds the nodes of a plan, those that are there already left out.
    pub(crate) fn add(&mut self, plan: &Plan) {
        self.add_below(plan, "");
    }

    fn add_below(&mut self, plan: &Plan, above: &str) {
        for node in &plan.nodes {
            let name = format!("{above}{}", node.name);
            match &node.op {
                Op::Script(op) => {
                    let entry = (name, op.script.runner());
                    if !self.0.contains(&entry) {
                        self.0.push(entry);
                    }
                }
                Op::Flow(plan) => self.add_below(plan, &format!("{name}/")),
                Op::Prompt(_) | Op::Llm(_) | Op::Tool(_) => {}
            }
        }
    }

    /// Whether some run in a Python of the user's own.
    pub(crate) fn has_external(&self) -> bool {
        self.0.iter().any(|(_, runner)| matches!(runner, Runner::External { .. }))
    }

    /// A line for each place, with the nodes that run there.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut places: Vec<(&Runner, Vec<String>)> = Vec::new();
        for (name, runner) in &self.0 {
            let name = format!("`{name}`");
            match places.iter_mut().find(|(known, _)| *known == runner) {
                Some((_, names)) => names.push(name),
                None => places.push((runner, vec![name])),
            }
        }
        let line = |(runner, names): &(&Runner, Vec<String>)| {
            let verb = if names.len() == 1 { "runs" } else { "run" };
            format!("{} {verb} in {}", names.join(", "), words(runner))
        };
        places.iter().map(line).collect()
    }

    /// The same for machines.
    pub(crate) fn json(&self) -> Json {
        let entry = |(name, runner): &(String, Runner)| match runner {
            Runner::Embedded => json!({ "node": name, "interpreter": "embedded" }),
            Runner::External { program, version, lacking } => json!({
                "node": name, "interpreter": "external", "program": program.display().to_string(), "version": version,
                "lacking": lacking,
            }),
        };
        self.0.iter().map(entry).collect()
    }
}

fn words(runner: &Runner) -> String {
    match runner {
        Runner::Embedded => "the embedded Python".to_owned(),
        Runner::External { program, version, lacking } => {
            let program = flow_core::project::shown(program).display().to_string();
            let version = version.as_ref().map_or_else(String::new, |version| format!(" (Python {version})"));
            let why = if lacking.is_empty() { String::new() } else { format!(", for {}", lacking.join(", ")) };
            format!("{program}{version}{why}")
        }
    }
}
