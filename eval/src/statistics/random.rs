//! Random numbers that belong to a seed and the number of a replicate, so that it doesn't matter which thread draws them.

use std::num::NonZeroUsize;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use super::error::StatisticsError;

/// Below this many draws threads cost more than they bring.
const WORTH_THREADS: usize = 2_000_000;

/// How resampling is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resampling {
    /// How many replicates are drawn.
    pub replicates: usize,
    /// What the random numbers are made of. The same seed gives the same results, on any number of threads.
    pub seed: u64,
    /// How many threads draw; `None` for as many as the machine has. Changes no result.
    #[serde(skip)]
    pub threads: Option<NonZeroUsize>,
}

impl Default for Resampling {
    fn default() -> Resampling {
        Resampling { replicates: 10_000, seed: 20_250_101, threads: None }
    }
}

impl Resampling {
    /// The value of each replicate, in order. `work` is how many numbers one replicate draws, roughly.
    ///
    /// # Errors
    /// No replicates are wanted.
    pub(super) fn each(
        &self,
        work: usize,
        replicate: impl Fn(&mut Source) -> f64 + Sync,
    ) -> Result<Vec<f64>, StatisticsError> {
        if self.replicates == 0 {
            return Err(StatisticsError::Setting { what: "the number of replicates", value: 0.0, must: "at least 1" });
        }
        let base = ChaCha8Rng::seed_from_u64(self.seed);
        let one = |number: usize| {
            let mut rng = base.clone();
            rng.set_stream(number as u64);
            replicate(&mut Source(rng))
        };
        let available = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = self.threads.map_or_else(available, NonZeroUsize::get);
        let mut values = vec![0.0; self.replicates];
        if threads == 1 || work.saturating_mul(self.replicates) < WORTH_THREADS {
            values.iter_mut().enumerate().for_each(|(number, value)| *value = one(number));
            return Ok(values);
        }
        let part = self.replicates.div_ceil(threads);
        std::thread::scope(|scope| {
            for (index, values) in values.chunks_mut(part).enumerate() {
                let one = &one;
                scope.spawn(move || {
                    for (number, value) in values.iter_mut().enumerate() {
                        *value = one(index * part + number);
                    }
                });
            }
        });
        Ok(values)
    }
}

/// Where a replicate takes its random numbers from.
pub(super) struct Source(ChaCha8Rng);

impl Source {
    /// 64 fair coins.
    pub(super) fn coins(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// One of `0..count`, each as likely as the other (Lemire, ACM Transactions on Modeling and Computer Simulation 2019).
    pub(super) fn below(&mut self, count: usize) -> usize {
        let Ok(count) = u32::try_from(count) else { return self.below_many(count as u64) };
        let mut product = u64::from(self.0.next_u32()) * u64::from(count);
        if (product as u32) < count {
            let least = count.wrapping_neg() % count;
            while (product as u32) < least {
                product = u64::from(self.0.next_u32()) * u64::from(count);
            }
        }
        (product >> 32) as usize
    }

    fn below_many(&mut self, count: u64) -> usize {
        let mut product = u128::from(self.0.next_u64()) * u128::from(count);
        let least = count.wrapping_neg() % count;
        while (product as u64) < least {
            product = u128::from(self.0.next_u64()) * u128::from(count);
        }
        (product >> 64) as usize
    }
}
