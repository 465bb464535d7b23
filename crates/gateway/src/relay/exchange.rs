//! One attempt: a request to one candidate, and the verdict on what came back.

mod faults;
mod scrutiny;
mod tries;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode, Uri, response};
use http_body_util::BodyExt;
use sluice_domain::clock::Clock;
use sluice_domain::route::Trouble;
use sluice_domain::route::policy::Validity;
use sluice_protocol::chat::Bridge;
use sluice_protocol::failure::{self, Cause};
use sluice_protocol::meter::{FirstFrame, Framing, Meter, Subject};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::suffix;
use sluice_protocol::validity::Invalid;

use super::conversion::convert::Conversion;
use super::conversion::provenance::{Provenance, Watch};
use super::conversion::rewrite::Rendering;
use super::delivery::reading::Reading;
use super::fault::{Fault, Kind};
use super::inbound::demand::{Change, Demand};
use super::routing::{Mishap, Verdict, judge};
use super::stored::Keeps;
use super::wire::coding::{Encoding, StreamDecoder, encoding};
use super::wire::headers;
use crate::snapshot::{Candidate, Snapshot};
use crate::tokens;
use crate::upstream::{AnswerBody, Exchanged, Lease, OutBody, Pool};
use faults::{broken_fault, first_byte_fault, limited_fault, quota_fault, send_fault, status_fault};
use scrutiny::Finding;

/// Every upstream that speaks Anthropic's dialect wants to know which version of it.
const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// An answer that goes to the client.
pub(crate) struct Accepted {
    pub(crate) parts: response::Parts,
    /// Bytes that were read to judge the answer.
    pub(crate) held: VecDeque<Bytes>,
    pub(crate) body: AnswerBody,
    pub(crate) lease: Lease,
    pub(crate) reading: Reading,
    /// Whether events that the client did not ask for are held back.
    pub(crate) withholds_usage: bool,
    /// The way back into the client's dialect, where the upstream speaks another.
    pub(crate) bridge: Option<Box<Bridge>>,
    /// How the client takes a stream.
    pub(crate) rendering: Rendering,
    /// What of the request could not be carried, as the client is told; empty for nothing.
    pub(crate) losses: String,
    /// Why it says nothing, where that is noted and no more.
    pub(super) observed: Option<Invalid>,
    /// Longest pause between two pieces.
    pub(crate) idle: Duration,
    /// End of the whole attempt's time.
    pub(crate) deadline: Instant,
}

impl Accepted {
    /// Returns whether a good answer can go to the client: it needs no conversion, or comes as it was asked for.
    fn is_convertible(&self, is_stream: bool) -> bool {
        let framing = if is_stream { Framing::Events } else { Framing::Json };
        self.bridge.is_none() || self.reading.framing == framing
    }
}

/// What is read of a refusal to see what it is about, and the longest wait for it.
const REFUSAL_MAX_BYTES: usize = 16 * 1024;
const REFUSAL_WAIT: Duration = Duration::from_secs(2);

impl Accepted {
    /// Returns whether the upstream seems to lack what it was asked for: it knows no such path, not only no such model
    /// or item. What is read to tell stays in the answer.
    pub(super) async fn lacks_operation(&mut self) -> bool {
        match self.parts.status {
            StatusCode::METHOD_NOT_ALLOWED => true,
            StatusCode::NOT_FOUND => {
                let failure = self.failure().await;
                failure.cause == Cause::NotFound && failure.param.is_none()
            }
            _ => false,
        }
    }

    /// Returns what an error answer says. What is read to tell stays in the answer.
    async fn failure(&mut self) -> failure::Failure {
        let reading = async {
            while self.held.iter().map(Bytes::len).sum::<usize>() < REFUSAL_MAX_BYTES {
                let Some(Ok(frame)) = self.body.frame().await else { return };
                self.held.extend(frame.into_data());
            }
        };
        tokio::time::timeout(REFUSAL_WAIT, reading).await.ok();
        let text: Vec<u8> = self.held.iter().flatten().copied().collect();
        failure::Failure::read(self.parts.status.as_u16(), &self.parts.headers, &text)
    }
}

