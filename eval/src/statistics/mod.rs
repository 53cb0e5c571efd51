//! Statistics of scores: pure functions over slices.
//!
//! [`summarise`] says how good one variant is, [`compare`] and [`compare_all`] compare variants on the same rows and come to a
//! [`Verdict`], and [`RowsNeeded`] plans. They choose the methods, which are there by themselves as well. [`SequentialComparison`] and
//! [`MeanSequence`] do the same of rows as they come.
//!
//! Methods have names that a report can show ([`IntervalMethod`], [`TestMethod`]). Each function says what it does with empty
//! and all-equal data; what is not finite is an error everywhere. An interval never has zero width: where there is no spread
//! to go by, that is an error ([`StatisticsError::AllEqual`]), and the façade says so in a note.

mod agreement;
mod bootstrap;
mod cluster;
mod comparison;
mod correlation;
mod curtailment;
mod differences;
pub mod distribution;
mod error;
mod family;
mod interval;
mod judge_table;
mod kappa;
mod mcnemar;
mod mean;
mod multiple;
mod note;
mod omnibus;
mod paired;
mod paired_proportion;
mod pass_at_k;
mod plan;
mod prediction;
mod preference;
mod proportion;
mod quantile;
mod random;
mod rank;
mod repeats;
mod rogan_gladen;
mod sample_ratio;
mod score;
mod sequential;
mod sequential_ratio;
mod sign_flip;
mod summary;
mod test;
mod unpaired;
mod unpaired_comparison;
mod verdict;
mod wilcoxon;

pub use agreement::{Agreement, cohen_kappa, krippendorff_alpha};
pub use bootstrap::Bootstrap;
pub use cluster::{Clusters, FEWEST_CLUSTERS};
pub use comparison::{Comparison, Effect, compare};
pub use correlation::{Partial, kendall, pearson, spearman};
pub use curtailment::Curtailment;
pub use error::StatisticsError;
pub use family::{Family, compare_all, compare_remaining};
pub use interval::{Interval, IntervalMethod, Level};
pub use judge_table::{JudgeTable, PositionBias};
pub use kappa::{Kappa, Weights, fleiss_kappa};
pub use mcnemar::PairedTable;
pub use mean::{ClusteredMean, Mean, all_equal_interval, geometric_mean_interval};
pub use multiple::{
    benjamini_hochberg, benjamini_yekutieli, bonferroni, e_benjamini_hochberg, e_bonferroni, holm, hommel,
};
pub use note::Note;
pub use omnibus::{cochran_q, friedman, nemenyi_difference};
pub use paired::{Paired, Signs, differences};
pub use pass_at_k::{mean_pass_all_k, mean_pass_at_k, pass_all_k, pass_at_k};
pub use plan::Aim;
pub use prediction::{Belief, Judged, PredictionPowered};
pub use preference::bradley_terry;
pub use proportion::Proportion;
pub use quantile::{quantile, quantile_interval};
pub use random::Resampling;
pub use repeats::{Components, best_repeats, mean_of_rows};
pub use rogan_gladen::{Corrected, JudgeRates, Rate};
pub use sample_ratio::sample_ratio;
pub use score::{Better, Design, ErrorsAs, Kind, Scores};
pub use sequential::{
    GroupBoundary, MeanSequence, SequentialComparison, SequentialDesign, SequentialEvidence, SequentialState, Spending,
    Wealth, asymptotic_margin, successive_halving,
};
pub use sequential_ratio::{RatioState, RatioTest};
pub use sign_flip::sign_flip;
pub use summary::{Quantile, Summary, summarise};
pub use test::{Side, Test, TestMethod};
pub use unpaired::{UnpairedTable, Welch};
pub use unpaired_comparison::{UnpairedComparison, compare_unpaired};
pub use verdict::{FEWEST_ROWS, Goal, RowsNeeded, Verdict};
pub use wilcoxon::{SignedRanks, Zeros, hodges_lehmann, hodges_lehmann_interval};
