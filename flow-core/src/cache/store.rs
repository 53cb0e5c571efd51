use std::fmt;
use std::sync::Arc;

use super::CacheKey;
use crate::model::PastCall;

/// A call that ended well, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The node that asked; inside of a sub-flow behind the calling node's.
    pub node: Arc<str>,
    /// The model that was asked, or the tool.
    pub model: Arc<str>,
    /// What came of it, and what it took.
    pub call: PastCall,
}

/// Where answers are kept. Several processes may share one store.
pub trait CacheStore: fmt::Debug + Send + Sync {
    /// What is kept under a key; what was put is there at once.
    fn get(&self, key: &CacheKey) -> Option<Arc<Kept>>;

    /// Keeps an answer. Where there is one already it stays, unless the new one replaces it.
    fn put(&self, key: CacheKey, kept: Arc<Kept>, replaces: bool);

    /// Why it keeps nothing any more, in words.
    fn trouble(&self) -> Option<String>;

    /// Waits until all that was put is kept. Nothing is kept after that.
    fn close(&self);
}
