use serde_json::{Map, Value as Json, json};

use super::Defaults;
use crate::model::{Api, Dialect};

/// How a node calls a model: as promptflow's LLM nodes do, or as one of its package tools does (spec section 4.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelTool {
    /// As LLM nodes do.
    #[default]
    Node,
    /// As `promptflow.tools.llm.llm` does.
    Llm,
    /// As the vision tools do.
    Vision,
    /// As the tool for open models does, which stand behind endpoints of Azure ML.
    OpenModel,
    /// As prompties do: with the parameters that are written, and no others.
    Prompty,
}

/// What promptflow's vision tool asks where no model is named.
const VISION_MODEL: &str = "gpt-4-vision-preview";

impl ModelTool {
    /// The parameters that promptflow's tool takes; `None` where it takes all of the API's.
    pub(super) fn parameters(self, defaults: Defaults) -> Option<&'static [&'static str]> {
        match (self, defaults) {
            (ModelTool::Vision, Defaults::Promptflow) => Some(&[
                "model",
                "deployment_name",
                "temperature",
                "top_p",
                "stream",
                "stop",
                "max_tokens",
                "presence_penalty",
                "frequency_penalty",
                "seed",
            ]),
            (ModelTool::OpenModel, _) => Some(&["temperature", "top_p"]),
            _ => None,
        }
    }

    /// Whether pictures stand where promptflow's vision tools and prompties have them, each on a line of its own.
    #[must_use]
    pub fn has_picture_lines(self, defaults: Defaults) -> bool {
        self == ModelTool::Prompty || (self == ModelTool::Vision && defaults == Defaults::Promptflow)
    }

    /// Adds to the body of an LLM node what promptflow's tool sends beside it, or otherwise.
    pub(super) fn complete(
        self,
        api: Api,
        dialect: Dialect,
        defaults: Defaults,
        says_length: bool,
        body: &mut Map<String, Json>,
    ) {
        match (self, api) {
            _ if defaults == Defaults::Provider => {}
            (ModelTool::Vision, _) => {
                for (name, usual) in [("n", 1), ("presence_penalty", 0), ("frequency_penalty", 0)] {
                    body.entry(name).or_insert(json!(usual));
                }
                if dialect == Dialect::OpenAi && body.get("model") == Some(&json!("")) {
                    body.insert("model".into(), json!(VISION_MODEL));
                }
            }
            // It hands its own default on, which is none, where an LLM node says 16.
            (ModelTool::Llm, Api::Completion) if !says_length => {
                body.insert("max_tokens".into(), Json::Null);
            }
            _ => {}
        }
    }
}
