//! Records of calls as rows. Writing never fails for what a record holds: texts are cut, counts saturate.

use sea_orm::ActiveValue::Set;
use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use sluice_domain::money::Micros;
use sluice_domain::usage::{Usage, UsageSource};
use uuid::Uuid;

use super::CallRow;
use crate::entities::call;
use crate::json::{from_text, to_text};
use crate::store::corrupt;
use crate::text::{MODEL_CHARS, NAME_CHARS, fitted};
use crate::{StoreError, What};

const DAY_MS: i64 = 86_400_000;
const DIALECT_CHARS: usize = 32;
const OPERATION_CHARS: usize = 64;
const ERROR_CHARS: usize = 255;
const REQUEST_ID_CHARS: usize = 255;
const ATTEMPT_ERROR_CHARS: usize = 1_000;
/// With the lengths above a row stays below 100 kB.
const MAX_ATTEMPTS: usize = 64;

pub(crate) fn to_row(record: &CallRecord) -> Result<call::ActiveModel, StoreError> {
    let usage = &record.usage;
    Ok(call::ActiveModel {
        id: Set(record.id.0.as_bytes().to_vec()),
        created_at: Set(record.created_at.0),
        created_day: Set(day_of(record.created_at)),
        key_id: Set(record.key_id.0),
        user_id: Set(record.user_id.0),
        dialect: Set(fitted(record.dialect, DIALECT_CHARS)),
        operation: Set(fitted(record.operation, OPERATION_CHARS)),
        model_asked: Set(fitted(&record.model_asked, MODEL_CHARS)),
        model_used: Set(fitted(&record.model_used, MODEL_CHARS)),
        provider_id: Set(record.provider_id.map(|provider| provider.0)),
        provider_name: Set(fitted(&record.provider_name, NAME_CHARS)),
        credential_id: Set(record.credential_id.map(|credential| credential.0)),
        status: Set(i32::from(record.status)),
        outcome: Set(record.outcome.as_str().to_owned()),
        error: Set(fitted(&record.error, ERROR_CHARS)),
        input_tokens: Set(count(usage.input)),
        cache_read_tokens: Set(count(usage.cache_read)),
        cache_write_5m_tokens: Set(count(usage.cache_write_5m)),
        cache_write_1h_tokens: Set(count(usage.cache_write_1h)),
        input_audio_tokens: Set(count(usage.input_audio)),
        input_image_tokens: Set(count(usage.input_image)),
        output_tokens: Set(count(usage.output)),
        reasoning_tokens: Set(count(usage.reasoning)),
        output_audio_tokens: Set(count(usage.output_audio)),
        output_image_tokens: Set(count(usage.output_image)),
        unit_calls: Set(count(usage.calls)),
        media_ms: Set(count(usage.duration_ms)),
        images: Set(count(usage.images)),
        usage_source: Set(record.usage_source.as_str().to_owned()),
        cost_micros: Set(record.cost.map(|cost| cost.0)),
        first_token_ms: Set(record.first_token_ms.map(count)),
        duration_ms: Set(count(record.duration_ms)),
        stream: Set(record.stream),
        client_ip: Set(record.client_ip.map(|address| address.to_string())),
        upstream_request_id: Set(fitted(&record.upstream_request_id, REQUEST_ID_CHARS)),
        attempts: Set(attempts_text(&record.attempts)?),
        charged_micros: Set(None),
        receipt: Set(None),
    })
}

/// Returns the number of the UTC day, counted from 1970-01-01.
fn day_of(time: Timestamp) -> i32 {
    i32::try_from(time.0.div_euclid(DAY_MS)).unwrap_or(i32::MAX)
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn attempts_text(attempts: &[Attempt]) -> Result<String, StoreError> {
    let bounded: Vec<Attempt> = attempts.iter().take(MAX_ATTEMPTS).map(bounded_attempt).collect();
    to_text("attempts", &bounded)
}

fn bounded_attempt(attempt: &Attempt) -> Attempt {
    Attempt {
        provider_name: fitted(&attempt.provider_name, NAME_CHARS),
        model: fitted(&attempt.model, MODEL_CHARS),
        error: attempt.error.as_ref().map(|error| fitted(error, ATTEMPT_ERROR_CHARS)),
        ..attempt.clone()
    }
}

pub(super) fn to_call(row: call::Model) -> Result<CallRow, StoreError> {
    let id = Uuid::from_slice(&row.id).map_err(|_| corrupt(What::Call, hex::encode(&row.id), "its id is no UUID"))?;
    let bad = |problem| corrupt(What::Call, id, problem);
    Ok(CallRow {
        id: CallId(id),
        usage: usage_of(&row),
        outcome: Outcome::from_name(&row.outcome).ok_or_else(|| bad("its outcome is not known"))?,
        status: u16::try_from(row.status).map_err(|_| bad("its status is no HTTP status"))?,
        client_ip: row.client_ip.map(|address| address.parse()).transpose().map_err(|_| bad("bad client address"))?,
        attempts: from_text(What::Call, id, &row.attempts)?,
        created_at: Timestamp(row.created_at),
        key_id: KeyId(row.key_id),
        user_id: UserId(row.user_id),
        dialect: row.dialect,
        operation: row.operation,
        model_asked: row.model_asked,
        model_used: row.model_used,
        provider_id: row.provider_id.map(ProviderId),
        provider_name: row.provider_name,
        credential_id: row.credential_id.map(CredentialId),
        error: row.error,
        usage_source: UsageSource::from_name(&row.usage_source),
        cost: row.cost_micros.map(Micros),
        charged: row.charged_micros.map(Micros),
        first_token_ms: row.first_token_ms.map(uncount),
        duration_ms: uncount(row.duration_ms),
        stream: row.stream,
        upstream_request_id: row.upstream_request_id,
    })
}

fn usage_of(row: &call::Model) -> Usage {
    Usage {
        input: uncount(row.input_tokens),
        cache_read: uncount(row.cache_read_tokens),
        cache_write_5m: uncount(row.cache_write_5m_tokens),
        cache_write_1h: uncount(row.cache_write_1h_tokens),
        input_audio: uncount(row.input_audio_tokens),
        input_image: uncount(row.input_image_tokens),
        output: uncount(row.output_tokens),
        reasoning: uncount(row.reasoning_tokens),
        output_audio: uncount(row.output_audio_tokens),
        output_image: uncount(row.output_image_tokens),
        calls: uncount(row.unit_calls),
        duration_ms: uncount(row.media_ms),
        images: uncount(row.images),
    }
}

fn uncount(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_utc_also_before_1970() {
        let days = [-1, 0, DAY_MS - 1, DAY_MS].map(|ms| day_of(Timestamp(ms)));
        assert_eq!(days, [-1, 0, 0, 1]);
    }

    #[test]
    fn counts_beyond_the_column_saturate() {
        assert_eq!(count(u64::MAX), i64::MAX);
        assert_eq!(uncount(-1), 0);
    }
}
