use std::sync::{Arc, LazyLock};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, Rest, Value as View, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::filters::{self, escape_html};
use super::methods;
use super::session::{ListStyle, MARK_OPEN, Session};
use super::view::{self, session_of, write_str};
use crate::value::{Text, Value, python_repr};

/// How a template treats what it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Strictness {
    /// As promptflow: an undefined variable prints nothing, other files cannot be included.
    #[default]
    Compatible,
    /// An undefined variable is an error, files of the project can be included.
    Strict,
}

/// What one rendering may use up: steps of the engine, and 64 bytes of text per step.
const FUEL: u64 = 2_000_000;

/// How deep macros and includes may call one another.
const RECURSION_LIMIT: usize = 200;

/// The environment that templates and expressions of a strictness start from. Cloning it is cheap.
pub(super) fn base(strictness: Strictness) -> &'static Environment<'static> {
    static COMPATIBLE: LazyLock<Environment<'static>> = LazyLock::new(|| build(UndefinedBehavior::Lenient));
    static STRICT: LazyLock<Environment<'static>> = LazyLock::new(|| build(UndefinedBehavior::Strict));
    match strictness {
        Strictness::Compatible => &COMPATIBLE,
        Strictness::Strict => &STRICT,
    }
}

fn build(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(undefined);
    environment.set_formatter(print);
    // Only so do errors name what was undefined. It costs nothing until there is an error.
    environment.set_debug(true);
    environment.set_unknown_method_callback(methods::call);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION_LIMIT);
    environment.remove_global("debug");
    environment.add_function("cycler", |items: Rest<View>| View::from_object(Cycler::new(items.0)));
    environment.add_function("joiner", |separator: Option<String>| {
        View::from_object(Joiner { separator: separator.unwrap_or_else(|| ", ".to_owned()), used: false.into() })
    });
    filters::register(&mut environment);
    environment
}

/// Prints a value: leaves a mark in the output and gives the value to the session.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &View) -> Result<(), Error> {
    let Some(session) = session_of(state) else {
        return Err(Error::new(ErrorKind::InvalidOperation, "nothing can be printed here"));
    };
    if session.lists == ListStyle::Lines
        && let Some(items) = view::with_pictures(value)
    {
        return print_lines(out, &session, &items);
    }
    let mut pictures = Vec::new();
    let mut text = match value.as_str() {
        Some(characters) => match session.known(characters) {
            Some(text) => text,
            // Captured text that bypassed our filters; its marks are resolved, its origin is lost.
            None if characters.contains(MARK_OPEN) => Text::from(session.compose(characters)?.as_str()),
            None => Text::from(value.to_str().unwrap_or_default()),
        },
        None => {
            let mut printed = String::new();
            write_str(&mut printed, value, session.lists)?;
            pictures = view::pictures(value);
            Text::from(printed)
        }
    };
    if *state.auto_escape() != AutoEscape::None && text.authored().is_empty() {
        text = Text::from(escape_html(&text));
    }
    Ok(out.write_str(&session.print(text, pictures)?)?)
}

/// Prints a list in which pictures lie, an item on a line, so that each of them is known where it stands.
fn print_lines(out: &mut Output<'_>, session: &Session, items: &[Value]) -> Result<(), Error> {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.write_str(&session.print(Text::from("\n"), Vec::new())?)?;
        }
        let mark = match item {
            Value::Text(text) => session.print(Text::from(text.as_str()), Vec::new())?,
            Value::Image(image) => session.print(Text::from(image.to_string()), vec![Arc::clone(image)])?,
            Value::List(items) => {
                print_lines(out, session, items)?;
                continue;
            }
            other => session.print(Text::from(python_repr(other)), Vec::new())?,
        };
        out.write_str(&mark)?;
    }
    Ok(())
}

/// The kind of a value in words for messages: `a text`, `a list`.
pub(super) fn kind_in_words(value: &View) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "an undefined value",
        ValueKind::None => "none",
        ValueKind::Bool => "a truth value",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a dict",
        _ => "this value",
    }
}

/// Jinja's `cycler(a, b, …)`: each `next()` gives the next item, from the first again after the last.
#[derive(Debug)]
struct Cycler {
    items: Vec<View>,
    at: std::sync::atomic::AtomicUsize,
}

impl Cycler {
    fn new(items: Vec<View>) -> Self {
        Self { items, at: 0.into() }
    }

    fn current(&self) -> View {
        let at = self.at.load(std::sync::atomic::Ordering::Relaxed);
        self.items.get(at % self.items.len().max(1)).cloned().unwrap_or_default()
    }
}

impl Object for Cycler {
    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, name: &str, _: &[View]) -> Result<View, Error> {
        let item = self.current();
        match name {
            "next" => self.at.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            "reset" => self.at.swap(0, std::sync::atomic::Ordering::Relaxed),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        Ok(if name == "next" { item } else { View::from(()) })
    }
}

/// Jinja's `joiner(separator)`: nothing at the first call, the separator at all others.
#[derive(Debug)]
struct Joiner {
    separator: String,
    used: std::sync::atomic::AtomicBool,
}

impl Object for Joiner {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[View]) -> Result<View, Error> {
        let used = self.used.swap(true, std::sync::atomic::Ordering::Relaxed);
        Ok(View::from(if used { self.separator.as_str() } else { "" }))
    }
}
