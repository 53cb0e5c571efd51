//! Azure without a key: tokens of the identity under which the program runs.

#[cfg(feature = "azure-identity")]
mod azure;
#[cfg(feature = "azure-identity")]
mod sender;

use flow_core::model::ModelErrorKind;

#[cfg(feature = "azure-identity")]
pub(super) use azure::Identity;

/// Why there is no token.
#[derive(Debug)]
pub(super) struct Unidentified {
    pub(super) kind: ModelErrorKind,
    pub(super) why: String,
}

/// No identity: this program was built without it.
#[cfg(not(feature = "azure-identity"))]
#[derive(Debug)]
pub(super) enum Identity {}

#[cfg(not(feature = "azure-identity"))]
impl Identity {
    pub(super) fn of(connection: &flow_core::connection::Connection) -> Result<Self, String> {
        let name = &connection.name;
        Err(format!("this build of flow has no Azure identities; give connection `{name}` an api_key"))
    }

    pub(super) async fn token(&self) -> Result<secrecy::SecretString, Unidentified> {
        match *self {}
    }
}
