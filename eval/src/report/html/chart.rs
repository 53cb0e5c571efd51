//! Drawings of numbers, as SVG within the page.

use super::markup::Markup;
use crate::report::number;
use crate::score::Unit;
use crate::statistics::Interval;

/// How wide a drawing is.
const WIDTH: f64 = 340.0;
/// What is left free on both sides.
const MARGIN: f64 = 14.0;
/// About so many numbers stand below an axis.
const TICKS: f64 = 4.0;

/// Numbers from left to right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// A scale on which intervals and means of scores lie.
    pub(super) fn of_scores(values: impl Iterator<Item = f64>, unit: Unit) -> Self {
        let (low, high) = ends(values);
        let room = (high - low).max(0.02) * 0.12;
        let (low, high) = match unit {
            Unit::Fraction if high - low > 0.5 => (0.0, 1.0),
            Unit::Fraction => ((low - room).max(0.0), (high + room).min(1.0)),
            _ => (low - room, high + room),
        };
        Self::between(low, high)
    }

    /// A scale with 0 in its middle.
    pub(super) fn of_differences(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        let far = low.abs().max(high.abs()).max(0.001) * 1.12;
        Self::between(-far, far)
    }

    fn between(low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let rough = (high - low) / TICKS;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0].into_iter().map(|digit| digit * power).find(|step| *step >= rough);
        Self { low, high, step: step.unwrap_or(10.0 * power) }
    }

    fn place(&self, value: f64) -> f64 {
        MARGIN + (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * (WIDTH - 2.0 * MARGIN)
    }

    fn ticks(&self) -> Vec<f64> {
        let first = (self.low / self.step).ceil();
        let ticks = (0..12).map(|count| (first + f64::from(count)) * self.step);
        ticks.take_while(|tick| *tick <= self.high + self.step * 1e-9).collect()
    }
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// A mean with its interval; a dashed line where the baseline's mean lies, or where nothing differs.
pub(super) fn interval(page: &mut Markup, scale: &Scale, mean: f64, interval: Option<&Interval>, line: Option<f64>) {
    page.raw("<svg class=\"chart\" viewBox=\"0 0 340 26\" width=\"340\" height=\"26\" role=\"img\" aria-label=\"");
    page.text(&number(mean));
    if let Some(interval) = interval {
        page.raw(", ").text(&number(interval.low)).raw(" to ").text(&number(interval.high));
    }
    page.raw("\">");
    for tick in scale.ticks() {
        line_at(page, "<line class=\"grid\" y1=\"0\" y2=\"26\" x1=\"", scale.place(tick));
    }
    if let Some(line) = line {
        line_at(page, "<line class=\"reference\" y1=\"0\" y2=\"26\" x1=\"", scale.place(line));
    }
    if let Some(interval) = interval {
        let (low, high) = (scale.place(interval.low), scale.place(interval.high));
        page.raw("<line class=\"whisker\" y1=\"13\" y2=\"13\" x1=\"")
            .place(low)
            .raw("\" x2=\"")
            .place(high)
            .raw("\"/>");
        line_at(page, "<line class=\"whisker\" y1=\"8.5\" y2=\"17.5\" x1=\"", low);
        line_at(page, "<line class=\"whisker\" y1=\"8.5\" y2=\"17.5\" x1=\"", high);
    }
    page.raw("<circle class=\"mean\" cy=\"13\" r=\"4.5\" cx=\"").place(scale.place(mean)).raw("\"/></svg>");
}

fn line_at(page: &mut Markup, begin: &'static str, place: f64) {
    page.raw(begin).place(place).raw("\" x2=\"").place(place).raw("\"/>");
}

/// The numbers below the drawings of a scale.
pub(super) fn axis(page: &mut Markup, scale: &Scale) {
    page.raw("<svg class=\"chart\" viewBox=\"0 0 340 20\" width=\"340\" height=\"20\" aria-hidden=\"true\">");
    for tick in scale.ticks() {
        page.raw("<text y=\"14\" text-anchor=\"middle\" x=\"").place(scale.place(tick).clamp(16.0, 324.0)).raw("\">");
        page.text(&tick_words(tick, scale.step)).raw("</text>");
    }
    page.raw("</svg>");
}

/// A number of an axis, with as many digits as its steps have.
fn tick_words(tick: f64, step: f64) -> String {
    let places = (0..6).find(|places| {
        let scaled = step * 10_f64.powi(*places);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let places = usize::try_from(places.unwrap_or(6)).unwrap_or(0);
    let tick = if tick.abs() < step * 1e-6 { 0.0 } else { tick };
    format!("{tick:.places$}")
}

/// On how many rows a variant is better, equal and worse, as one bar.
pub(super) fn shares(page: &mut Markup, better: usize, equal: usize, worse: usize) {
    let all = (better + equal + worse).max(1) as f64;
    page.raw("<svg class=\"shares\" viewBox=\"0 0 200 10\" width=\"200\" height=\"10\" aria-hidden=\"true\">");
    let mut from = 0.0;
    let parts: [(&'static str, usize); 3] = [
        ("<rect class=\"better\" y=\"0\" height=\"10\" x=\"", better),
        ("<rect class=\"equal\" y=\"0\" height=\"10\" x=\"", equal),
        ("<rect class=\"worse\" y=\"0\" height=\"10\" x=\"", worse),
    ];
    for (begin, rows) in parts {
        let width = rows as f64 / all * 200.0;
        if width > 0.0 {
            page.raw(begin).place(from).raw("\" width=\"").place(width).raw("\"/>");
        }
        from += width;
    }
    page.raw("</svg>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_scale() {
        let words =
            |scale: Scale| scale.ticks().into_iter().map(|tick| tick_words(tick, scale.step)).collect::<Vec<_>>();
        assert_eq!(
            words(Scale::of_scores([0.1, 0.9].into_iter(), Unit::Fraction)),
            ["0.00", "0.25", "0.50", "0.75", "1.00"]
        );
        assert_eq!(words(Scale::of_differences([0.02, 0.11].into_iter())), ["-0.1", "0.0", "0.1"]);
        assert_eq!(words(Scale::of_scores([1200.0, 3400.0].into_iter(), Unit::Free)), ["1000", "2000", "3000"]);
        assert_eq!(words(Scale::of_scores(std::iter::empty(), Unit::Free)).len(), 3);
    }
}
