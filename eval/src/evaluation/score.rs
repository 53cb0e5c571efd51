//! The entries of `score`.

use std::sync::Arc;

use flow_core::diag::Code;
use flow_core::doc::Report;
use flow_core::source::Span;
use flow_core::value::{Map, Value};
use flow_core::yaml::{Entry, Node};

use super::file::mapped;
use super::flow_entry;
use super::flow_score::FlowScore;
use super::human::Human;
use crate::mapping::Mapping;
use crate::score::{Built, Direction, Judgement, Needs, Registry, Threshold, Unit};

/// A score of each row.
#[derive(Debug)]
pub struct ScoreEntry {
    /// What it is called.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// What scores.
    pub scorer: ScoredBy,
    /// What becomes of its scores.
    pub judgement: Judgement,
    /// Where its inputs come from.
    pub inputs: Mapping,
    /// What it counts for within its group.
    pub weight: f64,
    /// The group whose score it is part of.
    pub group: Option<Arc<str>>,
    /// Whether it is one of the judges whose scores another one puts together.
    pub is_part: bool,
    /// The labels by people that it is held against.
    pub human: Option<Human>,
}

/// What scores.
#[derive(Debug)]
pub enum ScoredBy {
    /// A metric.
    Metric(Built),
    /// A flow.
    Flow(FlowScore),
    /// The judges that stand before it.
    Panel(Panel),
    /// The two scores that stand before it: of a flow that prefers one of two answers, asked in both orders.
    BothOrders,
}

/// Several judges of the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel {
    /// How many entries before this one are its judges.
    pub judges: usize,
    /// What their values count.
    pub unit: Unit,
    /// The least value and the greatest.
    pub scale: Option<(f64, f64)>,
    /// Which values are better.
    pub better: Direction,
}

impl ScoreEntry {
    fn unit(&self) -> Unit {
        match &self.scorer {
            ScoredBy::Metric(metric) => metric.spec.unit,
            ScoredBy::Flow(flow) => flow.unit(),
            ScoredBy::Panel(panel) => panel.unit,
            ScoredBy::BothOrders => Unit::Fraction,
        }
    }

    fn direction(&self) -> Direction {
        match &self.scorer {
            ScoredBy::Metric(metric) => metric.spec.direction,
            ScoredBy::Flow(flow) => flow.better,
            ScoredBy::Panel(panel) => panel.better,
            ScoredBy::BothOrders => Direction::Higher,
        }
    }

    fn scale(&self) -> Option<(f64, f64)> {
        match &self.scorer {
            ScoredBy::Metric(_) | ScoredBy::BothOrders => None,
            ScoredBy::Flow(flow) => flow.scale,
            ScoredBy::Panel(panel) => panel.scale,
        }
    }

    /// The values that labels may have, where there is a scale.
    pub(super) fn label_scale(&self) -> Option<(f64, f64)> {
        self.scale().or_else(|| (self.unit() == Unit::Fraction).then_some((0.0, 1.0)))
    }

    /// Whether flows score, and it is no order of a pair, of which people label what both say together.
    pub(super) fn judges(&self) -> bool {
        match &self.scorer {
            ScoredBy::Metric(_) => false,
            ScoredBy::Flow(flow) => flow.pair.is_none(),
            ScoredBy::Panel(_) | ScoredBy::BothOrders => true,
        }
    }

    /// The flow that scores, if one does.
    #[must_use]
    pub fn flow(&self) -> Option<&FlowScore> {
        match &self.scorer {
            ScoredBy::Flow(flow) => Some(flow),
            ScoredBy::Metric(_) | ScoredBy::Panel(_) | ScoredBy::BothOrders => None,
        }
    }
}

/// What each row has a number of: a score, or a group of scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What it is called.
    pub name: Arc<str>,
    /// What its values count.
    pub unit: Unit,
    /// Which of them are better.
    pub direction: Direction,
    /// The least value and the greatest, where a judge has a scale.
    pub scale: Option<(f64, f64)>,
    /// How many measures before this one are the judges that it puts together.
    pub judges: usize,
    /// Whether those two are a preference in both orders.
    pub is_preference: bool,
    /// Whether another measure puts it together with others.
    pub is_part: bool,
}

