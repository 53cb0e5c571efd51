use serde_json::{Value as Json, json};

use super::Defaults;
use crate::template::{ChatMessage, MessagePiece, Rendered};

/// A message as it is sent, with its pictures as parts of their own. promptflow's LLM nodes print a picture's name
/// instead (spec section 4.7), so its flows do here.
pub(super) fn message(message: &ChatMessage, prompt: &Rendered, defaults: Defaults) -> Json {
    let mut json = message.to_json();
    if defaults == Defaults::Provider
        && message.content.is_some()
        && let Some(pieces) = prompt.pieces(&message.range)
    {
        json["content"] = pieces.iter().map(part).collect();
    }
    json
}

fn part(piece: &MessagePiece) -> Json {
    match piece {
        MessagePiece::Text(text) => json!({ "type": "text", "text": &**text }),
        MessagePiece::Picture { image, detail } => {
            let mut address = json!({ "url": image.url() });
            if let Some(detail) = detail {
                address["detail"] = json!(detail);
            }
            json!({ "type": "image_url", "image_url": address })
        }
    }
}
