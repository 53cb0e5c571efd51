//! What was found, counted by node.

use std::collections::BTreeMap;

use flow_core::exec::RecordedEnd;
use serde_json::{Value as Json, json};

use super::compare::Difference;
use super::judge::Finding;

/// What was found of a node, or of something beside the nodes.
#[derive(Debug)]
pub(super) struct Tally {
    /// What it is called.
    pub(super) name: String,
    /// What it is, as flow files have it, or empty.
    pub(super) kind: &'static str,
    /// How it was verified, in words.
    pub(super) how: String,
    pub(super) equal: usize,
    /// Of those that are equal: those that failed, and those that were bypassed.
    pub(super) failed: usize,
    pub(super) bypassed: usize,
    /// The rows that differ; `None` stands for what runs after all rows.
    pub(super) different: Vec<(Option<u64>, Vec<Difference>)>,
    /// Why something could not be verified, and how often.
    pub(super) unverified: BTreeMap<String, usize>,
}

impl Tally {
    pub(super) fn new(name: impl Into<String>, kind: &'static str, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            how: how.into(),
            equal: 0,
            failed: 0,
            bypassed: 0,
            different: Vec::new(),
            unverified: BTreeMap::new(),
        }
    }

    /// Adds what was found in a row; `ended` is how it ended in promptflow.
    pub(super) fn add(&mut self, row: Option<u64>, ended: RecordedEnd, found: Finding) {
        match found {
            Finding::Equal => {
                self.equal += 1;
                self.failed += usize::from(ended == RecordedEnd::Failed);
                self.bypassed += usize::from(ended == RecordedEnd::Bypassed);
            }
            Finding::Different(differences) => self.different.push((row, differences)),
            Finding::Unverified(why) => *self.unverified.entry(why).or_default() += 1,
        }
    }

    /// How much could not be verified.
    pub(super) fn unknown(&self) -> usize {
        self.unverified.values().sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.equal + self.different.len() + self.unknown() == 0
    }

    pub(super) fn json(&self) -> Json {
        let difference = |found: &Difference| {
            let mut entry = json!({ "path": found.path });
            let values = [("promptflow", &found.recorded), ("here", &found.here)];
            for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
                entry[name] = value.to_serde();
            }
            entry
        };
        let row = |(row, differences): &(Option<u64>, Vec<Difference>)| json!({ "row": row, "at": differences.iter().map(difference).collect::<Vec<_>>() });
        let why = |(why, count): (&String, &usize)| json!({ "why": why, "count": count });
        json!({
            "name": self.name,
            "type": self.kind,
            "how": self.how,
            "equal": self.equal,
            "equal_failed": self.failed,
            "equal_bypassed": self.bypassed,
            "different": self.different.len(),
            "unverified": self.unknown(),
            "differences": self.different.iter().map(row).collect::<Vec<_>>(),
            "why_unverified": self.unverified.iter().map(why).collect::<Vec<_>>(),
        })
    }
}
