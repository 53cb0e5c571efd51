//! Dates.

use std::path::Path;
use std::sync::Arc;

use flow_core::project::ProjectFiles;
use flow_core::tool::{Tool, ToolContext, Waiting};
use flow_core::value::Value;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{call, shown, waited};
use crate::tool::DateNow;

#[test]
fn dates_are_read_as_people_write_them() {
    for (text, rest, expected) in [
        ("2024-05-03", "", "2024-05-03"),
        (" 3 May 2024 ", "", "2024-05-03"),
        ("May 3, 2024", "", "2024-05-03"),
        ("3. May 2024", "", "2024-05-03"),
        ("03.05.2024", "", "2024-05-03"),
        ("2024/05/03 09:30", "", "2024-05-03T09:30:00"),
        ("2024-05-03T09:30:00Z", "", "2024-05-03T09:30:00+00:00"),
        ("2024-05-03 09:30:00.5-03:30", "", "2024-05-03T09:30:00.5-03:30"),
        ("2024-05-03T09:30[Europe/Berlin]", "", "2024-05-03T09:30:00+02:00"),
        ("Fri, 03 May 2024 09:30:00 +0200", "", "2024-05-03T09:30:00+02:00"),
        ("03/05/2024", r#", "format": "%m/%d/%Y""#, "2024-03-05"),
        ("1714728600", r#", "format": "%s""#, "2024-05-03T09:30:00+00:00"),
        ("2024-05-03T09:30", r#", "zone": "America/New_York""#, "2024-05-03T09:30:00-04:00"),
        ("2024-05-03T09:30Z", r#", "zone": "Asia/Kathmandu""#, "2024-05-03T15:15:00+05:45"),
        ("tomorrow", r#", "now": "2024-02-28""#, "2024-02-29"),
        ("Yesterday", r#", "now": "2024-03-01T08:00:00Z""#, "2024-02-29"),
        ("2 weeks ago", r#", "now": "2024-03-15""#, "2024-03-01"),
        ("in 90 minutes", r#", "now": "2024-03-15T23:00:00""#, "2024-03-16T00:30:00"),
    ] {
        let inputs = format!(r#"{{"text": {}{rest}}}"#, serde_json::json!(text));
        assert_eq!(call("date.parse", &inputs).unwrap(), format!("\"{expected}\""), "{text}");
    }
    insta::assert_snapshot!(shown(
        "date.parse",
        &[
            r#"{"text": "03/05/2024"}"#,
            r#"{"text": "tomorrow"}"#,
            r#"{"text": "2023-02-29"}"#,
            r#"{"text": "2024-05-03", "format": "%d/%m"}"#,
            r#"{"text": "2024-05-03", "zone": "Mars/Olympus"}"#,
            r#"{"text": "tomorrow", "now": "today"}"#,
            r#"{"text": "99999 years ago", "now": "2024-05-03"}"#,
            r#"{"text": "soon", "default": null}"#,
        ]
    ));
}

#[test]
fn dates_are_written_moved_and_counted() {
    insta::assert_snapshot!(shown(
        "date.format",
        &[
            r#"{"date": "2024-05-03", "format": "%d.%m.%Y %H:%M"}"#,
            r#"{"date": "2024-12-31T23:30:00Z", "format": "%A %Y %Z", "zone": "Europe/Berlin"}"#,
            r#"{"date": "2024-05-03", "format": "%Q"}"#,
            r#"{"date": "2024-05-03", "format": "%"}"#,
            r#"{"date": "3 May", "format": "%Y"}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "date.add",
        &[
            r#"{"date": "2024-01-31", "amount": "1 month"}"#,
            r#"{"date": "2024-01-31", "amount": "36 hours"}"#,
            r#"{"date": "2024-03-01T00:00:00", "amount": "-1 day"}"#,
            r#"{"date": "2024-03-30T12:00:00[Europe/Berlin]", "amount": "P1D"}"#,
            r#"{"date": "2024-03-31", "amount": "a while"}"#,
            r#"{"date": "9999-12-31", "amount": "1 day"}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "date.difference",
        &[
            r#"{"from": "2024-02-28", "to": "2024-03-01"}"#,
            r#"{"from": "2024-03-01", "to": "2024-02-28", "unit": "hours"}"#,
            r#"{"from": "2024-01-01", "to": "2024-07-01", "unit": "months"}"#,
            r#"{"from": "2024-01-01T00:00:00Z", "to": "2024-01-01T03:00:00+01:00", "unit": "minutes"}"#,
            r#"{"from": "2024-01-01", "to": "2024-01-01T03:00:00+01:00"}"#,
            r#"{"from": "2024-01-01", "to": "2024-01-02", "unit": "fortnights"}"#,
        ]
    ));
}

#[test]
fn the_clock_is_asked_by_one_tool_only() {
    let tool = Waiting::new(DateNow::new(|| Timestamp::from_millisecond(1_714_728_600_987).unwrap()));
    assert!(!tool.is_repeatable());
    let context = ToolContext { files: Arc::new(ProjectFiles::new(Path::new("."))), cancel: CancellationToken::new() };
    let now = |inputs: &str| {
        let given = waited(tool.call(Value::from_json(inputs).unwrap(), &context));
        given.map_or_else(|error| error.to_string(), |value| value.to_json())
    };
    assert_eq!(now("{}"), r#""2024-05-03T09:30:00+00:00""#);
    assert_eq!(now(r#"{"zone": "Europe/Berlin"}"#), r#""2024-05-03T11:30:00+02:00""#);
    assert_eq!(
        now(r#"{"zone": "Nowhere"}"#),
        "input `zone`: there is no time zone `Nowhere`; write one such as Europe/Berlin or UTC"
    );
}
