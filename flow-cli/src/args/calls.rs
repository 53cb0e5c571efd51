use clap::Args;
use flow_core::gate::{BudgetLimits, GateOptions, Limits};
use flow_core::model::Usage;
use rust_decimal::Decimal;

/// What holds for all calls of models.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Calls of models")]
pub(crate) struct CallArgs {
    /// Try a failed call again so many times, whatever its node says; 0 is never
    #[arg(long, value_name = "N", env = "FLOW_RETRIES", hide_env_values = true)]
    pub(crate) retries: Option<u32>,

    /// Send at most so many requests a minute to each model
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rpm: Option<u32>,

    /// Use at most so many tokens a minute of each model
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) tpm: Option<u64>,

    /// Make no call with which all together would cost more than this, in US dollars
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(crate) max_cost: Option<Decimal>,

    /// Make no call with which all together would use more tokens
    #[arg(long, value_name = "N")]
    pub(crate) max_total_tokens: Option<u64>,

    /// Make no more than so many calls, not counting those that are refused
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<u64>,
}

impl CallArgs {
    /// The same with what is left of the budget; what the node cache answered took nothing of it.
    pub(crate) fn left_after(&self, spent: &Usage) -> Self {
        let mut left = self.clone();
        let tokens = (spent.prompt_tokens + spent.completion_tokens).saturating_sub(spent.served_tokens);
        left.max_cost = left.max_cost.map(|cost| (cost - spent.cost.known).max(Decimal::ZERO));
        left.max_total_tokens = left.max_total_tokens.map(|limit| limit.saturating_sub(tokens));
        left.max_calls = left.max_calls.map(|limit| limit.saturating_sub(spent.calls - spent.served_calls));
        left
    }

    /// The options of the gate that all calls go through.
    pub(crate) fn options(&self, seed: Option<u64>) -> GateOptions {
        GateOptions {
            retries: self.retries,
            limits: Limits { concurrency: None, requests_per_minute: self.rpm, tokens_per_minute: self.tpm },
            budget: BudgetLimits { cost: self.max_cost, tokens: self.max_total_tokens, calls: self.max_calls },
            prices: None,
            seed: seed.unwrap_or_default(),
        }
    }
}

fn dollars(text: &str) -> Result<Decimal, String> {
    let amount: Option<Decimal> = text.trim().trim_start_matches('$').parse().ok();
    amount.filter(|amount| !amount.is_sign_negative()).ok_or_else(|| "write an amount such as 0.50".to_owned())
}
