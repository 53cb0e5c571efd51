use std::fmt;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1_smol::Sha1;

/// A picture. Only what was given as one is one: no text turns into a picture by what it says.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its media type: `image/png`.
    mime: Arc<str>,
    content: ImageContent,
    /// How promptflow names it: eight hexadecimal digits.
    name: OnceLock<Arc<str>>,
}

/// What a picture consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageContent {
    /// Its bytes.
    Bytes(Arc<[u8]>),
    /// The address where it lies; it is never fetched from here.
    Url(Arc<str>),
}

impl Image {
    /// A picture of a media type.
    pub fn new(mime: impl Into<Arc<str>>, content: ImageContent) -> Self {
        Self { mime: mime.into(), content, name: OnceLock::new() }
    }

    /// Its media type: `image/png`, or `image/*` where only its address is known.
    #[must_use]
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// What it consists of.
    #[must_use]
    pub fn content(&self) -> &ImageContent {
        &self.content
    }

    /// Its address, or a `data:` address that holds it: what model providers take.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.content {
            ImageContent::Bytes(bytes) => format!("data:{};base64,{}", self.mime, BASE64.encode(bytes)),
            ImageContent::Url(url) => url.to_string(),
        }
    }

    /// The entry that stands for it in JSON: promptflow's `data:image/png;base64` with the bytes, or `…;url`.
    #[must_use]
    pub fn entry(&self) -> (String, String) {
        match &self.content {
            ImageContent::Bytes(bytes) => (format!("data:{};base64", self.mime), BASE64.encode(bytes)),
            ImageContent::Url(url) => (format!("data:{};url", self.mime), url.to_string()),
        }
    }

    /// As [`Image::entry`], short enough for people to read.
    #[must_use]
    pub fn short_entry(&self) -> (String, String) {
        const SHOWN: usize = 24;
        let (key, value) = self.entry();
        match (&self.content, value.char_indices().nth(SHOWN)) {
            (ImageContent::Bytes(bytes), Some((end, _))) => {
                (key, format!("{}… ({} bytes)", &value[..end], bytes.len()))
            }
            _ => (key, value),
        }
    }
}

/// As promptflow prints it: `Image(f675cd54)`, by the SHA-1 of the bytes; of a picture elsewhere, of its address.
impl fmt::Display for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.get_or_init(|| {
            let digest = match &self.content {
                ImageContent::Bytes(bytes) => Sha1::from(bytes).digest().to_string(),
                ImageContent::Url(url) => Sha1::from(url.as_bytes()).digest().to_string(),
            };
            Arc::from(digest.get(..8).unwrap_or(""))
        });
        write!(formatter, "Image({name})")
    }
}

impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        self.mime == other.mime && self.content == other.content
    }
}

impl Eq for Image {}
