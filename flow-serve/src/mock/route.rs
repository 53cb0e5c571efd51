use flow_core::model::Api;
use hyper::Method;
use percent_encoding::percent_decode_str;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// To the model; on Azure the path names the deployment.
    Call { api: Api, deployment: Option<String> },
    /// To the list of models.
    Models,
    /// To one of them.
    Model(String),
    /// To what was asked so far.
    Stats,
    /// To the begin anew of that.
    ForgetStats,
    /// To something that does not take this method.
    WrongMethod,
    /// To an Azure path without its version.
    NoVersion,
    /// Nowhere.
    Unknown,
}

/// Finds where a request goes.
pub(super) fn route(method: &Method, path: &str, query: Option<&str>) -> Route {
    let path = path.trim_end_matches('/');
    if path == "/stats" {
        return match *method {
            Method::GET => Route::Stats,
            Method::DELETE => Route::ForgetStats,
            _ => Route::WrongMethod,
        };
    }
    let mut deployment = None;
    let mut rest = path;
    if let Some(azure) = path.strip_prefix("/openai") {
        rest = azure;
        if let Some((name, behind)) = azure.strip_prefix("/deployments/").and_then(|named| named.split_once('/')) {
            deployment = Some(decoded(name));
            rest = &azure[azure.len() - behind.len() - 1..];
            if !query.unwrap_or_default().split('&').any(|pair| pair.starts_with("api-version=")) {
                return Route::NoVersion;
            }
        }
    }
    if deployment.is_none() {
        rest = rest.strip_prefix("/v1").unwrap_or(rest);
    }
    let apis = [Api::Chat, Api::Completion, Api::Responses, Api::Embedding];
    if let Some(api) = apis.into_iter().find(|api| api.path() == rest) {
        return if *method == Method::POST { Route::Call { api, deployment } } else { Route::WrongMethod };
    }
    let found = match rest.strip_prefix("/models") {
        Some("") => Route::Models,
        Some(name) if name.starts_with('/') => Route::Model(decoded(&name[1..])),
        _ => return Route::Unknown,
    };
    if *method == Method::GET { found } else { Route::WrongMethod }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_openai_and_azure_are_known() {
        let call = |api, deployment: Option<&str>| Route::Call { api, deployment: deployment.map(str::to_owned) };
        let cases = [
            ("POST", "/v1/chat/completions", None, call(Api::Chat, None)),
            ("POST", "/chat/completions", None, call(Api::Chat, None)),
            ("POST", "/v1/completions/", None, call(Api::Completion, None)),
            ("POST", "/v1/embeddings", None, call(Api::Embedding, None)),
            ("POST", "/openai/v1/responses", None, call(Api::Responses, None)),
            (
                "POST",
                "/openai/deployments/my%20gpt/chat/completions",
                Some("a=b&api-version=2024-02-01"),
                call(Api::Chat, Some("my gpt")),
            ),
            ("POST", "/openai/deployments/gpt/embeddings", None, Route::NoVersion),
            ("POST", "/openai/deployments/gpt", Some("api-version=1"), Route::Unknown),
            ("GET", "/v1/chat/completions", None, Route::WrongMethod),
            ("GET", "/v1/models", None, Route::Models),
            ("GET", "/models/gpt-4o", None, Route::Model("gpt-4o".into())),
            ("GET", "/v1/modelsx", None, Route::Unknown),
            ("DELETE", "/v1/models", None, Route::WrongMethod),
            ("GET", "/stats", None, Route::Stats),
            ("DELETE", "/stats", None, Route::ForgetStats),
            ("POST", "/stats", None, Route::WrongMethod),
            ("GET", "/", None, Route::Unknown),
            ("POST", "/v2/chat/completions", None, Route::Unknown),
        ];
        for (method, path, query, expected) in cases {
            assert_eq!(route(&method.parse().unwrap(), path, query), expected, "{method} {path}");
        }
    }
}
