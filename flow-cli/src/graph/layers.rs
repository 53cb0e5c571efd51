//! Which row each node stands in.
//!
//! A node stands below everything it takes from, the flow's inputs in the first row and its outputs in the last of their
//! part. A node that takes from nothing stands just above the first node that needs it.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::picture::{GraphPicture, NodeKind};

/// The rows of a picture, from the top.
pub(super) struct Layers {
    /// The row of each node, 0 at the top of the node's part.
    pub(super) row: Vec<usize>,
    /// For each edge of the picture its upper and lower end; nothing for an edge that leads back to its own node or
    /// names no node. The upper end takes when the picture has a cycle, and gives otherwise.
    pub(super) links: Vec<Option<Link>>,
    /// The nodes of each connected part, ascending; parts ordered by their first node.
    pub(super) parts: Vec<Vec<usize>>,
}

/// An edge by where its ends stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) upper: usize,
    pub(super) lower: usize,
}

impl Layers {
    /// Finds the rows.
    pub(super) fn of(picture: &GraphPicture) -> Self {
        let order = givers_first(picture);
        let mut place = vec![0; order.len()];
        for (position, &node) in order.iter().enumerate() {
            place[node] = position;
        }
        let mut links = vec![None; picture.edges.len()];
        for (index, edge) in picture.sound_edges().filter(|(_, edge)| edge.from != edge.to) {
            let (upper, lower) =
                if place[edge.from] < place[edge.to] { (edge.from, edge.to) } else { (edge.to, edge.from) };
            links[index] = Some(Link { upper, lower });
        }
        let parts = connected_parts(picture.nodes.len(), &links);
        let row = rows(picture, &order, &links, &parts);
        Self { row, links, parts }
    }
}

/// Orders the nodes so that givers come first, and by index where the edges leave a choice. Where only a cycle is left,
/// it is broken at its first node: flows have no cycles, but a drawing should not be what finds out.
fn givers_first(picture: &GraphPicture) -> Vec<usize> {
    let count = picture.nodes.len();
    let mut waiting = vec![0_usize; count];
    let mut takers = vec![Vec::new(); count];
    for (_, edge) in picture.sound_edges().filter(|(_, edge)| edge.from != edge.to) {
        waiting[edge.to] += 1;
        takers[edge.from].push(edge.to);
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..count).filter(|&node| waiting[node] == 0).map(Reverse).collect();
    let mut placed = vec![false; count];
    let mut order = Vec::with_capacity(count);
    let mut first_unplaced = 0;
    while order.len() < count {
        let node = match ready.pop() {
            Some(Reverse(node)) => node,
            None => {
                while placed[first_unplaced] {
                    first_unplaced += 1;
                }
                first_unplaced
            }
        };
        if placed[node] {
            continue;
        }
        placed[node] = true;
        order.push(node);
        for &taker in &takers[node] {
            waiting[taker] -= 1;
            if waiting[taker] == 0 && !placed[taker] {
                ready.push(Reverse(taker));
            }
        }
    }
    order
}

fn rows(picture: &GraphPicture, order: &[usize], links: &[Option<Link>], parts: &[Vec<usize>]) -> Vec<usize> {
    let count = picture.nodes.len();
    let mut below = vec![Vec::new(); count];
    let mut has_giver = vec![false; count];
    for link in links.iter().flatten() {
        below[link.upper].push(link.lower);
        has_giver[link.lower] = true;
    }
    let mut row = vec![0; count];
    for &node in order {
        for &lower in &below[node] {
            row[lower] = row[lower].max(row[node] + 1);
        }
    }
    for part in parts {
        let last = part.iter().map(|&node| row[node]).max().unwrap_or(0);
        for &node in part {
            let kind = picture.nodes[node].kind;
            if kind == NodeKind::Output && below[node].is_empty() {
                row[node] = last;
            } else if kind != NodeKind::Input && !has_giver[node] {
                row[node] =
                    below[node].iter().map(|&lower| row[lower]).min().map_or(0, |first: usize| first.saturating_sub(1));
            }
        }
    }
    row
}

fn connected_parts(count: usize, links: &[Option<Link>]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for link in links.iter().flatten() {
        neighbours[link.upper].push(link.lower);
        neighbours[link.lower].push(link.upper);
    }
    let mut seen = vec![false; count];
    let mut parts = Vec::new();
    for start in 0..count {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut next = 0;
        while let Some(&node) = part.get(next) {
            next += 1;
            for &neighbour in &neighbours[node] {
                if !seen[neighbour] {
                    seen[neighbour] = true;
                    part.push(neighbour);
                }
            }
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts
}
