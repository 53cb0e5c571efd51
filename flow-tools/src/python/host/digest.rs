use md5::Md5;
use monty_types::{ExcType, MontyException, MontyObject};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{Answer, Given, HostState, text, wrong};

fn bytes<'a>(given: Given<'a>, at: usize) -> Result<&'a [u8], MontyException> {
    match given.get(at) {
        Some(MontyObject::Bytes(bytes)) => Ok(bytes),
        _ => Err(wrong("needs bytes")),
    }
}

/// `digest(algorithm, bytes)`: the digest as bytes.
pub(super) fn digest(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let data = bytes(given, 1)?;
    let digest = match text(given, 0)? {
        "md5" => Md5::digest(data).to_vec(),
        "sha1" => sha1_smol::Sha1::from(data).digest().bytes().to_vec(),
        "sha224" => Sha224::digest(data).to_vec(),
        "sha256" => Sha256::digest(data).to_vec(),
        "sha384" => Sha384::digest(data).to_vec(),
        "sha512" => Sha512::digest(data).to_vec(),
        other => {
            let message = format!("unsupported hash type {other}");
            return Err(MontyException::new(ExcType::ValueError, Some(message)));
        }
    };
    Ok(Answer::Value(MontyObject::Bytes(digest)))
}

/// `sha1(bytes)`: the digest in hexadecimal digits.
pub(super) fn sha1(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    Ok(Answer::Value(MontyObject::String(sha1_smol::Sha1::from(bytes(given, 0)?).digest().to_string())))
}
