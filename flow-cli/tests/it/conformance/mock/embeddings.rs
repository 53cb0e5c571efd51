//! Texts as vectors.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::python_json::dumps;
use super::reply::Reply;

/// The vectors of the request's texts.
pub(crate) fn embeddings(request: &Value, model: &Value) -> Reply {
    let is_token = |item: &Value| item.is_boolean() || item.is_i64() || item.is_u64();
    let input = &request["input"];
    // A list of tokens is one text; so is an empty list.
    let asked = match input {
        Value::Array(items) if !items.iter().all(is_token) => items.clone(),
        _ => vec![input.clone()],
    };
    let vector = |text: &Value| {
        let numbers = embedding(text);
        if request["encoding_format"] == "base64" {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            Value::from(base64_text(&bytes))
        } else {
            numbers.iter().copied().map(f64::from).collect()
        }
    };
    let data: Vec<_> = asked
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)}))
        .collect();
    let usage = json!({"prompt_tokens": asked.len(), "total_tokens": asked.len()});
    Reply::json(&json!({"object": "list", "model": model, "usage": usage, "data": data}))
}

/// A vector of eight numbers from -1 to 1.
fn embedding(text: &Value) -> [f32; 8] {
    let raw = text.as_str().map_or_else(|| dumps(text), str::to_owned);
    let hash = Sha256::digest(raw.as_bytes());
    // Eighths of a power of two: exact as f32 and as f64 alike.
    std::array::from_fn(|index| (f32::from(hash[index]) - 128.0) / 128.0)
}

fn base64_text(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() { '=' } else { char::from(letter) });
        }
    }
    text
}
