use std::any::Any;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::disk::{Disk, DiskFile, Opening};

/// The file system of the machine.
#[derive(Debug, Clone, Default)]
pub(super) struct SystemDisk {
    crash: Option<Crash>,
}

impl SystemDisk {
    /// The file system, which ends the process at the n-th operation that changes it.
    pub(super) fn new(crash_at: Option<u64>) -> Self {
        Self { crash: crash_at.map(|at| Crash { at, operations: Arc::default() }) }
    }

    fn before(&self) {
        if self.crash.as_ref().is_some_and(Crash::is_now) {
            std::process::abort();
        }
    }
}

#[derive(Debug, Clone)]
struct Crash {
    at: u64,
    operations: Arc<AtomicU64>,
}

impl Crash {
    fn is_now(&self) -> bool {
        self.operations.fetch_add(1, Ordering::Relaxed) + 1 == self.at
    }
}

impl Disk for SystemDisk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let mut options = File::options();
        options.read(true).write(opening != Opening::Read);
        match opening {
            Opening::Read | Opening::Existing => {}
            Opening::New => {
                self.before();
                options.create_new(true);
            }
            Opening::Over => {
                self.before();
                options.create(true).truncate(true);
            }
        }
        Ok(Box::new(SystemFile { file: options.open(path)?, disk: self.clone() }))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        self.before();
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        for attempt in 0.. {
            match file.try_lock() {
                Ok(()) => break,
                // Who only asks whether the journal is being written lets go of it at once.
                Err(TryLockError::WouldBlock) if attempt < 10 => thread::sleep(Duration::from_millis(1)),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(Some(Box::new(file)))
    }

    fn keep(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before();
        match fs::hard_link(from, to) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                let mut copy = File::create_new(to)?;
                io::copy(&mut File::open(from)?, &mut copy)?;
                copy.sync_all()
            }
            linked => linked,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before();
        fs::rename(from, to)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.before();
        // Elsewhere folders cannot be opened, and names are safe once the call returned.
        if cfg!(unix) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct SystemFile {
    file: File,
    disk: SystemDisk,
}

impl DiskFile for SystemFile {
    fn length(&mut self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(buffer)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        if self.disk.crash.as_ref().is_some_and(Crash::is_now) {
            // Whole and not at all are what a crash before the next and the last operation leave.
            let _ = self.file.write_all(&bytes[..bytes.len() / 2]);
            std::process::abort();
        }
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.before();
        self.file.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.disk.before();
        self.file.set_len(length)
    }
}
