use super::Problem;
use crate::args::{SchemaArgs, SchemaKind};
use crate::exit::Exit;
use crate::ui;

/// `flow schema`: the JSON Schema of a file format.
pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit, Problem> {
    let schema = match args.kind {
        SchemaKind::Flow => flow_core::schema::flow_schema(),
        SchemaKind::Eval => flow_eval::evaluation::evaluation_schema(&flow_eval::score::Registry::built_in()),
        SchemaKind::Models => flow_core::schema::models_schema(),
    };
    ui::out_json(&schema);
    Ok(Exit::Done)
}
