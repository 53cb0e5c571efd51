use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// `hash.digest`: a fingerprint.
#[derive(Debug)]
pub struct HashDigest;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// What is hashed: a text by its UTF-8 bytes, any other value by its JSON text.
    #[schemars(with = "serde_json::Value")]
    value: Value,
    /// The algorithm.
    #[serde(default)]
    algorithm: Algorithm,
    /// How the bytes are written.
    #[serde(default)]
    encoding: Encoding,
}

impl TypedTool for HashDigest {
    const NAME: &'static str = "hash.digest";
    const SUMMARY: &'static str = "Gives the SHA-2 fingerprint of a value.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "value: hello",
        gives: r#""2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let json;
        let bytes = match inputs.value.as_str() {
            Some(text) => text.as_bytes(),
            None => {
                json = inputs.value.to_json();
                json.as_bytes()
            }
        };
        let digest = match inputs.algorithm {
            Algorithm::Sha256 => Sha256::digest(bytes).to_vec(),
            Algorithm::Sha384 => Sha384::digest(bytes).to_vec(),
            Algorithm::Sha512 => Sha512::digest(bytes).to_vec(),
        };
        Ok(match inputs.encoding {
            Encoding::Hex => digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            Encoding::Base64 => STANDARD.encode(&digest),
        }
        .into())
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    #[default]
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Hex,
    Base64,
}
