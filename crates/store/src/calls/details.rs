//! What of a call's record no query asks for, as JSON. Fields may be added; the order of the usage never changes.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sluice_domain::call::{Attempt, CallRecord};
use sluice_domain::id::CredentialId;
use sluice_domain::route::Reasons;
use sluice_domain::usage::{Usage, UsageSource};

use super::rows::{count, uncount};
use crate::text::{MODEL_CHARS, NAME_CHARS, fit, fitted};

const DIALECT_CHARS: usize = 32;
const OPERATION_CHARS: usize = 64;
const REQUEST_ID_CHARS: usize = 255;
const ATTEMPT_ERROR_CHARS: usize = 1_000;
const LOSSES_CHARS: usize = 2_000;
/// With the lengths above a row stays below 250 kB.
const MAX_ATTEMPTS: usize = 64;
const CLASSES: usize = 13;

#[derive(Serialize, Deserialize)]
pub(super) struct Details<'a> {
    pub(super) dialect: Cow<'a, str>,
    pub(super) operation: Cow<'a, str>,
    pub(super) model: Cow<'a, str>,
    pub(super) provider: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<CredentialId>,
    pub(super) status: u16,
    pub(super) usage: [i64; CLASSES],
    pub(super) usage_source: UsageSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first_token_ms: Option<i64>,
    pub(super) duration_ms: i64,
    pub(super) stream: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_ip: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub(super) request_id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "<[Attempt]>::is_empty")]
    pub(super) attempts: Cow<'a, [Attempt]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<Cow<'a, Reasons>>,
}

impl<'a> Details<'a> {
    pub(super) fn of(record: &'a CallRecord) -> Self {
        Self {
            dialect: fit(record.dialect, DIALECT_CHARS),
            operation: fit(record.operation, OPERATION_CHARS),
            model: fit(&record.model_used, MODEL_CHARS),
            provider: fit(&record.provider_name, NAME_CHARS),
            credential: record.credential_id,
            status: record.status,
            usage: classes(&record.usage).map(count),
            usage_source: record.usage_source,
            first_token_ms: record.first_token_ms.map(count),
            duration_ms: count(record.duration_ms),
            stream: record.stream,
            client_ip: record.client_ip,
            request_id: fit(&record.upstream_request_id, REQUEST_ID_CHARS),
            attempts: bounded(&record.attempts),
            decision: record.decision.as_ref().map(Cow::Borrowed),
        }
    }

    pub(super) fn usage(&self) -> Usage {
        usage_of(self.usage.map(uncount))
    }
}

fn classes(usage: &Usage) -> [u64; CLASSES] {
    [
        usage.input,
        usage.cache_read,
        usage.cache_write_5m,
        usage.cache_write_1h,
        usage.input_audio,
        usage.input_image,
        usage.output,
        usage.reasoning,
        usage.output_audio,
        usage.output_image,
        usage.calls,
        usage.duration_ms,
        usage.images,
    ]
}

fn usage_of(classes: [u64; CLASSES]) -> Usage {
    let [
        input,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        input_audio,
        input_image,
        output,
        reasoning,
        output_audio,
        output_image,
        calls,
        duration_ms,
        images,
    ] = classes;
    Usage {
        input,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        input_audio,
        input_image,
        output,
        reasoning,
        output_audio,
        output_image,
        calls,
        duration_ms,
        images,
    }
}

fn bounded(attempts: &[Attempt]) -> Cow<'_, [Attempt]> {
    if attempts.len() <= MAX_ATTEMPTS && attempts.iter().all(is_bounded) {
        return Cow::Borrowed(attempts);
    }
    Cow::Owned(attempts.iter().take(MAX_ATTEMPTS).map(bounded_attempt).collect())
}

fn is_bounded(attempt: &Attempt) -> bool {
    let fits = |text: &str, max_chars| matches!(fit(text, max_chars), Cow::Borrowed(_));
    fits(&attempt.provider_name, NAME_CHARS)
        && fits(&attempt.model, MODEL_CHARS)
        && attempt.error.as_ref().is_none_or(|error| fits(error, ATTEMPT_ERROR_CHARS))
        && fits(&attempt.losses, LOSSES_CHARS)
}

fn bounded_attempt(attempt: &Attempt) -> Attempt {
    Attempt {
        provider_name: fitted(&attempt.provider_name, NAME_CHARS),
        model: fitted(&attempt.model, MODEL_CHARS),
        error: attempt.error.as_ref().map(|error| fitted(error, ATTEMPT_ERROR_CHARS)),
        losses: fitted(&attempt.losses, LOSSES_CHARS),
        ..attempt.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_class_never_changes() {
        let usage = usage_of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        assert_eq!((usage.input, usage.output, usage.reasoning, usage.images), (1, 7, 8, 13));
        assert_eq!(classes(&usage), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    }
}
