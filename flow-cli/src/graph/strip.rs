//! Where things stand within their rows, for one connected part of a picture.
//!
//! An arrow that passes rows on its way needs room there. So each row holds, besides its nodes, the bends of the arrows
//! that pass through; arrows of one kind from one node share their bends and look like one trunk with branches. Order
//! and a first x come from `order`, better ones from `settle`; whatever they say, neighbours are kept apart in the end.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    layers::Layers,
    layout::Size,
    order::arrange,
    picture::{EdgeKind, GraphPicture},
};

/// Free pixels between two neighbours of a row.
pub(super) const SPACING: f64 = 34.0;
/// Pixels kept for an arrow that passes a row.
const BEND_WIDTH: f64 = 8.0;

/// Something that stands in a row.
pub(super) struct Place {
    /// What it is.
    pub(super) stand: Stand,
    /// Row from the top.
    pub(super) row: usize,
    /// Middle, in pixels from the left edge of the part.
    pub(super) x: f64,
    /// In pixels.
    pub(super) width: f64,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// A node of the picture.
    Node(usize),
    /// A bend of an arrow; bends of one trunk have one number.
    Bend {
        /// That number.
        trunk: usize,
    },
    /// Nothing to see: hangs a node without givers below the first row, where the library would put it.
    Rail,
}

impl Place {
    /// The node that stands here, if it is one.
    pub(super) fn node(&self) -> Option<usize> {
        match self.stand {
            Stand::Node(node) => Some(node),
            Stand::Bend { .. } | Stand::Rail => None,
        }
    }

    /// Whether an arrow passes here.
    pub(super) fn is_bend(&self) -> bool {
        matches!(self.stand, Stand::Bend { .. })
    }
}

/// One connected part of a picture, spread over its rows.
pub(super) struct Strip {
    /// By row.
    pub(super) places: Vec<Place>,
    /// For each edge of the part: its index in the picture and the places it goes through, from the top.
    pub(super) paths: Vec<(usize, Vec<usize>)>,
    /// In pixels.
    pub(super) width: f64,
}

impl Strip {
    /// Spreads the nodes of one part, whose widths in pixels are those of `sizes`.
    pub(super) fn of(picture: &GraphPicture, layers: &Layers, part: &[usize], sizes: &[Size]) -> Self {
        let mut crowd = Crowd::of(picture, layers, part);
        crowd.keys.sort_by_key(|key| (key.row(layers), *key));
        let index: BTreeMap<Key, usize> = crowd.keys.iter().enumerate().map(|(index, key)| (*key, index)).collect();
        let find = |key: &Key| index.get(key).copied();
        let mut places: Vec<Place> = crowd
            .keys
            .iter()
            .map(|key| {
                let (stand, width) = match *key {
                    Key::Node(node) => (Stand::Node(node), sizes[node].width),
                    Key::Bend(node, kind, _) => (Stand::Bend { trunk: node * 2 + kind as usize }, BEND_WIDTH),
                    Key::Rail(..) => (Stand::Rail, 0.0),
                };
                Place { stand, row: key.row(layers), x: 0.0, width }
            })
            .collect();
        let steps: BTreeSet<(usize, usize)> =
            crowd.steps.iter().filter_map(|(upper, lower)| Some((find(upper)?, find(lower)?))).collect();
        let paths = crowd
            .paths
            .iter()
            .map(|(edge, keys)| (*edge, keys.iter().filter_map(find).collect::<Vec<usize>>()))
            .collect();
        arrange(&mut places, &steps);
        face_reader(&mut places);
        let width = keep_apart(&mut places);
        Self { places, paths, width }
    }
}

/// A vertex before it has a number. Nodes sort before bends, so that the drawing follows the order of the flow's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Node(usize),
    /// The trunk of one node's arrows of one kind, in one row.
    Bend(usize, EdgeKind, usize),
    Rail(usize, usize),
}

