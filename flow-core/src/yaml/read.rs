//! From text to tree, on the event parser that serde-saphyr is built on: its events carry exact places and scalar
//! styles, and duplicate keys and merge keys stay ours to judge.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use super::{Entry, Key, Mapping, Node, NodeValue, Scalar, lines, resolve, syntax};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Source, SourceMap, Span};
use crate::value::Value;

/// The most values of a document, those that aliases and merge keys repeat included.
const MAX_NODES: usize = 50_000;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;
/// The most aliases.
const MAX_ALIASES: usize = 256;
/// The largest file, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// Reads a file of the map. An empty file is an empty mapping. `None`, with an error, where the text is no YAML or
/// larger than a flow can sensibly be; duplicate keys are errors too, but leave a tree.
pub fn read(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = sources.get(file);
    let mut reader = Reader::new(source, file, diagnostics);
    match reader.document() {
        Ok(node) => Some(node),
        Err(stop) => {
            let diagnostic = match stop {
                Stop::Syntax(error) => syntax::explain(source, file, &error),
                Stop::Budget(span, message) => Diagnostic::error(Code::YamlBudget, span, message)
                    .help("a flow is a short text; keep data in a data file and long texts in template files"),
                Stop::Other(diagnostic) => *diagnostic,
            };
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// Why reading ended early.
enum Stop {
    Syntax(granit_parser::ScanError),
    Budget(Span, String),
    Other(Box<Diagnostic>),
}

/// A value that an anchor names, with the number of values in it.
struct Anchored {
    node: Node,
    size: usize,
}

struct Reader<'a> {
    source: &'a Source,
    file: FileId,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    aliases: usize,
    diagnostics: &'a mut Diagnostics,
}

type Read<T> = Result<T, Stop>;

impl<'a> Reader<'a> {
    fn new(source: &'a Source, file: FileId, diagnostics: &'a mut Diagnostics) -> Self {
        let mut options = Options::default();
        options.bom_inside_document_as_content = true;
        // ruamel reads the last line of a file without a line end so, and promptflow reads with ruamel.
        options.block_scalar_eof_without_line_feed = true;
        let parser = Parser::new_from_str_with_options(&source.text, options);
        Self { source, file, parser, anchors: HashMap::new(), nodes: 0, aliases: 0, diagnostics }
    }

    fn document(&mut self) -> Read<Node> {
        if self.source.text.len() > MAX_BYTES {
            let message = format!("the file has {} bytes, more than {MAX_BYTES}", self.source.text.len());
            return Err(Stop::Budget(Span::new(self.file, 0, 0), message));
        }
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    let diagnostic = Diagnostic::error(Code::YamlSyntax, span, "a second document starts here")
                        .help("a flow file holds one document; remove the `---` line or what follows it");
                    return Err(Stop::Other(Box::new(diagnostic)));
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        let end = Span::new(self.file, 0, 0);
        let empty = Node { value: NodeValue::Mapping(Mapping::default()), span: end, defined: None };
        match root {
            None => Ok(empty),
            Some(node) if node.as_scalar().is_some_and(|scalar| scalar.value.is_null()) => {
                Ok(Node { span: node.span, ..empty })
            }
            Some(node) => Ok(node),
        }
    }

    fn next(&mut self) -> Read<(Event<'a>, Span)> {
        match self.parser.next_event() {
            None => Ok((Event::StreamEnd, Span::new(self.file, self.source.text.len(), self.source.text.len()))),
            Some(Err(error)) => Err(Stop::Syntax(error)),
            Some(Ok((event, span))) => {
                let start = span.start.byte_offset().unwrap_or(0);
                let end = span.end.byte_offset().unwrap_or(start);
                Ok((event, Span::new(self.file, start, end)))
            }
        }
    }

    fn count(&mut self, span: Span, more: usize) -> Read<()> {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            return Err(Stop::Budget(span, format!("the file holds more than {MAX_NODES} values")));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Read<Node> {
        if depth > MAX_DEPTH {
            return Err(Stop::Budget(span, format!("values are nested more than {MAX_DEPTH} deep")));
        }
        self.count(span, 1)?;
        let before = self.nodes;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span);
                (node, anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.sequence(span, depth)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.mapping(span, depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span),
            _ => {
                let diagnostic = Diagnostic::error(Code::YamlSyntax, span, "a value is expected here");
                return Err(Stop::Other(Box::new(diagnostic)));
            }
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size: self.nodes - before + 1 });
        }
        Ok(node)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let core_tag = tag.filter(|tag| tag.is_yaml_core_schema()).map(Tag::suffix);
        let value = match (core_tag.and_then(|suffix| resolve::tagged(suffix, text)), style) {
            (Some(value), _) => value,
            (None, ScalarStyle::Plain) if tag.is_none_or(Tag::is_yaml_core_schema) => resolve::plain(text),
            (None, _) => Value::from(text),
        };
        let line_offsets = lines::offsets(self.source, span, text, style).into();
        // A block scalar's end is the next token; its own text ends at its last line.
        let span = lines::trimmed(self.source, span);
        Node { value: NodeValue::Scalar(Scalar { text: Arc::from(text), value, line_offsets }), span, defined: None }
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Read<Node> {
        let mut items = Vec::new();
        let mut span = start;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::SequenceEnd => {
                    span = lines::closed(self.source, span, at);
                    return Ok(Node { value: NodeValue::Sequence(items), span, defined: None });
                }
                event => {
                    let item = self.node(event, at, depth + 1)?;
                    span = span.to(item.span);
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Read<Node> {
        let mut mapping = Mapping::default();
        let mut merges = Vec::new();
        let mut seen: HashMap<Arc<str>, Span> = HashMap::new();
        let mut span = start;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::MappingEnd => {
                    span = lines::closed(self.source, span, at);
                    break;
                }
                event => {
                    let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
                    let key_node = self.node(event, at, depth + 1)?;
                    span = span.to(key_node.span);
                    let key = self.key(&key_node)?;
                    let (event, at) = self.next()?;
                    let value = self.node(event, at, depth + 1)?;
                    span = span.to(value.span);
                    if is_merge {
                        merges.push((key, value));
                        continue;
                    }
                    if let Some(first) = seen.get(&key.text) {
                        let message = format!("the key `{}` stands twice in this mapping", key.text);
                        let diagnostic = Diagnostic::error(Code::DuplicateKey, key.span, message)
                            .related(*first, "first here")
                            .help("remove one of the two");
                        self.diagnostics.push(diagnostic);
                        continue;
                    }
                    seen.insert(Arc::clone(&key.text), key.span);
                    mapping.entries.push(Entry { key, value });
                }
            }
        }
        for (key, value) in merges {
            self.merge(&mut mapping, &key, &value)?;
        }
        Ok(Node { value: NodeValue::Mapping(mapping), span, defined: None })
    }

    fn key(&self, node: &Node) -> Read<Key> {
        match &node.value {
            NodeValue::Scalar(scalar) if !scalar.text.is_empty() => {
                Ok(Key { text: Arc::clone(&scalar.text), span: node.span })
            }
            _ => {
                let message = format!("a key must be text, here it is {}", node.shape());
                let diagnostic = Diagnostic::error(Code::WrongShape, node.span, message)
                    .help("if this is a value that starts with a brace, such as `{{ name }}`, put it in quotes");
                Err(Stop::Other(Box::new(diagnostic)))
            }
        }
    }

    /// Brings in what `<<` names: keys that are written out win, then the first mapping that has a key.
    fn merge(&mut self, mapping: &mut Mapping, key: &Key, value: &Node) -> Read<()> {
        let sources: Vec<&Node> = match &value.value {
            NodeValue::Sequence(items) => items.iter().collect(),
            _ => vec![value],
        };
        for source in sources {
            let Some(merged) = source.as_mapping() else {
                let message = format!("`<<` takes a mapping or a list of mappings, here it is {}", source.shape());
                self.diagnostics.push(Diagnostic::error(Code::WrongShape, source.span, message));
                continue;
            };
            self.count(key.span, merged.entries.len())?;
            for entry in &merged.entries {
                if mapping.get(&entry.key.text).is_none() {
                    let mut entry = entry.clone();
                    entry.value.defined.get_or_insert(entry.value.span);
                    mapping.entries.push(entry);
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Read<Node> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(Stop::Budget(span, format!("the file holds more than {MAX_ALIASES} aliases")));
        }
        let Some(anchored) = self.anchors.get(&anchor) else {
            let diagnostic =
                Diagnostic::error(Code::YamlSyntax, span, "this alias stands inside of the value that it names")
                    .help("write the value out instead");
            return Err(Stop::Other(Box::new(diagnostic)));
        };
        let (node, size) = (anchored.node.clone(), anchored.size);
        self.count(span, size)?;
        Ok(Node { value: node.value, span, defined: Some(node.defined.unwrap_or(node.span)) })
    }
}
