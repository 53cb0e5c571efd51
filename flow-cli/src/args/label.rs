use std::path::PathBuf;

use clap::Args;

/// `flow label`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:  flow label last --sample 100\n           \
                  flow label last --scale 1-5 --sample 60 -o labels.csv\n           \
                  flow label last --sample 100 -o labels.csv --blank\n           \
                  flow eval eval.yaml --run last --labels labels.csv\n\n\
                  Answers come in random order, without what a judge or a metric said of them and without the variant's name. Each label is written\n\
                  at once, so that you can stop and go on at any time. Rows must be drawn by chance for what is corrected by their labels to be\n\
                  right: label them in the order in which they come, and skip none for being hard.\n\
                  The sheet has the columns row, variant, repeat, label, note and answer; label is pass or fail, or a number of the scale. The\n\
                  column answer tells the answers apart: where the flow answers anew and otherwise, a label does not count.")]
pub(crate) struct LabelArgs {
    /// The run whose answers are labelled: its id, a part of it, a name, or `last`
    #[arg(value_name = "RUN")]
    pub(crate) run: String,

    /// Label so many answers, drawn by chance; all unless given. A larger number later goes on with the same ones
    #[arg(long, value_name = "N", value_parser = super::batch::count)]
    pub(crate) sample: Option<usize>,

    /// What the sample and its order are drawn by
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Label by whole numbers of this scale, such as 1-5, in place of pass and fail
    #[arg(long, value_name = "LEAST-MOST", value_parser = scale)]
    pub(crate) scale: Option<(u8, u8)>,

    /// The sheet of labels; labels.csv in the run's folder unless given
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Only write the sheet, with inputs and outputs, to be filled in elsewhere
    #[arg(long)]
    pub(crate) blank: bool,

    /// Print one JSON document
    #[arg(long, requires = "blank")]
    pub(crate) json: bool,
}

/// A scale whose values are keys.
fn scale(text: &str) -> Result<(u8, u8), String> {
    let ends =
        text.split_once('-').and_then(|(least, most)| Some((least.trim().parse().ok()?, most.trim().parse().ok()?)));
    let ends = ends.filter(|(least, most): &(u8, u8)| least < most && *most <= 9);
    ends.ok_or_else(|| "write the least value and the greatest, each of one digit, such as 1-5".to_owned())
}