impl Key {
    fn row(self, layers: &Layers) -> usize {
        match self {
            Self::Node(node) => layers.row[node],
            Self::Bend(_, _, row) | Self::Rail(_, row) => row,
        }
    }
}

#[derive(Default)]
struct Crowd {
    keys: Vec<Key>,
    steps: BTreeSet<(Key, Key)>,
    paths: Vec<(usize, Vec<Key>)>,
}

impl Crowd {
    fn of(picture: &GraphPicture, layers: &Layers, part: &[usize]) -> Self {
        let mut crowd = Self { keys: part.iter().copied().map(Key::Node).collect(), ..Self::default() };
        let mut bends = BTreeSet::new();
        let mut has_giver = BTreeSet::new();
        for (index, edge) in picture.edges.iter().enumerate() {
            let Some(link) = layers.links[index].filter(|link| part.binary_search(&link.upper).is_ok()) else {
                continue;
            };
            has_giver.insert(link.lower);
            let passed = layers.row[link.upper] + 1..layers.row[link.lower];
            let trunk: Vec<Key> = passed.map(|row| Key::Bend(link.upper, edge.kind, row)).collect();
            bends.extend(trunk.iter().copied());
            let mut path = vec![Key::Node(link.upper)];
            path.extend(trunk);
            path.push(Key::Node(link.lower));
            crowd.steps.extend(path.windows(2).map(|step| (step[0], step[1])));
            crowd.paths.push((index, path));
        }
        for &node in part.iter().filter(|node| !has_giver.contains(node)) {
            let mut rail: Vec<Key> = (0..layers.row[node]).map(|row| Key::Rail(node, row)).collect();
            bends.extend(rail.iter().copied());
            rail.push(Key::Node(node));
            crowd.steps.extend(rail.windows(2).map(|step| (step[0], step[1])));
        }
        crowd.keys.extend(bends);
        crowd
    }
}

/// Mirrors the strip if that puts more nodes of a row in the order of the flow's file, from left to right.
fn face_reader(places: &mut [Place]) {
    let nodes: Vec<(usize, usize, f64)> =
        places.iter().filter_map(|place| Some((place.row, place.node()?, place.x))).collect();
    let mut balance = 0_i64;
    for (index, (row, node, x)) in nodes.iter().enumerate() {
        for (_, other_node, other_x) in nodes[index + 1..].iter().take_while(|(other_row, ..)| other_row == row) {
            balance += if (node < other_node) == (x < other_x) { 1 } else { -1 };
        }
    }
    if balance < 0 {
        for place in places {
            place.x = -place.x;
        }
    }
}

/// Moves what stands too close to its left neighbour to the right, then the whole strip to zero; says how wide it is.
pub(super) fn keep_apart(places: &mut [Place]) -> f64 {
    let mut sequence: Vec<usize> = (0..places.len()).collect();
    sequence.sort_by(|&left, &right| {
        let (left_place, right_place) = (&places[left], &places[right]);
        (left_place.row.cmp(&right_place.row)).then(left_place.x.total_cmp(&right_place.x)).then(left.cmp(&right))
    });
    for pair in sequence.windows(2) {
        let (left, right) = (&places[pair[0]], &places[pair[1]]);
        if left.row == right.row && left.stand != Stand::Rail && right.stand != Stand::Rail {
            let least = left.x + (left.width + right.width) / 2.0 + gap(left, right);
            places[pair[1]].x = right.x.max(least);
        }
    }
    let seen = places.iter().filter(|place| place.stand != Stand::Rail);
    let left = seen.clone().map(|place| place.x - place.width / 2.0).fold(f64::INFINITY, f64::min);
    let right = seen.map(|place| place.x + place.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
    for place in places.iter_mut() {
        place.x -= left;
    }
    (right - left).max(0.0)
}

/// Arrows may come closer to each other and to a card than two cards.
pub(super) fn gap(left: &Place, right: &Place) -> f64 {
    if left.node().is_some() && right.node().is_some() { SPACING * 0.75 } else { SPACING / 3.0 }
}
