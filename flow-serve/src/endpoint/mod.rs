//! A flow as it is served, and requests as they run: one row each, through the same executor as everywhere.

mod running;
mod spoken;
mod state;

use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::plan::{Plan, PlanOutput};

pub use running::OnDisconnect;
pub(crate) use running::{Ended, Running, Work, start};
pub(crate) use spoken::Spoken;
pub(crate) use state::RowState;

/// A flow as it is served. Immutable: an edit of its files makes another one, and requests that run keep theirs.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The name under which it is served.
    pub name: Arc<str>,
    /// Its variants, at least one; the first is the one that pages and documents show.
    pub variants: Vec<EndpointVariant>,
    /// An example of its inputs, from `samples.json` beside it.
    pub sample: Option<serde_json::Value>,
}

/// A variant of a flow as it is served.
#[derive(Debug, Clone)]
pub struct EndpointVariant {
    /// What it is called: its selection, or `base`.
    pub label: Arc<str>,
    /// The flow in this variant.
    pub flow: Flow,
    /// Its share of the requests, compared with the others'; 0 for one that is only run beside another.
    pub weight: f64,
    /// Whether it runs beside each request whose answer another variant gives, so that they can be compared.
    pub shadow: bool,
}

impl Endpoint {
    /// What runs, in the first variant.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.flow().plan
    }

    /// The flow in the first variant.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "an endpoint is made with a variant")]
    pub fn flow(&self) -> &Flow {
        &self.variants[0].flow
    }
}

/// Which outputs go out.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The outputs that go out, of whatever kind; by default all but those that are for evaluation alone.
    pub included: Option<Vec<String>>,
}

impl Shown {
    /// Whether an output goes out.
    pub(crate) fn shows(&self, output: &PlanOutput) -> bool {
        match &self.included {
            Some(included) => included.iter().any(|name| **name == *output.name),
            None => !output.evaluation_only,
        }
    }

    /// The outputs that go out.
    pub(crate) fn of<'p>(&'p self, plan: &'p Plan) -> impl Iterator<Item = &'p PlanOutput> {
        plan.outputs.iter().filter(|output| self.shows(output))
    }
}