/// What came of an attempt.
pub(crate) enum Tried {
    /// The client gets this.
    Accepted(Box<Accepted>),
    /// Another candidate may do better.
    Failed(Box<Failure>),
}

/// A failed attempt.
pub(crate) struct Failure {
    pub(super) fault: Fault,
    /// Upstream status; 0 when none came.
    pub(super) status: u16,
    /// What the upstream said; the client gets that if no other candidate does better.
    pub(super) answer: Option<Box<Accepted>>,
    /// Who rests because of it.
    pub(super) verdict: Option<Verdict>,
}

impl Tried {
    fn failed(fault: Fault, status: u16, mishap: Mishap<'_>) -> Self {
        Self::Failed(Box::new(Failure { fault, status, answer: None, verdict: judge(mishap) }))
    }
}

/// What all attempts of a call have in common.
pub(crate) struct Plan<'c> {
    pub(crate) method: &'c Method,
    pub(crate) client_path: &'c str,
    pub(crate) query: &'c str,
    pub(crate) subject: &'c str,
    /// The client's headers, without what must not leave.
    pub(crate) headers: &'c HeaderMap,
    pub(crate) demand: &'c Demand,
    pub(super) snapshot: &'c Snapshot,
    pub(super) provenance: &'c Arc<Provenance>,
    /// Whether somebody waits to learn the exact usage.
    pub(crate) needs_usage: bool,
}

/// Tries one candidate, with the request converted for it where it must be.
pub(super) async fn attempt(
    pool: &Arc<Pool>,
    plan: &Plan<'_>,
    candidate: &Candidate<'_>,
    mut conversion: Option<Conversion>,
) -> Tried {
    let provider = &candidate.target.provider;
    let timeouts = provider.timeouts;
    let started = Instant::now();
    let asks_for_usage = conversion.is_none()
        && plan.needs_usage
        && plan.demand.lacks_usage_request()
        && provider.takes_stream_options();
    let Some(outgoing) = Outgoing::build(plan, candidate, conversion.as_mut(), asks_for_usage) else {
        let fault = Fault::new(Kind::OperationNotServed, "no path can be made for this model");
        return Tried::Failed(Box::new(Failure { fault, status: 0, answer: None, verdict: None }));
    };
    let until_first_byte = (timeouts.connect + timeouts.first_byte).min(timeouts.total);
    let until_first_byte = tokio::time::Instant::from_std(started + until_first_byte);
    let sending = pool.send(&provider.origin, timeouts.connect, || outgoing.request());
    let exchanged = match tokio::time::timeout_at(until_first_byte, sending).await {
        Ok(Ok(exchanged)) => exchanged,
        Ok(Err(error)) => return Tried::failed(send_fault(&provider.name, &error), 0, Mishap::Transport),
        Err(_) => return Tried::failed(first_byte_fault(timeouts.first_byte), 0, Mishap::Timeout),
    };
    let mut accepted = receive(plan.provenance, candidate, exchanged, started);
    if let Some(conversion) = conversion {
        (accepted.bridge, accepted.losses) = (conversion.bridge, conversion.losses);
        accepted.rendering = Rendering::of(plan.demand.operation, plan.query);
    }
    accepted.withholds_usage =
        asks_for_usage && accepted.reading.framing == Framing::Events && accepted.reading.is_plain();
    let status = accepted.parts.status;
    if !status.is_success() {
        return told(plan.demand, candidate, accepted).await;
    }
    if is_page(candidate.operation, &accepted.parts.headers) {
        let fault = Fault::new(
            Kind::UpstreamInvalid,
            "the upstream answered with a web page; ask the operator to check its base URL",
        );
        return Tried::failed(fault, status.as_u16(), Mishap::Nonsense);
    }
    match tokio::time::timeout_at(until_first_byte, scrutiny::first_frame(&mut accepted)).await {
        Ok(Ok((FirstFrame::Answer | FirstFrame::Undecided, opening))) => {
            begun(plan, candidate, accepted, opening).await
        }
        Ok(Ok((FirstFrame::Error, _))) => error_first(accepted),
        Ok(Err(error)) => {
            let fault = broken_fault(&provider.name, &error);
            Tried::failed(fault, status.as_u16(), Mishap::Transport)
        }
        Err(_) => Tried::failed(first_byte_fault(timeouts.first_byte), status.as_u16(), Mishap::Timeout),
    }
}

