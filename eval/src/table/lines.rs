//! JSON Lines.

use std::io::{self, Write};

use flow_core::value::Map;
use serde::Serializer;

/// Writes a row as one line. Missing values stay missing; NaN and infinities become null.
pub(super) fn write(file: &mut impl Write, row: &Map) -> io::Result<()> {
    serde_json::Serializer::new(&mut *file).collect_map(row.iter().map(|(name, value)| (&**name, value)))?;
    file.write_all(b"\n")
}
