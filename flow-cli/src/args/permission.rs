use clap::Args;
use flow_tools::Permissions;

/// What the tools of a flow may do, beyond asking servers of the internet and reading the project's files.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PermissionArgs {
    /// Let tools reach this machine, private networks and any port
    #[arg(long)]
    pub(crate) allow_private_network: bool,
}

impl PermissionArgs {
    pub(crate) fn permissions(self) -> Permissions {
        Permissions { private_network: self.allow_private_network, ..Permissions::default() }
    }
}
