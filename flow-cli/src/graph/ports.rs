//! Where arrows leave the lower side of a card, and where they arrive at the upper one.

use std::collections::BTreeMap;

use super::{
    layout::{Rect, Size},
    picture::{EdgeKind, GraphPicture},
    strip::Strip,
};

/// The share of a card's width, from each corner, in which no arrow arrives.
const SHOULDER: f64 = 0.15;
/// The same in pixels, for a card whose arrows have words and need more room.
const CORNER: f64 = 18.0;
/// Pixels between two arrows that arrive at one card, where there is room.
const PORT_GAP: f64 = 20.0;
/// Pixels between the words on an arrow and the next arrow.
const LABEL_GAP: f64 = 8.0;
/// An only arrow may arrive this far from the middle, in pixels, if that makes it straight.
const PORT_PLAY: f64 = 14.0;
/// Pixels from the middle at which arrows leave a card that has both values and conditions to give.
const FORK: f64 = 9.0;

/// For each path, where it leaves its upper node: in the middle, or beside it where values and conditions both leave.
pub(super) fn departures(picture: &GraphPicture, strip: &Strip, boxes: &[Rect]) -> Vec<f64> {
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
pub(super) fn arrivals(strip: &Strip, boxes: &[Rect], leaves: &[f64], labels: &[Option<Size>]) -> Vec<f64> {
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
                (None, Some(half)) | (Some(half), None) => half + LABEL_GAP,
                // Two labels stand one above the other.
                (Some(one), Some(other)) => one.max(other) + LABEL_GAP,
            })
            .collect();
        let (left, right) = (card.middle() - play, card.middle() + play);
        let aisle = aisle(strip, node, card);
        let wanted: Vec<Port> = ways
            .iter()
            .map(|&(from, index)| {
                let room = label_half(index).map_or((left, right), |half| {
                    (left.max(aisle.0 + half + LABEL_GAP), right.min(aisle.1 - half - LABEL_GAP))
                });
                Port { wanted: from, room }
            })
            .collect();
        for ((_, index), port) in ways.into_iter().zip(spread(&wanted, &gaps, (left, right))) {
            arrives[index] = port;
        }
    }
    arrives
}

/// The nearest arrows that pass a card on its left and on its right.
fn aisle(strip: &Strip, node: usize, card: &Rect) -> (f64, f64) {
    let row = strip.places.iter().find(|place| place.node() == Some(node)).map(|place| place.row);
    let passing = strip.places.iter().filter(|place| Some(place.row) == row && place.is_bend());
    passing.fold((f64::NEG_INFINITY, f64::INFINITY), |(left, right), bend| {
        if bend.x < card.middle() { (left.max(bend.x), right) } else { (left, right.min(bend.x)) }
    })
}

/// Where an arrow would like to arrive, and from where to where its words have room.
struct Port {
    wanted: f64,
    room: (f64, f64),
}

/// Moves ascending ports as little as needed to have the gaps between them and their words in their room; where that is
/// too much, words may cover a passing arrow, and then the gaps shrink alike.
fn spread(ports: &[Port], gaps: &[f64], limits: (f64, f64)) -> Vec<f64> {
    let (left, right) = limits;
    let roomy = pushed(ports, gaps, 1.0);
    let is_within = |port: &f64| (left - 0.01..=right + 0.01).contains(port);
    let is_apart = roomy.windows(2).zip(gaps).all(|(pair, gap)| pair[1] - pair[0] > gap - 0.01);
    if is_apart && roomy.iter().all(is_within) {
        return roomy;
    }
    let total: f64 = gaps.iter().sum();
    let shrink = if total > right - left { (right - left) / total } else { 1.0 };
    let plain: Vec<Port> = ports.iter().map(|port| Port { wanted: port.wanted, room: limits }).collect();
    pushed(&plain, gaps, shrink)
}

fn pushed(ports: &[Port], gaps: &[f64], shrink: f64) -> Vec<f64> {
    let mut places: Vec<f64> = ports.iter().map(|port| port.wanted.max(port.room.0).min(port.room.1)).collect();
    for index in 1..places.len() {
        places[index] = places[index].max(places[index - 1] + gaps[index - 1] * shrink);
    }
    let mut limit = f64::INFINITY;
    for index in (0..places.len()).rev() {
        places[index] = places[index].min(ports[index].room.1).min(limit);
        limit = places[index] - index.checked_sub(1).map_or(0.0, |before| gaps[before] * shrink);
    }
    places
}
