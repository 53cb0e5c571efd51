//! The words for what is wrong with the syntax. The parser says which rule was broken; people want to know which of
//! the usual mistakes they made, so the lines around are looked at as well.

use granit_parser::{ErrorKind, ScanError, Tag};

use super::{MAX_DEPTH, place::Place};
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

const QUOTE_IT: &str = "put the value in quotes, or write it as a block with `|`";
const QUOTE_TEMPLATE: &str = "put the value in quotes: `\"{{ … }}\"`; without them YAML reads a mapping";

/// The diagnostic for an error of the parser; `open` is where the innermost open `[` or `{` stands.
pub(super) fn describe(text: &str, file: FileId, error: &ScanError, open: Option<usize>) -> Diagnostic {
    let at = Place::new(text, file, error.marker().byte_offset().unwrap_or(text.len()));
    if let Some(template) = at.unquoted_template()
        && template.start <= at.span().start
    {
        return syntax(template, "a template cannot stand here without quotes").help(QUOTE_TEMPLATE);
    }
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            Diagnostic::error(Code::YamlBudget, at.span(), format!("lists and mappings are nested more than {MAX_DEPTH} deep"))
                .help("a flow is flatter than that; keep data in a file of its own")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => {
            syntax(at.tab(), "a tab is used where YAML wants spaces").help("indent with spaces, for example two for each level")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            syntax(at.character(), "this quote is never closed").label("opened here").help(
                "close it at the end of the value; inside of double quotes a quote is written `\\\"`, inside of single quotes `''`",
            )
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => syntax(at.rest_of_line(), "text follows the closing quote")
            .help("inside of single quotes a quote is written twice: `'it''s'`"),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => syntax(at.rest_of_line(), "text follows the closing quote")
            .help("quote the value as a whole; inside of double quotes a quote is written `\\\"`"),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => syntax(at.character(), "an escape that YAML does not know stands in these double quotes")
            .help("write a backslash twice (`\\\\`), or use single quotes, which know no escapes"),
        ErrorKind::UnexpectedCharacter { character } => {
            let character = if *character == '`' { "a backtick".into() } else { format!("`{}`", character.escape_debug()) };
            syntax(at.character(), format!("a value cannot start with {character}")).help(QUOTE_IT)
        }
        ErrorKind::UnknownAnchor => syntax(at.word(), format!("no anchor `&{}` stands above this alias", at.name()))
            .help("define it with `&name` before its first use; text that starts with `*` needs quotes"),
        ErrorKind::MissingAnchorOrAliasName => syntax(at.character(), "a name must follow `*` or `&`")
            .help("text that starts with `*` or `&` needs quotes"),
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape => syntax(at.word(), "this is read as a YAML tag, and is none")
            .help("text that starts with `!` needs quotes"),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => {
            syntax(at.rest_of_line(), "`|` and `>` begin a block of text, which starts on the next line")
                .help("move the text to the next line, indented; or put the value in quotes")
        }
        ErrorKind::BlockSequenceEntryNotAllowed => syntax(at.character(), "a list cannot start on the line of its key")
            .help("start the list on the next line, or write it in brackets: `[a, b]`; text that starts with `- ` needs quotes"),
        ErrorKind::CommentInterceptedScalar => syntax(at.rest_of_line(), "a comment cuts this text in two")
            .help("text that holds ` #` needs quotes; else put the comment on a line of its own"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            syntax(at.character(), format!("`{open}` is closed by `{close}`")).label("opened here").help("close each bracket with its own kind")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            unclosed(&Place::new(text, file, text.len()), open.map_or(at, |open| Place::new(text, file, open)))
        }
        ErrorKind::MisplacedFlowCollectionEnd => syntax(at.character(), "a bracket is closed that was never opened").help(QUOTE_IT),
        ErrorKind::MissingDirectiveName | ErrorKind::InvalidDirectiveName | ErrorKind::MissingDocumentEndBeforeDirective => {
            syntax(at.character(), "a line that starts with `%` is a directive to YAML").help(QUOTE_IT)
        }
        kind => match open {
            Some(open) => unclosed(&at, Place::new(text, file, open)),
            None => structure(&at, kind),
        },
    }
}

fn syntax(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::YamlSyntax, span, message)
}

