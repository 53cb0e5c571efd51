mod counts;
mod tokenizer;

use schemars::JsonSchema;
use serde::Deserialize;

use counts::Statistics;
use tokenizer::Tokenizer;

use crate::score::aggregate::same;
use crate::score::text::{is_space, lower};
use crate::score::{
    Aggregate, AggregateError, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec, Summary,
};

/// BLEU of each answer, and of all together.
#[derive(Debug)]
pub(crate) struct Bleu(Parameters);

/// What stands for a precision of zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Smoothing {
    /// 1/2, 1/4, 1/8, … of one match, order by order (NIST).
    #[default]
    Exp,
    /// `smoothing_value` matches, 0.1 unless given.
    Floor,
    /// `smoothing_value` (1 unless given) more matches and stretches for orders above 1.
    AddK,
    /// Nothing: the score is 0.
    None,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// The longest stretch of words that is counted.
    #[schemars(range(min = 1, max = 16))]
    max_order: usize,
    /// What stands for a precision of zero.
    smoothing: Smoothing,
    /// The value of the smoothing, where it has one.
    #[schemars(range(min = 0.0))]
    smoothing_value: Option<f64>,
    /// Whether the scores of single answers leave out orders that are longer than the answer.
    effective_order: bool,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// How texts are cut into words: `13a` as mteval-v13a, `intl` as mteval-v14 (all of Unicode), `char` (each character, for
    /// languages without spaces) or `none` (at white space).
    tokenize: Tokenizer,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            max_order: 4,
            smoothing: Smoothing::Exp,
            smoothing_value: None,
            effective_order: true,
            ignore_case: false,
            tokenize: Tokenizer::default(),
        }
    }
}

impl Definition for Bleu {
    const SPEC: Spec = Spec {
        name: "bleu",
        aliases: &[],
        summary: "stretches of one to four words that answer and references share; of each answer, and of all together",
        formula: "BP · exp(mean of ln p_n, n = 1..4), p_n the share of the answer's n-grams that a reference has, BP = min(1, e^(1 − r/c)); \
                  sacrebleu's score divided by 100. Of all rows: the counts are added first",
        source: "Papineni et al. 2002, aclanthology.org/P02-1040; Post 2018, arXiv:1804.08771; agrees with sacrebleu 2.6 (13a, exp; \
                 sentences with effective order)",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl Parameters {
    fn tokens(&self, text: &str) -> String {
        let text = if self.ignore_case { lower(text) } else { text.into() };
        self.tokenize.cut(text.trim_end_matches(is_space))
    }

    fn statistics(&self, row: &Row<'_>) -> Result<Statistics, ScoreError> {
        let answer = self.tokens(&row.text("answer")?);
        let references: Vec<String> = row.texts("expected")?.iter().map(|text| self.tokens(text)).collect();
        Ok(Statistics::of(&answer, &references, self.max_order))
    }
}

impl Scorer for Bleu {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let statistics = self.0.statistics(row)?;
        let bleu = statistics.bleu(self.0.smoothing, self.0.smoothing_value, self.0.effective_order);
        Ok(Score::of(bleu.score / 100.0).with("brevity_penalty", bleu.brevity_penalty))
    }

    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        let statistics = Statistics::empty(self.0.max_order);
        Some(Box::new(Corpus { parameters: self.0.clone(), statistics, rows: 0 }))
    }
}

/// BLEU of all answers together.
#[derive(Debug)]
struct Corpus {
    parameters: Parameters,
    statistics: Statistics,
    rows: u64,
}

impl Aggregate for Corpus {
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError> {
        self.statistics.add(&self.parameters.statistics(row)?);
        self.rows += 1;
        Ok(())
    }

    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError> {
        let other: Self = same(other)?;
        self.statistics.add(&other.statistics);
        self.rows += other.rows;
        Ok(())
    }

    fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        let bleu = self.statistics.bleu(self.parameters.smoothing, self.parameters.smoothing_value, false);
        if self.rows > 0 {
            summary.push("corpus_bleu", bleu.score / 100.0);
            summary.push("brevity_penalty", bleu.brevity_penalty);
            for (index, precision) in bleu.precisions.iter().enumerate() {
                summary.push(format!("precision_{}", index + 1), precision / 100.0);
            }
        }
        summary
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
