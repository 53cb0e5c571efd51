//! Role headers: the lines that begin a message of a chat prompt.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::scan::{PieceKind, pieces, tokens};

/// Stands for a printed value where the structure of a prompt is read. A value never shows more of itself.
pub(super) const VALUE_SIGN: char = '\u{fdd0}';
/// Stands for a printed value that is exactly a role's word.
pub(super) const ROLE_VALUE_SIGN: char = '\u{fdd1}';

/// Who a message of a chat prompt is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The result of a function, as older models take it.
    Function,
    /// The result of a tool.
    Tool,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [Role::System, Role::User, Role::Assistant, Role::Function, Role::Tool];

    /// The role as it is sent to a model.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Function => "function",
            Role::Tool => "tool",
        }
    }

    /// The role that a word names, in whatever case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| word.eq_ignore_ascii_case(role.as_str()))
    }
}

/// A compiled pattern; one that does not compile matches nothing, which the tests would show.
pub(super) struct Pattern(LazyLock<Option<Regex>>);

impl Pattern {
    pub(super) const fn new(compile: fn() -> Option<Regex>) -> Self {
        Self(LazyLock::new(compile))
    }

    pub(super) fn captures_iter<'h>(&self, text: &'h str) -> impl Iterator<Item = regex::Captures<'h>> {
        self.0.as_ref().into_iter().flat_map(move |regex| regex.captures_iter(text))
    }

    pub(super) fn captures<'h>(&self, text: &'h str) -> Option<regex::Captures<'h>> {
        self.0.as_ref()?.captures(text)
    }
}

/// A header: at most one `#`, a role, a colon, and nothing else on the line, which must end. White space around it,
/// blank lines too, belongs to it. A value may stand for the role only on the header's own line.
pub(super) static HEADER: Pattern = Pattern::new(|| {
    Regex::new(
        r"(?m)^\s*#?\s*(?:(?P<role>(?i-u:system|user|assistant|function|tool))\s*:|(?P<value>\x{FDD1})[^\S\n]*:)\s*\n",
    )
    .ok()
});

/// A line that looks like a header and is none.
static NEAR_HEADER: Pattern = Pattern::new(|| {
    Regex::new(r"(?m)^[^\S\n]*(?P<hashes>#{0,6})[^\S\n]*(?P<word>[A-Za-z]+)[^\S\n]*:(?P<rest>[^\n]*)(?P<end>\n?)").ok()
});

/// Words for roles that other systems have, and this one has not.
const FOREIGN_ROLES: [&str; 8] = ["developer", "human", "ai", "bot", "model", "moderator", "instructions", "tools"];

/// A header, or a line that looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The role, or the word that is none.
    pub word: String,
    /// Where the line's word stands, in bytes.
    pub range: Range<usize>,
    /// For a line that only looks like a header, what to do.
    pub help: Option<String>,
}

/// What a template's own text shows of its chat roles, without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleScan {
    /// The headers, from top to bottom.
    pub headers: Vec<Header>,
    /// Whether a header may come out of an expression: `{{ role }}:`, or a prompt node's output printed whole.
    pub maybe_from_values: bool,
    /// The first line of text that stands before the first header, which makes the prompt fail.
    pub text_before: Option<Range<usize>>,
    /// Lines that look like headers and are text.
    pub near_headers: Vec<Header>,
}

/// Reads the role headers of a template's own text.
#[must_use]
pub fn find_roles(source: &str) -> RoleScan {
    let Skeleton { text: skeleton, offsets, elsewhere } = Skeleton::new(source);
    let back = |offset: usize| offsets.get(offset).copied().unwrap_or(source.len());
    let mut scan = RoleScan { maybe_from_values: elsewhere, ..RoleScan::default() };
    let mut first = None;
    for found in HEADER.captures_iter(&skeleton) {
        let start = found.get(0).map_or(0, |whole| whole.start());
        first.get_or_insert(start);
        if let Some(word) = found.name("role") {
            let range = back(word.start())..back(word.end());
            scan.headers.push(Header { word: word.as_str().to_ascii_lowercase(), range, help: None });
        }
    }
    let before = &skeleton[..first.unwrap_or(skeleton.len())];
    let is_text = |line: &str| line.chars().any(|sign| !sign.is_whitespace() && sign != VALUE_SIGN);
    let mut at = 0;
    for line in before.split_inclusive('\n') {
        let dynamic = line.trim_start().trim_start_matches('#').trim_start().starts_with(VALUE_SIGN);
        scan.maybe_from_values |= dynamic;
        if is_text(line) && scan.text_before.is_none() && !scan.maybe_from_values {
            let indent = line.len() - line.trim_start().len();
            scan.text_before = Some(back(at + indent)..back(at + line.trim_end().len()));
        }
        at += line.len();
    }
    scan.near_headers = near_headers(&skeleton)
        .into_iter()
        .map(|near| Header { range: back(near.range.start)..back(near.range.end), ..near })
        .collect();
    scan
}

