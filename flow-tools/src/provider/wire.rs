use std::fmt;
use std::sync::Arc;

use async_openai::Client;
use async_openai::error::OpenAIError;
use async_openai::traits::RequestOptionsBuilder;
use flow_core::connection::Connection;
use flow_core::model::{CallContext, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use reqwest::Url;
use secrecy::SecretString;
use serde_json::Value as Json;

use super::endpoint::{Endpoint, api_key};
use super::failure::{self, Asked};
use super::transport::{self, Transport};

/// The way to one provider with one connection.
pub(super) struct Wire {
    client: Client<Endpoint>,
    /// The provider as messages name it.
    title: String,
    connection: Arc<str>,
    /// Host and port.
    host: String,
    secrets: Vec<SecretString>,
}

impl Wire {
    pub(super) fn new(connection: &Connection, title: String, base: &Url, endpoint: Endpoint) -> Result<Self, String> {
        let http = transport::client(base)?;
        let client = Client::build(http.clone(), endpoint).with_http_service(Transport { client: http });
        let host = base.host_str().unwrap_or_default();
        let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let password = base.password().map(|password| SecretString::from(password.to_owned()));
        let secrets = api_key(connection).cloned().into_iter().chain(password).collect();
        Ok(Self { client, title, connection: Arc::clone(&connection.name), host, secrets })
    }

    /// Sends one request once.
    pub(super) async fn chat(
        &self,
        path: Option<String>,
        request: &ModelRequest,
        context: &CallContext,
        advice: fn(u16) -> &'static str,
    ) -> Result<ModelReply, ModelError> {
        let asked = Asked {
            title: &self.title,
            connection: &self.connection,
            host: &self.host,
            model: &request.model,
            secrets: &self.secrets,
            advice,
        };
        let exchange = async {
            let mut chat = self.client.chat();
            if let Some(path) = path {
                chat = chat.path(path)?;
            }
            chat.create_byot::<_, Json>(&request.body).await
        };
        let answer: Result<Json, OpenAIError> = tokio::select! {
            biased;
            () = context.cancel.cancelled() => {
                let message = format!("the call of {} was cancelled", self.title);
                return Err(ModelError::new(ModelErrorKind::Cancelled, message));
            }
            answer = exchange => answer,
        };
        let body = answer.map_err(|error| failure::explain(&error, &asked))?;
        if body.get("choices").is_none_or(|choices| !choices.is_array()) {
            return Err(failure::no_completion(&body, &asked));
        }
        Ok(ModelReply::Whole(body))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Wire").field("connection", &self.connection).field("host", &self.host).finish()
    }
}
