//! What goes over the pipes of a worker, one JSON text a line. Values that JSON lacks are mappings with the key [`MARK`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flow_core::value::{Image, ImageContent, Map, Object, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::python::connection::Seen;

/// The key of a mapping that stands for something else.
const MARK: &str = "__flow__";

/// What a worker is told once.
#[derive(Debug, serde::Serialize)]
pub(super) struct Setup<'a> {
    /// The flow's folder.
    pub(super) folder: &'a str,
    /// Folders whose files are the user's own.
    pub(super) roots: Vec<String>,
    /// Modules that are brought in, each with the folder that it lies in.
    pub(super) includes: Vec<(String, String)>,
    /// The variables that the code sees.
    pub(super) environment: &'a BTreeMap<Arc<str>, Arc<str>>,
    /// The longest answer, in bytes.
    pub(super) most: usize,
}

/// A function that workers know.
#[derive(Debug, Clone)]
pub(super) struct Function {
    /// What tells it from others.
    pub(super) id: String,
    pub(super) load: Load,
}

/// A function, with the text that it stands in.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Load {
    /// The file that tracebacks name.
    pub(super) file: String,
    /// Its `__file__`.
    pub(super) path: String,
    pub(super) text: Arc<str>,
    pub(super) function: String,
    pub(super) class: Option<String>,
    /// Which arguments the class takes.
    pub(super) init: Vec<String>,
}

/// A call.
#[derive(Debug, serde::Serialize)]
pub(super) struct Request<'a> {
    pub(super) id: u64,
    /// The function's [`Function::id`].
    pub(super) script: &'a str,
    /// The functions that the worker does not know yet: this one, and those whose classes are among the arguments.
    pub(super) loads: BTreeMap<&'a str, &'a Load>,
    pub(super) arguments: Arguments<'a>,
    /// Whether there are marks among the arguments.
    pub(super) marks: bool,
    pub(super) connections: BTreeMap<&'a str, SeenJson<'a>>,
    pub(super) seed: u64,
}

/// Arguments without those that are connections.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    given: Vec<(&'a str, &'a Value)>,
    marks: bool,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(given: impl Iterator<Item = (&'a str, &'a Value)>) -> Self {
        let given: Vec<_> = given.collect();
        let marks = given.iter().any(|(_, value)| needs_marks(value));
        Self { given, marks }
    }

    pub(super) fn has_marks(&self) -> bool {
        self.marks
    }

    /// The function that takes them, and those whose classes are among them.
    pub(super) fn functions(&self, function: &Arc<Function>) -> Arc<[Arc<Function>]> {
        let mut functions = vec![Arc::clone(function)];
        if self.marks {
            self.given.iter().for_each(|(_, value)| add_origins(value, &mut functions));
        }
        functions.into()
    }
}

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.marks {
            serializer.collect_map(self.given.iter().map(|(name, value)| (name, Marked(value))))
        } else {
            serializer.collect_map(self.given.iter().map(|(name, value)| (name, value)))
        }
    }
}

/// A connection as the worker makes it.
#[derive(Debug, serde::Serialize)]
pub(super) struct SeenJson<'a> {
    class: &'a str,
    fields: &'a Map,
    own: &'a Map,
}

impl<'a> From<&'a Seen> for SeenJson<'a> {
    fn from(seen: &'a Seen) -> Self {
        Self { class: &seen.class, fields: &seen.fields, own: &seen.own }
    }
}

/// An instance of a class, as Python's `pickle` has it.
#[derive(Debug)]
struct Pickled {
    data: String,
    /// The functions whose files its class may stand in.
    origins: Arc<[Arc<Function>]>,
}

impl Pickled {
    fn of(object: &Object) -> Option<&Self> {
        object.inner.as_ref()?.downcast_ref()
    }
}

/// Adds the functions whose classes are among values.
fn add_origins(value: &Value, origins: &mut Vec<Arc<Function>>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| add_origins(item, origins)),
        Value::Map(entries) => entries.values().for_each(|value| add_origins(value, origins)),
        Value::Object(object) => {
            for origin in Pickled::of(object).iter().flat_map(|pickled| pickled.origins.iter()) {
                if !origins.iter().any(|known| known.id == origin.id) {
                    origins.push(Arc::clone(origin));
                }
            }
        }
        _ => {}
    }
}

fn needs_marks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => false,
        Value::Float(number) => !number.is_finite(),
        Value::Image(_) | Value::Object(_) => true,
        Value::List(items) => items.iter().any(needs_marks),
        Value::Map(entries) => entries.iter().any(|(key, value)| &**key == MARK || needs_marks(value)),
    }
}

/// A value with marks.
struct Marked<'a>(&'a Value);

