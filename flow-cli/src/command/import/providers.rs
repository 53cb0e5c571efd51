//! The providers of a configuration, as connections, models and parameters.

use flow_core::source::Span;
use flow_core::value::Value;
use flow_core::yaml::{Mapping, Node};

use super::sources::Sources;
use super::suite::{Provider, slug, unused};

/// What is known of a provider's first word: the connection here, and which words may follow.
struct Known {
    word: &'static str,
    connection: &'static str,
    /// What is sent unless a configuration says otherwise.
    defaults: &'static [(&'static str, i64)],
}

const COMMON: &[(&str, i64)] = &[("temperature", 0), ("max_tokens", 1024)];

const KNOWN: &[Known] = &[
    Known { word: "openai", connection: "openai", defaults: COMMON },
    Known { word: "azure", connection: "azure", defaults: COMMON },
    Known { word: "azureopenai", connection: "azure", defaults: COMMON },
    Known { word: "anthropic", connection: "anthropic", defaults: COMMON },
    Known { word: "google", connection: "gemini", defaults: &[] },
    Known { word: "ollama", connection: "ollama", defaults: &[] },
    Known { word: "mistral", connection: "mistral", defaults: &[] },
    Known { word: "groq", connection: "groq", defaults: COMMON },
    Known { word: "openrouter", connection: "openrouter", defaults: COMMON },
    Known { word: "deepseek", connection: "deepseek", defaults: COMMON },
    Known { word: "vllm", connection: "vllm", defaults: COMMON },
];

/// The connection whose model answers with what it is asked.
pub(super) const ECHO: &str = "echo";

/// Parameters that LLM nodes have under the same name.
const PARAMETERS: &[&str] = &[
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
    "functions",
    "function_call",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "reasoning_effort",
    "service_tier",
    "metadata",
];

/// The providers of `providers` or `targets`.
pub(super) fn read(node: &Node, sources: &mut Sources) -> Vec<Provider> {
    let mut providers = Vec::new();
    for item in node.as_sequence().unwrap_or(std::slice::from_ref(node)) {
        one(item, sources, &mut providers);
    }
    providers
}

fn one(node: &Node, sources: &mut Sources, providers: &mut Vec<Provider>) {
    if let Some(scalar) = node.as_scalar() {
        if let Some(path) = scalar
            .text
            .strip_prefix("file://")
            .filter(|path| [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end)))
        {
            let path = sources.path(path);
            let what = format!("the providers of {}", path.display());
            if let Some(root) = sources.tree(&path, node.span, &what) {
                for item in root.as_sequence().unwrap_or(std::slice::from_ref(&root)) {
                    one(item, sources, providers);
                }
            }
            return;
        }
        return provider((&scalar.text, node.span), None, sources, providers);
    }
    let Some(mapping) = node.as_mapping() else {
        return sources.leave_out(node.span, "a provider", format!("it is {}", node.shape()), "");
    };
    match mapping.get("id").and_then(|entry| Some((&*entry.value.as_scalar()?.text, entry.value.span))) {
        Some(id) => provider(id, Some(mapping), sources, providers),
        // The older form: the id as a key.
        None => match &mapping.entries[..] {
            [entry] => provider((&entry.key.text, entry.key.span), entry.value.as_mapping(), sources, providers),
            _ => sources.leave_out(node.span, "a provider", "it has no `id`", ""),
        },
    }
}

/// A model that thinks before it answers takes neither a temperature nor the older limit.
fn thinks(model: &str) -> bool {
    let model = model.rsplit('/').next().unwrap_or(model);
    ["o1", "o3", "o4", "gpt-5"].iter().any(|start| model.starts_with(start))
}

