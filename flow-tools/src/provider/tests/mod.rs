//! Answers in pieces: whatever the pieces, the same result.

mod corpus;
mod identity;

use bytes::Bytes;
use flow_core::model::{Api, ModelError, ModelErrorKind, Unheard, assemble};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::failure::{Asked, Party};
use super::incoming::Broken;
use super::pieces::pieces;
use super::secrets::Secrets;

fn asked() -> Asked {
    let mut secrets = Secrets::default();
    secrets.add("sk-secret");
    let party = Party {
        title: "the server at HOST".into(),
        connection: "mine".into(),
        host: "HOST".into(),
        via: None,
        secrets,
        advice: |_| "",
    };
    Asked::of(&party.into(), "m")
}

/// The events of a body that comes in these chunks.
fn events(chunks: Vec<Vec<u8>>) -> BoxStream<'static, Result<Json, ModelError>> {
    let chunks = chunks.into_iter().map(|chunk| Ok::<_, Broken>(Bytes::from(chunk)));
    pieces(stream::iter(chunks).boxed(), asked(), CancellationToken::new())
}

/// What a reader sees: the JSON of each event, and how it ended.
fn read(chunks: Vec<Vec<u8>>) -> Vec<String> {
    let shown = events(chunks).map(|event| match event {
        Ok(json) => json.to_string(),
        Err(error) => format!("{:?} {:?}: {error}", error.kind, error.code),
    });
    // Nothing has to be waited for.
    shown.collect().now_or_never().unwrap()
}

fn cut(bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
    bytes.chunks(size).map(<[u8]>::to_vec).collect()
}

#[test]
fn every_cut_gives_the_same() {
    let mut told = String::new();
    let streams = corpus::short();
    assert!(streams.len() >= 40);
    for (name, bytes) in streams {
        let whole = read(vec![bytes.clone()]);
        told += &format!("{name}\n{}\n", whole.iter().map(|line| format!("    {line}\n")).collect::<String>());
        for at in 1..bytes.len() {
            assert_eq!(read(vec![bytes[..at].to_vec(), bytes[at..].to_vec()]), whole, "{name} cut at {at}");
        }
        for size in [1, 2, 3, 7] {
            assert_eq!(read(cut(&bytes, size)), whole, "{name} in chunks of {size}");
        }
        let mut spaced = cut(&bytes, 5);
        (0..spaced.len()).for_each(|at| spaced.insert(at * 2, Vec::new()));
        assert_eq!(read(spaced), whole, "{name} with empty chunks");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_long_line_is_read_in_any_chunks() {
    let bytes = corpus::long();
    for size in [bytes.len(), 1 << 10, 12_347] {
        let read = read(cut(&bytes, size));
        assert_eq!(read.len(), 3);
        assert_eq!(read[1].matches("lang ").count(), 2_000_000, "in chunks of {size}");
    }
}

#[test]
fn an_answer_that_ends_early_is_never_whole() {
    let whole_of = |api, bytes: &[u8]| assemble(api, events(vec![bytes.to_vec()]), &Unheard).now_or_never().unwrap();
    let mut cuts = 0;
    for (name, bytes) in corpus::short() {
        for api in [Api::Chat, Api::Completion] {
            let Ok(whole) = whole_of(api, &bytes) else { continue };
            for end in 0..bytes.len() {
                cuts += 1;
                match whole_of(api, &bytes[..end]) {
                    Ok(body) => assert_eq!(body["choices"], whole["choices"], "{name} ended at {end}"),
                    Err(error) => assert_eq!(error.kind, ModelErrorKind::Truncated, "{name} ended at {end}: {error}"),
                }
            }
        }
    }
    assert!(cuts > 5000, "{cuts}");
}

#[test]
fn a_cancelled_stream_ends() {
    let cancel = CancellationToken::new();
    let mut events = pieces(stream::pending().boxed(), asked(), cancel.clone());
    cancel.cancel();
    let error = events.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Cancelled);
    assert!(events.next().now_or_never().unwrap().is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn any_cuts_give_the_same(which in 0..40_usize, mut cuts in proptest::collection::vec(0.0..1.0_f64, 0..12)) {
        let (name, bytes) = corpus::short().swap_remove(which);
        cuts.sort_by(f64::total_cmp);
        let mut chunks = Vec::new();
        let mut start = 0;
        for at in cuts.iter().map(|cut| (cut * bytes.len() as f64) as usize).chain([bytes.len()]) {
            chunks.push(bytes[start..at].to_vec());
            start = at;
        }
        proptest::prop_assert_eq!(read(chunks), read(vec![bytes]), "{}", name);
    }

    #[test]
    fn any_bytes_end_well_and_the_same(bytes in "(data: \\{\"choices\":|data:|event: error|\\[\\]\\}|\\[DONE\\]|\n|\r|\\PC|:| ){0,40}", size in 1..9_usize) {
        let bytes = bytes.into_bytes();
        proptest::prop_assert_eq!(read(cut(&bytes, size)), read(vec![bytes]));
    }
}
