//! The order within the rows of a strip, by `rust-sugiyama`.
//!
//! The library is given every bend as a vertex of its own: with edges that only lead from one row to the next it cannot
//! choose other rows than ours.

use std::collections::{BTreeMap, BTreeSet};

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};

use super::{
    settle::settle,
    strip::{Place, SPACING, Stand, keep_apart},
};

/// Vertices up to which neighbours are also swapped one by one, which costs the square of a row's length.
const SWAP_LIMIT: usize = 500;
/// Vertices up to which several orders are compared.
const SEARCH_LIMIT: usize = 250;
/// Vertices up to which the library is asked at all: it recurses once per vertex.
const LIBRARY_LIMIT: usize = 3_000;
/// How many orders those are.
const SEARCHES: usize = 16;

/// Gives the places their x. The library's search for an order with few crossings depends on where it starts, so of a
/// picture of usual size the best of several searches is taken.
pub(super) fn arrange(places: &mut [Place], steps: &BTreeSet<(usize, usize)>) {
    let searches = if places.len() <= SEARCH_LIMIT { SEARCHES } else { 1 };
    let mut best: Option<(Tangle, Vec<f64>)> = None;
    for search in 0..searches {
        for place in places.iter_mut() {
            place.x = 0.0;
        }
        ask_library(places, steps, search);
        keep_apart(places);
        if searches > 1 && best.as_ref().is_some_and(|(least, _)| least.crossings < crossings(places, steps)) {
            continue;
        }
        settle(places, steps);
        let tangle = if searches > 1 { Tangle::of(places, steps) } else { Tangle::default() };
        if best.as_ref().is_none_or(|(least, _)| tangle < *least) {
            best = Some((tangle, places.iter().map(|place| place.x).collect()));
        }
    }
    for (place, x) in places.iter_mut().zip(best.into_iter().flat_map(|(_, xs)| xs)) {
        place.x = x;
    }
}

/// Lets the library choose order and x. Each search shows it the same rows in another order, the first in the order of
/// the flow's file.
fn ask_library(places: &mut [Place], steps: &BTreeSet<(usize, usize)>, search: usize) {
    if places.len() < 2 || places.len() > LIBRARY_LIMIT {
        return;
    }
    let mut shown: Vec<usize> = (0..places.len()).collect();
    shown.sort_by_key(|&index| (places[index].row, shuffled(index, search)));
    let mut number = vec![0_u32; places.len()];
    for (position, &index) in shown.iter().enumerate() {
        number[index] = u32::try_from(position).unwrap_or(u32::MAX);
    }
    let vertices: Vec<(u32, (f64, f64))> =
        shown.iter().map(|&index| (number[index], (places[index].width, 1.0))).collect();
    let mut edges: Vec<(u32, u32)> = steps.iter().map(|&(upper, lower)| (number[upper], number[lower])).collect();
    edges.sort_unstable();
    let method = if search % 4 == 3 { CrossingMinimization::Median } else { CrossingMinimization::Barycenter };
    let config = Config {
        vertex_spacing: SPACING,
        // Right for vertices that come row by row, and unlike the others it cannot move one to another row.
        ranking_type: RankingType::Up,
        c_minimization: method,
        transpose: places.len() <= SWAP_LIMIT,
        ..Config::default()
    };
    for (positions, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config) {
        for (position, (x, _)) in positions {
            if let Some(&index) = shown.get(position).filter(|_| x.is_finite()) {
                places[index].x = x;
            }
        }
    }
}

/// The same number for the first search, and for each other one a number without any pattern (Fibonacci hashing).
fn shuffled(index: usize, search: usize) -> u64 {
    let (index, search) = (index as u64, search as u64);
    if search == 0 { index } else { ((index + 1) * (2 * search + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16 }
}

/// How hard a picture is to follow; crossings count before length.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
struct Tangle {
    crossings: usize,
    /// Pixels that arrows go sideways, in all.
    sideways: f64,
}

impl Tangle {
    fn of(places: &[Place], steps: &BTreeSet<(usize, usize)>) -> Self {
        let seen = steps.iter().filter(|(upper, _)| places[*upper].stand != Stand::Rail);
        let sideways = seen.map(|&(upper, lower)| (places[upper].x - places[lower].x).abs()).sum();
        Self { crossings: crossings(places, steps), sideways }
    }
}

/// How often arrows cross.
fn crossings(places: &[Place], steps: &BTreeSet<(usize, usize)>) -> usize {
    let mut rows: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
    for &(upper, lower) in steps {
        let (upper, lower) = (&places[upper], &places[lower]);
        if upper.stand != Stand::Rail {
            rows.entry(upper.row).or_default().push((upper.x, lower.x));
        }
    }
    let mut count = 0;
    for arrows in rows.values() {
        for (index, (upper, lower)) in arrows.iter().enumerate() {
            let others = &arrows[index + 1..];
            count += others.iter().filter(|(x, below)| (upper - x) * (lower - below) < -0.01).count();
        }
    }
    count
}