fn provider(id: (&str, Span), mapping: Option<&Mapping>, sources: &mut Sources, providers: &mut Vec<Provider>) {
    let (id, span) = id;
    let Some(read) = recognised(id) else {
        let help = if id.starts_with("http")
            || id.starts_with("exec:")
            || id.contains("file://")
            || id.starts_with("python:")
        {
            "a node with the tool `http.request` or `command.run`, or a Python node, does it; write it into the flow"
        } else {
            "anything that speaks OpenAI's language is a connection with a `base_url`: `flow connections --help`"
        };
        return sources.leave_out(span, format!("the provider `{id}`"), "flow knows no provider of that kind", help);
    };
    let text = |key: &str| mapping.and_then(|mapping| Some(mapping.get(key)?.value.as_scalar()?.text.to_string()));
    let wished = text("label").unwrap_or_else(|| read.model.clone());
    let wished = Some(slug(&wished)).filter(|name| !name.is_empty()).unwrap_or_else(|| "model".to_owned());
    let name = unused(wished, |name| name == "base" || providers.iter().any(|known| known.name == name));
    let mut made = Provider {
        name,
        connection: read.connection,
        fields: Vec::new(),
        api: read.api,
        settings: vec![("model".to_owned(), Value::from(&*read.model))],
        prompts: None,
    };
    for entry in mapping.map(|mapping| &mapping.entries[..]).unwrap_or_default() {
        match &*entry.key.text {
            "id" | "label" => {}
            "config" => config(&entry.value, &mut made, sources),
            "prompts" => {
                let labels = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                made.prompts =
                    Some(labels.iter().filter_map(|label| Some(label.as_scalar()?.text.to_string())).collect());
            }
            key => {
                let help =
                    if key == "transform" { "write a node behind the LLM node that changes its output" } else { "" };
                sources.leave_out(
                    entry.key.span,
                    format!("`{key}` of the provider `{id}`"),
                    "there is nothing like it here",
                    help,
                );
            }
        }
    }
    let is_set = |made: &Provider, name: &str| made.settings.iter().any(|(known, _)| known == name);
    if !thinks(&read.model) && made.api != Some("responses") {
        for (name, value) in read.defaults {
            let has_other = *name == "max_tokens" && is_set(&made, "max_completion_tokens");
            if !is_set(&made, name) && !has_other {
                made.settings.push(((*name).to_owned(), Value::Int(*value)));
            }
        }
    }
    providers.push(made);
}

/// What the id of a provider says.
struct Recognised {
    connection: &'static str,
    api: Option<&'static str>,
    model: String,
    defaults: &'static [(&'static str, i64)],
}

fn recognised(id: &str) -> Option<Recognised> {
    if id == ECHO {
        return Some(Recognised { connection: ECHO, api: None, model: ECHO.to_owned(), defaults: &[] });
    }
    let (word, rest) = id.split_once(':')?;
    let known = KNOWN.iter().find(|known| known.word == word)?;
    let (kind, model) = match rest.split_once(':') {
        // Models of Ollama have a colon of their own.
        Some((kind @ ("chat" | "completion" | "responses" | "messages"), model)) => (kind, model),
        Some((
            "embedding" | "embeddings" | "image" | "realtime" | "assistant" | "moderation" | "audio" | "live" | "video",
            _,
        )) => {
            return None;
        }
        _ => ("chat", rest),
    };
    let api = match kind {
        "completion" => Some("completion"),
        "responses" => Some("responses"),
        _ => None,
    };
    let model = if model.is_empty() { "gpt-4o-mini" } else { model };
    Some(Recognised { connection: known.connection, api, model: model.to_owned(), defaults: known.defaults })
}

