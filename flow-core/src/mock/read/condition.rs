use super::Reader;
use crate::mock::condition::{Condition, Images, Tools};
use crate::value::Value;
use crate::yaml::Node;

const WHEN_KEYS: &[&str] =
    &["text", "messages", "system", "match", "node", "model", "api", "role", "tools", "images", "format"];
const APIS: &[&str] = &["chat", "completion", "responses", "embedding"];
const ROLES: &[&str] = &["user", "assistant", "system", "developer", "tool", "function"];
const FORMATS: &[&str] = &["text", "json_object", "json_schema"];

impl Reader {
    pub(super) fn condition(&mut self, node: &Node) -> Option<Condition> {
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a mapping such as `{ text: hello }`");
        };
        self.keys(mapping, WHEN_KEYS, "`when`");
        Some(Condition {
            text: self.get(mapping, "text", Self::needles),
            messages: self.get(mapping, "messages", Self::needles),
            system: self.get(mapping, "system", Self::needles),
            pattern: self.get(mapping, "match", Self::pattern),
            node: self.get(mapping, "node", Self::names),
            model: self.get(mapping, "model", Self::names),
            api: self.get(mapping, "api", |reader, node| reader.words(node, APIS, "API")),
            role: self.get(mapping, "role", |reader, node| reader.words(node, ROLES, "role")),
            tools: self.get(mapping, "tools", Self::tools),
            images: self.get(mapping, "images", Self::images),
            format: self.get(mapping, "format", |reader, node| reader.words(node, FORMATS, "format")),
        })
    }

    fn tools(&mut self, node: &Node) -> Option<Tools> {
        match node.to_value() {
            Value::Bool(wanted) => Some(Tools::Any(wanted)),
            _ => self.names(node).map(Tools::Named),
        }
    }

    fn images(&mut self, node: &Node) -> Option<Images> {
        match node.to_value() {
            Value::Bool(wanted) => Some(Images::Any(wanted)),
            value => match value.as_int().and_then(|count| u64::try_from(count).ok()) {
                Some(count) => Some(Images::Count(count)),
                None => self.shape(node, "true, false or a number of images"),
            },
        }
    }
}
