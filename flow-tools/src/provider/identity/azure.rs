use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_core::time::OffsetDateTime;
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use flow_core::connection::Connection;
use flow_core::model::ModelErrorKind;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::Unidentified;
use super::sender::Sender;

/// What tokens are for, where a connection does not say.
const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

/// A token is renewed so long before its end.
const MARGIN: Duration = Duration::from_secs(300);

/// An identity of Azure's. Its tokens are kept until shortly before they end; all calls share them.
pub(in crate::provider) struct Identity {
    /// Where a token may come from, in the order of asking.
    sources: Vec<Source>,
    scope: String,
    last: Mutex<Option<AccessToken>>,
}

struct Source {
    name: &'static str,
    /// A source that cannot even be asked says why.
    credential: Result<Arc<dyn TokenCredential>, Error>,
}

impl Identity {
    /// The identity of a connection: what it or the environment names (a secret, a workload's token file), else that of
    /// an app service, of the command line tools, and of a virtual machine, the first that has one.
    pub(in crate::provider) fn of(connection: &Connection) -> Result<Self, String> {
        let text = |field: &str| connection.text(field).map(str::to_owned);
        let sender = Arc::new(Sender::new(connection)?);
        let options = || ClientOptions {
            transport: Some(Transport::new(sender.clone())),
            // Trying again is the engine's business.
            retry: RetryOptions::none(),
            cloud: text("authority_host").map(|host| {
                let mut custom = CustomConfiguration::default();
                custom.authority_host = host;
                Arc::new(CloudConfiguration::from(custom))
            }),
            ..ClientOptions::default()
        };
        let (tenant, client, file) = (text("tenant_id"), text("client_id"), text("federated_token_file"));
        let mut sources = Vec::new();
        let mut add = |name, credential| sources.push(Source { name, credential });
        let secret = connection.secret("client_secret");
        if let (Some(tenant), Some(client), Some(secret)) = (&tenant, &client, secret) {
            let secret = Secret::new(secret.expose_secret().to_owned());
            let options = ClientSecretCredentialOptions { client_options: options() };
            let made = ClientSecretCredential::new(tenant, client.clone(), secret, Some(options));
            add("the client secret", made.map(|made| made as Arc<dyn TokenCredential>));
        } else if let (Some(tenant), Some(client), Some(file)) = (&tenant, &client, file) {
            let options = WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options: options() },
                client_id: Some(client.clone()),
                tenant_id: Some(tenant.clone()),
                token_file_path: Some(PathBuf::from(file)),
            };
            let made = WorkloadIdentityCredential::new(Some(options));
            add("the workload's identity", made.map(|made| made as Arc<dyn TokenCredential>));
        } else {
            let managed = || {
                let user_assigned_id = client.clone().map(UserAssignedId::ClientId);
                let options = ManagedIdentityCredentialOptions { user_assigned_id, client_options: options() };
                ManagedIdentityCredential::new(Some(options)).map(|made| made as Arc<dyn TokenCredential>)
            };
            let tools = || {
                let azure = AzureCliCredential::new(None).map(|made| made as Arc<dyn TokenCredential>);
                let developer = AzureDeveloperCliCredential::new(None).map(|made| made as Arc<dyn TokenCredential>);
                [("the Azure CLI", azure), ("the Azure Developer CLI", developer)]
            };
            // A virtual machine's endpoint does not say that it is not there: one waits for it in vain.
            let is_service = std::env::var_os("IDENTITY_ENDPOINT").is_some();
            if is_service {
                add("the managed identity", managed());
            }
            tools().into_iter().for_each(|(name, made)| add(name, made));
            if !is_service {
                add("the managed identity", managed());
            }
        }
        let scope = text("scope").unwrap_or_else(|| SCOPE.to_owned());
        Ok(Self { sources, scope, last: Mutex::default() })
    }

    /// A token that is good for some minutes.
    pub(in crate::provider) async fn token(&self) -> Result<SecretString, Unidentified> {
        // Whoever comes while one is asked for waits for the same one.
        let mut last = self.last.lock().await;
        let now = OffsetDateTime::now_utc();
        let shown = |token: &AccessToken| SecretString::from(token.token.secret().to_owned());
        if let Some(token) = last.as_ref().filter(|token| token.expires_on > now + MARGIN) {
            return Ok(shown(token));
        }
        match self.ask().await {
            Ok(token) => Ok(shown(last.insert(token))),
            // The old one serves to its very end.
            Err(error) => last.as_ref().filter(|token| token.expires_on > now).map(shown).ok_or(error),
        }
    }

    async fn ask(&self) -> Result<AccessToken, Unidentified> {
        let mut kind = None;
        let mut told = Vec::new();
        for source in &self.sources {
            let asked = match &source.credential {
                Ok(credential) => credential.get_token(&[&self.scope], None).await,
                Err(error) => {
                    told.push(format!("{} cannot be used: {}", source.name, words(error)));
                    continue;
                }
            };
            match asked {
                Ok(token) => return Ok(token),
                Err(error) => {
                    kind = kind.or(Some(kind_of(&error)));
                    told.push(format!("{} gave none: {}", source.name, words(&error)));
                }
            }
        }
        Err(Unidentified { kind: kind.unwrap_or(ModelErrorKind::Status(401)), why: told.join("; ") })
    }
}

/// The status where there was one; a server that was not reached may be there later.
fn kind_of(error: &Error) -> ModelErrorKind {
    match error.kind() {
        ErrorKind::HttpResponse { status, .. } => ModelErrorKind::Status((*status).into()),
        ErrorKind::Connection | ErrorKind::Io => ModelErrorKind::Connect,
        _ => std::error::Error::source(error)
            .and_then(|source| source.downcast_ref::<Error>())
            .map_or(ModelErrorKind::Status(401), kind_of),
    }
}

/// The first sentence of an error and of what lies below it.
fn words(error: &Error) -> String {
    let mut text = error.to_string();
    let mut deeper = std::error::Error::source(error);
    while let Some(source) = deeper {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        deeper = source.source();
    }
    text.split("To troubleshoot").next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.sources.iter().map(|source| source.name).collect();
        formatter.debug_struct("Identity").field("sources", &names).field("scope", &self.scope).finish_non_exhaustive()
    }
}
