use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::form::{MessageFormat, Written, basic, basic_text, data_url, openai};
use super::media_type;
use crate::project::{ProjectError, ProjectFiles};
use crate::value::{Image, ImageContent, Value};

/// The largest picture, in bytes; providers take none that are larger.
pub const LARGEST: usize = 20 << 20;

/// Reads the value of an input of type `image`: a picture in one of promptflow's forms, or a text, which is base64 if
/// that gives a picture, else an address, else a file. Null stays null.
///
/// # Errors
/// It is none of these, or no picture is there.
pub fn load(value: &Value, files: &ProjectFiles) -> Result<Value, ImageError> {
    let written = match value {
        Value::Image(_) | Value::Object(_) | Value::Null => return Ok(value.clone()),
        Value::Map(entries) => basic(entries).or_else(|| openai(entries)).ok_or(ImageError::Form)?,
        Value::Text(text) => {
            if let Some(image) = from_base64(None, text).ok().filter(is_known) {
                return Ok(Value::Image(Arc::new(image)));
            }
            let text = text.trim();
            if let Some(written) = basic_text(text) {
                written
            } else if text.contains("://") || text.starts_with("data:") {
                Written::Url { mime: None, url: text }
            } else if text.is_empty() {
                return Err(ImageError::Form);
            } else {
                Written::Path(text)
            }
        }
        _ => return Err(ImageError::Form),
    };
    read(written, files).map(|image| Value::Image(Arc::new(image)))
}

/// Whether a value is a picture in one of promptflow's own forms.
#[must_use]
pub fn is_written(value: &Value) -> bool {
    match value {
        Value::Image(_) => true,
        Value::Map(entries) => basic(entries).is_some(),
        Value::Text(text) => basic_text(text.as_str()).is_some(),
        _ => false,
    }
}

/// The same value, in which mappings for pictures became pictures, and in OpenAI's form those for texts became texts, at
/// any depth. Nothing is copied where there are none.
///
/// # Errors
/// One of them leads to no picture.
pub fn load_inside(value: &Value, format: MessageFormat, files: &ProjectFiles) -> Result<Value, ImageError> {
    if !format.is_in(value) {
        return Ok(value.clone());
    }
    match value {
        Value::List(items) => {
            let items: Result<Vec<Value>, ImageError> =
                items.iter().map(|item| load_inside(item, format, files)).collect();
            Ok(Value::List(Arc::new(items?)))
        }
        Value::Map(entries) => match (format.written(entries), format.text(entries)) {
            (Some(written), _) => read(written, files).map(|image| Value::Image(Arc::new(image))),
            (None, Some(text)) => Ok(text.clone()),
            (None, None) => {
                let entries =
                    entries.iter().map(|(key, value)| Ok((Arc::clone(key), load_inside(value, format, files)?)));
                Ok(Value::Map(Arc::new(entries.collect::<Result<_, ImageError>>()?)))
            }
        },
        other => Ok(other.clone()),
    }
}

/// Reads a file that the user named, wherever it lies.
///
/// # Errors
/// It cannot be read, is too large, or is no picture.
pub fn read_file(path: &Path) -> Result<Image, ImageError> {
    let shown = || path.display().to_string();
    let unreadable = |error: std::io::Error| ImageError::Unreadable { path: shown(), message: words(&error) };
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(ImageError::Unreadable { path: shown(), message: "it is no file".to_owned() });
    }
    if usize::try_from(about.len()).unwrap_or(usize::MAX) > LARGEST {
        return Err(ImageError::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LARGEST {
        return Err(ImageError::TooLarge);
    }
    // Also a guard: no other file of the project leaves it as a picture.
    let mime = media_type(&bytes).ok_or_else(|| ImageError::NoPicture { path: shown() })?;
    Ok(Image::new(mime, ImageContent::Bytes(bytes.into())))
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}

fn read(written: Written<'_>, files: &ProjectFiles) -> Result<Image, ImageError> {
    match written {
        Written::Path(path) => {
            let found = files.resolve(path)?;
            // Messages name the path as it was written.
            read_file(&found).map_err(|error| match error {
                ImageError::Unreadable { message, .. } => ImageError::Unreadable { path: path.to_owned(), message },
                ImageError::NoPicture { .. } => ImageError::NoPicture { path: path.to_owned() },
                other => other,
            })
        }
        Written::Base64 { mime, text } => from_base64(mime, text),
        Written::Url { mime, url } => from_url(mime, url),
    }
}

/// What the bytes are counts more than what is written of them.
fn from_base64(mime: Option<Arc<str>>, text: &str) -> Result<Image, ImageError> {
    if text.len() / 4 * 3 > LARGEST + 3 {
        return Err(ImageError::TooLarge);
    }
    let bare: String = text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(&bare).map_err(|_| ImageError::Base64)?;
    let mime = media_type(&bytes).map(Arc::from).or(mime);
    Ok(Image::new(mime.unwrap_or_else(|| Arc::from("image/*")), ImageContent::Bytes(bytes.into())))
}

fn is_known(image: &Image) -> bool {
    image.mime() != "image/*"
}

fn from_url(mime: Option<Arc<str>>, url: &str) -> Result<Image, ImageError> {
    if url.starts_with("data:") {
        let (mime, text) = data_url(url).ok_or(ImageError::Base64)?;
        return from_base64(Some(mime), text);
    }
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let is_web = lower.starts_with("http://") || lower.starts_with("https://");
    if !is_web || url.chars().any(|sign| sign.is_whitespace() || sign.is_control()) {
        return Err(ImageError::Address { url: url.chars().take(80).collect() });
    }
    Ok(Image::new(mime.unwrap_or_else(|| Arc::from("image/*")), ImageContent::Url(Arc::from(url))))
}

/// A picture that cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ImageError {
    /// It is written in no form that is known.
    #[error(
        "a picture is a file's path, an address, base64, or a mapping such as {{ \"data:image/png;path\": \"photo.png\" }}"
    )]
    Form,
    /// Its path leads nowhere, or out of the project.
    #[error(transparent)]
    Path(#[from] ProjectError),
    /// Its file cannot be read.
    #[error("the picture `{path}` cannot be used: {message}")]
    Unreadable {
        /// The path as it was written.
        path: String,
        /// Why.
        message: String,
    },
    /// Its file is no picture.
    #[error("`{path}` is no picture: png, jpeg, gif, webp, bmp, tiff, avif and heic are known")]
    NoPicture {
        /// The path as it was written.
        path: String,
    },
    /// Its bytes are not written in base64.
    #[error("the picture is not written in base64")]
    Base64,
    /// Its address is none of the web.
    #[error("`{url}` is no address of a picture; it begins with https:// or http://")]
    Address {
        /// Its start.
        url: String,
    },
    /// It is too large.
    #[error("the picture is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
}