impl Serialize for Marked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Float(number) if !number.is_finite() => {
                marked(serializer, "float", &[("value", number.to_string().as_str())])
            }
            Value::List(items) => serializer.collect_seq(items.iter().map(Marked)),
            Value::Map(entries) if entries.contains_key(MARK) => {
                let pairs: Vec<_> = entries.iter().map(|(key, value)| (key, Marked(value))).collect();
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry(MARK, "map")?;
                map.serialize_entry("pairs", &pairs)?;
                map.end()
            }
            Value::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, Marked(value)))),
            Value::Image(image) => match image.content() {
                ImageContent::Url(url) => marked(serializer, "image", &[("mime", image.mime()), ("url", url)]),
                ImageContent::Bytes(bytes) => {
                    marked(serializer, "image", &[("mime", image.mime()), ("base64", &BASE64.encode(bytes))])
                }
            },
            Value::Object(object) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry(MARK, "object")?;
                map.serialize_entry("class", &*object.class)?;
                map.serialize_entry("text", &*object.text)?;
                map.serialize_entry("attributes", &Marked(&Value::Map(object.attributes.clone().into())))?;
                if let Some(pickled) = Pickled::of(object) {
                    map.serialize_entry("pickle", &pickled.data)?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

fn marked<S: Serializer>(serializer: S, kind: &str, parts: &[(&str, &str)]) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(parts.len() + 1))?;
    map.serialize_entry(MARK, kind)?;
    for (key, value) in parts {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

/// What stands in a line of a worker.
#[derive(Debug)]
pub(super) enum Message {
    /// The call printed this.
    Printed(String),
    /// The call ended.
    Ended { end: End, metrics: Vec<Value> },
}

/// How a call ended.
#[derive(Debug)]
pub(super) enum End {
    /// With a value.
    Returned(Value),
    /// With one that is no data, in words.
    Unfit(String),
    /// With one that is longer than it may be.
    TooLong,
    /// With an exception.
    Raised(Raised),
}

/// An exception.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Raised {
    pub(super) class: String,
    pub(super) message: String,
    /// The places that it came through: file, line, function and text.
    pub(super) trace: Vec<(String, usize, String, String)>,
    /// The module that is not there, if that is the matter.
    pub(super) missing: Option<String>,
}

/// Reads a line about the call of this number, in which these functions had a part. `None` where it is no message, `Some(None)`
/// where it is about another call.
pub(super) fn read(line: &[u8], id: u64, functions: &Arc<[Arc<Function>]>) -> Option<Option<Message>> {
    #[derive(serde::Deserialize)]
    struct Line {
        id: u64,
        printed: Option<String>,
        error: Option<Raised>,
        result: Option<Value>,
        #[serde(default)]
        marks: bool,
        #[serde(default)]
        most: bool,
        #[serde(default)]
        metrics: Vec<Value>,
    }
    let line: Line = match serde_json::from_slice(line) {
        Ok(line) => line,
        Err(error) => {
            let end = End::Unfit(unfit(&error)?.to_owned());
            return Some(Some(Message::Ended { end, metrics: Vec::new() }));
        }
    };
    if line.id != id {
        return Some(None);
    }
    let end = match line {
        Line { printed: Some(text), .. } => return Some(Some(Message::Printed(text))),
        Line { error: Some(raised), .. } => End::Raised(raised),
        Line { most: true, .. } => End::TooLong,
        Line { result: Some(value), marks: true, .. } => End::Returned(unmarked(value, functions)?),
        // `null` reads as nothing.
        Line { result, .. } => End::Returned(result.unwrap_or_default()),
    };
    let metrics = line.metrics.into_iter().filter_map(|metric| unmarked(metric, functions));
    Some(Some(Message::Ended { end, metrics: metrics.collect() }))
}

/// Why a value of Python's is none of a flow's.
fn unfit(error: &serde_json::Error) -> Option<&'static str> {
    let said = error.to_string();
    if said.contains("recursion limit") {
        Some("the result is nested deeper than 100 levels")
    } else if said.contains("number out of range") {
        Some("the result holds a whole number of more than 307 digits")
    } else {
        None
    }
}

/// A value with what its marks stand for; `None` where a mark is none of ours.
fn unmarked(value: Value, functions: &Arc<[Arc<Function>]>) -> Option<Value> {
    Some(match value {
        Value::List(items) => {
            let items = Arc::unwrap_or_clone(items).into_iter().map(|item| unmarked(item, functions));
            Value::List(Arc::new(items.collect::<Option<_>>()?))
        }
        Value::Map(entries) => match entries.get(MARK).and_then(Value::as_str) {
            None => {
                let entries = Arc::unwrap_or_clone(entries).into_iter();
                let entries = entries.map(|(key, value)| Some((key, unmarked(value, functions)?)));
                Value::Map(Arc::new(entries.collect::<Option<Map>>()?))
            }
            Some(kind) => special(kind, &entries, functions)?,
        },
        plain => plain,
    })
}

fn special(kind: &str, entries: &Map, functions: &Arc<[Arc<Function>]>) -> Option<Value> {
    let text = |key: &str| entries.get(key).and_then(Value::as_str);
    Some(match kind {
        "float" => Value::Float(text("value")?.parse().ok()?),
        "map" => {
            let pair = |pair: &Value| {
                let [key, value] = pair.as_list()? else { return None };
                Some((Arc::from(key.as_str()?), unmarked(value.clone(), functions)?))
            };
            Value::Map(Arc::new(entries.get("pairs")?.as_list()?.iter().map(pair).collect::<Option<Map>>()?))
        }
        "image" => {
            let content = match text("base64") {
                Some(data) => ImageContent::Bytes(Arc::from(BASE64.decode(data).ok()?)),
                None => ImageContent::Url(Arc::from(text("url")?)),
            };
            Value::Image(Arc::new(Image::new(text("mime")?, content)))
        }
        "object" => {
            let Value::Map(attributes) = unmarked(entries.get("attributes")?.clone(), functions)? else { return None };
            let pickled = text("pickle")
                .map(|data| Arc::new(Pickled { data: data.to_owned(), origins: Arc::clone(functions) }) as Arc<_>);
            let (class, text) = (Arc::from(text("class")?), Arc::from(text("text")?));
            let attributes = Arc::unwrap_or_clone(attributes);
            Value::Object(Arc::new(Object { class, text, attributes, inner: pickled }))
        }
        _ => return None,
    })
}
