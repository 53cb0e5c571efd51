use clap::{Args, ValueEnum};

/// `flow schema`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow schema flow > flow.schema.json\n          \
                        then, as a flow's first line:  # yaml-language-server: $schema=flow.schema.json\n          flow schema eval > eval.schema.json")]
pub(crate) struct SchemaArgs {
    /// Which format
    #[arg(value_enum, default_value_t = SchemaKind::Flow)]
    pub(crate) kind: SchemaKind,
}

/// The file formats that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// flow.yaml and flow.dag.yaml.
    Flow,
    /// Evaluation files.
    Eval,
    /// models.yaml.
    Models,
}
