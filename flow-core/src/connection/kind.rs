//! The kinds of connections as files write them, and the fields that each has.

use super::{ConnectionKind, limits};

/// A kind as a file names it.
#[derive(Debug)]
pub(super) struct Kind {
    /// How it is written, without case, `_`, `-` and a final "connection".
    spellings: &'static [&'static str],
    /// Whose it is.
    pub(super) kind: ConnectionKind,
    /// Its fields; a kind without any takes all.
    pub(super) fields: &'static [Field],
}

/// A field of a kind.
#[derive(Debug)]
pub(super) struct Field {
    /// Our name.
    pub(super) name: &'static str,
    /// Other spellings, promptflow's among them.
    pub(super) aliases: &'static [&'static str],
    /// How it is treated.
    pub(super) role: Role,
}

/// How a field is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Shown as it is.
    Open,
    /// Never shown.
    Secret,
    /// A path, relative to the file that it stands in.
    Path,
    /// A time, such as `30s`.
    Time,
    /// A mapping of names to texts that are never shown.
    Secrets,
    /// A web address that may hold a password, and is not shown for that.
    Address,
}

impl Role {
    /// Whether what is written may not be shown.
    pub(super) fn is_hidden(self) -> bool {
        matches!(self, Role::Secret | Role::Secrets | Role::Address)
    }
}

const fn open(name: &'static str, aliases: &'static [&'static str]) -> Field {
    Field { name, aliases, role: Role::Open }
}

const fn secret(name: &'static str, aliases: &'static [&'static str]) -> Field {
    Field { name, aliases, role: Role::Secret }
}

const API_KEY: Field = secret("api_key", &["key"]);

/// What every connection to a server may have.
const OF_SERVERS: &[Field] = &[
    Field { name: "headers", aliases: &["default_headers"], role: Role::Secrets },
    Field { name: "proxy", aliases: &[], role: Role::Address },
    Field { name: "ca_file", aliases: &["ca_bundle", "ssl_cert_file"], role: Role::Path },
    Field { name: "timeout", aliases: &["read_timeout"], role: Role::Time },
    Field { name: "connect_timeout", aliases: &[], role: Role::Time },
];

/// The fields of providers that speak OpenAI's language.
const OPENAI: &[Field] = &[API_KEY, open("base_url", &["api_base"]), open("organization", &["organization_id", "org"])];

const KINDS: &[Kind] = &[
    Kind { spellings: &["openai"], kind: ConnectionKind::OpenAi, fields: OPENAI },
    Kind {
        spellings: &["azure", "azureopenai", "aoai"],
        kind: ConnectionKind::Azure,
        fields: &[
            API_KEY,
            open("endpoint", &["api_base", "azure_endpoint", "base_url"]),
            open("api_version", &[]),
            open("api_type", &[]),
            open("auth_mode", &[]),
            open("resource_id", &[]),
            secret("ad_token", &["azure_ad_token"]),
            open("tenant_id", &[]),
            open("client_id", &[]),
            secret("client_secret", &[]),
            Field { name: "federated_token_file", aliases: &[], role: Role::Path },
            open("authority_host", &[]),
            open("scope", &[]),
        ],
    },
    Kind {
        spellings: &["serverless"],
        kind: ConnectionKind::Serverless,
        fields: &[API_KEY, open("base_url", &["api_base", "endpoint"]), open("auth_mode", &[])],
    },
    Kind {
        spellings: &["mock"],
        kind: ConnectionKind::Mock,
        fields: &[Field { name: "rules", aliases: &[], role: Role::Path }, open("seed", &[]), open("provider", &[])],
    },
    Kind { spellings: &["anthropic", "claude"], kind: ConnectionKind::Anthropic, fields: OPENAI },
    Kind { spellings: &["gemini", "google", "googleai"], kind: ConnectionKind::Gemini, fields: OPENAI },
    Kind { spellings: &["ollama"], kind: ConnectionKind::Ollama, fields: OPENAI },
    Kind { spellings: &["vllm"], kind: ConnectionKind::Vllm, fields: OPENAI },
    Kind { spellings: &["mistral", "mistralai"], kind: ConnectionKind::Mistral, fields: OPENAI },
    Kind { spellings: &["groq"], kind: ConnectionKind::Groq, fields: OPENAI },
    Kind { spellings: &["openrouter"], kind: ConnectionKind::OpenRouter, fields: OPENAI },
    Kind { spellings: &["deepseek"], kind: ConnectionKind::DeepSeek, fields: OPENAI },
    Kind { spellings: &["custom"], kind: ConnectionKind::Custom, fields: &[] },
    Kind {
        spellings: &[
            "serp",
            "cognitivesearch",
            "azureaiservices",
            "azurecontentsafety",
            "formrecognizer",
            "qdrant",
            "weaviate",
        ],
        kind: ConnectionKind::Custom,
        fields: &[
            API_KEY,
            open("api_base", &[]),
            open("endpoint", &[]),
            open("api_version", &[]),
            open("api_type", &[]),
            open("auth_mode", &[]),
        ],
    },
];

/// The kinds that a file can name, for messages.
pub(super) const NAMES: &[&str] = &[
    "openai",
    "azure",
    "serverless",
    "anthropic",
    "gemini",
    "ollama",
    "vllm",
    "mistral",
    "groq",
    "openrouter",
    "deepseek",
    "mock",
    "serp",
    "custom",
];

impl Kind {
    /// The kind with this name, in any of its spellings.
    pub(super) fn named(name: &str) -> Option<&'static Kind> {
        let plain = name.to_lowercase().replace(['_', '-', ' '], "");
        let plain = plain.strip_suffix("connection").unwrap_or(&plain);
        KINDS.iter().find(|kind| kind.spellings.contains(&plain))
    }

    /// What files can say of a kind.
    pub(super) fn of(kind: ConnectionKind) -> Option<&'static Kind> {
        KINDS.iter().find(|known| known.kind == kind)
    }

    /// The field with this name, in any of its spellings.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.all_fields().find(|field| field.name == name || field.aliases.contains(&name))
    }

    /// Its own fields, and those that its like share.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let shared = match self.kind {
            ConnectionKind::Mock | ConnectionKind::Custom => &[],
            _ => OF_SERVERS,
        };
        let limits = if self.kind == ConnectionKind::Custom { &[] } else { limits::FIELDS };
        self.fields.iter().chain(shared).chain(limits)
    }
}

