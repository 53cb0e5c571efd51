use std::fmt;

use serde::Serialize;

use super::cluster::FEWEST_CLUSTERS;

/// What one must know to read a result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "note")]
pub enum Note {
    /// All scores are the same.
    AllEqual {
        /// The score.
        value: f64,
        /// Whether the range of the scores gives an interval nonetheless.
        bounded: bool,
    },
    /// The difference is the same on all rows.
    SameDifference {
        /// The difference.
        value: f64,
        /// Whether the range of the scores gives an interval nonetheless.
        bounded: bool,
    },
    /// There is one row.
    OneRow,
    /// There are so few rows that the interval of scores without a range is unreliable where a few of them are far out.
    FewRows {
        /// How many.
        rows: usize,
    },
    /// There are so few clusters that intervals are unreliable.
    FewClusters {
        /// How many.
        clusters: usize,
    },
    /// The interval or p is by t, as resampling so many rows would tell nothing else.
    ManyRows {
        /// How many.
        rows: usize,
    },
    /// Errors count as the worst score.
    ErrorsAsWorst {
        /// How many.
        errors: usize,
    },
    /// Errors are left out.
    ErrorsLeftOut {
        /// How many.
        errors: usize,
        /// How many rows are left out for them.
        rows: usize,
    },
    /// The variants ran on different rows.
    Unpaired,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        match self {
            Note::AllEqual { value, bounded: true } => {
                write!(formatter, "all scores are {value}; the interval says how rare others may be")
            }
            Note::AllEqual { value, bounded: false } => {
                write!(formatter, "all scores are {value}, so that there is no interval")
            }
            Note::SameDifference { value, bounded: true } => {
                write!(formatter, "the difference is {value} on all rows; the interval says how rare others may be")
            }
            Note::SameDifference { value, bounded: false } => {
                write!(formatter, "the difference is {value} on all rows, so that there is no interval")
            }
            Note::OneRow => formatter.write_str("one row tells nothing of how scores spread"),
            Note::FewRows { rows } => {
                write!(formatter, "{rows} rows are few: where some scores are far out, the interval is too narrow")
            }
            Note::FewClusters { clusters } => {
                let clusters = counted(*clusters, "cluster is", "clusters are");
                write!(formatter, "{clusters} few: below {FEWEST_CLUSTERS} intervals are too narrow")
            }
            Note::ManyRows { rows } => write!(formatter, "by t, as there are {rows} rows"),
            Note::ErrorsAsWorst { errors } => {
                write!(formatter, "{} as the worst score", counted(*errors, "error counts", "errors count"))
            }
            Note::ErrorsLeftOut { errors, rows } => {
                let errors = counted(*errors, "error is", "errors are");
                write!(formatter, "{errors} left out, and with them {}", counted(*rows, "row", "rows"))
            }
            Note::Unpaired => {
                formatter.write_str("the variants ran on different rows, which tells less than the same rows would")
            }
        }
    }
}
