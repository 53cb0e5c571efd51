use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::mock::asked::{input_text, inputs};
use crate::mock::speech::Tokens;
use crate::mock::vector::{usual_dimensions, vector};
use crate::model::ModelRequest;

/// The most dimensions that are made.
const MOST_DIMENSIONS: u64 = 16_384;

/// The vectors of a request.
pub(in crate::mock) fn vectors(request: &ModelRequest, tokens: Option<Tokens>) -> Json {
    let field = |name: &str| request.body.get(name);
    let dimensions = field("dimensions").and_then(Json::as_u64).filter(|count| (1..=MOST_DIMENSIONS).contains(count));
    let dimensions = dimensions.and_then(|count| usize::try_from(count).ok());
    let dimensions = dimensions.unwrap_or_else(|| usual_dimensions(&request.model));
    let is_base64 = field("encoding_format").and_then(Json::as_str) == Some("base64");
    let data = inputs(request).into_iter().enumerate().map(|(index, input)| {
        let numbers = vector(&input_text(input), dimensions);
        let vector = if is_base64 {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            Json::String(STANDARD.encode(bytes))
        } else {
            numbers.into_iter().map(Json::from).collect()
        };
        json!({ "object": "embedding", "index": index, "embedding": vector })
    });
    let mut body = json!({ "object": "list", "data": data.collect::<Vec<_>>(), "model": &*request.model });
    if let (Some(tokens), Some(body)) = (tokens, body.as_object_mut()) {
        body.insert("usage".into(), json!({ "prompt_tokens": tokens.prompt, "total_tokens": tokens.prompt }));
    }
    body
}
