use clap::Args;

use super::BatchArgs;

/// `flow plan`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:  flow plan examples/support-triage --data tickets.jsonl\n           \
                  flow plan . --data tickets.csv --map ticket='${data.text}' -j 32 --rpm 500 --max-cost 5\n           \
                  flow plan . --data tickets.jsonl --pilot 20\n           \
                  flow plan . --data tickets.jsonl --difference 0.05\n\n\
                  It takes the arguments of `flow batch`, and calls no model unless --pilot is given.",
    mut_arg("resume", |arg| arg.hide(true)),
    mut_arg("retry_failed", |arg| arg.hide(true)),
    mut_arg("allow_changes", |arg| arg.hide(true)),
    mut_arg("output", |arg| arg.hide(true)),
)]
pub(crate) struct PlanArgs {
    /// Run so many rows first, spread over the data, and go by what they take. They are the beginning of a run, which
    /// `flow batch --resume` goes on with
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pilot: Option<u32>,

    /// Tell how many rows it takes to show that two variants differ by so much in their rate of passes
    #[arg(long, value_name = "NUMBER", value_parser = share)]
    pub(crate) difference: Option<f64>,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,
}

fn share(text: &str) -> Result<f64, String> {
    let share = super::compare::above_zero(text)?;
    if share <= 1.0 { Ok(share) } else { Err("a rate of passes differs by 1 at the most".to_owned()) }
}
