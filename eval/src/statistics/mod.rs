//! Statistics of scores: pure functions over slices.
//!
//! Methods have names that a report can show ([`IntervalMethod`], [`TestMethod`]). Each function says what it does with empty
//! and all-equal data; what is not finite is an error everywhere. An interval never has zero width: where there is no spread
//! to go by, that is an error ([`StatisticsError::AllEqual`]), and the façade says so in a note.

mod bootstrap;
mod cluster;
pub mod distribution;
mod error;
mod interval;
mod mcnemar;
mod mean;
mod multiple;
mod omnibus;
mod paired;
mod paired_proportion;
mod pass_at_k;
mod plan;
mod proportion;
mod quantile;
mod random;
mod rank;
mod repeats;
mod sequential_ratio;
mod sign_flip;
mod test;
mod unpaired;
mod wilcoxon;

pub use bootstrap::Bootstrap;
pub use cluster::{Clusters, FEWEST_CLUSTERS};
pub use error::StatisticsError;
pub use interval::{Interval, IntervalMethod, Level};
pub use mcnemar::PairedTable;
pub use mean::{ClusteredMean, Mean, all_equal_interval, geometric_mean_interval};
pub use multiple::{
    benjamini_hochberg, benjamini_yekutieli, bonferroni, e_benjamini_hochberg, e_bonferroni, holm, hommel,
};
pub use omnibus::{cochran_q, friedman, nemenyi_difference};
pub use paired::{Paired, Signs, differences};
pub use pass_at_k::{mean_pass_all_k, mean_pass_at_k, pass_all_k, pass_at_k};
pub use plan::Aim;
pub use proportion::Proportion;
pub use quantile::{quantile, quantile_interval};
pub use random::Resampling;
pub use repeats::{Components, best_repeats, mean_of_rows};
pub use sequential_ratio::{RatioState, RatioTest};
pub use sign_flip::sign_flip;
pub use test::{Side, Test, TestMethod};
pub use unpaired::{UnpairedTable, Welch};
pub use wilcoxon::{SignedRanks, Zeros, hodges_lehmann, hodges_lehmann_interval};
