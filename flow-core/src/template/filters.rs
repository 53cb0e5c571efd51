//! Filters that MiniJinja lacks, or has other than Jinja2.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, Value as View, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::fence::fence;
use super::rewrite::{CAPTURED_FILTER, LITERAL_FILTER, MACRO_FILTER};
use super::session::{ListStyle, OUTPUT_LIMIT};
use super::view::{session_of, write_str};
use super::{json, methods};

/// Puts the filters into an environment.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter(CAPTURED_FILTER.as_str(), captured);
    environment.add_filter(LITERAL_FILTER.as_str(), literal);
    environment.add_filter(MACRO_FILTER.as_str(), |value: &View| View::from_object(LedMacro { inner: value.clone() }));
    // Nothing is escaped unless asked for, so `safe` has nothing to do.
    environment.add_filter("safe", |value: &View| value.clone());
    environment.add_filter("string", string);
    environment.add_filter("join", join);
    environment.add_filter("tojson", json::tojson);
    environment.add_filter("escape", escape);
    environment.add_filter("e", escape);
    environment.add_filter("forceescape", escape);
    environment.add_filter("format", format);
    environment.add_filter("center", |text: String, width: Option<usize>| {
        methods::center(&text, width.unwrap_or(80).min(1 << 20), ' ')
    });
    environment.add_filter("wordcount", |text: String| {
        text.split(|next: char| !next.is_alphanumeric() && next != '_').filter(|word| !word.is_empty()).count()
    });
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordwrap", wordwrap);
    environment.add_filter("urlencode", urlencode);
    environment.add_test("callable", |value: &View| {
        value.as_object().is_some_and(|object| object.repr() == ObjectRepr::Plain)
            || value.downcast_object_ref::<LedMacro>().is_some()
    });
    environment.add_filter("striptags", striptags);
    environment.add_filter("fence", fence);
    environment.add_filter("filesizeformat", filesizeformat);
    environment.add_filter("xmlattr", xmlattr);
}

/// Text as Python's `str` writes a value.
pub(super) fn text_of(state: &State<'_, '_>, value: &View) -> Result<String, Error> {
    let lists = session_of(state).map_or(ListStyle::Python, |session| session.lists);
    let mut out = String::new();
    write_str(&mut out, value, lists)?;
    Ok(out)
}

fn captured(state: &State<'_, '_>, value: &View) -> Result<View, Error> {
    match (session_of(state), value.as_str()) {
        (Some(session), Some(text)) => session.capture(text).map(View::from),
        _ => Ok(value.clone()),
    }
}

fn literal(state: &State<'_, '_>, value: &View) -> View {
    match (session_of(state), value.as_str()) {
        (Some(session), Some(text)) => View::from(session.literal(text)),
        _ => value.clone(),
    }
}

/// A macro, or the `caller` of one, whose result has its marks resolved.
#[derive(Debug)]
struct LedMacro {
    inner: View,
}

impl Object for LedMacro {
    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        self.inner.get_item(key).ok()
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[View]) -> Result<View, Error> {
        let mut args = args.to_vec();
        if let Some(last) = args.last_mut()
            && last.is_kwargs()
            && let Ok(caller) = last.get_attr("caller")
            && !caller.is_undefined()
        {
            let mut entries = Vec::new();
            for key in last.try_iter()? {
                let value = last.get_item(&key)?;
                let name = key.as_str().unwrap_or_default().to_owned();
                let value = if name == "caller" { View::from_object(LedMacro { inner: value }) } else { value };
                entries.push((name, value));
            }
            *last = View::from(entries.into_iter().collect::<Kwargs>());
        }
        let result = self.inner.call(state, &args)?;
        captured(state, &result)
    }

    fn render(self: &Arc<Self>, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.inner)
    }
}

fn string(state: &State<'_, '_>, value: &View) -> Result<View, Error> {
    if value.kind() == ValueKind::String {
        return Ok(value.clone());
    }
    text_of(state, value).map(View::from)
}

