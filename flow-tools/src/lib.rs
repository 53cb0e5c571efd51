//! What the nodes of a flow call: model providers and built-in tools.

pub mod provider;
pub mod tool;

use std::sync::Arc;

use flow_core::connection::Connect;
use flow_core::mock::MockProvider;
use flow_core::tool::ToolRegistry;

/// Every model provider, the mock model among them.
#[must_use]
pub fn providers() -> Vec<Arc<dyn Connect>> {
    vec![Arc::new(provider::OpenAi), Arc::new(provider::Azure), Arc::new(MockProvider)]
}

/// Every built-in tool.
#[must_use]
pub fn tools() -> ToolRegistry {
    tool::registry()
}
