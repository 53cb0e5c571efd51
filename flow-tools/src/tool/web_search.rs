use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use flow_core::connection::Connection;
use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Url;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::http_answer::{Form, Kept};
use super::http_exchange::{Exchange, Method, Payload};
use super::reach::Reach;

/// SerpApi's address, where a connection names no other.
const BASE: &str = "https://serpapi.com";

/// The longest time for a search.
const LONGEST: Duration = Duration::from_secs(60);

/// The largest answer, in bytes.
const LARGEST: usize = 8_000_000;

/// How much of an answer that is none a message shows, in characters.
const SHOWN: usize = 200;

/// `web.search`: searches the web through SerpApi. It is promptflow's `promptflow.tools.serpapi.SerpAPI.search`.
pub struct WebSearch {
    reach: Reach,
    exchange: Arc<Exchange>,
    account: Account,
}

/// Who is asked.
#[derive(Clone)]
enum Account {
    /// Nobody yet.
    None,
    /// The service, with a key.
    Of { base: Url, key: SecretString, connection: Arc<str> },
    /// Nobody: results are made up.
    Mock,
}

impl WebSearch {
    /// The tool, for the open internet or for every address.
    #[must_use]
    pub fn new(private_network: bool) -> Self {
        let reach = if private_network { Reach::everywhere() } else { Reach::internet() };
        let exchange = Arc::new(Exchange::new(reach.clone(), private_network));
        Self { reach, exchange, account: Account::None }
    }

    fn with(&self, account: Account) -> Self {
        Self { reach: self.reach.clone(), exchange: Arc::clone(&self.exchange), account }
    }
}

impl fmt::Debug for WebSearch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebSearch")
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// What is searched for.
    query: String,
    /// Where the search is made from, as SerpApi names places: `Paris, France`.
    #[serde(default)]
    location: Option<String>,
    /// Whether results for adults are left out (active) or not (off).
    #[serde(default)]
    safe: Safe,
    /// How many results are wanted; 0 leaves it to the engine.
    #[serde(default = "ten")]
    #[schemars(with = "i64", extend("type" = ["integer", "string"]))]
    num: Count,
    /// How many results are passed over, for the pages behind the first.
    #[serde(default)]
    #[schemars(with = "i64", extend("type" = ["integer", "string"]))]
    start: Count,
    /// The engine: google, bing, or another one that SerpApi has.
    #[serde(default = "google")]
    engine: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Safe {
    Active,
    #[default]
    Off,
}

/// A number, also in quotes, as promptflow's own definition of the tool has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(untagged)]
enum Count {
    Number(i64),
    Text(String),
}

impl Default for Count {
    fn default() -> Self {
        Count::Number(0)
    }
}

impl Count {
    fn value(&self, input: &'static str) -> Result<i64, ToolError> {
        match self {
            Count::Number(number) => Ok(*number),
            Count::Text(text) => {
                let wrong = |_| ToolError::input(input, format!("expected a whole number, found `{text}`"));
                text.trim().parse().map_err(wrong)
            }
        }
    }
}

fn ten() -> Count {
    Count::Number(10)
}

fn google() -> String {
    "google".to_owned()
}

impl Inputs {
    /// The parameters of SerpApi but the key. Google and the others have names of their own.
    fn parameters(&self) -> Result<Vec<(String, String)>, ToolError> {
        let is_google = self.engine.eq_ignore_ascii_case("google");
        let mut parameters = vec![("engine", self.engine.clone()), ("q", self.query.clone())];
        if let Some(location) = self.location.as_ref().filter(|location| !location.is_empty()) {
            parameters.push(("location", location.clone()));
        }
        if self.safe == Safe::Active {
            parameters.push(if is_google { ("safe", "Active".into()) } else { ("safeSearch", "Strict".into()) });
        }
        for (number, of_google, of_others) in
            [(self.num.value("num")?, "num", "count"), (self.start.value("start")?, "start", "first")]
        {
            if number > 0 {
                parameters.push((if is_google { of_google } else { of_others }, number.to_string()));
            }
        }
        Ok(parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Results of the form that the service gives, made up of the query.
    fn made_up(&self) -> Result<Value, ToolError> {
        let parameters = self.parameters()?;
        let parameters = parameters.into_iter().map(|(name, value)| (Arc::<str>::from(name), Value::from(value)));
        let wanted = self.num.value("num")?.clamp(1, 10);
        let results = (1..=wanted).map(|position| {
            Value::map([
                ("position", Value::Int(position)),
                ("title", format!("Result {position} for {}", self.query).into()),
                ("link", format!("https://result-{position}.example/").into()),
                ("snippet", format!("Made up by the mock search, in place of a page about {}.", self.query).into()),
            ])
        });
        Ok(Value::map([
            ("search_metadata", Value::map([("status", Value::from("Success"))])),
            ("search_parameters", Value::map(parameters)),
            ("organic_results", Value::list(results)),
        ]))
    }
}

impl WaitingTool for WebSearch {
    const NAME: &'static str = "web.search";
    const SUMMARY: &'static str = "Searches the web through SerpApi; gives its answer, with `organic_results`.";
    const OUTPUT: Ty = Ty::Object;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "query: opening hours of the Louvre\nnum: 3", gives: "" });
    const EFFECT: Effect = Effect::Asks;
    type Inputs = Inputs;

