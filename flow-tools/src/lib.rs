//! What the nodes of a flow call: model providers and built-in tools.

pub mod mcp;
mod process;
pub mod provider;
pub mod python;
pub mod tool;

use std::sync::Arc;

use flow_core::connection::Connect;
use flow_core::mock::MockProvider;
use flow_core::tool::ToolRegistry;

pub use provider::http_client;

/// Every model provider, the mock model among them.
#[must_use]
pub fn providers() -> Vec<Arc<dyn Connect>> {
    vec![Arc::new(provider::OpenAi), Arc::new(provider::Azure), Arc::new(provider::OpenModels), Arc::new(MockProvider)]
}

/// What tools may do beyond reading the project's files. Nothing of it is allowed unless the user says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Programs of this machine may be run (`--allow-exec`).
    pub exec: bool,
    /// Addresses of this machine and of private networks may be asked (`--allow-private-network`).
    pub private_network: bool,
}

/// Every built-in tool.
#[must_use]
pub fn tools(permissions: Permissions) -> ToolRegistry {
    tool::registry(permissions)
}
