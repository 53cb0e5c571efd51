use axum::http::StatusCode;
use flow_core::exec::{NodeFailure, RowError};
use serde_json::json;

use crate::failure::Failure;
use crate::http::{self, Answer};

/// An answer that is an error, in promptflow's form.
pub(super) fn error(status: StatusCode, message: &str) -> Answer {
    let code = if status.is_server_error() { "SystemError" } else { "UserError" };
    http::json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// A row that failed. As in promptflow the request is blamed, whatever failed, but for defects and times that ran out.
pub(super) fn of_row(failure: &RowError) -> Answer {
    error(status_of(failure), &message_of(failure))
}

fn status_of(failure: &RowError) -> StatusCode {
    match failure {
        // A call may see that the row's time is up before the row does.
        late if late.code() == "deadline" => StatusCode::GATEWAY_TIMEOUT,
        RowError::Deadline { .. } | RowError::Cancelled | RowError::UnknownNode { .. } => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        RowError::Node(node) => match node.innermost().failure.innermost() {
            NodeFailure::Panic { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        },
        RowError::Input(_) | RowError::Output(_) => StatusCode::BAD_REQUEST,
    }
}

fn message_of(failure: &RowError) -> String {
    match failure {
        RowError::Deadline { limit } => format!("the flow did not end within {} s", limit.as_secs_f64()),
        other => other.to_string(),
    }
}

/// A request that is not taken, in promptflow's form.
pub(super) fn of(failure: impl Into<Failure>) -> Answer {
    let failure = failure.into();
    let mut answer = error(failure.status, &failure.message);
    failure.head(&mut answer);
    answer
}
