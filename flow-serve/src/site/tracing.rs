use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use axum::http::HeaderMap;
use flow_core::trace::Trace;

/// Takes the traces of requests.
pub trait Traces: fmt::Debug + Send + Sync {
    /// Takes the trace of a request that came at a moment.
    fn take(&self, trace: Trace, came: SystemTime, context: TraceContext);
}

/// Where a request belongs among the traces of others (W3C Trace Context).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: u128,
    /// The span of whoever asked.
    pub parent: Option<u64>,
    /// The span of the request itself.
    pub own: u64,
    /// Whether the trace is recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// The context of a request: that of its `traceparent`, else a new one where traces are taken.
    pub(super) fn of(headers: &HeaderMap, is_taken: bool) -> Option<Self> {
        let given = headers.get("traceparent").and_then(|header| header.to_str().ok()).and_then(read);
        match given {
            Some((trace, parent, sampled)) => Some(Self { trace, parent: Some(parent), own: new_id(), sampled }),
            None if is_taken => {
                let trace = u128::from(new_id()) << 64 | u128::from(new_id());
                Some(Self { trace, parent: None, own: new_id(), sampled: true })
            }
            None => None,
        }
    }

    /// What is passed on: those who are asked belong to the request.
    pub(super) fn traceparent(&self) -> Arc<str> {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.own, u8::from(self.sampled)).into()
    }
}

/// The trace, the span and whether it is recorded. Later versions begin as this one does.
fn read(text: &str) -> Option<(u128, u64, bool)> {
    let mut parts = text.trim().split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hexadecimal = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let is_well =
        is_hexadecimal(version, 2) && version != "ff" && is_hexadecimal(trace, 32) && is_hexadecimal(span, 16);
    if !is_well || !is_hexadecimal(flags, 2) || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
    let span = u64::from_str_radix(span, 16).ok().filter(|span| *span != 0)?;
    Some((trace, span, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
}

/// An id that is not zero.
fn new_id() -> u64 {
    let mut bytes = [0_u8; 8];
    // Without the system's chance, an id is as good as any other.
    let _ = getrandom::fill(&mut bytes);
    u64::from_be_bytes(bytes).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_read_as_the_standard_has_it() {
        let whole = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let read_whole = read(whole).expect("it is one");
        assert_eq!(read_whole, (0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c, 0xb7ad_6b71_6920_3331, true));
        assert_eq!(read(&whole.replace("-01", "-00")).map(|(_, _, sampled)| sampled), Some(false));
        assert!(read(&format!("cc{}-what-the-future-brings", &whole[2..])).is_some());
        for wrong in [
            "",
            "00",
            &whole[..54],
            &format!("{whole}-more"),
            &format!("ff{}", &whole[2..]),
            &whole.to_uppercase(),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
