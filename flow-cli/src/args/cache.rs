use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

/// Whether calls are answered by what earlier runs got.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Node cache")]
pub(crate) struct CacheOptionArgs {
    /// Keep and use the answers of mock models too, as those of real models are without this
    #[arg(long, conflicts_with_all = ["no_cache", "record", "replay"])]
    pub(crate) cache: bool,

    /// Answer no call by what earlier runs got, and keep no answers
    #[arg(long, conflicts_with = "refresh_cache")]
    pub(crate) no_cache: bool,

    /// Make all calls anew, and keep their answers in place of those of earlier runs
    #[arg(long, conflicts_with_all = ["record", "replay"])]
    pub(crate) refresh_cache: bool,
}

impl CacheOptionArgs {
    /// Whether anything was said.
    pub(crate) fn is_given(self) -> bool {
        self.cache || self.no_cache || self.refresh_cache
    }
}

/// `flow cache`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow cache\n           flow cache explain last 3 classify\n           \
                  flow cache clear --older-than 7d\n\n\
                  The cache lies in .flow/cache. FLOW_CACHE_MAX_SIZE is the most that it may take: 500MB, or 2GB unless set.")]
pub(crate) struct CacheArgs {
    /// What is to be done; its statistics are shown if nothing is said
    #[command(subcommand)]
    pub(crate) command: Option<CacheCommand>,

    /// The folder of the project that it belongs to
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    pub(crate) flow: PathBuf,

    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What is done with the node cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show how much it holds, by model
    #[command(after_help = "Example:  flow cache stat")]
    Stat,
    /// Forget answers: all of them, or those that are named
    #[command(after_help = "Example:  flow cache clear --older-than 7d --model gpt-4o-mini")]
    Clear {
        /// Only answers that were got longer ago: 30m, 12h, 7d
        #[arg(long, value_name = "TIME", value_parser = age)]
        older_than: Option<Duration>,
        /// Only answers of this model or tool
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
    },
    /// Tell why a node's calls in a row were answered from the cache, or what differed
    #[command(after_help = "Example:  flow cache explain last 3 classify")]
    Explain {
        /// The run: its id, a part of it, or `last`
        run: String,
        /// The row's number in the data, from 0
        row: u64,
        /// The node; inside of a sub-flow behind the calling node's: review/grade
        node: String,
        /// The run that it is compared with, instead of the last one before it of the same flow
        #[arg(long, value_name = "RUN")]
        against: Option<String>,
    },
}

/// A time such as `30m`, `12h` or `7d`.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let wrong = |_| "write a time such as 30m, 12h or 7d".to_owned();
    match text.trim().strip_suffix('d') {
        None => super::run::duration(text.trim()).map_err(wrong),
        Some(days) => {
            let days: f64 = days.trim().parse().map_err(|_| wrong(String::new()))?;
            Duration::try_from_secs_f64(days * 86_400.0).map_err(|_| "the time is out of range".to_owned())
        }
    }
}
