use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Lines,
    /// One list of JSON objects.
    Array,
    /// Values between commas, names in the first line.
    Csv,
    /// Values between tabs, names in the first line.
    Tsv,
    /// Columns with types.
    Parquet,
}

/// The endings of packed files. What tells that a file is packed are its first bytes.
const PACKED: [&str; 3] = ["gz", "gzip", "zst"];

impl Format {
    /// The format that a file's suffix names, below `.gz` and `.zst`.
    #[must_use]
    pub fn named_by(path: &Path) -> Option<Self> {
        let suffix = |path: &Path| path.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase());
        let mut found = suffix(path)?;
        if PACKED.contains(&found.as_str()) {
            found = suffix(Path::new(path.file_stem()?))?;
        }
        found.parse().ok()
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "jsonl" | "ndjson" => Ok(Format::Lines),
            "json" => Ok(Format::Array),
            "csv" => Ok(Format::Csv),
            "tsv" => Ok(Format::Tsv),
            "parquet" => Ok(Format::Parquet),
            _ => Err(format!("`{name}` is no format of data; known are jsonl, json, csv, tsv and parquet")),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Format::Lines => "jsonl",
            Format::Array => "json",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Parquet => "parquet",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_name_formats() {
        for (path, format) in [
            ("a.jsonl", Some(Format::Lines)),
            ("a.NDJSON", Some(Format::Lines)),
            ("a.json", Some(Format::Array)),
            ("a.b.csv.gz", Some(Format::Csv)),
            ("a.tsv.zst", Some(Format::Tsv)),
            ("a.gz", None),
            ("a.txt", None),
            ("csv", None),
        ] {
            assert_eq!(Format::named_by(Path::new(path)), format, "{path}");
        }
    }
}
