//! JSON that fits a JSON Schema: always the same for the same seed and request.

use serde_json::{Map, Number, Value as Json};

use super::chance::Chance;
use super::pattern::text_of_pattern;

/// A value that fits the schema, where it can be told what does.
pub(super) fn sample(schema: &Json, chance: &Chance<'_>, part: usize) -> Json {
    let mut sampler = Sampler { root: schema, chance, part: part * 4096, draws: 0 };
    sampler.value(schema, "value", 0)
}

/// Below this depth only what must be there is made, so that schemas that contain themselves come to an end.
const DEEP: usize = 5;
/// Where even that does not help.
const DEEPEST: usize = 40;

struct Sampler<'a> {
    root: &'a Json,
    chance: &'a Chance<'a>,
    part: usize,
    draws: usize,
}

impl<'a> Sampler<'a> {
    fn pick(&mut self, count: usize) -> usize {
        self.draws += 1;
        if count > 1 { self.chance.pick("sample", self.part + self.draws, count) } else { 0 }
    }

    fn value(&mut self, schema: &'a Json, name: &str, depth: usize) -> Json {
        let Some(object) = schema.as_object() else { return Json::String(words(name)) };
        if depth > DEEPEST {
            return Json::Null;
        }
        if let Some(target) = object.get("$ref").and_then(Json::as_str) {
            let target = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map_or(Json::Null, |target| self.value(target, name, depth + 1));
        }
        if let Some(constant) = object.get("const") {
            return constant.clone();
        }
        if let Some(choices) = object.get("enum").and_then(Json::as_array)
            && !choices.is_empty()
        {
            return choices[self.pick(choices.len())].clone();
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = object.get(key).and_then(Json::as_array)
                && !choices.is_empty()
            {
                return self.one_of(object, choices, name, depth);
            }
        }
        if let Some(parts) = object.get("allOf").and_then(Json::as_array) {
            return self.all_of(object, parts, name, depth);
        }
        match kind(object, depth) {
            "object" => self.object(object, depth),
            "array" => self.array(object, name, depth),
            "string" => Json::String(self.text(object, name)),
            "integer" => self.number(object, true),
            "number" => self.number(object, false),
            "boolean" => Json::Bool(self.pick(2) == 0),
            _ => Json::Null,
        }
    }

    /// One of several schemas: not `null` if there is another, and the flattest where it is deep already.
    fn one_of(&mut self, object: &'a Map<String, Json>, choices: &'a [Json], name: &str, depth: usize) -> Json {
        let is_null = |choice: &&Json| choice.get("type").and_then(Json::as_str) == Some("null");
        let is_plain = |choice: &&Json| {
            let is_nested =
                ["$ref", "properties", "items", "anyOf", "allOf"].iter().any(|key| choice.get(key).is_some());
            !is_nested
        };
        let flat = choices.iter().find(is_null).or_else(|| choices.iter().find(is_plain));
        let choice = match flat.filter(|_| depth >= DEEP) {
            Some(flat) => flat,
            None => {
                let candidates: Vec<&'a Json> = choices.iter().filter(|choice| !is_null(choice)).collect();
                let picked = self.pick(candidates.len());
                match candidates.get(picked).copied() {
                    Some(choice) => choice,
                    None => return Json::Null,
                }
            }
        };
        let mut value = self.value(choice, name, depth + 1);
        // What stands beside the choice holds too.
        if object.contains_key("properties")
            && let Some(entries) = value.as_object_mut()
            && let Json::Object(own) = self.object(object, depth)
        {
            for (key, value) in own {
                entries.entry(key).or_insert(value);
            }
        }
        value
    }

    /// All of several schemas: objects are joined, otherwise the part that says most counts.
    fn all_of(&mut self, object: &'a Map<String, Json>, parts: &'a [Json], name: &str, depth: usize) -> Json {
        let mut joined = Map::new();
        let mut plain = None;
        if object.contains_key("properties")
            && let Json::Object(own) = self.object(object, depth)
        {
            joined.extend(own);
        }
        for part in parts {
            match self.value(part, name, depth + 1) {
                Json::Object(entries) => joined.extend(entries),
                other => plain = plain.or(Some(other)),
            }
        }
        if joined.is_empty() { plain.unwrap_or(Json::Object(joined)) } else { Json::Object(joined) }
    }

    fn object(&mut self, object: &'a Map<String, Json>, depth: usize) -> Json {
        let required: Vec<&str> =
            object.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let mut entries = Map::new();
        let properties = object.get("properties").and_then(Json::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if depth < DEEP || required.contains(&name.as_str()) {
                entries.insert(name.clone(), self.value(schema, name, depth + 1));
            }
        }
        let others = object.get("additionalProperties");
        let is_closed = others == Some(&Json::Bool(false));
        for name in required {
            if !entries.contains_key(name) && !is_closed {
                let value = self.value(others.unwrap_or(&Json::Bool(true)), name, depth + 1);
                entries.insert(name.to_owned(), value);
            }
        }
        let least = count(object, "minProperties").unwrap_or(0);
        let mut number = 1;
        while entries.len() < least && !is_closed && number < 1000 {
            let name = format!("key_{number}");
            let value = self.value(others.unwrap_or(&Json::Bool(true)), &name, depth + 1);
            entries.insert(name, value);
            number += 1;
        }
        Json::Object(entries)
    }

