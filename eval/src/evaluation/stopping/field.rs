use super::decided::Weighed;
use super::pair::Pair;
use crate::statistics::{Better, SequentialState};

/// The variants that are still in a race, in which each is compared with each other one. One is left behind as soon as another one
/// that is in it is shown to be better. Each pair has α shared by the number of variants: the best one is in no more pairs than that, so
/// that it is left behind with probability α at most.
pub(super) struct Field {
    /// By variant, by which pair it was left behind, if it was.
    beaten: Vec<Option<usize>>,
    better: Better,
    /// Those that were left behind, in order.
    order: Vec<usize>,
}

impl Field {
    pub(super) fn new(variants: usize, better: Better) -> Self {
        Self { beaten: vec![None; variants], better, order: Vec::new() }
    }

    pub(super) fn has(&self, variant: usize) -> bool {
        self.beaten.get(variant).is_some_and(Option::is_none)
    }

    fn left(&self) -> usize {
        self.beaten.len() - self.order.len()
    }

    pub(super) fn has_both(&self, pair: &Pair) -> bool {
        self.has(pair.first) && self.has(pair.second)
    }

    /// Whether it is not known of a pair which one is better, or that it does not matter.
    pub(super) fn is_open(&self, pairs: &[Pair]) -> bool {
        pairs.iter().any(|pair| self.has_both(pair) && pair.is_open())
    }

    /// Leaves behind those that are beaten; one always stays.
    pub(super) fn look(&mut self, pairs: &[Pair]) {
        let mut beaten = Vec::new();
        for (position, pair) in pairs.iter().enumerate().filter(|(_, pair)| self.has_both(pair)) {
            match pair.comparison.state() {
                SequentialState::Better => beaten.push((position, pair.first)),
                SequentialState::Worse => beaten.push((position, pair.second)),
                SequentialState::Open | SequentialState::Small { .. } => {}
            }
        }
        for (position, variant) in beaten {
            if self.has(variant) && self.left() > 1 {
                self.beaten[variant] = Some(position);
                self.order.push(variant);
            }
        }
    }

    /// The best of those that are left against each other one, and then each that was left behind, the last one first, against the one that
    /// beat it.
    pub(super) fn weighed(&self, pairs: &[Pair]) -> Vec<Weighed> {
        let leader = self.leader(pairs);
        let of_leader = pairs.iter().filter(|pair| self.has_both(pair) && pair.is_of(leader));
        let left = of_leader.map(|pair| pair.weighed_of(if pair.first == leader { pair.second } else { pair.first }));
        let behind = self.order.iter().rev().filter_map(|variant| {
            let pair = pairs.get(self.beaten[*variant]?)?;
            Some(pair.weighed_of(*variant))
        });
        left.chain(behind).collect()
    }

    /// The one with the best mean of those that are left; the first of equals.
    pub(super) fn leader(&self, pairs: &[Pair]) -> usize {
        let is_ahead = |one: usize, other: usize| {
            let pair = pairs.iter().find(|pair| pair.is_of(one) && pair.is_of(other));
            let difference = pair.map_or(0.0, |pair| pair.weighed_of(one).evidence.difference);
            match self.better {
                Better::Higher => difference > 0.0,
                Better::Lower => difference < 0.0,
            }
        };
        let left = (0..self.beaten.len()).filter(|variant| self.has(*variant));
        left.reduce(|leader, variant| if is_ahead(variant, leader) { variant } else { leader }).unwrap_or(0)
    }
}
