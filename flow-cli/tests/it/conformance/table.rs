//! How many cases of each class the engine does as promptflow did: `cargo test the_engine_does -- --nocapture` shows it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::case::Case;

/// A line for each class: as recorded, of all. The class is the first word of a case's name.
pub(crate) fn table(cases: &[Case], differs: &[bool]) -> String {
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (case, differs) in cases.iter().zip(differs) {
        let class = case.id.split('-').next().unwrap_or_default();
        let (same, all) = classes.entry(class).or_default();
        *same += usize::from(!differs);
        *all += 1;
    }
    let mut text = format!("{:<16} as recorded\n", "class");
    for (class, (same, all)) in &classes {
        let on_purpose = if same == all { String::new() } else { format!("  {} on purpose or wrong", all - same) };
        let _ = writeln!(text, "{class:<16} {same:>4} of {all}{on_purpose}");
    }
    let same = differs.iter().filter(|differs| !**differs).count();
    let _ = writeln!(text, "{:<16} {same:>4} of {}", "all", cases.len());
    text
}
