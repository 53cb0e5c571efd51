use flow_core::connection::{Connection, ConnectionKind};
use flow_core::model::{ModelError, ModelErrorKind};
use serde_json::Value as Json;

use super::azure::AzureModel;
use super::openai::OpenAiModel;
use super::wire::Route;

/// The models that a connection's provider lists, which costs nothing and needs the key; of Azure, those that could be
/// deployed.
///
/// # Errors
/// What the connection lacks, or why there is no list. A provider may well have none, and answer 404.
pub async fn list_models(connection: &Connection) -> Result<Vec<String>, ModelError> {
    let lacking = |why: String| ModelError::new(ModelErrorKind::InvalidResponse, why);
    let list = match connection.kind {
        ConnectionKind::Azure => {
            let model = AzureModel::of(connection).map_err(lacking)?;
            model.wire.list(model.listing()).await?
        }
        _ => {
            let model = OpenAiModel::of(connection).map_err(lacking)?;
            model.wire.list(Route { path: "/models".into(), query: None }).await?
        }
    };
    let models = list.get("data").or_else(|| list.get("models")).unwrap_or(&list).as_array();
    let name = |model: &Json| Some(model.get("id").or_else(|| model.get("name"))?.as_str()?.to_owned());
    models.map(|models| models.iter().filter_map(name).collect()).ok_or_else(|| {
        ModelError::new(
            ModelErrorKind::InvalidResponse,
            "what it gave is no list of models; does it speak the OpenAI API?",
        )
    })
}