impl Measure {
    /// The least value and the greatest that there can be, where there are such.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        match self.unit {
            Unit::Fraction => Some((0.0, 1.0)),
            Unit::Cosine if self.scale.is_none() => Some((-1.0, 1.0)),
            _ => self.scale,
        }
    }

    /// The scores in their order, and behind them the groups as they are first named.
    #[must_use]
    pub fn of(scores: &[ScoreEntry]) -> Vec<Self> {
        let single = |score: &ScoreEntry| Self {
            name: Arc::clone(&score.name),
            unit: score.unit(),
            direction: score.direction(),
            scale: score.scale(),
            judges: match &score.scorer {
                ScoredBy::Panel(panel) => panel.judges,
                ScoredBy::BothOrders => 2,
                ScoredBy::Metric(_) | ScoredBy::Flow(_) => 0,
            },
            is_preference: matches!(score.scorer, ScoredBy::BothOrders),
            is_part: score.is_part,
        };
        let mut measures: Vec<Self> = scores.iter().map(single).collect();
        for (position, score) in scores.iter().enumerate() {
            let Some(name) = &score.group else { continue };
            let is_member = |other: &&ScoreEntry| other.group.as_ref() == Some(name);
            if !scores[..position].iter().any(|other| is_member(&other)) {
                // A mean of fractions is a fraction; one of other numbers counts nothing that has a name.
                let fractions = scores.iter().filter(is_member).all(|score| score.unit() == Unit::Fraction);
                let unit = if fractions { Unit::Fraction } else { Unit::Free };
                let (name, direction) = (Arc::clone(name), score.direction());
                measures.push(Self {
                    name,
                    unit,
                    direction,
                    scale: None,
                    judges: 0,
                    is_preference: false,
                    is_part: false,
                });
            }
        }
        measures
    }
}

const KEYS: &[&str] =
    &["embedded", "name", "metric", "type", "inputs", "threshold", "not", "weight", "group", "value", "with", "human"];

/// The scores of an entry: one, but where several judges score.
pub(super) fn read(node: &Node, registry: &Registry, report: &mut Report) -> Vec<ScoreEntry> {
    let is_flow = node.as_mapping().is_some_and(|mapping| mapping.get("flow").is_some());
    if is_flow {
        flow_entry::read(node, None, report)
    } else if let Some(name) = embedding_metric(node, registry) {
        flow_entry::read(node, Some(name), report)
    } else {
        metric(node, registry, report).into_iter().collect()
    }
}

/// The metric as it is written, if it compares texts by their embeddings, for which a model has to be asked: a flow does that.
fn embedding_metric<'n>(node: &'n Node, registry: &Registry) -> Option<&'n Arc<str>> {
    let mapping = node.as_mapping()?;
    let is_embedded = mapping.get("embedded").is_some_and(|entry| entry.value.to_value() == Value::Bool(true));
    let name = &mapping.get("metric").or_else(|| mapping.get("type"))?.value.as_scalar()?.text;
    let built = registry.build(name, &Map::new()).ok()?;
    // Other measures than the cosine are for vectors that are there.
    let is_cosine = !name.contains("euclidean") && mapping.get("measure").is_none() && mapping.get("with").is_none();
    (built.spec.needs != Needs::Nothing && is_cosine && !is_embedded).then_some(name)
}

