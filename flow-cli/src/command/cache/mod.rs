//! `flow cache`: the answers that are kept in `.flow/cache`; and the cache of a run.

mod explain;
mod size;
mod stat;

use std::sync::Arc;

use flow_core::cache::{CacheOptions, NodeCache, SqliteStore};
use flow_core::plan::Plan;
use flow_core::run::RunStore;

use super::Problem;
use super::batch::store_of;
use crate::args::{CacheArgs, CacheCommand};
use crate::exit::Exit;
use crate::ui;

/// `flow cache`.
pub(crate) fn cache(args: &CacheArgs) -> Result<Exit, Problem> {
    let store = store_of(&args.flow);
    match &args.command {
        None | Some(CacheCommand::Stat) => stat::stat(&store.cache(), args.json),
        Some(CacheCommand::Clear { older_than, model }) => {
            stat::clear(&store.cache(), *older_than, model.as_deref(), args.json)
        }
        Some(CacheCommand::Explain { run, row, node, against }) => {
            let asked = explain::Asked { run, row: *row, node, against: against.as_deref() };
            explain::explain(&store, asked, args.json)
        }
    }
}

/// The cache of a run of these plans; `None` where it would be of no use, or cannot be opened, which is told.
pub(crate) fn open<'p>(
    store: &RunStore,
    plans: impl IntoIterator<Item = &'p Plan>,
    reads: bool,
    keeps_free: bool,
) -> Option<Arc<NodeCache>> {
    if !plans.into_iter().any(|plan| plan.can_be_cached(keeps_free)) {
        return None;
    }
    let opened = store
        .prepare()
        .map_err(|error| error.to_string())
        .and_then(|()| SqliteStore::open(&store.cache(), size::limit()?).map_err(|error| error.to_string()));
    match opened {
        Ok(opened) => Some(Arc::new(NodeCache::new(Arc::new(opened), CacheOptions { reads, keeps_free }))),
        Err(why) => {
            ui::say_warning(&format!("this run has no node cache: {why}"));
            None
        }
    }
}

/// Waits until all answers are kept, and tells if they could not be.
pub(crate) fn close(cache: Option<&NodeCache>) {
    let Some(cache) = cache else { return };
    cache.close();
    if let Some(why) = cache.trouble() {
        ui::say_warning(&format!("the node cache could not be used to the end: {why}"));
    }
}
