use std::io;
use std::path::{Path, PathBuf};

/// Reads a UTF-8 file whole. A byte-order mark is left in; [`SourceMap::add`](super::SourceMap::add) drops it.
///
/// # Errors
/// If the file is not there, is a folder, may not be read, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let path = path.to_owned();
        // Systems differ in what they call a folder that is opened as a file.
        match error.kind() {
            io::ErrorKind::NotFound => ReadError::NotFound { path },
            _ if path.is_dir() => ReadError::Folder { path },
            kind => ReadError::Unreadable { path, reason: kind },
        }
    })?;
    let encoding = match bytes.as_slice() {
        [0xff, 0xfe, ..] => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] => Some("UTF-16 (big endian)"),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Err(ReadError::OtherEncoding { path: path.to_owned(), encoding });
    }
    String::from_utf8(bytes)
        .map_err(|error| ReadError::NotUtf8 { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
}

/// Why a text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No such file.
    #[error("no file `{}`", path.display())]
    NotFound {
        /// The path that was tried.
        path: PathBuf,
    },
    /// A folder, where a file is wanted.
    #[error("`{}` is a folder, not a file", path.display())]
    Folder {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The system does not let us read it.
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable {
        /// The path that was tried.
        path: PathBuf,
        /// What the system says.
        reason: io::ErrorKind,
    },
    /// The file says itself that it is in another encoding.
    #[error("`{}` is {encoding}, not UTF-8", path.display())]
    OtherEncoding {
        /// The path of the file.
        path: PathBuf,
        /// The encoding that its byte-order mark names.
        encoding: &'static str,
    },
    /// The file is not UTF-8.
    #[error("`{}` is not UTF-8 text: byte {offset} does not fit", path.display())]
    NotUtf8 {
        /// The path of the file.
        path: PathBuf,
        /// Offset of the first byte that does not fit, from 0.
        offset: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flow.yaml");
        std::fs::write(&path, bytes).unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        error.replace(&*folder.path().to_string_lossy(), "FOLDER").replace('\\', "/")
    }

    #[test]
    fn texts_are_read_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flow.yaml");
        std::fs::write(&path, "\u{feff}a: ä\r\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), "\u{feff}a: ä\r\n");
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(message(b"a: \xe4"), "`FOLDER/flow.yaml` is not UTF-8 text: byte 3 does not fit");
        assert_eq!(message(b"\xff\xfea\0"), "`FOLDER/flow.yaml` is UTF-16 (little endian), not UTF-8");
        assert_eq!(message(b"\xfe\xff\0a"), "`FOLDER/flow.yaml` is UTF-16 (big endian), not UTF-8");
    }

    #[test]
    fn missing_files_and_folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(read_text(&path), Err(ReadError::Folder { path: path.clone() }));
        let missing = path.join("flow.yaml");
        assert_eq!(read_text(&missing), Err(ReadError::NotFound { path: missing.clone() }));
    }
}
