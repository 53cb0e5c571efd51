use std::collections::{BTreeMap, HashMap};

use flow_core::run::RowRecord;

use super::super::ScoringError;
use super::super::baseline::{Baseline, BaselineRow, RowNaming, short};
use super::Moved;
use crate::batch::Lines;

/// Which way a row took in one repetition.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// What each node gave, as digests, in the order of the graph.
    nodes: Vec<(String, String)>,
    /// The digest of the outputs, or of there being none.
    outputs: String,
    /// By node: who answered its calls, and on which machinery.
    answered: BTreeMap<String, Vec<(String, Option<String>)>>,
}

/// Where two ways part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parting {
    /// Nowhere: the outputs are the same.
    Nowhere,
    /// At this node.
    Node(String),
    /// Somewhere: it is not recorded what nodes gave.
    Somewhere,
}

/// The ways of all rows of a run, by line and variant.
pub(super) struct Paths {
    paths: HashMap<(u64, usize), Vec<Path>>,
    /// By line: what its row is called by its inputs.
    names: HashMap<u64, String>,
}

impl Paths {
    pub(super) fn of(run: Moved<'_>, naming: &RowNaming) -> Result<Self, ScoringError> {
        let (mut paths, mut names) = (HashMap::new(), HashMap::new());
        let mut lines = Lines::open(run.ledger)?;
        while let Some(line) = lines.next_line()? {
            for record in lines.take(line)? {
                names.entry(line).or_insert_with(|| naming.name(&record.inputs, None).row);
                let ways: &mut Vec<Path> = paths.entry((line, record.key.variant as usize)).or_default();
                ways.push(Path::of(&record));
            }
        }
        Ok(Self { paths, names })
    }

    /// The ways of a row.
    pub(super) fn find(&self, line: u64, variant: usize) -> &[Path] {
        self.paths.get(&(line, variant)).map(Vec::as_slice).unwrap_or_default()
    }

    /// A baseline whose rows are called by what both runs know of them.
    pub(super) fn renamed(&self, digest: &Baseline, naming: &RowNaming) -> Baseline {
        let mut renamed = digest.clone();
        if digest.naming == *naming {
            return renamed;
        }
        for row in &mut renamed.rows {
            let BaselineRow { row: name, with, line, .. } = row;
            if let Some(known) = self.names.get(line) {
                name.clone_from(known);
            }
            if digest.naming.columns != naming.columns {
                *with = None;
            }
        }
        renamed
    }
}

impl Path {
    fn of(record: &RowRecord) -> Self {
        let mut answered: BTreeMap<String, Vec<(String, Option<String>)>> = BTreeMap::new();
        for call in record.calls.iter().filter(|call| call.error.is_none()) {
            let node = call.node.split('/').next().unwrap_or_default();
            let model = call.answered_by.as_ref().unwrap_or(&call.model).clone();
            answered.entry(node.to_owned()).or_default().push((model, call.fingerprint.clone()));
        }
        Self {
            nodes: record.gave.iter().map(|(node, digest)| (node.to_string(), digest.clone())).collect(),
            outputs: short(&(&record.outputs, record.error.is_some())).unwrap_or_default(),
            answered,
        }
    }

    /// Who answered a node's calls, and on which machinery.
    pub(super) fn answered(&self, node: &str) -> &[(String, Option<String>)] {
        self.answered.get(node).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Where the ways of a row part, over all repetitions that both have.
pub(super) fn parting(from: &[Path], to: &[Path]) -> Parting {
    let pairs = || from.iter().zip(to).filter(|(from, to)| from.outputs != to.outputs);
    if pairs().next().is_none() {
        return Parting::Nowhere;
    }
    let first = |(from, to): (&Path, &Path)| {
        let gave = |name: &str| to.nodes.iter().find(|(known, _)| known == name).map(|(_, digest)| digest.clone());
        from.nodes.iter().position(|(name, digest)| gave(name).as_ref() != Some(digest))
    };
    let earliest = pairs().filter_map(|pair| Some((first(pair)?, pair.0))).min_by_key(|(position, _)| *position);
    match earliest.and_then(|(position, path)| path.nodes.get(position)) {
        Some((name, _)) => Parting::Node(name.clone()),
        // A node that only the second run has.
        None => pairs()
            .find_map(|(from, to)| {
                to.nodes
                    .iter()
                    .find(|(name, _)| from.nodes.iter().all(|(known, _)| known != name))
                    .map(|it| it.0.clone())
            })
            .map_or(Parting::Somewhere, Parting::Node),
    }
}
