//! The journal of a run: an append-only file of records with checksums. Everything else that a run leaves behind can be
//! made again from it. What a record means is its writer's affair; to this room it is bytes.
//!
//! # The file
//!
//! All numbers are little-endian.
//!
//! ```text
//! header   89 46 4c 4f 57 4a 4e 4c      "\x89FLOWJNL"
//!          version: u32                 1
//!          checksum: u32                CRC-32C of the twelve bytes before
//! frame    length: u32                  of the payload, in bytes; at most MAX_RECORD
//!          payload
//!          checksum: u32                CRC-32C of length and payload
//! mark     00 00 00 80 bf 70 91 ca      a frame without payload whose length has its highest bit set
//! ```
//!
//! The header has this form in all versions, so that a file of another version is told apart from a damaged one. Eight
//! zero bytes are no frame, and neither header nor mark can occur in UTF-8 text.
//!
//! **A mark says that all bytes before it were on disk when it was written.** The writer appends one after each sync that
//! succeeded; that the mark itself may be lost in a crash does not matter.
//!
//! # Torn or damaged
//!
//! A journal that does not end with a whole frame, or holds a bad one, is *torn* or *damaged*:
//!
//! * When the program is killed, the file is a prefix of what was written: its last frame may be cut.
//! * When power is lost, everything since the last sync may be there, be zero, or be missing, in any mixture: there may be
//!   good records behind a bad one. None of them was promised to anybody, and in which order they were is not known.
//! * What was synced is not changed by any crash. If it has changed, the disk or somebody changed it.
//!
//! So, where a bad frame is found (its length is beyond [`MAX_RECORD`] or the end of the file, or its checksum does not
//! fit), a mark anywhere behind it proves that the bad bytes had once been safe: the journal is damaged, which is
//! [`Error::Corrupt`], and nobody but [`repair`] goes on. Without a mark the rest is a torn tail ([`Tail::Torn`]), which
//! [`Writer::resume`] cuts off. A file that was being created (empty, or with a part of the header) is torn at its first
//! byte. As a journal that was closed ends with a mark, a changed byte in its very last record is found too.
//!
//! # Promises
//!
//! * A record whose [`Writer::append_durable`] returned, or which was appended before a [`Writer::flush`] that
//!   returned, is read after any crash.
//! * The records that are read are always the first ones that were appended, without a gap, in their order.
//! * After an operation of the disk failed, nothing more is written, and every later call gets that failure.
//! * One process writes at a time: it holds a lock on the file `….lock` beside the journal, which ends with the process.
//!   It is a file of its own because some systems let nobody read what is locked. Reading needs no lock.

mod disk;
mod error;
mod frame;
mod log;
mod reader;
mod repair;
mod settings;
mod source;
mod system;
#[cfg(test)]
mod tests;
mod worker;
mod writer;

pub use error::Error;
pub use frame::MAX_RECORD;
pub use log::is_being_written;
pub use reader::{Reader, Record, Tail};
pub use repair::{Repaired, repair};
pub use settings::Settings;
pub use writer::Writer;
