//! What the relay writes into the record of a call.

use std::sync::Arc;

use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::key::Caller;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Framing;
use sluice_protocol::operation::Operation;

use super::conversion::convert::Conversion;
use super::exchange::Accepted;
use super::fault::{Fault, Kind};
use super::{Call, Relay, clipped};
use crate::config::JournalSync;
use crate::record::Ticket;
use crate::snapshot::Candidate;

impl Relay {
    /// Begins the record of a call.
    pub(super) fn open_ticket(&self, call: &Call, operation: Operation, caller: &Caller) -> Ticket {
        let record = CallRecord {
            id: call.id,
            created_at: self.shared.clock.now(),
            key_id: caller.key.id,
            user_id: caller.key.user_id,
            dialect: operation.dialect().as_str(),
            operation: operation.as_str(),
            model_asked: String::new(),
            model_used: String::new(),
            provider_id: None,
            provider_name: String::new(),
            credential_id: None,
            status: 0,
            outcome: Outcome::Abandoned,
            error: String::new(),
            usage: Usage::default(),
            usage_source: UsageSource::Missing,
            cost: None,
            first_token_ms: None,
            duration_ms: 0,
            stream: false,
            client_ip: Some(call.client),
            upstream_request_id: String::new(),
            attempts: Vec::new(),
            decision: None,
        };
        let mut ticket = Ticket::new(self.queue.clone(), record, call.started, Arc::clone(&self.journal));
        ticket.count(self.counters.count_call());
        ticket
    }

    /// Notes in the journal that a call is about to go to an upstream.
    pub(super) async fn note_open(&self, ticket: &mut Ticket) -> Result<(), Fault> {
        ticket.note_open().map_err(|error| {
            tracing::error!(%error, "the journal takes no more calls");
            Fault::later(
                Kind::RecordsFull,
                "calls cannot be recorded right now because the journal is full; try again",
                5,
            )
        })?;
        if self.shared.settings.journal_sync == JournalSync::Always {
            self.journal.flushed().await;
        }
        Ok(())
    }
}

/// Notes who answered.
pub(super) fn note_answer(ticket: &mut Ticket, candidate: &Candidate<'_>, accepted: &Accepted) {
    let upstream_id = ["x-request-id", "request-id", "x-goog-request-id"]
        .iter()
        .find_map(|name| accepted.parts.headers.get(*name)?.to_str().ok())
        .map(clipped)
        .unwrap_or_default();
    let is_stream = accepted.reading.framing == Framing::Events;
    ticket.note(|record| {
        record.provider_id = Some(candidate.target.provider.id);
        record.provider_name.clone_from(&candidate.target.provider.name);
        record.credential_id = Some(candidate.target.credential_id);
        record.model_used = clipped(candidate.model);
        record.upstream_request_id = upstream_id;
        record.stream |= is_stream;
    });
}

/// Describes an attempt that begins. Until it ends it counts as given up by the client.
pub(super) fn new_attempt(candidate: &Candidate<'_>, conversion: Option<&Conversion>, started_ms: u64) -> Attempt {
    Attempt {
        provider_id: candidate.target.provider.id,
        provider_name: candidate.target.provider.name.clone(),
        credential_id: candidate.target.credential_id,
        model: clipped(candidate.model),
        status: 0,
        started_ms,
        duration_ms: 0,
        error: Some("client_left".to_owned()),
        dialect: conversion.map(|_| candidate.operation.dialect().as_str().to_owned()),
        losses: conversion.map(|made| made.losses.clone()).unwrap_or_default(),
    }
}
