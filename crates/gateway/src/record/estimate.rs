//! The usage of a finished call: what the upstream reported, completed by estimates where it did not.

use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Metered;

use super::{Finished, RequestSample};
use crate::tokens;

/// Works out the usage and returns the record to write.
pub(super) fn complete(finished: Finished) -> CallRecord {
    let Finished { mut record, metered, request, .. } = finished;
    let was_answered = (200..300).contains(&record.status);
    if let Some(metered) = metered.filter(|_| was_answered) {
        let (usage, source) = usage(&record, &metered, &request);
        record.usage = usage;
        record.usage_source = source;
    }
    record
}

fn usage(record: &CallRecord, metered: &Metered, request: &RequestSample) -> (Usage, UsageSource) {
    let (images, is_finished) = (metered.images, metered.is_finished);
    let (mut usage, source) = match metered.reported {
        // A stream that was cut off has only told its beginning: what was seen after that is counted.
        Some(reported) if !is_finished && record.outcome != Outcome::Complete => {
            let seen = seen_tokens(metered);
            let missing = seen.saturating_sub(reported.total_output());
            let source = if missing == 0 { UsageSource::Reported } else { UsageSource::Estimated };
            (Usage { output: reported.output + missing, ..reported }, source)
        }
        Some(reported) => (reported, UsageSource::Reported),
        None => (estimate(record, metered, request), UsageSource::Estimated),
    };
    usage.images = usage.images.max(images);
    usage.calls = usage.calls.max(1);
    (usage, source)
}

fn seen_tokens(metered: &Metered) -> u64 {
    metered.counted_tokens + tokens::count(&metered.uncounted_text)
}

fn estimate(record: &CallRecord, metered: &Metered, request: &RequestSample) -> Usage {
    // A form holds a file, whose length says nothing about tokens.
    let is_form = request.text.starts_with(b"--");
    let input = if is_form { 0 } else { estimate_input(request) };
    // Vectors and moderations read but write nothing.
    let writes =
        !matches!(record.operation, "embeddings" | "moderations" | "rerank" | "gemini_embed" | "gemini_batch_embed");
    let output = if writes { seen_tokens(metered) } else { 0 };
    Usage { input, output, ..Usage::default() }
}

fn estimate_input(request: &RequestSample) -> u64 {
    let counted = tokens::count_request(&request.text);
    if request.total_bytes <= request.text.len() || request.text.is_empty() {
        return counted;
    }
    let scaled = u128::from(counted) * request.total_bytes as u128 / request.text.len() as u128;
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
pub(super) mod tests;
