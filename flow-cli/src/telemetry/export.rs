use std::time::{Duration, SystemTime};

use flow_core::trace::Trace;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};

use super::convert;
use crate::ui;

/// How long a collector may take where `OTEL_EXPORTER_OTLP_TIMEOUT` says nothing.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends a trace that began at a moment to the collector that the environment names; nothing where it names none. What
/// goes wrong is a warning: a run does not fail for its trace.
pub(crate) async fn send(trace: &Trace, began: SystemTime) {
    let Some(endpoint) = endpoint() else { return };
    let spans = convert::spans(trace, began, None, wants_content());
    export(&endpoint, spans).await;
}

/// Whether texts of prompts and answers are told.
pub(super) fn wants_content() -> bool {
    is_true("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")
}

/// Sends spans to a collector.
pub(super) async fn export(endpoint: &str, spans: Vec<SpanData>) {
    let sent = async {
        let exporter = exporter(endpoint)?;
        exporter.export(spans).await.map_err(|error| match error.to_string() {
            text if text.contains("network error") => "it cannot be reached".to_owned(),
            text => text,
        })
    };
    let why = match tokio::time::timeout(timeout(), sent).await {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(_) => "it took too long".to_owned(),
    };
    ui::say_warning(&format!("the trace could not be sent to {}: {why}", shown(endpoint)));
}

/// The collector's address for traces, unless the environment switches traces off.
pub(super) fn endpoint() -> Option<String> {
    if is_true("OTEL_SDK_DISABLED") || variable("OTEL_TRACES_EXPORTER").is_some_and(|exporter| exporter == "none") {
        return None;
    }
    variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT"))
}

/// The address without what may be a password in it.
fn shown(endpoint: &str) -> String {
    match reqwest::Url::parse(endpoint) {
        Ok(url) => format!("{}://{}", url.scheme(), host(&url)),
        Err(_) => "the address that OTEL_EXPORTER_OTLP_ENDPOINT gives".to_owned(),
    }
}

fn host(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Address, headers and compression are read from the environment by the exporter itself.
fn exporter(endpoint: &str) -> Result<SpanExporter, String> {
    let protocol = variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL").or_else(|| variable("OTEL_EXPORTER_OTLP_PROTOCOL"));
    if let Some(other) = protocol.filter(|protocol| protocol != "http/protobuf") {
        return Err(format!("the protocol `{other}` is not supported; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"));
    }
    let url = reqwest::Url::parse(endpoint).map_err(|_| "it is not a web address".to_owned())?;
    let client = flow_tools::http_client(&url)?;
    let built = SpanExporter::builder().with_http().with_http_client(client).build();
    let mut exporter = built.map_err(|error| error.to_string())?;
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the name that is given here.
    let mut resource = Resource::builder();
    if variable("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("flow");
    }
    exporter.set_resource(&resource.build());
    Ok(exporter)
}

fn timeout() -> Duration {
    let given = variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT").or_else(|| variable("OTEL_EXPORTER_OTLP_TIMEOUT"));
    given.and_then(|text| text.parse().ok()).map_or(USUAL_TIMEOUT, Duration::from_millis)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_true(name: &str) -> bool {
    variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
