use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// Waits for `first` while others go on; what of them ends is put to `ended`.
///
/// Whoever waits for room in a channel stands in a queue. Were the others not polled, one of them could be given the room that
/// `first` waits for, and neither would go on.
pub(super) async fn beside<F: Future, W: Future>(
    others: &mut FuturesUnordered<W>,
    ended: &mut VecDeque<W::Output>,
    mut first: Pin<&mut F>,
) -> F::Output {
    loop {
        tokio::select! {
            biased;
            output = first.as_mut() => return output,
            Some(one) = others.next(), if !others.is_empty() => ended.push_back(one),
        }
    }
}
