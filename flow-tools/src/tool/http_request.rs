use std::fmt;
use std::time::Duration;

use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;
use super::http_answer::{Form, Kept};
use super::http_exchange::{Exchange, Method, Payload};
use super::reach::Reach;

/// The longest time that a call may be given, in seconds.
const LONGEST_TIME: f64 = 600.0;

/// `http.request`: asks a web server.
pub struct HttpRequest {
    exchange: Exchange,
}

impl HttpRequest {
    /// The tool, for the open internet or for every address.
    #[must_use]
    pub fn new(private_network: bool) -> Self {
        let reach = if private_network { Reach::everywhere() } else { Reach::internet() };
        Self::within(reach, private_network)
    }

    /// The tool within a reach of its own. A proxy would connect to whatever it likes, so that one is used only if
    /// everything may be reached.
    pub(super) fn within(reach: Reach, uses_proxies: bool) -> Self {
        Self { exchange: Exchange::new(reach, uses_proxies) }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HttpRequest")
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The address: `https://api.example/orders`. Servers of this machine and of private networks, and ports other than 80,
    /// 443, 8080 and 8443, are refused unless the run allows them with `--allow-private-network`.
    url: String,
    /// The method.
    #[serde(default)]
    method: Method,
    /// Parameters that are added to the address: a mapping from names to texts, numbers or lists of them.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    query: Value,
    /// Headers: a mapping from names to texts. They are not sent on where a redirect leads to another server.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    headers: Value,
    /// A body that is sent as JSON.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    json: Option<Value>,
    /// A body that is sent as a form: a mapping from names to texts, numbers or lists of them.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    form: Value,
    /// A body that is sent as it is, as text/plain unless a header says otherwise.
    #[serde(default)]
    text: Option<String>,
    /// What the body of the answer becomes: JSON where the server says that it is, else text (auto); JSON; text; or bytes
    /// in base64.
    #[serde(default)]
    response: Form,
    /// Whether a status other than 200 to 299 is an error.
    #[serde(default = "yes")]
    fail: bool,
    /// Further statuses that are no error: `[404]`.
    #[serde(default)]
    accept_status: Vec<u16>,
    /// How many redirects are followed.
    #[serde(default = "five")]
    redirects: usize,
    /// The longest time for all of it, in seconds.
    #[serde(default = "half_a_minute")]
    timeout: f64,
    /// The largest body that is read, in bytes.
    #[serde(default = "megabytes")]
    max_bytes: usize,
}

fn yes() -> bool {
    true
}

fn five() -> usize {
    5
}

fn half_a_minute() -> f64 {
    30.0
}

fn megabytes() -> usize {
    4_000_000
}

impl WaitingTool for HttpRequest {
    const NAME: &'static str = "http.request";
    const SUMMARY: &'static str = "Asks a web server; gives `status`, `headers`, `body` and the final `url`.";
    const OUTPUT: Ty = Ty::Object;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "url: https://api.example/orders\nquery: {customer: 4711}\nheaders: {Accept: application/json}",
        gives: "",
    });
    const EFFECT: Effect = Effect::Changes;
    type Inputs = Inputs;

    fn call<'a>(&'a self, inputs: Inputs, _: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        async move {
            let payload = payload(&inputs)?;
            let kept = Kept {
                form: inputs.response,
                max_bytes: inputs.max_bytes,
                fails: inputs.fail,
                accepted: inputs.accept_status,
            };
            if !(inputs.timeout > 0.0 && inputs.timeout <= LONGEST_TIME) {
                return Err(ToolError::input("timeout", format!("must be above 0 and at most {LONGEST_TIME} seconds")));
            }
            let query = entries("query", &inputs.query)?;
            let headers = entries("headers", &inputs.headers)?;
            let request = self.exchange.request(&inputs.url, inputs.method, &query, &headers, payload)?;
            let limit = Duration::from_secs_f64(inputs.timeout);
            let asked = self.exchange.ask(&request, inputs.redirects, &kept);
            tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| {
                let message = format!("{} gave no whole answer within {limit:?}; raise `timeout`", request.shown());
                Err(ToolError::Failed { message, passing: true })
            })
        }
        .boxed()
    }
}

/// The body that is sent.
fn payload(inputs: &Inputs) -> Result<Payload, ToolError> {
    match (&inputs.json, &inputs.form, &inputs.text) {
        (None, Value::Null, None) => Ok(Payload::Nothing),
        (Some(json), Value::Null, None) => Ok(Payload::Json(json.to_json())),
        (None, form, None) => Ok(Payload::Form(entries("form", form)?)),
        (None, Value::Null, Some(text)) => Ok(Payload::Text(text.clone())),
        _ => Err(ToolError::input("json", "only one of `json`, `form` and `text` can be the body")),
    }
}

/// The entries of a mapping as texts; a list gives one for each item, null none.
fn entries(input: &'static str, value: &Value) -> Result<Vec<(String, String)>, ToolError> {
    let none = Map::new();
    let entries = match value {
        Value::Null => &none,
        Value::Map(entries) => entries,
        other => {
            return Err(ToolError::input(
                input,
                format!("expected a mapping from names to texts, found {}", other.kind()),
            ));
        }
    };
    let mut texts = Vec::new();
    for (name, value) in entries {
        let text = |value: &Value| match value {
            Value::Text(text) => Ok(text.to_string()),
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => Ok(value.to_json()),
            other => {
                let message = format!("expected a text or a number, found {}", other.kind());
                Err(ToolError::input(format!("{input}.{name}"), message))
            }
        };
        match value {
            Value::Null => {}
            Value::List(items) => {
                for item in items.iter() {
                    texts.push((name.to_string(), text(item)?));
                }
            }
            one => texts.push((name.to_string(), text(one)?)),
        }
    }
    Ok(texts)
}
