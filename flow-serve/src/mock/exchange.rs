use std::future::pending;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use flow_core::mock::{Answered, Fault, MockModel, Reaction, Refusal, RetryAfter, Stage};
use flow_core::model::{Api, ModelRequest};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Request, Response};
use serde_json::{Map, Value as Json, json};

use super::body::{Body, GivenUp};
use super::course::{Course, JSON};
use super::line::Fate;
use super::objection::{Objection, check_body, check_key};
use super::route::{Route, route};
use super::stats::{Stats, Visit};

/// What all connections share.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) model: MockModel,
    pub(super) api_key: Option<String>,
    pub(super) stats: Arc<Stats>,
}

/// The largest request, in bytes: room for pictures.
const LARGEST_BODY: usize = 64 << 20;

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// Models that are listed beside those of the rules.
const LISTED: &[&str] = &["gpt-4o", "gpt-4o-mini", "o4-mini", "text-embedding-3-small", "text-embedding-3-large"];

type Answer = Result<Response<Body>, GivenUp>;

impl Desk {
    /// Answers a request; gives the connection up where the rules want it.
    pub(super) async fn answer(self: Arc<Self>, fate: Arc<Fate>, request: Request<Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let (method, path) = (head.method.as_str(), head.uri.path());
        let plain =
            |status: u16, body: &Json| respond(status, JSON, Body::whole(body.to_string(), Arc::clone(&fate), None));
        let refuse = |objection: Objection| plain(objection.status, &objection.body);
        let found = route(&head.method, path, head.uri.query());
        if let (Some(key), Route::Call { .. } | Route::Models | Route::Model(_)) = (&self.api_key, &found)
            && let Err(objection) = check_key(&head.headers, key)
        {
            return refuse(objection);
        }
        match found {
            Route::Call { api, deployment } => {
                let body = match Limited::new(body, LARGEST_BODY).collect().await {
                    Ok(body) => body.to_bytes(),
                    Err(error) if error.is::<LengthLimitError>() => return refuse(Objection::too_large(LARGEST_BODY)),
                    Err(_) => return Err(GivenUp),
                };
                match read(api, deployment, &body) {
                    Ok(request) => self.call(path, &body, request, fate).await,
                    Err(objection) => refuse(objection),
                }
            }
            Route::Models => {
                let models: Vec<Json> = self.models().into_iter().map(listing).collect();
                plain(200, &json!({ "object": "list", "data": models }))
            }
            Route::Model(name) => plain(200, &listing(&name)),
            Route::Stats => plain(200, &self.stats.to_json()),
            Route::ForgetStats => {
                self.stats.forget();
                plain(200, &self.stats.to_json())
            }
            Route::WrongMethod => refuse(Objection::wrong_method(method, path)),
            Route::NoVersion => refuse(Objection::no_version()),
            Route::Unknown => refuse(Objection::unknown_path(method, path)),
        }
    }

    async fn call(&self, path: &str, body: &[u8], request: ModelRequest, fate: Arc<Fate>) -> Answer {
        let visit = self.stats.begin(path, &request.model, body);
        let reaction = self.model.react(&request, "");
        let status = match &reaction.answer {
            Answered::Whole(_) | Answered::Pieces(_) => 200,
            Answered::Refused(refusal) => refusal.status,
            Answered::Unable(_) => 500,
        };
        self.count(status, &reaction);
        if !reaction.latency.is_zero() {
            tokio::time::sleep(reaction.latency).await;
        }
        let fault = reaction.fault;
        match fault {
            Some(Fault::Reset(Stage::Start)) => {
                fate.reset();
                return Err(GivenUp);
            }
            Some(Fault::Close(Stage::Start)) => return Err(GivenUp),
            Some(Fault::Hang(Stage::Start)) => return pending().await,
            _ => {}
        }
        let course = match reaction.answer {
            Answered::Whole(body) => Course::of_body(&body, fault.as_ref()),
            Answered::Pieces(pieces) => Course::of_pieces(request.api, pieces, fault.as_ref()),
            Answered::Refused(refusal) => return refused(&refusal, fate, visit),
            Answered::Unable(why) => {
                let refusal = Refusal { message: Some(why), ..Refusal::new(500) };
                return refused(&refusal, fate, visit);
            }
        };
        respond(200, course.content_type, Body::steps(course.steps, course.length, fate, Some(visit)))
    }

    fn count(&self, status: u16, reaction: &Reaction) {
        let fault = match &reaction.answer {
            Answered::Refused(refusal) => Some(refusal.status.to_string()),
            _ => reaction.fault.as_ref().map(Fault::name),
        };
        if status == 200 {
            self.stats.answered("200", fault.as_deref());
        } else {
            self.stats.answered(&status.to_string(), fault.as_deref());
        }
    }

    fn models(&self) -> Vec<&str> {
        let mut models = self.model.rules().models();
        for name in LISTED {
            if !models.contains(name) {
                models.push(name);
            }
        }
        models
    }
}

/// The request in a body.
fn read(api: Api, deployment: Option<String>, body: &Bytes) -> Result<ModelRequest, Objection> {
    let body: Map<String, Json> = serde_json::from_slice(body).map_err(|error| Objection::not_json(&error))?;
    check_body(api, &body, deployment.is_some())?;
    let model = match &deployment {
        Some(deployment) => deployment.as_str(),
        None => body.get("model").and_then(Json::as_str).unwrap_or_default(),
    };
    Ok(ModelRequest { api, model: model.into(), body })
}

fn listing(name: &str) -> Json {
    json!({ "id": name, "object": "model", "created": 1_700_000_000, "owned_by": "mock" })
}

fn respond(status: u16, content_type: &'static str, body: Body) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() = status.try_into().map_err(|_| GivenUp)?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if content_type != JSON {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    Ok(response)
}

fn refused(refusal: &Refusal, fate: Arc<Fate>, visit: Visit) -> Answer {
    let body = Body::whole(refusal.body().to_string(), fate, Some(visit));
    let mut response = respond(refusal.status, JSON, body)?;
    if let Some((name, value)) = refusal.retry_after.as_ref().and_then(retry_after) {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// The header that tells how long to wait.
fn retry_after(wait: &RetryAfter) -> Option<(HeaderName, HeaderValue)> {
    let (name, text) = match wait {
        RetryAfter::Seconds(wait) => (RETRY_AFTER, wait.as_secs_f64().to_string()),
        RetryAfter::Milliseconds(wait) => (RETRY_AFTER_MS, wait.as_millis().to_string()),
        RetryAfter::Date(wait) => (RETRY_AFTER, httpdate::fmt_http_date(SystemTime::now().checked_add(*wait)?)),
        RetryAfter::Words(words) => (RETRY_AFTER, words.clone()),
    };
    Some((name, HeaderValue::from_str(&text).ok()?))
}
