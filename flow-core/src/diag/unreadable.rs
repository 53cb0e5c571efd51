use super::{Code, Diagnostic};
use crate::source::ReadError;

impl From<&ReadError> for Diagnostic {
    /// The diagnostic for a file that cannot be read; it names the file, and has no place in a text.
    fn from(error: &ReadError) -> Self {
        let (code, help) = match error {
            ReadError::NotFound { .. } => (Code::UnreadableFile, "check the path; it is taken from the current folder"),
            ReadError::Folder { .. } => (Code::UnreadableFile, "name a file in the folder"),
            ReadError::Unreadable { .. } => (Code::UnreadableFile, "check the permissions of the file"),
            ReadError::OtherEncoding { .. } | ReadError::NotUtf8 { .. } => {
                (Code::NotUtf8, "save the file as UTF-8 in your editor")
            }
        };
        Diagnostic::error_without_place(code, error.to_string()).help(help)
    }
}
