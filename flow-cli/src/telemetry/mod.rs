//! Traces for a collector: the spans of a run in OpenTelemetry's form, sent over OTLP/HTTP when
//! `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) is set.
//!
//! Texts of prompts and answers stay here unless `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true`.

mod convert;
mod export;
mod messages;
mod names;
mod stream;

pub(crate) use export::send;
pub(crate) use stream::TraceStream;
