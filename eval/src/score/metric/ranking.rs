use std::collections::BTreeMap;

use flow_core::value::Value;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::tally::length;
use crate::score::text::{Written, number, written};
use crate::score::{Alias, Definition, Input, InputKind, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// What scorers of rankings have in common.
const RANKING: Spec = Spec {
    inputs: &[
        Input {
            name: "answer",
            kind: InputKind::List,
            required: true,
            summary: "the items that were found, the best first",
        },
        Input {
            name: "expected",
            kind: InputKind::Any,
            required: true,
            summary: "the relevant items: a list, or a mapping from item to gain (0 is not relevant)",
        },
    ],
    source: "Manning, Raghavan and Schütze 2008, chapter 8; an item that was found twice counts where it was found first",
    ..Spec::VERDICT
};

/// A ranking beside what is relevant.
struct Ranking {
    /// The gains of what was found, in its order; 0 is not relevant.
    gains: Vec<f64>,
    /// The gains of all that is relevant, the greatest first.
    relevant: Vec<f64>,
}

/// The name of an item: itself, or the field of it that is its name.
fn name<'a>(item: &'a Value, key: &str) -> Written<'a> {
    written(item.get(key).unwrap_or(item))
}

impl Ranking {
    fn read(row: &Row<'_>, key: &str) -> Result<Self, ScoreError> {
        let expected = row.value("expected")?;
        let mut gains: BTreeMap<String, f64> = BTreeMap::new();
        if let Some(entries) = expected.as_map() {
            for (item, gain) in entries {
                match number(gain) {
                    Some(gain) if gain.is_finite() && gain >= 0.0 => {
                        gains.insert(item.to_string(), gain);
                    }
                    _ => {
                        let message = format!("gives `{item}` a gain that is no number of 0 or more");
                        return Err(ScoreError::Unfit { input: "expected", message });
                    }
                }
            }
        } else {
            gains.extend(row.list("expected")?.iter().map(|item| (name(item, key).to_string(), 1.0)));
        }
        gains.retain(|_, gain| *gain > 0.0);
        let mut relevant: Vec<f64> = gains.values().copied().collect();
        relevant.sort_by(|one, other| other.total_cmp(one));
        let mut seen: FxHashMap<String, ()> = FxHashMap::default();
        let mut found = Vec::new();
        for item in row.list("answer")?.iter() {
            let item = name(item, key).to_string();
            if seen.contains_key(&item) {
                continue;
            }
            found.push(gains.get(&item).copied().unwrap_or(0.0));
            seen.insert(item, ());
        }
        Ok(Self { gains: found, relevant })
    }

    /// The gains of the first `k`.
    fn top(&self, k: Option<usize>) -> &[f64] {
        &self.gains[..k.unwrap_or(usize::MAX).min(self.gains.len())]
    }

