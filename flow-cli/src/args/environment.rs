use clap::Args;

/// What the code of Python nodes sees as its environment, beside the flow's own `environment_variables`.
#[derive(Debug, Clone, Args)]
pub(crate) struct EnvironmentArgs {
    /// A variable for Python nodes; NAME alone hands over this shell's, '${connection.field}' a connection's
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
}
