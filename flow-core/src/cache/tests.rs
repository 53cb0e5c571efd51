use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all, ready};
use serde_json::json;

use super::*;
use crate::model::{
    Api, CallContext, Cost, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest, PastCall,
};

/// The folder in which the child processes of a test work.
const FOLDER: &str = "FLOW_TEST_CACHE_FOLDER";
/// Keys that each of eight processes puts, and then looks for.
const KEYS: u32 = 200;

fn key(number: u32) -> CacheKey {
    CacheKey::of([&number.to_le_bytes()[..]])
}

fn kept(model: &str, text: &str) -> Kept {
    let call = PastCall {
        answer: json!({ "choices": [{ "message": { "content": text } }], "usage": { "prompt_tokens": 3 }, "f": 0.1 }),
        provider: "openai".into(),
        attempts: 2,
        elapsed: Duration::from_micros(1_234_567),
        waited: Duration::from_millis(7),
        cost: Cost { known: "0.0012".parse().unwrap(), ..Cost::default() },
        replayed: false,
    };
    Kept { node: "review/grade".into(), model: model.into(), call }
}

fn store(folder: &std::path::Path) -> SqliteStore {
    SqliteStore::open(folder, 1 << 30).unwrap()
}

#[test]
fn answers_come_back_as_they_were_also_before_they_are_written_and_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let one = store(folder.path());
    assert_eq!(one.get(&key(1)), None);
    one.put(key(1), Arc::new(kept("m", "a\u{1f600}")), false);
    assert_eq!(*one.get(&key(1)).unwrap(), kept("m", "a\u{1f600}"), "there at once");
    one.close();
    one.put(key(2), Arc::new(kept("m", "late")), false);
    assert_eq!(one.get(&key(2)), None, "nothing is kept after the end");
    let other = store(folder.path());
    assert_eq!(*other.get(&key(1)).unwrap(), kept("m", "a\u{1f600}"));
    other.put(key(1), Arc::new(kept("m", "second")), false);
    other.close();
    assert_eq!(*other.get(&key(1)).unwrap(), kept("m", "a\u{1f600}"), "the first stays");
    let third = store(folder.path());
    third.put(key(1), Arc::new(kept("m", "third")), true);
    third.close();
    assert_eq!(*other.get(&key(1)).unwrap(), kept("m", "third"), "unless it is to be replaced");
    assert_eq!((one.trouble(), other.trouble()), (None, None));
}

#[test]
fn what_is_held_is_told_and_let_go_of() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(SqliteStore::statistics(folder.path()).unwrap().entries, 0);
    assert_eq!(SqliteStore::clear(folder.path(), Cleared::default()).unwrap(), 0);
    assert!(!SqliteStore::path_in(folder.path()).exists(), "asking makes no store");
    let all = store(folder.path());
    for number in 0..5 {
        all.put(key(number), Arc::new(kept(if number < 3 { "large" } else { "small" }, "x")), false);
    }
    all.close();
    let held = SqliteStore::statistics(folder.path()).unwrap();
    let models: Vec<(&str, u64)> = held.models.iter().map(|held| (&*held.model, held.entries)).collect();
    assert_eq!((held.entries, &models[..]), (5, &[("large", 3), ("small", 2)][..]));
    assert!(held.bytes > 4096 && held.models[0].oldest <= held.models[0].newest);
    let old = Cleared { older_than: Some(Duration::from_secs(60)), model: None };
    assert_eq!(SqliteStore::clear(folder.path(), old).unwrap(), 0);
    assert_eq!(SqliteStore::clear(folder.path(), Cleared { older_than: None, model: Some("large") }).unwrap(), 3);
    assert_eq!(SqliteStore::clear(folder.path(), Cleared::default()).unwrap(), 2);
    assert_eq!(SqliteStore::statistics(folder.path()).unwrap().entries, 0);
}

