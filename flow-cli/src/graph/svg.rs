//! The picture as SVG: one file without anything from elsewhere, for readmes and web pages.

use std::fmt::Write as _;

use super::{
    card::{self, Card},
    layout::{Layout, Measures, Point, Rect, Size},
    measure::{fitted, one_line, text_width},
    picture::{EdgeKind, GraphPicture},
    route::{Route, Segment},
    style,
};

const MARGIN: f64 = 28.0;
const HEADING_FONT: f64 = 17.0;
const HEADING_HEIGHT: f64 = 38.0;
const HEADING_LIMIT: f64 = 900.0;
const HEAD_LENGTH: f64 = 7.5;
const HEAD_HALF_WIDTH: f64 = 4.0;

/// Draws the picture.
pub(super) fn draw(picture: &GraphPicture) -> String {
    let cards: Vec<Card> = picture.nodes.iter().map(Card::of).collect();
    let labels: Vec<Option<(String, Size)>> = picture.edges.iter().map(|edge| label(edge.shown_label())).collect();
    let measures = Measures {
        nodes: cards.iter().map(|card| card.size).collect(),
        labels: labels.iter().map(|label| label.as_ref().map(|(_, size)| *size)).collect(),
    };
    let layout = Layout::of(picture, &measures);

    let mut drawing = Drawing { text: String::new() };
    drawing.open(picture, layout.size);
    for (edge, route) in picture.edges.iter().zip(&layout.routes) {
        if let Some(route) = route {
            drawing.arrow(picture, edge.kind, (edge.from, edge.to), route);
        }
    }
    for ((edge, route), label) in picture.edges.iter().zip(&layout.routes).zip(&labels) {
        if let (Some((words, _)), Some(place)) = (label, route.as_ref().and_then(|route| route.label)) {
            drawing.label(edge.kind, words, &place);
        }
    }
    for (card, place) in cards.iter().zip(&layout.boxes) {
        drawing.card(card, place);
    }
    drawing.text.push_str("</g>\n</svg>\n");
    drawing.text
}

fn label(words: Option<String>) -> Option<(String, Size)> {
    let (words, width) = card::pill(&words?);
    Some((words, Size { width, height: card::PILL_HEIGHT }))
}

struct Drawing {
    text: String,
}

