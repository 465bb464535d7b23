use super::*;
use bytes::Bytes;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, KeyId, UserId};

/// A record of a good answer that used nothing.
pub(in crate::record) fn record() -> CallRecord {
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
    }
}

fn finished(outcome: Outcome, metered: Metered) -> Finished {
    let request = Bytes::from_static(br#"{"messages":[{"role":"user","content":"hello world"}]}"#);
    Finished {
        record: CallRecord { outcome, ..record() },
        metered: Some(metered),
        request: RequestSample::of(&request),
        marks: Vec::new(),
    }
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
    }
}

#[test]
fn what_the_upstream_reports_is_taken_as_it_is() {
    let usage = Usage { input: 5, output: 7, ..Usage::default() };
    let record = complete(finished(Outcome::Complete, metered(Some(usage), "hello world", true)));
    assert_eq!((record.usage, record.usage_source), (Usage { calls: 1, ..usage }, UsageSource::Reported));
}

#[test]
fn without_a_report_both_sides_are_counted() {
    let record = complete(finished(Outcome::Complete, metered(None, "hello world", true)));
    assert_eq!(record.usage_source, UsageSource::Estimated);
    assert_eq!(record.usage.output, 12);
    assert!((3..=8).contains(&record.usage.input));
}

#[test]
fn a_client_that_leaves_pays_for_what_was_seen() {
    let beginning = Usage { input: 25, output: 1, ..Usage::default() };
    let record = complete(finished(Outcome::Abandoned, metered(Some(beginning), "hello world", false)));
    assert_eq!((record.usage.input, record.usage.output), (25, 12));
    assert_eq!(record.usage_source, UsageSource::Estimated);
}

#[test]
fn an_error_answer_uses_nothing() {
    let mut refused = finished(Outcome::Complete, metered(None, "hello world", true));
    refused.record.status = 400;
    assert!(complete(refused).usage.is_empty());
}
