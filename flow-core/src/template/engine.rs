use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value as View;
use sha2::{Digest, Sha256};

use super::environment::{self, Strictness};
use super::fault::Fault;
use super::names::{self, FUNCTIONS};
use super::rendered::Rendered;
use super::rewrite;
use super::scan::{OffsetMap, Piece, PieceKind, pieces, tokens};
use super::session::{ListStyle, MARK_OPEN, Session};
use super::slices::without_slices;
use super::view::RootView;
use crate::value::Value;

/// Gives the text of a project file that a template includes; `None` if there is no such file, an error in words if it
/// may not be read.
pub type Loader = Arc<dyn Fn(&str) -> Result<Option<String>, String> + Send + Sync>;

/// How templates are compiled: a strictness, and where included files come from.
#[derive(Clone, Default)]
pub struct Engine {
    strictness: Strictness,
    loader: Option<Loader>,
}

impl Engine {
    /// An engine whose templates cannot include files.
    #[must_use]
    pub fn new(strictness: Strictness) -> Self {
        Self { strictness, loader: None }
    }

    /// An engine for strict templates, which may include what the loader gives.
    #[must_use]
    pub fn with_loader(loader: Loader) -> Self {
        Self { strictness: Strictness::Strict, loader: Some(loader) }
    }

    /// The digest of a text with the files that it includes.
    fn digest(&self, source: &str, includes: &[Include]) -> String {
        let mut digest = Sha256::new();
        digest.update(source);
        for file in includes.iter().filter_map(|include| include.file.as_deref()) {
            let text = self.loader.as_ref().and_then(|loader| loader(file).ok().flatten());
            digest.update([0]);
            digest.update(text.unwrap_or_default());
        }
        digest.finalize().iter().take(5).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn environment(&self) -> Environment<'static> {
        let mut environment = environment::base(self.strictness).clone();
        if let Some(loader) = self.loader.clone() {
            environment.set_loader(move |name| {
                let source =
                    loader(name).map_err(|message| minijinja::Error::new(minijinja::ErrorKind::BadInclude, message))?;
                match source {
                    Some(source) => {
                        let prepared = Prepared::new(&source)
                            .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadInclude, error.message))?;
                        Ok(Some(prepared.source))
                    }
                    None => Ok(None),
                }
            });
        }
        environment
    }
}

/// A template, compiled once and rendered many times. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Template {
    compiled: Arc<Compiled>,
}

struct Compiled {
    environment: Environment<'static>,
    name: String,
    strictness: Strictness,
    prepared: Prepared,
    variables: Vec<Variable>,
    properties: Vec<Vec<String>>,
    includes: Vec<Include>,
    digest: String,
}

/// A variable that a template reads and does not set itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where the template first reads it.
    pub range: Range<usize>,
}

/// A tag that wants another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The tag: `include`, `import`, `from` or `extends`.
    pub tag: String,
    /// The file, where the tag names it plainly.
    pub file: Option<String>,
    /// What the tag says, without its delimiters.
    pub range: Range<usize>,
}

impl Template {
    /// Compiles a template. The name is for messages about included files.
    ///
    /// # Errors
    /// What is wrong with the template, with its place: syntax, filters and tests that do not exist.
    pub fn compile(engine: &Engine, name: &str, source: &str) -> Result<Self, TemplateError> {
        Self::compile_below(engine, name, 0, source)
    }