    fn hits(&self, k: Option<usize>) -> usize {
        self.top(k).iter().filter(|gain| **gain > 0.0).count()
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Cut {
    /// How many of the first items count; all if null.
    #[schemars(range(min = 1))]
    k: Option<usize>,
    /// The field that names an item, where items are mappings.
    key: String,
}

impl Default for Cut {
    fn default() -> Self {
        Self { k: Some(10), key: "id".to_owned() }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Whole {
    /// How many of the first items count; all unless given.
    #[schemars(range(min = 1))]
    k: Option<usize>,
    /// The field that names an item, where items are mappings.
    key: String,
}

impl Default for Whole {
    fn default() -> Self {
        Self { k: None, key: "id".to_owned() }
    }
}

/// How gains count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Gain {
    /// As they are.
    #[default]
    Linear,
    /// 2^gain − 1.
    Exponential,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Discounted {
    /// How many of the first items count; all if null.
    #[schemars(range(min = 1))]
    k: Option<usize>,
    /// The field that names an item, where items are mappings.
    key: String,
    /// How gains count.
    gain: Gain,
}

impl Default for Discounted {
    fn default() -> Self {
        Self { k: Some(10), key: "id".to_owned(), gain: Gain::Linear }
    }
}

/// A scorer of rankings: its specification, and what it makes of one in which something is relevant.
macro_rules! ranking {
    ($(#[$doc:meta])* $name:ident($parameters:ty), $spec:expr, |$given:ident, $ranking:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name($parameters);

        impl Definition for $name {
            const SPEC: Spec = $spec;
            type Parameters = $parameters;

            fn new(parameters: $parameters) -> Result<Self, ParameterError> {
                if parameters.k == Some(0) {
                    return Err(ParameterError::new("k", "is 0, but must be 1 or more"));
                }
                Ok(Self(parameters))
            }
        }

        impl Scorer for $name {
            fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
                let $given = &self.0;
                let $ranking = Ranking::read(row, &$given.key)?;
                if $ranking.relevant.is_empty() {
                    return Ok(Score::default().because("no item is relevant, so that there is nothing to find"));
                }
                Ok(Score::of($value))
            }
        }
    };
}

ranking! {
    /// The part of the relevant items that are among the first k.
    RecallAtK(Cut),
    Spec {
        name: "recall_at_k",
        aliases: &[Alias::of("recall@k")],
        summary: "the part of the relevant items that are among the first k",
        formula: "relevant items among the first k / relevant items",
        ..RANKING
    },
    |given, ranking| length(ranking.hits(given.k)) / length(ranking.relevant.len())
}

ranking! {
    /// The part of the first k that are relevant.
    PrecisionAtK(Cut),
    Spec {
        name: "precision_at_k",
        aliases: &[Alias::of("precision@k")],
        summary: "the part of the first k items that are relevant",
        formula: "relevant items among the first k / k, also where fewer were found",
        ..RANKING
    },
    |given, ranking| match given.k.unwrap_or(ranking.gains.len()) {
        0 => 0.0,
        k => length(ranking.hits(given.k)) / length(k),
    }
}

ranking! {
    /// Whether one of the first k is relevant.
    HitAtK(Cut),
    Spec {
        name: "hit_at_k",
        aliases: &[Alias::of("hit@k"), Alias::of("hit_rate")],
        summary: "whether a relevant item is among the first k",
        formula: "1 if a relevant item is among the first k, else 0; the mean over rows is the hit rate",
        ..RANKING
    },
    |given, ranking| f64::from(u8::from(ranking.hits(given.k) > 0))
}

ranking! {
    /// One by the rank of the first relevant item.
    ReciprocalRank(Whole),
    Spec {
        name: "reciprocal_rank",
        aliases: &[Alias::of("mrr"), Alias::of("mean_reciprocal_rank")],
        summary: "one by the rank of the first relevant item; the mean over rows is MRR",
        formula: "1 / rank of the first relevant item, 0 if there is none (among the first k)",
        source: "Voorhees 1999, TREC-8; agrees with scikit-learn's `label_ranking_average_precision_score` where one item is relevant",
        ..RANKING
    },
    |given, ranking| {
        let place = ranking.top(given.k).iter().position(|gain| *gain > 0.0);
        place.map_or(0.0, |place| 1.0 / length(place + 1))
    }
}

ranking! {
    /// The mean of the precisions at the relevant items.
    AveragePrecision(Whole),
    Spec {
        name: "average_precision",
        aliases: &[Alias::of("map"), Alias::of("mean_average_precision")],
        summary: "the mean of the precisions at the ranks of the relevant items; the mean over rows is MAP",
        formula: "Σ precision at the rank of each relevant item that was found / relevant items",
        ..RANKING
    },
    |given, ranking| {
        let mut hits = 0.0;
        let mut sum = 0.0;
        for (place, _) in ranking.top(given.k).iter().enumerate().filter(|(_, gain)| **gain > 0.0) {
            hits += 1.0;
            sum += hits / length(place + 1);
        }
        sum / length(ranking.relevant.len())
    }
}

ranking! {
    /// The gain of the ranking, discounted by rank, against the best that is possible.
    Ndcg(Discounted),
    Spec {
        name: "ndcg",
        aliases: &[Alias::of("ndcg@k"), Alias::of("ndcg_at_k")],
        summary: "the gains of the items that were found, discounted by their rank, against those of the best ranking",
        formula: "DCG / DCG of the best ranking, DCG = Σ gain / log2(rank + 1) over the first k",
        source: "Järvelin and Kekäläinen 2002; agrees with scikit-learn's `ndcg_score`; exponential: Burges et al. 2005",
        ..RANKING
    },
    |given, ranking| {
        let gain = |gain: f64| if given.gain == Gain::Exponential { gain.exp2() - 1.0 } else { gain };
        let sum = |gains: &[f64]| -> f64 {
            gains.iter().enumerate().map(|(place, one)| gain(*one) / length(place + 2).log2()).sum()
        };
        let best = &ranking.relevant[..given.k.unwrap_or(usize::MAX).min(ranking.relevant.len())];
        sum(ranking.top(given.k)) / sum(best)
    }
}