/// What `config` of a provider says.
fn config(node: &Node, made: &mut Provider, sources: &mut Sources) {
    let Some(mapping) = node.as_mapping() else { return };
    for entry in &mapping.entries {
        let (key, value) = (&*entry.key.text, entry.value.to_value());
        let text = value.as_str().map(str::to_owned);
        match (key, text) {
            (key, text) if PARAMETERS.contains(&key) => {
                let file = text.filter(|text| text.starts_with("file://"));
                let value = match file {
                    None => Some(value),
                    Some(file) => {
                        let path = sources.path(&file);
                        let what = format!("`{key}` of the provider `{}`", made.name);
                        sources.tree(&path, entry.value.span, &what).map(|root| root.to_value())
                    }
                };
                if let Some(value) = value.filter(|value| !value.is_null()) {
                    made.settings.push((key.to_owned(), value));
                }
            }
            ("reasoning", _) => match value.get("effort").cloned() {
                Some(effort) => made.settings.push(("reasoning_effort".to_owned(), effort)),
                None => left(made, entry.key.span, key, sources),
            },
            ("num_predict", _) => made.settings.push(("max_tokens".to_owned(), value)),
            ("apiBaseUrl" | "apiHost" | "baseUrl" | "baseURL", Some(address)) => {
                let field = if made.connection == "azure" { "endpoint" } else { "base_url" };
                let is_whole = address.contains("://");
                let address = if is_whole { address } else { format!("https://{address}") };
                let end = if field == "base_url" && key == "apiHost" { "/v1" } else { "" };
                made.fields.push((field, format!("{}{end}", of_environment(&address))));
            }
            ("apiVersion", Some(version)) if made.connection == "azure" => made.fields.push(("api_version", version)),
            ("organization", Some(organization)) => made.fields.push(("organization", of_environment(&organization))),
            ("apiKeyEnvar", Some(name)) => made.fields.push(("api_key", format!("${{env:{name}}}"))),
            ("apiKey", Some(key)) => match of_environment(&key) {
                reference if reference.starts_with("${env:") => made.fields.push(("api_key", reference)),
                _ => {
                    let help = "put it into the environment, and name its variable in connections.yaml: ${env:NAME}";
                    sources.leave_out(
                        entry.key.span,
                        format!("`apiKey` of the provider `{}`", made.name),
                        "secrets are not copied",
                        help,
                    );
                }
            },
            _ => left(made, entry.key.span, key, sources),
        }
    }
}

fn left(made: &Provider, span: Span, key: &str, sources: &mut Sources) {
    let help = "what goes to the provider as it is stands under `extra` of the LLM node";
    sources.leave_out(
        span,
        format!("`{key}` of the provider `{}`", made.name),
        "no parameter here has that meaning",
        help,
    );
}

/// `{{ env.NAME }}`, or `{{env["NAME"]}}`, as a reference of ours; everything else as it stands there.
fn of_environment(text: &str) -> String {
    let inside = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    let name = inside.and_then(|inside| {
        let name = inside.strip_prefix("env.").or_else(|| inside.strip_prefix("env[")?.strip_suffix(']'))?;
        Some(name.trim_matches(['"', '\'']))
    });
    name.map_or_else(|| text.to_owned(), |name| format!("${{env:{name}}}"))
}

/// The connection and the model of a provider that is to judge, or to embed.
pub(super) fn judge(node: &Node, embeds: bool) -> Option<(&'static str, String)> {
    let key = if embeds { "embedding" } else { "text" };
    let id = match node.as_mapping() {
        // One for each kind of question, or one alone.
        Some(mapping) => match mapping.get(key).map(|entry| &entry.value) {
            Some(inner) if inner.as_mapping().is_some() => return judge(inner, embeds),
            Some(inner) => inner.as_scalar()?.text.clone(),
            None => mapping.get("id")?.value.as_scalar()?.text.clone(),
        },
        None => node.as_scalar()?.text.clone(),
    };
    if embeds {
        let (word, rest) = id.split_once(':')?;
        let model = rest.strip_prefix("embedding:").or_else(|| rest.strip_prefix("embeddings:"))?;
        let known = KNOWN.iter().find(|known| known.word == word)?;
        return Some((known.connection, model.to_owned()));
    }
    recognised(&id).map(|read| (read.connection, read.model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_providers_are_connections_and_models() {
        let told = |id: &str| recognised(id).map(|read| (read.connection, read.api, read.model));
        let model = |name: &str| name.to_owned();
        assert_eq!(told("openai:gpt-4o"), Some(("openai", None, model("gpt-4o"))));
        assert_eq!(told("openai:chat:ft:gpt-4o:acme"), Some(("openai", None, model("ft:gpt-4o:acme"))));
        assert_eq!(told("openai:responses:gpt-5"), Some(("openai", Some("responses"), model("gpt-5"))));
        assert_eq!(told("ollama:llama3:8b"), Some(("ollama", None, model("llama3:8b"))));
        assert_eq!(told("openai:embedding:text-embedding-3-small"), None);
        assert_eq!(told("http://localhost/ask"), None);
    }

    #[test]
    fn variables_of_the_environment_are_references() {
        assert_eq!(of_environment("{{ env.MY_KEY }}"), "${env:MY_KEY}");
        assert_eq!(of_environment("{{env['MY_KEY']}}"), "${env:MY_KEY}");
        assert_eq!(of_environment("plain"), "plain");
    }
}