impl ConnectionKind {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ConnectionKind::OpenAi => "openai",
            ConnectionKind::Azure => "azure",
            ConnectionKind::Serverless => "serverless",
            ConnectionKind::Mock => "mock",
            ConnectionKind::Custom => "custom",
            _ => self.preset().map_or("openai", |preset| preset.name),
        }
    }
}

/// Whether a field of a custom connection, or a variable, is a secret going by its name, where nothing else says.
#[must_use]
pub fn sounds_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "key"
        || [
            "_key",
            "-key",
            "apikey",
            "secret",
            "token",
            "password",
            "authorization",
            "-auth",
            "_auth",
            "cookie",
            "connection_string",
        ]
        .iter()
        .any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_in_promptflows_spellings() {
        for (written, kind) in [
            ("open_ai", ConnectionKind::OpenAi),
            ("OpenAIConnection", ConnectionKind::OpenAi),
            ("azure_open_ai", ConnectionKind::Azure),
            ("AzureOpenAI", ConnectionKind::Azure),
            ("azure-open-ai", ConnectionKind::Azure),
            ("Serverless", ConnectionKind::Serverless),
            ("CustomConnection", ConnectionKind::Custom),
            ("cognitive_search", ConnectionKind::Custom),
            ("mock", ConnectionKind::Mock),
        ] {
            assert_eq!(Kind::named(written).map(|found| found.kind), Some(kind), "{written}");
        }
        assert!(Kind::named("bedrock").is_none());
    }
}
