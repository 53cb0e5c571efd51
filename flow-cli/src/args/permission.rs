use clap::Args;
use flow_tools::Permissions;

/// What the tools of a flow may do, beyond asking servers of the internet and reading the project's files.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PermissionArgs {
    /// Let tools start programs of this machine, and code that needs packages run in your own Python
    #[arg(long, env = "FLOW_ALLOW_EXEC")]
    pub(crate) allow_exec: bool,

    /// Let tools reach this machine, private networks and any port
    #[arg(long, env = "FLOW_ALLOW_PRIVATE_NETWORK")]
    pub(crate) allow_private_network: bool,
}

impl PermissionArgs {
    pub(crate) fn permissions(self) -> Permissions {
        Permissions { exec: self.allow_exec, private_network: self.allow_private_network }
    }
}
