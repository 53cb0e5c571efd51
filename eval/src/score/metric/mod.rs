//! The scorers that are built in, a file each.

mod affix;
mod bleu;
mod checks;
mod chrf;
mod classification;
mod contains;
mod edit;
mod embedding;
mod equals;
mod exact;
mod expression;
mod fields;
mod json;
mod measured;
mod ngram;
mod overlap;
mod pattern;
mod ranking;
mod regression;
mod rouge;
mod token_f1;
mod tool_calls;
mod words;

pub use classification::Class;

use super::registry::Entry;

/// All of them, in the order in which lists show them.
pub(super) fn all() -> Vec<Entry> {
    vec![
        Entry::of::<exact::ExactMatch>(),
        Entry::of::<equals::Equals>(),
        Entry::of::<contains::Contains>(),
        Entry::of::<affix::StartsWith>(),
        Entry::of::<affix::EndsWith>(),
        Entry::of::<pattern::Pattern>(),
        Entry::of::<json::IsJson>(),
        Entry::of::<json::ContainsJson>(),
        Entry::of::<json::JsonSchema>(),
        Entry::of::<fields::JsonFields>(),
        Entry::of::<overlap::ListOverlap>(),
        Entry::of::<edit::EditSimilarity>(),
        Entry::of::<edit::EditDistance>(),
        Entry::of::<words::WordCount>(),
        Entry::of::<token_f1::TokenF1>(),
        Entry::of::<bleu::Bleu>(),
        Entry::of::<rouge::Rouge>(),
        Entry::of::<chrf::ChrF>(),
        Entry::of::<embedding::Similarity>(),
        Entry::of::<classification::Classification>(),
        Entry::of::<regression::Regression>(),
        Entry::of::<ranking::RecallAtK>(),
        Entry::of::<ranking::PrecisionAtK>(),
        Entry::of::<ranking::HitAtK>(),
        Entry::of::<ranking::ReciprocalRank>(),
        Entry::of::<ranking::AveragePrecision>(),
        Entry::of::<ranking::Ndcg>(),
        Entry::of::<tool_calls::ToolCalls>(),
        Entry::of::<measured::Latency>(),
        Entry::of::<measured::Tokens>(),
        Entry::of::<measured::Cost>(),
        Entry::of::<measured::Completed>(),
        Entry::of::<expression::Formula>(),
        Entry::of::<checks::Checks>(),
    ]
}
