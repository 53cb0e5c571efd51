//! What a model's name tells of its family.

/// The model that another one is a version of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family<'a> {
    /// A dated or numbered version: `gpt-4o` of `gpt-4o-2024-08-06`.
    Version(&'a str),
    /// Fine-tuned from it: `gpt-4o` of `ft:gpt-4o:acme::1`.
    FineTuned(&'a str),
}

impl<'a> Family<'a> {
    /// The family of a name, if the name says so.
    #[must_use]
    pub fn of(name: &'a str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("ft:") {
            return rest.split(':').next().filter(|base| !base.is_empty()).map(Family::FineTuned);
        }
        if let Some((base, version)) = name.rsplit_once('@') {
            return is_number(version).then_some(Family::Version(base));
        }
        if let Some(base) = name.strip_suffix("-latest") {
            return Some(Family::Version(base));
        }
        let (base, last) = name.rsplit_once('-')?;
        if !is_number(last) {
            return None;
        }
        // `-2024-08-06`; else `-20241022`, `-0613`, `-2407`, `-002`. Two digits are part of a name: `o1`, `claude-3`.
        match last.len() {
            2 => {
                let (base, month) = base.rsplit_once('-')?;
                let (base, year) = base.rsplit_once('-')?;
                let is_date = is_number(month) && month.len() == 2 && is_number(year) && year.len() == 4;
                is_date.then_some(Family::Version(base))
            }
            3 | 4 | 8 => Some(Family::Version(base)),
            _ => None,
        }
    }

    /// The family's name.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Family::Version(name) | Family::FineTuned(name) => name,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A provider's name in the catalogue: traces and connection files have other names for some.
#[must_use]
pub fn provider_name(name: &str) -> &str {
    match name {
        "azure.ai.openai" | "azure_open_ai" | "azure.ai.inference" => "azure",
        "gemini" | "gcp.gemini" | "gcp.vertex_ai" | "gcp.gen_ai" => "google",
        "mistral_ai" => "mistral",
        "x_ai" => "xai",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_fine_tuned_models_know_their_family() {
        for (name, family) in [
            ("gpt-4o-2024-08-06", Some(Family::Version("gpt-4o"))),
            ("gpt-4-0613", Some(Family::Version("gpt-4"))),
            ("gpt-3.5-turbo-0125", Some(Family::Version("gpt-3.5-turbo"))),
            ("claude-3-5-sonnet-20241022", Some(Family::Version("claude-3-5-sonnet"))),
            ("claude-3-5-sonnet-latest", Some(Family::Version("claude-3-5-sonnet"))),
            ("claude-3-5-sonnet@20241022", Some(Family::Version("claude-3-5-sonnet"))),
            ("mistral-large-2407", Some(Family::Version("mistral-large"))),
            ("gemini-1.5-pro-002", Some(Family::Version("gemini-1.5-pro"))),
            ("ft:gpt-4o-2024-08-06:acme:tone:a1", Some(Family::FineTuned("gpt-4o-2024-08-06"))),
            ("ft:", None),
            ("gpt-4o", None),
            ("claude-3", None),
            ("o1", None),
            ("a@b", None),
            ("text-embedding-3-small", None),
            ("model-12-34-56", None),
        ] {
            assert_eq!(Family::of(name), family, "{name}");
        }
    }
}
