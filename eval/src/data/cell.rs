//! Cells of data frames as values.

use std::sync::Arc;

use flow_core::value::{Map, Value};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use polars_core::prelude::{AnyValue, TimeUnit};

/// A cell as a value: dates and times as ISO texts, decimals as floats, unsigned numbers above `i64` as floats.
#[expect(clippy::cast_precision_loss, reason = "numbers outside of i64 become floats, as everywhere")]
pub(crate) fn value(cell: AnyValue<'_>) -> Result<Value, String> {
    Ok(match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(flag),
        AnyValue::Int8(number) => Value::Int(number.into()),
        AnyValue::Int16(number) => Value::Int(number.into()),
        AnyValue::Int32(number) => Value::Int(number.into()),
        AnyValue::Int64(number) => Value::Int(number),
        AnyValue::UInt8(number) => Value::Int(number.into()),
        AnyValue::UInt16(number) => Value::Int(number.into()),
        AnyValue::UInt32(number) => Value::Int(number.into()),
        AnyValue::UInt64(number) => i64::try_from(number).map_or(Value::Float(number as f64), Value::Int),
        AnyValue::Float32(number) => Value::Float(number.into()),
        AnyValue::Float64(number) => Value::Float(number),
        AnyValue::Decimal(number, _, scale) => {
            let exponent = i32::try_from(scale).unwrap_or(i32::MAX);
            Value::Float(format!("{number}e-{exponent}").parse().unwrap_or(f64::NAN))
        }
        AnyValue::Date(days) => text(date(days))?,
        AnyValue::Time(nanos) => {
            text(Time::midnight().checked_add(SignedDuration::from_nanos(nanos)).ok().map(|time| time.to_string()))?
        }
        AnyValue::Datetime(number, unit, zone) => moment(number, unit, zone.is_some())?,
        AnyValue::DatetimeOwned(number, unit, zone) => moment(number, unit, zone.is_some())?,
        AnyValue::Duration(number, unit) => Value::from(span(number, unit).to_string()),
        AnyValue::List(series) => {
            let items: Result<Vec<Value>, String> = series.iter().map(value).collect();
            Value::list(items?)
        }
        cell @ AnyValue::Struct(..) => value(cell.into_static())?,
        AnyValue::StructOwned(parts) => {
            let (values, fields) = *parts;
            let mut entries = Map::with_capacity(fields.len());
            for (cell, field) in values.into_iter().zip(&fields) {
                entries.insert(Arc::from(field.name.as_str()), value(cell)?);
            }
            Value::Map(Arc::new(entries))
        }
        AnyValue::Binary(bytes) => bytes_as_text(bytes)?,
        AnyValue::BinaryOwned(bytes) => bytes_as_text(&bytes)?,
        other => match other.get_str() {
            Some(text) => Value::from(text),
            None => return Err(format!("values of the type {}, which are not read", other.dtype())),
        },
    })
}

fn bytes_as_text(bytes: &[u8]) -> Result<Value, String> {
    std::str::from_utf8(bytes).map(Value::from).map_err(|_| "bytes that are no text".to_owned())
}

fn text(text: Option<String>) -> Result<Value, String> {
    text.map(Value::from).ok_or_else(|| "a date or time that is out of range".to_owned())
}

fn date(days: i32) -> Option<String> {
    let days = SignedDuration::from_hours(i64::from(days) * 24);
    Date::new(1970, 1, 1).ok()?.checked_add(days).ok().map(|date| date.to_string())
}

fn span(number: i64, unit: TimeUnit) -> SignedDuration {
    match unit {
        TimeUnit::Nanoseconds => SignedDuration::from_nanos(number),
        TimeUnit::Microseconds => SignedDuration::from_micros(number),
        TimeUnit::Milliseconds => SignedDuration::from_millis(number),
    }
}

/// `2024-05-01T10:00:00`, with `Z` behind it where a time zone is known.
fn moment(number: i64, unit: TimeUnit, has_zone: bool) -> Result<Value, String> {
    let moment = Timestamp::from_duration(span(number, unit)).ok();
    text(moment.map(|moment| if has_zone { moment.to_string() } else { TimeZone::UTC.to_datetime(moment).to_string() }))
}
