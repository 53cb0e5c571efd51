use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{DataError, name};
use super::stream::RowStream;
use super::{Format, Selection, digest};

/// A data set: a file, a folder of files, or standard input.
#[derive(Debug, Clone)]
pub struct DataSet {
    path: PathBuf,
    pub(super) files: Vec<DataFile>,
}

/// A file of rows.
#[derive(Debug, Clone)]
pub(super) struct DataFile {
    /// As the user named it.
    pub(super) path: PathBuf,
    pub(super) format: Format,
    /// Where it is kept, if not under its name.
    kept: Option<PathBuf>,
}

/// How a data set is read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The format of the file or of standard input, where its suffix does not tell. Files of a folder keep theirs.
    pub format: Option<Format>,
    /// Which rows are taken.
    pub selection: Selection,
}

impl DataSet {
    /// Opens a data set, and reads on to its first rows; `-` is standard input, in JSON Lines unless told otherwise.
    ///
    /// # Errors
    /// It is not there, its first row is none, or it has no row that the selection takes.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<RowStream, DataError> {
        DataSet::find(path, options.format)?.rows(&options.selection)
    }

    /// Finds the files of a data set. They are not opened.
    ///
    /// # Errors
    /// It is not there, or it is a folder without data.
    pub fn find(path: &Path, format: Option<Format>) -> Result<Self, DataError> {
        let is_input = path == Path::new("-");
        let is_folder =
            !is_input && std::fs::metadata(path).map_err(|error| DataError::of_system(path, &error))?.is_dir();
        if !is_folder {
            let format = format.or_else(|| Format::named_by(path)).unwrap_or(Format::Lines);
            return Ok(Self {
                path: path.to_owned(),
                files: vec![DataFile { path: path.to_owned(), format, kept: None }],
            });
        }
        let mut files = Vec::new();
        gather(path, &mut files)?;
        files.sort_by(|one, two| one.path.cmp(&two.path));
        if files.is_empty() {
            return Err(DataError::Empty {
                message: format!("{}: the folder holds no data", name(path)),
                help: Some(
                    "data are files that end in .jsonl, .ndjson, .json, .csv or .tsv, also with .gz or .zst, or in .parquet".to_owned(),
                ),
            });
        }
        Ok(Self { path: path.to_owned(), files })
    }

    /// What came over standard input, and was kept in a file; JSON Lines unless told otherwise.
    #[must_use]
    pub fn of_standard_input(kept: &Path, format: Option<Format>) -> Self {
        let format = format.unwrap_or(Format::Lines);
        let path = PathBuf::from("-");
        Self { path: path.clone(), files: vec![DataFile { path, format, kept: Some(kept.to_owned()) }] }
    }

    /// Its rows, from the first on.
    ///
    /// # Errors
    /// As [`DataSet::open`].
    pub fn rows(&self, selection: &Selection) -> Result<RowStream, DataError> {
        RowStream::begin(self.clone(), selection)
    }

    /// A digest of its files' bytes and names, in one pass: the same if and only if the data is the same. `None` for standard
    /// input that is not kept, which can be read only once. It says nothing of the selection; that is a text of its own.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn digest(&self) -> Result<Option<String>, DataError> {
        if self.can_be_read_once() {
            return Ok(None);
        }
        let name = |file: &DataFile| file.path.strip_prefix(&self.path).map(slashed).unwrap_or_default();
        digest::of_files(self.files.iter().map(|file| (name(file), file.place()))).map(Some)
    }

    /// The path by which it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it comes from standard input and is not kept.
    #[must_use]
    pub fn can_be_read_once(&self) -> bool {
        self.files.iter().any(|file| file.place() == Path::new("-"))
    }
}

impl DataFile {
    /// Where it is read.
    pub(super) fn place(&self) -> &Path {
        self.kept.as_ref().unwrap_or(&self.path)
    }

    /// The folder that its pictures' paths go from.
    pub(super) fn folder(&self) -> Arc<Path> {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => Arc::from(folder),
            _ => Arc::from(Path::new(".")),
        }
    }
}

/// A path with the same text on each system.
fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The data files below a folder. What is hidden is left out, and links to folders are not followed.
fn gather(folder: &Path, files: &mut Vec<DataFile>) -> Result<(), DataError> {
    let unreadable = |error: std::io::Error| DataError::of_system(folder, &error);
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            gather(&path, files)?;
        } else if let Some(format) = Format::named_by(&path).filter(|_| path.is_file()) {
            files.push(DataFile { path, format, kept: None });
        }
    }
    Ok(())
}
