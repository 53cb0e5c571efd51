//! What a row asks of the cache: which of its calls are the same, and how each is known.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::key::{digits, short};
use super::{CacheKey, NodeCache};
use crate::model::{CallParts, Model, ModelRequest};
use crate::template::Template;
use crate::value::Value;

/// The keys of a body that hold what is asked, rather than how.
const CONTENT: &[&str] = &["messages", "prompt", "input", "instructions"];
/// How an answer comes is no part of it: whole and in pieces it is the same.
const DELIVERY: &[&str] = &["stream", "stream_options"];

/// The cache as one repetition of one row sees it.
#[derive(Debug)]
pub struct RowCache {
    cache: Arc<NodeCache>,
    repeat: u32,
    /// How often each call was wished for.
    seen: Mutex<HashMap<CacheKey, u32>>,
}

/// A call of a model that is wished for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The node; inside of a sub-flow behind the calling node's.
    pub node: &'a str,
    /// Who is asked.
    pub model: &'a dyn Model,
    /// What.
    pub request: &'a ModelRequest,
    /// The prompt that it was made of.
    pub prompt: Option<&'a Template>,
    /// The node's inputs, without parameters of the request.
    pub inputs: &'a [(&'a str, &'a Value)],
}

/// What a call is known by.
#[derive(Debug, Clone)]
pub struct KnownCall {
    /// What its answer is found by.
    pub key: CacheKey,
    /// What the key was made of.
    pub parts: Arc<CallParts>,
}

impl RowCache {
    /// The cache for a repetition, from 0, of a row.
    #[must_use]
    pub fn new(cache: Arc<NodeCache>, repeat: u32) -> Self {
        Self { cache, repeat, seen: Mutex::default() }
    }

    /// The cache itself.
    #[must_use]
    pub fn cache(&self) -> &NodeCache {
        &self.cache
    }

    /// What a call of a model is known by; `None` where it is not to be kept. Each wish counts: of equal calls of a row the n-th gets what
    /// the n-th of another row got, so that they stay so many samples.
    #[must_use]
    pub fn know(&self, wish: Wish<'_>) -> Option<KnownCall> {
        let identity = wish.model.identity().filter(|_| wish.model.is_billed() || self.cache.keeps_free())?;
        let request = wish.request;
        let api = request.api.name();
        let mut content = Vec::with_capacity(1024);
        let mut told = Vec::with_capacity(128);
        let mut parameters = BTreeMap::from([("api".to_owned(), short(api.as_bytes()))]);
        for (name, value) in request.body.iter().filter(|(name, _)| !is(DELIVERY, name)) {
            let text = if is(CONTENT, name) { &mut content } else { &mut told };
            let start = text.len();
            // A body is a mapping of texts, so it can always be written.
            let _ = serde_json::to_writer(&mut *text, &(name, value));
            if !is(CONTENT, name) {
                parameters.insert(name.clone(), short(&told[start..]));
            }
        }
        let identity = identity.as_bytes();
        let node = wish.node.as_bytes();
        let base = CacheKey::of([b"model", node, identity, api.as_bytes(), request.model.as_bytes(), &told, &content]);
        let occurrence = self.count(base);
        let key = base.nth(self.repeat, occurrence);
        let parts = CallParts {
            key: digits(key.bytes(), 8),
            prompt: wish.prompt.map(|prompt| prompt.digest().to_owned()),
            connection: short(identity),
            parameters,
            inputs: wish.inputs.iter().map(|(name, value)| ((*name).to_owned(), of_value(value))).collect(),
            content: short(&content),
            occurrence,
        };
        Some(KnownCall { key, parts: Arc::new(parts) })
    }

    /// What a call of a tool is known by: the tool's name, where it asks, and what.
    #[must_use]
    pub fn know_tool(&self, node: &str, tool: &str, identity: &str, inputs: &Value) -> CacheKey {
        let text = serde_json::to_vec(inputs).unwrap_or_default();
        let base = CacheKey::of([b"tool", node.as_bytes(), identity.as_bytes(), tool.as_bytes(), &text]);
        base.nth(self.repeat, self.count(base))
    }

    fn count(&self, base: CacheKey) -> u32 {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(base).or_default();
        *count += 1;
        *count - 1
    }
}

fn is(names: &[&str], name: &str) -> bool {
    names.contains(&name)
}

fn of_value(value: &Value) -> String {
    short(&serde_json::to_vec(value).unwrap_or_default())
}