#[test]
fn what_was_used_longest_ago_goes_first_when_room_is_short() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(1_000);
    let small = SqliteStore::open(folder.path(), 400_000).unwrap();
    // As many as there is room for.
    for number in 0..200 {
        small.put(key(number), Arc::new(kept("m", &long)), false);
    }
    small.close();
    // As if the first had been of use later on.
    let connection = rusqlite::Connection::open(SqliteStore::path_in(folder.path())).unwrap();
    connection.execute("UPDATE answers SET used = used + 1000000 WHERE key = ?1", [&key(0).bytes()[..]]).unwrap();
    let small = SqliteStore::open(folder.path(), 400_000).unwrap();
    for number in 200..2_500 {
        small.put(key(number), Arc::new(kept("m", &long)), false);
    }
    small.close();
    let held = SqliteStore::statistics(folder.path()).unwrap();
    assert!(held.entries < 1_500 && held.entries > 0, "{held:?}");
    assert!(small.get(&key(0)).is_some(), "it was of use");
    assert!(small.get(&key(1)).is_none());
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path()).close();
    let path = SqliteStore::path_in(folder.path());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let told = |path: &std::path::Path| {
        let error = SqliteStore::open(path, 1).unwrap_err().to_string();
        error.replace(&*path.to_string_lossy(), "FOLDER")
    };
    insta::assert_snapshot!(told(folder.path()), @"FOLDER/answers.sqlite was made by another version of flow, and is left alone");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let other = tempfile::tempdir().unwrap();
    std::fs::write(SqliteStore::path_in(other.path()), "no database, but long enough to be looked at ".repeat(100))
        .unwrap();
    insta::assert_snapshot!(told(other.path()), @"FOLDER/answers.sqlite: the file is damaged; delete it, the answers in it are lost");
    let file = other.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(told(&file).contains("FOLDER/answers.sqlite: "), "{}", told(&file));
}

/// Not a test of its own: what each of the processes does of the test below.
#[test]
fn one_of_eight() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let own = store(std::path::Path::new(&folder));
    for number in 0..KEYS {
        if own.get(&key(number)).is_none() {
            own.put(key(number), Arc::new(kept("m", &format!("answer {number}"))), false);
        }
        assert_eq!(
            own.get(&key(number)).unwrap().call.answer["choices"][0]["message"]["content"],
            format!("answer {number}")
        );
    }
    own.close();
    assert_eq!(own.trouble(), None);
}

#[test]
fn eight_processes_share_a_store_from_its_making_on() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let start = |_| {
        let mut command = Command::new(&program);
        command.args(["--exact", "cache::tests::one_of_eight", "--nocapture"]).env(FOLDER, folder.path());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..8).map(start).collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        let (said, complained) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success() && said.contains("1 passed"), "{said}{complained}");
    }
    assert_eq!(SqliteStore::statistics(folder.path()).unwrap().entries, u64::from(KEYS));
    let all = store(folder.path());
    for number in 0..KEYS {
        assert_eq!(*all.get(&key(number)).unwrap(), kept("m", &format!("answer {number}")));
    }
}

/// A cache over a new store.
fn cache(reads: bool) -> (tempfile::TempDir, NodeCache) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(folder.path()));
    (folder, NodeCache::new(store, CacheOptions { reads, keeps_free: false }))
}

/// Looks for an answer and, where it is not known, asks: the first `failures` times in vain.
async fn ask(cache: &NodeCache, asked: &AtomicUsize, failures: usize) -> Option<String> {
    match cache.find(key(1)).await {
        Found::Known(kept) => Some(kept.call.answer["choices"][0]["message"]["content"].as_str().unwrap().to_owned()),
        Found::Unknown(ticket) => {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            if number < failures {
                return None;
            }
            ticket.keep(kept("m", &format!("answer {number}")));
            Some(format!("answer {number}"))
        }
    }
}

