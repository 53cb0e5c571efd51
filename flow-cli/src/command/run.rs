use std::sync::Arc;
use std::time::Duration;

use flow_core::engine::Flow;
use flow_core::exec::{Event, Executor, Row, RowError, RowOptions};
use flow_core::llm::Usage;
use flow_core::value::{Map, Value};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Problem, chat, inputs};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::ui::{self, DIM, Progress, Trace};
use crate::workbench;

/// `flow run`: one row, one node, or a conversation.
pub fn run(args: &RunArgs) -> Result<Exit, Problem> {
    let Some(flow) = workbench::load_to_run(&args.flow, &args.connection, args.json)? else {
        return Ok(Exit::Usage);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let cancel = CancellationToken::new();
        tokio::spawn(cancel_on_interrupt(cancel.clone()));
        if args.chat {
            return chat::chat(args, &flow, &cancel).await;
        }
        one_row(args, &flow, &cancel).await
    })
}
