use std::any::Any;
use std::fmt::Debug;
use std::io;
use std::path::Path;

/// What a journal needs of a file system. Each call is one that can fail, or be the last before a crash.
pub(super) trait Disk: Debug + Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>>;

    /// Locks a file, which is made where it is not there, until the guard is dropped or the process ends. `None` if
    /// somebody else has locked it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>>;

    /// Gives a file a second name, or a copy under that name where files have but one. Fails if the name is taken.
    fn keep(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file over another.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes sure that the names in the folder of a file are on disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// A file that is open.
pub(super) trait DiskFile: Debug + Send {
    /// How long it is, in bytes.
    fn length(&mut self) -> io::Result<u64>;

    /// Fills the buffer with what stands at an offset; an error if the file ends before.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes all bytes at an offset.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes sure that content and length are on disk.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// To be read; it is there.
    Read,
    /// To be read and written; it is there.
    Existing,
    /// To be written; it is not there.
    New,
    /// To be written; what is there is thrown away.
    Over,
}
