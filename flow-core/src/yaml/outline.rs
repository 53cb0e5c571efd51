//! How a text is written: a walk over the parser's events that finds every error of syntax, keys that stand twice,
//! and files that grow too large once their aliases are put in.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::{MAX_ALIASES, MAX_DEPTH, MAX_MERGE_KEYS, MAX_NODES, Scalar, lines, scalar, syntax};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Span};
use crate::value::Value;

/// How many keys that stand twice are told; a file with more was put together by a machine.
const MAX_DUPLICATES: usize = 50;

/// What is written where, by byte offset.
#[derive(Debug, Default)]
pub(super) struct Outline {
    scalars: HashMap<usize, (Scalar, usize)>,
    sequence_ends: HashMap<usize, usize>,
    mapping_ends: HashMap<usize, usize>,
    has_content: bool,
    depth: usize,
}

impl Outline {
    /// Whether the text holds no value at all.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_content
    }

    /// How deep lists and mappings are nested once aliases are put in.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The scalar that starts at an offset and the offset behind it; `None` if nothing is written there.
    pub(super) fn scalar(&self, start: usize) -> Option<(&Scalar, usize)> {
        self.scalars.get(&start).map(|(scalar, end)| (scalar, *end))
    }

    /// The offset behind the list that starts at an offset.
    pub(super) fn sequence_end(&self, start: usize) -> usize {
        self.sequence_ends.get(&start).copied().unwrap_or(start)
    }

    /// The offset behind the mapping that starts at an offset.
    pub(super) fn mapping_end(&self, start: usize) -> usize {
        self.mapping_ends.get(&start).copied().unwrap_or(start)
    }

    /// The offset behind whatever starts at an offset, or a little further if nothing is known of it.
    pub(super) fn end(&self, start: usize, length: usize) -> usize {
        let container = self.mapping_ends.get(&start).or_else(|| self.sequence_ends.get(&start));
        container.copied().unwrap_or(start).max(start + length)
    }
}

/// Walks over a text. `None` if it is broken beyond a tree; the problem is among the diagnostics then.
pub(super) fn outline(text: &str, file: FileId, diagnostics: &mut Diagnostics) -> Option<Outline> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // As promptflow's reader: a block at the end of a file without a line end has none either.
        block_scalar_eof_without_line_feed: true,
    };
    let mut walk = Walk::new(text, file, diagnostics);
    for event in Parser::new_from_str_with_options(text, options) {
        let problem = match event {
            Ok((event, place)) => match place.byte_range() {
                Some(range) => walk.event(&event, range.start, range.end).err(),
                None => continue,
            },
            Err(error) => Some(Box::new(syntax::describe(text, file, &error, walk.open_bracket()))),
        };
        if let Some(problem) = problem {
            walk.diagnostics.push(*problem);
            return None;
        }
    }
    Some(walk.outline)
}

type Step = Result<(), Box<Diagnostic>>;

/// A list or mapping that is not closed yet.
struct Frame {
    /// The keys so far, with their places; `None` for a list.
    keys: Option<HashMap<Arc<str>, Span>>,
    /// In a mapping: whether the next value is a key.
    at_key: bool,
    is_flow: bool,
    start: usize,
    /// Behind the last value so far.
    end: usize,
    anchor: usize,
    nodes_before: usize,
    height: usize,
}

/// What an alias to this anchor brings in.
struct Anchored {
    nodes: usize,
    height: usize,
    /// The text, if it is a scalar that can be a key.
    key: Option<Arc<str>>,
}

