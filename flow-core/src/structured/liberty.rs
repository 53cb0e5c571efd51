use std::fmt;
use std::sync::Arc;

/// Something that was read otherwise than it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liberty {
    /// What was done.
    pub kind: LibertyKind,
    /// Where in the value: `items[0].price`; empty for the answer as a whole.
    pub path: Arc<str>,
}

/// The ways in which an answer may differ from the JSON that it is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LibertyKind {
    /// Text stood around the JSON, or a fence.
    Surrounded,
    /// Several values fitted; the last one was taken.
    Chosen,
    /// The JSON was written as a text in JSON.
    Nested,
    /// The answer is a plain text where the schema wants a text.
    PlainText,
    /// A comma before a closing bracket.
    TrailingComma,
    /// No comma between two items.
    MissingComma,
    /// Other quotes than JSON's.
    Quotes,
    /// A name without quotes.
    BareKey,
    /// Words or brackets of Python or JavaScript.
    ForeignWord,
    /// A number that JSON would write otherwise: `+1`, `.5`, `1_000`.
    ForeignNumber,
    /// NaN or infinity, which became null.
    NotANumber,
    /// An escape that JSON does not have, or a raw control character.
    ForeignEscape,
    /// A comment.
    Comment,
    /// A name that occurs twice; the last value counts.
    DuplicateKey,
    /// Closing brackets were missing at the end, behind a whole value.
    Closed,
    /// Text that stands for a number, a truth value or null.
    FromText,
    /// A number or truth value where a text is wanted.
    ToText,
    /// Another spelling of one of the schema's words, by case, spaces, hyphens.
    Spelling,
    /// Another spelling of a property's name.
    KeySpelling,
    /// One value where a list is wanted.
    OneElement,
    /// Null for a property that may be left out.
    NullLeftOut,
}

impl LibertyKind {
    /// What was done, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LibertyKind::Surrounded => "text around the JSON was left out",
            LibertyKind::Chosen => "the last of several fitting values was taken",
            LibertyKind::Nested => "JSON inside of a text was read",
            LibertyKind::PlainText => "plain text was taken as the value",
            LibertyKind::TrailingComma => "a trailing comma was left out",
            LibertyKind::MissingComma => "a missing comma was added",
            LibertyKind::Quotes => "quotes of another kind were read as JSON's",
            LibertyKind::BareKey => "a name without quotes was read",
            LibertyKind::ForeignWord => "a literal of another language was read",
            LibertyKind::ForeignNumber => "a number in another notation was read",
            LibertyKind::NotANumber => "a number that JSON cannot write became null",
            LibertyKind::ForeignEscape => "a character was written in a way that JSON has not",
            LibertyKind::Comment => "a comment was left out",
            LibertyKind::DuplicateKey => "of a repeated name the last value was taken",
            LibertyKind::Closed => "missing closing brackets were added",
            LibertyKind::FromText => "text was read as the value that it stands for",
            LibertyKind::ToText => "a value was taken as text",
            LibertyKind::Spelling => "another spelling of an allowed word was read",
            LibertyKind::KeySpelling => "another spelling of a property was read",
            LibertyKind::OneElement => "a single value was taken as a list",
            LibertyKind::NullLeftOut => "null for a property that may be missing was left out",
        }
    }
}

impl fmt::Display for Liberty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return formatter.write_str(self.kind.words());
        }
        write!(formatter, "{}: {}", self.path, self.kind.words())
    }
}