impl Drawing {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _written = self.text.write_fmt(line);
        self.text.push('\n');
    }

    fn open(&mut self, picture: &GraphPicture, size: Size) {
        let title = one_line(&picture.title);
        let heading = fitted(&title, HEADING_FONT, HEADING_LIMIT);
        let notice = if picture.nodes.is_empty() { "This flow has no nodes." } else { "" };
        let content = (size.width).max(text_width(&heading, HEADING_FONT)).max(text_width(notice, 13.0));
        let top = if heading.is_empty() { MARGIN } else { MARGIN + HEADING_HEIGHT };
        let inner = if notice.is_empty() { size.height } else { 20.0 };
        let (width, height) = ((content + 2.0 * MARGIN).ceil(), (top + inner + MARGIN).ceil());
        let name = if title.is_empty() { "Flow graph".to_owned() } else { format!("Flow graph of {title}") };
        let name = escaped(&name);
        self.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="flow-graph" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{name}">"#
        ));
        self.line(format_args!("<title>{name}</title>"));
        let (nodes, edges) = (count(picture.nodes.len(), "node"), count(picture.sound_edges().count(), "connection"));
        self.line(format_args!("<desc>{nodes}, {edges}</desc>"));
        self.line(format_args!("<style>{}</style>", style::SHEET));
        let (inner_width, inner_height) = (width - 1.0, height - 1.0);
        self.line(format_args!(
            r#"<rect class="canvas" x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="12"/>"#
        ));
        if !heading.is_empty() {
            let baseline = MARGIN + 13.0;
            self.line(format_args!(
                r#"<text class="heading" x="{MARGIN}" y="{baseline}">{}</text>"#,
                escaped(&heading)
            ));
        }
        if !notice.is_empty() {
            let baseline = top + 13.0;
            self.line(format_args!(r#"<text class="empty" x="{MARGIN}" y="{baseline}">{notice}</text>"#));
        }
        let left = MARGIN + (content - size.width) / 2.0;
        self.line(format_args!(r#"<g transform="translate({} {})">"#, px(left), px(top)));
    }

    fn arrow(&mut self, picture: &GraphPicture, kind: EdgeKind, ends: (usize, usize), route: &Route) {
        let (tip, base, direction) =
            if route.upwards { (route.start, HEAD_LENGTH - 1.0, 1.0) } else { (route.end, 1.0 - HEAD_LENGTH, -1.0) };
        let mut path = format!("M{}", point(route.start));
        if route.upwards {
            path = format!("M{}", point(Point { y: route.start.y + base, ..route.start }));
        }
        let last = route.segments.len().saturating_sub(1);
        for (index, segment) in route.segments.iter().enumerate() {
            // The line ends inside the head, so that it does not look out at the tip.
            let shortened =
                |end: Point| if index == last && !route.upwards { Point { y: end.y + base, ..end } } else { end };
            let _ = match *segment {
                Segment::Line(end) => write!(path, "V{}", px(shortened(end).y)),
                Segment::Curve(first, second, end) => {
                    write!(path, "C{} {} {}", point(first), point(second), point(shortened(end)))
                }
            };
        }
        let (left, right) = (tip.x - HEAD_HALF_WIDTH, tip.x + HEAD_HALF_WIDTH);
        let foot = tip.y + direction * HEAD_LENGTH;
        let class = match kind {
            EdgeKind::Data => "data",
            EdgeKind::Condition => "condition",
        };
        let name = |node: usize| escaped(&picture.nodes[node].shown_name());
        self.line(format_args!(
            r#"<g class="{class}"><title>{} → {}</title><path class="edge" d="{path}"/><path class="head" d="M{}L{} {}L{} {}Z"/></g>"#,
            name(ends.0),
            name(ends.1),
            point(tip),
            px(left),
            px(foot),
            px(right),
            px(foot),
        ));
    }

    fn label(&mut self, kind: EdgeKind, words: &str, place: &Rect) {
        let class = match kind {
            EdgeKind::Data => "data",
            EdgeKind::Condition => "condition",
        };
        self.line(format_args!(
            r#"<g class="{class}"><rect class="label" x="{}" y="{}" width="{}" height="{}" rx="9"/><text class="label-text" x="{}" y="{}" text-anchor="middle">{}</text></g>"#,
            px(place.x),
            px(place.y),
            px(place.width),
            px(place.height),
            px(place.middle()),
            px(place.y + 12.8),
            escaped(words),
        ));
    }

    fn card(&mut self, card: &Card, place: &Rect) {
        let word = card.kind.word();
        self.line(format_args!(
            r#"<g class="{word}" transform="translate({} {})"><title>{} ({word})</title>"#,
            px(place.x),
            px(place.y),
            escaped(&card.full_name),
        ));
        if card.is_capsule() {
            self.capsule(card);
        } else {
            self.sheet(card);
        }
        self.text.push_str("</g>\n");
    }

    fn capsule(&mut self, card: &Card) {
        let (width, height) = (px(card.size.width), px(card.size.height));
        let radius = card.size.height / 2.0;
        self.line(format_args!(r#"<rect class="card" width="{width}" height="{height}" rx="{radius}"/>"#));
        let middle = 6.0 + card::CAPSULE_BADGE;
        self.line(format_args!(
            r#"<circle class="badge" cx="{middle}" cy="{radius}" r="{}"/><g class="sign" transform="translate({} {}) scale(0.8)">{}</g>"#,
            card::CAPSULE_BADGE,
            px(middle - 6.4),
            px(radius - 6.4),
            style::sign(card.kind),
        ));
        let left = card::CAPSULE_LEFT;
        let detail = card.detail.as_deref().map(escaped).unwrap_or_default();
        let detail = match detail.as_str() {
            "" => detail,
            _ => format!(r#"<tspan class="detail" dx="8">{detail}</tspan>"#),
        };
        self.line(format_args!(r#"<text class="name" x="{left}" y="22.8">{}{detail}</text>"#, escaped(&card.name)));
    }

    fn sheet(&mut self, card: &Card) {
        let width = card.size.width;
        let height = card.size.height - if card.stacked { card::SHEET } else { 0.0 };
        if card.stacked {
            self.line(format_args!(
                r#"<rect class="sheet" x="8" y="{}" width="{}" height="{}" rx="9"/>"#,
                px(height - 30.0),
                px(width - 16.0),
                px(30.0 + card::SHEET),
            ));
        }
        self.line(format_args!(
            r#"<rect class="shade" y="1.5" width="{0}" height="{1}" rx="10"/><rect class="card" width="{0}" height="{1}" rx="10"/>"#,
            px(width),
            px(height),
        ));
        let sign_at = card::PADDING + (card::BADGE - 16.0) / 2.0;
        self.line(format_args!(
            r#"<rect class="badge" x="{0}" y="{0}" width="{1}" height="{1}" rx="8"/><g class="sign" transform="translate({2} {2})">{3}</g>"#,
            card::PADDING,
            card::BADGE,
            sign_at,
            style::sign(card.kind),
        ));
        let left = card::TEXT_LEFT;
        self.line(format_args!(r#"<text class="name" x="{left}" y="23.5">{}</text>"#, escaped(&card.name)));
        let detail = card.detail.as_ref().map(|detail| format!(" · {}", escaped(detail))).unwrap_or_default();
        self.line(format_args!(
            r#"<text class="detail" x="{left}" y="40"><tspan class="kind">{}</tspan>{detail}</text>"#,
            card.kind.word(),
        ));
        let mut x = left;
        let y = card::CARD_HEIGHT - 2.0;
        for (words, pill_width) in &card.pills {
            self.line(format_args!(
                r#"<rect class="pill" x="{}" y="{y}" width="{}" height="{}" rx="9"/><text class="pill-text" x="{}" y="{}" text-anchor="middle">{}</text>"#,
                px(x),
                px(*pill_width),
                card::PILL_HEIGHT,
                px(x + pill_width / 2.0),
                px(y + 12.8),
                escaped(words),
            ));
            x += pill_width + card::PILL_GAP;
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A number with at most one digit after the point, and never a negative zero.
fn px(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    format!("{rounded}")
}

fn point(point: Point) -> String {
    format!("{} {}", px(point.x), px(point.y))
}

/// Text for between tags and for attributes. What XML cannot hold at all is gone already, by `one_line`.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
