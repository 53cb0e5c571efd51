use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The keys that a server takes. It knows their digests only.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: Vec<Arc<Key>>,
}

/// A key that clients may send as a bearer token.
#[derive(Debug)]
pub struct Key {
    name: Arc<str>,
    digest: [u8; 32],
    per_minute: Option<Mutex<Minute>>,
    in_flight: Option<Arc<Semaphore>>,
}

/// What may be done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyLimits {
    /// Requests in a minute.
    pub per_minute: Option<u32>,
    /// Requests at the same time.
    pub in_flight: Option<u32>,
}

/// Requests that may still be made: as many as the limit at once, then evenly over the minute.
#[derive(Debug)]
struct Minute {
    limit: f64,
    left: f64,
    at: Instant,
}

/// The digest of a key, SHA-256: what is kept of it.
#[must_use]
pub fn digest_of_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

impl Key {
    /// A key by its digest.
    #[must_use]
    pub fn new(name: &str, digest: [u8; 32], limits: KeyLimits) -> Self {
        let minute = |limit: u32| Mutex::new(Minute { limit: limit.into(), left: limit.into(), at: Instant::now() });
        Self {
            name: Arc::from(name),
            digest,
            per_minute: limits.per_minute.map(minute),
            in_flight: limits.in_flight.map(|limit| Arc::new(Semaphore::new(limit as usize))),
        }
    }

    fn admit(self: &Arc<Self>) -> Result<Admitted, Denied> {
        let place = match &self.in_flight {
            None => None,
            Some(places) => {
                let place = Arc::clone(places).try_acquire_owned();
                Some(place.map_err(|_| Denied::TooMany { wait: Duration::from_secs(1) })?)
            }
        };
        if let Some(minute) = &self.per_minute {
            minute.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        }
        Ok(Admitted { name: Arc::clone(&self.name), _place: place })
    }
}

impl Minute {
    fn take(&mut self) -> Result<(), Denied> {
        let now = Instant::now();
        let rate = self.limit / 60.0;
        self.left = (self.left + now.duration_since(self.at).as_secs_f64() * rate).min(self.limit);
        self.at = now;
        if self.left < 1.0 {
            let wait = if rate > 0.0 { (1.0 - self.left) / rate } else { 60.0 };
            return Err(Denied::TooMany { wait: Duration::from_secs_f64(wait.clamp(0.0, 60.0)) });
        }
        self.left -= 1.0;
        Ok(())
    }
}

/// A request with a key.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The key's name.
    pub(crate) name: Arc<str>,
    _place: Option<OwnedSemaphorePermit>,
}

/// A request that is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denied {
    /// It has no key.
    #[error("a key is needed: send the header `Authorization: Bearer KEY`")]
    NoKey,
    /// It has a key that is not known, or several.
    #[error("the key is not known")]
    WrongKey,
    /// The key's limit is reached.
    #[error("the limit of this key is reached; try again in {} s", .wait.as_secs_f64().ceil())]
    TooMany {
        /// When there is room again.
        wait: Duration,
    },
}

impl Keyring {
    /// A ring of these keys.
    #[must_use]
    pub fn new(keys: Vec<Key>) -> Self {
        Self { keys: keys.into_iter().map(Arc::new).collect() }
    }

    /// Lets a request in whose one `Authorization` header has a known key.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Denied> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (first, more) = (given.next().ok_or(Denied::NoKey)?, given.next());
        let token = bearer(first.as_bytes()).filter(|_| more.is_none()).ok_or(Denied::WrongKey)?;
        let digest: [u8; 32] = Sha256::digest(token).into();
        // All keys are looked at, in the same time whichever fits.
        let mut found = u32::MAX;
        for (position, key) in (0_u32..).zip(&self.keys) {
            found.conditional_assign(&position, Choice::from(key.digest.ct_eq(&digest).unwrap_u8()));
        }
        let key = usize::try_from(found).ok().and_then(|found| self.keys.get(found)).ok_or(Denied::WrongKey)?;
        key.admit()
    }
}

/// The token behind `Bearer`, in whatever case that is written.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.split_at_checked(7)?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}