struct Walk<'a> {
    text: &'a str,
    file: FileId,
    diagnostics: &'a mut Diagnostics,
    outline: Outline,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    documents: usize,
    nodes: usize,
    aliases: usize,
    merge_keys: usize,
    duplicates: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, file: FileId, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            text,
            file,
            diagnostics,
            outline: Outline::default(),
            frames: Vec::new(),
            anchors: HashMap::new(),
            documents: 0,
            nodes: 0,
            aliases: 0,
            merge_keys: 0,
            duplicates: 0,
        }
    }

    fn event(&mut self, event: &Event<'_>, start: usize, end: usize) -> Step {
        match event {
            Event::DocumentStart(..) => self.document(start, end),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(text, *style, tag.as_deref(), start..end)?;
                let key = (end > start).then(|| Arc::from(&**text));
                self.anchors.insert(*anchor, Anchored { nodes: 1, height: 0, key });
                Ok(())
            }
            Event::Alias(anchor) => self.alias(*anchor, start..end),
            Event::SequenceStart(style, anchor, _) => self.open(None, *style, *anchor, start..end),
            Event::MappingStart(style, anchor, _) => self.open(Some(HashMap::new()), *style, *anchor, start..end),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(end);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn document(&mut self, start: usize, end: usize) -> Step {
        self.documents += 1;
        if self.documents < 2 {
            return Ok(());
        }
        let error = Diagnostic::error(
            Code::YamlSyntax,
            Span::new(self.file, start, end),
            "a second document starts here, a flow file holds one",
        );
        Err(Box::new(error.help("remove the line `---`, or move what follows into a file of its own")))
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: std::ops::Range<usize>) -> Step {
        let span = self.trimmed(&place);
        self.count(1, span)?;
        let Some(value) = scalar::resolve(if place.is_empty() && tag.is_none() { "" } else { text }, style, tag) else {
            return Err(Box::new(syntax::wrong_tag(span, text, tag)));
        };
        let is_null = matches!(value, Value::Null);
        // A block without content has the place of what comes next.
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_written = !place.is_empty() && (!is_block || !text.is_empty());
        if is_written {
            let line_offsets = match value {
                Value::Text(_) => lines::line_offsets(self.text, place.start, place.end, style, text),
                _ => Arc::default(),
            };
            let scalar = Scalar { text: Arc::from(text), value, line_offsets };
            self.outline.scalars.insert(place.start, (scalar, span.end as usize));
        }
        let key = if is_null { None } else { Some(Arc::from(text)) };
        self.value(key, span, style == ScalarStyle::Plain)
    }

    fn alias(&mut self, anchor: usize, place: std::ops::Range<usize>) -> Step {
        let span = Span::new(self.file, place.start, place.end);
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(self.over(span, format!("more than {MAX_ALIASES} aliases")));
        }
        let Some(anchored) = self.anchors.get(&anchor) else {
            let error = Diagnostic::error(Code::YamlSyntax, span, "this alias stands inside of what it names");
            return Err(Box::new(error.help("a value cannot contain itself; write out the part that is meant")));
        };
        let (nodes, height, key) = (anchored.nodes, anchored.height, anchored.key.clone());
        self.count(nodes, span)?;
        if self.frames.len() + height > MAX_DEPTH {
            return Err(self.over(span, format!("lists and mappings nested more than {MAX_DEPTH} deep")));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.height = frame.height.max(height);
        }
        self.value(key, span, false)
    }

    fn open(
        &mut self,
        keys: Option<HashMap<Arc<str>, Span>>,
        style: StructureStyle,
        anchor: usize,
        place: std::ops::Range<usize>,
    ) -> Step {
        let span = Span::new(self.file, place.start, place.end);
        if self.frames.last().is_some_and(|frame| frame.at_key) {
            return Err(Box::new(syntax::container_as_key(self.text, span, keys.is_some())));
        }
        self.count(1, span)?;
        if self.frames.len() >= MAX_DEPTH {
            return Err(self.over(span, format!("lists and mappings nested more than {MAX_DEPTH} deep")));
        }
        let at_key = keys.is_some();
        let is_flow = style == StructureStyle::Flow;
        let nodes_before = self.nodes - 1;
        let (start, end) = (place.start, place.end);
        self.frames.push(Frame { keys, at_key, is_flow, start, end, anchor, nodes_before, height: 0 });
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        let end = if frame.is_flow { end.max(frame.end) } else { frame.end };
        let ends = if frame.keys.is_some() { &mut self.outline.mapping_ends } else { &mut self.outline.sequence_ends };
        ends.insert(frame.start, end);
        let height = frame.height + 1;
        self.anchors.insert(frame.anchor, Anchored { nodes: self.nodes - frame.nodes_before, height, key: None });
        self.outline.has_content = true;
        self.outline.depth = self.outline.depth.max(height);
        if let Some(parent) = self.frames.last_mut() {
            parent.height = parent.height.max(height);
            parent.end = parent.end.max(end);
            parent.at_key = parent.keys.is_some();
        }
    }

    /// A scalar or alias, as a key or as a value.
    fn value(&mut self, key: Option<Arc<str>>, span: Span, is_plain: bool) -> Step {
        let Some(frame) = self.frames.last_mut() else {
            self.outline.has_content = key.is_some();
            return Ok(());
        };
        frame.end = frame.end.max(span.end as usize);
        if !frame.at_key {
            frame.at_key = frame.keys.is_some();
            return Ok(());
        }
        frame.at_key = false;
        let Some(key) = key else {
            return Err(Box::new(syntax::empty_key(span)));
        };
        let keys = frame.keys.get_or_insert_default();
        match keys.get(&key).copied() {
            Some(first) => self.duplicate(&key, first, span),
            None => {
                keys.insert(Arc::clone(&key), span);
            }
        }
        if is_plain && &*key == "<<" {
            self.merge_keys += 1;
            if self.merge_keys > MAX_MERGE_KEYS {
                return Err(self.over(span, format!("more than {MAX_MERGE_KEYS} merge keys")));
            }
        }
        Ok(())
    }

    fn duplicate(&mut self, key: &str, first: Span, span: Span) {
        self.duplicates += 1;
        if self.duplicates > MAX_DUPLICATES {
            return;
        }
        let help = if key == "<<" {
            "merge several mappings with one key: `<<: [*one, *two]`"
        } else {
            "remove one of the two, or rename it"
        };
        self.diagnostics.push(
            Diagnostic::error(Code::DuplicateKey, span, format!("key `{key}` stands twice in one mapping"))
                .label("again here")
                .related(first, "first here")
                .help(help),
        );
    }

    fn count(&mut self, nodes: usize, span: Span) -> Step {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(self.over(span, format!("more than {MAX_NODES} values, aliases counted in full")));
        }
        Ok(())
    }

    fn over(&self, span: Span, what: String) -> Box<Diagnostic> {
        let error = Diagnostic::error(Code::YamlBudget, span, format!("the file has {what}"));
        Box::new(
            error.label("the limit is passed here").help("a flow is smaller than that; keep data in a file of its own"),
        )
    }

    /// Where the innermost open `[` or `{` stands.
    fn open_bracket(&self) -> Option<usize> {
        self.frames.iter().rev().find(|frame| frame.is_flow).map(|frame| frame.start)
    }

    /// The place without the line ends that a block takes along.
    fn trimmed(&self, place: &std::ops::Range<usize>) -> Span {
        let written = self.text.get(place.clone()).unwrap_or("");
        Span::new(self.file, place.start, place.start + written.trim_end().len())
    }
}
