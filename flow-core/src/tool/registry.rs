use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Tool, Typed, TypedTool, Waiting, WaitingTool};

/// The tools that flows can call, by name.
#[derive(Debug, Clone, Default)]
pub struct ToolRegistry {
    tools: BTreeMap<&'static str, Arc<dyn Tool>>,
}

impl ToolRegistry {
    /// Adds a tool; one of the same name is replaced.
    pub fn add(&mut self, tool: Arc<dyn Tool>) {
        self.tools.insert(tool.spec().name, tool);
    }

    /// Adds a typed tool; one of the same name is replaced.
    pub fn add_typed<T: TypedTool>(&mut self) {
        self.add(Arc::new(Typed::<T>::new()));
    }

    /// Adds a tool that waits; one of the same name is replaced.
    pub fn add_waiting<T: WaitingTool>(&mut self, tool: T) {
        self.add(Arc::new(Waiting::new(tool)));
    }

    /// The tool with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.get(name)
    }

    /// All tools by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Tool>> {
        self.tools.values()
    }
}
