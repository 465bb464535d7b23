//! The paths beside the calls: plan, statistics, and the model lists that gateways ask for.

use super::Mock;
use super::plan::{Plan, document};
use super::stats::count;

/// Answers a request that is not a call.
pub(crate) fn answer(mock: &Mock, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let path = path.split('?').next().unwrap_or_default();
    match (method, path) {
        ("GET", "/__stats") => document("200 OK", "", &mock.stats.to_json().to_string()),
        ("POST", "/__reset") => {
            mock.stats.reset();
            document("200 OK", "", "{}")
        }
        ("PUT", "/__plan") => match serde_json::from_slice::<Plan>(body) {
            Ok(plan) => {
                mock.follow(&plan);
                document("200 OK", "", "{}")
            }
            Err(error) => document("400 Bad Request", "", &serde_json::json!({"error": error.to_string()}).to_string()),
        },
        ("GET", path) if path.ends_with("/models") => document(
            "200 OK",
            "",
            r#"{"object":"list","data":[{"id":"bench-model","object":"model","created":1760000000,"owned_by":"bench"}]}"#,
        ),
        _ => {
            count(&mock.stats.unknown);
            document("404 Not Found", "", r#"{"error":{"message":"no such path","type":"invalid_request_error"}}"#)
        }
    }
}
