//! What flows fetch besides the model's answers: a page and a picture.

use serde_json::Value;

use super::python_json::digest;

/// A red PNG of 2 by 2 pixels.
pub(crate) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\
    \x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x02\x08\x02\x00\x00\x00\xfd\xd4\x9a\x73\
    \x00\x00\x00\x10IDAT\x78\x9c\x63\xf8\xcf\xc0\x00\x44\x0c\x10\x0a\x00\x1f\xee\x03\xfd\x8b\x5f\x14\xd4\
    \x00\x00\x00\x00IEND\xae\x42\x60\x82";

/// A small HTML page about `name`.
pub(crate) fn page(name: &str) -> String {
    let number = &digest(&Value::from(name))[..6];
    format!(
        "<html><head><title>Page {name}</title><style>p {{}}</style></head><body><h1>Page {name}</h1>\
         <p>This page is about {name}. Its number is {number}.</p><p>Nothing else is here.</p></body></html>"
    )
}
