use std::sync::Arc;

use super::Parameter;
use crate::ty::Ty;

/// What code says of the function or the class that a flow names.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// What instances of the class are made with.
    pub init: Vec<Parameter>,
    /// What is given to each call. One without an annotation takes [`Ty::Any`].
    pub parameters: Vec<Parameter>,
    /// Whether it takes inputs of any name beside these.
    pub takes_any: bool,
    /// What comes back, by name, where the code tells.
    pub outputs: Option<Vec<(Arc<str>, Ty)>>,
    /// The parameter of the method that sums up all rows, where the class has one.
    pub aggregated: Option<Arc<str>>,
}