#[tokio::test(start_paused = true)]
async fn equal_calls_at_the_same_time_become_one_and_a_failure_is_one_callers_own() {
    for failures in [0, 2] {
        let (_folder, cache) = cache(true);
        let asked = AtomicUsize::new(0);
        let began = tokio::time::Instant::now();
        let told = join_all((0..16).map(|_| ask(&cache, &asked, failures))).await;
        let answer = format!("answer {failures}");
        assert_eq!(told.iter().filter(|told| told.is_none()).count(), failures);
        assert!(told.iter().flatten().all(|told| *told == answer), "{told:?}");
        assert_eq!((asked.into_inner(), began.elapsed().as_secs()), (failures + 1, failures as u64 + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_the_call_to_another() {
    let (_folder, cache) = cache(true);
    let asked = AtomicUsize::new(0);
    let gone = tokio::time::timeout(Duration::from_millis(500), ask(&cache, &asked, 0));
    let (gone, told) = tokio::join!(gone, ask(&cache, &asked, 0));
    assert!(gone.is_err());
    assert_eq!((told.as_deref(), asked.into_inner()), (Some("answer 1"), 2));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_refreshes_asks_for_each_answer_once() {
    let (folder, first) = cache(true);
    let asked = AtomicUsize::new(0);
    assert_eq!(ask(&first, &asked, 0).await.unwrap(), "answer 0");
    first.close();
    let again = NodeCache::new(Arc::new(store(folder.path())), CacheOptions { reads: false, keeps_free: false });
    assert_eq!(ask(&again, &asked, 0).await.unwrap(), "answer 1", "it does not read what others kept");
    assert_eq!(ask(&again, &asked, 0).await.unwrap(), "answer 1", "but what it kept itself");
    again.close();
    let third = NodeCache::new(Arc::new(store(folder.path())), CacheOptions { reads: true, keeps_free: false });
    assert_eq!(ask(&third, &asked, 0).await.unwrap(), "answer 1", "which is what is kept now");
}

/// A model that is never asked.
#[derive(Debug)]
struct Named(&'static str);

impl Model for Named {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "openai"
    }

    fn identity(&self) -> Option<String> {
        Some(self.0.to_owned())
    }

    fn call<'a>(&'a self, _: &'a ModelRequest, _: &'a CallContext) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        ready(Err(ModelError::new(ModelErrorKind::Cancelled, "nobody is asked"))).boxed()
    }
}

#[test]
fn calls_are_known_by_all_that_their_answers_depend_on() {
    let (_folder, cache) = cache(true);
    let cache = Arc::new(cache);
    let body = |more: serde_json::Value| {
        let mut body = json!({ "model": "m", "messages": [{ "role": "user", "content": "hi" }] });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        body.as_object().cloned().unwrap()
    };
    let known = |row: &RowCache, node: &str, model: &dyn Model, api, more: serde_json::Value| {
        let request = ModelRequest { api, model: "m".into(), body: body(more) };
        row.know(Wish { node, model, request: &request, prompt: None, inputs: &[] }).unwrap()
    };
    let row = |repeat| RowCache::new(Arc::clone(&cache), repeat);
    let one = Named("one");
    let first = row(0);
    let plain = known(&first, "a", &one, Api::Chat, json!({}));
    let second = known(&first, "a", &one, Api::Chat, json!({}));
    assert_eq!((second.parts.occurrence, &second.parts.content), (1, &plain.parts.content));
    let all = [
        plain.key,
        second.key,
        known(&row(1), "a", &one, Api::Chat, json!({})).key,
        known(&row(0), "b", &one, Api::Chat, json!({})).key,
        known(&row(0), "a", &Named("two"), Api::Chat, json!({})).key,
        known(&row(0), "a", &one, Api::Responses, json!({})).key,
        known(&row(0), "a", &one, Api::Chat, json!({ "temperature": 0 })).key,
        known(&row(0), "a", &one, Api::Chat, json!({ "prompt": "hi" })).key,
    ];
    let different: std::collections::BTreeSet<&CacheKey> = all.iter().collect();
    assert_eq!(different.len(), all.len());
    for same in [json!({}), json!({ "stream": true, "stream_options": { "include_usage": true } })] {
        let known = known(&row(0), "a", &one, Api::Chat, same);
        assert_eq!((known.key, known.parts), (plain.key, Arc::clone(&plain.parts)), "how it comes does not matter");
    }
    let warm = known(&row(0), "a", &one, Api::Chat, json!({ "temperature": 1 }));
    let changed: Vec<&String> =
        warm.parts.parameters.keys().filter(|name| !plain.parts.parameters.contains_key(*name)).collect();
    assert_eq!(changed, ["temperature"]);
}
