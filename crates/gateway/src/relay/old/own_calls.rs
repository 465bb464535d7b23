//! `GET /usage` and `GET /usage/request_detail`: the latest calls of the key that asks, one record for each attempt.
//!
//! What was said and answered is in no record here, so the details of a request have neither headers nor body.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use http::Response;
use http::header::{self, HeaderValue};
use serde_json::{Value, json};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_domain::key::Caller;
use sluice_protocol::operation::Operation;
use sluice_store::{CallFilter, CallRow, StoreError};
use uuid::Uuid;

use super::parameter;
use crate::config::FILE_OWNER;
use crate::relay::fault::{Fault, Kind};
use crate::relay::wire::body::RelayBody;
use crate::relay::{RelayResponse, Shared};

const USUAL_ROWS: u64 = 100;
const MAX_ROWS: u64 = 1_000;
/// Longest wait for the database's answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
const NANOS_PER_MS: u64 = 1_000_000;
/// Numbers that JavaScript has exactly.
const ID_BITS: u64 = (1 << 53) - 1;
const SUCCESS: &str = "success";
const FAILURE: &str = "failure";

/// Lists the calls of a key, newest first.
pub(super) async fn list(shared: &Shared, caller: &Caller, query: &str) -> Result<RelayResponse, Fault> {
    let limit = parameter(query, "limit").and_then(|text| text.parse().ok()).filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(USUAL_ROWS).min(MAX_ROWS);
    let rows = match parameter(query, "request_id") {
        Some(id) => find(shared, caller, &id).await?.into_iter().collect(),
        None => latest(shared, caller, limit).await?,
    };
    let sees_providers = caller.key.user_id == FILE_OWNER;
    let records: Vec<Value> =
        rows.iter().flat_map(|row| records_of(row, sees_providers)).take(usize::try_from(limit).unwrap_or(0)).collect();
    let sum = |name: &str| records.iter().filter_map(|record| record.get(name)?.as_u64()).sum::<u64>();
    Ok(answer(&json!({
        "summary": {
            "total_requests": records.len(),
            "total_prompt_tokens": sum("request_tokens"),
            "total_completion_tokens": sum("response_tokens"),
        },
        "data": records,
    })))
}

/// Shows one call of a key.
pub(super) async fn read(shared: &Shared, caller: &Caller, query: &str) -> Result<RelayResponse, Fault> {
    let missing = || Fault::about(Kind::InvalidQuery, "request_id", "request_id is required");
    let id = parameter(query, "request_id").ok_or_else(missing)?;
    let unknown = || Fault::new(Kind::ObjectNotFound, "request not found");
    let row = find(shared, caller, &id).await?.ok_or_else(unknown)?;
    Ok(answer(&json!({
        "id": number_of(&row, 0),
        "created_at": time(row.created_at),
        "request_id": row.id.to_string(),
        "method": operation(&row).map_or_else(String::new, |operation| operation.method().to_string()),
        "path": path(&row),
        "headers": {},
        "body": "",
    })))
}

async fn latest(shared: &Shared, caller: &Caller, limit: u64) -> Result<Vec<CallRow>, Fault> {
    let filter = CallFilter { key_id: Some(caller.key.id), ..CallFilter::default() };
    let store = Arc::clone(&shared.store);
    ask(shared, async move { store.list_calls(&filter, None, limit).await }).await
}

/// Returns a call if it was made with this key.
async fn find(shared: &Shared, caller: &Caller, id: &str) -> Result<Option<CallRow>, Fault> {
    let Ok(id) = Uuid::try_parse(id) else { return Ok(None) };
    let store = Arc::clone(&shared.store);
    let found = ask(shared, async move { store.find_call(CallId(id), None).await }).await?;
    Ok(found.filter(|row| row.key_id == caller.key.id))
}

/// Asks the database on the control runtime.
async fn ask<T: Send + 'static>(
    shared: &Shared,
    question: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, Fault> {
    let away = || Fault::later(Kind::StoreUnavailable, "the records cannot be read right now; try again", 2);
    match shared.control.spawn(tokio::time::timeout(ANSWER_WAIT, question)).await {
        Ok(Ok(Ok(answer))) => Ok(answer),
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "reading records failed");
            Err(away())
        }
        Ok(Err(_)) | Err(_) => Err(away()),
    }
}

/// Returns a record for each attempt, the last one first; one for a call that had none.
fn records_of(row: &CallRow, sees_providers: bool) -> Vec<Value> {
    let count = row.attempts.len();
    let latency_ms = row.first_token_ms.unwrap_or(0);
    if count == 0 {
        let ms = (row.duration_ms, latency_ms);
        return vec![record(
            row,
            &Try { number: 1, provider: "", model: "", status: row.status, error: &row.error, ms },
        )];
    }
    let provider = |name| if sees_providers { name } else { "" };
    let each = row.attempts.iter().enumerate().rev().map(|(index, attempt)| {
        let is_last = index + 1 == count;
        let ms = (attempt.duration_ms, if is_last { latency_ms.saturating_sub(attempt.started_ms) } else { 0 });
        record(
            row,
            &Try {
                number: index + 1,
                provider: provider(attempt.provider_name.as_str()),
                model: &attempt.model,
                status: attempt.status,
                error: attempt.error.as_deref().unwrap_or_default(),
                ms,
            },
        )
    });
    each.collect()
}

/// One attempt, as its record tells it.
struct Try<'a> {
    number: usize,
    provider: &'a str,
    model: &'a str,
    status: u16,
    error: &'a str,
    /// In all, and to the first byte.
    ms: (u64, u64),
}

fn record(row: &CallRow, one: &Try<'_>) -> Value {
    let has_answered = one.error.is_empty();
    let tokens = |count: u64| if has_answered { count } else { 0 };
    let mut record = json!({
        "id": number_of(row, one.number),
        "created_at": time(row.created_at),
        "path": path(row),
        "provider": one.provider,
        "model": one.model,
        "original_model": row.model_asked,
        "provider_request_id": if has_answered { row.upstream_request_id.as_str() } else { "" },
        "request_id": row.id.to_string(),
        "attempt": one.number,
        "request_tokens": tokens(row.usage.total_input()),
        "response_tokens": tokens(row.usage.total_output()),
        "status_code": one.status,
        "status": if has_answered { SUCCESS } else { FAILURE },
        "duration": one.ms.0.saturating_mul(NANOS_PER_MS),
        "first_token_latency": one.ms.1.saturating_mul(NANOS_PER_MS),
    });
    if let Some(members) = record.as_object_mut().filter(|_| !has_answered) {
        members.insert("error".to_owned(), one.error.into());
    }
    record
}

/// Returns a number for a record: the end of the call's id, which is random, and the attempt.
fn number_of(row: &CallRow, attempt: usize) -> u64 {
    let (_, low) = row.id.0.as_u64_pair();
    (low & ID_BITS).saturating_add(attempt as u64) & ID_BITS
}

fn operation(row: &CallRow) -> Option<Operation> {
    Operation::ALL.iter().copied().find(|operation| operation.as_str() == row.operation)
}

fn path(row: &CallRow) -> &'static str {
    operation(row).map_or("", Operation::documented_path)
}

fn time(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn answer(value: &Value) -> RelayResponse {
    let mut response = Response::new(RelayBody::full(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