fn join(state: &State<'_, '_>, value: &View, separator: Option<View>, kwargs: Kwargs) -> Result<String, Error> {
    let separator = match separator {
        Some(separator) => Some(separator),
        None => kwargs.get::<Option<View>>("d")?,
    };
    let attribute: Option<View> = kwargs.get("attribute")?;
    kwargs.assert_all_used()?;
    let separator = separator.map(|separator| text_of(state, &separator)).transpose()?.unwrap_or_default();
    let mut out = String::new();
    for (index, item) in value.try_iter()?.checked().enumerate() {
        let mut item = item?;
        if let Some(attribute) = &attribute {
            item = attribute_of(item, attribute)?;
        }
        if index > 0 {
            out.push_str(&separator);
        }
        state.consume_fuel(1 + (separator.len() / 64) as u64)?;
        out.push_str(&text_of(state, &item)?);
    }
    Ok(out)
}

/// An attribute by its dotted path or its index.
fn attribute_of(item: View, attribute: &View) -> Result<View, Error> {
    let Some(path) = attribute.as_str() else { return item.get_item(attribute) };
    path.split('.').try_fold(item, |item, part| match part.parse::<usize>() {
        Ok(index) => item.get_item_by_index(index),
        Err(_) => item.get_attr(part),
    })
}

/// HTML escaping as `markupsafe` does it.
fn escape(state: &State<'_, '_>, value: &View) -> Result<String, Error> {
    Ok(escape_html(&text_of(state, value)?))
}

/// Escapes the five characters that HTML reads as its own.
pub(super) fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// `%`-formatting; values that are neither texts nor numbers are printed as Python prints them first.
fn format(state: &mut State<'_, '_>, pattern: &View, args: Rest<View>) -> Result<View, Error> {
    let mut printed = Vec::with_capacity(args.len() + 1);
    printed.push(pattern.clone());
    for value in args.iter() {
        let container = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map);
        printed.push(if container && !value.is_kwargs() { View::from(text_of(state, value)?) } else { value.clone() });
    }
    let pattern = pattern.as_str().unwrap_or_default();
    let spec = pattern.matches('%').count();
    state.consume_fuel(spec as u64)?;
    refuse_wide(pattern)?;
    let text = minijinja::formatting::format(minijinja::formatting::FormatStyle::Printf, pattern, &printed[1..])?;
    Ok(View::from(text))
}

/// A width is paid for in memory before the text is there to be measured.
fn refuse_wide(pattern: &str) -> Result<(), Error> {
    let too_wide = |width: &str| {
        let end = width.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(width.len());
        end > 0 && width[..end].parse().map_or(true, |width: usize| width > OUTPUT_LIMIT)
    };
    for spec in pattern.split('%').skip(1) {
        let spec = spec.trim_start_matches(['-', '+', ' ', '#', '0']);
        let precision = spec.trim_start_matches(|sign: char| sign.is_ascii_digit()).strip_prefix('.');
        if too_wide(spec) || precision.is_some_and(too_wide) {
            let message = "a width of this format is larger than a rendered text may be";
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    }
    Ok(())
}

fn truncate(
    text: String,
    length: Option<usize>,
    killwords: Option<bool>,
    end: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let length = or_named(length, &kwargs, "length")?.unwrap_or(255);
    let killwords = or_named(killwords, &kwargs, "killwords")?.unwrap_or(false);
    let end = or_named(end, &kwargs, "end")?.unwrap_or_else(|| "...".to_owned());
    let leeway = kwargs.get::<Option<usize>>("leeway")?.unwrap_or(5);
    kwargs.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text);
    }
    let Some(keep) = length.checked_sub(end.chars().count()) else {
        return Err(Error::new(ErrorKind::InvalidOperation, "truncate: the length is below that of the end text"));
    };
    let cut: String = text.chars().take(keep).collect();
    let kept = if killwords { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head) };
    Ok(format!("{kept}{end}"))
}

