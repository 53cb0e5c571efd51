//! Server-sent events (WHATWG HTML, 9.2.6), as they come: in any pieces, with any line ends.
//!
//! async-openai has a reader of its own. It hides what broke the stream, keeps an unbounded queue behind a task, and
//! reads a long line anew with each piece of it; so answers in pieces are read here.

/// An event with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its `event:` field; empty where there is none.
    pub name: Vec<u8>,
    /// Its `data:` lines, joined.
    pub data: Vec<u8>,
}

/// Takes bytes apart into events.
#[derive(Debug, Default)]
pub struct EventReader {
    line: Vec<u8>,
    name: Vec<u8>,
    data: Option<Vec<u8>>,
    /// The last byte was a carriage return: a line feed behind it ends no second line.
    is_after_return: bool,
    /// The first line has been read: a byte order mark can stand before it only.
    is_begun: bool,
}

impl EventReader {
    /// Reads a piece, and hands on each event that it completes.
    pub fn push(&mut self, mut bytes: &[u8], mut found: impl FnMut(Event)) {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.is_after_return) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', bytes) else {
                self.line.extend_from_slice(bytes);
                return;
            };
            self.line.extend_from_slice(&bytes[..end]);
            self.is_after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if let Some(event) = self.end_line() {
                found(event);
            }
        }
    }

    /// What stood at the end of the stream without its blank line, the last line perhaps cut short.
    pub fn finish(&mut self) -> Option<Event> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.end_event()
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if !std::mem::replace(&mut self.is_begun, true) {
            text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        }
        if text.is_empty() {
            return self.end_event();
        }
        let (field, value) = match text.iter().position(|byte| *byte == b':') {
            Some(colon) => (&text[..colon], &text[colon + 1..]),
            None => (text, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = value.to_vec(),
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            },
            // Comments have an empty name. `id` and `retry` are for clients that connect again.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        Some(Event { name, data: self.data.take()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut reader = EventReader::default();
        let mut events = Vec::new();
        let mut shown = |event: Event| {
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            events.push(format!("{}|{}", text(event.name), text(event.data)));
        };
        reader.push(text.as_bytes(), &mut shown);
        if let Some(event) = reader.finish() {
            shown(event);
        }
        events
    }

    #[test]
    fn fields_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("data: a\n\ndata:b\n\n", vec!["|a", "|b"]),
            ("data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", vec!["|a", "|b", "|c"]),
            (": comment\ndata: a\n: another\ndata: b\n\n", vec!["|a\nb"]),
            ("data\n\ndata\ndata\n\n", vec!["|", "|\n"]),
            ("data:  a\n\n", vec!["| a"]),
            ("event: x\nid: 1\nretry: 5\nunheard: of\ndata: a\n\ndata: b\n\n", vec!["x|a", "|b"]),
            ("event: x\n\ndata: b\n\n", vec!["|b"]),
            ("\u{feff}data: a\n\n\u{feff}data: b\n\n", vec!["|a"]),
            ("data: a\n\ndata: b", vec!["|a", "|b"]),
            ("\n\n\n", vec![]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
