use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::baseline::{BaselineRow, BaselineScore, Evidence, Pairs};
use super::path::{Parting, Path, Paths, parting};
use super::reason::{Began, of_answers, of_node};
use super::{Moved, Reason};
use crate::score::Direction;
use crate::statistics::{Interval, Level, Paired};

/// A part of a difference: rows of both runs that went another way for the same reasons.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Where they went another way.
    pub place: Place,
    /// What is known to have changed there, which cannot be told apart; nothing is known where it is empty.
    pub reasons: Vec<Reason>,
    /// How many rows.
    pub rows: usize,
    /// On how many of them the second run is better.
    pub better: usize,
    /// See `better`.
    pub worse: usize,
    /// What they add to the mean difference on the rows of both.
    pub difference: f64,
    /// The interval of this.
    pub interval: Option<Interval>,
}

/// Where rows went another way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At this node, the first one that gave something else.
    Node(String),
    /// Somewhere in the flow: it is not recorded what nodes gave.
    Flow,
    /// At what scores: the flow gave the same.
    Score,
}

/// Where rows went another way, and what changed there.
type Group = (Place, Vec<Reason>);

/// A score on the rows of both runs.
pub(super) struct Shared<'a> {
    pub(super) from: Moved<'a>,
    pub(super) to: Moved<'a>,
    pub(super) paths: &'a [Paths; 2],
    pub(super) pairs: &'a Pairs<'a>,
    pub(super) score: &'a BaselineScore,
    /// The score in the first run.
    pub(super) before: &'a BaselineScore,
    /// The variants.
    pub(super) names: &'a [String; 2],
}

impl Shared<'_> {
    /// The parts of the difference, the greatest first. Rows that neither went another way nor have another score are no part.
    pub(super) fn parts(&self, evidence: &Evidence) -> Vec<Part> {
        let [from, to] = [(self.from, 0), (self.to, 1)].map(|(run, side): (Moved<'_>, usize)| {
            let place = run.digest.variants.iter().position(|variant| variant.name == self.names[side]);
            Began { manifest: run.manifest, variant: place.unwrap_or(0) }
        });
        let mut of_nodes = BTreeMap::new();
        let mut groups: BTreeMap<Group, Vec<(usize, f64)>> = BTreeMap::new();
        let mut counted = 0;
        for (before, row) in &self.pairs.rows {
            let means = evidence.mean_of(&self.score.name, before).zip(evidence.mean_of(&self.score.name, row));
            let Some((was, is)) = means else { continue };
            let difference = is - was;
            let paths =
                [(*before, from, 0), (*row, to, 1)].map(|(row, began, side): (&BaselineRow, Began<'_>, usize)| {
                    self.paths[side].find(row.line, began.variant)
                });
            if let Some(group) = self.group(paths, (from, to), difference, &mut of_nodes) {
                groups.entry(group).or_default().push((counted, difference));
            }
            counted += 1;
        }
        let mut parts: Vec<Part> = groups.into_iter().map(|(group, rows)| self.part(group, &rows, counted)).collect();
        parts.sort_by(|one, other| {
            other.difference.abs().total_cmp(&one.difference.abs()).then(other.rows.cmp(&one.rows))
        });
        parts
    }

    fn group(
        &self,
        [before, after]: [&[Path]; 2],
        (from, to): (Began<'_>, Began<'_>),
        difference: f64,
        of_nodes: &mut BTreeMap<String, BTreeSet<Reason>>,
    ) -> Option<Group> {
        match parting(before, after) {
            Parting::Nowhere if difference == 0.0 => None,
            Parting::Nowhere => Some((Place::Score, self.of_score())),
            Parting::Somewhere => Some((Place::Flow, Vec::new())),
            Parting::Node(node) => {
                let mut reasons =
                    of_nodes.entry(node.clone()).or_insert_with(|| of_node(Some(&node), from, to)).clone();
                reasons.extend(of_answers(&node, before, after));
                Some((Place::Node(node), Reason::settled(reasons)))
            }
        }
    }

    /// What changed at what scores.
    fn of_score(&self) -> Vec<Reason> {
        let mut reasons = BTreeSet::new();
        if super::definitions_differ(self.before, self.score) {
            reasons.insert(Reason::Definition);
        }
        let judges = self.from.judges.get(&self.score.name).zip(self.to.judges.get(&self.score.name));
        if let Some((before, after)) = judges {
            let began = |manifest| Began { manifest, variant: 0 };
            reasons.extend(of_node(None, began(before), began(after)));
        }
        if let (Some(before), Some(after)) = (&self.before.judge, &self.score.judge)
            && before.models != after.models
        {
            reasons.insert(Reason::Snapshot);
        }
        Reason::settled(reasons)
    }

    fn part(&self, (place, reasons): Group, rows: &[(usize, f64)], counted: usize) -> Part {
        let mut values = vec![0.0; counted];
        for (position, difference) in rows {
            values[*position] = *difference;
        }
        let up = rows.iter().filter(|(_, difference)| *difference > 0.0).count();
        let down = rows.iter().filter(|(_, difference)| *difference < 0.0).count();
        let (better, worse) = if self.score.better == Direction::Higher { (up, down) } else { (down, up) };
        let interval = Paired::of(&values).and_then(|paired| paired.t_interval(Level::P95)).ok();
        let difference = rows.iter().map(|(_, difference)| difference).sum::<f64>() / counted.max(1) as f64;
        Part { place, reasons, rows: rows.len(), better, worse, difference, interval }
    }
}
