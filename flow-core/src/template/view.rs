//! Flow values as MiniJinja sees them, without copying, and back.

use std::fmt;
use std::sync::Arc;

use minijinja::State;
use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Value as View, ValueKind};
use minijinja::{Error, ErrorKind};

use super::methods;
use super::object::ObjectView;
use super::session::{ListStyle, PRINTED_LIMIT, Session, too_long};
use crate::value::{Image, Map, Text, Value};
use crate::value::{push_display, write_float, write_repr, write_text_repr};

/// The name under which the root context carries the session; no template can write it.
pub(super) const SESSION_NAME: &str = "\u{fdd0}session";

/// How deep a value may lie in others when it is printed or read back.
const DEPTH_LIMIT: usize = 200;

/// The most values that an expression may give; those that it takes over whole count as one.
const COUNT_LIMIT: usize = 4_000_000;

/// A flow value as a template sees it.
pub(super) fn view(value: &Value, session: &Arc<Session>) -> View {
    match value {
        Value::Null => View::from(()),
        Value::Bool(flag) => View::from(*flag),
        Value::Int(number) => View::from(*number),
        Value::Float(number) => View::from(*number),
        Value::Text(text) if text.authored().is_empty() => View::from(text.to_shared()),
        Value::Text(text) => View::from(session.adopt(text)),
        Value::List(items) => View::from_object(ListView { items: Arc::clone(items), session: Arc::clone(session) }),
        Value::Map(entries) => {
            View::from_object(MapView { entries: Arc::clone(entries), session: Arc::clone(session) })
        }
        Value::Image(image) => View::from_object(ImageView { image: Arc::clone(image) }),
        Value::Object(object) => {
            View::from_object(ObjectView { object: Arc::clone(object), session: Arc::clone(session) })
        }
    }
}

/// The flow value of what a template computed. Undefined is null; texts have no origin.
pub(super) fn unview(view: &View) -> Result<Value, Error> {
    unview_at(view, 0, &mut 0)
}

/// `count` is of the values made so far: parts that lists share become values each time.
fn unview_at(view: &View, depth: usize, count: &mut usize) -> Result<Value, Error> {
    if depth > DEPTH_LIMIT {
        return Err(too_deep());
    }
    *count += 1;
    if *count > COUNT_LIMIT {
        let message = format!("the result holds more than {COUNT_LIMIT} values");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    if let Some(list) = view.downcast_object_ref::<ListView>() {
        return Ok(Value::List(Arc::clone(&list.items)));
    }
    if let Some(map) = view.downcast_object_ref::<MapView>() {
        return Ok(Value::Map(Arc::clone(&map.entries)));
    }
    if let Some(picture) = view.downcast_object_ref::<ImageView>() {
        return Ok(Value::Image(Arc::clone(&picture.image)));
    }
    if let Some(object) = view.downcast_object_ref::<ObjectView>() {
        return Ok(Value::Object(Arc::clone(&object.object)));
    }
    Ok(match view.kind() {
        ValueKind::Undefined | ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(view.is_true()),
        ValueKind::Number => match view.as_i64() {
            Some(whole) if view.is_integer() => Value::Int(whole),
            _ => Value::Float(f64::try_from(view.clone())?),
        },
        ValueKind::String => Value::Text(Text::from(view.to_str().unwrap_or_default())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = view.try_iter()?.checked().map(|item| unview_at(&item?, depth + 1, count));
            Value::List(Arc::new(items.collect::<Result<_, _>>()?))
        }
        ValueKind::Map => {
            let mut entries = Map::new();
            for key in view.try_iter()?.checked() {
                let key = key?;
                let name: Arc<str> = key.to_str().unwrap_or_else(|| Arc::from(key.to_string()));
                entries.insert(name, unview_at(&view.get_item(&key)?, depth + 1, count)?);
            }
            Value::Map(Arc::new(entries))
        }
        kind => {
            let message = format!("a value of the kind `{kind}` cannot leave a template");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    })
}

/// Appends a value as Python's `str` writes it, a list in the style asked for.
pub(super) fn write_str(out: &mut String, value: &View, lists: ListStyle) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        out.push_str(text);
        return Ok(());
    }
    if let (ListStyle::Lines, Some(list)) = (lists, value.downcast_object_ref::<ListView>()) {
        write_lines(out, &list.items);
        return Ok(());
    }
    write_view_repr(out, value, 0)
}

fn write_lines(out: &mut String, items: &[Value]) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        match item {
            Value::Text(text) => out.push_str(text),
            Value::List(items) => write_lines(out, items),
            other => write_repr(out, other),
        }
    }
}

