//! Records of calls as rows. Writing never fails for what a record holds: texts are cut, counts saturate.

use sea_orm::Value;
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, KeyId, ProviderId, UserId};
use sluice_domain::ledger::SettledCall;
use sluice_domain::money::Micros;
use uuid::Uuid;

use super::CallRow;
use super::details::Details;
use crate::batch::Row;
use crate::entities::call;
use crate::json::{from_text, to_text};
use crate::store::corrupt;
use crate::text::{LONG_CHARS, MODEL_CHARS, fitted};
use crate::{StoreError, What};

const ERROR_CHARS: usize = 255;
/// From the rarest to the commonest, which is the last: see the migration that makes the index.
pub(super) const OUTCOMES: [Outcome; 4] = [Outcome::Refused, Outcome::Broken, Outcome::Abandoned, Outcome::Complete];

pub(super) fn outcome_number(outcome: Outcome) -> i32 {
    match outcome {
        Outcome::Refused => 0,
        Outcome::Broken => 1,
        Outcome::Abandoned => 2,
        Outcome::Complete => 3,
    }
}

impl Row for &SettledCall {
    const TABLE: &'static str = "calls";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "created_at",
        "key_id",
        "user_id",
        "model_asked",
        "provider_id",
        "outcome",
        "succeeded",
        "error",
        "input_tokens",
        "output_tokens",
        "cost_micros",
        "details",
        "charged_micros",
        "receipt",
    ];
    const WHAT: What = What::Call;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        push_record(&self.record, values)?;
        values.push(self.charge.map(|charge| charge.amount.0).into());
        values.push(self.receipt.as_ref().map(|receipt| fitted(receipt, LONG_CHARS)).into());
        Ok(())
    }
}

fn push_record(record: &CallRecord, values: &mut Vec<Value>) -> Result<(), StoreError> {
    values.push(record.id.0.as_bytes().to_vec().into());
    values.push(record.created_at.0.into());
    values.push(record.key_id.0.into());
    values.push(record.user_id.0.into());
    values.push(fitted(&record.model_asked, MODEL_CHARS).into());
    values.push(record.provider_id.map(|provider| provider.0).into());
    values.push(outcome_number(record.outcome).into());
    values.push(record.error.is_empty().into());
    values.push(fitted(&record.error, ERROR_CHARS).into());
    values.push(count(record.usage.total_input()).into());
    values.push(count(record.usage.total_output()).into());
    values.push(record.cost.map(|cost| cost.0).into());
    values.push(to_text("details", &Details::of(record))?.into());
    Ok(())
}

pub(super) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn uncount(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn to_call(row: call::Model) -> Result<CallRow, StoreError> {
    let id = Uuid::from_slice(&row.id).map_err(|_| corrupt(What::Call, hex::encode(&row.id), "its id is no UUID"))?;
    let details: Details<'_> = from_text(What::Call, id, &row.details)?;
    let outcome = OUTCOMES.into_iter().find(|outcome| outcome_number(*outcome) == row.outcome);
    Ok(CallRow {
        id: CallId(id),
        created_at: Timestamp(row.created_at),
        key_id: KeyId(row.key_id),
        user_id: UserId(row.user_id),
        usage: details.usage(),
        dialect: details.dialect.into_owned(),
        operation: details.operation.into_owned(),
        model_asked: row.model_asked,
        model_used: details.model.into_owned(),
        provider_id: row.provider_id.map(ProviderId),
        provider_name: details.provider.into_owned(),
        credential_id: details.credential,
        status: details.status,
        outcome: outcome.ok_or_else(|| corrupt(What::Call, id, "its outcome is not known"))?,
        error: row.error,
        usage_source: details.usage_source,
        cost: row.cost_micros.map(Micros),
        charged: row.charged_micros.map(Micros),
        first_token_ms: details.first_token_ms.map(uncount),
        duration_ms: uncount(details.duration_ms),
        stream: details.stream,
        client_ip: details.client_ip,
        upstream_request_id: details.request_id.into_owned(),
        attempts: details.attempts.into_owned(),
        decision: details.decision.and_then(|reasons| reasons.into_owned().decision()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_the_column_saturate() {
        assert_eq!(count(u64::MAX), i64::MAX);
        assert_eq!(uncount(-1), 0);
    }

    #[test]
    fn the_commonest_outcome_has_the_greatest_number() {
        assert_eq!(OUTCOMES.map(outcome_number), [0, 1, 2, 3]);
    }
}
