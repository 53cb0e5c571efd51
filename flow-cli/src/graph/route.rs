//! The arrows of one part: where they leave and arrive, how they curve, where their words stand.

use std::collections::BTreeMap;

use super::{
    layout::{Band, Point, Rect, Size},
    picture::{EdgeKind, GraphPicture},
    settle::aim,
    strip::{Place, Strip},
};

/// The share of a card's width, from each corner, in which no arrow arrives.
const SHOULDER: f64 = 0.15;
/// The same in pixels, for a card whose arrows have words and need more room.
const CORNER: f64 = 18.0;
/// Pixels between two arrows that arrive at one card, where there is room.
const PORT_GAP: f64 = 20.0;
/// An only arrow may arrive this far from the middle, in pixels, if that makes it straight.
const PORT_PLAY: f64 = 14.0;
/// Pixels from the middle at which arrows leave a card that has both values and conditions to give.
const FORK: f64 = 9.0;
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

/// For each path, where it leaves its upper node: in the middle, or beside it where values and conditions both leave.
fn departures(picture: &GraphPicture, strip: &Strip, boxes: &[Rect]) -> Vec<f64> {
    let upper = |path: &[usize]| path.first().and_then(|&first| strip.places[first].node());
    let mut ways: BTreeMap<(usize, EdgeKind), (f64, f64)> = BTreeMap::new();
    for (edge, path) in &strip.paths {
        if let (Some(node), Some(&next)) = (upper(path), path.get(1)) {
            let way = ways.entry((node, picture.edges[*edge].kind)).or_default();
            way.0 += strip.places[next].x;
            way.1 += 1.0;
        }
    }
    let mean = |node: usize, kind: EdgeKind| ways.get(&(node, kind)).map(|(sum, count)| sum / count);
    let mut leaves = Vec::with_capacity(strip.paths.len());
    for (edge, path) in &strip.paths {
        let Some(node) = upper(path) else {
            leaves.push(0.0);
            continue;
        };
        let kind = picture.edges[*edge].kind;
        let other = if kind == EdgeKind::Data { EdgeKind::Condition } else { EdgeKind::Data };
        let fork = match (mean(node, kind), mean(node, other)) {
            (Some(own), Some(others)) if own < others || (own == others && kind < other) => -FORK,
            (Some(_), Some(_)) => FORK,
            _ => 0.0,
        };
        leaves.push(boxes[node].middle() + fork);
    }
    leaves
}

/// For each path, where it arrives at its lower node: below where it comes from, as far as order and room allow.
fn arrivals(strip: &Strip, boxes: &[Rect], leaves: &[f64], labels: &[Option<Size>]) -> Vec<f64> {
    let mut arrives = vec![0.0; strip.paths.len()];
    let mut incoming: BTreeMap<usize, Vec<(f64, usize)>> = BTreeMap::new();
    for (index, (_, path)) in strip.paths.iter().enumerate() {
        let [.., before, last] = path.as_slice() else { continue };
        let from = if path.len() == 2 { leaves[index] } else { strip.places[*before].x };
        if let Some(node) = strip.places[*last].node() {
            incoming.entry(node).or_default().push((from, index));
        }
    }
    for (node, mut ways) in incoming {
        ways.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        let card = &boxes[node];
        let label_half = |index: usize| labels[strip.paths[index].0].map(|size| size.width / 2.0);
        let is_labelled = ways.iter().any(|&(_, index)| label_half(index).is_some());
        let play = match (ways.len(), is_labelled) {
            (1, _) => PORT_PLAY,
            (_, true) => (card.width / 2.0 - CORNER).max(0.0),
            (_, false) => card.width * (0.5 - SHOULDER),
        };
        let gaps: Vec<f64> = ways
            .windows(2)
            .map(|pair| match (label_half(pair[0].1), label_half(pair[1].1)) {
                (None, None) => PORT_GAP,
                (None, Some(half)) | (Some(half), None) => half + PORT_GAP / 2.0,
                // Two labels stand one above the other.
                (Some(one), Some(other)) => one.max(other) + PORT_GAP / 2.0,
            })
            .collect();
        let wanted: Vec<f64> = ways.iter().map(|(from, _)| *from).collect();
        let ports = spread(&wanted, &gaps, card.middle() - play, card.middle() + play);
        for ((_, index), port) in ways.into_iter().zip(ports) {
            arrives[index] = port;
        }
    }
    arrives
}

/// Moves ascending positions as little as needed to be between the limits and to have the gaps between them; where that
/// is too much for the room, the gaps shrink alike.
fn spread(wanted: &[f64], gaps: &[f64], left: f64, right: f64) -> Vec<f64> {
    let total: f64 = gaps.iter().sum();
    let shrink = if total > right - left { (right - left) / total } else { 1.0 };
    let mut ports: Vec<f64> = wanted.iter().map(|port| port.clamp(left, right)).collect();
    for index in 1..ports.len() {
        ports[index] = ports[index].max(ports[index - 1] + gaps[index - 1] * shrink);
    }
    let mut limit = right;
    for index in (0..ports.len()).rev() {
        ports[index] = ports[index].min(limit);
        limit = ports[index] - index.checked_sub(1).map_or(0.0, |before| gaps[before] * shrink);
    }
    ports
}
