//! Whether data is the same as before.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::DataError;

/// The digest of files as they lie on the disk, under the names that they have in the set: `sha256:…`.
pub(super) fn of_files<'f>(files: impl Iterator<Item = (String, &'f Path)>) -> Result<String, DataError> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    for (name, path) in files {
        let unreadable = |error: std::io::Error| DataError::of_system(path, &error);
        let mut file = File::open(path).map_err(unreadable)?;
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name.as_bytes());
        let mut content = Sha256::new();
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => content.update(&buffer[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error)),
            }
        }
        digest.update(content.finalize());
    }
    let mut text = "sha256:".to_owned();
    for byte in digest.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