    /// As [`Template::compile`], of a text that stands below so many lines of its file.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_below(engine: &Engine, name: &str, lines_above: usize, source: &str) -> Result<Self, TemplateError> {
        let prepared = Prepared { lines_above, ..Prepared::new(source)? };
        let mut environment = engine.environment();
        let added = environment.add_template_owned(name.to_owned(), prepared.source.clone());
        added.map_err(|error| prepared.error(&Fault::of(&error, &prepared.source, name, engine.strictness)))?;
        let mut undeclared = match environment.get_template(name) {
            Ok(template) => template.undeclared_variables(false),
            Err(error) => return Err(prepared.error(&Fault::of(&error, &prepared.source, name, engine.strictness))),
        };
        if let Some(unsliced) = without_slices(&prepared.normal, &prepared.pieces)
            && let Ok(template) = environment.template_from_str(&unsliced)
        {
            undeclared.extend(template.undeclared_variables(false));
        }
        let provided = |name: &str| FUNCTIONS.contains(&name) || ["loop", "caller", "self", "super"].contains(&name);
        let mut variables: Vec<Variable> = Vec::new();
        let mut properties: Vec<Vec<String>> = Vec::new();
        let mut includes = Vec::new();
        for piece in &prepared.pieces {
            if !matches!(piece.kind, PieceKind::Print | PieceKind::Block) {
                continue;
            }
            let words = tokens(&prepared.normal, piece.inner.clone());
            for path in names::names(&prepared.normal, &words) {
                let name = path.root();
                if undeclared.contains(name) && path.segments.len() > 1 && !properties.contains(&path.segments) {
                    properties.push(path.segments.clone());
                }
                if undeclared.contains(name) && !provided(name) && variables.iter().all(|known| known.name != name) {
                    let range = prepared.line_ends.back_range(path.root_range());
                    variables.push(Variable { name: name.to_owned(), range });
                }
            }
            let word = |index: usize| words.get(index).map_or("", |word| &prepared.normal[word.range.clone()]);
            if piece.kind == PieceKind::Block && matches!(word(0), "include" | "import" | "from" | "extends") {
                let file = word(1).strip_prefix(['\'', '"']).and_then(|file| file.strip_suffix(['\'', '"']));
                let file = file.map(str::to_owned);
                let range = prepared.line_ends.back_range(piece.inner.clone());
                includes.push(Include { tag: word(0).to_owned(), file, range });
            }
        }
        let strictness = engine.strictness;
        let name = name.to_owned();
        let digest = engine.digest(source, &includes);
        let compiled = Compiled { environment, name, strictness, prepared, variables, properties, includes, digest };
        Ok(Self { compiled: Arc::new(compiled) })
    }

    /// What was written, with line ends as Jinja has them.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.compiled.prepared.normal
    }

    /// The variables that the template reads and does not set itself, in the order in which they appear.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.compiled.variables
    }

    /// Ten hexadecimal digits by which its text, and that of the files that it includes by name, is told from others.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.compiled.digest
    }

    /// The properties of variables that it reads, as far as its text shows them, each as a variable and the names behind it.
    #[must_use]
    pub fn properties(&self) -> &[Vec<String>] {
        &self.compiled.properties
    }

    /// The tags that want other files.
    #[must_use]
    pub fn includes(&self) -> &[Include] {
        &self.compiled.includes
    }

    /// Renders the template with the given variables.
    ///
    /// # Errors
    /// What failed, with its place in the template.
    pub fn render(&self, variables: Vec<(Arc<str>, Value)>) -> Result<Rendered, TemplateError> {
        self.render_with(variables, ListStyle::Python)
    }

    /// Renders the template; lists that are printed whole print in the style given.
    ///
    /// # Errors
    /// What failed, with its place in the template.
    pub fn render_with(&self, variables: Vec<(Arc<str>, Value)>, lists: ListStyle) -> Result<Rendered, TemplateError> {
        let compiled = &*self.compiled;
        let session = Arc::new(Session::new(lists));
        let root = View::from_object(RootView { variables, session: Arc::clone(&session) });
        compiled
            .environment
            .get_template(&compiled.name)
            .and_then(|template| template.render(root))
            .and_then(|marked| session.compose(&marked))
            .map_err(|error| {
                let fault = Fault::of(&error, &compiled.prepared.source, &compiled.name, compiled.strictness);
                let mut error = compiled.prepared.error(&fault);
                error.place = fault.range.map(|range| compiled.prepared.place(&compiled.name, range.start));
                error
            })
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Template").field("name", &self.compiled.name).finish_non_exhaustive()
    }
}

/// A template's source as it is given to MiniJinja, and the way back from its places to those of the original.
struct Prepared {
    /// With line ends as Jinja has them.
    normal: String,
    line_ends: OffsetMap,
    /// Of `normal`.
    pieces: Vec<Piece>,
    /// As MiniJinja reads it.
    source: String,
    leads: OffsetMap,
    /// The lines that stand above it in its file.
    lines_above: usize,
}

impl Prepared {
    fn new(original: &str) -> Result<Self, TemplateError> {
        let (normal, line_ends) = rewrite::normalize_line_ends(original);
        if let Some(at) = original.find(MARK_OPEN) {
            return Err(TemplateError {
                message: "the template contains the code point U+FDD0, which stands for no character".to_owned(),
                help: Some("delete it".to_owned()),
                range: Some(at..at + MARK_OPEN.len_utf8()),
                place: None,
            });
        }
        let pieces = pieces(&normal);
        for piece in pieces.iter().filter(|piece| matches!(piece.kind, PieceKind::Print | PieceKind::Block)) {
            for used in names::uses(&normal, &tokens(&normal, piece.inner.clone())) {
                if let Some((message, help)) = used.fault() {
                    return Err(TemplateError {
                        message,
                        help,
                        range: Some(line_ends.back_range(used.range)),
                        place: None,
                    });
                }
            }
        }
        let (source, leads) =
            rewrite::lead_origins(&normal, &pieces).unwrap_or_else(|| (normal.clone(), OffsetMap::default()));
        Ok(Self { normal, line_ends, pieces, source, leads, lines_above: 0 })
    }

    /// Where an offset of `source` lies, in words.
    fn place(&self, name: &str, offset: usize) -> String {
        let offset = self.leads.back(offset).min(self.normal.len());
        let before = self.normal.get(..offset).unwrap_or("");
        let line = before.matches('\n').count() + 1 + self.lines_above;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!("{name}:{line}:{column}")
    }

    fn error(&self, fault: &Fault) -> TemplateError {
        let range = fault.range.clone().map(|range| self.line_ends.back_range(self.leads.back_range(range)));
        TemplateError { message: fault.message.clone(), help: fault.help.clone(), range, place: None }
    }
}

/// What is wrong with a template, or went wrong while it rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", place.as_ref().map(|place| format!(" (at {place})")).unwrap_or_default())]
pub struct TemplateError {
    /// One line, in lower case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where it is, in bytes of the template's source; `None` where it is in an included file (the message names it)
    /// or in no place.
    pub range: Option<Range<usize>>,
    /// For an error while rendering: the template's name with line and column, both from 1. Errors at compile time are
    /// shown at `range` in the source instead.
    pub place: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_shared_between_threads() {
        let template = Template::compile(&Engine::new(Strictness::Compatible), "t", "{{ n }}-{{ n }}").unwrap();
        let render = |number: i64| {
            let variables = vec![(Arc::from("n"), Value::Int(number))];
            template.render(variables).map(|rendered| rendered.as_str().to_owned())
        };
        std::thread::scope(|scope| {
            let render = &render;
            let threads: Vec<_> = (0..4).map(|number| (number, scope.spawn(move || render(number)))).collect();
            for (number, thread) in threads {
                assert_eq!(thread.join().unwrap(), Ok(format!("{number}-{number}")));
            }
        });
    }
}
