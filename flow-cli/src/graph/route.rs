//! The arrows of one part: where they leave and arrive, how they curve, where their words stand.

use std::collections::BTreeMap;

use super::{
    layout::{Band, Point, Rect, Size},
    picture::GraphPicture,
    ports::{arrivals, departures},
    settle::aim,
    strip::{Place, Strip},
};

/// Least pixels between two rows.
const ROW_GAP: f64 = 44.0;
/// Most pixels that far sideways arrows add to the gap.
const ROW_GAP_EXTRA: f64 = 64.0;
/// Pixels from one line of labels to the next.
const LABEL_LINE: f64 = 24.0;
/// Pixels between the lowest label and the card, for the arrow's head.
const LABEL_FOOT: f64 = 14.0;

/// One arrow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    /// The upper end.
    pub(super) start: Point,
    /// From there down.
    pub(super) segments: Vec<Segment>,
    /// The lower end.
    pub(super) end: Point,
    /// Whether the head is at the upper end, in a picture with a cycle.
    pub(super) upwards: bool,
    /// Where the edge's words stand.
    pub(super) label: Option<Rect>,
}

/// A piece of an arrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Segment {
    /// Straight to there.
    Line(Point),
    /// By two control points to there.
    Curve(Point, Point, Point),
}

/// What is known of the arrows before the rows have heights.
pub(super) struct Wiring {
    arrows: Vec<Arrow>,
    /// By row: how far the arrows that come down to it go sideways, at most, in pixels.
    reach: Vec<f64>,
    /// By row: lines of labels above it.
    label_lines: Vec<usize>,
}

struct Arrow {
    edge: usize,
    path: Vec<usize>,
    leaves: f64,
    arrives: f64,
    /// Size, and the line of labels, from below.
    label: Option<(Size, usize)>,
}

impl Route {
    /// The route, elsewhere.
    pub(super) fn moved(mut self, by: Point) -> Self {
        self.start = self.start.moved(by);
        self.end = self.end.moved(by);
        for segment in &mut self.segments {
            *segment = match *segment {
                Segment::Line(end) => Segment::Line(end.moved(by)),
                Segment::Curve(first, second, end) => Segment::Curve(first.moved(by), second.moved(by), end.moved(by)),
            };
        }
        if let Some(label) = &mut self.label {
            label.x += by.x;
            label.y += by.y;
        }
        self
    }
}

impl Wiring {
    /// Finds where arrows leave and arrive, and lets last bends stand above the latter; of the boxes only left and right
    /// matter yet.
    pub(super) fn of(picture: &GraphPicture, strip: &mut Strip, boxes: &[Rect], labels: &[Option<Size>]) -> Self {
        let leaves = departures(picture, strip, boxes);
        let arrives = arrivals(strip, boxes, &leaves, labels);
        for ((_, path), port) in strip.paths.iter().zip(&arrives) {
            aim(&mut strip.places, path, *port);
        }
        let rows = strip.places.iter().map(|place| place.row + 1).max().unwrap_or(0);
        let mut wiring = Self { arrows: Vec::new(), reach: vec![0.0; rows], label_lines: vec![0; rows] };
        for (index, (edge, path)) in strip.paths.iter().enumerate() {
            let arrow = Arrow {
                edge: *edge,
                path: path.clone(),
                leaves: leaves[index],
                arrives: arrives[index],
                label: labels[*edge].map(|size| (size, 0)),
            };
            for (step, places) in path.windows(2).enumerate() {
                let (from, to) = arrow.step(step, &strip.places);
                let reach = &mut wiring.reach[strip.places[places[1]].row];
                *reach = reach.max((from - to).abs());
            }
            wiring.arrows.push(arrow);
        }
        wiring.stack_labels(&strip.places);
        wiring
    }

    /// Pixels above a row's approach in which arrows bend.
    pub(super) fn bend_height(&self, row: usize) -> f64 {
        ROW_GAP + (self.reach[row] * 0.09).min(ROW_GAP_EXTRA)
    }

