use std::fmt::Write;

/// Markup in which data can only be text: what is written as markup is part of the program.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Markup of the program.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, also within an attribute between double quotes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for sign in text.chars() {
            match sign {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(sign),
                sign if sign.is_control() => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A text of the data, whose direction of writing ends with it.
    pub(super) fn name(&mut self, text: &str) -> &mut Self {
        self.raw("<bdi>").text(text).raw("</bdi>")
    }

    /// A whole number, with its thousands apart.
    pub(super) fn count(&mut self, count: u64) -> &mut Self {
        let digits = count.to_string();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                self.0.push(',');
            }
            self.0.push(digit);
        }
        self
    }

    /// A coordinate within a drawing.
    pub(super) fn place(&mut self, place: f64) -> &mut Self {
        let _ = write!(self.0, "{:.1}", if place.is_finite() { place } else { 0.0 });
        self
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// JSON within a script of the page: nothing in it ends the script, or begins a comment.
pub(super) fn script_data(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 16);
    for sign in json.chars() {
        match sign {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}
