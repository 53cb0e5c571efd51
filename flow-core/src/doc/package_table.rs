//! The package tools that promptflow's flows name, and what there is in their place (spec sections 4.9 and 15.3).

use crate::llm::ModelTool;
use crate::model::{Api, Dialect};

/// What stands in the place of a package tool.
#[derive(Debug, Clone, Copy)]
pub(super) enum StandIn {
    /// A call of a model: through this API, or the one that the input `api` names; with a connection of this provider,
    /// or of any.
    Model(ModelTool, Option<Api>, Option<Dialect>),
    /// A built-in tool with the same inputs, by name.
    Tool(&'static str),
}

/// The package tools that run, by promptflow's names.
const RUNNING: &[(&str, StandIn)] = &[
    ("promptflow.tools.embedding.embedding", StandIn::Model(ModelTool::Node, Some(Api::Embedding), None)),
    ("promptflow.tools.llm.llm", StandIn::Model(ModelTool::Llm, None, None)),
    ("promptflow.tools.llm_vision.llm_vision", StandIn::Model(ModelTool::Vision, Some(Api::Chat), None)),
    ("promptflow.tools.aoai_gpt4v.AzureOpenAI.chat", of(ModelTool::Vision, Api::Chat, Dialect::Azure)),
    ("promptflow.tools.openai_gpt4v.OpenAI.chat", of(ModelTool::Vision, Api::Chat, Dialect::OpenAi)),
    ("promptflow.tools.aoai.chat", of(ModelTool::Node, Api::Chat, Dialect::Azure)),
    ("promptflow.tools.aoai.completion", of(ModelTool::Node, Api::Completion, Dialect::Azure)),
    ("promptflow.tools.aoai.AzureOpenAI.chat", of(ModelTool::Node, Api::Chat, Dialect::Azure)),
    ("promptflow.tools.aoai.AzureOpenAI.completion", of(ModelTool::Node, Api::Completion, Dialect::Azure)),
    ("promptflow.tools.openai.chat", of(ModelTool::Node, Api::Chat, Dialect::OpenAi)),
    ("promptflow.tools.openai.completion", of(ModelTool::Node, Api::Completion, Dialect::OpenAi)),
    ("promptflow.tools.openai.OpenAI.chat", of(ModelTool::Node, Api::Chat, Dialect::OpenAi)),
    ("promptflow.tools.openai.OpenAI.completion", of(ModelTool::Node, Api::Completion, Dialect::OpenAi)),
    ("promptflow.tools.open_model_llm.OpenModelLLM.call", StandIn::Model(ModelTool::OpenModel, None, None)),
    ("promptflow.tools.open_source_llm.OpenSourceLLM.call", StandIn::Model(ModelTool::OpenModel, None, None)),
    ("promptflow.tools.serpapi.SerpAPI.search", StandIn::Tool("web.search")),
    ("promptflow.tools.serpapi.search", StandIn::Tool("web.search")),
];

const fn of(tool: ModelTool, api: Api, dialect: Dialect) -> StandIn {
    StandIn::Model(tool, Some(api), Some(dialect))
}

/// Package tools for which there is nothing built in: a word of their names, and what to use instead. The first that
/// fits counts.
const OTHERS: &[(&str, &str)] = &[
    (
        "content_safety",
        "ask the service with the tool http.request: POST {endpoint}/contentsafety/text:analyze, with the key in the \
         header Ocp-Apim-Subscription-Key; a `type: python` node can compare the severities",
    ),
    ("rerank", "ask a rerank service with the tool http.request, or a model to sort the passages"),
    (
        "index_lookup",
        "search files of the project with the tool text.search, vectors with vector.nearest, and an index of a search \
         service with http.request",
    ),
    (
        "vector_db_lookup",
        "ask the database's search API with the tool http.request, or search vectors that the flow has with \
         vector.nearest",
    ),
    ("vectordb", "search with the tools text.search or vector.nearest, or ask a search service with http.request"),
    (
        "embeddingstore",
        "search with the tools text.search or vector.nearest, or ask a search service with http.request",
    ),
    (
        "translator",
        "ask Azure's translator with the tool http.request: POST {endpoint}/translate?api-version=3.0&to=LANGUAGE; or \
         let an LLM node translate",
    ),
    (
        "azure_detect",
        "ask Azure's translator with the tool http.request: POST {endpoint}/detect?api-version=3.0; or let an LLM node \
         name the language",
    ),
    (
        "language_tools",
        "ask Azure's language service with the tool http.request: POST {endpoint}/language/:analyze-text, with the key \
         in the header Ocp-Apim-Subscription-Key; or let an LLM node do it, with `output_schema` for the shape",
    ),
    (
        "form_recognizer",
        "ask Azure's document service with the tool http.request, and for its result once more when it is ready",
    ),
    ("llmlingua", "let an LLM node shorten the text, or cut it with the tool text.chunk"),
    ("template_rendering", "use a node of `type: prompt`, or the tool template.render"),
];

/// The stand-in of a package tool.
pub(super) fn stand_in(tool: &str) -> Option<StandIn> {
    RUNNING.iter().find(|(name, _)| *name == tool).map(|(_, stand_in)| *stand_in)
}

/// The names of the package tools that run.
pub fn names() -> impl Iterator<Item = &'static str> {
    RUNNING.iter().map(|(name, _)| *name)
}

/// What to use instead of a package tool that is known and has no stand-in.
pub(super) fn instead_of(tool: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(word, _)| tool.contains(word)).map(|(_, help)| *help)
}

/// What becomes of a package tool here, in words; `None` where nothing is known of it.
#[must_use]
pub fn about(tool: &str) -> Option<String> {
    let Some(stand_in) = stand_in(tool) else {
        let help = instead_of(tool)?;
        return Some(format!("nothing built in does what this package tool does; instead, {help}"));
    };
    Some(match stand_in {
        StandIn::Tool(own) => format!("this package tool runs as the tool {own}; `flow tools {own}` tells of it"),
        StandIn::Model(ModelTool::OpenModel, ..) => "this package tool runs as a call of a model behind an endpoint: \
             `endpoint_name: connection/NAME` names a connection of kind custom with `configs: { endpoint_url, \
             model_family }` and `secrets: { endpoint_api_key }`"
            .to_owned(),
        StandIn::Model(_, Some(Api::Embedding), _) => {
            "this package tool runs as a call of a model, as `type: llm` with \
             `api: embedding` does"
                .to_owned()
        }
        StandIn::Model(..) => "this package tool runs as a call of a model, as a node of `type: llm` does".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_has_one_answer() {
        for (name, _) in RUNNING {
            assert!(instead_of(name).is_none(), "{name} runs, and is refused");
            assert_eq!(RUNNING.iter().filter(|(other, _)| other == name).count(), 1, "{name}");
        }
        assert!(instead_of("promptflow_vectordb.tool.common_index_lookup.search").is_some());
        assert!(instead_of("my_tool_package.tools.my_tool_1.my_tool").is_none());
    }
}
