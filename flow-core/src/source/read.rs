use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Reads a UTF-8 text. A byte-order mark stays; [`SourceMap::add`](super::SourceMap::add) drops it.
///
/// # Errors
/// The file cannot be read, or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = std::fs::read(path).map_err(|error| ReadError::new(path, reason(path, &error)))?;
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if utf16 {
        return Err(ReadError::new(path, "it is written in UTF-16; save it as UTF-8".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
        ReadError::new(path, format!("line {line} (byte {offset}) is not UTF-8; save the file as UTF-8"))
    })
}

fn reason(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it is not there".to_owned(),
        ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ if path.is_dir() => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// A text that cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot read {}: {reason}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// Why, and what to do.
    pub reason: String,
}

impl ReadError {
    fn new(path: &Path, reason: String) -> Self {
        Self { path: path.to_path_buf(), reason }
    }
}
