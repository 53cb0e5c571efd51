//! The parameters that an LLM node's inputs may name (spec sections 4.2 and 4.3). Every other input is a template
//! variable.

use super::{Defaults, ModelTool};
use crate::model::{Api, Dialect};
use crate::ty::Ty;

/// A parameter of an API.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the flow file; on the wire too, unless the API has another one.
    pub name: &'static str,
    /// Its type; literals are coerced to it.
    pub ty: Ty,
    /// The smallest and the largest number that providers take.
    pub range: Option<(f64, f64)>,
    /// What it does, in a few words.
    pub about: &'static str,
    apis: &'static [Api],
    dialect: Option<Dialect>,
    /// Whether promptflow does not know it: in its flows the name is that of a template variable.
    ours: bool,
    /// The one tool that has it, if it is none of LLM nodes.
    tool: Option<ModelTool>,
}

/// A parameter of a node: which one, and which of the node's arguments gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSlot {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// The position among the node's arguments.
    pub argument: usize,
}

const CHAT: &[Api] = &[Api::Chat];
const TEXT: &[Api] = &[Api::Chat, Api::Completion];
const COMPLETION: &[Api] = &[Api::Completion];
const TALK: &[Api] = &[Api::Chat, Api::Responses];
const WORDS: &[Api] = &[Api::Chat, Api::Completion, Api::Responses];
const RESPONSES: &[Api] = &[Api::Responses];
const EMBEDDING: &[Api] = &[Api::Embedding];
const ALL: &[Api] = &[Api::Chat, Api::Completion, Api::Responses, Api::Embedding];

const PENALTY: (f64, f64) = (-2.0, 2.0);
const TOKENS: (f64, f64) = (1.0, 10_000_000.0);

const PARAMETERS: &[Parameter] = &[
    known("model", Ty::String, ALL, "the model's name").only(Dialect::OpenAi),
    known("deployment_name", Ty::String, ALL, "the Azure deployment").only(Dialect::Azure),
    known("input", Ty::Any, EMBEDDING, "the text that is embedded, or a list of texts"),
    known("dimensions", Ty::Int, EMBEDDING, "how many numbers the vector has").within((1.0, 100_000.0)),
    known("temperature", Ty::Double, WORDS, "how freely the model picks words").within((0.0, 2.0)),
    known("top_p", Ty::Double, WORDS, "the share of likely words the model picks from").within((0.0, 1.0)),
    known("n", Ty::Int, CHAT, "how many answers; the first is used").within((1.0, 128.0)).only(Dialect::Azure),
    known("n", Ty::Int, COMPLETION, "how many answers; the first is used").within((1.0, 128.0)),
    known("stream", Ty::Bool, WORDS, "whether the answer may be told piece by piece"),
    known("stop", Ty::List, TEXT, "texts that end the answer"),
    known("max_tokens", Ty::Int, WORDS, "the longest answer, in tokens").within(TOKENS),
    known("max_completion_tokens", Ty::Int, TALK, "the longest answer with the model's thoughts, in tokens")
        .within(TOKENS)
        .ours(),
    known("max_output_tokens", Ty::Int, RESPONSES, "the longest answer with the model's thoughts, in tokens")
        .within(TOKENS)
        .ours(),
    known("reasoning_effort", Ty::String, TALK, "how long a reasoning model thinks: minimal, low, medium or high")
        .ours(),
    known("presence_penalty", Ty::Double, TEXT, "a dislike of words already used").within(PENALTY),
    known("frequency_penalty", Ty::Double, TEXT, "a dislike of words used often").within(PENALTY),
    known("logit_bias", Ty::Object, TEXT, "likes and dislikes of tokens"),
    known("user", Ty::String, ALL, "the end user's name for the provider"),
    known("seed", Ty::Int, CHAT, "a number that makes answers repeatable"),
    known("seed", Ty::Int, COMPLETION, "a number that makes answers repeatable").ours(),
    known("functions", Ty::List, CHAT, "functions that the model may call (older form)"),
    known("function_call", Ty::Object, CHAT, "which function the model calls: auto, none or { name: … }"),
    known("tools", Ty::List, TALK, "tools that the model may call; the output is then the whole message"),
    known("tool_choice", Ty::Object, TALK, "which tool the model calls: auto, none, required, or one by name"),
    known("parallel_tool_calls", Ty::Bool, TALK, "whether the model may make several calls at once").ours(),
    known("response_format", Ty::Object, TALK, "the form of the answer: { type: json_object }, for instance"),
    known("suffix", Ty::String, COMPLETION, "text behind the place that is filled in"),
    known("echo", Ty::Bool, COMPLETION, "whether the answer begins with the prompt"),
    known("best_of", Ty::Int, COMPLETION, "how many answers the best is picked from").within((1.0, 20.0)),
    known("logprobs", Ty::Int, COMPLETION, "how many likely tokens are told for each").within((0.0, 5.0)),
    known("logprobs", Ty::Bool, CHAT, "whether the likelihood of tokens is told").ours(),
    known("top_logprobs", Ty::Int, TALK, "how many likely tokens are told for each").within((0.0, 20.0)).ours(),
    known("stream_options", Ty::Object, TEXT, "what a streamed answer tells, such as { include_usage: true }").ours(),
    known("metadata", Ty::Object, TALK, "keys and texts that the provider keeps with the answer").ours(),
    known("service_tier", Ty::String, TALK, "the provider's class of service: auto, default, flex or priority").ours(),
    known("detail", Ty::String, CHAT, "how closely pictures are looked at: low, high or auto").of(ModelTool::Vision),
    known("deployment_name", Ty::String, TEXT, "the deployment behind the endpoint").of(ModelTool::OpenModel),
    known("max_new_tokens", Ty::Int, TEXT, "the longest answer, in tokens").within(TOKENS).of(ModelTool::OpenModel),
    known("model_kwargs", Ty::Object, TEXT, "further parameters of the model").of(ModelTool::OpenModel),
];

const fn known(name: &'static str, ty: Ty, apis: &'static [Api], about: &'static str) -> Parameter {
    Parameter { name, ty, range: None, about, apis, dialect: None, ours: false, tool: None }
}

impl Parameter {
    const fn within(mut self, range: (f64, f64)) -> Self {
        self.range = Some(range);
        self
    }

    const fn only(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    const fn of(mut self, tool: ModelTool) -> Self {
        self.tool = Some(tool);
        self
    }
}

/// The parameters of a provider's API, as a tool has them. promptflow's flows know fewer of its own APIs'.
pub fn parameters(
    api: Api,
    dialect: Dialect,
    defaults: Defaults,
    tool: ModelTool,
) -> impl Iterator<Item = &'static Parameter> {
    let is_promptflows = defaults == Defaults::Promptflow && matches!(api, Api::Chat | Api::Completion);
    let of_tool = tool.parameters(defaults);
    PARAMETERS.iter().filter(move |parameter| {
        parameter.apis.contains(&api)
            && parameter.dialect.is_none_or(|only| only == dialect)
            && !(parameter.ours && is_promptflows)
            && match parameter.tool {
                Some(only) => only == tool,
                None => of_tool.is_none_or(|names| names.contains(&parameter.name)),
            }
    })
}

/// All parameters of all APIs and providers that LLM nodes have, for editors and for slips; some names stand there
/// twice.
pub fn all_parameters() -> impl Iterator<Item = &'static Parameter> {
    PARAMETERS.iter().filter(|parameter| parameter.tool.is_none())
}
