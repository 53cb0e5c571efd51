//! `text.search`.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::call_in;

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn found(folder: &Path, inputs: Json) -> Vec<Json> {
    let text = call_in(folder, "text.search", &inputs.to_string()).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn places(folder: &Path, inputs: Json) -> Vec<String> {
    let place = |hit: &Json| format!("{}:{} {}", hit["source"].as_str().unwrap(), hit["line"], hit["text"]);
    found(folder, inputs).iter().map(place).collect()
}

#[test]
fn a_folder_is_searched_by_words() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("project");
    write(&folder, "docs/fares.md", "# Fares\n\nAdults pay 12 EUR.\n\n# Children\n\nChildren below six ride free.\n");
    write(&folder, "docs/more/times.txt", "The first boat leaves at nine.\n\nThe last boat leaves at SIX.");
    write(&folder, "docs/more/notes.rst", "Six boats belong to the line.");
    write(&folder, "docs/.hidden.md", "six six six");
    write(&folder, "docs/.git/config", "six");
    write(&folder, "docs/logo.png", b"six\x00\xff");
    write(temp.path(), "secret.txt", "six secrets");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(temp.path().join("secret.txt"), folder.join("docs/link.txt")).unwrap();
        std::os::unix::fs::symlink(folder.join("docs"), folder.join("docs/more/round")).unwrap();
    }
    let query = |query: &str, more: Json| {
        let mut inputs = json!({ "query": query, "path": "docs", "chunk_size": 50 });
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        places(&folder, inputs)
    };
    let shown = [
        query("When does the last boat leave?", json!({})),
        query("six", json!({})),
        query("six", json!({ "endings": [".MD", "txt"] })),
        query("children fares", json!({ "top": 1 })),
        query("zeppelin", json!({})),
    ]
    .map(|hits| hits.join("\n"));
    insta::assert_snapshot!(shown.join("\n\n"));
    assert_eq!(places(&folder, json!({ "query": "boat", "path": "docs/more/times.txt", "chunk_size": 40 })).len(), 2);

    let wrong = [
        json!({ "query": " ", "path": "docs" }),
        json!({ "query": "x", "path": "gone" }),
        json!({ "query": "x", "path": "../secret.txt" }),
        json!({ "query": "x", "path": "docs", "chunk_size": 0 }),
        json!({ "query": "x", "path": "docs", "chunk_size": 5, "chunk_overlap": 5 }),
        json!({ "query": "x", "path": "docs", "query_vector": [1.0] }),
    ]
    .map(|inputs| call_in(&folder, "text.search", &inputs.to_string()).unwrap_err());
    let root = folder.canonicalize().unwrap().to_string_lossy().into_owned();
    insta::assert_snapshot!(wrong.join("\n").replace(&root, "PROJECT"));
}

#[test]
fn records_are_searched_by_words_and_by_embeddings() {
    let temp = tempfile::tempdir().unwrap();
    let records = [
        json!({ "id": 1, "text": "A cat sleeps on the sofa", "vector": [1.0, 0.1] }),
        json!({ "id": 2, "text": "Kittens like milk", "vector": [0.9, 0.2] }),
        json!({ "id": 3, "text": "The sofa costs 400 EUR", "vector": [0.0, 1.0] }),
    ];
    let lines: String = records.iter().map(|record| format!("{record}\n\n")).collect();
    write(temp.path(), "faq.jsonl", lines);
    let ask = |more: Json| {
        let mut inputs = json!({ "query": "", "path": "faq.jsonl" });
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        found(temp.path(), inputs)
    };
    let ids = |hits: Vec<Json>| hits.iter().map(|hit| hit["record"]["id"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids(ask(json!({ "query": "sofa price" }))), [3, 1]);
    assert_eq!(ids(ask(json!({ "query_vector": [1, 0.15] }))), [1, 2, 3]);
    assert_eq!(ids(ask(json!({ "query": "sofa", "query_vector": [0, 1] }))), [3, 1, 2]);
    let first = &ask(json!({ "query": "milk" }))[0];
    assert_eq!((&first["line"], &first["position"], &first["record"]), (&json!(3), &json!(1), &json!({ "id": 2 })));

    write(temp.path(), "bad.jsonl", "{\"text\": \"a\"}\n{\"body\": \"b\"}\n");
    write(temp.path(), "worse.jsonl", "{\"text\": \"a\"}\nno\n");
    write(temp.path(), "vectors.jsonl", "{\"text\": \"a\", \"vector\": [\"x\"]}\n");
    let wrong = [
        json!({ "query": "a", "path": "bad.jsonl" }),
        json!({ "query": "a", "path": "worse.jsonl" }),
        json!({ "query": "a", "path": "vectors.jsonl" }),
        json!({ "query": "a", "path": "faq.jsonl", "query_vector": [1.0] }),
        json!({ "query": "a", "path": "faq.jsonl", "query_vector": [1.0, 0.0], "vector_field": "embedding" }),
    ]
    .map(|inputs| call_in(temp.path(), "text.search", &inputs.to_string()).unwrap_err());
    insta::assert_snapshot!(wrong.join("\n"));
}

#[test]
fn an_index_follows_its_files() {
    let temp = tempfile::tempdir().unwrap();
    let ask = |query: &str| places(temp.path(), json!({ "query": query, "path": "." }));
    write(temp.path(), "a.txt", "apples");
    assert_eq!(ask("apples"), ["a.txt:1 \"apples\""]);
    assert_eq!(ask("apples"), ["a.txt:1 \"apples\""]);
    write(temp.path(), "b.txt", "more apples");
    assert_eq!(ask("apples").len(), 2);
    write(temp.path(), "a.txt", "only pears now");
    assert_eq!(ask("apples"), ["b.txt:1 \"more apples\""]);
    std::fs::remove_file(temp.path().join("b.txt")).unwrap();
    assert_eq!(ask("apples"), Vec::<String>::new());
}

#[test]
fn long_files_give_each_passage_its_line() {
    let temp = tempfile::tempdir().unwrap();
    let text: String = (1..=400).map(|line| format!("Paragraph {line} speaks of number n{line}.\n\n")).collect();
    write(temp.path(), "long.txt", text);
    for number in [1, 7, 200, 400] {
        let query =
            json!({ "query": format!("n{number}"), "path": "long.txt", "chunk_size": 120, "chunk_overlap": 60 });
        let hit = &found(temp.path(), query)[0];
        let (text, line) = (hit["text"].as_str().unwrap(), hit["line"].as_u64().unwrap());
        let before = text.lines().position(|text| text.contains(&format!("n{number}."))).unwrap() as u64;
        assert_eq!(line + before, number * 2 - 1, "{hit}");
    }
}
