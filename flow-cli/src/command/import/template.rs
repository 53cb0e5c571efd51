//! Nunjucks templates as templates of ours: what is written otherwise, and what is not the same.

use std::ops::Range;

/// A template as it is carried over.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub(super) text: String,
    /// What is not quite the same, each with what to do.
    pub(super) differences: Vec<(String, String)>,
    /// What means nothing here, each with what to do.
    pub(super) foreign: Vec<(String, String)>,
}

/// Methods of JavaScript that a filter stands for.
const METHODS: [(&str, &str); 3] =
    [(".toUpperCase()", " | upper"), (".toLowerCase()", " | lower"), (".trim()", " | trim")];

/// Words that are written otherwise.
const WORDS: [(&str, &str); 6] = [
    ("elseif", "elif"),
    ("verbatim", "raw"),
    ("endverbatim", "endraw"),
    ("null", "none"),
    ("undefined", "none"),
    ("dump", "tojson"),
];

/// Tags that Nunjucks alone has.
const TAGS: [&str; 6] = ["asyncEach", "asyncAll", "switch", "ifAsync", "block", "extends"];

/// Carries a template over.
pub(super) fn carry(source: &str) -> Carried {
    let mut carried = Carried::default();
    let mut at = 0;
    while let Some(start) = next_tag(source, at) {
        carried.text.push_str(&source[at..start]);
        let is_block = source[start..].starts_with("{%");
        let close = if is_block { "%}" } else { "}}" };
        let Some(end) = end_of_tag(source, start + 2, close) else {
            at = start;
            break;
        };
        let inner = rewritten(&source[start + 2..end], &mut carried);
        carried.text.push_str(&source[start..start + 2]);
        carried.text.push_str(&inner);
        // A line end behind a block stays there, where ours would take it away.
        let behind = &source[end + 2..];
        let is_last = behind.trim().is_empty();
        if is_block && behind.starts_with(['\n', '\r']) && !is_last && !inner.ends_with(['-', '+']) {
            carried.text.push('+');
        }
        carried.text.push_str(close);
        at = end + 2;
        let word = inner.trim_matches(['-', '+']).trim();
        if is_block && word == "raw" {
            let rest = &source[at..];
            let length =
                ["{% endraw", "{%- endraw", "{% endverbatim", "{%endraw"].iter().filter_map(|end| rest.find(end)).min();
            let length = length.unwrap_or(rest.len());
            carried.text.push_str(&rest[..length]);
            at += length;
        }
    }
    carried.text.push_str(&source[at..]);
    carried
}

/// Lines that would begin a message, as plain text.
pub(super) fn without_headers(text: &str) -> String {
    let is_header = |line: &str| {
        let word = line.trim().trim_start_matches('#').trim();
        let Some(word) = word.strip_suffix(':') else { return false };
        let word = word.trim();
        ["system", "user", "assistant", "function", "tool"].iter().any(|role| word.eq_ignore_ascii_case(role))
    };
    let lines = text.split_inclusive('\n').map(|line| {
        let end = line.len() - line.trim_end_matches(['\n', '\r']).len();
        let (words, end) = line.split_at(line.len() - end);
        if is_header(words) { format!("{{{{ {words:?} }}}}{end}") } else { line.to_owned() }
    });
    lines.collect()
}

fn next_tag(source: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += source[at..].find('{')?;
        if source[at..].starts_with("{#") {
            at = source[at..].find("#}").map_or(source.len(), |length| at + length + 2);
        } else if source[at..].starts_with("{{") || source[at..].starts_with("{%") {
            return Some(at);
        } else {
            at += 1;
        }
    }
}

/// Where the closing delimiter begins, what stands in quotes passed over.
fn end_of_tag(source: &str, from: usize, close: &str) -> Option<usize> {
    let mut at = from;
    while at < source.len() {
        if source[at..].starts_with(close) {
            return Some(at);
        }
        let sign = source[at..].chars().next()?;
        at = if matches!(sign, '"' | '\'') { end_of_quoted(source, at) } else { at + sign.len_utf8() };
    }
    None
}

