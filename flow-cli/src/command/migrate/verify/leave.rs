//! Which nodes may be run: no model and no service is asked, and no program is started without leave.

use flow_core::plan::{Op, PlanNode};
use flow_core::script::Runner;

/// What the user allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leave {
    /// Code may run in a Python of the user's own.
    pub(super) exec: bool,
}

impl Leave {
    /// Why a node is not run, in words; `None` where it is.
    pub(super) fn refusal(self, node: &PlanNode) -> Option<String> {
        if node.for_each.is_some() || node.repeat.is_some() {
            return Some("it runs several times, which promptflow does not know".to_owned());
        }
        match &node.op {
            Op::Prompt(_) => None,
            Op::Script(op) => {
                let missing = op.connections.values().find(|connection| connection.is_made_up());
                if let Some(connection) = missing {
                    let name = &connection.name;
                    return Some(format!(
                        "its code takes connection `{name}`, which is not there or lacks a secret: see flow connections"
                    ));
                }
                match op.script.runner() {
                    Runner::External { lacking, .. } if !self.exec && !lacking.is_empty() => {
                        Some(format!("its code needs --allow-exec, for {}", lacking.join(", ")))
                    }
                    Runner::External { .. } if !self.exec => Some("its code needs --allow-exec".to_owned()),
                    Runner::Embedded | Runner::External { .. } => None,
                }
            }
            Op::Tool(tool) if tool.is_local() => None,
            Op::Tool(tool) => {
                Some(format!("`{}` asks a service, which is not done: answered from the record", tool.spec().name))
            }
            Op::Llm(_) => Some("its model is not asked: answered from the record".to_owned()),
            Op::Flow(_) => Some("it calls a flow, which promptflow does not know".to_owned()),
        }
    }

    pub(super) fn allows(self, node: &PlanNode) -> bool {
        self.refusal(node).is_none()
    }

    /// What a node is, and how it is verified, in words.
    pub(super) fn words(self, node: &PlanNode) -> (&'static str, &'static str) {
        let is_run = self.allows(node);
        match &node.op {
            Op::Prompt(_) => ("prompt", "rendered"),
            Op::Llm(_) => ("llm", "its request made, its answer from the record"),
            Op::Script(op) if is_run => match op.script.runner() {
                Runner::Embedded => ("python", "run in the embedded Python"),
                Runner::External { .. } => ("python", "run in a Python of your own"),
            },
            Op::Script(_) => ("python", "not run"),
            Op::Tool(_) if is_run => ("tool", "run"),
            Op::Tool(_) => ("tool", "not run"),
            Op::Flow(_) => ("flow", "not run"),
        }
    }
}
