//! Embeddings: the body of a request, and the vectors of its answer (spec section 4.9).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use super::given::Given;
use super::{Defaults, LlmError};
use crate::model::{Answer, Dialect};
use crate::value::Value;

/// What promptflow asks where no model is named.
const PROMPTFLOWS_MODEL: &str = "text-embedding-ada-002";

/// The body of a request. Vectors are asked for in base64, as the OpenAI library for Python does: it is shorter than
/// JSON's numbers, and exact.
pub(super) fn body(dialect: Dialect, given: &Given<'_>, defaults: Defaults) -> Result<Map<String, Json>, LlmError> {
    let wrong = |message: &str| LlmError::Parameter { name: "input", message: message.to_owned() };
    let input = given.get("input")?.ok_or_else(|| wrong("there is nothing to embed"))?;
    let is_fit = match &input {
        Json::String(_) => true,
        Json::Array(items) => items.iter().all(Json::is_string),
        _ => false,
    };
    if !is_fit {
        return Err(wrong("it takes a text or a list of texts"));
    }
    let mut body = Map::new();
    let model = given.model(dialect)?;
    let is_unnamed = model == "" && defaults == Defaults::Promptflow;
    body.insert("model".into(), if is_unnamed { json!(PROMPTFLOWS_MODEL) } else { model });
    body.insert("input".into(), input);
    body.insert("encoding_format".into(), json!("base64"));
    for name in ["dimensions", "user"] {
        if let Some(value) = given.get(name)? {
            body.insert(name.into(), value);
        }
    }
    Ok(body)
}

/// The output: a vector for a text, a list of vectors for a list.
pub(super) fn output(answer: &Answer, body: &Map<String, Json>) -> Result<Value, LlmError> {
    let data = answer.body.get("data").and_then(Json::as_array).ok_or(LlmError::NoVectors)?;
    let mut vectors = Vec::with_capacity(data.len());
    for (position, item) in data.iter().enumerate() {
        let index = item.get("index").and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
        let vector = item.get("embedding").and_then(vector).ok_or(LlmError::NoVectors)?;
        vectors.push((index.unwrap_or(position), vector));
    }
    vectors.sort_by_key(|(index, _)| *index);
    let mut vectors = vectors.into_iter().map(|(_, vector)| vector);
    match body.get("input") {
        Some(Json::Array(texts)) if texts.len() == vectors.len() => Ok(Value::list(vectors)),
        Some(Json::Array(_)) => Err(LlmError::NoVectors),
        _ => vectors.next().ok_or(LlmError::NoVectors),
    }
}

/// A vector, which comes as numbers or as base64 of little-endian 32-bit floats.
fn vector(embedding: &Json) -> Option<Value> {
    match embedding {
        Json::Array(numbers) => {
            let numbers: Option<Vec<Value>> = numbers.iter().map(|number| number.as_f64().map(Value::Float)).collect();
            numbers.map(Value::list)
        }
        Json::String(text) => {
            let bytes = BASE64.decode(text).ok()?;
            let (chunks, rest) = bytes.as_chunks::<4>();
            let number = |chunk: &[u8; 4]| Value::Float(f64::from(f32::from_le_bytes(*chunk)));
            rest.is_empty().then(|| Value::list(chunks.iter().map(number)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Api;

    fn vectors(input: Json, data: Json) -> Result<String, LlmError> {
        let answer = Answer::from_body(Api::Embedding, json!({ "data": data }));
        output(&answer, &Map::from_iter([("input".to_owned(), input)])).map(|value| value.to_json())
    }

    #[test]
    fn vectors_come_as_numbers_or_in_base64() {
        assert_eq!(vectors(json!("a"), json!([{ "embedding": "AACAPwAAAMAAAAA/" }])).unwrap(), "[1.0,-2.0,0.5]");
        assert_eq!(vectors(json!("a"), json!([{ "embedding": [1, -2.5] }])).unwrap(), "[1.0,-2.5]");
        assert_eq!(vectors(json!("a"), json!([{ "embedding": "zczMPQ==" }])).unwrap(), "[0.10000000149011612]");
    }

    #[test]
    fn a_list_of_texts_gives_their_vectors_in_its_order() {
        let data = json!([{ "index": 1, "embedding": [2] }, { "index": 0, "embedding": [1] }]);
        assert_eq!(vectors(json!(["a", "b"]), data.clone()).unwrap(), "[[1.0],[2.0]]");
        assert!(matches!(vectors(json!(["a", "b", "c"]), data), Err(LlmError::NoVectors)));
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        for embedding in [json!(null), json!("AAA"), json!("????"), json!(["a"])] {
            assert!(vectors(json!("a"), json!([{ "embedding": embedding }])).is_err(), "{embedding}");
        }
    }
}
