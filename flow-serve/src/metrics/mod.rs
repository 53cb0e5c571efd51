//! What a server counts and measures, for Prometheus. Base units; nothing of what users say is in a label.

mod labels;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flow_core::exec::NodeStatus;
use flow_core::run::CallEntry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::endpoint::Ended;
use labels::{Flow, FlowNode, Model, ModelStatus, Reason, Reload, Request, Route, TokenType};

/// The media type of the text.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Models that labels tell apart. A flow may take its model from its caller, who must not make labels without end.
const MODELS: usize = 100;
/// In seconds.
const BUCKETS: [f64; 16] =
    [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];
/// In seconds, of what flow itself takes.
const FINE_BUCKETS: [f64; 12] = [0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0];

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// The counters and measures of a server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Durations<Route>,
    overhead: Durations<Flow>,
    queue_wait: Durations<Flow>,
    first_chunk: Durations<Flow>,
    shed: Family<Reason, Counter>,
    connections: Gauge,
    in_flight: Gauge,
    queued: Gauge,
    nodes: Durations<FlowNode>,
    calls: Family<ModelStatus, Counter>,
    retries: Family<Model, Counter>,
    tokens: Family<TokenType, Counter>,
    cost: Family<Model, Counter<f64, std::sync::atomic::AtomicU64>>,
    not_kept: Family<Flow, Counter>,
    reloads: Family<Reload, Counter>,
    models: Mutex<HashSet<String>>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        fn coarse() -> Histogram {
            Histogram::new(BUCKETS)
        }
        fn fine() -> Histogram {
            Histogram::new(FINE_BUCKETS)
        }
        let mut metrics = Self {
            registry: Registry::with_prefix("flow"),
            requests: Family::default(),
            durations: Family::new_with_constructor(coarse),
            overhead: Family::new_with_constructor(fine),
            queue_wait: Family::new_with_constructor(fine),
            first_chunk: Family::new_with_constructor(coarse),
            shed: Family::default(),
            connections: Gauge::default(),
            in_flight: Gauge::default(),
            queued: Gauge::default(),
            nodes: Family::new_with_constructor(coarse),
            calls: Family::default(),
            retries: Family::default(),
            tokens: Family::default(),
            cost: Family::default(),
            not_kept: Family::default(),
            reloads: Family::default(),
            models: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("http_requests", "Requests that were answered", self.requests.clone());
        let help = "From a request to the head of its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.durations.clone());
        let help = "Time of a request in which no call of a model was under way";
        registry.register_with_unit("overhead", help, Unit::Seconds, self.overhead.clone());
        let help = "Time in which a request waited for a place";
        registry.register_with_unit("queue_wait", help, Unit::Seconds, self.queue_wait.clone());
        let help = "From a request to the first piece of an answer that streams";
        registry.register_with_unit("time_to_first_chunk", help, Unit::Seconds, self.first_chunk.clone());
        registry.register("shed", "Requests that were sent away", self.shed.clone());
        registry.register("open_connections", "Connections that are open", self.connections.clone());
        registry.register("keep_failures", "Requests that could not be kept", self.not_kept.clone());
        registry.register("reloads", "Edits of flows that were read", self.reloads.clone());
        registry.register("inflight_requests", "Requests that run", self.in_flight.clone());
        registry.register("queue_depth", "Requests that wait for a place", self.queued.clone());
        registry.register_with_unit("node_duration", "Time of a node", Unit::Seconds, self.nodes.clone());
        registry.register("llm_requests", "Calls of models", self.calls.clone());
        registry.register("llm_retries", "Requests to models beyond the first of a call", self.retries.clone());
        registry.register("llm_tokens", "Tokens of models", self.tokens.clone());
        registry.register("llm_cost_dollars", "What calls cost, as far as prices are known", self.cost.clone());
    }

    /// These flows are served. What an alert waits for is there from the beginning, at zero: a counter that begins at one has not risen.
    pub(crate) fn serves<'a>(&self, flows: impl Iterator<Item = &'a str>) {
        for flow in flows {
            drop(self.not_kept.get_or_create(&Flow { flow: flow.to_owned() }));
            for result in ["served", "refused"] {
                drop(self.reloads.get_or_create(&Reload { flow: flow.to_owned(), result }));
            }
        }
        for reason in ["key", "limit", "origin", "queue", "shadow"] {
            drop(self.shed.get_or_create(&Reason { reason }));
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, route: &str, method: &str, code: u16, elapsed: Duration) {
        let method = labels::method(method);
        self.requests.get_or_create(&Request { route: route.to_owned(), method, code }).inc();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(elapsed.as_secs_f64());
    }

    /// A request waited for its place.
    pub(crate) fn waited(&self, flow: &str, elapsed: Duration) {
        self.queue_wait.get_or_create(&Flow { flow: flow.to_owned() }).observe(elapsed.as_secs_f64());
    }

    /// The first piece of an answer was there.
    pub(crate) fn began(&self, flow: &str, elapsed: Duration) {
        self.first_chunk.get_or_create(&Flow { flow: flow.to_owned() }).observe(elapsed.as_secs_f64());
    }

    /// A request was sent away.
    pub(crate) fn shed(&self, reason: &'static str) {
        self.shed.get_or_create(&Reason { reason }).inc();
    }

    /// A request has run.
    pub(crate) fn ran(&self, flow: &str, ended: &Ended) {
        let overhead = ended.result.elapsed.saturating_sub(ended.calling);
        self.overhead.get_or_create(&Flow { flow: flow.to_owned() }).observe(overhead.as_secs_f64());
        for node in ended.result.nodes.iter().filter(|node| !node.at.node.contains('/')) {
            let status = match &node.status {
                NodeStatus::Finished(_) => "completed",
                NodeStatus::Failed { .. } => "failed",
                NodeStatus::Stopped => "stopped",
                NodeStatus::Bypassed(_) => continue,
            };
            let label = FlowNode { flow: flow.to_owned(), node: node.at.node.to_string(), status };
            self.nodes.get_or_create(&label).observe(node.elapsed.as_secs_f64());
        }
        for call in &ended.calls {
            self.called(call);
        }
    }

    fn called(&self, call: &CallEntry) {
        let (provider, model) = (call.provider.clone(), self.model(&call.model));
        let status = call.error.as_ref().map_or_else(|| "ok".to_owned(), |error| error.code.clone());
        self.calls.get_or_create(&ModelStatus { provider: provider.clone(), model: model.clone(), status }).inc();
        let label = Model { provider: provider.clone(), model: model.clone() };
        if call.attempts > 1 {
            self.retries.get_or_create(&label).inc_by(u64::from(call.attempts - 1));
        }
        let cost = f64::try_from(call.usage.cost.known).unwrap_or_default();
        if cost > 0.0 {
            self.cost.get_or_create(&label).inc_by(cost);
        }
        for (kind, tokens) in [("input", call.usage.prompt_tokens), ("output", call.usage.completion_tokens)] {
            let label = TokenType { provider: provider.clone(), model: model.clone(), r#type: kind };
            self.tokens.get_or_create(&label).inc_by(tokens);
        }
    }

    /// The model as a label.
    fn model(&self, name: &str) -> String {
        let mut known = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MODELS {
            known.insert(name.to_owned());
        }
        if known.contains(name) { name.to_owned() } else { "other".to_owned() }
    }

    /// An edit of a flow is served, or cannot be.
    pub(crate) fn reloaded(&self, flow: &str, is_served: bool) {
        let result = if is_served { "served" } else { "refused" };
        self.reloads.get_or_create(&Reload { flow: flow.to_owned(), result }).inc();
    }

    /// A request could not be kept.
    pub(crate) fn not_kept(&self, flow: &str) {
        self.not_kept.get_or_create(&Flow { flow: flow.to_owned() }).inc();
    }

    /// All of it as text.
    pub(crate) fn text(&self, connections: usize, in_flight: usize, queued: usize) -> String {
        for (gauge, count) in [(&self.connections, connections), (&self.in_flight, in_flight), (&self.queued, queued)] {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}