/// Returns what comes of an answer that begins well. `opening` is what was read of it.
async fn begun(plan: &Plan<'_>, candidate: &Candidate<'_>, mut accepted: Box<Accepted>, opening: Bytes) -> Tried {
    let status = accepted.parts.status.as_u16();
    if !accepted.is_convertible(plan.demand.is_stream) {
        let fault = Fault::new(Kind::UpstreamInvalid, "the upstream's answer has not the form that was asked for");
        return Tried::Failed(Box::new(Failure { fault, status, answer: None, verdict: None }));
    }
    let mode = plan.snapshot.policies.validity;
    if !scrutiny::applies(mode, candidate.operation) {
        return Tried::Accepted(accepted);
    }
    let found = scrutiny::scrutinise(&mut accepted, candidate.operation, opening).await;
    if matches!(found, Ok(Finding::Nothing(_))) {
        candidate.vital.note_invalid(Clock::System.now().0);
    }
    match (found, mode) {
        (Ok(Finding::Answer), _) => Tried::Accepted(accepted),
        (Ok(Finding::Error), _) => error_first(accepted),
        (Ok(Finding::Nothing(invalid)), Validity::Enforce) => {
            discard(accepted);
            let message = format!("the upstream's answer says nothing ({}); try again", invalid.as_str());
            Tried::failed(Fault::new(Kind::UpstreamInvalid, message), status, Mishap::Nonsense)
        }
        (Ok(Finding::Nothing(invalid)), Validity::Observe | Validity::Off) => {
            accepted.observed = Some(invalid);
            Tried::Accepted(accepted)
        }
        (Err(error), _) => {
            let fault = broken_fault(&candidate.target.provider.name, &error);
            Tried::failed(fault, status, Mishap::Transport)
        }
    }
}

/// Returns what comes of an answer whose status is no success.
async fn told(demand: &Demand, candidate: &Candidate<'_>, mut accepted: Box<Accepted>) -> Tried {
    let status = accepted.parts.status;
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED && candidate.target.provider.origin.forwarding().is_some() {
        discard(accepted);
        let message = "the upstream cannot be reached: its proxy asks for another user name or password";
        return Tried::failed(Fault::new(Kind::UpstreamUnreachable, message), status.as_u16(), Mishap::Transport);
    }
    let Some(fault) = status_fault(demand.operation, status) else { return Tried::Accepted(accepted) };
    let failure = accepted.failure().await;
    if lacks_path(demand, candidate, &failure) {
        return Tried::Accepted(accepted);
    }
    let mishap = if status.is_redirection() { Mishap::Nonsense } else { Mishap::Told(&failure) };
    let verdict = judge(mishap);
    if status == StatusCode::NOT_FOUND && verdict.is_none() {
        return Tried::Accepted(accepted);
    }
    let is_limited = verdict.is_some_and(|(_, setback)| setback.trouble == Trouble::RateLimited);
    let is_used_up = verdict.is_some_and(|(_, setback)| setback.trouble == Trouble::QuotaExhausted);
    let fault = match fault.kind {
        Kind::UpstreamBroken if is_used_up => quota_fault(),
        Kind::UpstreamBroken if is_limited && status == StatusCode::TOO_MANY_REQUESTS => limited_fault(&failure),
        _ => fault,
    };
    let keeps_answer = !matches!(fault.kind, Kind::UpstreamAuth | Kind::UpstreamQuota | Kind::UpstreamInvalid);
    let answer = keeps_answer.then_some(accepted);
    Tried::Failed(Box::new(Failure { fault, status: status.as_u16(), answer, verdict }))
}

