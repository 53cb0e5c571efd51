//! How long a server asks to wait: `retry-after-ms` of OpenAI and Azure, and HTTP's `Retry-After` (RFC 9110, 10.2.3).

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The wait that the headers ask for, seen from a moment; nothing where they say none, or nonsense.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str, unit: f64| Duration::try_from_secs_f64(text.parse::<f64>().ok()? * unit).ok();
    if let Some(wait) = text("retry-after-ms").and_then(|text| number(text, 0.001)) {
        return Some(wait);
    }
    let text = text(RETRY_AFTER.as_str())?;
    number(text, 1.0).or_else(|| {
        let moment = httpdate::parse_http_date(text).ok()?;
        Some(moment.duration_since(now).unwrap_or(Duration::ZERO))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these headers ask for, on Sun, 06 Nov 1994 08:49:37 GMT.
    fn wait(pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        retry_after(&headers.collect(), SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn every_form_is_read() {
        let ms = |millis| Some(Duration::from_millis(millis));
        for (seconds, expected) in [
            ("0", ms(0)),
            ("7", ms(7000)),
            (" 7 ", ms(7000)),
            ("0.5", ms(500)),
            // Long, but a number: whether anybody waits so long is the gate's business.
            ("1000000000", ms(1_000_000_000_000)),
            ("1e9", ms(1_000_000_000_000)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", ms(30_000)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", ms(30_000)),
            ("Sun Nov  6 08:50:07 1994", ms(30_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", ms(0)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", ms(0)),
            ("-1", None),
            ("-0.001", None),
            ("1e300", None),
            ("inf", None),
            ("NaN", None),
            ("soon", None),
            ("7 s", None),
            ("7, 8", None),
            ("Sun, 06 Nov 1994", None),
            ("", None),
        ] {
            assert_eq!(wait(&[("retry-after", seconds)]), expected, "{seconds}");
        }
        for (millis, expected) in
            [("250", ms(250)), ("0", ms(0)), ("1.5", Some(Duration::from_micros(1500))), ("-250", None), ("soon", None)]
        {
            assert_eq!(wait(&[("retry-after-ms", millis)]), expected, "{millis}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn the_finer_header_goes_first_where_it_makes_sense() {
        let both = |millis| wait(&[("retry-after-ms", millis), ("retry-after", "7")]);
        assert_eq!(both("250"), Some(Duration::from_millis(250)));
        assert_eq!(both("0"), Some(Duration::ZERO));
        assert_eq!(both("-250"), Some(Duration::from_secs(7)));
        assert_eq!(both("soon"), Some(Duration::from_secs(7)));
    }
}
