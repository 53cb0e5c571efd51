//! What tells models behind connections apart holds no secret, and does not change with who asks.

use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::value::Value;
use secrecy::SecretString;

use super::super::{Azure, OpenAi, OpenModels};

fn identity(kind: ConnectionKind, fields: &[(&str, &str)], secrets: &[(&str, &str)]) -> String {
    crate::provider::install_tls();
    let connection = Connection {
        name: "any".into(),
        kind,
        fields: fields.iter().map(|(name, value)| (Arc::from(*name), Value::from(*value))).collect(),
        secrets: secrets.iter().map(|(name, value)| (Arc::from(*name), SecretString::from(*value))).collect(),
        origin: "a test".into(),
    };
    let makers: [&dyn Connect; 3] = [&OpenAi, &Azure, &OpenModels];
    let maker = makers.into_iter().find(|maker| maker.serves(kind)).unwrap();
    maker.connect(&connection).unwrap().identity().unwrap()
}

#[test]
fn identities_tell_models_apart_and_hold_no_secret() {
    let (key, other) = (("api_key", "sk-secret-1"), ("api_key", "sk-secret-2"));
    let open_ai = |fields: &[(&str, &str)]| identity(ConnectionKind::OpenAi, fields, &[key]);
    let endpoint = ("endpoint", "https://team.openai.azure.com");
    let azure = |fields: &[(&str, &str)]| identity(ConnectionKind::Azure, fields, &[key]);
    let open_model = |family: &str| {
        let fields = [("endpoint_url", "https://host.example/score"), ("model_family", family)];
        identity(ConnectionKind::Custom, &fields, &[("endpoint_api_key", "sk-secret-1")])
    };
    let all = [
        open_ai(&[]),
        open_ai(&[("organization", "one")]),
        open_ai(&[("base_url", "https://gateway.example/v1")]),
        identity(ConnectionKind::Groq, &[], &[key]),
        azure(&[endpoint]),
        azure(&[endpoint, ("api_version", "v1")]),
        open_model("llama"),
        open_model("dolly"),
        identity(ConnectionKind::OpenAi, &[], &[key, ("headers.X-Route", "sk-secret-3")]),
    ];
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:#?}");
    assert!(all.iter().all(|identity| !identity.contains("secret")), "{all:#?}");
    assert_eq!(identity(ConnectionKind::OpenAi, &[], &[other]), all[0], "a new key is no other model");
    let named = open_ai(&[("base_url", "https://me:sk-secret-4@gateway.example/v1")]);
    assert_eq!(named, all[2], "nor is another user");
}
