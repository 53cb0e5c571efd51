//! What a configuration says, apart from how it is written.

use std::sync::Arc;

use flow_core::source::Span;
use flow_core::value::{Map, Value};

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) description: Option<String>,
    pub(super) prompts: Vec<Prompt>,
    pub(super) providers: Vec<Provider>,
    /// A row each, lists of variables expanded.
    pub(super) cases: Vec<Case>,
    /// How often each row is run.
    pub(super) repeat: Option<i64>,
}

/// A prompt.
#[derive(Debug, Clone)]
pub(super) struct Prompt {
    /// What its variant is called.
    pub(super) name: String,
    /// What promptfoo calls it, by which providers name it.
    pub(super) label: String,
    /// Its template, with headers of roles.
    pub(super) template: String,
    pub(super) span: Span,
}

/// A provider.
#[derive(Debug, Clone)]
pub(super) struct Provider {
    /// What its variant is called.
    pub(super) name: String,
    pub(super) connection: &'static str,
    /// Fields of its connection beyond the usual.
    pub(super) fields: Vec<(&'static str, String)>,
    /// `completion` or `responses`, where it is not `chat`.
    pub(super) api: Option<&'static str>,
    /// Inputs of the LLM node: the model and its parameters.
    pub(super) settings: Vec<(String, Value)>,
    /// The prompts that it is asked with, where not with all.
    pub(super) prompts: Option<Vec<String>>,
}

/// A test: a row of the data.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) description: Option<String>,
    pub(super) vars: Map,
    pub(super) metadata: Vec<(Arc<str>, Value)>,
    pub(super) asked: Vec<Asked>,
    /// The least mean of its assertions that passes.
    pub(super) threshold: Option<f64>,
    pub(super) span: Span,
}

/// What a row is asked: an assertion that could be carried over.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// A metric.
    Check(Check),
    /// Several as one.
    Set { name: Option<String>, weight: f64, threshold: Option<f64>, checks: Vec<Check> },
    /// A model judges it.
    Judge(Judge),
}

/// A metric with what it expects.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    /// The metric, `not-` before it where its verdict is turned around.
    pub(super) metric: String,
    /// promptfoo's `metric`.
    pub(super) name: Option<String>,
    pub(super) value: Option<Value>,
    /// In the unit of the metric.
    pub(super) threshold: Option<f64>,
    pub(super) weight: f64,
    /// Parameters of the metric.
    pub(super) parameters: Vec<(&'static str, Value)>,
}

/// A question to a flow that judges.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judge {
    /// The evaluator that ships with the program.
    pub(super) evaluator: &'static str,
    pub(super) name: Option<String>,
    /// Its inputs beside the answer.
    pub(super) inputs: Vec<(&'static str, Value)>,
    pub(super) threshold: f64,
    pub(super) negated: bool,
    pub(super) weight: f64,
    pub(super) connection: Option<String>,
    pub(super) model: Option<String>,
}

impl Asked {
    /// How many assertions it stands for.
    pub(super) fn count(&self) -> usize {
        match self {
            Asked::Check(_) | Asked::Judge(_) => 1,
            Asked::Set { checks, .. } => checks.len(),
        }
    }
}

/// A name in which there are only letters, digits, `_`, `-` and `.`, shorter than a line.
pub(super) fn slug(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut name = String::new();
    for sign in text.trim().chars() {
        if name.chars().count() >= LONGEST {
            break;
        }
        if sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-') {
            name.push(sign);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_matches(['_', '.', '-']).to_owned()
}

/// The name, or one with a number behind it that is not taken yet.
pub(super) fn unused(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    let mut number = 2_usize;
    while is_taken(&format!("{name}_{number}")) {
        number += 1;
    }
    format!("{name}_{number}")
}

impl Prompt {
    /// Puts texts before and behind what the user says.
    pub(super) fn frame(&mut self, prefix: &str, suffix: &str) {
        const HEADER: &str = "user:\n";
        let start = self.template.rfind(HEADER).map_or(0, |at| at + HEADER.len());
        let (head, body) = self.template.split_at(start);
        self.template = format!("{head}{prefix}{}{suffix}\n", body.trim_end());
    }
}
