use std::ops::Range;
use std::sync::Arc;

/// A text, with what is known of its origin.
///
/// Chat roles come only from text that the flow's author wrote. A prompt node's output is partly the author's
/// (its template) and partly not (the values put in); the author's stretches are kept here, so that an LLM
/// node which prints that output can still tell the two apart. All other texts have none.
#[derive(Debug, Clone)]
pub struct Text {
    text: Arc<str>,
    authored: Option<Arc<[Range<u32>]>>,
}

impl Text {
    /// A text of which the given byte ranges (ascending, apart, on character boundaries) were written by the flow's author.
    #[must_use]
    pub fn with_authored(text: impl Into<Arc<str>>, authored: impl Into<Arc<[Range<u32>]>>) -> Self {
        Self { text: text.into(), authored: Some(authored.into()) }
    }

    /// A text that the flow's author wrote as a whole, such as a literal in the flow file.
    #[must_use]
    pub fn all_authored(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let whole = 0..u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { text, authored: Some(Arc::from([whole])) }
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The characters, to be shared.
    #[must_use]
    pub fn to_shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The byte ranges that the flow's author wrote, ascending.
    #[must_use]
    pub fn authored(&self) -> &[Range<u32>] {
        self.authored.as_deref().unwrap_or(&[])
    }

    /// The same characters without their origin: nothing in it counts as the author's.
    #[must_use]
    pub fn without_origin(&self) -> Self {
        Self { text: Arc::clone(&self.text), authored: None }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: Arc::from(text), authored: None }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text: Arc::from(text), authored: None }
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self { text, authored: None }
    }
}
