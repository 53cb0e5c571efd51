use serde::{Deserialize, Serialize};

/// Something that a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// It answers messages: `/chat/completions`.
    Chat,
    /// It continues a text: `/completions`.
    Completion,
    /// It can be reached by `/responses`.
    Responses,
    /// It turns texts into vectors: `/embeddings`.
    Embedding,
    /// It calls tools.
    Tools,
    /// It takes images.
    Images,
    /// It keeps to a JSON Schema.
    JsonSchema,
    /// It thinks before it answers, in tokens that are billed.
    Reasoning,
    /// It answers piece by piece.
    Streaming,
}

impl Ability {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Ability; 9] = [
        Ability::Chat,
        Ability::Completion,
        Ability::Responses,
        Ability::Embedding,
        Ability::Tools,
        Ability::Images,
        Ability::JsonSchema,
        Ability::Reasoning,
        Ability::Streaming,
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Ability::Chat => "chat",
            Ability::Completion => "completion",
            Ability::Responses => "responses",
            Ability::Embedding => "embedding",
            Ability::Tools => "tools",
            Ability::Images => "images",
            Ability::JsonSchema => "json_schema",
            Ability::Reasoning => "reasoning",
            Ability::Streaming => "streaming",
        }
    }

    /// The ability of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ability| ability.name() == name)
    }
}

/// What a model can do, as far as that is known: an ability that is not in a list is one that the model does not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Abilities(pub Vec<Ability>);

impl Abilities {
    /// Whether the model has it.
    #[must_use]
    pub fn has(&self, ability: Ability) -> bool {
        self.0.contains(&ability)
    }
}