fn write_view_repr(out: &mut String, value: &View, depth: usize) -> Result<(), Error> {
    if depth > DEPTH_LIMIT {
        return Err(too_deep());
    }
    // Parts that lists share count each time, so a small value can print without end.
    if out.len() > PRINTED_LIMIT {
        return Err(too_long());
    }
    match value.kind() {
        ValueKind::Undefined if depth > 0 => out.push_str("Undefined"),
        ValueKind::Undefined => {}
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number if value.is_integer() => push_display(out, value),
        ValueKind::Number => write_float(out, f64::try_from(value.clone())?),
        ValueKind::String => write_text_repr(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            if let Some(list) = value.downcast_object_ref::<ListView>() {
                write_repr(out, &Value::List(Arc::clone(&list.items)));
                return Ok(());
            }
            let tuple = value.is_tuple();
            out.push(if tuple { '(' } else { '[' });
            let mut count = 0;
            for item in value.try_iter()?.checked() {
                if count > 0 {
                    out.push_str(", ");
                }
                write_view_repr(out, &item?, depth + 1)?;
                count += 1;
            }
            if tuple && count == 1 {
                out.push(',');
            }
            out.push(if tuple { ')' } else { ']' });
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter()?.checked().enumerate() {
                let key = key?;
                if index > 0 {
                    out.push_str(", ");
                }
                write_view_repr(out, &key, depth + 1)?;
                out.push_str(": ");
                write_view_repr(out, &value.get_item(&key)?, depth + 1)?;
            }
            out.push('}');
        }
        ValueKind::Invalid => return Err(Error::new(ErrorKind::InvalidOperation, value.to_string())),
        _ => push_display(out, value),
    }
    Ok(())
}

fn too_deep() -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("the value is nested more than {DEPTH_LIMIT} levels deep"))
}

/// A list of the flow.
pub(super) struct ListView {
    items: Arc<Vec<Value>>,
    session: Arc<Session>,
}

impl Object for ListView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        self.items.get(key.as_usize()?).map(|item| view(item, &self.session))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, name: &str, args: &[View]) -> Result<View, Error> {
        methods::call(state, &View::from_dyn_object(Arc::clone(self)), name, args)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        match self.session.lists {
            ListStyle::Python => write_repr(&mut out, &Value::List(Arc::clone(&self.items))),
            ListStyle::Lines => write_lines(&mut out, &self.items),
        }
        formatter.write_str(&out)
    }
}

impl fmt::Debug for ListView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(formatter)
    }
}

/// A mapping of the flow.
pub(super) struct MapView {
    entries: Arc<Map>,
    session: Arc<Session>,
}

impl Object for MapView {
    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<View> {
        self.entries.get(key).map(|value| view(value, &self.session))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_key_value_enumerator(|this| {
            Box::new(this.entries.iter().map(|(key, value)| (View::from(Arc::clone(key)), view(value, &this.session))))
        })
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.entries.len())
    }

    // Methods come before entries, as in Jinja: `d.items()` works although `d` has an entry called `items`.
    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, name: &str, args: &[View]) -> Result<View, Error> {
        methods::call(state, &View::from_dyn_object(Arc::clone(self)), name, args)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write_repr(&mut out, &Value::Map(Arc::clone(&self.entries)));
        formatter.write_str(&out)
    }
}

impl fmt::Debug for MapView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.fmt(formatter)
    }
}

/// A picture of the flow.
#[derive(Debug)]
pub(super) struct ImageView {
    image: Arc<Image>,
}

impl Object for ImageView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.image, formatter)
    }
}

/// The pictures that a value is: itself, or a list of nothing else.
pub(super) fn pictures(value: &View) -> Vec<Arc<Image>> {
    if let Some(picture) = value.downcast_object_ref::<ImageView>() {
        return vec![Arc::clone(&picture.image)];
    }
    if value.kind() != ValueKind::Seq {
        return Vec::new();
    }
    let item = |item: View| item.downcast_object_ref::<ImageView>().map(|picture| Arc::clone(&picture.image));
    value.try_iter().ok().and_then(|items| items.map(item).collect()).unwrap_or_default()
}

/// The items of a list of the flow in which a picture lies, also in a list inside of it.
pub(super) fn with_pictures(value: &View) -> Option<Arc<Vec<Value>>> {
    fn has_picture(items: &[Value]) -> bool {
        items.iter().any(|item| match item {
            Value::Image(_) => true,
            Value::List(items) => has_picture(items),
            _ => false,
        })
    }
    let list = value.downcast_object_ref::<ListView>()?;
    has_picture(&list.items).then(|| Arc::clone(&list.items))
}

/// The names that a template or an expression starts from.
pub(super) struct RootView {
    pub(super) variables: Vec<(Arc<str>, Value)>,
    pub(super) session: Arc<Session>,
}

impl Object for RootView {
    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<View> {
        if key == SESSION_NAME {
            return Some(View::from_dyn_object(Arc::clone(&self.session)));
        }
        let (_, value) = self.variables.iter().find(|(name, _)| **name == *key)?;
        Some(view(value, &self.session))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.variables.iter().map(|(name, _)| View::from(Arc::clone(name))).collect())
    }
}

impl fmt::Debug for RootView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.variables.iter().map(|(name, value)| (name, value))).finish()
    }
}

/// The session of a rendering under way; expressions have none.
pub(super) fn session_of(state: &State<'_, '_>) -> Option<Arc<Session>> {
    state.lookup(SESSION_NAME)?.downcast_object::<Session>()
}
