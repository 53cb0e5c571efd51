//! What a row will ask of models, found without asking any.
//!
//! A row is walked through as the [executor](crate::exec) would run it, with the same frames, conditions and bindings. What needs no model
//! runs for real: templates, code, tools that ask nobody. In the place of an answer stands a mark, which prompts carry on to the nodes
//! below, and which counts there as so many tokens as the answer is expected to have. Where a condition or a list depends on an answer,
//! the number of calls is an interval.
//!
//! Nothing here knows of many rows: whoever does adds the rows up.

mod again;
mod aggregation;
mod amount;
mod answer;
mod call;
mod flows;
mod given;
mod history;
mod items;
mod quantity;
mod shape;
mod unknown;
mod view;
mod walk;

use std::fmt;
use std::sync::Arc;

pub use again::UNSEEN;
pub use aggregation::RowValues;
pub use amount::Amount;
pub use answer::Source;
pub use history::{History, Moments, Origin, Seen};
pub use quantity::Quantity;

use crate::cache::NodeCache;
use crate::catalogue::Catalogue;
use crate::exec::{Event, EventSink, Executor, Giver, Observer, RowError, RowOptions, prepare};
use crate::gate::Limits;
use crate::model::ModelRequest;
use crate::plan::Plan;
use crate::value::Map;

/// Foresees the calls of rows.
#[derive(Debug, Clone)]
pub struct Forecaster {
    plan: Arc<Plan>,
    catalogue: Arc<Catalogue>,
    history: Arc<History>,
    /// How many rows there will be, repetitions counted.
    rows: f64,
    counting: Counting,
    /// The node cache, and how often each row is run.
    cache: Option<(Arc<NodeCache>, u32)>,
    /// How often a failed call is tried again, whatever its node says.
    retries: Option<u32>,
}

/// How tokens are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counting {
    /// By the tokenizer of the model that is named.
    #[default]
    OfTheModel,
    /// As whoever answers will count them where that is known without a tokenizer, as a mock model's rule is; else by the number of
    /// characters. Nothing needs to be unpacked for it.
    ByCharacters,
}

/// What a row will ask of models.
#[derive(Debug, Default)]
pub struct RowForecast {
    /// The calls, in the order of the plan.
    pub calls: Vec<CallForecast>,
    /// How long it will take, in seconds; `None` where a call's latency is not known.
    pub seconds: Option<f64>,
    /// Why it will fail for certain.
    pub failure: Option<RowFailure>,
    /// What nodes see of it that run after all rows; `None` where none of them asks a model.
    pub values: Option<RowValues>,
}

/// Why a row will fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFailure {
    /// A short name of the kind of error.
    pub code: String,
    /// What will happen, in words.
    pub message: String,
    /// The node that will fail.
    pub node: Option<String>,
}

/// Calls of a node.
#[derive(Debug, Clone)]
pub struct CallForecast {
    /// The node; inside of a sub-flow behind the calling node's: `review/grade`.
    pub node: Arc<str>,
    /// The provider's name in traces.
    pub provider: Arc<str>,
    /// The connection's name.
    pub connection: Arc<str>,
    /// The model.
    pub model: Arc<str>,
    /// Whether it is asked only where the node's model fails for good.
    pub is_fallback: bool,
    /// What the connection allows for each of its models.
    pub limits: Limits,
    /// Whether calls are paid for; those of a mock model are not.
    pub billed: bool,
    /// How many are answered.
    pub calls: Quantity,
    /// The requests that it takes, as some fail and are tried again.
    pub requests: Quantity,
    /// How often one is tried at the most.
    pub most_tries: u32,
    /// Tokens of all their prompts.
    pub prompt: Quantity,
    /// Tokens of all their answers.
    pub completion: Quantity,
    /// How many of them the node cache answers, so that they are not paid for. Their tokens and cost are those of the calls that got the
    /// answers.
    pub cached: Quantity,
    /// What they cost; `None` where the price is not known.
    pub cost: Option<Amount>,
    /// Seconds that one takes; `None` where that is not known.
    pub seconds: Option<f64>,
    /// Where the tokens of the prompts come from.
    pub prompt_source: Source,
    /// Where the tokens of the answers come from.
    pub completion_source: Source,
    /// Why it is not certain how many there are.
    pub reason: Option<String>,
    /// The request, where nothing in it is unknown.
    pub request: Option<Arc<ModelRequest>>,
    /// How much longer a prompt is than the model can take, in tokens.
    pub too_long: Option<u64>,
}

impl Forecaster {
    /// Foresees the calls of a plan's rows, of which there will be so many.
    #[must_use]
    pub fn new(plan: Arc<Plan>, catalogue: Arc<Catalogue>, history: Arc<History>, rows: u64) -> Self {
        Self {
            plan,
            catalogue,
            history,
            rows: rows.max(1) as f64,
            counting: Counting::default(),
            cache: None,
            retries: None,
        }
    }

    /// The same, with tokens counted so.
    #[must_use]
    pub fn counting(self, counting: Counting) -> Self {
        Self { counting, ..self }
    }

    /// The same, with calls answered by the node cache where it knows the answer; each row is run so often.
    #[must_use]
    pub fn cached(self, cache: Arc<NodeCache>, repeat: u32) -> Self {
        Self { cache: Some((cache, repeat.max(1))), ..self }
    }

    /// The same, with failed calls tried again so often, whatever their nodes say.
    #[must_use]
    pub fn retries(self, retries: Option<u32>) -> Self {
        Self { retries, ..self }
    }

    /// Foresees a row.
    pub async fn row(&self, row: u64, inputs: &Map) -> RowForecast {
        let values = match prepare(&self.plan, inputs, Giver::Row) {
            Ok(values) => values,
            Err(error) => {
                return RowForecast { failure: Some(self.failure(&RowError::Input(error))), ..RowForecast::default() };
            }
        };
        let (executor, events) = (Executor::new(), EventSink::observer(Arc::new(Nobody)));
        let context = executor.context(&self.plan, Some(row), &events, RowOptions::default());
        let (calls, ended) = walk::row(self, &context, values, row).await;
        match ended {
            Ok((seconds, values)) => RowForecast { calls, seconds, failure: None, values },
            Err(error) => {
                let failure = Some(self.failure(&RowError::Node(error)));
                RowForecast { calls, failure, ..RowForecast::default() }
            }
        }
    }

    fn failure(&self, error: &RowError) -> RowFailure {
        let node = error.node().map(|node| node.innermost().node.to_string());
        let message = self.plan.secrets.blot(&error.to_string());
        RowFailure { code: error.code().to_owned(), message, node }
    }
}

/// Hears of nothing.
struct Nobody;

impl Observer for Nobody {
    fn observe(&self, _: Event) {}
}

impl fmt::Debug for Nobody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Nobody")
    }
}
