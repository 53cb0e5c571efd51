//! The report as one page for a browser, which needs nothing else and asks for nothing.
//!
//! Summary and drawings are markup, so that they show without scripts. Rows are data for the page's own script, which makes a table of them
//! and writes nothing but text. The page's policy lets no other script or style run, by their digests, and nothing be fetched.

mod baseline;
mod calibrations;
mod chart;
mod columns;
mod gates;
mod header;
mod many;
mod markup;
mod measured;
mod rows;
mod scores;
mod slices;
mod steady;
mod verdicts;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use self::markup::{Markup, script_data};
use super::{Report, RowsError};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The report.
pub(super) fn html(report: &Report<'_>) -> Result<String, RowsError> {
    let mut summary = Markup::default();
    header::header(&mut summary, report);
    summary.raw("<main>\n");
    verdicts::verdicts(&mut summary, report.outcome);
    scores::scores(&mut summary, report.outcome);
    calibrations::calibrations(&mut summary, report.outcome);
    many::many(&mut summary, report.outcome);
    slices::slices(&mut summary, report.outcome);
    steady::steady(&mut summary, report.outcome);
    gates::gates(&mut summary, report.outcome);
    baseline::baseline(&mut summary, report.outcome);
    measured::measured(&mut summary, report.outcome);
    let mut title = Markup::default();
    title.text(report.title).raw(" · flow eval");
    let data = script_data(&rows::rows(report)?);
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    );
    Ok(filled(&[
        ("policy", &policy),
        ("title", &title.finish()),
        ("style", STYLE),
        ("summary", &summary.finish()),
        ("data", &data),
        ("script", SCRIPT),
    ]))
}

/// A digest of a script or a style, as a policy names it.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The page with its parts. Parts are not looked at, so that nothing in them is taken for a place of another.
fn filled(parts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(PAGE.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>());
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        page.push_str(parts.iter().find(|(known, _)| *known == name).map_or("", |(_, part)| part));
        rest = after;
    }
    page + rest
}
