//! Azure OpenAI: deployments in the path, a version in the query, the secret in `api-key`.

use bytes::Bytes;
use http::Method;
use serde_json::json;

use crate::call::Call;
use crate::failure::{Dialect, Failure};
use crate::openai::{self, Operation};
use crate::reply::{Reply, data_event};

/// Errors of the front door have Azure's shape; those of the model behind it have OpenAI's.
pub(crate) fn dialect(call: &Call<'_>) -> Dialect {
    let is_known = authorize(call).is_ok() && locate(call).is_ok();
    if is_known { openai::dialect(call) } else { Dialect::Azure }
}

/// Checks `api-key`; the newer surface also takes a bearer.
pub(crate) fn authorize(call: &Call<'_>) -> Result<(), Failure> {
    let given = call.inbound.header("api-key").or_else(|| call.inbound.bearer());
    if given == Some(call.settings.secret.as_str()) {
        return Ok(());
    }
    Err(Failure::new(
        401,
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an \
         active subscription and use a correct regional API endpoint for your resource.",
    ))
}

/// Answers a call below `/openai`.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let operation = locate(call)?;
    let reply = openai::operate(call, &operation)?;
    Ok(if operation == Operation::Chat && reply.streamed { with_prompt_filter(reply) } else { reply })
}

fn locate(call: &Call<'_>) -> Result<Operation, Failure> {
    let missing = || Failure::new(404, "Resource not found");
    let segments = call.inbound.segments();
    let method = &call.inbound.method;
    let rest = match segments.as_slice() {
        ["openai", "v1", rest @ ..] => return openai::locate(method, rest).ok_or_else(missing),
        ["openai", rest @ ..] => rest,
        _ => return Err(missing()),
    };
    if call.inbound.query("api-version").is_none_or(str::is_empty) {
        return Err(missing());
    }
    match rest {
        ["deployments", deployment, rest @ ..] if method == Method::POST => {
            if call.has_model(deployment) {
                openai::locate(method, rest).ok_or_else(missing)
            } else {
                Err(Failure::new(
                    404,
                    "The API deployment for this resource does not exist. If you created the deployment within the \
                     last 5 minutes, please wait a moment and try again.",
                )
                .with_code("DeploymentNotFound"))
            }
        }
        ["responses", ..] | ["models", ..] => openai::locate(method, rest).ok_or_else(missing),
        _ => Err(missing()),
    }
}

/// Azure's streams begin with a chunk that has no choices.
fn with_prompt_filter(mut reply: Reply) -> Reply {
    let safe = json!({"filtered": false, "severity": "safe"});
    let results = json!({"hate": safe, "self_harm": safe, "sexual": safe, "violence": safe});
    let first: Bytes = data_event(&json!({
        "choices": [], "created": 0, "id": "", "model": "", "object": "",
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": results}],
    }));
    reply.frames.insert(0, first);
    reply
}
