use base64::Engine;
use serde_json::json;

use super::answer;
use crate::mock::{MockModel, Rules};
use crate::model::Api;

fn vectors(body: serde_json::Value) -> Vec<Vec<f64>> {
    let body = answer(&MockModel::new(Rules::default()), Api::Embedding, body);
    let numbers = |item: &serde_json::Value| {
        item["embedding"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    body["data"].as_array().unwrap().iter().map(numbers).collect()
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[test]
fn similar_texts_are_near_each_other() {
    let texts = [
        "The cat sat on the mat.",
        "A cat is sitting on a mat",
        "Quarterly revenue grew by nine percent",
        "revenues of the quarter grew nine percent",
        "",
    ];
    let found = vectors(json!({ "model": "text-embedding-3-small", "input": texts }));
    for vector in &found {
        assert_eq!(vector.len(), 1536);
        assert!((product(vector, vector) - 1.0).abs() < 1e-5);
    }
    let near = product(&found[0], &found[1]).min(product(&found[2], &found[3]));
    let far = product(&found[0], &found[2]).max(product(&found[1], &found[3]));
    assert!(near > far + 0.2, "{near} is not much nearer than {far}");
}

#[test]
fn dimensions_and_encoding_are_as_asked() {
    let plain = json!({ "model": "text-embedding-3-large", "input": "hello", "dimensions": 4 });
    let model = MockModel::new(Rules::default());
    insta::assert_json_snapshot!(answer(&model, Api::Embedding, plain.clone()));
    let mut coded = plain.clone();
    coded["encoding_format"] = json!("base64");
    let body = answer(&model, Api::Embedding, coded);
    let text = body["data"][0]["embedding"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let decoded: Vec<f64> =
        bytes.chunks(4).map(|four| f64::from(f32::from_le_bytes(four.try_into().unwrap()))).collect();
    assert_eq!(decoded, vectors(plain)[0]);
    assert_eq!(vectors(json!({ "model": "text-embedding-3-large", "input": [1, 2, 3] }))[0].len(), 3072);
    assert_eq!(vectors(json!({ "model": "m", "input": [[1, 2], [3]], "dimensions": 2 })).len(), 2);
}
