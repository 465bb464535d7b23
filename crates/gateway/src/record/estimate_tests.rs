use super::*;
use bytes::Bytes;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, KeyId, UserId};

/// A record of a good answer that used nothing.
pub(crate) fn record() -> CallRecord {
    CallRecord {
        id: CallId::new(0, [0; 10]),
        created_at: Timestamp(0),
        key_id: KeyId(1),
        user_id: UserId(1),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: String::new(),
        model_used: String::new(),
        provider_id: None,
        provider_name: String::new(),
        credential_id: None,
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage::default(),
        usage_source: UsageSource::Missing,
        cost: None,
        first_token_ms: None,
        duration_ms: 0,
        stream: true,
        client_ip: None,
        upstream_request_id: String::new(),
        attempts: Vec::new(),
        decision: None,
    }
}

fn request() -> RequestSample {
    RequestSample::of(&Bytes::from_static(br#"{"messages":[{"role":"user","content":"hello world"}]}"#))
}

fn counted(outcome: Outcome, metered: &Metered) -> (Usage, UsageSource) {
    count(&CallRecord { outcome, ..record() }, metered, &request())
}

fn metered(reported: Option<Usage>, text: &str, is_finished: bool) -> Metered {
    Metered {
        reported,
        counted_tokens: 10,
        uncounted_text: text.to_owned(),
        images: 0,
        is_finished,
        is_failed: false,
        object_id: None,
        service: None,
    }
}

#[test]
fn what_the_upstream_reports_is_taken_as_it_is() {
    let usage = Usage { input: 5, output: 7, ..Usage::default() };
    let metered = metered(Some(usage), "hello world", true);
    let expected = (Usage { calls: 1, ..usage }, UsageSource::Reported);
    assert_eq!(known(&record(), Some(&metered)), Some(expected));
    assert_eq!(counted(Outcome::Complete, &metered), expected);
}

#[test]
fn without_a_report_both_sides_are_counted() {
    let metered = metered(None, "hello world", true);
    assert_eq!(known(&record(), Some(&metered)), None);
    let (usage, source) = counted(Outcome::Complete, &metered);
    assert_eq!((usage.output, source), (12, UsageSource::Estimated));
    assert!((3..=8).contains(&usage.input));
}

#[test]
fn a_client_that_leaves_pays_for_what_was_seen() {
    let beginning = Usage { input: 25, output: 1, ..Usage::default() };
    let (usage, source) = counted(Outcome::Abandoned, &metered(Some(beginning), "hello world", false));
    assert_eq!((usage.input, usage.output, source), (25, 12, UsageSource::Estimated));
}

#[test]
fn a_rough_count_is_never_below_what_was_reported() {
    let beginning = Usage { input: 25, output: 40, ..Usage::default() };
    let (usage, _) = rough(&metered(Some(beginning), "hello world", false), &request());
    assert_eq!((usage.input, usage.output), (25, 40));
    let (usage, source) = rough(&metered(None, "hello world!", false), &request());
    assert_eq!((usage.output, source), (13, UsageSource::Estimated));
}

#[test]
fn an_error_answer_uses_nothing() {
    let refused = CallRecord { status: 400, ..record() };
    let nothing = (Usage::default(), UsageSource::Missing);
    assert_eq!(known(&refused, Some(&metered(None, "hello world", true))), Some(nothing));
    assert_eq!(known(&record(), None), Some(nothing));
}

#[test]
fn speech_without_a_report_lasts_as_long_as_its_file_says() {
    let wave = [&b"--x\r\n\r\nRIFF....WAVEfmt "[..], &[16, 0, 0, 0, 1, 0, 1, 0], &16_000_u32.to_le_bytes()];
    let form = [wave.concat(), 32_000_u32.to_le_bytes().to_vec(), vec![0; 1_920_000]].concat();
    let request = RequestSample::of(&Bytes::from(form));
    let record = CallRecord { operation: "audio_transcriptions", ..record() };
    let (usage, _) = count(&record, &metered(None, "hello", true), &request);
    assert_eq!(usage.duration_ms / 1_000, 60);
}

#[test]
fn an_error_in_a_good_answers_clothes_uses_nothing() {
    let failed = Metered { is_failed: true, counted_tokens: 0, ..metered(None, "", true) };
    assert_eq!(known(&record(), Some(&failed)), Some((Usage::default(), UsageSource::Missing)));
}
