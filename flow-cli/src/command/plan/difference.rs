//! How many rows show a difference between two variants.

use flow_eval::statistics::Aim;
use serde_json::{Value as Json, json};

/// Shares of rows that come out differently in two variants: few, some, many. Which one it will be is not known before a run.
const DISCORDANT: [f64; 4] = [0.05, 0.1, 0.2, 0.4];

/// The rows that it takes to show a difference in the rate of passes, by the share of rows that come out differently.
fn rows(difference: f64) -> impl Iterator<Item = (f64, u64)> {
    // The rows that differ are at least as many as one variant wins.
    let shares = DISCORDANT.into_iter().filter(move |share| *share > difference).chain([1.0]);
    shares.take(3).filter_map(move |share| {
        let rows = Aim::default().rows_for_paired_shares(difference, share).ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows")]
        Some((share, rows.ceil() as u64))
    })
}

pub(super) fn words(difference: f64, total: u64) -> String {
    let rows = rows(difference).map(|(share, rows)| format!("{rows} rows where {:.0} % of them", share * 100.0));
    let rows = rows.collect::<Vec<_>>().join(", ");
    format!(
        "\na difference of {} points in the rate of passes shows, four times in five, with\n  {rows} come out differently \
         in the two variants; the data has {total}",
        (difference * 1e4).round() / 1e2
    )
}

pub(super) fn document(difference: f64) -> Json {
    let aim = Aim::default();
    let rows = rows(difference).map(|(share, rows)| json!({ "discordant": share, "rows": rows })).collect::<Vec<_>>();
    json!({ "difference": difference, "level": aim.level().get(), "power": aim.power(), "rows": rows })
}
