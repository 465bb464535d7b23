//! The usage of a finished call: what the upstream reported, completed by estimates where it did not.

use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Metered;

use super::RequestSample;
use crate::tokens;

/// Returns the usage where it is known without counting any text. A call without a good answer used nothing.
pub(super) fn known(record: &CallRecord, metered: Option<&Metered>) -> Option<(Usage, UsageSource)> {
    let nothing = (Usage::default(), UsageSource::Missing);
    let Some(metered) = metered.filter(|_| (200..300).contains(&record.status)) else { return Some(nothing) };
    let has_seen = metered.counted_tokens > 0 || !metered.uncounted_text.is_empty() || metered.images > 0;
    if metered.is_failed && metered.reported.is_none() && !has_seen {
        // An error in a good answer's clothes.
        return Some(nothing);
    }
    let reported = metered.reported.filter(|_| metered.is_finished || record.outcome == Outcome::Complete)?;
    Some((with_units(reported, metered), UsageSource::Reported))
}

/// Works out the usage, by counting text where nothing was reported.
pub(super) fn count(record: &CallRecord, metered: &Metered, request: &RequestSample) -> (Usage, UsageSource) {
    if let Some(known) = known(record, Some(metered)) {
        return known;
    }
    let (usage, source) = match metered.reported {
        // A stream that was cut off has only told its beginning: what was seen after that is counted.
        Some(reported) => {
            let missing = seen_tokens(metered).saturating_sub(reported.total_output());
            let source = if missing == 0 { UsageSource::Reported } else { UsageSource::Estimated };
            (Usage { output: reported.output + missing, ..reported }, source)
        }
        None => (estimate(record, metered, request), UsageSource::Estimated),
    };
    (with_units(usage, metered), source)
}

/// Returns the usage without a tokenizer, in case the process dies before one can count.
pub(super) fn rough(metered: &Metered, request: &RequestSample) -> (Usage, UsageSource) {
    /// A rough mean over languages.
    const BYTES_PER_TOKEN: u64 = 4;
    let seen = metered.counted_tokens + metered.uncounted_text.len() as u64 / BYTES_PER_TOKEN;
    let usage = match metered.reported {
        Some(reported) => Usage { output: reported.output + seen.saturating_sub(reported.total_output()), ..reported },
        None => Usage { input: request.total_bytes as u64 / BYTES_PER_TOKEN, output: seen, ..Usage::default() },
    };
    (with_units(usage, metered), UsageSource::Estimated)
}

fn with_units(usage: Usage, metered: &Metered) -> Usage {
    Usage { images: usage.images.max(metered.images), calls: usage.calls.max(1), ..usage }
}

fn seen_tokens(metered: &Metered) -> u64 {
    metered.counted_tokens + tokens::count(&metered.uncounted_text)
}

fn estimate(record: &CallRecord, metered: &Metered, request: &RequestSample) -> Usage {
    // A form holds a file, whose length says nothing about tokens.
    let is_form = request.text.starts_with(b"--");
    let input = if is_form { 0 } else { estimate_input(request) };
    if matches!(record.operation, "audio_transcriptions" | "audio_translations") {
        return hearing(metered, request);
    }
    // Vectors and moderations read but write nothing.
    let writes =
        !matches!(record.operation, "embeddings" | "moderations" | "rerank" | "gemini_embed" | "gemini_batch_embed");
    let output = if writes { seen_tokens(metered) } else { 0 };
    Usage { input, output, ..Usage::default() }
}

/// Estimates a call that read speech: its length by the file's own header, else by what speech usually takes.
fn hearing(metered: &Metered, request: &RequestSample) -> Usage {
    /// 64 kbit/s, as recorders and voice messages use.
    const BYTES_PER_SECOND: u64 = 8_000;
    let rate = wave_bytes_per_second(&request.text).unwrap_or(BYTES_PER_SECOND);
    let duration_ms = (request.total_bytes as u64).saturating_mul(1_000) / rate;
    Usage { duration_ms, output: seen_tokens(metered), ..Usage::default() }
}

/// Reads the byte rate of a WAVE file (RIFF, chunk `fmt `), wherever it begins in a form.
fn wave_bytes_per_second(form: &[u8]) -> Option<u64> {
    const MARK: &[u8] = b"WAVEfmt ";
    let at = memchr::memmem::find(form, MARK)? + MARK.len() + 12;
    let rate = u32::from_le_bytes(form.get(at..at + 4)?.try_into().ok()?);
    (rate > 0).then_some(u64::from(rate))
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
