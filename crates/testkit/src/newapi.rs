//! A NewAPI relay site: three dialects under one address, one secret for all, and its own words for its own errors.

use crate::call::Call;
use crate::failure::{Dialect, Failure};
use crate::reply::Reply;
use crate::{anthropic, gemini, openai};

/// Models listed by default.
pub(crate) const MODELS: &[&str] =
    &["gpt-4o", "gpt-4o-mini", "claude-sonnet-5", "gemini-2.5-flash", "deepseek-chat", "text-embedding-3-small"];

/// Returns the dialect that a path belongs to.
pub(crate) fn dialect(call: &Call<'_>) -> Dialect {
    let segments = call.inbound.segments();
    match segments.as_slice() {
        ["v1", "messages", ..] => Dialect::Anthropic,
        ["v1beta", ..] => Dialect::Gemini,
        ["v1", "models", name, ..] if name.contains(':') => Dialect::Gemini,
        _ => openai::dialect(call),
    }
}

/// Checks the secret wherever the dialect's own clients put it.
pub(crate) fn authorize(call: &Call<'_>) -> Result<(), Failure> {
    let inbound = call.inbound;
    let own = match dialect(call) {
        Dialect::Anthropic => inbound.header("x-api-key"),
        Dialect::Gemini => inbound.header("x-goog-api-key").or_else(|| inbound.query("key")),
        Dialect::OpenAi | Dialect::Responses | Dialect::Azure => None,
    };
    let given = own.or_else(|| inbound.bearer()).map(str::trim);
    let Some(given) = given else { return Err(own_error(call, 401, "未提供令牌")) };
    let objection = match call.site {
        Some(site) => site.objection(given),
        None => (given != call.settings.secret).then(|| (401, "无效的令牌".to_owned())),
    };
    objection.map_or(Ok(()), |(status, text)| Err(own_error(call, status, &text)))
}

/// Answers a call in the dialect of its path.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let answered = match dialect(call) {
        Dialect::Anthropic => anthropic::answer(call),
        Dialect::Gemini => gemini::answer(call),
        Dialect::OpenAi | Dialect::Responses | Dialect::Azure => openai::answer(call),
    };
    answered.map_err(|failure| match failure.code.as_deref() {
        // A site without a channel for a model says so itself.
        Some("model_not_found") => {
            let text = "No available channel for this model under group default (distributor)";
            own_error(call, 503, text).with_code("model_not_found")
        }
        _ => failure,
    })
}

fn own_error(call: &Call<'_>, status: u16, text: &str) -> Failure {
    let message = format!("{text} (request id: {})", call.id("", 16));
    Failure::new(status, message).with_kind("new_api_error").with_param("")
}
