//! The connections of what is written, where those of the environment do not do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::flow_file::quoted;
use super::providers::ECHO;
use super::suite::{Asked, Provider, Suite};

/// Fields of a connection, with what they hold.
type Fields = Vec<(&'static str, String)>;

/// Which connection each provider has.
#[derive(Debug, Default)]
pub(super) struct Connections {
    /// Kind and fields, by name.
    named: BTreeMap<String, (String, Fields)>,
}

/// The variables of the environment from which kinds of connections take what they need.
const OF_ENVIRONMENT: &[(&str, &[(&str, &str)])] = &[
    ("openai", &[("api_key", "OPENAI_API_KEY")]),
    ("azure", &[("api_key", "AZURE_OPENAI_API_KEY"), ("endpoint", "AZURE_OPENAI_ENDPOINT")]),
    ("anthropic", &[("api_key", "ANTHROPIC_API_KEY")]),
    ("gemini", &[("api_key", "GEMINI_API_KEY")]),
    ("mistral", &[("api_key", "MISTRAL_API_KEY")]),
    ("groq", &[("api_key", "GROQ_API_KEY")]),
    ("openrouter", &[("api_key", "OPENROUTER_API_KEY")]),
    ("deepseek", &[("api_key", "DEEPSEEK_API_KEY")]),
];

impl Connections {
    /// The connections of all providers and judges.
    pub(super) fn of(suite: &Suite) -> Self {
        let mut connections = Self::default();
        for provider in &suite.providers {
            connections.name(provider.connection, &provider.fields);
        }
        for asked in suite.cases.iter().flat_map(|case| &case.asked) {
            if let Asked::Judge(judge) = asked {
                connections.name(judge.connection.as_deref().unwrap_or("openai"), &[]);
            }
        }
        connections
    }

    fn name(&mut self, kind: &str, fields: &[(&'static str, String)]) {
        if self.find(kind, fields).is_some() {
            return;
        }
        let name = super::suite::unused(kind.to_owned(), |name| self.named.contains_key(name));
        self.named.insert(name, (kind.to_owned(), fields.to_vec()));
    }

    fn find(&self, kind: &str, fields: &[(&'static str, String)]) -> Option<&str> {
        let is_it = |known: &(String, Fields)| known.0 == kind && known.1 == fields;
        self.named.iter().find(|(_, known)| is_it(known)).map(|(name, _)| &**name)
    }

    /// The name of a provider's connection.
    pub(super) fn name_of(&self, provider: &Provider) -> &str {
        self.find(provider.connection, &provider.fields).unwrap_or(provider.connection)
    }

    /// Whether the environment alone does not tell.
    fn need_file(&self) -> bool {
        self.named.iter().any(|(name, (kind, fields))| name != kind || !fields.is_empty() || kind == ECHO)
    }

    /// The file, and the rules of the model that gives back what it is asked, where they are needed.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        if !self.need_file() {
            return Vec::new();
        }
        let mut text =
            "# Secrets stand in variables of the environment, or of a file `.env` beside this one.\n".to_owned();
        for (name, (kind, fields)) in &self.named {
            if kind == ECHO {
                let _ = writeln!(text, "{name}: {{ kind: mock, rules: {ECHO}.yaml }}");
                continue;
            }
            let usual =
                OF_ENVIRONMENT.iter().find(|(known, _)| known == kind).map(|(_, fields)| *fields).unwrap_or_default();
            let usual = usual.iter().filter(|(field, _)| !fields.iter().any(|(known, _)| known == field));
            let all =
                usual.map(|(field, variable)| (*field, format!("${{env:{variable}}}"))).chain(fields.iter().cloned());
            let all: Vec<String> = all.map(|(field, value)| format!(", {field}: {}", quoted(&value))).collect();
            let _ = writeln!(text, "{name}: {{ kind: {kind}{} }}", all.concat());
        }
        let mut files = vec![("connections.yaml".to_owned(), text)];
        if self.named.values().any(|(kind, _)| kind == ECHO) {
            let rules =
                "# Answers with what it is asked, as promptfoo's provider `echo`.\nrules:\n  - reply: \"{{ text }}\"\n";
            files.push((format!("{ECHO}.yaml"), rules.to_owned()));
        }
        files
    }
}
