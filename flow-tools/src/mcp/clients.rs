use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use flow_core::value::Value;
use rmcp::model::JsonObject;

use super::client::Client;
use super::{Fault, Named, Server, ServerTool};
use crate::Permissions;
use crate::tool::{Reach, http_client};

/// The connections of a run: one for each server, made when it is first asked, and made anew when it broke.
pub(crate) struct Clients {
    permissions: Permissions,
    reach: Reach,
    http: OnceLock<Result<reqwest::Client, String>>,
    open: Mutex<HashMap<Named, Arc<Place>>>,
}

/// Where a server's connection is kept, so that callers that come at once wait for one.
type Place = tokio::sync::Mutex<Option<Arc<Client>>>;

impl std::fmt::Debug for Clients {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Clients")
    }
}

impl Clients {
    /// Connections to what may be run and reached.
    pub(crate) fn new(permissions: Permissions) -> Self {
        let reach = Reach::of(permissions);
        Self { permissions, reach, http: OnceLock::new(), open: Mutex::default() }
    }

    /// Calls a tool of a server.
    pub(crate) async fn call(
        &self,
        named: &Named,
        tool: &str,
        arguments: JsonObject,
        time: Duration,
    ) -> Result<Value, Fault> {
        let call = async { self.client(named).await?.call(tool, arguments).await };
        within(named, time, call).await
    }

    /// The tools of a server.
    pub(crate) async fn tools(&self, named: &Named, time: Duration) -> Result<Vec<ServerTool>, Fault> {
        within(named, time, async { self.client(named).await?.tools().await }).await
    }

    async fn client(&self, named: &Named) -> Result<Arc<Client>, Fault> {
        self.check(named)?;
        let place = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(open.entry(named.clone()).or_default())
        };
        let mut place = place.lock().await;
        if let Some(client) = place.as_ref().filter(|client| client.is_alive()) {
            return Ok(Arc::clone(client));
        }
        *place = None;
        // Connecting is rare, and its future is large.
        let client = Arc::new(Box::pin(Client::connect(named, || self.http())).await?);
        *place = Some(Arc::clone(&client));
        Ok(client)
    }

    /// A proxy would connect to whatever it likes, so that one is used only if everything may be reached.
    fn http(&self) -> Result<&reqwest::Client, String> {
        let build = || http_client(&self.reach, self.permissions.private_network);
        self.http.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    fn check(&self, named: &Named) -> Result<(), Fault> {
        let server = || named.name.clone();
        match &named.server {
            Server::Program(_) if self.permissions.exec => Ok(()),
            Server::Program(_) => Err(Fault::NotAllowed { server: server() }),
            Server::Address { url, .. } => {
                let refused = |why: String| Fault::Refused { server: server(), message: why };
                let url = reqwest::Url::parse(url.trim())
                    .map_err(|error| refused(format!("its address is none: {error}")))?;
                self.reach.check(&url).map_err(|why| refused(why.to_string()))
            }
        }
    }
}

async fn within<T>(named: &Named, time: Duration, call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let slow = || Fault::TooSlow { server: named.name.clone(), time };
    tokio::time::timeout(time, call).await.unwrap_or_else(|_| Err(slow()))
}
