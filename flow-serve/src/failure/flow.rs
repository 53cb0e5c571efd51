use axum::http::StatusCode;
use flow_core::exec::{InputError, NodeFailure, OutputError, RowError};
use flow_core::image::ImageError;
use flow_core::llm::LlmError;
use flow_core::model::ModelErrorKind;
use flow_core::project::ProjectError;
use flow_core::tool::ToolError;

use super::{Failure, Field};

impl From<&RowError> for Failure {
    /// A flow that failed: the request is blamed (400) where its inputs do not fit, the provider (502, 504) where a model or a service does
    /// not answer well, the server (500) where something is broken. What remains is a flow that cannot do anything with what it was
    /// given (422).
    fn from(error: &RowError) -> Self {
        let node = error.node().map(|node| node.innermost());
        let message = match error {
            RowError::Input(InputError::Picture { name, source }) => format!("input `{name}`: {}", of_picture(source)),
            RowError::Deadline { limit } => format!("the flow did not end within {} s", limit.as_secs_f64()),
            RowError::Cancelled => "the server is about to end, and stopped the flow; try again".to_owned(),
            other => other.to_string(),
        };
        let model = node.and_then(|node| match node.failure.innermost() {
            NodeFailure::Llm(error) => error.model_error(),
            _ => None,
        });
        let is_stopped = matches!(error, RowError::Deadline { .. } | RowError::Cancelled);
        Self {
            fields: fields(error),
            node: node.map(|node| node.node.to_string()),
            retry_after: model.and_then(|error| error.retry_after),
            is_passing: is_stopped || node.is_some_and(|node| node.failure.is_passing()),
            ..Self::new(status(error), error.code(), message)
        }
    }
}

fn fields(error: &RowError) -> Vec<Field> {
    match error {
        RowError::Input(InputError::Missing { names }) => names
            .0
            .iter()
            .map(|name| Field { input: name.to_string(), message: "it is not given".to_owned() })
            .collect(),
        RowError::Input(InputError::Misfit { name, source, .. }) => {
            vec![Field { input: name.to_string(), message: source.to_string() }]
        }
        RowError::Input(InputError::Picture { name, source }) => {
            vec![Field { input: name.to_string(), message: of_picture(source) }]
        }
        _ => Vec::new(),
    }
}

/// Why a picture cannot be had. Where the project lies on the server's disk is no client's business.
fn of_picture(error: &ImageError) -> String {
    match error {
        ImageError::Path(ProjectError::Missing { path, .. }) => format!("`{path}` is not there"),
        ImageError::Path(ProjectError::Outside { path, .. }) => format!("`{path}` lies outside of the flow's project"),
        other => other.to_string(),
    }
}

fn status(error: &RowError) -> StatusCode {
    match error {
        RowError::Input(_) => StatusCode::BAD_REQUEST,
        RowError::Deadline { .. } => StatusCode::GATEWAY_TIMEOUT,
        RowError::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
        RowError::Output(OutputError::NotData { .. }) | RowError::UnknownNode { .. } => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        RowError::Output(_) => StatusCode::UNPROCESSABLE_ENTITY,
        RowError::Node(node) => status_of_node(node.innermost().failure.innermost()),
    }
}

fn status_of_node(failure: &NodeFailure) -> StatusCode {
    match failure {
        NodeFailure::Timeout { .. } => StatusCode::GATEWAY_TIMEOUT,
        NodeFailure::Panic { .. } | NodeFailure::TooDeep { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        NodeFailure::Tool(ToolError::Failed { passing: true, .. }) => StatusCode::BAD_GATEWAY,
        NodeFailure::Llm(error) => match error.model_error() {
            Some(error) => status_of_model(error.kind),
            None => status_of_llm(error),
        },
        NodeFailure::Flow(error) => match status(error) {
            // Its inputs come from the flow that calls it.
            StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
            other => other,
        },
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn status_of_model(kind: ModelErrorKind) -> StatusCode {
    match kind {
        ModelErrorKind::Timeout | ModelErrorKind::Deadline => StatusCode::GATEWAY_TIMEOUT,
        ModelErrorKind::Cancelled | ModelErrorKind::Budget => StatusCode::SERVICE_UNAVAILABLE,
        ModelErrorKind::Recording => StatusCode::INTERNAL_SERVER_ERROR,
        ModelErrorKind::Status(_)
        | ModelErrorKind::Connect
        | ModelErrorKind::Broken
        | ModelErrorKind::Truncated
        | ModelErrorKind::InvalidResponse => StatusCode::BAD_GATEWAY,
    }
}

/// A model that answered, but not what was asked for, or that could not be asked.
fn status_of_llm(error: &LlmError) -> StatusCode {
    match error {
        LlmError::NoChoices
        | LlmError::NoVectors
        | LlmError::Output { .. }
        | LlmError::OutputCut { .. }
        | LlmError::NotJson { .. }
        | LlmError::NoSuchKey { .. } => StatusCode::BAD_GATEWAY,
        LlmError::NoDeployment => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
