use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// How far ahead of an even flow what is asked for may run: a tenth of the limit may go at once.
const AHEAD: Duration = Duration::from_secs(6);

/// So much in a minute: in no stretch of a minute more than the limit, and within the minute about evenly, since
/// providers look at shorter stretches as well.
#[derive(Debug)]
pub(super) struct Rate {
    limit: u64,
    /// When all that was taken so far would have flowed through evenly.
    even: Option<Instant>,
    /// What was taken in the last minute.
    taken: VecDeque<(Instant, u64)>,
    sum: u64,
    /// The number of the first of them.
    first: u64,
}

impl Rate {
    /// `limit` is 1 or more.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit: limit.max(1), even: None, taken: VecDeque::new(), sum: 0, first: 0 }
    }

    /// When so much may be taken, if nothing else is taken until then. More than the limit counts as all of it.
    pub(super) fn ready_at(&mut self, amount: u64, now: Instant) -> Instant {
        self.forget(now);
        let evenly = self.even.map_or(now, |even| even.checked_sub(AHEAD).unwrap_or(now).max(now));
        let mut excess = (self.sum + amount.min(self.limit)).saturating_sub(self.limit);
        let mut whole = now;
        for (at, amount) in &self.taken {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(*amount);
            whole = *at + MINUTE;
        }
        evenly.max(whole)
    }

    /// Takes, and gives a number for [`Self::settle`].
    pub(super) fn take(&mut self, amount: u64, now: Instant) -> u64 {
        let amount = amount.min(self.limit);
        self.taken.push_back((now, amount));
        self.sum += amount;
        self.even = Some(self.even.map_or(now, |even| even.max(now)) + self.flow(amount));
        self.first + self.taken.len() as u64 - 1
    }

    /// Corrects what was taken to what it really was.
    pub(super) fn settle(&mut self, number: u64, real: u64) {
        let position = number.checked_sub(self.first).and_then(|position| usize::try_from(position).ok());
        let Some((_, amount)) = position.and_then(|position| self.taken.get_mut(position)) else { return };
        let before = std::mem::replace(amount, real);
        self.sum = self.sum - before + real;
        let even = self.even;
        self.even = match real.checked_sub(before) {
            Some(more) => even.map(|even| even + self.flow(more)),
            None => even.and_then(|even| even.checked_sub(self.flow(before - real))),
        };
    }

    /// How long so much takes to flow through evenly.
    fn flow(&self, amount: u64) -> Duration {
        let nanos = MINUTE.as_nanos() * u128::from(amount) / u128::from(self.limit);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX / 4))
    }

    fn forget(&mut self, now: Instant) {
        while let Some((at, amount)) = self.taken.front()
            && *at + MINUTE <= now
        {
            self.sum -= amount;
            self.taken.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever takes as soon as it may never takes more than the limit in a minute, and takes nearly all of it.
        #[test]
        fn no_minute_has_more_than_the_limit(
            limit in 1_u64..500,
            wishes in prop::collection::vec((1_u64..40, 0_u64..9000, 0_u64..40), 1..150),
        ) {
            let started = Instant::now();
            let mut rate = Rate::new(limit);
            let (mut now, mut log) = (started, Vec::new());
            for (amount, idle, real) in wishes {
                now += Duration::from_millis(idle);
                let ready = rate.ready_at(amount, now);
                prop_assert!(ready >= now && ready <= now + 2 * MINUTE);
                now = ready;
                prop_assert_eq!(rate.ready_at(amount, now), now);
                let number = rate.take(amount, now);
                // What is given back is never more than what was taken.
                let real = real.min(amount).min(limit);
                rate.settle(number, real);
                log.push((now, real));
            }
            for (at, _) in &log {
                let within = log.iter().filter(|(other, _)| other >= at && *other < *at + MINUTE);
                let sum: u64 = within.map(|(_, amount)| amount).sum();
                prop_assert!(sum <= limit, "{sum} in a minute, with a limit of {limit}");
            }
        }
    }

    #[test]
    fn requests_flow_evenly_after_a_tenth_at_once() {
        let started = Instant::now();
        let mut rate = Rate::new(60);
        let mut now = started;
        let mut at = Vec::new();
        for _ in 0..60 {
            now = rate.ready_at(1, now);
            rate.take(1, now);
            at.push((now - started).as_secs());
        }
        assert_eq!(at[..9], [0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(at[59], 53);
        now = rate.ready_at(1, now);
        assert_eq!((now - started).as_secs(), 60);
    }

    #[test]
    fn what_is_more_than_the_limit_goes_alone() {
        let now = Instant::now();
        let mut rate = Rate::new(100);
        assert_eq!(rate.ready_at(1000, now), now);
        let number = rate.take(1000, now);
        rate.settle(number, 50);
        assert_eq!(rate.ready_at(20, now), now + Duration::from_secs(24));
        assert_eq!(rate.ready_at(60, now), now + MINUTE);
    }
}