fn end_of_quoted(source: &str, from: usize) -> usize {
    let quote = source.as_bytes()[from];
    let mut at = from + 1;
    while let Some(byte) = source.as_bytes().get(at) {
        match byte {
            b'\\' => at += 2,
            _ if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

/// What stands in a tag, as it is written here.
fn rewritten(inner: &str, carried: &mut Carried) -> String {
    let mut written = String::with_capacity(inner.len());
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        let Some(sign) = rest.chars().next() else { break };
        if matches!(sign, '"' | '\'') {
            let end = end_of_quoted(inner, at);
            written.push_str(inner.get(at..end).unwrap_or(rest));
            at = end;
        } else if let Some((name, filter)) = METHODS.iter().find(|(name, _)| rest.starts_with(name)) {
            written.push_str(filter);
            at += name.len();
        } else if rest.starts_with(".length")
            && !rest[7..].starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '('))
        {
            written.push_str(" | length");
            at += 7;
        } else if rest.starts_with("===") || rest.starts_with("!==") {
            written.push_str(&rest[..2]);
            at += 3;
        } else if sign.is_alphabetic() || sign == '_' {
            let word = word(inner, at);
            written.push_str(in_our_words(inner, &word, carried));
            at = word.end;
        } else {
            written.push(sign);
            at += sign.len_utf8();
        }
    }
    written
}

fn word(text: &str, from: usize) -> Range<usize> {
    let length = text[from..].find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(text.len() - from);
    from..from + length
}

fn in_our_words<'w>(inner: &'w str, place: &Range<usize>, carried: &mut Carried) -> &'w str {
    let word = &inner[place.clone()];
    let before = inner[..place.start].trim_end();
    let is_attribute = before.ends_with('.');
    let is_filter = before.ends_with('|');
    let is_first = before.trim_start_matches(['-', '+']).trim().is_empty();
    // Python's texts have this one too, and with the same meaning.
    let is_shared = word == "split";
    if is_attribute && !is_shared && inner[place.end..].starts_with('(') {
        let help = "use a filter, or a method that Python's texts and lists have".to_owned();
        carried.foreign.push((format!("the method `.{word}()` of JavaScript"), help));
    }
    if word == "env" && !is_attribute && inner[place.end..].starts_with('.') {
        let help = "write the value, or make it an input of the flow".to_owned();
        carried.foreign.push(("a variable of the environment (`env.…`)".to_owned(), help));
    }
    if is_first && TAGS.contains(&word) {
        carried
            .foreign
            .push((format!("the tag `{word}` of Nunjucks"), "write it with `if`, `for` and `set`".to_owned()));
    }
    if is_attribute {
        return word;
    }
    let ours = WORDS.iter().find(|(theirs, _)| *theirs == word).map(|(_, ours)| *ours);
    match (word, ours) {
        ("dump", Some(ours)) if is_filter => {
            let help = "what the model reads is the same data".to_owned();
            carried.differences.push(("`dump` became `tojson`, which puts spaces behind `,` and `:`".to_owned(), help));
            ours
        }
        ("dump", _) => word,
        ("elseif" | "verbatim" | "endverbatim", Some(ours)) if is_first => ours,
        ("null" | "undefined", Some(ours)) => ours,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nunjucks_is_written_in_our_words() {
        for (theirs, ours) in [
            ("Hello {{name}}!", "Hello {{name}}!"),
            (
                "{% if a === 'x' %}\nA{% elseif b !== null %}B{% endif %}",
                "{% if a == 'x' +%}\nA{% elif b != none %}B{% endif %}",
            ),
            (
                "{{ items.length }} {{ x.toUpperCase() }} {{ 'a.length' }}",
                "{{ items | length }} {{ x | upper }} {{ 'a.length' }}",
            ),
            ("{% for i in items -%}\n{{ i }}\n{% endfor %}\n", "{% for i in items -%}\n{{ i }}\n{% endfor %}\n"),
            ("{% raw %}{{ x === y }}{% endraw %}", "{% raw %}{{ x === y }}{% endraw %}"),
            ("{# a {{ b === c }} #}{ {x} }", "{# a {{ b === c }} #}{ {x} }"),
            ("{{ data | dump }}", "{{ data | tojson }}"),
            ("{{ open", "{{ open"),
        ] {
            assert_eq!(carry(theirs).text, ours);
        }
    }

    #[test]
    fn what_is_not_the_same_is_told() {
        let carried = carry("{{ env.HOME }}{{ x.slice(1) }}{{ x.split(',') }}{% switch a %}{{ y | dump }}");
        let told: Vec<&str> = carried.foreign.iter().map(|(what, _)| &**what).collect();
        assert_eq!(
            told,
            [
                "a variable of the environment (`env.…`)",
                "the method `.slice()` of JavaScript",
                "the tag `switch` of Nunjucks"
            ]
        );
        assert_eq!(carried.differences.len(), 1);
    }

    #[test]
    fn lines_that_look_like_headers_are_text() {
        assert_eq!(without_headers("Say:\nuser:\nSystem: be kind\n"), "Say:\n{{ \"user:\" }}\nSystem: be kind\n");
    }
}
