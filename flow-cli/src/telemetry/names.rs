//! The names of OpenTelemetry's conventions for generative AI, all in one place: `open-telemetry/semantic-conventions-genai`
//! v0.1.0 (status: development), and of our own attributes beside them.

/// What kind of work a span is.
pub(super) const OPERATION: &str = "gen_ai.operation.name";
/// The flow, as an agent's name: the conventions count a workflow as one.
pub(super) const AGENT: &str = "gen_ai.agent.name";
/// Whose model was called.
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
/// The built-in tool that a node called.
pub(super) const TOOL: &str = "gen_ai.tool.name";
/// Its arguments; content.
pub(super) const TOOL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// Its result; content.
pub(super) const TOOL_RESULT: &str = "gen_ai.tool.call.result";
/// The conversation that was sent; content.
pub(super) const INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// The answers; content.
pub(super) const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// The kind of failure.
pub(super) const ERROR_TYPE: &str = "error.type";

/// The model that was asked.
pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
/// Whether the answer came in pieces.
pub(super) const REQUEST_STREAM: &str = "gen_ai.request.stream";
/// Texts that end the answer.
pub(super) const REQUEST_STOP: &str = "gen_ai.request.stop_sequences";

/// Numbers of a request: the name on the wire and that of the conventions.
pub(super) const REQUEST_NUMBERS: &[(&str, &str)] = &[
    ("temperature", "gen_ai.request.temperature"),
    ("top_p", "gen_ai.request.top_p"),
    ("frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("presence_penalty", "gen_ai.request.presence_penalty"),
];
/// Whole numbers of a request.
pub(super) const REQUEST_COUNTS: &[(&str, &str)] = &[
    ("max_tokens", "gen_ai.request.max_tokens"),
    ("max_completion_tokens", "gen_ai.request.max_tokens"),
    ("max_output_tokens", "gen_ai.request.max_tokens"),
    ("seed", "gen_ai.request.seed"),
    ("n", "gen_ai.request.choice.count"),
];

/// The answer's id at the provider.
pub(super) const RESPONSE_ID: &str = "gen_ai.response.id";
/// The model that answered.
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why the choices ended.
pub(super) const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Seconds to the first piece of the answer.
pub(super) const TIME_TO_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";

/// Tokens of the prompt.
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Tokens of the answer.
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Tokens of the prompt that the provider had cached.
pub(super) const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Tokens of the answer that the model thought with.
pub(super) const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";

/// A run of a flow.
pub(super) const INVOKE_WORKFLOW: &str = "invoke_workflow";
/// A call of a tool.
pub(super) const EXECUTE_TOOL: &str = "execute_tool";

/// Ours: the row's position in the data.
pub(super) const ROW: &str = "flow.row";
/// Ours: the node's name.
pub(super) const NODE: &str = "flow.node.name";
/// Ours: what the node does.
pub(super) const NODE_TYPE: &str = "flow.node.type";
/// Ours: how it ended.
pub(super) const NODE_STATUS: &str = "flow.node.status";
/// Ours: the item of the list around it.
pub(super) const ITEM: &str = "flow.item";
/// Ours: tries of a node or a call.
pub(super) const ATTEMPTS: &str = "flow.attempts";
/// Ours: seconds of a call in which nothing was under way.
pub(super) const WAITED: &str = "flow.call.waited";
/// Ours: the connection's name.
pub(super) const CONNECTION: &str = "flow.connection";
/// Ours: inputs of a flow or a node as JSON; content.
pub(super) const INPUTS: &str = "flow.inputs";
/// Ours: outputs of a flow or a node as JSON; content.
pub(super) const OUTPUTS: &str = "flow.outputs";
