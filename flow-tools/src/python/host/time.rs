//! Times. The local time zone of programs is UTC, so that a flow gives the same on each machine.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use monty_types::{ExcType, MontyDate, MontyDateTime, MontyException, MontyObject, MontyTimeZone};

use super::{Answer, Given, HostState, number, text};

/// The longest pause, in seconds.
const LONGEST: f64 = 86_400.0;

/// Seconds since 1970.
pub(super) fn time(_: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Answer::Value(MontyObject::Float(now.as_secs_f64())))
}

/// Seconds since some moment.
pub(super) fn monotonic(_: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Ok(Answer::Value(MontyObject::Float(BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64())))
}

fn duration(given: Given<'_>) -> Result<Duration, MontyException> {
    let seconds = number(given, 0)?;
    if seconds.is_nan() || seconds < 0.0 {
        return Err(MontyException::new(ExcType::ValueError, Some("sleep length must be non-negative".to_owned())));
    }
    Ok(Duration::from_secs_f64(seconds.min(LONGEST)))
}

/// `sleep(seconds)`.
pub(super) fn sleep(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    duration(given).map(Answer::Sleep)
}

/// `wait(seconds)`: something to await.
pub(super) fn wait(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    duration(given).map(Answer::Later)
}

fn civil_of(seconds: f64) -> Result<DateTime, MontyException> {
    let moment = Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds).unwrap_or_default());
    let moment =
        moment.map_err(|_| MontyException::new(ExcType::ValueError, Some("year is out of range".to_owned())))?;
    Ok(moment.to_zoned_datetime(TimeZone::UTC).datetime())
}

/// `civil(seconds)`: year, month, day, hour, minute, second, weekday from Monday as 0, day of the year.
pub(super) fn civil(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let at = civil_of(number(given, 0)?)?;
    let parts = [
        i64::from(at.year()),
        i64::from(at.month()),
        i64::from(at.day()),
        i64::from(at.hour()),
        i64::from(at.minute()),
        i64::from(at.second()),
        i64::from(at.weekday().to_monday_zero_offset()),
        i64::from(at.day_of_year()),
    ];
    Ok(Answer::Value(MontyObject::List(parts.into_iter().map(MontyObject::Int).collect())))
}

/// `strftime(form, year, month, day, hour, minute, second)`.
pub(super) fn strftime(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let invalid = || MontyException::new(ExcType::ValueError, Some("Invalid format string".to_owned()));
    let part = |at: usize| super::whole(given, at).ok().and_then(|number| i8::try_from(number).ok());
    let year = i16::try_from(super::whole(given, 1)?).map_err(|_| invalid())?;
    let (month, day) = (part(2).ok_or_else(invalid)?, part(3).ok_or_else(invalid)?);
    let (hour, minute) = (part(4).ok_or_else(invalid)?, part(5).ok_or_else(invalid)?);
    let second = part(6).ok_or_else(invalid)?;
    let at = DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| invalid())?;
    let moment = at.to_zoned_datetime(TimeZone::UTC).map_err(|_| invalid())?;
    let text = strtime::format(text(given, 0)?, &moment).map_err(|_| invalid())?;
    Ok(Answer::Value(MontyObject::String(text)))
}

/// `strptime(text, form)`: year, month, day, hour, minute, second, microsecond, and the offset in seconds or None.
pub(super) fn strptime(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let (written, form) = (text(given, 0)?, text(given, 1)?);
    let invalid = || {
        let message = format!("time data {written:?} does not match format {form:?}").replace('"', "'");
        MontyException::new(ExcType::ValueError, Some(message))
    };
    // Python's %f takes any number of digits, and its %z colons.
    let adapted = form.replace(".%f", "%.f").replace("%f", "%6f");
    let parsed = strtime::parse(&adapted, written).map_err(|_| invalid())?;
    let number = |part: Option<i8>, other: i64| MontyObject::Int(part.map_or(other, i64::from));
    let parts = vec![
        MontyObject::Int(parsed.year().map_or(1900, i64::from)),
        number(parsed.month(), 1),
        number(parsed.day(), 1),
        number(parsed.hour(), 0),
        number(parsed.minute(), 0),
        number(parsed.second(), 0),
        MontyObject::Int(parsed.subsec_nanosecond().map_or(0, |nanoseconds| i64::from(nanoseconds) / 1000)),
        parsed.offset().map_or(MontyObject::None, |offset| MontyObject::Int(i64::from(offset.seconds()))),
    ];
    Ok(Answer::Value(MontyObject::List(parts)))
}

/// The day.
pub(super) fn today() -> MontyObject {
    let at = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    MontyObject::Date(MontyDate {
        year: i32::from(at.year()),
        month: at.month().unsigned_abs(),
        day: at.day().unsigned_abs(),
    })
}

/// The moment, in a zone if one is given.
pub(super) fn now(zone: Option<&MontyTimeZone>) -> MontyObject {
    let offset = zone.map(|zone| zone.offset_seconds);
    let time_zone = offset.and_then(|offset| Offset::from_seconds(offset).ok()).map_or(TimeZone::UTC, TimeZone::fixed);
    let at = Timestamp::now().to_zoned_datetime(time_zone).datetime();
    MontyObject::DateTime(MontyDateTime {
        year: i32::from(at.year()),
        month: at.month().unsigned_abs(),
        day: at.day().unsigned_abs(),
        hour: at.hour().unsigned_abs(),
        minute: at.minute().unsigned_abs(),
        second: at.second().unsigned_abs(),
        microsecond: u32::try_from(at.subsec_nanosecond() / 1000).unwrap_or_default(),
        offset_seconds: offset,
        timezone_name: zone.and_then(|zone| zone.name.clone()),
    })
}