    fn connection(&self) -> Option<&'static str> {
        Some("serp")
    }

    fn connected(&self, connection: &Connection) -> Result<Self, String> {
        let Some(key) = connection.secret("api_key") else {
            return Err("it has no api_key; add `api_key: \"${env:SERPAPI_API_KEY}\"` to it".to_owned());
        };
        let written = connection.text("api_base").unwrap_or(BASE).trim().trim_end_matches('/');
        let wrong = |why: String| format!("its api_base is not one that can be asked: {why}");
        let mut base = Url::parse(written).map_err(|_| wrong("it looks like https://host".to_owned()))?;
        self.reach.check(&base).map_err(|refused| wrong(refused.to_string()))?;
        let path = format!("{}/search", base.path().trim_end_matches('/'));
        base.set_path(&path);
        Ok(self.with(Account::Of { base, key: key.clone(), connection: Arc::clone(&connection.name) }))
    }

    fn stand_in(&self) -> Option<Self> {
        Some(self.with(Account::Mock))
    }

    fn identity(&self) -> Option<String> {
        match &self.account {
            Account::Of { base, .. } => {
                let mut base = base.clone();
                let _ = (base.set_username(""), base.set_password(None));
                Some(base.to_string())
            }
            Account::None | Account::Mock => None,
        }
    }

    fn secrets(&self) -> Vec<SecretString> {
        match &self.account {
            Account::Of { key, .. } => vec![key.clone()],
            Account::None | Account::Mock => Vec::new(),
        }
    }

    fn call<'a>(&'a self, inputs: Inputs, _: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        async move {
            let (base, key, connection) = match &self.account {
                Account::Of { base, key, connection } => (base, key, connection),
                Account::Mock => return inputs.made_up(),
                Account::None => return Err(ToolError::failed("the node names no connection of kind serp")),
            };
            // What is wrong with an address is the connection's fault, and no input's.
            let of_connection = |error: ToolError| match error {
                ToolError::Input { input, message } if input == "url" => {
                    ToolError::failed(format!("the api_base of connection `{connection}` cannot be asked: {message}"))
                }
                other => other,
            };
            let mut query = inputs.parameters()?;
            query.push(("output".to_owned(), "json".to_owned()));
            query.push(("api_key".to_owned(), key.expose_secret().trim().to_owned()));
            let request = self.exchange.request(base.as_str(), Method::Get, &query, &[], Payload::Nothing);
            let request = request.map_err(of_connection)?;
            let kept = Kept { form: Form::Text, max_bytes: LARGEST, fails: true, accepted: Vec::new() };
            // The key stands in the address, so that no redirect is followed.
            let asked = tokio::time::timeout(LONGEST, self.exchange.ask(&request, 0, &kept)).await;
            let answer = asked.unwrap_or_else(|_| {
                let message = format!("{} gave no whole answer within {LONGEST:?}", request.shown());
                Err(ToolError::Failed { message, passing: true })
            });
            let answer = answer.map_err(of_connection)?;
            let text = answer.as_map().and_then(|answer| answer.get("body")?.as_str()).unwrap_or_default();
            Value::from_json(text.trim()).map_err(|_| {
                let start: String = request.secrets.hide(text).chars().take(SHOWN).collect();
                ToolError::failed(format!("{} did not answer with JSON, but with: {start}", request.shown()))
            })
        }
        .boxed()
    }
}
