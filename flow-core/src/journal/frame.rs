//! The bytes of the format.

/// The largest payload of a record, in bytes: 64 MiB. Larger values belong into files beside the journal.
pub const MAX_RECORD: usize = 64 << 20;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

const MAGIC: [u8; 8] = *b"\x89FLOWJNL";
/// The bytes around a payload: its length and its checksum.
pub(super) const AROUND: usize = 8;
const MARK_LENGTH: u32 = 1 << 31;

/// The bytes that a file begins with.
pub(super) fn header() -> [u8; 16] {
    header_of(VERSION)
}

/// The header of a version's files.
pub(super) fn header_of(version: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&version.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[..12]);
    bytes[12..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The bytes that say that all before them was synced.
pub(super) fn mark() -> [u8; AROUND] {
    let mut bytes = [0; AROUND];
    bytes[..4].copy_from_slice(&MARK_LENGTH.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[..4]);
    bytes[4..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Appends a record's frame. The payload is at most [`MAX_RECORD`] long, which the writer made sure of.
pub(super) fn push(group: &mut Vec<u8>, payload: &[u8]) {
    let start = group.len();
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    group.extend_from_slice(&length.to_le_bytes());
    group.extend_from_slice(payload);
    let checksum = crc32c::crc32c(&group[start..]);
    group.extend_from_slice(&checksum.to_le_bytes());
}

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A journal of this version.
    Whole,
    /// A journal whose creation did not come to an end.
    Torn,
    /// A journal of another version.
    Other(u32),
    /// A journal with changed bytes in its header.
    Damaged,
    /// No journal.
    Foreign,
}

/// Reads the start of a file, given at most as many bytes as a header has.
pub(super) fn start(bytes: &[u8], file_length: u64) -> Start {
    let ours = header();
    if bytes == ours {
        return Start::Whole;
    }
    // A loss of power leaves zeros where bytes did not get to the disk.
    if file_length <= ours.len() as u64 && bytes.iter().zip(ours).all(|(&byte, own)| byte == own || byte == 0) {
        return Start::Torn;
    }
    let Ok(bytes) = <[u8; 16]>::try_from(bytes) else { return Start::Foreign };
    let [.., v0, v1, v2, v3, _, _, _, _] = bytes;
    let version = u32::from_le_bytes([v0, v1, v2, v3]);
    match bytes[..8] == MAGIC {
        true if bytes == header_of(version) => Start::Other(version),
        true => Start::Damaged,
        false if bytes[8..] == ours[8..] => Start::Damaged,
        false => Start::Foreign,
    }
}

/// What the length at the start of a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Record(usize),
    Mark,
    Impossible,
}

/// Reads a length.
pub(super) fn length(bytes: [u8; 4]) -> Length {
    match u32::from_le_bytes(bytes) {
        MARK_LENGTH => Length::Mark,
        length => match usize::try_from(length) {
            Ok(length) if length <= MAX_RECORD => Length::Record(length),
            _ => Length::Impossible,
        },
    }
}

/// The payload of a whole frame, if its checksum fits.
pub(super) fn payload(frame: &[u8]) -> Option<&[u8]> {
    let (checked, checksum) = frame.split_last_chunk::<4>()?;
    (crc32c::crc32c(checked) == u32::from_le_bytes(*checksum)).then(|| checked.get(4..))?
}