    /// Pixels between a row's approach and its top.
    pub(super) fn label_height(&self, row: usize) -> f64 {
        match self.label_lines[row] {
            0 => 0.0,
            lines => LABEL_LINE * lines as f64 + LABEL_FOOT,
        }
    }

    /// The arrows of the part, with the index of their edge.
    pub(super) fn routes(
        &self,
        picture: &GraphPicture,
        strip: &Strip,
        boxes: &[Rect],
        bands: &[Band],
    ) -> Vec<(usize, Route)> {
        self.arrows.iter().filter_map(|arrow| arrow.route(picture, &strip.places, boxes, bands)).collect()
    }

    /// Gives each label the lowest line in which it meets no other.
    fn stack_labels(&mut self, places: &[Place]) {
        let mut taken: BTreeMap<(usize, usize), Vec<(f64, f64)>> = BTreeMap::new();
        for arrow in &mut self.arrows {
            let Some(row) = arrow.path.last().map(|&last| places[last].row) else { continue };
            let Some((size, line)) = &mut arrow.label else { continue };
            let (left, right) = (arrow.arrives - size.width / 2.0, arrow.arrives + size.width / 2.0);
            loop {
                let spans = taken.entry((row, *line)).or_default();
                if spans.iter().all(|&(taken_left, taken_right)| right + 4.0 < taken_left || taken_right + 4.0 < left) {
                    spans.push((left, right));
                    break;
                }
                *line += 1;
            }
            self.label_lines[row] = self.label_lines[row].max(*line + 1);
        }
    }
}

impl Arrow {
    /// Where the arrow begins and ends in one of its steps from row to row.
    fn step(&self, step: usize, places: &[Place]) -> (f64, f64) {
        let from = if step == 0 { self.leaves } else { places[self.path[step]].x };
        let to = if step + 2 == self.path.len() { self.arrives } else { places[self.path[step + 1]].x };
        (from, to)
    }

    fn route(
        &self,
        picture: &GraphPicture,
        places: &[Place],
        boxes: &[Rect],
        bands: &[Band],
    ) -> Option<(usize, Route)> {
        let upper = places[*self.path.first()?].node()?;
        let lower = places[*self.path.last()?].node()?;
        let start = Point { x: self.leaves, y: boxes[upper].bottom() };
        let end = Point { x: self.arrives, y: boxes[lower].y };
        let mut pen = Pen { at: start, segments: Vec::new() };
        for (step, pair) in self.path.windows(2).enumerate() {
            let (from, to) = self.step(step, places);
            let (above, below) = (&bands[places[pair[0]].row], &bands[places[pair[1]].row]);
            pen.line_to(Point { x: from, y: above.bottom });
            pen.curve_to(Point { x: to, y: below.approach });
            pen.line_to(Point { x: to, y: below.top });
        }
        pen.line_to(end);
        let label = self.label.zip(self.path.last()).map(|((size, line), &last)| Rect {
            x: end.x - size.width / 2.0,
            y: bands[places[last].row].top - LABEL_FOOT - LABEL_LINE * line as f64 - size.height,
            width: size.width,
            height: size.height,
        });
        let upwards = picture.edges[self.edge].from == lower;
        Some((self.edge, Route { start, segments: pen.segments, end, upwards, label }))
    }
}

struct Pen {
    at: Point,
    segments: Vec<Segment>,
}

impl Pen {
    /// Lengthens the line before, if there is one: lines are only ever drawn straight down.
    fn line_to(&mut self, end: Point) {
        if end.y - self.at.y < 0.05 {
            return;
        }
        if let Some(Segment::Line(before)) = self.segments.last_mut() {
            *before = end;
        } else {
            self.segments.push(Segment::Line(end));
        }
        self.at = end;
    }

    fn curve_to(&mut self, end: Point) {
        if (end.x - self.at.x).abs() < 0.5 {
            self.line_to(end);
            return;
        }
        let half = (end.y - self.at.y) * 0.55;
        let first = Point { x: self.at.x, y: self.at.y + half };
        let second = Point { x: end.x, y: end.y - half };
        self.segments.push(Segment::Curve(first, second, end));
        self.at = end;
    }
}
