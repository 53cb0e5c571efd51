//! Dates and times, as texts write them.

use flow_core::tool::ToolError;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};

/// Formats that mean one day only, whichever country wrote it.
const PLAIN_FORMATS: &[&str] = &[
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%d. %B %Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%A, %d %B %Y",
    "%A, %B %d, %Y",
    "%d %B %Y %H:%M",
    "%B %d, %Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
];

/// A day, or a time of a day, with or without a zone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moment {
    Day(Date),
    Local(DateTime),
    Zoned(ZonedDateTime),
}

impl Moment {
    /// Reads ISO 8601, as these tools write it.
    pub(super) fn iso(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let Some(time) = pieces.time() else { return Some(Moment::Day(pieces.date())) };
        let local = pieces.date().to_datetime(time);
        let zone = match (pieces.to_numeric_offset(), pieces.time_zone_annotation()) {
            (Some(offset), _) => offset.to_time_zone(),
            (None, Some(_)) => pieces.to_time_zone().ok()??,
            (None, None) => return Some(Moment::Local(local)),
        };
        local.to_zoned_datetime(zone).ok().map(Moment::Zoned)
    }

    /// Reads a text in the usual ways of writing a date; with `now` also words such as `tomorrow` or `3 days ago`.
    pub(super) fn usual(text: &str, now: Option<&Moment>) -> Option<Self> {
        let text = text.trim();
        Self::iso(text)
            .or_else(|| rfc2822::parse(text).ok().map(Moment::Zoned))
            .or_else(|| PLAIN_FORMATS.iter().find_map(|format| Self::formatted(text, format).ok()))
            .or_else(|| Self::relative(text, now?))
    }

    /// Reads a text in a given format.
    pub(super) fn formatted(text: &str, format: &str) -> Result<Self, jiff::Error> {
        let read = strtime::parse(format, text)?;
        if read.offset().is_some() || read.iana_time_zone().is_some() || read.timestamp().is_some() {
            return read.to_zoned_datetime().map(Moment::Zoned);
        }
        let date = read.to_date()?;
        Ok(match read.hour() {
            None => Moment::Day(date),
            Some(_) => Moment::Local(date.to_datetime(read.to_time()?)),
        })
    }

    fn relative(text: &str, now: &Moment) -> Option<Self> {
        let text = text.to_lowercase();
        let days = match text.as_str() {
            "now" => return Some(now.clone()),
            "today" => 0,
            "yesterday" => -1,
            "tomorrow" => 1,
            other => {
                let span: Span = other.strip_prefix("in ").unwrap_or(other).parse().ok()?;
                return now.plus(span).ok();
            }
        };
        Moment::Day(now.date()).plus(Span::new().try_days(days).ok()?).ok()
    }

    fn date(&self) -> Date {
        match self {
            Moment::Day(date) => *date,
            Moment::Local(local) => local.date(),
            Moment::Zoned(zoned) => zoned.date(),
        }
    }

    /// Moved by a span. A day stays a day unless it is moved by less than one.
    pub(super) fn plus(&self, span: Span) -> Result<Self, jiff::Error> {
        Ok(match self {
            Moment::Day(date) => {
                let moved = date.to_datetime(Time::MIN).checked_add(span)?;
                if moved.time() == Time::MIN { Moment::Day(moved.date()) } else { Moment::Local(moved) }
            }
            Moment::Local(local) => Moment::Local(local.checked_add(span)?),
            Moment::Zoned(zoned) => Moment::Zoned(zoned.checked_add(span)?),
        })
    }

    /// The same moment in a zone; a time without one is taken to be of that zone, and a day stays a day.
    pub(super) fn in_zone(self, zone: TimeZone) -> Result<Self, jiff::Error> {
        Ok(match self {
            Moment::Day(date) => Moment::Day(date),
            Moment::Local(local) => Moment::Zoned(local.to_zoned_datetime(zone)?),
            Moment::Zoned(zoned) => Moment::Zoned(zoned.with_time_zone(zone)),
        })
    }

    /// A moment of the clock.
    pub(super) fn at(timestamp: Timestamp, zone: TimeZone) -> Self {
        Moment::Zoned(timestamp.to_zoned_datetime(zone))
    }

    /// The time of the day, for what has none midnight.
    pub(super) fn local(&self) -> DateTime {
        match self {
            Moment::Day(date) => date.to_datetime(Time::MIN),
            Moment::Local(local) => *local,
            Moment::Zoned(zoned) => zoned.datetime(),
        }
    }

    /// Written in a format.
    pub(super) fn written(&self, format: &str) -> Result<String, jiff::Error> {
        let broken = match self {
            // With a time, so that a format with one gives midnight and not an error.
            Moment::Day(date) => BrokenDownTime::from(date.to_datetime(Time::MIN)),
            Moment::Local(local) => BrokenDownTime::from(*local),
            Moment::Zoned(zoned) => BrokenDownTime::from(zoned),
        };
        broken.to_string(format)
    }

    /// Written as ISO 8601: `2024-05-03`, `2024-05-03T09:30:00`, `2024-05-03T09:30:00+02:00`.
    pub(super) fn to_iso(&self) -> String {
        match self {
            Moment::Day(date) => date.to_string(),
            Moment::Local(local) => local.to_string(),
            Moment::Zoned(zoned) => format!("{}{}", zoned.datetime(), zone_of(zoned)),
        }
    }
}

fn zone_of(zoned: &ZonedDateTime) -> String {
    let seconds = zoned.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Reads an input that holds a date as these tools write it.
pub(super) fn given(input: &str, text: &str) -> Result<Moment, ToolError> {
    Moment::iso(text.trim()).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        ToolError::input(
            input,
            format!("`{shown}` is no date such as 2024-05-03 or 2024-05-03T09:30:00+02:00; `date.parse` reads others"),
        )
    })
}

/// The time zone with this name.
pub(super) fn zone(name: &str) -> Result<TimeZone, ToolError> {
    TimeZone::get(name).map_err(|_| {
        ToolError::input("zone", format!("there is no time zone `{name}`; write one such as Europe/Berlin or UTC"))
    })
}

/// A failure of a calculation.
pub(super) fn beyond(error: &jiff::Error) -> ToolError {
    ToolError::failed(format!("the date cannot be worked out: {error}"))
}