fn metric(node: &Node, registry: &Registry, report: &mut Report) -> Option<ScoreEntry> {
    let Some(mapping) = node.as_mapping() else {
        let message = format!("a score is a mapping such as `{{ metric: exact_match }}`, here it is {}", node.shape());
        report.error(Code::WrongShape, node.span, message, "write `- metric: exact_match`");
        return None;
    };
    let text = |key: &str| mapping.get(key).and_then(|entry| Some((&entry.value.as_scalar()?.text, entry.value.span)));
    let Some((metric, metric_span)) = text("metric").or_else(|| text("type")) else {
        let names: Vec<&str> = registry.entries().map(|entry| entry.spec.name).collect();
        let help = format!("the metrics are {}", names.join(", "));
        report.error(Code::MissingKey, node.span, "the score has no `metric`", help);
        return None;
    };
    let mut parameters = parameters(mapping.get("with"), mapping.entries.iter(), report);
    // promptfoo's way to write what is expected: of some metrics an input, of others a parameter.
    let role = registry.find(metric).ok().and_then(|(entry, _)| Some((entry.spec.value?, entry.spec.inputs)));
    let value = mapping.get("value").map(|entry| {
        let (name, inputs) = role.unwrap_or(("expected", &[]));
        (Arc::from(name), &entry.value, inputs.iter().any(|input| input.name == name))
    });
    if let Some((name, node, false)) = &value {
        parameters.insert(Arc::clone(name), node.to_value());
    }
    let scorer = match registry.build(metric, &parameters) {
        Ok(scorer) => scorer,
        Err(error) => {
            let span =
                mapping.entries.iter().find(|entry| error.to_string().contains(&format!("`{}`", entry.key.text)));
            let span = span.map_or(metric_span, |entry| entry.key.span);
            let help = error.help().map_or_else(|| "see `flow eval --metrics`".to_owned(), str::to_owned);
            report.error(Code::InvalidValue, span, error.to_string(), help);
            return None;
        }
    };
    if scorer.spec.needs != Needs::Nothing && !flag("embedded", mapping.get("embedded"), report) {
        let message = format!("`{}` asks an embedding model only for cosines", scorer.spec.name);
        let help = "embed in the flow, give the vectors as inputs, and write `embedded: true`";
        report.error(Code::InvalidValue, metric_span, message, help);
        return None;
    }
    let given = mapping.get("inputs").and_then(|entry| entry.value.as_mapping());
    let given = given.map(|mapping| &*mapping.entries).unwrap_or_default().iter();
    let value = value.filter(|(_, _, is_input)| *is_input).map(|(name, node, _)| (name, node.to_value(), node.span));
    let given = given.map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value(), entry.value.span));
    let entries: Vec<(Arc<str>, Value, Span)> = given.chain(value).collect();
    check_inputs(&scorer, &entries, node.span, report);
    let inputs = Mapping::of(mapped(entries.into_iter(), report));
    let threshold = mapping.get("threshold").and_then(|entry| {
        let threshold = Threshold::read(&entry.value.to_value(), &scorer.spec);
        threshold
            .map_err(|error| {
                let help = format!("values of `{}` count {}", scorer.spec.name, scorer.spec.unit.words());
                report.error(Code::InvalidValue, entry.value.span, format!("the threshold {error}"), help);
            })
            .ok()
    });
    let not = flag("not", mapping.get("not"), report) ^ scorer.negated;
    let weight = mapping.get("weight").map_or(Some(1.0), |entry| {
        let weight = entry.value.to_value().as_float().filter(|weight| *weight >= 0.0 && weight.is_finite());
        if weight.is_none() {
            report.error(Code::InvalidValue, entry.value.span, "a weight is a number from 0", "write `weight: 2`");
        }
        weight
    });
    Some(ScoreEntry {
        name: text("name").map_or_else(|| Arc::clone(metric), |(name, _)| Arc::clone(name)),
        span: node.span,
        judgement: Judgement::new(&scorer.spec, threshold, not),
        scorer: ScoredBy::Metric(scorer),
        inputs,
        weight: weight?,
        group: text("group").map(|(group, _)| Arc::clone(group)),
        is_part: false,
        human: mapping.get("human").and_then(|entry| Human::read(entry, report)),
    })
}

/// The parameters: what stands below `with`, and keys beside it that are no others.
fn parameters<'e>(with: Option<&Entry>, beside: impl Iterator<Item = &'e Entry>, report: &mut Report) -> Map {
    let mut parameters: Map = beside
        .filter(|entry| !KEYS.contains(&&*entry.key.text))
        .map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value()))
        .collect();
    if let Some(entry) = with {
        match entry.value.as_mapping() {
            Some(mapping) => {
                let inside = mapping.entries.iter();
                parameters.extend(inside.map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value())));
            }
            None => {
                let help = "write `with: { tolerance: 0.1 }`";
                report.error(Code::WrongShape, entry.value.span, "`with` takes the metric's parameters", help);
            }
        }
    }
    parameters
}

/// Inputs that the scorer lacks or does not know.
fn check_inputs(scorer: &Built, given: &[(Arc<str>, Value, Span)], place: Span, report: &mut Report) {
    // An expression reads whatever it names.
    let is_open = scorer.spec.inputs.is_empty() && !scorer.scorer.reads().is_empty();
    for input in scorer.spec.inputs.iter().filter(|input| input.required) {
        if !given.iter().any(|(name, _, _)| **name == *input.name) {
            let message =
                format!("the metric `{}` needs the input `{}`: {}", scorer.spec.name, input.name, input.summary);
            let help = format!("add it to `inputs`, for example `{}: \"${{run.outputs.NAME}}\"`", input.name);
            report.error(Code::MissingKey, place, message, help);
        }
    }
    for (name, _, span) in given {
        let is_known = scorer.spec.inputs.iter().any(|input| *input.name == **name);
        if !is_known && !is_open {
            let known = scorer.spec.inputs.iter().map(|input| input.name);
            let help = flow_core::diag::did_you_mean(name, known.clone())
                .unwrap_or_else(|| format!("its inputs are {}", known.collect::<Vec<_>>().join(", ")));
            let message = format!("the metric `{}` has no input `{name}`", scorer.spec.name);
            report.error(Code::UnknownKey, *span, message, help);
        }
    }
}

fn flag(key: &str, entry: Option<&Entry>, report: &mut Report) -> bool {
    let Some(entry) = entry else { return false };
    let flag = entry.value.as_scalar().and_then(|scalar| scalar.value.as_bool());
    if flag.is_none() {
        let help = format!("write `{key}: true`");
        report.error(Code::WrongShape, entry.value.span, format!("`{key}` takes true or false"), help);
    }
    flag.unwrap_or(false)
}
