//! The files that programs read: those of the project, but none that hold secrets. They write none.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use flow_core::project::{ProjectError, ProjectFiles};
use monty_types::{
    ExcType, FileMode, MontyException, MontyFileHandle, MontyObject, OsFunctionCall, StringRepr, dir_stat, file_stat,
};

use super::{Answer, Given, HostState, text};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// Answers what a program asks of files.
pub(super) fn answer(call: &OsFunctionCall, files: &ProjectFiles) -> Result<MontyObject, MontyException> {
    let Some(asked) = call.fs_primary_path() else { return Err(call.on_no_handler()) };
    if call.is_write() {
        return Err(refused(asked, "Python nodes write no files"));
    }
    match call {
        OsFunctionCall::Exists(_) => Ok(MontyObject::Bool(find(asked, files).is_ok())),
        OsFunctionCall::IsFile(_) => Ok(MontyObject::Bool(find(asked, files).is_ok_and(|path| path.is_file()))),
        OsFunctionCall::IsDir(_) => Ok(MontyObject::Bool(find(asked, files).is_ok_and(|path| path.is_dir()))),
        OsFunctionCall::IsSymlink(_) => Ok(MontyObject::Bool(false)),
        OsFunctionCall::ReadText(_) => {
            let bytes = read(asked, files)?;
            let text = String::from_utf8(bytes).map_err(|_| {
                MontyException::new(ExcType::UnicodeDecodeError, Some(format!("'{asked}' is no UTF-8 text")))
            })?;
            // Python reads all line ends as one.
            Ok(MontyObject::String(text.replace("\r\n", "\n").replace('\r', "\n")))
        }
        OsFunctionCall::ReadBytes(_) => read(asked, files).map(MontyObject::Bytes),
        OsFunctionCall::Stat(_) => {
            let path = find(asked, files)?;
            let data = path.metadata().map_err(|error| failed(asked, &error))?;
            let modified = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let modified = modified.unwrap_or_default().as_secs_f64();
            let size = i64::try_from(data.len()).unwrap_or(i64::MAX);
            Ok(if data.is_dir() { dir_stat(0o755, modified) } else { file_stat(0o644, size, modified) })
        }
        OsFunctionCall::Iterdir(_) => {
            let path = Path::new(asked);
            let names = names(asked, files)?;
            Ok(MontyObject::List(
                names.into_iter().map(|name| MontyObject::Path(path.join(name).display().to_string())).collect(),
            ))
        }
        OsFunctionCall::Resolve(_) | OsFunctionCall::Absolute(_) => {
            let path = find(asked, files).unwrap_or_else(|_| files.folder().join(asked));
            Ok(MontyObject::Path(path.display().to_string()))
        }
        OsFunctionCall::Open(open) => open_file(asked, open.mode, files),
        other => Err(other.on_no_handler()),
    }
}

fn open_file(asked: &str, mode: FileMode, files: &ProjectFiles) -> Result<MontyObject, MontyException> {
    if !matches!(mode, FileMode::Read(_)) {
        return Err(refused(asked, "Python nodes write no files"));
    }
    let path = find(asked, files)?;
    if path.is_dir() {
        let message = format!("[Errno 21] Is a directory: {}", StringRepr(asked));
        return Err(MontyException::new(ExcType::IsADirectoryError, Some(message)));
    }
    Ok(MontyObject::FileHandle(MontyFileHandle { path: asked.to_owned(), mode, position: 0 }))
}

/// `list_folder(path)`: the names in a folder.
pub(super) fn list_folder(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let names = names(text(given, 0)?, &state.files)?;
    Ok(Answer::Value(MontyObject::List(names.into_iter().map(MontyObject::String).collect())))
}

fn names(asked: &str, files: &ProjectFiles) -> Result<Vec<String>, MontyException> {
    let path = find(asked, files)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(|error| failed(asked, &error))? {
        let entry = entry.map_err(|error| failed(asked, &error))?;
        if !is_secret(&entry.path()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(asked: &str, files: &ProjectFiles) -> Result<Vec<u8>, MontyException> {
    let path = find(asked, files)?;
    let data = path.metadata().map_err(|error| failed(asked, &error))?;
    if !data.is_file() {
        let message = format!("[Errno 21] Is a directory: {}", StringRepr(asked));
        return Err(MontyException::new(ExcType::IsADirectoryError, Some(message)));
    }
    if data.len() > LARGEST {
        return Err(refused(asked, "it is larger than the 256 MiB that a Python node reads"));
    }
    std::fs::read(&path).map_err(|error| failed(asked, &error))
}

/// The file that a path of a program means.
fn find(asked: &str, files: &ProjectFiles) -> Result<PathBuf, MontyException> {
    let missing = || {
        let message = format!("[Errno 2] No such file or directory: {}", StringRepr(asked));
        MontyException::new(ExcType::FileNotFoundError, Some(message))
    };
    let outside = || refused(asked, "it lies outside of the project folder");
    if asked.contains('\0') {
        return Err(MontyException::new(ExcType::ValueError, Some("embedded null byte".to_owned())));
    }
    let path = Path::new(asked);
    let found = if path.is_absolute() {
        let is_inside = |path: &Path| path.starts_with(files.boundary()) || path.starts_with(files.folder());
        match path.canonicalize() {
            Ok(found) if is_inside(&found) => found,
            Ok(_) => return Err(outside()),
            Err(_) if is_inside(path) => return Err(missing()),
            Err(_) => return Err(outside()),
        }
    } else {
        let asked = if asked.is_empty() { "." } else { asked };
        files.resolve(asked).map_err(|error| match error {
            ProjectError::Missing { .. } => missing(),
            ProjectError::Outside { .. } => outside(),
        })?
    };
    if is_secret(&found) { Err(refused(asked, "files of this name hold secrets")) } else { Ok(found) }
}

/// Whether files of a name, or in a folder of a name, hold secrets by custom.
fn is_secret(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy().to_lowercase();
        name == ".env"
            || name.starts_with(".env.")
            || [".git", ".flow", ".ssh", ".aws", ".azure"].contains(&&*name)
            || ["connections.yaml", "connections.yml", "connections.json"].contains(&&*name)
    })
}

fn refused(asked: &str, why: &str) -> MontyException {
    MontyException::new(
        ExcType::PermissionError,
        Some(format!("[Errno 13] Permission denied: {} ({why})", StringRepr(asked))),
    )
}

fn failed(asked: &str, error: &std::io::Error) -> MontyException {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            let message = format!("[Errno 2] No such file or directory: {}", StringRepr(asked));
            MontyException::new(ExcType::FileNotFoundError, Some(message))
        }
        std::io::ErrorKind::NotADirectory => {
            let message = format!("[Errno 20] Not a directory: {}", StringRepr(asked));
            MontyException::new(ExcType::NotADirectoryError, Some(message))
        }
        _ => MontyException::new(ExcType::OSError, Some(format!("{error}: {}", StringRepr(asked)))),
    }
}
