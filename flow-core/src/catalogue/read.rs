//! Reading a user's `models.yaml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Abilities, Ability, Catalogue, Encoding, LongPrompt, ModelInfo, Origin, Price, Rates, provider_name};
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, SourceMap, Span};
use crate::yaml::{self, Mapping, Node};

const FILE_KEYS: &[&str] = &["$schema", "models", "deployments"];
const MODEL_KEYS: &[&str] =
    &["provider", "like", "context", "max_output", "abilities", "encoding", "price", "fine_tuned", "source"];
const RATE_KEYS: &[&str] = &["input", "cached_input", "output"];
const PRICE_KEYS: &[&str] = &["input", "cached_input", "output", "long_prompt", "date", "source"];
const LONG_KEYS: &[&str] = &["above", "input", "cached_input", "output"];
/// More digits behind the point than any price has.
const MOST_DIGITS: u32 = 12;

/// Reads a file that is in the map; what is wrong with it is added to the diagnostics, and what is right holds.
pub(super) fn read(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Catalogue {
    let origin = Origin::File(Arc::new(sources.get(file).path.clone()));
    let mut reader = Reader { origin, diagnostics, known: Catalogue::default(), deployments: BTreeMap::new() };
    if let Some(node) = yaml::read(sources, file, reader.diagnostics) {
        reader.file(&node);
    }
    Catalogue::with(reader.known.into_own(), reader.deployments)
}

struct Reader<'a> {
    origin: Origin,
    diagnostics: &'a mut Diagnostics,
    /// What was read so far, which later entries may be like.
    known: Catalogue,
    deployments: BTreeMap<Arc<str>, Arc<str>>,
}