fn unclosed(at: &Place<'_>, open: Place<'_>) -> Diagnostic {
    let close = if open.starts_with('{') { '}' } else { ']' };
    let bracket = if close == '}' { '{' } else { '[' };
    if at.is_end() {
        return syntax(open.character(), format!("this `{bracket}` is never closed"))
            .help(format!("close it with `{close}`; text that starts with a bracket needs quotes"));
    }
    let message = format!("a `,` or `{close}` is missing");
    syntax(at.character(), message)
        .related(open.character(), format!("this `{bracket}` is still open"))
        .help(format!("close it with `{close}`; text that holds brackets, commas or colons needs quotes"))
}

/// Lines that do not fit together: the most frequent mistakes, and those the parser notices latest.
fn structure(at: &Place<'_>, kind: &ErrorKind) -> Diagnostic {
    if let Some(colon) = at.colon_without_space() {
        return syntax(colon, "a space is missing after this colon").help("write `key: value`");
    }
    if at.is_list_item() && matches!(kind, ErrorKind::ExpectedBlockMappingKey) {
        return syntax(at.line_content(), "a list item stands among the keys of a mapping")
            .help("indent the item below the key that it belongs to");
    }
    if at.has_colon_before() {
        return syntax(at.character(), "a second `: ` stands in this value").help(QUOTE_IT);
    }
    match kind {
        ErrorKind::ExpectedBlockSequenceEntry if !at.is_list_item() => {
            syntax(at.line_content(), "this line stands among the items of a list, but starts with no `- `")
                .help("start it with `- `, or indent it as its place demands")
        }
        _ if at.line_above_has_value() => {
            syntax(at.line_content(), "this line is indented below one that has a value already")
                .help("start it in the same column as the key above, or remove the value there")
        }
        ErrorKind::MappingValueNotAllowed if at.line_above_is_text() => {
            syntax(at.line_above(), "this line is neither `key: value` nor a list item")
                .help("a colon and a space must follow a key; text over several lines needs `|` or quotes")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent => {
            syntax(at.line_content(), "the indentation of this line fits none above")
                .help("keys of one mapping, and items of one list, start in the same column")
        }
        _ => syntax(at.span(), "this is not valid YAML")
            .label("reading stopped here")
            .help("look at the indentation, quotes and brackets of this line and the one above"),
    }
}

/// A key that is a list or a mapping, most often a template variable without quotes.
pub(super) fn container_as_key(text: &str, span: Span, is_mapping: bool) -> Diagnostic {
    let at = Place::new(text, span.file, span.start as usize);
    if let Some(template) = at.unquoted_template() {
        return syntax(template, "a template cannot stand here without quotes").help(QUOTE_TEMPLATE);
    }
    let what = if is_mapping { "a mapping" } else { "a list" };
    syntax(at.character(), format!("{what} cannot be a key"))
        .help("keys are text; text that starts with `[` or `{` needs quotes")
}

/// A key that is null or not there.
pub(super) fn empty_key(span: Span) -> Diagnostic {
    syntax(span, "a key is missing here").help("write the key before the colon; a key named `null` or `~` needs quotes")
}

/// A tag that does not fit its value.
pub(super) fn wrong_tag(span: Span, text: &str, tag: Option<&Tag>) -> Diagnostic {
    let tag = tag.map(Tag::original).unwrap_or_default();
    let shown: String = text.chars().take(40).collect();
    syntax(span, format!("`{shown}` is not what its tag `{tag}` says")).help("remove the tag, or correct the value")
}

/// A value that the second reading refused: what is merged is no mapping, or a tag is one that we do not read.
pub(super) fn unreadable_value(text: &str, file: FileId, offset: usize, error: &serde_saphyr::Error) -> Diagnostic {
    let at = Place::new(text, file, offset);
    match error {
        serde_saphyr::Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            syntax(at.word(), "the merge key `<<` takes a mapping, or a list of mappings")
                .help("name one with an alias: `<<: *defaults`; a key that is really called `<<` cannot be used")
        }
        serde_saphyr::Error::Budget { .. } => {
            Diagnostic::error(Code::YamlBudget, at.span(), "the file is too large to be read")
                .help("a flow is smaller than that; keep data in a file of its own")
        }
        _ => {
            syntax(at.word(), "this value cannot be read as its tag says").help("remove the tag that starts with `!!`")
        }
    }
}
