use serde_json::{Value as Json, json};

use super::{Defaults, ModelTool};
use crate::template::{ChatMessage, MessagePiece, Rendered};

/// What becomes of pictures in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pictures {
    /// Their names are printed, as promptflow's LLM nodes do (spec section 4.7).
    Printed,
    /// Parts of their own, where the author wrote `![image]({{ picture }})`.
    Parts,
    /// As promptflow's vision tools and prompties do: also where a line holds nothing else; each line of text is a part.
    Lines,
}

impl Pictures {
    pub(super) fn of(tool: ModelTool, defaults: Defaults) -> Self {
        match defaults {
            _ if tool.has_picture_lines(defaults) => Pictures::Lines,
            Defaults::Provider => Pictures::Parts,
            Defaults::Promptflow => Pictures::Printed,
        }
    }
}

/// A message as it is sent, with its pictures as parts of their own where they are to be.
pub(super) fn message(message: &ChatMessage, prompt: &Rendered, pictures: Pictures) -> Json {
    let mut json = message.to_json();
    let pieces = match pictures {
        _ if message.content.is_none() => None,
        Pictures::Printed => None,
        Pictures::Parts => prompt.pieces(&message.range),
        Pictures::Lines => prompt.lines(&message.range),
    };
    if let Some(pieces) = pieces {
        json["content"] = pieces.iter().map(|piece| part(piece, pictures)).collect();
    }
    json
}

fn part(piece: &MessagePiece, pictures: Pictures) -> Json {
    match piece {
        MessagePiece::Text(text) => json!({ "type": "text", "text": &**text }),
        MessagePiece::Picture { image, detail } => {
            let mut address = json!({ "url": image.url() });
            // promptflow's tools always send a word; their input `detail` never gets there.
            let usual = (pictures == Pictures::Lines).then_some("auto");
            if let Some(detail) = detail.or(usual) {
                address["detail"] = json!(detail);
            }
            json!({ "type": "image_url", "image_url": address })
        }
    }
}
