//! A flow as it is served, and requests as they run: one row each, through the same executor as everywhere.

mod running;
mod spoken;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::plan::{Plan, PlanOutput};
use flow_core::run::{Digest, Manifest};
use flow_core::value::Map;

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
    /// What its requests are kept under, where they are kept.
    pub identity: Option<Arc<EndpointIdentity>>,
}

/// What tells one edit of a flow from another.
#[derive(Debug, Clone)]
pub struct EndpointIdentity {
    /// The manifest of its runs, without an id and a time.
    pub manifest: Manifest,
    /// The texts of its prompts, by their digests.
    pub prompts: BTreeMap<Digest, String>,
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

/// An endpoint, and which of its variants answers a request.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) variant: usize,
}

impl Taken {
    pub(crate) fn variant(&self) -> &EndpointVariant {
        &self.endpoint.variants[self.variant]
    }

    /// What runs.
    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.variant().flow.plan
    }
}

impl Endpoint {
    /// The variant that answers, for a number from 0 to 1 that is drawn for a request or stands for whoever sends it.
    #[must_use]
    pub fn pick(&self, drawn: f64) -> usize {
        let answers = || self.variants.iter().enumerate().filter(|(_, variant)| variant.weight > 0.0);
        let mut left = drawn * answers().map(|(_, variant)| variant.weight).sum::<f64>();
        for (position, variant) in answers() {
            left -= variant.weight;
            if left < 0.0 {
                return position;
            }
        }
        // Rounding may leave a crumb; and a flow whose variants all have no weight is answered by the first.
        answers().next_back().map_or(0, |(position, _)| position)
    }

    /// What runs, in the first variant.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.flow().plan
    }

    /// The flow in the first variant.
    #[must_use]
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

    /// What of a flow's outputs goes out.
    pub(crate) fn visible(&self, plan: &Plan, outputs: &Map) -> Map {
        if plan.has_open_outputs() {
            let goes =
                |name: &str| self.included.as_ref().is_none_or(|included| included.iter().any(|known| known == name));
            let all = outputs.iter().filter(|(name, _)| goes(name));
            return all.map(|(name, value)| (Arc::clone(name), value.clone())).collect();
        }
        let names = self.of(plan).map(|output| &output.name);
        names.filter_map(|name| Some((Arc::clone(name), outputs.get(name)?.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use flow_core::connection::{Connections, Environment};
    use flow_core::engine::{Engine, LoadOptions};

    use super::*;

    fn endpoint(weights: &[f64]) -> Endpoint {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("flow.yaml"), "inputs: {}\noutputs: {}\nnodes: []\n").expect("a file");
        let connections = Connections::of_environment(Arc::new(Environment::default()), folder.path());
        let loaded = Engine::default().load(folder.path(), &connections, &LoadOptions::default());
        let flow = loaded.flow.expect("it is a flow");
        let variant =
            |weight: &f64| EndpointVariant { label: "one".into(), flow: flow.clone(), weight: *weight, shadow: false };
        Endpoint { name: "one".into(), variants: weights.iter().map(variant).collect(), sample: None, identity: None }
    }

    #[test]
    fn variants_get_their_share() {
        let endpoint = endpoint(&[3.0, 0.0, 1.0]);
        let picked: Vec<usize> = (0..1000).map(|number| endpoint.pick(f64::from(number) / 1000.0)).collect();
        assert_eq!([0, 1, 2].map(|variant| picked.iter().filter(|picked| **picked == variant).count()), [750, 0, 250]);
        assert_eq!(endpoint.pick(1.0), 2);
        assert_eq!(self::endpoint(&[0.0]).pick(0.5), 0);
    }
}