/// An argument, by its place or by its name.
fn or_named<T>(given: Option<T>, kwargs: &Kwargs, name: &str) -> Result<Option<T>, Error>
where
    Option<T>: for<'a> minijinja::value::ArgType<'a, Output = Option<T>>,
{
    match given {
        Some(given) => Ok(Some(given)),
        None => kwargs.get(name),
    }
}

/// Breaks lines at spaces so that none is longer than the width; longer words are cut.
fn wordwrap(text: String, width: Option<usize>, break_long_words: Option<bool>) -> Result<String, Error> {
    let width = width.unwrap_or(79);
    if width == 0 {
        return Err(Error::new(ErrorKind::InvalidOperation, "wordwrap needs a width of at least 1"));
    }
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut length = 0;
        for word in paragraph.split(' ') {
            let mut word = word;
            let mut word_length = word.chars().count();
            if length > 0 && length + 1 + word_length > width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            } else if length > 0 {
                line.push(' ');
                length += 1;
            }
            while break_long_words.unwrap_or(true) && word_length > width {
                let cut = word.char_indices().nth(width).map_or(word.len(), |(offset, _)| offset);
                lines.push(word[..cut].to_owned());
                word = &word[cut..];
                word_length -= width;
            }
            line.push_str(word);
            length += word_length;
        }
        lines.push(line);
    }
    Ok(lines.join("\n"))
}

/// Percent-encoding; a dict or a list of pairs becomes a query, in which a space is `+`.
fn urlencode(state: &State<'_, '_>, value: &View) -> Result<String, Error> {
    let mut pairs = Vec::new();
    match value.kind() {
        ValueKind::Map => {
            for key in value.try_iter()?.checked() {
                let key = key?;
                let item = value.get_item(&key)?;
                pairs.push((key, item));
            }
        }
        ValueKind::Seq | ValueKind::Iterable => {
            for pair in value.try_iter()?.checked() {
                let pair = pair?;
                pairs.push((pair.get_item_by_index(0)?, pair.get_item_by_index(1)?));
            }
        }
        _ => return Ok(percent_encode(&text_of(state, value)?, b"/")),
    }
    let mut out = String::new();
    for (key, item) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&percent_encode(&text_of(state, &key)?, b" ").replace(' ', "+"));
        out.push('=');
        out.push_str(&percent_encode(&text_of(state, &item)?, b" ").replace(' ', "+"));
    }
    Ok(out)
}

fn percent_encode(text: &str, safe: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || safe.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Takes tags and comments out of HTML and makes white space single.
fn striptags(text: String) -> String {
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        let close = if rest[start..].starts_with("<!--") { "-->" } else { ">" };
        let Some(end) = rest[start..].find(close) else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + end + close.len()..];
    }
    out.push_str(rest);
    let single = out.split_whitespace().collect::<Vec<_>>().join(" ");
    single.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn filesizeformat(value: f64, binary: Option<bool>) -> String {
    let base: f64 = if binary.unwrap_or(false) { 1024.0 } else { 1000.0 };
    let units = if binary.unwrap_or(false) {
        ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    } else {
        ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    };
    if value == 1.0 {
        return "1 Byte".to_owned();
    }
    if value < base {
        return format!("{} Bytes", value.trunc());
    }
    let mut size = value / base;
    let mut unit = 0;
    while size >= base && unit + 1 < units.len() {
        size /= base;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}

fn xmlattr(state: &State<'_, '_>, value: &View, autospace: Option<bool>) -> Result<String, Error> {
    let mut out = String::new();
    for key in value.try_iter()?.checked() {
        let key = key?;
        let item = value.get_item(&key)?;
        if item.is_none() || item.is_undefined() {
            continue;
        }
        if !out.is_empty() || autospace.unwrap_or(true) {
            out.push(' ');
        }
        out.push_str(&format!("{}=\"{}\"", escape(state, &key)?, escape(state, &item)?));
    }
    Ok(out)
}