/// Returns whether the upstream seems to lack what it was asked for and can be asked in another dialect.
fn lacks_path(demand: &Demand, candidate: &Candidate<'_>, failure: &failure::Failure) -> bool {
    let provider = &candidate.target.provider;
    let is_path = failure.status == 404 && failure.cause == Cause::NotFound && failure.param.is_none();
    is_path
        && demand.operation.is_chat()
        && provider.may_lack_paths()
        && provider.stand_in(demand.wanted(), &[candidate.operation]).is_some()
}

/// Returns what comes of an error in the place of a good answer, or of nothing at all.
fn error_first(accepted: Box<Accepted>) -> Tried {
    let status = accepted.parts.status.as_u16();
    if accepted.held.is_empty() {
        let fault = Fault::new(Kind::UpstreamInvalid, "the upstream sent an empty answer");
        return Tried::failed(fault, status, Mishap::Nonsense);
    }
    let fault = Fault::new(Kind::UpstreamInvalid, "the upstream sent an error in a good answer's place");
    let verdict = judge(Mishap::Nonsense);
    Tried::Failed(Box::new(Failure { fault, status, answer: Some(accepted), verdict }))
}

/// A request as it goes out; it can be made more than once.
struct Outgoing<'o> {
    plan: &'o Plan<'o>,
    candidate: &'o Candidate<'o>,
    path: PathAndQuery,
    body: OutBody,
    /// Whether the body still has the client's encoding.
    keeps_encoding: bool,
    asks_for_usage: bool,
}

impl<'o> Outgoing<'o> {
    /// Gathers what all repetitions have in common; `None` when the vendor has no path for it.
    fn build(
        plan: &'o Plan<'o>,
        candidate: &'o Candidate<'o>,
        conversion: Option<&mut Conversion>,
        asks_for_usage: bool,
    ) -> Option<Self> {
        let provider = &candidate.target.provider;
        let operation = candidate.operation;
        let is_foreign = candidate.converts(plan.demand.operation);
        let subject = if plan.demand.model.is_empty() { plan.subject } else { candidate.model };
        let (query, client_path) = match (is_foreign, operation) {
            (false, _) => (plan.query, plan.client_path),
            (true, Operation::GeminiStream) => ("alt=sse", ""),
            (true, _) => ("", ""),
        };
        let path = provider.path(operation, subject, query, client_path)?;
        let (body, keeps_encoding) = match conversion {
            Some(conversion) => (OutBody::new(vec![std::mem::take(&mut conversion.body)]), false),
            None => {
                let traits = candidate.wish.map(|_| provider.traits(operation.dialect(), candidate.model));
                let target =
                    suffix::Target { dialect: operation.dialect(), traits: traits.as_deref().unwrap_or_default() };
                let wish = candidate.wish.map(|wish| (wish, target));
                let keeps = Keeps::of(candidate);
                plan.demand.body_for(&Change { model: candidate.model, asks_for_usage, keeps, wish })
            }
        };
        Some(Self { plan, candidate, path, body, keeps_encoding, asks_for_usage })
    }