    fn array(&mut self, object: &'a Map<String, Json>, name: &str, depth: usize) -> Json {
        let least = count(object, "minItems").unwrap_or(0);
        let most = count(object, "maxItems").unwrap_or(usize::MAX);
        let first = object.get("prefixItems").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let usual = if depth >= DEEP { 0 } else { 2 };
        let wanted = usual.max(first.len()).max(least).min(most).min(1000);
        let others = object.get("items");
        let is_unique = object.get("uniqueItems") == Some(&Json::Bool(true));
        let mut items: Vec<Json> = Vec::new();
        for tries in 0..wanted.saturating_mul(20) {
            if items.len() >= wanted {
                break;
            }
            let schema = match first.get(items.len()) {
                Some(schema) => schema,
                None if others == Some(&Json::Bool(false)) => break,
                None => others.unwrap_or(&Json::Bool(true)),
            };
            let name = if tries == 0 { name.to_owned() } else { format!("{name} {}", tries + 1) };
            let item = self.value(schema, &name, depth + 1);
            if !is_unique || !items.contains(&item) {
                items.push(item);
            }
        }
        Json::Array(items)
    }

    fn text(&mut self, object: &'a Map<String, Json>, name: &str) -> String {
        let mut text = match (object.get("pattern"), object.get("format").and_then(Json::as_str)) {
            (Some(pattern), _) => return pattern.as_str().and_then(text_of_pattern).unwrap_or_default(),
            (None, Some("date-time")) => "2024-05-17T09:30:00Z".to_owned(),
            (None, Some("date")) => "2024-05-17".to_owned(),
            (None, Some("time")) => "09:30:00Z".to_owned(),
            (None, Some("duration")) => "PT1H".to_owned(),
            (None, Some("email" | "idn-email")) => "ann@mock.example".to_owned(),
            (None, Some("hostname" | "idn-hostname")) => "mock.example".to_owned(),
            (None, Some("uri" | "url" | "iri" | "uri-reference")) => "https://mock.example/page".to_owned(),
            (None, Some("ipv4")) => "192.0.2.1".to_owned(),
            (None, Some("ipv6")) => "2001:db8::1".to_owned(),
            (None, Some("uuid")) => "6f9619ff-8b86-4011-b42d-00c04fc964ff".to_owned(),
            _ => words(name),
        };
        let (least, most) = (count(object, "minLength").unwrap_or(0), count(object, "maxLength"));
        let length = text.chars().count();
        text.extend(std::iter::repeat_n('.', least.saturating_sub(length).min(100_000)));
        if let Some((end, _)) = most.and_then(|most| text.char_indices().nth(most)) {
            text.truncate(end);
        }
        text
    }

    #[expect(clippy::cast_possible_truncation, reason = "the number is whole and within the range")]
    fn number(&mut self, object: &'a Map<String, Json>, is_whole: bool) -> Json {
        let field = |name: &str| object.get(name).and_then(Json::as_f64);
        let step = field("multipleOf").filter(|step| *step > 0.0);
        let grain = step.unwrap_or(if is_whole { 1.0 } else { 0.25 });
        let above = field("exclusiveMinimum").map(|bound| ((bound / grain).floor() + 1.0) * grain);
        let least = field("minimum").map(|bound| (bound / grain).ceil() * grain).into_iter().chain(above);
        let least = least.reduce(f64::max);
        let below = field("exclusiveMaximum").map(|bound| ((bound / grain).ceil() - 1.0) * grain);
        let most = field("maximum").map(|bound| (bound / grain).floor() * grain).into_iter().chain(below);
        let most = most.reduce(f64::min);
        let (low, high) = match (least, most) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low + 9.0 * grain),
            (None, Some(high)) => (high - 9.0 * grain, high),
            (None, None) => (grain, 9.0 * grain),
        };
        if low > high {
            // No multiple lies between the bounds of a number with a fraction: their middle does.
            let bound = |one: &str, other: &str| field(one).or_else(|| field(other));
            let (low, high) = (bound("minimum", "exclusiveMinimum"), bound("maximum", "exclusiveMaximum"));
            let middle = f64::midpoint(low.unwrap_or(0.0), high.unwrap_or(0.0));
            return Number::from_f64(middle).map_or(Json::Null, Json::Number);
        }
        let steps = ((high - low) / grain).clamp(0.0, 99.0) as usize + 1;
        #[expect(clippy::cast_precision_loss, reason = "at most 99")]
        let number = low + self.pick(steps) as f64 * grain;
        if number.fract() == 0.0 && number.abs() < 9.0e15 && (is_whole || step.is_some_and(|step| step.fract() == 0.0))
        {
            return Json::from(number as i64);
        }
        Number::from_f64(number).map_or(Json::Null, Json::Number)
    }
}

/// The type of which a value is made.
fn kind(object: &Map<String, Json>, depth: usize) -> &str {
    match object.get("type") {
        Some(Json::String(kind)) => kind,
        Some(Json::Array(kinds)) => {
            let mut names = kinds.iter().filter_map(Json::as_str);
            let is_nullable = names.clone().any(|name| name == "null");
            if depth >= DEEP && is_nullable { "null" } else { names.find(|name| *name != "null").unwrap_or("null") }
        }
        _ if object.contains_key("properties") || object.contains_key("required") => "object",
        _ if object.contains_key("items") || object.contains_key("prefixItems") => "array",
        _ if ["minimum", "maximum", "multipleOf"].iter().any(|key| object.contains_key(*key)) => "number",
        _ => "string",
    }
}

fn count(object: &Map<String, Json>, key: &str) -> Option<usize> {
    usize::try_from(object.get(key)?.as_u64()?).ok()
}

/// A text for a property of this name.
fn words(name: &str) -> String {
    name.replace(['_', '-'], " ")
}
