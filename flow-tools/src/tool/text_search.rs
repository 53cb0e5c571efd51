use std::fmt;
use std::sync::Arc;

use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use super::passages::Source;
use super::search_index::{Found, Indexes};

/// `text.search`: the passages that fit a question best. What was indexed once stays until a file changes.
#[derive(Default)]
pub struct TextSearch {
    indexes: Arc<Indexes>,
}

impl fmt::Debug for TextSearch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TextSearch")
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// What is looked for, in the words of a user; left out or blank to go by `query_vector` alone.
    #[serde(default)]
    query: String,
    /// A folder whose text files are searched, those of its folders too, or a JSON Lines file whose records are. It is
    /// relative to the flow's folder and must lie in the project.
    path: String,
    /// The most results.
    #[serde(default = "five")]
    top: usize,
    /// The endings of the files of a folder that are searched: `[md, txt]`. All text files unless given.
    #[serde(default)]
    endings: Vec<String>,
    /// The most characters of a passage that is cut from a file; Markdown is cut at headings and blocks, other texts at
    /// paragraphs and sentences.
    #[serde(default = "thousand")]
    chunk_size: usize,
    /// How many characters of a passage are repeated at the start of the next.
    #[serde(default)]
    chunk_overlap: usize,
    /// The entry of a JSON Lines record that holds its text.
    #[serde(default = "text")]
    text_field: String,
    /// The entry of a JSON Lines record that holds its embedding, a list of numbers.
    #[serde(default = "vector")]
    vector_field: String,
    /// The embedding of the query. With it, records go by likeness to it and by words together (reciprocal rank fusion).
    #[serde(default)]
    query_vector: Option<Vec<f64>>,
}

fn five() -> usize {
    5
}

fn thousand() -> usize {
    1000
}

fn text() -> String {
    "text".into()
}

fn vector() -> String {
    "vector".into()
}

impl WaitingTool for TextSearch {
    const NAME: &'static str = "text.search";
    const SUMMARY: &'static str = "Finds the passages of local files that fit a query best (BM25, or embeddings): a list of `text`, `source`, `line`, `position` and `score`.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "query: When does the museum open?\npath: docs\ntop: 1",
        gives: r##"[{"text":"# Opening hours\n\nThe museum opens at nine and closes at six. On Mondays it stays closed.","source":"docs/opening-hours.md","line":1,"position":0,"score":1.2887}]"##,
    });
    const EFFECT: Effect = Effect::Reads;
    const LOCAL: bool = true;
    type Inputs = Inputs;

    fn call<'a>(&'a self, inputs: Inputs, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        let (indexes, files) = (Arc::clone(&self.indexes), Arc::clone(&context.files));
        async move {
            // Reading and indexing a folder may take a while; other rows go on meanwhile.
            let searched = tokio::task::spawn_blocking(move || {
                let Inputs {
                    query,
                    path,
                    top,
                    endings,
                    chunk_size,
                    chunk_overlap,
                    text_field,
                    vector_field,
                    query_vector,
                } = inputs;
                if query.trim().is_empty() && query_vector.is_none() {
                    return Err(ToolError::input("query", "must not be blank unless there is a `query_vector`"));
                }
                let source = Source { path, endings, chunk_size, chunk_overlap, text_field, vector_field };
                let index = indexes.of(source, &files)?;
                let found = index.search(&query, query_vector.as_deref(), top)?;
                Ok(Value::list(found.into_iter().map(Found::into_value)))
            });
            searched.await.map_err(|_| ToolError::failed("the search broke off"))?
        }
        .boxed()
    }
}
