//! Who wrote what, kept while a template renders.
//!
//! A printed value never enters the output: a mark takes its place, and the value waits in the session until the
//! output is put together. So nothing in a value can look like the author's text. A mark holds a number that is
//! drawn afresh for each rendering; a value that contains something like a mark stays what it is.
//!
//! Captured text (a `{% set %}` block, a macro) is a value to Jinja, and templates compare and measure it. Its marks
//! are therefore resolved at once, and the session remembers the origin of the resulting text by its address,
//! holding on to the text so that the address cannot be used again. A text that was changed in any way is another
//! text, and counts as a value from end to end.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind};

use super::rendered::{Composer, Rendered};
use crate::value::{Image, Text};

/// The most bytes a rendered template may have.
pub const OUTPUT_LIMIT: usize = 4 << 20;

/// The most bytes that values may print while a template renders, captured text included.
pub(super) const PRINTED_LIMIT: usize = 4 * OUTPUT_LIMIT;

/// Opens a mark. It is a noncharacter, which no template may contain.
pub(super) const MARK_OPEN: char = '\u{fdd0}';
const MARK_CLOSE: char = '\u{fdd1}';

/// How a list prints that is printed whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListStyle {
    /// As Python's `repr` writes it: `['a', 1]`.
    #[default]
    Python,
    /// One item per line, as promptflow does for Azure.
    Lines,
}

/// What one rendering keeps beside its output.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) lists: ListStyle,
    nonce: u64,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    /// What marks stand for, by number.
    printed: Vec<Printed>,
    /// The bytes in `printed`.
    bytes: usize,
    /// Texts with an origin, by the address of their characters. The text is held so that its address stays its own.
    origins: HashMap<usize, Text>,
    /// The text made for a text from outside, by the address of the latter. Holds the latter for the same reason.
    adopted: HashMap<usize, (Text, Arc<str>)>,
    /// The texts made for literals of the template, by their characters.
    literals: HashMap<Arc<str>, Arc<str>>,
}

/// What a mark stands for: a text, and the pictures that it stands for in turn.
#[derive(Debug)]
struct Printed {
    text: Text,
    pictures: Vec<Arc<Image>>,
}

impl Session {
    pub(super) fn new(lists: ListStyle) -> Self {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nonce = KEYS.hash_one(COUNT.fetch_add(1, Ordering::Relaxed));
        Self { lists, nonce, ledger: Mutex::default() }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text to hand to the template for a text that partly is the author's: a copy, since the same characters may
    /// be in use elsewhere as a plain value.
    pub(super) fn adopt(&self, text: &Text) -> Arc<str> {
        let shared = text.to_shared();
        let mut ledger = self.ledger();
        let key = address(&shared);
        match ledger.adopted.get(&key) {
            Some((known, copy)) if known.authored() == text.authored() => return Arc::clone(copy),
            _ => {}
        }
        let copy: Arc<str> = Arc::from(&*shared);
        let held = Text::with_authored(Arc::clone(&copy), text.authored());
        ledger.origins.insert(address(&copy), held);
        ledger.adopted.insert(key, (text.clone(), Arc::clone(&copy)));
        copy
    }

    /// The text to print for a literal that a tag consists of.
    pub(super) fn literal(&self, characters: &str) -> Arc<str> {
        let mut ledger = self.ledger();
        if let Some(text) = ledger.literals.get(characters) {
            return Arc::clone(text);
        }
        let text: Arc<str> = Arc::from(characters);
        ledger.origins.insert(address(&text), Text::all_authored(Arc::clone(&text)));
        ledger.literals.insert(Arc::from(characters), Arc::clone(&text));
        text
    }

    /// Resolves the marks of captured text; the session remembers which of it is the author's.
    pub(super) fn capture(&self, marked: &str) -> Result<Arc<str>, Error> {
        let rendered = self.compose(marked)?;
        let text = rendered.to_text();
        let shared = text.to_shared();
        self.ledger().origins.insert(address(&shared), text);
        Ok(shared)
    }

    /// The text with its origin, if it is one that the session knows.
    pub(super) fn known(&self, text: &str) -> Option<Text> {
        let ledger = self.ledger();
        let known = ledger.origins.get(&(text.as_ptr() as usize))?;
        (known.len() == text.len()).then(|| known.clone())
    }

    /// Takes note of a printed text and gives the mark that stands for it.
    pub(super) fn print(&self, text: Text, pictures: Vec<Arc<Image>>) -> Result<String, Error> {
        let mut ledger = self.ledger();
        ledger.bytes = ledger.bytes.saturating_add(text.len());
        if ledger.bytes > PRINTED_LIMIT {
            return Err(too_long());
        }
        ledger.printed.push(Printed { text, pictures });
        Ok(format!("{MARK_OPEN}{:x}.{:x}{MARK_CLOSE}", self.nonce, ledger.printed.len() - 1))
    }

    /// Puts the output together: the marks give way to what they stand for.
    pub(super) fn compose(&self, marked: &str) -> Result<Rendered, Error> {
        let ledger = self.ledger();
        let mut composer = Composer::default();
        let mut rest = marked;
        while let Some(start) = rest.find(MARK_OPEN) {
            let behind = &rest[start + MARK_OPEN.len_utf8()..];
            let mark = behind.split_once(MARK_CLOSE).and_then(|(mark, behind)| {
                let (nonce, number) = mark.split_once('.')?;
                let number = usize::from_str_radix(number, 16).ok()?;
                (u64::from_str_radix(nonce, 16).ok()? == self.nonce).then_some((ledger.printed.get(number)?, behind))
            });
            composer.push_author(&rest[..start]);
            match mark {
                Some((printed, behind)) if !printed.pictures.is_empty() => {
                    composer.push_pictures(&printed.text, &printed.pictures);
                    rest = behind;
                }
                Some((printed, behind)) => {
                    composer.push_text(&printed.text);
                    rest = behind;
                }
                // Nothing that the author wrote has this character, so it came with a value.
                None => {
                    composer.push_value(&rest[start..start + MARK_OPEN.len_utf8()]);
                    rest = behind;
                }
            }
            if composer.len() > OUTPUT_LIMIT {
                return Err(too_long());
            }
        }
        composer.push_author(rest);
        if composer.len() > OUTPUT_LIMIT {
            return Err(too_long());
        }
        Ok(composer.finish())
    }
}

/// Lets templates carry the session under a name that no template can write.
impl Object for Session {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

fn address(text: &Arc<str>) -> usize {
    text.as_ptr() as usize
}

pub(super) fn too_long() -> Error {
    Error::new(
        ErrorKind::WriteFailure,
        format!("the rendered text is longer than {} MiB; print less, or shorten the values first", OUTPUT_LIMIT >> 20),
    )
}
