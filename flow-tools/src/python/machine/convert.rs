//! Values of a flow as the interpreter has them, and back.

use std::fmt::Write;
use std::sync::Arc;

use flow_core::value::{Image, ImageContent, Map, Object, Value};
use monty_types::{DictPairs, MontyClassInstance, MontyObject};

/// The key that tells that a dict stands for a picture.
pub(super) const IMAGE: &str = "__flow_image__";

/// The key that tells that a dict stands for an instance of a class of another program.
const OBJECT: &str = "__flow_object__";

/// The class of our prelude that such instances are of.
const HELD: &str = "__flow_held__";

/// The deepest that a result may be nested: readers of JSON commonly give up at 128 levels.
const DEEPEST: usize = 100;

/// The most of an object's text that is kept, in bytes.
const LONGEST_TEXT: usize = 1 << 20;

/// What an argument or a result cannot be.
pub(in crate::python) type Problem = String;

/// A value for the program; says in `marks` whether something in it stands for something else.
pub(super) fn given(value: &Value, marks: &mut bool) -> MontyObject {
    match value {
        Value::Null => MontyObject::None,
        Value::Bool(flag) => MontyObject::Bool(*flag),
        Value::Int(number) => MontyObject::Int(*number),
        Value::Float(number) => MontyObject::Float(*number),
        Value::Text(text) => MontyObject::String(text.as_str().to_owned()),
        Value::List(items) => MontyObject::List(items.iter().map(|item| given(item, marks)).collect()),
        Value::Map(entries) => mapping(entries, marks),
        Value::Image(image) => {
            *marks = true;
            picture(image)
        }
        Value::Object(object) => {
            if let Some(whole) = object.inner.as_ref().and_then(|inner| inner.downcast_ref::<MontyObject>()) {
                return whole.clone();
            }
            *marks = true;
            dict([
                (OBJECT, MontyObject::String(object.class.to_string())),
                ("text", MontyObject::String(object.text.to_string())),
                ("attributes", mapping(&object.attributes, marks)),
            ])
        }
    }
}

pub(super) fn mapping(entries: &Map, marks: &mut bool) -> MontyObject {
    MontyObject::Dict(pairs(entries, marks))
}

fn pairs(entries: &Map, marks: &mut bool) -> DictPairs {
    entries.iter().map(|(key, value)| (MontyObject::String(key.to_string()), given(value, marks))).collect()
}

/// A dict with texts as keys.
pub(super) fn dict<'a>(entries: impl IntoIterator<Item = (&'a str, MontyObject)>) -> MontyObject {
    let pairs: DictPairs =
        entries.into_iter().map(|(key, value)| (MontyObject::String(key.to_owned()), value)).collect();
    MontyObject::Dict(pairs)
}

fn picture(image: &Arc<Image>) -> MontyObject {
    let (value, url) = match image.content() {
        ImageContent::Url(url) => (Vec::new(), MontyObject::String(url.to_string())),
        ImageContent::Bytes(bytes) => (bytes.to_vec(), MontyObject::None),
    };
    dict([
        (IMAGE, MontyObject::Bool(true)),
        ("value", MontyObject::Bytes(value)),
        ("mime_type", MontyObject::String(image.mime().to_owned())),
        ("source_url", url),
    ])
}

/// What a program gave as a value of the flow.
///
/// # Errors
/// It holds itself, or is nested too deep.
pub(in crate::python) fn taken(object: MontyObject) -> Result<Value, Problem> {
    at(object, 0)
}

/// The same `depth` levels inside of it.
fn at(object: MontyObject, depth: usize) -> Result<Value, Problem> {
    if depth > DEEPEST {
        return Err(format!("the result is nested deeper than {DEEPEST} levels"));
    }
    let depth = depth + 1;
    Ok(match object {
        MontyObject::None => Value::Null,
        MontyObject::Bool(flag) => Value::Bool(flag),
        MontyObject::Int(number) => Value::Int(number),
        // A value has no larger whole numbers; as JSON it is the same number.
        MontyObject::BigInt(number) if number.bits() > 1023 => {
            return Err("the result holds a whole number of more than 307 digits".to_owned());
        }
        MontyObject::BigInt(number) => Value::Float(number.to_string().parse().unwrap_or(f64::INFINITY)),
        MontyObject::Float(number) => Value::Float(number),
        MontyObject::String(text) => Value::from(text),
        MontyObject::List(items) | MontyObject::Tuple(items) | MontyObject::NamedTuple { values: items, .. } => {
            Value::List(Arc::new(items.into_iter().map(|item| at(item, depth)).collect::<Result<_, _>>()?))
        }
        MontyObject::Dict(pairs) => dictionary(pairs, depth)?,
        MontyObject::ClassInstance(instance) => return instance_at(*instance, depth),
        MontyObject::Cycle(..) => return Err("the result holds itself, so that it is no data".to_owned()),
        other => foreign(class_of(&other), other),
    })
}

