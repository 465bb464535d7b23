//! Records of calls as the API shows them: names of the old gateways where they mean the same, and everything else.

mod csv;

use serde::Serialize;
use serde_json::value::RawValue;
use sluice_domain::call::Attempt;
use sluice_domain::clock::Timestamp;
use sluice_domain::money::Micros;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::CallRow;
use utoipa::ToSchema;

use crate::admin::access::Identity;

/// What owners are told of an attempt that another one followed.
const FAILED: &str = "upstream_failed";

/// How much of a call is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Everything.
    Whole,
    /// What its owner sees: nothing of providers and credentials.
    Owner,
}

impl Sight {
    pub(super) fn of(identity: &Identity) -> Self {
        if identity.is_admin() { Self::Whole } else { Self::Owner }
    }
}

/// The record of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallView {
    /// The id that the client got as `x-sluice-call`.
    id: String,
    /// The same as `id`.
    relay_request_id: String,
    /// The upstream's own id of the request; empty if it sent none.
    request_id: String,
    /// When the call began, Unix seconds.
    created_at: i64,
    /// When the call began, Unix milliseconds.
    created_at_ms: i64,
    user_id: i64,
    /// Id of the key.
    aggregated_token_id: i64,
    /// Provider that answered; `null` for none, and for users who may not see it.
    provider_id: Option<i64>,
    provider_name: Option<String>,
    /// Credential that was used for the answer.
    provider_token_id: Option<i64>,
    /// Dialect of the caller.
    dialect: String,
    /// What was asked for, such as `chat_completions`.
    operation: String,
    /// Model that answered, or that was asked for if none did.
    model_name: String,
    /// Model asked for.
    request_model_original: String,
    /// Model that the name stands for; the same where it stands for itself.
    request_model_canonical: String,
    /// Model sent upstream; empty if nothing was sent.
    request_model_resolved: Option<String>,
    /// All tokens read, cached ones included.
    prompt_tokens: u64,
    /// All tokens written, reasoning included.
    completion_tokens: u64,
    /// Tokens read from the vendor's cache.
    cache_tokens: u64,
    /// Tokens written to the vendor's cache.
    cache_creation_tokens: u64,
    cache_creation_5m_tokens: u64,
    cache_creation_1h_tokens: u64,
    /// What was consumed, in classes that do not overlap.
    usage: UsageView,
    /// `reported` by the upstream, `estimated` by Sluice, or `missing`.
    usage_source: &'static str,
    /// What the call cost the operator, US dollars; `null` when no price is known, and for the owners of billed calls, who
    /// pay `charged_micros` instead.
    #[schema(value_type = Option<f64>)]
    cost_usd: Option<Box<RawValue>>,
    /// The same in millionths of a US dollar.
    cost_micros: Option<i64>,
    /// What the caller paid, micro-dollars; null when nobody was billed.
    charged_micros: Option<i64>,
    /// From the request's arrival to the end.
    response_time_ms: u64,
    /// From the request's arrival to the first byte of the answer's body; 0 for none.
    first_token_ms: u64,
    is_stream: bool,
    /// 1 when the client got an answer without an error, else 0.
    status: i64,
    /// HTTP status that the client got; 0 when it left before any.
    status_code: u16,
    /// HTTP status of the last attempt; 0 when none came.
    transport_status_code: u16,
    /// `complete`, `abandoned`, `broken` or `refused`.
    outcome: &'static str,
    /// Stable code of the error that the client got; empty for none.
    error_message: String,
    /// Kind of the error: `transport_error`, `upstream_error`, `invalid_response`, `read_error`, `refused`; empty for none.
    failure_category: &'static str,
    client_ip: String,
    /// Number of attempts; with `aggregation=attempt` which one this is, counted from 1.
    attempt_index: usize,
    /// Every try, in order.
    attempts: Vec<AttemptView>,
}

/// One try of a call at one route.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptView {
    provider_id: Option<i64>,
    provider_name: Option<String>,
    provider_token_id: Option<i64>,
    /// Model name that was sent.
    model: Option<String>,
    /// HTTP status of the upstream; 0 when none came.
    status: u16,
    /// Start, in milliseconds after the call began.
    started_ms: u64,
    duration_ms: u64,
    /// What went wrong; `null` when the answer was accepted.
    error: Option<String>,
    /// The dialect that the request was converted into; `null` where it went as it came.
    dialect: Option<String>,
    /// What the conversion could not carry, as the header `x-sluice-losses` told the caller; empty for nothing.
    losses: String,
}

impl AttemptView {
    fn of(attempt: Attempt, sight: Sight) -> Self {
        let is_whole = sight == Sight::Whole;
        Self {
            provider_id: is_whole.then_some(attempt.provider_id.0),
            provider_name: is_whole.then_some(attempt.provider_name),
            provider_token_id: is_whole.then_some(attempt.credential_id.0),
            model: is_whole.then_some(attempt.model),
            status: attempt.status,
            started_ms: attempt.started_ms,
            duration_ms: attempt.duration_ms,
            error: attempt.error.filter(|_| is_whole),
            dialect: attempt.dialect,
            losses: attempt.losses,
        }
    }
}

/// Token counts by class, and what is counted otherwise.
#[derive(Debug, Serialize, ToSchema)]
struct UsageView {
    input: u64,
    cache_read: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
    input_audio: u64,
    input_image: u64,
    output: u64,
    reasoning: u64,
    output_audio: u64,
    output_image: u64,
    calls: u64,
    duration_ms: u64,
    images: u64,
}

