use std::fs;

use super::Problem;
use crate::args::GraphArgs;
use crate::exit::Exit;
use crate::graph;
use crate::{ui, workbench};

/// `flow graph`: a drawing of the flow.
pub(crate) fn graph(args: &GraphArgs) -> Result<Exit, Problem> {
    let Some(flow) = workbench::load_to_look(&args.flow, args.json)? else { return Ok(Exit::Usage) };
    let picture = graph::picture(&flow);
    if args.json {
        ui::out_json(&serde_json::to_value(&picture).unwrap_or_default());
        return Ok(Exit::Done);
    }
    let drawing = graph::draw(&picture, args.format);
    match &args.output {
        None => ui::out(drawing.trim_end()),
        Some(path) => fs::write(path, drawing)
            .map_err(|error| Problem::failed("cannot-write", format!("cannot write {}: {error}", path.display())))?,
    }
    Ok(Exit::Done)
}
