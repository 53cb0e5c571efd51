//! Pulls a strip together.
//!
//! The library's x coordinates make long arrows straight at the price of a wide picture. Here its order is kept and the
//! arrows become springs: row by row, each place moves to the weighted mean of what it is tied to, as far as its
//! neighbours let it. Moving a whole row at once under "stay in order, keep your distance" is isotonic regression, for
//! which pooling adjacent violators gives the exact answer (Barlow et al., 1972).

use std::collections::{BTreeMap, BTreeSet};

use super::strip::{Place, Stand, gap};

/// Moves of single places that all sweeps together may cost.
const EFFORT: usize = 100_000;
/// Pixels by which bends of one line may come closer to their neighbours than they should.
const STRAIGHTEN: f64 = 0.2;
/// The farthest that bends move to stand above the place where their arrow arrives, in pixels.
const AIM: f64 = 16.0;

/// Moves the places of a strip closer to what they are tied to; they stay in order and apart.
pub(super) fn settle(places: &mut [Place], steps: &BTreeSet<(usize, usize)>) {
    let rows = rows(places);
    let ties = ties(places, steps);
    let sweeps = (EFFORT / places.len().max(1)).clamp(4, 160);
    for sweep in 0..sweeps {
        for index in 0..rows.len() {
            let row = if sweep % 2 == 0 { &rows[index] } else { &rows[rows.len() - 1 - index] };
            settle_row(places, row, &ties);
        }
    }
    straighten(places, &rows);
}

/// The places of each row from left to right, without those that cannot be seen.
fn rows(places: &[Place]) -> Vec<Vec<usize>> {
    let count = places.iter().map(|place| place.row + 1).max().unwrap_or(0);
    let mut rows = vec![Vec::new(); count];
    for (index, place) in places.iter().enumerate() {
        if place.stand != Stand::Rail {
            rows[place.row].push(index);
        }
    }
    for row in &mut rows {
        row.sort_by(|&left, &right| places[left].x.total_cmp(&places[right].x).then(left.cmp(&right)));
    }
    rows
}

/// For each place what it is tied to and how strongly: a kink within a long arrow is worse than a slanted end.
fn ties(places: &[Place], steps: &BTreeSet<(usize, usize)>) -> Vec<Vec<(usize, f64)>> {
    let mut ties = vec![Vec::new(); places.len()];
    for &(upper, lower) in steps {
        let strength = match (places[upper].stand, places[lower].stand) {
            (Stand::Rail, _) | (_, Stand::Rail) => continue,
            (Stand::Bend { .. }, Stand::Bend { .. }) => 6.0,
            (Stand::Node(_), Stand::Node(_)) => 1.5,
            _ => 1.0,
        };
        ties[upper].push((lower, strength));
        ties[lower].push((upper, strength));
    }
    ties
}

/// A run of neighbours that touch, and so move as one.
struct Block {
    first: usize,
    weight: f64,
    position: f64,
}

fn settle_row(places: &mut [Place], row: &[usize], ties: &[Vec<(usize, f64)>]) {
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    let mut blocks: Vec<Block> = Vec::new();
    for (position, &index) in row.iter().enumerate() {
        if position > 0 {
            offset += least_distance(&places[row[position - 1]], &places[index]);
        }
        offsets.push(offset);
        let weight: f64 = ties[index].iter().map(|(_, strength)| strength).sum();
        let wanted = if weight > 0.0 {
            ties[index].iter().map(|&(other, strength)| places[other].x * strength).sum::<f64>() / weight
        } else {
            places[index].x
        };
        let mut block = Block { first: position, weight: weight.max(0.01), position: wanted - offset };
        while let Some(left) = blocks.pop_if(|left| left.position >= block.position) {
            let weight = left.weight + block.weight;
            let position = (left.position * left.weight + block.position * block.weight) / weight;
            block = Block { first: left.first, weight, position };
        }
        blocks.push(block);
    }
    let mut end = row.len();
    for block in blocks.iter().rev() {
        for position in block.first..end {
            places[row[position]].x = block.position + offsets[position];
        }
        end = block.first;
    }
}

/// Makes each long arrow one straight line where its neighbours leave the room.
fn straighten(places: &mut [Place], rows: &[Vec<usize>]) {
    let mut trunks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut neighbours = vec![(None, None); places.len()];
    for row in rows {
        for (position, &index) in row.iter().enumerate() {
            let left = position.checked_sub(1).map(|position| row[position]);
            neighbours[index] = (left, row.get(position + 1).copied());
            if let Stand::Bend { trunk } = places[index].stand {
                trunks.entry(trunk).or_default().push(index);
            }
        }
    }
    for bends in trunks.into_values() {
        let mut start = 0;
        while start < bends.len() {
            let end = straight_run(places, &neighbours, &bends[start..]) + start;
            start = end.max(start + 1);
        }
    }
}

/// Straightens as many bends as can share one x, from the first; says how many.
fn straight_run(places: &mut [Place], neighbours: &[(Option<usize>, Option<usize>)], bends: &[usize]) -> usize {
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut count, mut sum) = (0_usize, 0.0);
    for &bend in bends {
        let (left, right) = neighbours[bend];
        let own_least =
            left.map_or(f64::NEG_INFINITY, |left| places[left].x + least_distance(&places[left], &places[bend]));
        let own_most =
            right.map_or(f64::INFINITY, |right| places[right].x - least_distance(&places[bend], &places[right]));
        if least.max(own_least) > most.min(own_most) + STRAIGHTEN {
            break;
        }
        (least, most) = (least.max(own_least), most.min(own_most));
        count += 1;
        sum += places[bend].x;
    }
    if count > 1 {
        let x = (sum / count as f64).min(most).max(least);
        for &bend in &bends[..count] {
            places[bend].x = x;
        }
    }
    count
}

/// Moves the straight run of bends before a path's lower end to where the path arrives, if that is only a little aside and
/// nothing is in the way: a kink of a few pixels looks like a mistake.
pub(super) fn aim(places: &mut [Place], path: &[usize], port: f64) {
    let Some((_, [_, bends @ ..])) = path.split_last() else { return };
    let Some(last) = bends.last().map(|&bend| places[bend].x) else { return };
    if last == port || (last - port).abs() > AIM {
        return;
    }
    let run: Vec<usize> = bends.iter().rev().copied().take_while(|&bend| (places[bend].x - last).abs() < 0.5).collect();
    let is_free = |bend: usize| {
        let (row, from) = (places[bend].row, places[bend].x);
        places.iter().enumerate().filter(|(_, other)| other.row == row && other.stand != Stand::Rail).all(
            |(index, other)| {
                let distance = least_distance(other, &places[bend]);
                index == bend || (port - other.x).abs() >= distance && (port < other.x) == (from < other.x)
            },
        )
    };
    if run.iter().all(|&bend| is_free(bend)) {
        for bend in run {
            places[bend].x = port;
        }
    }
}

fn least_distance(left: &Place, right: &Place) -> f64 {
    (left.width + right.width) / 2.0 + gap(left, right)
}
