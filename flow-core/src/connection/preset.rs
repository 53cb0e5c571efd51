//! Providers whose addresses speak OpenAI's language: where they are, and which variables give their keys.

use super::ConnectionKind;

/// What is known of a provider without being told.
#[derive(Debug)]
pub struct Preset {
    /// Its kind of connections.
    pub kind: ConnectionKind,
    /// Its name in files.
    pub name: &'static str,
    /// Its name in messages.
    pub title: &'static str,
    /// Its name in traces (OpenTelemetry's `gen_ai.provider.name`).
    pub provider: &'static str,
    /// Its address, where a connection gives no other.
    pub base_url: &'static str,
    /// The variables that may hold its key; the first that is set counts.
    pub keys: &'static [&'static str],
    /// The variables that may hold its address.
    pub addresses: &'static [&'static str],
    /// Whether it serves nobody without a key.
    pub needs_key: bool,
}

const fn hosted(
    kind: ConnectionKind,
    name: &'static str,
    title: &'static str,
    provider: &'static str,
    base_url: &'static str,
    keys: &'static [&'static str],
) -> Preset {
    Preset { kind, name, title, provider, base_url, keys, addresses: &[], needs_key: true }
}

/// All of them.
pub(super) const PRESETS: &[Preset] = &[
    hosted(
        ConnectionKind::Anthropic,
        "anthropic",
        "Anthropic",
        "anthropic",
        "https://api.anthropic.com/v1",
        &["ANTHROPIC_API_KEY"],
    ),
    hosted(
        ConnectionKind::Gemini,
        "gemini",
        "Gemini",
        "gcp.gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    ),
    Preset {
        kind: ConnectionKind::Ollama,
        name: "ollama",
        title: "Ollama",
        provider: "ollama",
        base_url: "http://localhost:11434/v1",
        keys: &["OLLAMA_API_KEY"],
        addresses: &["OLLAMA_BASE_URL", "OLLAMA_HOST"],
        needs_key: false,
    },
    Preset {
        kind: ConnectionKind::Vllm,
        name: "vllm",
        title: "vLLM",
        provider: "vllm",
        base_url: "http://localhost:8000/v1",
        keys: &["VLLM_API_KEY"],
        addresses: &["VLLM_BASE_URL"],
        needs_key: false,
    },
    hosted(
        ConnectionKind::Mistral,
        "mistral",
        "Mistral",
        "mistral_ai",
        "https://api.mistral.ai/v1",
        &["MISTRAL_API_KEY"],
    ),
    hosted(ConnectionKind::Groq, "groq", "Groq", "groq", "https://api.groq.com/openai/v1", &["GROQ_API_KEY"]),
    hosted(
        ConnectionKind::OpenRouter,
        "openrouter",
        "OpenRouter",
        "openrouter",
        "https://openrouter.ai/api/v1",
        &["OPENROUTER_API_KEY"],
    ),
    hosted(
        ConnectionKind::DeepSeek,
        "deepseek",
        "DeepSeek",
        "deepseek",
        "https://api.deepseek.com/v1",
        &["DEEPSEEK_API_KEY"],
    ),
];

impl ConnectionKind {
    /// What is known of the provider, where it is one with its own kind but OpenAI's language.
    #[must_use]
    pub fn preset(self) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.kind == self)
    }
}

impl Preset {
    /// An address as its variables write it, `0.0.0.0:8000` or `http://host`, with what it leaves out.
    pub(super) fn address(&self, written: &str) -> String {
        let written = written.trim().trim_end_matches('/');
        let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let own = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        let (own_authority, own_path) = own.split_once('/').unwrap_or((own, ""));
        let own_port = own_authority.rsplit_once(':').map_or("", |(_, port)| port);
        // Servers name the address that they listen at, which may be "everywhere".
        let authority = authority.replacen("0.0.0.0", "127.0.0.1", 1);
        let has_port =
            authority.rsplit_once(':').is_some_and(|(_, port)| port.chars().all(|digit| digit.is_ascii_digit()));
        let port =
            if has_port || !scheme.is_empty() || own_port.is_empty() { String::new() } else { format!(":{own_port}") };
        let scheme = if scheme.is_empty() { "http" } else { scheme };
        let path = if path.is_empty() { own_path } else { path };
        format!("{scheme}://{authority}{port}/{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        let ollama = ConnectionKind::Ollama.preset().unwrap();
        for (written, address) in [
            ("127.0.0.1", "http://127.0.0.1:11434/v1"),
            ("0.0.0.0:9000", "http://127.0.0.1:9000/v1"),
            ("gpu.example", "http://gpu.example:11434/v1"),
            ("https://gpu.example", "https://gpu.example/v1"),
            ("http://gpu.example:1/", "http://gpu.example:1/v1"),
            ("http://gpu.example/ollama/v1/", "http://gpu.example/ollama/v1"),
            ("[::1]:5", "http://[::1]:5/v1"),
        ] {
            assert_eq!(ollama.address(written), address, "{written}");
        }
    }
}
