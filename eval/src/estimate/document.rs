use std::path::Path;

use flow_core::forecast::{Amount, Quantity, Source};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{BudgetEstimate, TimeEstimate};

/// The file in a run's folder that keeps what was expected of the run.
pub const ESTIMATE_FILE: &str = "estimate.json";

/// What a run will take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Rows of the data.
    pub rows: u64,
    /// How many of them were looked at.
    pub sampled: u64,
    /// How often each is run: variants and repetitions.
    pub runs_per_row: u64,
    /// Rows that will fail whatever models answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<FailingRows>,
    /// By variant, node and model, in the order of the flow.
    pub nodes: Vec<NodeEstimate>,
    /// All of them together.
    pub total: TotalEstimate,
    /// How long it will take.
    pub time: TimeEstimate,
    /// Where the limits of the run lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetEstimate>,
    /// What else is to be known, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Rows that will fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailingRows {
    /// About how many.
    pub rows: f64,
    /// Why, each with the first row that fails so.
    pub reasons: Vec<FailingReason>,
}

/// Why rows will fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailingReason {
    /// The number of the first such row, from 0.
    pub line: u64,
    /// How many of the rows that were looked at.
    pub rows: u64,
    /// In words.
    pub message: String,
}

/// The calls of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeEstimate {
    /// The variant, as `node=variant`; empty where none is asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// The node.
    pub node: String,
    /// The connection.
    pub connection: String,
    /// The provider's name in traces.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Whether this model is asked only where the node's own fails for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    /// Whether the node runs once after all rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aggregation: bool,
    /// How many calls are answered.
    pub calls: Quantity,
    /// The requests that it takes, as some fail and are tried again; of models that answered before, by how often that was.
    #[serde(default = "none")]
    pub requests: Quantity,
    /// How often a call is tried at the most.
    #[serde(default)]
    pub most_tries: u32,
    /// Tokens of their prompts.
    pub prompt_tokens: Quantity,
    /// Where that comes from.
    pub prompt_source: Source,
    /// Tokens of their answers.
    pub completion_tokens: Quantity,
    /// Where that comes from.
    pub completion_source: Source,
    /// What they cost, in US dollars; `None` where the price is not known.
    pub cost: Option<Amount>,
    /// Seconds that one takes; `None` where none was timed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_per_call: Option<f64>,
    /// Why it is not certain how many calls there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many of the calls the node cache answers, which are not paid for; tokens and cost count them all the same.
    pub cached_calls: Quantity,
}

impl NodeEstimate {
    /// Which part of the calls the node cache answers, from 0 to 1.
    #[must_use]
    pub fn cached_share(&self) -> f64 {
        if self.calls.expected > 0.0 { (self.cached_calls.expected / self.calls.expected).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// All calls together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TotalEstimate {
    /// How many are answered.
    pub calls: Quantity,
    /// The requests that it takes, as some fail and are tried again.
    #[serde(default = "none")]
    pub requests: Quantity,
    /// Tokens of their prompts.
    pub prompt_tokens: Quantity,
    /// Tokens of their answers.
    pub completion_tokens: Quantity,
    /// How many of them the node cache answers.
    pub cached_calls: Quantity,
    /// What those cost whose price is known, in US dollars, whoever answers.
    pub cost: Amount,
    /// The part of it that is not answered by the node cache.
    pub to_pay: Amount,
    /// Models without a price, whose calls are not in the cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced_models: Vec<String>,
    /// Whether anything is paid for: calls of a mock model or a recording are not.
    pub billed: bool,
}

/// What estimates say that were made before there was a number for it.
fn none() -> Quantity {
    Quantity::NONE
}

impl TotalEstimate {
    /// The cost of all calls, if it is known.
    #[must_use]
    pub fn whole_cost(&self) -> Option<Amount> {
        self.unpriced_models.is_empty().then_some(self.cost)
    }
}

impl Estimate {
    /// What a run's folder keeps of what was expected of the run; `None` where nothing was, or nothing that this program can read.
    #[must_use]
    pub fn of_run(folder: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(folder.join(ESTIMATE_FILE)).ok()?).ok()
    }

    /// The estimate as its file holds it.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Rows times variants times repetitions.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.rows.saturating_mul(self.runs_per_row)
    }

    /// Whether tokens of prompts were reckoned by their characters, which leaves open how many there are.
    #[must_use]
    pub fn is_by_characters(&self) -> bool {
        let is_open = |node: &NodeEstimate| node.prompt_tokens.low < node.prompt_tokens.high;
        self.nodes.iter().any(|node| node.prompt_source == Source::Characters && is_open(node))
    }

    /// The cost of a row, as far as prices are known.
    #[must_use]
    pub fn cost_per_row(&self) -> Decimal {
        let rows = Decimal::from(self.rows.max(1));
        self.total.cost.expected.checked_div(rows).unwrap_or_default()
    }
}
