//! Where every box and every arrow of the picture is.
//!
//! Rows are bands from the left edge to the right: boxes stand in a band, curves bend only between two bands and pass a
//! band straight, through a bend that has room of its own. So no arrow crosses a box, by construction.

use super::{
    layers::Layers,
    picture::GraphPicture,
    route::{Route, Wiring},
    strip::Strip,
};

/// Pixels between two connected parts.
const PART_GAP: f64 = 56.0;
/// Pixels of room above and below from which a box stands in the middle of its row, not at its top.
const CENTRE_FROM: f64 = 4.0;
/// Parts stand side by side up to this width in pixels, then in a new line.
const LINE_WIDTH: f64 = 1_200.0;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A point in pixels from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A box in pixels from the top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// How big everything is.
pub(super) struct Measures {
    /// One size per node.
    pub(super) nodes: Vec<Size>,
    /// The size of each edge's label, if it has one.
    pub(super) labels: Vec<Option<Size>>,
}

/// The finished arrangement.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// The box around everything, from zero.
    pub(super) size: Size,
    /// One box per node.
    pub(super) boxes: Vec<Rect>,
    /// One route per edge; nothing for an edge that leads back to its own node or names no node.
    pub(super) routes: Vec<Option<Route>>,
}

/// The bands of one part: where each row begins and ends.
pub(super) struct Band {
    /// Where the straight run above the row begins; arrow labels stand between it and `top`.
    pub(super) approach: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Rect {
    #[cfg(test)]
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(&self) -> f64 {
        self.x + self.width / 2.0
    }

    fn moved(self, by: Point) -> Self {
        Self { x: self.x + by.x, y: self.y + by.y, ..self }
    }
}

impl Point {
    pub(super) fn moved(self, by: Self) -> Self {
        Self { x: self.x + by.x, y: self.y + by.y }
    }
}

impl Layout {
    /// Arranges the picture.
    pub(super) fn of(picture: &GraphPicture, measures: &Measures) -> Self {
        let layers = Layers::of(picture);
        let slots = slots(measures, &layers);
        let mut layout = Self {
            size: Size::default(),
            boxes: vec![Rect::default(); picture.nodes.len()],
            routes: vec![None; picture.edges.len()],
        };
        let mut corner = Point { x: 0.0, y: 0.0 };
        let mut line_height = 0.0_f64;
        for part in &layers.parts {
            let mut strip = Strip::of(picture, &layers, part, &slots);
            if corner.x > 0.0 && corner.x + strip.width > LINE_WIDTH {
                corner = Point { x: 0.0, y: corner.y + line_height + PART_GAP };
                line_height = 0.0;
            }
            let height = layout.place(picture, &mut strip, measures, corner);
            line_height = line_height.max(height);
            layout.size.width = layout.size.width.max(corner.x + strip.width);
            layout.size.height = layout.size.height.max(corner.y + line_height);
            corner.x += strip.width + PART_GAP;
        }
        layout
    }

    /// Places one part with its top left corner there; says how high it is.
    fn place(&mut self, picture: &GraphPicture, strip: &mut Strip, measures: &Measures, corner: Point) -> f64 {
        for place in &strip.places {
            if let Some(node) = place.node() {
                let Size { width, height } = measures.nodes[node];
                self.boxes[node] = Rect { x: place.x - width / 2.0, y: 0.0, width, height };
            }
        }
        let wiring = Wiring::of(picture, strip, &self.boxes, &measures.labels);
        let bands = bands(strip, measures, &wiring);
        for place in &strip.places {
            if let (Some(node), Some(band)) = (place.node(), bands.get(place.row)) {
                let spare = (band.bottom - band.top - measures.nodes[node].height) / 2.0;
                // Cards whose heights differ by a second sheet alone still stand on one line.
                self.boxes[node].y = band.top + if spare < CENTRE_FROM { 0.0 } else { spare };
            }
        }
        for (edge, route) in wiring.routes(picture, strip, &self.boxes, &bands) {
            self.routes[edge] = Some(route.moved(corner));
        }
        for node in strip.places.iter().filter_map(|place| place.node()) {
            self.boxes[node] = self.boxes[node].moved(corner);
        }
        bands.last().map_or(0.0, |band| band.bottom)
    }
}

/// The room each node needs in its row: a label above it may be wider than the node.
fn slots(measures: &Measures, layers: &Layers) -> Vec<Size> {
    let mut slots = measures.nodes.clone();
    for (label, link) in measures.labels.iter().zip(&layers.links) {
        if let (Some(label), Some(link)) = (label, link) {
            let slot = &mut slots[link.lower];
            slot.width = slot.width.max(label.width);
        }
    }
    slots
}

fn bands(strip: &Strip, measures: &Measures, wiring: &Wiring) -> Vec<Band> {
    let rows = strip.places.iter().map(|place| place.row + 1).max().unwrap_or(0);
    let mut heights = vec![0.0_f64; rows];
    for place in &strip.places {
        if let Some(node) = place.node() {
            heights[place.row] = heights[place.row].max(measures.nodes[node].height);
        }
    }
    let mut bands: Vec<Band> = Vec::with_capacity(rows);
    for (row, height) in heights.into_iter().enumerate() {
        let above = bands.last().map_or(0.0, |band| band.bottom);
        let approach = if row == 0 { above } else { above + wiring.bend_height(row) };
        let top = if row == 0 { above } else { approach + wiring.label_height(row) };
        bands.push(Band { approach, top, bottom: top + height });
    }
    bands
}
