//! What is noted: that a call is under way, and how it ended.

use std::cell::RefCell;
use std::net::IpAddr;

use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use sluice_domain::money::Micros;
use sluice_domain::route::Reasons;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::operation::Operation;
use uuid::Uuid;

use super::codec::{Reader, put_i64, put_option, put_text, put_u64};
use super::dues;
use crate::record::Dues;

/// A note to append.
pub(crate) struct Note<'a> {
    pub(crate) stage: Stage,
    pub(crate) room: Room,
    pub(crate) record: &'a CallRecord,
    pub(crate) dues: &'a Dues,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is about to go to an upstream, or is under way.
    Open,
    /// It has ended; its usage is known as well as it can be without counting text.
    Close,
}

/// Where a note may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Only where there is room for new calls: if there is none, nothing is lost that an upstream saw.
    Free,
    /// Wherever there is any: the call is under way.
    Reserved,
}

/// A note that was read back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) stage: Stage,
    pub(crate) call: Noted,
}

/// A call as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) record: CallRecord,
    pub(crate) dues: Dues,
}

/// Kinds of notes. The first two are of releases that billed nobody.
const OPEN_UNBILLED: u8 = 1;
const CLOSE_UNBILLED: u8 = 2;
const OPEN: u8 = 3;
const CLOSE: u8 = 4;

