use tokio::time::Instant;

/// How many calls of a lane may be under way. Halved when the provider says that it is too much, and then found again by
/// one more for each round of answers: additive increase, multiplicative decrease (Chiu and Jain, 1989).
#[derive(Debug)]
pub(super) struct Allowance {
    /// What is given; infinite without a limit.
    most: f64,
    now: f64,
    /// How many were under way when it was halved last.
    peak: f64,
    halved: Option<Instant>,
}

impl Allowance {
    pub(super) fn new(most: Option<u32>) -> Self {
        let most = most.map_or(f64::INFINITY, |most| f64::from(most.max(1)));
        Self { most, now: most, peak: 0.0, halved: None }
    }

    /// Whether one more call may begin.
    pub(super) fn has_room(&self, under_way: u32) -> bool {
        f64::from(under_way) + 1.0 <= self.now
    }

    /// A call that began at this time was told that it is too much; `under_way` counts it. The failures of one burst
    /// halve once.
    pub(super) fn slow(&mut self, under_way: u32, began: Instant, now: Instant) {
        if self.halved.is_some_and(|halved| began <= halved) {
            return;
        }
        self.halved = Some(now);
        self.peak = f64::from(under_way).min(self.now);
        self.now = (self.peak / 2.0).floor().max(1.0);
    }

    /// A call was answered.
    pub(super) fn grow(&mut self) {
        if self.now >= self.most {
            return;
        }
        self.now += 1.0 / self.now.floor();
        // Without a given limit the search ends well above what was too much.
        if self.now >= self.most || self.now >= 2.0 * self.peak + 1.0 {
            self.now = self.most;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn room(allowance: &Allowance) -> u32 {
        (0..1000).take_while(|under_way| allowance.has_room(*under_way)).count().try_into().unwrap()
    }

    #[test]
    fn it_halves_once_per_burst_and_grows_by_one_per_round() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut allowance = Allowance::new(None);
        assert_eq!(room(&allowance), 1000);
        for under_way in [16, 15, 14] {
            allowance.slow(under_way, start, start + second);
        }
        assert_eq!(room(&allowance), 8);
        allowance.slow(8, start + 2 * second, start + 3 * second);
        assert_eq!(room(&allowance), 4);
        for limit in [5, 6, 7, 8] {
            (0..limit - 1).for_each(|_| allowance.grow());
            assert_eq!(room(&allowance), limit);
        }
        (0..8).for_each(|_| allowance.grow());
        assert_eq!(room(&allowance), 9);
        (0..200).for_each(|_| allowance.grow());
        assert_eq!(room(&allowance), 1000, "the provider has recovered");
    }

    #[test]
    fn it_stays_between_one_and_what_is_given() {
        let start = Instant::now();
        let mut allowance = Allowance::new(Some(3));
        for second in 0..5 {
            let began = start + Duration::from_secs(2 * second + 1);
            allowance.slow(3, began, began + Duration::from_secs(1));
        }
        assert_eq!(room(&allowance), 1);
        (0..100).for_each(|_| allowance.grow());
        assert_eq!(room(&allowance), 3);
    }
}