    fn headers(&self) -> HeaderMap {
        let Self { plan, candidate, .. } = self;
        let (provider, operation) = (&candidate.target.provider, candidate.operation);
        let is_foreign = candidate.converts(plan.demand.operation);
        let mut headers = HeaderMap::with_capacity(plan.headers.len() + 4);
        headers.insert(header::HOST, provider.origin.host_header.clone());
        headers.extend(plan.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        if is_foreign {
            headers::translate_for_upstream(&mut headers, plan.demand.is_stream);
        }
        if !self.keeps_encoding {
            headers.remove(header::CONTENT_ENCODING);
        }
        if self.asks_for_usage || plan.demand.retention.previous().is_some() {
            // What is added must be found again and taken out, and what is missing be put in; an encoded stream hides both.
            headers.remove(header::ACCEPT_ENCODING);
        }
        if let Some((name, value)) = candidate.target.auth(operation.dialect()) {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in &provider.default_headers {
            headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (name, value) in &provider.own_headers {
            headers.insert(name.clone(), value.clone());
        }
        if is_foreign && operation.dialect() == Dialect::Anthropic {
            headers.entry(ANTHROPIC_VERSION).or_insert(HeaderValue::from_static("2023-06-01"));
        }
        headers
    }

    fn request(&self) -> Request<OutBody> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.plan.method.clone();
        *request.uri_mut() = Uri::from(self.path.clone());
        *request.headers_mut() = self.headers();
        if self.body.len() == 0 && *self.plan.method == Method::POST {
            request.headers_mut().insert(header::CONTENT_LENGTH, 0.into());
        }
        request
    }
}

fn receive(
    provenance: &Arc<Provenance>,
    candidate: &Candidate<'_>,
    exchanged: Exchanged,
    started: Instant,
) -> Box<Accepted> {
    let timeouts = candidate.target.provider.timeouts;
    let (parts, body) = exchanged.response.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let coding = encoding(&parts.headers);
    // An encoding that nobody can read is passed on and metered by estimate.
    let framing = match (coding, parts.status.is_success()) {
        (Encoding::Unknown, _) | (_, false) => Framing::Opaque,
        (Encoding::Identity | Encoding::One(_), true) => Framing::of(content_type.unwrap_or_default()),
    };
    let is_vague = framing == Framing::Opaque
        && parts.status.is_success()
        && coding != Encoding::Unknown
        && Framing::needs_sniffing(candidate.operation, content_type.unwrap_or_default());
    let decoder = match coding {
        Encoding::One(coding) => Some(StreamDecoder::new(coding)),
        Encoding::Identity | Encoding::Unknown => None,
    };
    let is_watched = candidate.operation.is_chat() && framing != Framing::Opaque;
    let watch = is_watched.then(|| Watch::new(provenance, candidate.target.provider.issuer()));
    let meter = Meter::new(Subject {
        operation: candidate.operation,
        framing,
        convention: candidate.target.provider.convention(candidate.operation),
        count_tokens: tokens::count_passing,
    });
    Box::new(Accepted {
        parts,
        held: VecDeque::new(),
        body,
        lease: exchanged.lease,
        reading: Reading { framing, meter, decoder, watch, is_vague },
        withholds_usage: false,
        bridge: None,
        rendering: Rendering::Events,
        losses: String::new(),
        observed: None,
        idle: timeouts.idle,
        deadline: started + timeouts.total,
    })
}

/// Returns whether an answer is a web page where data was asked for: a wrong base URL, or a gate in front.
fn is_page(operation: Operation, headers: &HeaderMap) -> bool {
    let is_html = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/html"));
    is_html && !matches!(operation, Operation::AudioTranscriptions | Operation::AudioTranslations)
}

/// Longest rest of a discarded answer that is read so that its connection can be used again.
const DRAIN_MAX_BYTES: usize = 64 * 1024;
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// Reads the rest of an answer that nobody wants, so that an outage does not also cost a new connection for each call.
pub(crate) fn discard(accepted: Box<Accepted>) {
    tokio::spawn(async move {
        let Accepted { mut body, lease, .. } = *accepted;
        let drained = tokio::time::timeout(DRAIN_LIMIT, async {
            let mut read = 0;
            while let Some(frame) = body.frame().await {
                read += frame.ok()?.data_ref().map_or(0, Bytes::len);
                if read > DRAIN_MAX_BYTES {
                    return None;
                }
            }
            Some(())
        });
        if let Ok(Some(())) = drained.await {
            lease.give_back();
        }
    });
}
