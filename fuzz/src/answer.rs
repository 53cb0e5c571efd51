use std::sync::LazyLock;

use flow_core::structured::OutputSchema;
use flow_tools::provider::EventReader;
use serde_json::{Value as Json, json};

static SCHEMAS: LazyLock<Vec<OutputSchema>> = LazyLock::new(|| {
    let ticket = json!({
        "type": "object", "required": ["label", "score"], "additionalProperties": false,
        "properties": {
            "label": { "type": "string", "enum": ["bug", "billing", "other"] }, "score": { "type": "number", "minimum": 0 },
            "tags": { "type": "array", "items": { "type": "string" } }, "urgent": { "type": ["boolean", "null"] },
        },
    });
    let kinds = [ticket, json!({}), json!({ "type": "array", "items": { "type": "integer" } }), json!({ "type": "string" }), json!({ "type": "number" })];
    kinds.into_iter().map(|schema| OutputSchema::compile(schema).expect("the schema is right")).collect()
});

/// Reads a text as an answer of several schemas: what comes out fits the schema, and JSON that fits as it is comes out as it is.
pub fn answer_json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for schema in SCHEMAS.iter() {
        let read = schema.read(text);
        if let Ok(reading) = &read {
            assert!(schema.discrepancies(&reading.value).is_empty(), "{text:?} became {}", reading.value);
        }
        if let Ok(value) = serde_json::from_str::<Json>(text)
            && (value.is_object() || value.is_array())
            && schema.discrepancies(&value).is_empty()
        {
            let reading = read.unwrap_or_else(|error| panic!("{text:?} fits as it is, but: {error}"));
            assert_eq!(reading.value, value, "{text:?}");
        }
    }
}

/// Reads bytes as server-sent events, whole and in pieces, which give the same events. The first byte says how large pieces are.
pub fn event_stream(bytes: &[u8]) {
    let Some((first, stream)) = bytes.split_first() else { return };
    let read = |size: usize| {
        let (mut reader, mut events) = (EventReader::default(), Vec::new());
        for piece in stream.chunks(size.max(1)) {
            reader.push(piece, |event| events.push(event));
        }
        events.extend(reader.finish());
        events
    };
    assert_eq!(read(stream.len()), read(usize::from(*first) % 16 + 1));
}
