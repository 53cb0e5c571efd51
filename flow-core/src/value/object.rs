use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::Map;

/// A value of another world, such as an instance of a class of a Python node: later nodes may look at its attributes,
/// templates print it, but it is no data, so that a flow cannot give it out.
#[derive(Clone)]
pub struct Object {
    /// The name of its class, or what else it is: `Answer`, `set`, `datetime.date`.
    pub class: Arc<str>,
    /// How it prints.
    pub text: Arc<str>,
    /// Its attributes.
    pub attributes: Map,
    /// What made it keeps here what it needs to get it back as it was.
    pub inner: Option<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Object").field("class", &self.class).field("text", &self.text).finish_non_exhaustive()
    }
}

/// Two objects are equal that print the same and have the same attributes.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.class == other.class && self.text == other.text && self.attributes == other.attributes
    }
}