/// The lines of a text that look like headers and are none.
pub(super) fn near_headers(text: &str) -> Vec<Header> {
    let mut found = Vec::new();
    for line in NEAR_HEADER.captures_iter(text) {
        let (Some(hashes), Some(word), Some(rest)) = (line.name("hashes"), line.name("word"), line.name("rest")) else {
            continue;
        };
        let name = word.as_str();
        let alone = rest.as_str().trim().is_empty();
        let ended = line.name("end").is_some_and(|end| !end.is_empty());
        let help = match Role::parse(name) {
            Some(role) if alone && hashes.as_str().len() > 1 => {
                format!("a role header has one `#` at the most: write `# {}:`", role.as_str())
            }
            Some(role) if alone && !ended => {
                format!("end the line: a role header needs a line break after `{}:`", role.as_str())
            }
            Some(role) if !alone => format!("put the message on the line below `{}:`", role.as_str()),
            Some(_) => continue,
            None if alone && FOREIGN_ROLES.iter().any(|foreign| name.eq_ignore_ascii_case(foreign)) => {
                "the roles are system, user, assistant, function and tool".to_owned()
            }
            None => continue,
        };
        found.push(Header { word: name.to_ascii_lowercase(), range: word.range(), help: Some(help) });
    }
    found
}

/// The template's own text with every expression as one sign and without tags. Line breaks that go with tags are left
/// out, as rendering does, and so is text that is printed elsewhere: that of macros and set blocks.
#[derive(Default)]
struct Skeleton {
    text: String,
    /// For each byte its place in the source.
    offsets: Vec<usize>,
    /// Whether a macro, a set block or another file may hold headers.
    elsewhere: bool,
}

impl Skeleton {
    fn new(source: &str) -> Self {
        let mut skeleton = Self::default();
        let mut captured = String::new();
        let mut depth = 0_usize;
        let mut after_tag = false;
        for piece in pieces(source) {
            match piece.kind {
                PieceKind::Text => {
                    let text = &source[piece.range.clone()];
                    let line_end = if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with('\n')) };
                    let start = if after_tag { line_end } else { 0 };
                    if depth > 0 {
                        captured.push_str(&text[start..]);
                    } else {
                        skeleton.text.push_str(&text[start..]);
                        skeleton.offsets.extend(piece.range.start + start..piece.range.end);
                    }
                }
                PieceKind::Print if depth > 0 => captured.push(VALUE_SIGN),
                PieceKind::Print => {
                    skeleton.text.push(VALUE_SIGN);
                    skeleton.offsets.extend([piece.range.start; VALUE_SIGN.len_utf8()]);
                }
                PieceKind::Block => {
                    let words = tokens(source, piece.inner.clone());
                    let mut words = words.iter().map(|token| &source[token.range.clone()]);
                    match words.next() {
                        Some("macro") => depth += 1,
                        Some("set") if !words.any(|word| word == "=") => depth += 1,
                        Some("endmacro" | "endset") => depth = depth.saturating_sub(1),
                        Some("include" | "extends" | "import" | "from" | "call") => skeleton.elsewhere = true,
                        _ => {}
                    }
                }
                PieceKind::Comment => {}
            }
            after_tag = matches!(piece.kind, PieceKind::Block | PieceKind::Comment);
        }
        let dynamic = captured.lines().any(|line| line.trim_start_matches(['#', ' ', '\t']).starts_with(VALUE_SIGN));
        skeleton.elsewhere |= dynamic || HEADER.captures(&captured).is_some();
        skeleton
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(headers: &[Header], source: &str) -> Vec<String> {
        headers.iter().map(|header| source[header.range.clone()].to_owned()).collect()
    }

    #[test]
    fn headers_are_found_with_their_places() {
        let source = "{# a prompt #}\n# System:\r\nBe {{ tone }}.\n{% for m in h %}\nuser:\n{{ m }}\n{% endfor %}\n";
        let scan = find_roles(source);
        assert_eq!(words(&scan.headers, source), ["System", "user"]);
        assert_eq!(scan.headers[0].word, "system");
        assert_eq!(scan.text_before, None);
        assert!(scan.near_headers.is_empty());
    }

    #[test]
    fn text_before_and_lines_that_miss_are_told() {
        let source = "\n  Hello {{ x }}\ndeveloper:\n## user:\nuser: hi\nsystem:\nassistant:";
        let scan = find_roles(source);
        assert_eq!(scan.text_before.map(|range| &source[range]), Some("Hello {{ x }}"));
        assert_eq!(words(&scan.near_headers, source), ["developer", "user", "user", "assistant"]);
        let help: Vec<_> = scan.near_headers.iter().filter_map(|near| near.help.as_deref()).collect();
        assert_eq!(
            help,
            [
                "the roles are system, user, assistant, function and tool",
                "a role header has one `#` at the most: write `# user:`",
                "put the message on the line below `user:`",
                "end the line: a role header needs a line break after `assistant:`",
            ]
        );
    }

    #[test]
    fn a_prompt_that_begins_with_a_value_may_get_its_roles_from_it() {
        assert!(find_roles("{{ p }}").maybe_from_values);
        assert!(find_roles("# {{ role }}:\n{{ text }}").maybe_from_values);
        assert!(!find_roles("Say {{ p }}").maybe_from_values);
        assert!(find_roles("{% include 'head.jinja2' %}\nuser:\n").maybe_from_values);
    }

    #[test]
    fn text_of_macros_stands_elsewhere() {
        let scan = find_roles("{% macro b(x) %}\n<b>{{ x }}</b>\n{% endmacro %}\nuser:\n{{ b(1) }}\n");
        assert_eq!((scan.text_before, scan.maybe_from_values), (None, false));
        let scan = find_roles("{% set head %}\nsystem:\nx\n{% endset %}\n{{ head }}");
        assert!(scan.maybe_from_values);
    }
}