fn dictionary(pairs: DictPairs, depth: usize) -> Result<Value, Problem> {
    let mut entries = Map::with_capacity(pairs.len());
    for (key, value) in pairs {
        let key = match key {
            MontyObject::String(text) => Arc::from(text),
            other => Arc::from(other.to_string()),
        };
        entries.insert(key, at(value, depth)?);
    }
    Ok(Value::Map(Arc::new(entries)))
}

fn instance_at(instance: MontyClassInstance, depth: usize) -> Result<Value, Problem> {
    let attribute = |name: &str| {
        let is_it = |(key, _): &&(MontyObject, MontyObject)| matches!(key, MontyObject::String(text) if text == name);
        instance.attrs.iter().find(is_it).map(|(_, value)| value)
    };
    let class = instance.class_type.name.clone();
    if class == "Image"
        && let (Some(MontyObject::Bytes(bytes)), Some(MontyObject::String(mime))) =
            (attribute("_value"), attribute("_mime_type"))
    {
        let content = match attribute("source_url") {
            Some(MontyObject::String(url)) if bytes.is_empty() => ImageContent::Url(Arc::from(url.as_str())),
            _ => ImageContent::Bytes(Arc::from(bytes.as_slice())),
        };
        return Ok(Value::Image(Arc::new(Image::new(mime.as_str(), content))));
    }
    // A member of an enumeration of texts or numbers is one of these.
    if let (Some(MontyObject::Bool(true)), Some(value)) = (attribute("_flow_is_plain"), attribute("value")) {
        return at(value.clone(), depth);
    }
    let mut attributes = Map::new();
    for (key, value) in instance.attrs.iter() {
        if let MontyObject::String(name) = key {
            attributes.insert(Arc::from(name.as_str()), at(value.clone(), depth)?);
        }
    }
    // It came as an instance of a class of an earlier node's program.
    if class == HELD
        && let Some(Value::Text(class)) = attributes.shift_remove("_flow_kind")
        && let Some(Value::Text(text)) = attributes.shift_remove("_flow_text")
    {
        return Ok(object(class.as_str(), text.as_str(), attributes, None));
    }
    let text = text_of(&MontyObject::ClassInstance(Box::new(instance)));
    Ok(object(&class, &text, attributes, None))
}

fn foreign(class: String, object: MontyObject) -> Value {
    let text = match &object {
        MontyObject::Repr(text) => text.clone(),
        other => text_of(other),
    };
    let text = match text.find(" at 0x") {
        // An address is a different one each time.
        Some(at) => format!("{}>", &text[..at]),
        None => text,
    };
    self::object(&class, &text, Map::new(), Some(object))
}

/// A value that is no data; `whole` is what is given to a program again, where that needs no class of its own.
fn object(class: &str, text: &str, attributes: Map, whole: Option<MontyObject>) -> Value {
    let inner = whole.map(|whole| Arc::new(whole) as Arc<dyn std::any::Any + Send + Sync>);
    Value::Object(Arc::new(Object { class: Arc::from(class), text: Arc::from(text), attributes, inner }))
}

/// How an object prints, cut where that is long.
fn text_of(object: &MontyObject) -> String {
    let mut text = Cut(String::new());
    if write!(text, "{object}").is_err() {
        text.0.push('…');
    }
    text.0
}

/// A text up to [`LONGEST_TEXT`].
struct Cut(String);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > LONGEST_TEXT {
            return Err(std::fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

fn class_of(object: &MontyObject) -> String {
    match object {
        MontyObject::Bytes(_) => "bytes",
        MontyObject::Set(_) => "set",
        MontyObject::FrozenSet(_) => "frozenset",
        MontyObject::Date(_) => "datetime.date",
        MontyObject::DateTime(_) => "datetime.datetime",
        MontyObject::Time(_) => "datetime.time",
        MontyObject::TimeDelta(_) => "datetime.timedelta",
        MontyObject::Exception { exc_type, .. } => return exc_type.to_string(),
        MontyObject::Type(_) => "type",
        MontyObject::Path(_) => "Path",
        MontyObject::Function { .. } | MontyObject::BuiltinFunction(_) => "function",
        MontyObject::Repr(text) if text.starts_with("<class ") => "type",
        MontyObject::Repr(text) if text.starts_with("<function ") => "function",
        _ => "object",
    }
    .to_owned()
}
