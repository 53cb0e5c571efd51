//! Passages in an order of how well they fit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bm25::{Embedder, EmbedderBuilder, Scorer, Tokenizer};
use flow_core::project::ProjectFiles;
use flow_core::tool::ToolError;
use flow_core::value::Value;
use unicode_segmentation::UnicodeSegmentation;

use super::passages::{FileState, Passage, Source};
use super::vector::{check_lengths, cosine};

/// How many indexes are kept.
const KEPT: usize = 8;

/// What ranks are counted from when two orders are joined. From: Cormack, Clarke, Büttcher: Reciprocal Rank Fusion
/// outperforms Condorcet and individual Rank Learning Methods, SIGIR 2009.
const FIRST_RANK: f64 = 60.0;

/// The words of a text in small letters. No word is left out or cut, whatever the language.
#[derive(Debug)]
struct Words;

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        text.unicode_words().map(str::to_lowercase).collect()
    }
}

/// The indexes of a run, by what they were made of.
#[derive(Default)]
pub(super) struct Indexes {
    kept: Mutex<HashMap<(std::path::PathBuf, Source), Arc<Index>>>,
}

impl Indexes {
    /// The index of a source; made anew if a file was added, taken away or changed.
    pub(super) fn of(&self, source: Source, files: &ProjectFiles) -> Result<Arc<Index>, ToolError> {
        let states = source.files(files)?;
        let key = (files.folder().to_path_buf(), source);
        // Who comes while an index is made waits for it.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = kept.get(&key).filter(|index| index.states == states) {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(Index::new(key.1.passages(&states)?, states));
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&index));
        Ok(index)
    }
}

/// Passages that can be searched.
pub(super) struct Index {
    states: Vec<FileState>,
    passages: Vec<Passage>,
    embedder: Embedder<u64, Words>,
    scorer: Scorer<usize, u64>,
}

impl Index {
    fn new(passages: Vec<Passage>, states: Vec<FileState>) -> Self {
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        let embedder: Embedder<u64, Words> = EmbedderBuilder::with_tokenizer_and_fit_to_corpus(Words, &texts).build();
        let mut scorer = Scorer::new();
        for (position, text) in texts.iter().enumerate() {
            scorer.upsert(&position, embedder.embed(text));
        }
        Self { states, passages, embedder, scorer }
    }

    /// The passages that fit best, the best first; of those that fit equally, the one that stands first.
    pub(super) fn search(&self, query: &str, vector: Option<&[f64]>, top: usize) -> Result<Vec<Found>, ToolError> {
        let ranked = match vector {
            None => self.by_words(query),
            Some(vector) if query.trim().is_empty() => self.by_vector(vector)?,
            Some(vector) => joined(&[self.by_words(query), self.by_vector(vector)?]),
        };
        let found = ranked.into_iter().take(top);
        Ok(found.map(|(position, score)| Found { passage: self.passages[position].clone(), score }).collect())
    }

    fn by_words(&self, query: &str) -> Vec<(usize, f64)> {
        let matches = self.scorer.matches(&self.embedder.embed(query));
        ordered(matches.into_iter().map(|found| (found.id, f64::from(found.score))).collect())
    }

    fn by_vector(&self, vector: &[f64]) -> Result<Vec<(usize, f64)>, ToolError> {
        let mut scored = Vec::new();
        for (position, passage) in self.passages.iter().enumerate() {
            let Some(own) = &passage.vector else { continue };
            check_lengths("query_vector", vector.len(), own.len())?;
            scored.push((position, cosine(vector, own)));
        }
        if scored.is_empty() && !self.passages.is_empty() {
            return Err(ToolError::input(
                "query_vector",
                "nothing that is searched has an embedding; see `vector_field`",
            ));
        }
        Ok(ordered(scored))
    }
}

fn ordered(mut scored: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    scored.sort_by(|(one, its), (two, other)| other.total_cmp(its).then(one.cmp(two)));
    scored
}

/// One order of several: what stands high in any of them comes first.
fn joined(orders: &[Vec<(usize, f64)>]) -> Vec<(usize, f64)> {
    let mut scores: HashMap<usize, f64> = HashMap::new();
    for order in orders {
        let mut rank = FIRST_RANK;
        for (position, _) in order {
            rank += 1.0;
            *scores.entry(*position).or_default() += 1.0 / rank;
        }
    }
    ordered(scores.into_iter().collect())
}

/// A passage that fits.
pub(super) struct Found {
    passage: Passage,
    score: f64,
}

impl Found {
    /// As a flow sees it; the score to four places, which is what it can be relied on.
    pub(super) fn into_value(self) -> Value {
        let number = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let Passage { text, file, line, position, record, .. } = self.passage;
        let mut entries = vec![
            ("text", text.into()),
            ("source", file.into()),
            ("line", number(line)),
            ("position", number(position)),
            ("score", Value::Float((self.score * 1e4).round() / 1e4)),
        ];
        entries.extend(record.map(|record| ("record", record)));
        Value::map(entries)
    }
}
