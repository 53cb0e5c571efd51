//! Open models behind endpoints of Azure ML, which promptflow's tool finds by `endpoint_name`.

use std::sync::Arc;

use super::super::Workbench;
use crate::connection::{Connection, ConnectionKind};
use crate::diag::Code;
use crate::doc::{NodeDoc, Report, Spanned};
use crate::model::Api;

/// Families of models that take no conversation but a text, whatever API is named.
const OF_TEXT: [&str; 4] = ["dolly", "gpt2", "gpt-2", "falcon"];

/// What a connection to such a model looks like.
const SHAPE: &str = "{ kind: custom, configs: { endpoint_url: \"https://…\", model_family: llama }, \
                     secrets: { endpoint_api_key: \"${env:…}\" } }";

/// Refuses an endpoint that only Azure's management API could find.
pub(super) fn refuse_lookup(doc: &NodeDoc, name: &Spanned<Arc<str>>, report: &mut Report) -> bool {
    let Some(kind) = doc.package.as_ref().and_then(|package| package.lookup.as_ref()) else { return false };
    let message = format!(
        "`{kind}/{}` is an endpoint whose address and key Azure ML's management API would have to tell, and it is not \
         asked",
        name.value
    );
    let help = format!("write `endpoint_name: connection/NAME`, and a connection NAME: {SHAPE}");
    report.error(Code::WrongConnection, name.span, message, help);
    true
}

/// Refuses connections of other kinds than those that can lead to an open model.
pub(super) fn refuse_kind(name: &Spanned<Arc<str>>, connection: &Connection, report: &mut Report) -> bool {
    if matches!(connection.kind, ConnectionKind::Custom | ConnectionKind::Mock) {
        return false;
    }
    let message = format!(
        "connection `{}` is of kind {}, but an open model's is of kind custom",
        name.value,
        connection.kind.name()
    );
    let help = format!("write `{}: {SHAPE}`; models of this connection are asked by `type: llm`", name.value);
    report.error(Code::WrongConnection, name.span, message, help);
    true
}

/// The API that is called: some families know no conversation.
pub(super) fn api(doc: &NodeDoc, bench: &Workbench<'_>, written: Option<Api>) -> Option<Api> {
    let name = doc.connection.as_ref()?;
    let resolved = bench.connections.connection(&name.value).ok();
    let family = resolved.and_then(|resolved| resolved.connection.text("model_family").map(str::to_lowercase));
    let is_of_text = family.is_some_and(|family| OF_TEXT.contains(&&*family));
    if is_of_text { written.map(|_| Api::Completion) } else { written }
}