impl From<Usage> for UsageView {
    fn from(usage: Usage) -> Self {
        Self {
            input: usage.input,
            cache_read: usage.cache_read,
            cache_write_5m: usage.cache_write_5m,
            cache_write_1h: usage.cache_write_1h,
            input_audio: usage.input_audio,
            input_image: usage.input_image,
            output: usage.output,
            reasoning: usage.reasoning,
            output_audio: usage.output_audio,
            output_image: usage.output_image,
            calls: usage.calls,
            duration_ms: usage.duration_ms,
            images: usage.images,
        }
    }
}

/// Writes an amount as a JSON number without going through a float.
pub(super) fn dollars(amount: Micros) -> Option<Box<RawValue>> {
    RawValue::from_string(amount.to_string()).ok()
}

/// Returns the kind of an error by its stable code.
fn category(error: &str) -> &'static str {
    match error {
        "" => "",
        "upstream_unreachable" | "upstream_timeout" => "transport_error",
        "upstream_broken" => "read_error",
        "upstream_invalid_answer" => "invalid_response",
        _ if error.starts_with("upstream_") || error == "no_healthy_provider" => "upstream_error",
        _ => "refused",
    }
}

impl CallView {
    pub(super) fn of(row: CallRow, sight: Sight) -> Self {
        let is_whole = sight == Sight::Whole;
        let id = row.id.to_string();
        let is_good = row.error.is_empty();
        // What the operator pays is nobody's business who pays more.
        let cost = row.cost.filter(|_| is_whole || row.charged.is_none());
        let answered_by = if row.model_used.is_empty() || !is_whole { &row.model_asked } else { &row.model_used };
        // Which model a name stands for is the operator's to tell.
        let stands_for = row.decision.and_then(|decision| decision.model).filter(|_| is_whole);
        Self {
            relay_request_id: id.clone(),
            id,
            request_id: row.upstream_request_id,
            created_at: row.created_at.unix_secs(),
            created_at_ms: row.created_at.0,
            user_id: row.user_id.0,
            aggregated_token_id: row.key_id.0,
            provider_id: row.provider_id.filter(|_| is_whole).map(|id| id.0),
            provider_name: is_whole.then_some(row.provider_name),
            provider_token_id: row.credential_id.filter(|_| is_whole).map(|id| id.0),
            dialect: row.dialect,
            operation: row.operation,
            model_name: answered_by.clone(),
            request_model_canonical: stands_for.unwrap_or_else(|| row.model_asked.clone()),
            failure_category: category(&row.error),
            request_model_original: row.model_asked,
            request_model_resolved: is_whole.then_some(row.model_used),
            prompt_tokens: row.usage.total_input(),
            completion_tokens: row.usage.total_output(),
            cache_tokens: row.usage.cache_read,
            cache_creation_tokens: row.usage.cache_write_5m.saturating_add(row.usage.cache_write_1h),
            cache_creation_5m_tokens: row.usage.cache_write_5m,
            cache_creation_1h_tokens: row.usage.cache_write_1h,
            usage: row.usage.into(),
            usage_source: row.usage_source.as_str(),
            cost_usd: cost.and_then(dollars),
            cost_micros: cost.map(|cost| cost.0),
            charged_micros: row.charged.map(|charged| charged.0),
            response_time_ms: row.duration_ms,
            first_token_ms: row.first_token_ms.unwrap_or(0),
            is_stream: row.stream,
            status: i64::from(is_good),
            status_code: row.status,
            transport_status_code: row.attempts.last().map_or(0, |attempt| attempt.status),
            outcome: row.outcome.as_str(),
            error_message: row.error,
            client_ip: row.client_ip.map(|address| address.to_string()).unwrap_or_default(),
            attempt_index: row.attempts.len(),
            attempts: row.attempts.into_iter().map(|attempt| AttemptView::of(attempt, sight)).collect(),
        }
    }

    /// Returns one row for each attempt of a call, the last first, and one for a call without any. What the call used and
    /// cost belongs to the attempt whose answer the client got, which is the last one.
    pub(super) fn attempts_of(row: &CallRow, sight: Sight) -> Vec<Self> {
        let whole = Self::of(row.clone(), sight);
        let Some((last, before)) = row.attempts.split_last() else { return vec![whole] };
        let mut rows = vec![whole];
        for (place, attempt) in before.iter().enumerate().rev() {
            let failed = CallRow {
                model_used: attempt.model.clone(),
                provider_id: Some(attempt.provider_id),
                provider_name: attempt.provider_name.clone(),
                credential_id: Some(attempt.credential_id),
                status: attempt.status,
                error: attempt.error.clone().filter(|_| sight == Sight::Whole).unwrap_or_else(|| FAILED.to_owned()),
                usage: Usage::default(),
                usage_source: UsageSource::Missing,
                cost: None,
                charged: None,
                first_token_ms: None,
                duration_ms: attempt.duration_ms,
                upstream_request_id: String::new(),
                attempts: vec![attempt.clone()],
                created_at: Timestamp(row.created_at.0.saturating_add_unsigned(attempt.started_ms)),
                ..row.clone()
            };
            rows.push(Self { attempt_index: place + 1, ..Self::of(failed, sight) });
        }
        if let Some(whole) = rows.first_mut() {
            whole.attempts = vec![AttemptView::of(last.clone(), sight)];
        }
        rows
    }
}
