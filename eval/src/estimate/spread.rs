/// Some of many things, spread over all of them, in one pass and bounded memory: at first each of them, then one of every two, one of every
/// four, and so on. Which one is left to chance, so that what comes again and again in a rhythm does not fool it; the same things always
/// give the same choice.
#[derive(Debug)]
pub struct Spread<T> {
    /// With twice as many, half of them are let go.
    size: usize,
    /// The most that all of them may weigh.
    weight: usize,
    /// How often half of them were let go.
    halvings: u32,
    seen: u64,
    kept: Vec<Kept<T>>,
    weighs: usize,
}

#[derive(Debug)]
struct Kept<T> {
    thing: T,
    number: u64,
    weight: usize,
}

impl<T> Spread<T> {
    /// Keeps all of up to twice this size, else at least this many of them, unless they weigh more.
    #[must_use]
    pub fn new(size: usize, weight: usize) -> Self {
        Self { size: size.max(1), weight, halvings: 0, seen: 0, kept: Vec::new(), weighs: 0 }
    }

    /// Takes the next thing, which weighs so much.
    pub fn offer(&mut self, thing: T, weight: usize) {
        let number = self.seen;
        self.seen += 1;
        if (0..self.halvings).all(|halving| stays(number, halving)) {
            self.kept.push(Kept { thing, number, weight });
            self.weighs += weight;
        }
        while self.kept.len() > 2 * self.size || (self.weighs > self.weight && self.kept.len() > 1) {
            self.kept.retain(|kept| stays(kept.number, self.halvings));
            self.weighs = self.kept.iter().map(|kept| kept.weight).sum();
            self.halvings += 1;
        }
    }

    /// How many there were.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Those that were kept, in their order.
    #[must_use]
    pub fn into_kept(self) -> Vec<T> {
        self.kept.into_iter().map(|kept| kept.thing).collect()
    }
}

/// Whether a thing is the one of its pair that stays: of two neighbours, then of two that are left of four, and so on.
fn stays(number: u64, halving: u32) -> bool {
    let pair = number >> halving >> 1;
    let coin = mixed(pair ^ u64::from(halving).wrapping_mul(0x9e37_79b9)) & 1;
    (number >> halving) & 1 == coin
}

/// So many numbers below a count, one of each of as many equal stretches, and which one is left to chance.
#[must_use]
pub fn some_of(count: usize, wanted: usize) -> Vec<usize> {
    let wanted = wanted.min(count);
    let one = |stretch: usize| {
        let (from, to) = (stretch * count / wanted, (stretch + 1) * count / wanted);
        from + usize::try_from(mixed(stretch as u64) % (to - from).max(1) as u64).unwrap_or(0)
    };
    (0..wanted).map(one).collect()
}

/// All numbers below a count, in an order by chance: whenever one stops, those so far are a fair sample.
#[must_use]
pub(super) fn by_chance(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|number| mixed(*number as u64));
    order
}

/// A number that has nothing to do with the one that it is made of: the mixing of SplitMix64.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_kept_is_spread_over_all(count in 0_u64..5000, size in 1_usize..200) {
            let mut spread = Spread::new(size, usize::MAX);
            (0..count).for_each(|number| spread.offer(number, 1));
            prop_assert_eq!(spread.seen(), count);
            let halvings = spread.halvings;
            let kept = spread.into_kept();
            prop_assert!(kept.len() <= 2 * size);
            prop_assert!(kept.len() as u64 + 1 >= count >> halvings);
            prop_assert!(halvings == 0 || kept.len() + 1 >= size, "{} of {}", kept.len(), size);
            let stretches: Vec<u64> = kept.iter().map(|number| number >> halvings).collect();
            prop_assert!(stretches.windows(2).all(|pair| pair[0] < pair[1]), "one of each stretch: {:?}", kept);
        }

        #[test]
        fn each_is_looked_at_once(count in 0_usize..3000, wanted in 1_usize..100) {
            let some = some_of(count, wanted);
            prop_assert!(some.len() == wanted.min(count) && some.windows(2).all(|pair| pair[0] < pair[1]));
            let mut order = by_chance(count);
            order.sort_unstable();
            prop_assert_eq!(order, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_rhythm_of_the_data_is_not_taken_for_all_of_it() {
        let mut spread = Spread::new(250, usize::MAX);
        (0..4000_u32).for_each(|number| spread.offer(number, 1));
        for (name, kept) in [
            ("spread", spread.into_kept()),
            ("some", some_of(4000, 300).into_iter().map(|number| number as u32).collect()),
            ("by chance", by_chance(4000).into_iter().take(300).map(|number| number as u32).collect()),
        ] {
            let fourths = kept.iter().filter(|number| number.is_multiple_of(4)).count() as f64 / kept.len() as f64;
            assert!((0.17..0.33).contains(&fourths), "{name}: {fourths}");
        }
    }

    #[test]
    fn heavy_things_are_fewer() {
        let mut spread = Spread::new(100, 50);
        (0..64).for_each(|number| spread.offer(number, 10));
        let kept = spread.into_kept();
        assert!((2..=5).contains(&kept.len()), "{kept:?}");
    }
}
