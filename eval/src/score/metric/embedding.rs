use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::{
    Alias, Definition, Input, InputKind, Needs, ParameterError, Row, Score, ScoreError, Scorer, Spec, Unit,
};

/// How near two texts are in meaning, by their embeddings.
#[derive(Debug)]
pub(crate) struct Similarity(Parameters);

/// How two vectors are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Measure {
    /// The cosine of the angle between them.
    #[default]
    Cosine,
    /// 1 / (1 + distance).
    Euclidean,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// How two vectors are compared.
    measure: Measure,
}

impl Definition for Similarity {
    const SPEC: Spec = Spec {
        name: "similar",
        aliases: &[
            Alias::of("embedding_similarity"),
            Alias::of("similar:cosine"),
            Alias::with("similar:euclidean", r#"{"measure": "euclidean"}"#),
        ],
        summary: "how near two texts are in meaning, by the vectors that an embedding model gives them",
        formula: "a·b / (|a| |b|) (or 1 / (1 + |a − b|)) of the embeddings a and b",
        source: "Salton, Wong and Yang 1975; agrees with scikit-learn's `cosine_similarity` and `euclidean_distances`",
        inputs: &[
            Input {
                name: "answer",
                kind: InputKind::Vector,
                required: true,
                summary: "what is scored: a text, or its embedding",
            },
            Input { name: "expected", kind: InputKind::Vector, required: true, summary: "what it is compared with" },
        ],
        unit: Unit::Cosine,
        needs: Needs::Embeddings(&["answer", "expected"]),
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

fn vector<'a>(row: &Row<'a>, name: &'static str) -> Result<&'a [Value], ScoreError> {
    let value = row.value(name)?;
    value.as_list().ok_or_else(|| ScoreError::kind(name, value, "a list of numbers"))
}

fn coordinate(value: &Value, input: &'static str) -> Result<f64, ScoreError> {
    match value.as_float() {
        Some(number) if number.is_finite() => Ok(number),
        _ => Err(ScoreError::Unfit { input, message: "holds something that is no finite number".to_owned() }),
    }
}

impl Scorer for Similarity {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (one, other) = (vector(row, "answer")?, vector(row, "expected")?);
        if one.len() != other.len() {
            let message = format!("has {} numbers, but `expected` has {}", one.len(), other.len());
            return Err(ScoreError::Unfit { input: "answer", message });
        }
        let (mut product, mut first, mut second, mut apart) = (0.0, 0.0, 0.0, 0.0);
        for (one, other) in one.iter().zip(other) {
            let (one, other) = (coordinate(one, "answer")?, coordinate(other, "expected")?);
            product += one * other;
            first += one * one;
            second += other * other;
            apart += (one - other) * (one - other);
        }
        Ok(match self.0.measure {
            Measure::Euclidean => Score::of(1.0 / (1.0 + apart.sqrt())),
            // The angle to nothing is none; 0, as scikit-learn has it.
            Measure::Cosine if first == 0.0 || second == 0.0 => Score::of(0.0),
            Measure::Cosine => Score::of((product / (first.sqrt() * second.sqrt())).clamp(-1.0, 1.0)),
        })
    }
}
