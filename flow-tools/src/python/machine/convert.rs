//! Values of a flow as the interpreter has them, and back.

use std::sync::Arc;

use flow_core::value::{Image, ImageContent, Map, Object, Value};
use monty_types::{DictPairs, MontyObject};

/// The key that tells that a dict stands for a picture.
pub(super) const IMAGE: &str = "__flow_image__";

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
        Value::Object(object) => match object.inner.as_ref().and_then(|inner| inner.downcast_ref::<MontyObject>()) {
            Some(inner) => inner.clone(),
            None => mapping(&object.attributes, marks),
        },
    }
}

pub(super) fn mapping(entries: &Map, marks: &mut bool) -> MontyObject {
    let pairs = entries.iter().map(|(key, value)| (MontyObject::String(key.to_string()), given(value, marks)));
    MontyObject::Dict(pairs.collect())
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
/// It holds itself.
pub(in crate::python) fn taken(object: MontyObject) -> Result<Value, Problem> {
    Ok(match object {
        MontyObject::None => Value::Null,
        MontyObject::Bool(flag) => Value::Bool(flag),
        MontyObject::Int(number) => Value::Int(number),
        // A value has no larger whole numbers; as JSON it is the same number.
        MontyObject::BigInt(number) => Value::Float(number.to_string().parse().unwrap_or(f64::INFINITY)),
        MontyObject::Float(number) => Value::Float(number),
        MontyObject::String(text) => Value::from(text),
        MontyObject::List(items) | MontyObject::Tuple(items) | MontyObject::NamedTuple { values: items, .. } => {
            Value::List(Arc::new(items.into_iter().map(taken).collect::<Result<_, _>>()?))
        }
        MontyObject::Dict(pairs) => dictionary(pairs)?,
        MontyObject::ClassInstance(instance) => return taken_instance(*instance),
        MontyObject::Cycle(..) => return Err("the result holds itself, so that it is no data".to_owned()),
        other => foreign(class_of(&other), other, Map::new()),
    })
}

fn dictionary(pairs: DictPairs) -> Result<Value, Problem> {
    let mut entries = Map::with_capacity(pairs.len());
    for (key, value) in pairs {
        let key = match key {
            MontyObject::String(text) => Arc::from(text),
            other => Arc::from(other.to_string()),
        };
        entries.insert(key, taken(value)?);
    }
    Ok(Value::Map(Arc::new(entries)))
}

fn taken_instance(instance: monty_types::MontyClassInstance) -> Result<Value, Problem> {
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
        return taken(value.clone());
    }
    let mut attributes = Map::new();
    for (key, value) in instance.attrs.iter() {
        if let MontyObject::String(name) = key {
            attributes.insert(Arc::from(name.as_str()), taken(value.clone())?);
        }
    }
    let whole = MontyObject::ClassInstance(Box::new(instance));
    Ok(foreign(class, whole, attributes))
}

fn foreign(class: String, object: MontyObject, attributes: Map) -> Value {
    let text = object.to_string();
    let text = match text.find(" at 0x") {
        // An address is a different one each time.
        Some(at) => format!("{}>", &text[..at]),
        None => text,
    };
    let inner: Arc<dyn std::any::Any + Send + Sync> = Arc::new(object);
    Value::Object(Arc::new(Object { class: Arc::from(class), text: Arc::from(text), attributes, inner: Some(inner) }))
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
