//! The parameters that an LLM node's inputs may name (spec section 4.2). Every other input is a template variable.

use crate::model::Dialect;
use crate::ty::Ty;

/// A parameter of the chat API.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the flow file and on the wire.
    pub name: &'static str,
    /// Its type; literals are coerced to it.
    pub ty: Ty,
    /// The smallest and the largest number that providers take.
    pub range: Option<(f64, f64)>,
    /// Whether this version sends it.
    pub support: Support,
    /// What it does, in a few words.
    pub about: &'static str,
}

/// Whether a parameter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// For both providers.
    Both,
    /// For Azure only; elsewhere it is a template variable.
    AzureOnly,
    /// For OpenAI only; on Azure it is ignored.
    OpenAiOnly,
    /// Known, but not sent by this version.
    Later,
}

/// A parameter of a node: which one, and which of the node's arguments gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSlot {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// The position among the node's arguments.
    pub argument: usize,
}

const PARAMETERS: &[Parameter] = &[
    sent("model", Ty::String, None, Support::OpenAiOnly, "the model's name"),
    sent("deployment_name", Ty::String, None, Support::AzureOnly, "the Azure deployment"),
    sent("temperature", Ty::Double, Some((0.0, 2.0)), Support::Both, "how freely the model picks words"),
    sent("top_p", Ty::Double, Some((0.0, 1.0)), Support::Both, "the share of likely words the model picks from"),
    sent("n", Ty::Int, Some((1.0, 128.0)), Support::AzureOnly, "how many answers; the first is used"),
    sent("stop", Ty::List, None, Support::Both, "texts that end the answer"),
    sent("max_tokens", Ty::Int, Some((1.0, 10_000_000.0)), Support::Both, "the longest answer, in tokens"),
    sent("presence_penalty", Ty::Double, Some((-2.0, 2.0)), Support::Both, "a dislike of words already used"),
    sent("frequency_penalty", Ty::Double, Some((-2.0, 2.0)), Support::Both, "a dislike of words used often"),
    sent("logit_bias", Ty::Object, None, Support::Both, "likes and dislikes of tokens"),
    sent("user", Ty::String, None, Support::Both, "the end user's name for the provider"),
    sent("seed", Ty::Int, None, Support::Both, "a number that makes answers repeatable"),
    sent("stream", Ty::Bool, None, Support::Later, "the answer piece by piece"),
    sent("functions", Ty::List, None, Support::Later, "functions that the model may call (older form)"),
    sent("function_call", Ty::Object, None, Support::Later, "which function the model calls"),
    sent("tools", Ty::List, None, Support::Later, "tools that the model may call"),
    sent("tool_choice", Ty::Object, None, Support::Later, "which tool the model calls"),
    sent("response_format", Ty::Object, None, Support::Later, "the form of the answer"),
];

const fn sent(
    name: &'static str,
    ty: Ty,
    range: Option<(f64, f64)>,
    support: Support,
    about: &'static str,
) -> Parameter {
    Parameter { name, ty, range, support, about }
}

/// The parameters of a provider's chat API.
pub fn parameters(dialect: Dialect) -> impl Iterator<Item = &'static Parameter> {
    PARAMETERS.iter().filter(move |parameter| match parameter.support {
        Support::Both | Support::Later => true,
        Support::AzureOnly => dialect == Dialect::Azure,
        Support::OpenAiOnly => dialect == Dialect::OpenAi,
    })
}

/// The parameter with this name in a provider's chat API.
#[must_use]
pub fn parameter(dialect: Dialect, name: &str) -> Option<&'static Parameter> {
    parameters(dialect).find(|parameter| parameter.name == name)
}