impl Reader<'_> {
    fn file(&mut self, node: &Node) {
        if node.as_scalar().is_some_and(|scalar| scalar.value.is_null()) {
            return;
        }
        let example = "a mapping with `models` and `deployments`";
        let Some(mapping) = self.mapping(node, example) else { return };
        self.keys(mapping, FILE_KEYS, "a models file");
        if let Some(entry) = mapping.get("models")
            && let Some(models) = self.mapping(&entry.value, "a mapping from model names to what is known of them")
        {
            for entry in &models.entries {
                // The same name may stand for models of several providers.
                let items = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                for item in items {
                    if let Some(info) = self.model(&entry.key.text, item) {
                        self.known.push(info);
                    }
                }
            }
        }
        if let Some(entry) = mapping.get("deployments")
            && let Some(deployments) = self.mapping(&entry.value, "a mapping from deployments to models")
        {
            for entry in &deployments.entries {
                let Some(model) = self.text(&entry.value) else { continue };
                self.check_known(&format!("deployment `{}` stands for", entry.key.text), &model, entry.value.span);
                self.deployments.insert(Arc::clone(&entry.key.text), model);
            }
        }
    }

    fn model(&mut self, name: &Arc<str>, node: &Node) -> Option<ModelInfo> {
        let fields = self.mapping(node, "a mapping such as `{ price: { input: 2.50, output: 10 } }`")?;
        self.keys(fields, MODEL_KEYS, &format!("model `{name}`"));
        let provider = self.get(fields, "provider", Self::text).map(|given| Arc::from(provider_name(&given)));
        let like = self.get(fields, "like", Self::text);
        if let (Some(like), Some(entry)) = (&like, fields.get("like")) {
            self.check_known(&format!("model `{name}` is said to be like"), like, entry.value.span);
        }
        // What is not said stays as it is known.
        let base = self.known.find(provider.as_deref().unwrap_or("openai"), like.as_ref().unwrap_or(name)).cloned();
        let mut info = base.unwrap_or_else(|| ModelInfo::unknown(name));
        info.name = Arc::clone(name);
        info.provider = provider;
        info.origin = self.origin.clone();
        if let Some(entry) = fields.get("context") {
            info.context = self.count(&entry.value);
        }
        if let Some(entry) = fields.get("max_output") {
            info.max_output = self.count(&entry.value);
        }
        if let Some(entry) = fields.get("abilities") {
            info.abilities = self.abilities(&entry.value);
        }
        if let Some(entry) = fields.get("encoding") {
            info.encoding = self.encoding(&entry.value);
        }
        if let Some(entry) = fields.get("price") {
            info.price = self.price(name, &entry.value);
        }
        if let Some(entry) = fields.get("fine_tuned") {
            info.fine_tuned = self.price(name, &entry.value);
        }
        if let Some(entry) = fields.get("source") {
            info.source = self.text(&entry.value);
        }
        Some(info)
    }

    fn abilities(&mut self, node: &Node) -> Option<Abilities> {
        let Some(items) = node.as_sequence() else { return self.shape(node, "a list such as [chat, tools]") };
        let mut found = Vec::new();
        for item in items {
            let text = self.text(item)?;
            match Ability::named(&text) {
                Some(ability) => found.push(ability),
                None => self.unknown_word(item.span, "ability", &text, Ability::ALL.map(Ability::name)),
            }
        }
        Some(Abilities(found))
    }

    fn encoding(&mut self, node: &Node) -> Option<Encoding> {
        let text = self.text(node)?;
        let encoding = Encoding::named(&text);
        if encoding.is_none() {
            self.unknown_word(node.span, "encoding", &text, Encoding::ALL.map(Encoding::name));
        }
        encoding
    }

    /// A price; `unknown` where there is none on purpose.
    fn price(&mut self, name: &str, node: &Node) -> Option<Price> {
        if node.as_scalar().is_some_and(|scalar| scalar.value.is_null() || &*scalar.text == "unknown") {
            return None;
        }
        let fields =
            self.mapping(node, "`unknown`, or dollars per million tokens such as `{ input: 2.50, output: 10 }`")?;
        self.keys(fields, PRICE_KEYS, "a price");
        let rates = self.rates(name, fields, node.span)?;
        let long_prompt = fields.get("long_prompt").and_then(|entry| {
            let long = self.mapping(&entry.value, "a mapping such as `{ above: 200000, input: 5, output: 20 }`")?;
            self.keys(long, LONG_KEYS, "`long_prompt`");
            let rates = self.rates(name, long, entry.value.span)?;
            let Some(above) = long.get("above") else {
                self.missing(entry.value.span, "`long_prompt` has no `above`", "add the prompt's length, in tokens");
                return None;
            };
            Some(LongPrompt { above: self.count(&above.value)?, rates })
        });
        let date = self.get(fields, "date", Self::date);
        Some(Price { rates, long_prompt, date, source: self.get(fields, "source", Self::text) })
    }

    fn rates(&mut self, name: &str, fields: &Mapping, span: Span) -> Option<Rates> {
        let [input, cached_input, output] =
            [RATE_KEYS[0], RATE_KEYS[1], RATE_KEYS[2]].map(|key| self.get(fields, key, Self::dollars));
        if fields.get("input").is_none() {
            let help = "add dollars per million tokens, `input: 0` if they are free, or say `price: unknown`";
            self.missing(span, &format!("the price of model `{name}` has no `input`"), help);
        }
        Some(Rates { input: input?, cached_input, output })
    }

    fn dollars(&mut self, node: &Node) -> Option<Decimal> {
        let text = node.as_scalar().map(|scalar| scalar.text.trim_start_matches('$')).unwrap_or_default();
        let amount = Decimal::from_str_exact(text).ok();
        let amount = amount.filter(|amount| !amount.is_sign_negative() && amount.scale() <= MOST_DIGITS);
        amount.or_else(|| self.shape(node, "dollars per million tokens, such as 0.15"))
    }

    fn date(&mut self, node: &Node) -> Option<Arc<str>> {
        let text = self.text(node)?;
        let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
        if shape == "0000-00-00" { Some(text) } else { self.shape(node, "a day such as 2026-11-25") }
    }

    fn count(&mut self, node: &Node) -> Option<u64> {
        let number = node.to_value().as_int().and_then(|number| u64::try_from(number).ok());
        number.or_else(|| self.shape(node, "a number of tokens"))
    }

    /// A scalar as the text that was written.
    fn text(&mut self, node: &Node) -> Option<Arc<str>> {
        match node.as_scalar() {
            Some(scalar) if !scalar.value.is_null() => Some(Arc::clone(&scalar.text)),
            _ => self.shape(node, "a text"),
        }
    }

    fn mapping<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n Mapping> {
        node.as_mapping().or_else(|| self.shape(node, expected))
    }

    fn get<T>(&mut self, fields: &Mapping, key: &str, read: fn(&mut Self, &Node) -> Option<T>) -> Option<T> {
        fields.get(key).and_then(|entry| read(self, &entry.value))
    }

    /// A name that nobody knows is probably mistyped, and otherwise of no use.
    fn check_known(&mut self, what: &str, model: &str, span: Span) {
        if self.known.look_up("openai", model).is_some() {
            return;
        }
        let help = self.known.did_you_mean(model);
        let help = help.unwrap_or_else(|| "`flow models` lists those that are known".to_owned());
        let message = format!("{what} `{model}`, which is no known model");
        self.diagnostics.push(Diagnostic::warning(Code::InvalidValue, span, message).help(help));
    }

    fn unknown_word<const N: usize>(&mut self, span: Span, what: &str, text: &str, known: [&str; N]) {
        let help = match nearest(text, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        let message = format!("there is no {what} `{text}`");
        self.diagnostics.push(Diagnostic::error(Code::InvalidValue, span, message).help(help));
    }

    fn keys(&mut self, mapping: &Mapping, known: &[&'static str], owner: &str) {
        for entry in &mapping.entries {
            let key = &*entry.key.text;
            if known.contains(&key) {
                continue;
            }
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{owner} has {}", known.join(", ")),
            };
            let message = format!("unknown key `{key}` in {owner}");
            self.diagnostics.push(Diagnostic::error(Code::UnknownKey, entry.key.span, message).help(help));
        }
    }

    fn missing(&mut self, span: Span, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::MissingKey, span, message).help(help));
    }

    fn shape<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let found = match node.as_scalar() {
            Some(scalar) if !scalar.text.is_empty() => format!("`{}`", scalar.text),
            _ => node.shape().to_owned(),
        };
        let message = format!("expected {expected}, found {found}");
        self.diagnostics.push(Diagnostic::error(Code::WrongShape, node.span, message));
        None
    }
}

/// The names of the file, beside the flow and above it.
pub(super) const FILE_NAMES: &[&str] = &["models.yaml", "models.yml"];

/// The file that is in force: the nearest beside the flow or above it up to the project's folder, else the user's own.
pub(super) fn find(folder: &std::path::Path, boundary: &std::path::Path, settings: Option<PathBuf>) -> Option<PathBuf> {
    let inside = folder.ancestors().take_while(|candidate| candidate.starts_with(boundary));
    let near = inside.flat_map(|folder| FILE_NAMES.iter().map(|name| folder.join(name)));
    let own = settings.into_iter().map(|folder| folder.join("flow").join("models.yaml"));
    near.chain(own).find(|path| path.is_file())
}
