use serde_json::{Map, Value as Json, json};

/// In which form a face words its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errors {
    Run,
    Chat,
    Score,
}

impl Errors {
    fn schema(self) -> &'static str {
        match self {
            Errors::Run => "#/components/schemas/RunError",
            Errors::Chat => "#/components/schemas/ChatError",
            Errors::Score => "#/components/schemas/ScoreError",
        }
    }
}

/// Statuses of whatever runs a flow.
pub(super) const OF_FLOWS: &[(u16, &str)] = &[
    (400, "The request is not as it must be; the message says where."),
    (408, "The request's body did not arrive in time."),
    (413, "The request's body is too large."),
    (500, "Something is broken: a defect of the flow, of a tool, or of the server."),
    (503, "The server is busy or about to end; `retry-after` says when to try again."),
    (504, "The flow, or something that it asked, did not end in time."),
];

/// An operation, as far as all of them are alike.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) tag: String,
    pub(super) errors: Errors,
    /// Whether anybody may ask, also where there are keys.
    pub(super) is_open: bool,
    /// Whether the server asks for keys.
    pub(super) with_keys: bool,
}

impl Operation {
    /// The operation with its answer and the failures that it can give beside those of all.
    pub(super) fn write(&self, ok: Json, failures: &[(u16, &str)], more: Json) -> Json {
        let mut responses = Map::new();
        responses.insert("200".into(), ok);
        for (status, description) in failures {
            responses.insert(status.to_string(), self.failure(description));
        }
        for (status, description) in self.at_the_door() {
            responses.insert(status.to_string(), self.failure(description));
        }
        responses.sort_keys();
        let mut operation =
            json!({ "operationId": self.id, "summary": self.summary, "tags": [self.tag], "responses": responses });
        if !self.description.is_empty() {
            operation["description"] = json!(self.description);
        }
        if self.is_open && self.with_keys {
            operation["security"] = json!([]);
        }
        if let Json::Object(more) = more {
            for (key, value) in more {
                operation[key] = value;
            }
        }
        operation
    }

    /// What a request may be told before anybody looks at what it asks for.
    fn at_the_door(&self) -> Vec<(u16, &'static str)> {
        let mut failures = vec![
            (415, "The request's body is compressed, which is not taken."),
            (431, "The request's head is too long."),
        ];
        match (self.is_open, self.with_keys) {
            (true, _) => {}
            (false, true) => {
                failures.push((401, "There is no key, or not one that this server knows."));
                failures.push((429, "The key asks too often; `retry-after` says when to try again."));
            }
            (false, false) => failures.push((403, "A page of another origin asks, which is not allowed.")),
        }
        failures
    }

    fn failure(&self, description: &str) -> Json {
        let schema = json!({ "$ref": self.errors.schema() });
        json!({ "description": description, "content": { "application/json": { "schema": schema } } })
    }
}

/// An answer in JSON, with what its headers say.
pub(super) fn answer(description: &str, schema: Json) -> Json {
    json!({
        "description": description,
        "headers": { "x-request-id": { "$ref": "#/components/headers/RequestId" } },
        "content": { "application/json": { "schema": schema } },
    })
}

/// A body in JSON.
pub(super) fn body(schema: Json, examples: Json) -> Json {
    json!({ "required": true, "content": { "application/json": { "schema": schema, "examples": examples } } })
}