thread_local! {
    /// Room to write a note in, kept between notes.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Hands the bytes of `note` to `use_bytes`.
pub(super) fn with_bytes<T>(note: &Note<'_>, use_bytes: impl FnOnce(&[u8]) -> T) -> T {
    SCRATCH.with_borrow_mut(|out| {
        out.clear();
        out.push(match note.stage {
            Stage::Open => OPEN,
            Stage::Close => CLOSE,
        });
        write(out, note.record);
        dues::write(out, note.dues);
        let decision = note.record.decision.as_ref().filter(|_| note.stage == Stage::Close);
        write_conversions(out, &note.record.attempts, decision.is_some());
        write_decision(out, decision);
        use_bytes(out)
    })
}

/// Writes an ended call outside of the journal.
pub(crate) fn encode(call: &Noted) -> Vec<u8> {
    with_bytes(&Note { stage: Stage::Close, room: Room::Free, record: &call.record, dues: &call.dues }, <[u8]>::to_vec)
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Option<Noted> {
    read(bytes).map(|found| found.call)
}

/// Reads a note back; `None` when the bytes are none of ours.
pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    let mut reader = Reader(bytes);
    let (stage, has_dues) = match reader.byte()? {
        OPEN_UNBILLED => (Stage::Open, false),
        CLOSE_UNBILLED => (Stage::Close, false),
        OPEN => (Stage::Open, true),
        CLOSE => (Stage::Close, true),
        _ => return None,
    };
    let mut record = read_record(&mut reader)?;
    let dues = if has_dues { dues::read(&mut reader)? } else { Dues::default() };
    read_conversions(&mut reader, &mut record.attempts)?;
    record.decision = read_decision(&mut reader)?;
    Some(Found { stage, call: Noted { record, dues } })
}

fn write(out: &mut Vec<u8>, record: &CallRecord) {
    out.extend_from_slice(record.id.0.as_bytes());
    put_i64(out, record.created_at.0);
    put_i64(out, record.key_id.0);
    put_i64(out, record.user_id.0);
    put_text(out, record.operation);
    put_text(out, &record.model_asked);
    put_text(out, &record.model_used);
    put_option(out, record.provider_id.map(|id| id.0));
    put_text(out, &record.provider_name);
    put_option(out, record.credential_id.map(|id| id.0));
    put_u64(out, record.status.into());
    put_text(out, record.outcome.as_str());
    put_text(out, &record.error);
    write_usage(out, &record.usage);
    put_text(out, record.usage_source.as_str());
    put_option(out, record.cost.map(|cost| cost.0));
    put_option(out, record.first_token_ms.map(u64::cast_signed));
    put_u64(out, record.duration_ms);
    out.push(record.stream.into());
    put_address(out, record.client_ip);
    put_text(out, &record.upstream_request_id);
    put_u64(out, record.attempts.len() as u64);
    for attempt in &record.attempts {
        write_attempt(out, attempt);
    }
}

/// Writes an address as text. Nearly all are of four bytes, which are written without the formatter.
fn put_address(out: &mut Vec<u8>, address: Option<IpAddr>) {
    match address {
        Some(IpAddr::V4(address)) => {
            let mut text = String::with_capacity(15);
            for (place, octet) in address.octets().into_iter().enumerate() {
                text.extend((place > 0).then_some('.'));
                let digits = [(100, octet / 100), (10, octet / 10 % 10), (0, octet % 10)];
                text.extend(
                    digits.iter().filter(|(least, _)| octet >= *least).map(|(_, digit)| char::from(b'0' + digit)),
                );
            }
            put_text(out, &text);
        }
        Some(IpAddr::V6(address)) => put_text(out, &address.to_string()),
        None => put_text(out, ""),
    }
}

fn usage_fields(usage: &Usage) -> [u64; 13] {
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

fn write_usage(out: &mut Vec<u8>, usage: &Usage) {
    for count in usage_fields(usage) {
        put_u64(out, count);
    }
}

fn write_attempt(out: &mut Vec<u8>, attempt: &Attempt) {
    put_i64(out, attempt.provider_id.0);
    put_text(out, &attempt.provider_name);
    put_i64(out, attempt.credential_id.0);
    put_text(out, &attempt.model);
    put_u64(out, attempt.status.into());
    put_u64(out, attempt.started_ms);
    put_u64(out, attempt.duration_ms);
    put_text(out, attempt.error.as_deref().unwrap_or_default());
}

/// Writes what conversions there were. They stand at a note's end, where notes of calls without any have nothing, unless
/// something follows.
fn write_conversions(out: &mut Vec<u8>, attempts: &[Attempt], is_followed: bool) {
    if !is_followed && attempts.iter().all(|attempt| attempt.dialect.is_none() && attempt.losses.is_empty()) {
        return;
    }
    for attempt in attempts {
        put_text(out, attempt.dialect.as_deref().unwrap_or_default());
        put_text(out, &attempt.losses);
    }
}

fn read_conversions(reader: &mut Reader<'_>, attempts: &mut [Attempt]) -> Option<()> {
    if reader.0.is_empty() {
        return Some(());
    }
    for attempt in attempts {
        attempt.dialect = Some(reader.text()?).filter(|dialect| !dialect.is_empty());
        attempt.losses = reader.text()?;
    }
    Some(())
}

/// Writes why a call went where it went, as JSON; nothing where nobody decided.
fn write_decision(out: &mut Vec<u8>, decision: Option<&Reasons>) {
    let Some(decision) = decision else { return };
    match decision.text() {
        Some(text) => put_text(out, text),
        None => put_text(out, &serde_json::to_string(decision).unwrap_or_default()),
    }
}

/// Reads a decision. One that cannot be understood is not worth a call's record.
fn read_decision(reader: &mut Reader<'_>) -> Option<Option<Reasons>> {
    if reader.0.is_empty() {
        return Some(None);
    }
    Some(serde_json::from_str(&reader.text()?).ok())
}

fn read_record(reader: &mut Reader<'_>) -> Option<CallRecord> {
    let id = CallId(Uuid::from_slice(reader.take(16)?).ok()?);
    let (created_at, key_id, user_id) = (reader.i64()?, reader.i64()?, reader.i64()?);
    let name = reader.text()?;
    let operation = *Operation::ALL.iter().find(|operation| operation.as_str() == name)?;
    Some(CallRecord {
        id,
        created_at: Timestamp(created_at),
        key_id: KeyId(key_id),
        user_id: UserId(user_id),
        dialect: operation.dialect().as_str(),
        operation: operation.as_str(),
        model_asked: reader.text()?,
        model_used: reader.text()?,
        provider_id: reader.option()?.map(ProviderId),
        provider_name: reader.text()?,
        credential_id: reader.option()?.map(CredentialId),
        status: reader.u16()?,
        outcome: Outcome::from_name(&reader.text()?)?,
        error: reader.text()?,
        usage: read_usage(reader)?,
        usage_source: UsageSource::from_name(&reader.text()?),
        cost: reader.option()?.map(Micros),
        first_token_ms: reader.option()?.map(i64::cast_unsigned),
        duration_ms: reader.u64()?,
        stream: reader.byte()? != 0,
        client_ip: read_address(&reader.text()?)?,
        upstream_request_id: reader.text()?,
        attempts: read_attempts(reader)?,
        decision: None,
    })
}

/// Reads an address; the outer `None` says that the text is none.
fn read_address(text: &str) -> Option<Option<IpAddr>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn read_usage(reader: &mut Reader<'_>) -> Option<Usage> {
    Some(Usage {
        input: reader.u64()?,
        cache_read: reader.u64()?,
        cache_write_5m: reader.u64()?,
        cache_write_1h: reader.u64()?,
        input_audio: reader.u64()?,
        input_image: reader.u64()?,
        output: reader.u64()?,
        reasoning: reader.u64()?,
        output_audio: reader.u64()?,
        output_image: reader.u64()?,
        calls: reader.u64()?,
        duration_ms: reader.u64()?,
        images: reader.u64()?,
    })
}

fn read_attempts(reader: &mut Reader<'_>) -> Option<Vec<Attempt>> {
    /// A call tries far fewer; a larger number is damage.
    const ATTEMPTS_MAX: u64 = 10_000;
    let count = reader.u64().filter(|&count| count <= ATTEMPTS_MAX)?;
    (0..count)
        .map(|_| {
            Some(Attempt {
                provider_id: ProviderId(reader.i64()?),
                provider_name: reader.text()?,
                credential_id: CredentialId(reader.i64()?),
                model: reader.text()?,
                status: reader.u16()?,
                started_ms: reader.u64()?,
                duration_ms: reader.u64()?,
                error: Some(reader.text()?).filter(|error| !error.is_empty()),
                dialect: None,
                losses: String::new(),
            })
        })
        .collect()
}
