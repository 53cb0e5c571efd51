//! Numbers as people read them.

use flow_core::forecast::{Amount, Quantity};
use rust_decimal::Decimal;

/// `1,234,567`; parts of a whole are rounded.
pub(super) fn number(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number to three digits: `950`, `12.3k`, `2.14M`.
pub(super) fn short(number: f64) -> String {
    let three = |number: f64, unit: &str| match number {
        ..9.995 => format!("{number:.2}{unit}"),
        ..99.95 => format!("{number:.1}{unit}"),
        _ => format!("{number:.0}{unit}"),
    };
    match number {
        ..9_999.5 => self::number(number),
        ..999_500.0 => three(number / 1e3, "k"),
        ..999_500_000.0 => three(number / 1e6, "M"),
        _ => three(number / 1e9, "G"),
    }
}

/// `1,200–3,400`; nothing where the number is known.
pub(super) fn range(quantity: Quantity) -> String {
    let (low, high) = (short(quantity.low), short(quantity.high));
    if low == high { String::new() } else { format!("{low}–{high}") }
}

/// An amount to cents, small ones to two digits: `$12.34`, `$0.0031`.
pub(super) fn dollars(amount: Decimal) -> String {
    let places = if amount.is_zero() || amount >= Decimal::ONE {
        2
    } else {
        // Zeros behind the point, and two digits more.
        let zeros = amount.scale().saturating_sub(u32::try_from(amount.mantissa().to_string().len()).unwrap_or(0));
        zeros.saturating_add(2).clamp(2, 8)
    };
    format!("${:.*}", places as usize, amount.round_dp(places))
}

/// `$0.10–$0.25`; nothing where the amount is known.
pub(super) fn dollar_range(amount: Amount) -> String {
    let (low, high) = (dollars(amount.low), dollars(amount.high));
    if low == high { String::new() } else { format!("{low}–{high}") }
}

/// `45 s`, `3 min`, `2 h 5 min`.
pub(super) fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0 | 1 if seconds > 0.0 && seconds < 0.95 => format!("{:.1} s", seconds.max(0.1)),
        ..100 => format!("{whole} s"),
        100..5_970 => format!("{} min", (seconds / 60.0).round()),
        _ => {
            let minutes = (seconds / 60.0).round() as u64;
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_what_matters() {
        assert_eq!([0.0, 999.6, 1_234_567.0].map(number), ["0", "1,000", "1,234,567"]);
        assert_eq!([999.0, 12_345.0, 999_600.0, 2_140_000.0].map(short), ["999", "12.3k", "1.00M", "2.14M"]);
        let money = |text: &str| dollars(text.parse().expect("a number"));
        assert_eq!(money("12.3456"), "$12.35");
        assert_eq!(["0", "0.5", "0.0031254", "0.00000123"].map(money), ["$0.00", "$0.50", "$0.0031", "$0.0000012"]);
        assert_eq!([0.3, 0.99, 45.0, 200.0, 7500.0].map(time), ["0.3 s", "1 s", "45 s", "3 min", "2 h 5 min"]);
        assert_eq!(range(Quantity::exactly(5.0)), "");
        assert_eq!(range(Quantity::between(0.0, 5.0, 20_000.0, None)), "0–20.0k");
    }
}
