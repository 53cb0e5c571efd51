use std::path::PathBuf;

use clap::Args;

/// `flow compare`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:  flow compare 20261124-1 last --spec eval.yaml\n           \
                  flow compare first second --with exact_match:answer=run.outputs.category,expected=data.expected\n           \
                  flow compare first second third --with rouge_l -o report.html\n\n\
                  The first run is what the others are compared with. Rows belong together by their number in the data.\n\
                  Exit codes: 0 there is a verdict, 3 a comparison is undecided.")]
pub(crate) struct CompareArgs {
    /// The runs: an id, a part of one, a name, or `last`; one alone if it has several variants
    #[arg(value_name = "RUN", num_args = 1.., required = true)]
    pub(crate) runs: Vec<String>,

    /// The evaluation file whose scores, slices and clusters are taken; without one and without --with, that of the first run
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) score: ScoreArgs,

    /// The variant that the others are compared with, by its name in the report; the first one unless given
    #[arg(long, value_name = "NAME")]
    pub(crate) baseline: Option<String>,

    /// By how much a variant may be worse and still be called no worse
    #[arg(long, value_name = "NUMBER", value_parser = above_zero)]
    pub(crate) margin: Option<f64>,

    /// Write a report as well, by its ending: .html, .md, .xml (JUnit), .csv, .json; may be given several times
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Scores in words.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScoreArgs {
    /// A score: METRIC, METRIC:answer=run.outputs.x,expected=data.y, or a mapping as in an evaluation file; may be given several times
    #[arg(long, value_name = "SCORE", conflicts_with = "spec")]
    pub(crate) with: Vec<String>,

    /// Tell results apart by this column of the data; may be given several times
    #[arg(long, value_name = "COLUMN", requires = "with")]
    pub(crate) by: Vec<String>,
}

pub(super) fn above_zero(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| "write a number above zero, such as 0.05".to_owned())
}
