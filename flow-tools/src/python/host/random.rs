//! Random numbers as Python makes them: the Mersenne Twister, started as Python starts it.

use monty_types::{ExcType, MontyException, MontyObject};
use rand_mt::Mt;
use sha2::{Digest, Sha512};

use super::{Answer, Given, HostState, whole, wrong};

/// The most generators of a call.
const MOST: usize = 10_000;

/// The generators of a call, by number; the first is the one of the module `random`.
#[derive(Debug)]
pub(super) struct Generators {
    all: Vec<Mt>,
    /// What generators without a seed start from.
    seed: u64,
}

impl Generators {
    pub(super) fn new(seed: u64) -> Self {
        Self { all: Vec::new(), seed }
    }

    /// All of them. The first is started when it is asked for, since that takes longer than many a call.
    fn all(&mut self) -> &mut Vec<Mt> {
        if self.all.is_empty() {
            self.all.push(started(&words_of(u128::from(self.seed))));
        }
        &mut self.all
    }

    fn get(&mut self, given: Given<'_>) -> Result<&mut Mt, MontyException> {
        let at = whole(given, 0)?;
        usize::try_from(at).ok().and_then(|at| self.all().get_mut(at)).ok_or_else(|| wrong("knows no such generator"))
    }
}

/// A generator as `init_by_array` of its authors starts it, which is what Python does.
fn started(words: &[u32]) -> Mt {
    Mt::new_with_key(words.iter().copied())
}

/// A number as words of 32 bits, the lowest first; one at the least.
fn words_of(mut number: u128) -> Vec<u32> {
    let mut words = Vec::new();
    loop {
        words.push(u32::try_from(number & 0xffff_ffff).unwrap_or_default());
        number >>= 32;
        if number == 0 {
            return words;
        }
    }
}

/// The words that a seed stands for: of a number its absolute value, of texts and bytes these with their SHA-512 behind
/// them, read as one number.
fn words(seed: &MontyObject) -> Result<Vec<u32>, MontyException> {
    let of_bytes = |bytes: &[u8]| {
        let mut all = bytes.to_vec();
        all.extend(Sha512::digest(bytes));
        all.reverse();
        let mut words: Vec<u32> = all
            .chunks(4)
            .map(|chunk| chunk.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte)))
            .collect();
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        words
    };
    Ok(match seed {
        MontyObject::Int(number) => words_of(u128::from(number.unsigned_abs())),
        MontyObject::Bool(flag) => words_of(u128::from(*flag)),
        MontyObject::String(text) => of_bytes(text.as_bytes()),
        MontyObject::Bytes(bytes) => of_bytes(bytes),
        _ => {
            let message = "The only supported seed types are: None, int, str and bytes.".to_owned();
            return Err(MontyException::new(ExcType::TypeError, Some(message)));
        }
    })
}

/// `random_new(seed)`: a new generator's number. Without a seed it starts from the call's and its own number.
pub(super) fn make(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let seed = u128::from(state.random.seed);
    let generators = state.random.all();
    if generators.len() >= MOST {
        return Err(MontyException::new(ExcType::MemoryError, Some("too many random generators".to_owned())));
    }
    let words = match given.first() {
        None | Some(MontyObject::None) => words_of((seed << 32) | u128::from(generators.len() as u64)),
        Some(seed) => words(seed)?,
    };
    generators.push(started(&words));
    Ok(Answer::Value(MontyObject::Int(i64::try_from(generators.len() - 1).unwrap_or_default())))
}

/// `random_seed(generator, seed)`.
pub(super) fn seed(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let words = match given.get(1) {
        None | Some(MontyObject::None) => words_of(u128::from(state.random.seed)),
        Some(seed) => words(seed)?,
    };
    *state.random.get(given)? = started(&words);
    Ok(Answer::Value(MontyObject::None))
}

/// `random_float(generator)`: from 0 to below 1, with 53 bits.
pub(super) fn float(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let generator = state.random.get(given)?;
    let (high, low) = (generator.next_u32() >> 5, generator.next_u32() >> 6);
    let number = (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0;
    Ok(Answer::Value(MontyObject::Float(number)))
}

/// `random_bits(generator, count)`: a number of up to 63 bits.
pub(super) fn bits(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let count = whole(given, 1)?;
    if !(0..=63).contains(&count) {
        return Err(MontyException::new(ExcType::ValueError, Some("number of bits must be from 0 to 63".to_owned())));
    }
    let generator = state.random.get(given)?;
    let mut left = count;
    let (mut number, mut shift) = (0_i64, 0);
    while left > 0 {
        let mut word = generator.next_u32();
        if left < 32 {
            word >>= 32 - left;
        }
        number |= i64::from(word) << shift;
        shift += 32;
        left -= 32;
    }
    Ok(Answer::Value(MontyObject::Int(number)))
}

/// `random_bytes(count)`: bytes that nobody can foresee.
pub(super) fn bytes(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let count = usize::try_from(whole(given, 0)?).ok().filter(|count| *count <= 1 << 20);
    let count = count.ok_or_else(|| wrong("gives up to a million bytes"))?;
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes)
        .map_err(|_| MontyException::new(ExcType::OSError, Some("the machine gives no random bytes".to_owned())))?;
    Ok(Answer::Value(MontyObject::Bytes(bytes)))
}
