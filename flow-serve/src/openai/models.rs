use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use flow_core::diag::did_you_mean;
use serde_json::{Value as Json, json};

use super::error::{error, invalid};
use crate::failure::{Failure, Field};
use crate::http::{self, Answer};
use crate::site::{Site, Slot};

/// The flows that can be asked as models.
#[derive(Debug, Clone)]
pub(crate) struct Models {
    pub(super) site: Arc<Site>,
    slots: Arc<[Arc<Slot>]>,
    /// Since when they are served, in seconds of Unix time.
    since: u64,
}

impl Models {
    /// Those of a site.
    pub(crate) fn all(site: &Arc<Site>) -> Self {
        Self { site: Arc::clone(site), slots: site.slots().into(), since: now() }
    }

    /// One alone.
    pub(crate) fn one(site: &Arc<Site>, slot: &Arc<Slot>) -> Self {
        Self { site: Arc::clone(site), slots: [Arc::clone(slot)].into(), since: now() }
    }

    /// The flow with this name; without a name the only one.
    pub(super) fn choose(&self, name: Option<&str>) -> Result<&Arc<Slot>, Failure> {
        match (name, &*self.slots) {
            (Some(name), slots) => slots.iter().find(|slot| **slot.name() == *name).ok_or_else(|| self.unknown(name)),
            (None, [only]) => Ok(only),
            (None, _) => Err(invalid("model", "several flows are served here; name one, as GET /v1/models lists them")),
        }
    }

    fn unknown(&self, name: &str) -> Failure {
        let help = did_you_mean(name, self.slots.iter().map(|slot| &**slot.name()));
        let help = help.unwrap_or_else(|| "GET /v1/models lists those that there are".to_owned());
        let message = format!("there is no flow `{name}` here; {help}");
        let field = Field { input: "model".to_owned(), message: message.clone() };
        Failure { fields: vec![field], ..Failure::new(StatusCode::NOT_FOUND, "model-not-found", message) }
    }

    fn entry(&self, slot: &Slot) -> Json {
        let endpoint = slot.endpoint();
        let description = &endpoint.flow().description;
        let mut entry = json!({ "id": slot.name(), "object": "model", "created": self.since, "owned_by": "flow" });
        if !description.is_empty() {
            entry["description"] = json!(description);
        }
        entry
    }
}

/// Seconds of Unix time.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// `GET /v1/models`
pub(super) async fn list(State(models): State<Models>) -> Answer {
    let entries: Vec<Json> = models.slots.iter().map(|slot| models.entry(slot)).collect();
    http::json(StatusCode::OK, &json!({ "object": "list", "data": entries }))
}

/// `GET /v1/models/{id}`
pub(super) async fn one(State(models): State<Models>, Path(id): Path<String>) -> Answer {
    match models.choose(Some(&id)) {
        Ok(slot) => http::json(StatusCode::OK, &models.entry(slot)),
        Err(failure) => error(&failure),
    }
}
