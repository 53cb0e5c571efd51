//! The two parts of a prompty: the front matter between two lines of dashes, and the template behind it.

use std::ops::Range;
use std::sync::Arc;

use crate::connection::sounds_secret;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::doc::Report;
use crate::source::{FileId, SourceMap, Span};
use crate::value::Value;
use crate::yaml::{self, Node, NodeValue, Scalar};

/// Where the parts stand, as byte ranges of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) header: Range<usize>,
    pub(super) template: Range<usize>,
    /// The lines of dashes behind the first one; the last of them ends the front matter.
    closings: Vec<Range<usize>>,
}

const FORM: &str = "a prompty begins with a line `---`, its settings in YAML, another line `---`, and then the prompt";

/// Finds the parts. As in promptflow, the last line of dashes ends the front matter.
pub(super) fn split(file: FileId, sources: &SourceMap, report: &mut Report) -> Option<Parts> {
    let text = &*sources.get(file).text;
    let mut lines = dashes(text);
    let span = |range: &Range<usize>| Span::new(file, range.start, range.end);
    let Some(opening) = lines.next() else {
        let message = "the prompty has no front matter";
        let help = match almost_dashes(text) {
            Some(range) => format!("line {} has signs beside its dashes; {FORM}", line_of(text, range.start)),
            None => FORM.to_owned(),
        };
        report.error(Code::FrontMatter, first_line(file, text), message, help);
        return None;
    };
    let closings: Vec<Range<usize>> = lines.collect();
    let Some(closing) = closings.last() else {
        let message = "no line of dashes ends the front matter that begins here";
        report.error(Code::FrontMatter, span(&opening), message, FORM);
        return None;
    };
    let before = text[..opening.start].trim();
    if !before.is_empty() {
        let start = text.find(before).unwrap_or(0);
        let end = start + before.lines().next().unwrap_or_default().len();
        let message = "text before the front matter is left out";
        let help = "the prompt stands behind the front matter";
        report.warning(Code::FrontMatter, Span::new(file, start, end), message, help);
    }
    let header = behind(text, &opening)..closing.start;
    let template = behind(text, closing)..text.len();
    Some(Parts { header, template, closings })
}

/// Reads the front matter. Where a line of dashes in the prompt was taken for its end, that is what is wrong.
pub(super) fn read(file: FileId, parts: &Parts, sources: &mut SourceMap, report: &mut Report) -> Option<Node> {
    let mut found = Diagnostics::default();
    let root = yaml::read_part(sources, file, parts.header.clone(), &mut found);
    let is_whole = root.is_some() && !found.has_errors();
    if !is_whole {
        hide_secrets(file, parts, sources);
    }
    let (first, last) = (parts.closings.first()?, parts.closings.last()?);
    if is_whole || parts.closings.len() == 1 {
        report.diagnostics.extend(found);
        return root;
    }
    let span = |range: &Range<usize>| Span::new(file, range.start, range.end);
    let message = "this line is taken for the end of the front matter: the last line of dashes is, as in promptflow";
    let diagnostic = Diagnostic::error(Code::FrontMatter, span(last), message)
        .related(span(first), "the front matter seems to end here")
        .help("in the prompt write `***` or `- - -` for a rule, or {{ '---' }} if it must be dashes");
    report.push(diagnostic);
    None
}

/// Lets no message quote what seems to be a secret: of a text that cannot be read, nobody knows what is one.
fn hide_secrets(file: FileId, parts: &Parts, sources: &mut SourceMap) {
    let text = Arc::clone(&sources.get(file).text);
    let mut at = parts.header.start;
    for line in text[parts.header.clone()].split_inclusive('\n') {
        if let Some((key, value)) = line.split_once(':')
            && sounds_secret(key.trim())
            && !value.contains("${")
        {
            sources.hide(Span::new(file, at + key.len() + 1, at + line.len()));
        }
        at += line.len();
    }
}

impl Parts {
    /// The template as a text that knows its places.
    pub(super) fn template_node(&self, file: FileId, sources: &SourceMap) -> Node {
        let text: Arc<str> = Arc::from(&sources.get(file).text[self.template.clone()]);
        let mut offsets = vec![self.template.start];
        offsets.extend(text.match_indices('\n').map(|(at, _)| self.template.start + at + 1));
        let line_offsets = offsets.into_iter().map(|offset| u32::try_from(offset).unwrap_or(u32::MAX)).collect();
        let value = Value::from(&*text);
        Node {
            value: NodeValue::Scalar(Scalar { text, value, line_offsets }),
            span: Span::new(file, self.template.start, self.template.end),
            defined: None,
        }
    }
}

/// The lines that hold three or more dashes and nothing else. The last line of a file counts only with its line end.
fn dashes(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let words = line.strip_suffix('\n')?.trim_end_matches('\r');
        is_dashes(words).then(|| start..start + words.len())
    })
}

fn is_dashes(words: &str) -> bool {
    words.len() >= 3 && words.bytes().all(|byte| byte == b'-')
}

/// The first line that would be one of dashes without the white space around them.
fn almost_dashes(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        is_dashes(line.trim()).then(|| start..start + line.len())
    })
}

/// The offset of the line behind a line.
fn behind(text: &str, line: &Range<usize>) -> usize {
    text[line.end..].find('\n').map_or(text.len(), |end| line.end + end + 1)
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn first_line(file: FileId, text: &str) -> Span {
    Span::new(file, 0, text.lines().next().unwrap_or_default().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Strictness;

    fn parts(text: &str) -> Option<(String, String)> {
        let mut sources = SourceMap::default();
        let file = sources.add("a.prompty", text);
        let parts = split(file, &sources, &mut Report::new(Strictness::Compatible))?;
        let text = &sources.get(file).text;
        Some((text[parts.header.clone()].to_owned(), text[parts.template].to_owned()))
    }

    #[test]
    fn the_last_line_of_dashes_ends_the_front_matter() {
        let owned = |header: &str, template: &str| Some((header.to_owned(), template.to_owned()));
        assert_eq!(parts("---\na: 1\n---\nuser:\nhi"), owned("a: 1\n", "user:\nhi"));
        assert_eq!(parts("\n\n-----\r\na: 1\r\n----\r\nhi\r\n"), owned("a: 1\r\n", "hi\r\n"));
        assert_eq!(parts("---\na: 1\n---\nx\n---\ny"), owned("a: 1\n---\nx\n", "y"));
        assert_eq!(parts("---\na: 1\n---\nx ---\n| --- |\n ---\n---"), owned("a: 1\n", "x ---\n| --- |\n ---\n---"));
        assert_eq!(parts("---\na: 1\n---"), None, "a last line counts with its line end only");
        assert_eq!(parts("user:\nhi\n"), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_there_the_prompt_has_no_line_of_dashes(
            lines in proptest::collection::vec("(---|----|-- -|--- |a: 1|ü|\\{\\{ q \\}\\}|)(\r\n|\n)", 0..12)
        ) {
            let text = lines.concat();
            if let Some((header, template)) = parts(&text) {
                proptest::prop_assert!(text.ends_with(&template) && text.contains(&header));
                proptest::prop_assert_eq!(dashes(&template).count(), 0);
            }
        }
    }
}
