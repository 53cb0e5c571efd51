//! What is written on a node's card, and how big that makes it.

use super::{
    layout::Size,
    measure::{fitted, one_line, text_width},
    picture::{Mark, NodeKind, PictureNode},
};

/// Font size of a name, in pixels.
pub(super) const NAME_FONT: f64 = 14.0;
/// Font size of the line below it.
pub(super) const DETAIL_FONT: f64 = 12.0;
/// Font size of pills and of the words on arrows.
pub(super) const PILL_FONT: f64 = 11.0;
/// Height of a pill.
pub(super) const PILL_HEIGHT: f64 = 18.0;
/// Pixels between two pills.
pub(super) const PILL_GAP: f64 = 6.0;
/// Side of the square with the kind's sign.
pub(super) const BADGE: f64 = 30.0;
/// Pixels between the card's edge and the badge.
pub(super) const PADDING: f64 = 11.0;
/// Where text begins.
pub(super) const TEXT_LEFT: f64 = PADDING + BADGE + 11.0;
/// Height of a card without pills.
pub(super) const CARD_HEIGHT: f64 = 52.0;
/// Height of the capsule of an input or an output.
pub(super) const CAPSULE_HEIGHT: f64 = 36.0;
/// Radius of the round badge in a capsule.
pub(super) const CAPSULE_BADGE: f64 = 12.0;
/// Where text begins in a capsule.
pub(super) const CAPSULE_LEFT: f64 = 6.0 + 2.0 * CAPSULE_BADGE + 8.0;
/// How far the second sheet of a node that runs more than once looks out below the card.
pub(super) const SHEET: f64 = 5.0;

const NAME_LIMIT: f64 = 260.0;
const DETAIL_LIMIT: f64 = 240.0;
const PILL_LIMIT: f64 = 240.0;
const LEAST_WIDTH: f64 = 128.0;
const PILL_ROW: f64 = PILL_HEIGHT + 9.0;

/// A node, ready to be written.
pub(super) struct Card {
    pub(super) kind: NodeKind,
    pub(super) name: String,
    /// The whole name, for those who point at it.
    pub(super) full_name: String,
    pub(super) detail: Option<String>,
    /// Words and width.
    pub(super) pills: Vec<(String, f64)>,
    /// Whether a second sheet looks out below.
    pub(super) stacked: bool,
    /// With the second sheet.
    pub(super) size: Size,
}

impl Card {
    /// Writes the card of a node.
    pub(super) fn of(node: &PictureNode) -> Self {
        let full_name = node.shown_name();
        let name = fitted(&full_name, NAME_FONT, NAME_LIMIT);
        let detail = node.shown_detail().map(|detail| fitted(&detail, DETAIL_FONT, DETAIL_LIMIT));
        let pills: Vec<(String, f64)> = node.marks.iter().map(|mark| pill(&mark.words())).collect();
        let stacked = node.marks.iter().any(|mark| matches!(mark, Mark::ForEach | Mark::Variants(_)));
        let mut card = Self { kind: node.kind, name, full_name, detail, pills, stacked, size: Size::default() };
        card.size = card.measured();
        card
    }

    /// Whether the node is drawn as a capsule: what goes in and comes out is a value, not a step.
    pub(super) fn is_capsule(&self) -> bool {
        matches!(self.kind, NodeKind::Input | NodeKind::Output) && self.pills.is_empty()
    }

    /// Width of the name, where the detail of a capsule follows.
    pub(super) fn name_width(&self) -> f64 {
        text_width(&self.name, NAME_FONT)
    }

    fn measured(&self) -> Size {
        let detail = self.detail.as_deref().map_or(0.0, |detail| text_width(detail, DETAIL_FONT));
        if self.is_capsule() {
            let detail = if detail > 0.0 { detail + 8.0 } else { 0.0 };
            return Size { width: CAPSULE_LEFT + self.name_width() + detail + 16.0, height: CAPSULE_HEIGHT };
        }
        let word = text_width(self.kind.word(), DETAIL_FONT);
        let detail = if detail > 0.0 { word + text_width(" · ", DETAIL_FONT) + detail } else { word };
        let gaps = PILL_GAP * self.pills.len().saturating_sub(1) as f64;
        let pills = self.pills.iter().map(|(_, width)| width).sum::<f64>() + gaps;
        let content = self.name_width().max(detail).max(pills);
        let pill_row = if self.pills.is_empty() { 0.0 } else { PILL_ROW };
        let sheet = if self.stacked { SHEET } else { 0.0 };
        Size { width: (TEXT_LEFT + content + 16.0).max(LEAST_WIDTH), height: CARD_HEIGHT + pill_row + sheet }
    }
}

/// The words of a pill, shortened if need be, and its width.
pub(super) fn pill(words: &str) -> (String, f64) {
    let words = fitted(&one_line(words), PILL_FONT, PILL_LIMIT);
    let width = text_width(&words, PILL_FONT) + 14.0;
    (words, width)
}
