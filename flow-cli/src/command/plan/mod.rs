//! `flow plan`: what a run over many rows will take, before anything is spent.

mod difference;
mod page;
mod words;

use std::time::Duration;

use flow_core::engine::Flow;
use flow_core::forecast::Counting;
use flow_eval::batch::BatchRow;
use flow_eval::estimate::{ESTIMATE_FILE, Pace, Reading, Spread, some_of};
use flow_eval::mapping::Line;
use serde_json::json;

use super::Problem;
use super::batch::{self, Foresight, Ground};
use crate::args::PlanArgs;
use crate::exit::Exit;
use crate::ui;

pub(crate) use page::{brief, compared};

/// Rows that are looked at where there are many, at least; and how much they may hold in memory.
const FORESEEN: usize = 2000;
const FORESEEN_BYTES: usize = 256 << 20;
/// How long rows are looked at.
const LONGEST: Duration = Duration::from_secs(30);

/// `flow plan`.
pub(crate) fn plan(args: PlanArgs) -> Result<Exit, Problem> {
    let PlanArgs { pilot, difference, batch } = args;
    if batch.resume.is_some() {
        let message = "a plan is of a run that is not begun yet";
        return Err(Problem::usage("plan-of-run", message).help("what is expected of a run: flow runs show RUN"));
    }
    let mut some = Spread::new(FORESEEN, FORESEEN_BYTES);
    let Some(mut ground) = batch::ground(batch::with_file(batch)?, None, &mut some)? else { return Ok(Exit::Usage) };
    if ground.total.is_none() {
        // What comes but once is read here, and no run follows.
        let rows = std::mem::replace(&mut ground.rows.rows, flow_eval::mapping::Interleaved::new(Vec::new()));
        batch::keep(rows, &mut some)?;
        if pilot.is_some() {
            let message = "a pilot is the beginning of a run, which could not go on with rows from standard input";
            return Err(Problem::usage("pilot-of-input", message).help("write the rows to a file: --data rows.jsonl"));
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    runtime.block_on(foreseen(ground, some, (pilot, difference)))
}

async fn foreseen(
    ground: Ground,
    some: Spread<Line>,
    (pilot, difference): (Option<u32>, Option<f64>),
) -> Result<Exit, Problem> {
    let Ground { args, flows, mut rows, mut manifest, prompts, spool, .. } = ground;
    let total = some.seen();
    let rows: Vec<BatchRow> = some.into_kept().iter().map(|line| rows.row_of(line)).collect();
    let flows: Vec<Flow> = flows.into_iter().map(|selected| selected.flow).collect();
    let pilot = match pilot {
        None => None,
        Some(count) => Some(batch::pilot(&args, &flows, &mut manifest, (spread(&rows, count), &prompts, spool)).await?),
    };
    // Looking into a cache that is not there would make it.
    let has_cache = args.store().cache().exists();
    let cache = if has_cache { args.cached(flows.iter().map(|flow| &*flow.plan)) } else { None };
    let parallel = std::thread::available_parallelism().map_or(1, usize::from);
    let foresight = Foresight {
        args: &args,
        flows: &flows,
        manifest: &manifest,
        pilot: pilot.as_ref().map(|pilot| &pilot.folder),
        but: pilot.as_ref().map(|pilot| pilot.folder.id()),
        counting: Counting::OfTheModel,
        reading: Reading::THOROUGH,
        cache,
        pace: pilot.as_ref().and_then(|pilot| {
            let end = pilot.ledger.end.as_ref()?;
            Pace::of("the pilot", pilot.ledger.counts.ended(), end.elapsed_ms)
        }),
        effort: (parallel, Some(LONGEST)),
    };
    let estimate = batch::foresee(foresight, rows, total).await;
    if let Some(pilot) = &pilot {
        let kept = pilot.folder.write(ESTIMATE_FILE, estimate.text().as_bytes());
        kept.map_err(|error| Problem::failed("cannot-write", error.to_string()))?;
    }
    if args.json {
        let mut document = json!(estimate);
        if let (Some(object), Some(pilot)) = (document.as_object_mut(), &pilot) {
            let counts = pilot.ledger.counts;
            let told = json!({
                "run": pilot.folder.id(), "completed": counts.completed, "failed": counts.failed,
                "usage": counts.usage, "stopped": pilot.stopped,
            });
            object.insert("pilot".into(), told);
        }
        if let (Some(object), Some(difference)) = (document.as_object_mut(), difference) {
            object.insert("difference".into(), difference::document(difference));
        }
        ui::out_json(&document);
    } else {
        ui::out(&page::page(&flows[0].name, manifest.data.as_ref().map(|data| &*data.path), &estimate));
        if let Some(difference) = difference {
            ui::out(&difference::words(difference, total));
        }
        match &pilot {
            Some(pilot) => page::tell_pilot(pilot, total),
            None => page::tell_how_to_know_more(&estimate),
        }
    }
    Ok(Exit::Done)
}

/// So many rows, spread over all.
fn spread(rows: &[BatchRow], count: u32) -> Vec<BatchRow> {
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    some_of(rows.len(), wanted).into_iter().filter_map(|place| rows.get(place).cloned()).collect()
}
