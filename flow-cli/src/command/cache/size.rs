//! How much the cache may hold.

/// What it may hold where nothing is said.
const USUAL: u64 = 2_000_000_000;
/// The units of sizes, by their names in lower case.
const UNITS: &[(&str, u64)] =
    &[("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30)];

/// The size that `FLOW_CACHE_MAX_SIZE` names, in bytes.
pub(super) fn limit() -> Result<u64, String> {
    let Some(text) = std::env::var_os("FLOW_CACHE_MAX_SIZE").filter(|text| !text.is_empty()) else { return Ok(USUAL) };
    parse(&text.to_string_lossy()).ok_or_else(|| "FLOW_CACHE_MAX_SIZE is no size such as 500MB or 2GB".to_owned())
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    let split = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    let unit = match unit.trim() {
        "" | "b" => 1,
        unit => UNITS.iter().find(|(name, _)| *name == unit)?.1,
    };
    Some((number * unit as f64) as u64)
}

/// A size as people read it.
pub(super) fn words(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_told() {
        assert_eq!(
            ["500MB", " 2 GiB ", "1.5kb", "12"].map(parse),
            [Some(500_000_000), Some(2 << 30), Some(1_500), Some(12)]
        );
        assert_eq!(["", "many", "5 lbs", "-1"].map(parse), [None; 4]);
        assert_eq!([12, 1_500, 2_140_000, 3_000_000_000].map(words), ["12 bytes", "1.5 kB", "2.1 MB", "3.0 GB"]);
    }
}
