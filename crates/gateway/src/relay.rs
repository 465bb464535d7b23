//! The relay: one client call from its first byte to its record.
//!
//! A call only moves forward: it is identified, read, routed, exchanged and delivered. Each step is a value; the next
//! cannot begin without it. Nothing here queries the database in steady state or waits for another core.

mod answer;
mod body;
mod coding;
mod cors;
mod delivery;
mod demand;
mod estimate;
mod exchange;
mod fault;
mod headers;
mod identify;
mod intake;
mod listing;
mod objects;
mod reserve;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use rand::RngExt;
use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Clock;
use sluice_domain::id::CallId;
use sluice_domain::key::Caller;
use sluice_domain::route::order;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Framing;
use sluice_protocol::operation::{Endpoint, Family, ModelPlace, Operation, endpoint};
use sluice_store::Store;

use answer::{family_of, own_answer, refusal, wrong_method};
pub(crate) use body::RelayBody;
pub(crate) use cors::Cors;
use delivery::{Facts, Tap};
use demand::Demand;
use exchange::{Accepted, Plan, Tried, attempt, discard};
use fault::Fault;
pub(crate) use fault::Kind;
pub(crate) use headers::secret_value;
use identify::{Callers, Client};
pub(crate) use intake::{DECODERS_MAX, Intake};
pub(crate) use objects::Objects;
use reserve::Meterage;

use crate::bank::Bank;
use crate::config::JournalSync;
use crate::journal::Journal;
use crate::live::Live;
use crate::metrics::Counters;
use crate::record::{Ending, Queue, RequestSample, Ticket};
use crate::snapshot::{Candidate, Snapshot};
use crate::upstream::Pool;

const CALL_HEADER: HeaderName = HeaderName::from_static("x-sluice-call");
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Settings of the relay.
#[derive(Debug, Clone)]
pub(crate) struct RelaySettings {
    pub(crate) intake: Intake,
    pub(crate) cors: Cors,
    /// Most candidates that one call tries.
    pub(crate) max_attempts: usize,
    /// Keys that each relay thread remembers.
    pub(crate) key_cache_entries: usize,
    pub(crate) journal_sync: JournalSync,
}

/// What all relay threads share.
pub(crate) struct Shared {
    pub(crate) live: Arc<Live>,
    pub(crate) store: Arc<Store>,
    pub(crate) bank: Arc<Bank>,
    pub(crate) objects: Objects,
    pub(crate) settings: RelaySettings,
    pub(crate) control: tokio::runtime::Handle,
    pub(crate) clock: Clock,
}

/// The relay of one thread: its connections, its keys, its queue of records, its counters.
pub(crate) struct Relay {
    shared: Arc<Shared>,
    pool: Arc<Pool>,
    callers: Callers,
    queue: Queue,
    journal: Arc<Journal>,
    counters: Arc<Counters>,
}

/// A response of the relay.
pub(crate) type RelayResponse = Response<RelayBody>;

/// A call under way: what every answer to it needs.
struct Call {
    id: CallId,
    id_text: String,
    family: Family,
    started: Instant,
    client: IpAddr,
}

impl Relay {
    /// Makes the relay of one thread.
    pub(crate) fn new(
        shared: Arc<Shared>,
        pool: Arc<Pool>,
        records: (Queue, Arc<Journal>),
        counters: Arc<Counters>,
    ) -> Self {
        let callers = Callers::new(shared.settings.key_cache_entries);
        let (queue, journal) = records;
        Self { shared, pool, callers, queue, journal, counters }
    }

    /// Answers one request on a relay path.
    pub(crate) async fn serve(&self, request: Request<Incoming>, client: IpAddr) -> RelayResponse {
        let call = self.begin(&request, client);
        let origin = request.headers().get(header::ORIGIN).cloned();
        let is_preflight =
            request.method() == Method::OPTIONS && request.headers().contains_key("access-control-request-method");
        let mut response = if is_preflight {
            let mut response = Response::new(RelayBody::full(""));
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.headers_mut() = self.shared.settings.cors.preflight(request.headers());
            response
        } else {
            let answered = self.answer(&call, request).await;
            let mut response = answered.unwrap_or_else(|fault| refusal(&call, &fault));
            self.shared.settings.cors.expose(origin.as_ref(), response.headers_mut());
            response
        };
        if let Ok(value) = HeaderValue::from_str(&call.id_text) {
            response.headers_mut().entry(REQUEST_ID_HEADER).or_insert_with(|| value.clone());
            response.headers_mut().insert(CALL_HEADER, value);
        }
        self.counters.count_answer(response.status());
        response
    }

    fn begin(&self, request: &Request<Incoming>, client: IpAddr) -> Call {
        let now_ms = u64::try_from(self.shared.clock.now().0).unwrap_or(0);
        let id = CallId::new(now_ms, rand::rng().random());
        let family = family_of(request.uri().path(), request.headers());
        Call { id, id_text: id.to_string(), family, started: Instant::now(), client }
    }

    async fn answer(&self, call: &Call, request: Request<Incoming>) -> Result<RelayResponse, Fault> {
        let path = request.uri().path().to_owned();
        let endpoint = endpoint(request.method(), &path);
        match endpoint {
            Endpoint::Unknown => {
                Err(Fault::new(Kind::UnknownPath, format!("there is no `{path}` here; see `/api/docs`")))
            }
            Endpoint::WrongMethod(allowed) => {
                let method = request.method();
                Ok(wrong_method(call, &path, method, allowed))
            }
            Endpoint::Relay { operation, subject } => self.relay(call, operation, &subject, request).await,
            Endpoint::ListModels | Endpoint::GetModel(_) | Endpoint::BillingSubscription | Endpoint::BillingUsage => {
                let snapshot = self.shared.live.load();
                let client = self.identify(call, &snapshot, &request).await?;
                own_answer(&snapshot, &client.caller, call.family, &endpoint)
            }
        }
    }

    async fn relay(
        &self,
        call: &Call,
        operation: Operation,
        subject: &str,
        request: Request<Incoming>,
    ) -> Result<RelayResponse, Fault> {
        let snapshot = self.shared.live.load();
        let client = self.identify(call, &snapshot, &request).await?;
        let mut ticket = self.open_ticket(call, operation, &client.caller)?;
        let asked = Asked { snapshot: &snapshot, client: &client, operation, subject };
        match self.exchange(call, &asked, request, &mut ticket).await {
            Ok(exchanged) => Ok(self.deliver(call, &client, exchanged, ticket)),
            Err(fault) => {
                let facts = fault.kind.facts();
                ticket.note(|record| record.status = facts.status.as_u16());
                let mut was_tried = false;
                ticket.note(|record| was_tried = !record.attempts.is_empty());
                let outcome = if was_tried { Outcome::Broken } else { Outcome::Refused };
                ticket.finish(Ending { outcome, error: facts.code, metered: None });
                Err(fault)
            }
        }
    }

    async fn identify(
        &self,
        call: &Call,
        snapshot: &Snapshot,
        request: &Request<Incoming>,
    ) -> Result<Arc<Client>, Fault> {
        let presented = headers::presented_key(request.headers(), request.uri().query()).ok_or_else(|| {
            Fault::new(
                Kind::MissingKey,
                "no key was sent; put it into `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`",
            )
        })?;
        let client = self.callers.find(&presented, snapshot, &self.shared).await?;
        client.caller.admit(self.shared.clock.now(), call.client)?;
        Ok(client)
    }

    /// Reserves the place of the call's record. Where there is none, the call is refused: nothing goes unrecorded.
    fn open_ticket(&self, call: &Call, operation: Operation, caller: &Caller) -> Result<Ticket, Fault> {
        let permit = self.queue.reserve().ok_or_else(|| {
            Fault::later(Kind::RecordsFull, "call records cannot be written fast enough right now; try again", 2)
        })?;
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
        };
        Ok(Ticket::new(permit, record, call.started, Arc::clone(&self.journal)))
    }

    async fn exchange(
        &self,
        call: &Call,
        asked: &Asked<'_>,
        request: Request<Incoming>,
        ticket: &mut Ticket,
    ) -> Result<Exchange, Fault> {
        let Asked { snapshot, client, operation, subject } = *asked;
        let (mut parts, body) = request.into_parts();
        let payload = self.shared.settings.intake.read(&parts.headers, body).await?;
        let demand = Demand::read(operation, subject, &parts.headers, payload).await?;
        ticket.note(|record| {
            record.model_asked = clipped(&demand.model);
            record.stream = demand.is_stream;
        });
        if !demand.model.is_empty() && !client.caller.key.models.allows(&demand.model) {
            let message =
                format!("this key may not use the model `{}`; ask its owner to allow it", clipped(&demand.model));
            return Err(Fault::new(Kind::ModelNotAllowed, message));
        }
        ticket.keep_request(RequestSample::of(demand.plain()));
        let mut shortlist = self.shortlist(asked, &demand).await?;
        let reserved = reserve::reserve(&self.shared, snapshot, client, &demand, &mut shortlist).await;
        let reserved = reserved.inspect_err(|fault| self.counters.count_refused_hold(fault.kind))?;
        ticket.agree(reserved.hold, demand.asks.service);
        headers::keep_for_upstream(&mut parts.headers);
        let plan = Plan {
            method: &parts.method,
            client_path: parts.uri.path(),
            query: &headers::query_without_key(parts.uri.query().unwrap_or_default()),
            subject,
            headers: &parts.headers,
            demand: &demand,
            is_billed: !client.purse.is_empty(),
        };
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
        let (accepted, candidate) = self.first_accepted(call, &plan, &shortlist, ticket).await?;
        note_answer(ticket, candidate, &accepted);
        let tariff = candidate.priced.as_ref().map(|priced| snapshot.prices.tariff(priced, &client.caller));
        ticket.buy(tariff.clone());
        let pays = tariff.zip(reserved.allowance).filter(|_| accepted.reading.framing == Framing::Events);
        let meterage = pays.and_then(|(tariff, allowance)| Meterage::of(&self.shared.bank, client, tariff, allowance));
        Ok(Exchange { accepted, operation, subject: subject.to_owned(), model: demand.model, meterage })
    }

    /// Returns the candidates of a call, in the order in which they are tried.
    async fn shortlist<'s>(&self, asked: &Asked<'s>, demand: &'s Demand) -> Result<Vec<Candidate<'s>>, Fault> {
        let Asked { snapshot, client, subject, .. } = *asked;
        let object = match (demand.operation.model_place(), demand.previous_response.as_deref()) {
            (ModelPlace::Object, _) => Some(subject),
            (_, Some(previous)) => Some(previous),
            _ => None,
        };
        if let Some(id) = object {
            let pinned = self.shared.objects.target(id, client.caller.key.user_id, snapshot, &self.shared).await?;
            if let Some(target) = pinned {
                let model = demand.model.as_str();
                let named = snapshot.candidates(model, demand.operation);
                let same = named.into_iter().find(|candidate| candidate.target.credential_id == target.credential_id);
                return match same {
                    Some(candidate) => Ok(vec![candidate]),
                    None if demand.operation.model_place() == ModelPlace::Object => {
                        let standing = sluice_domain::route::Standing { priority: 0, weight: 1 };
                        Ok(vec![Candidate { target, model, standing, priced: snapshot.priced(target, model) }])
                    }
                    None => Err(nobody_serves(snapshot, demand)),
                };
            }
            if demand.operation.model_place() == ModelPlace::Object {
                let message = format!("`{}` is not known here, or belongs to somebody else", clipped(id));
                return Err(Fault::new(Kind::ObjectNotFound, message));
            }
        }
        let mut candidates = snapshot.candidates(&demand.model, demand.operation);
        if candidates.is_empty() {
            return Err(nobody_serves(snapshot, demand));
        }
        order(&mut candidates, |candidate| candidate.standing, &mut rand::rng());
        candidates.truncate(self.shared.settings.max_attempts.max(1));
        Ok(candidates)
    }

    /// Tries candidates until one is accepted. Up to there a failure is invisible to the client; after it nothing is
    /// tried again.
    async fn first_accepted<'c, 's>(
        &self,
        call: &Call,
        plan: &Plan<'_>,
        shortlist: &'c [Candidate<'s>],
        ticket: &mut Ticket,
    ) -> Result<(Box<Accepted>, &'c Candidate<'s>), Fault> {
        let mut last = Fault::new(Kind::UpstreamUnreachable, "no provider could be tried");
        for (index, candidate) in shortlist.iter().enumerate() {
            ticket.begin_attempt(|started_ms| new_attempt(candidate, started_ms));
            let tried = attempt(&self.pool, plan, candidate).await;
            let is_last = index + 1 == shortlist.len();
            match tried {
                Tried::Accepted(accepted) => {
                    let status = accepted.parts.status;
                    let error = (!status.is_success()).then(|| format!("upstream_status_{}", status.as_u16()));
                    ticket.end_attempt(status.as_u16(), error);
                    return Ok((accepted, candidate));
                }
                Tried::Failed(fault, status, answer) => {
                    self.counters.count_failed_attempt();
                    ticket.end_attempt(status, Some(format!("{}: {}", fault.kind.facts().code, fault.message)));
                    tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, status,
                        error = %fault, "an attempt failed");
                    match answer {
                        Some(accepted) if is_last || !fault.kind.facts().tries_next => {
                            return Ok((accepted, candidate));
                        }
                        Some(accepted) => discard(accepted),
                        None => {}
                    }
                    last = fault;
                }
            }
        }
        Err(last)
    }

    fn deliver(&self, call: &Call, client: &Client, exchange: Exchange, mut ticket: Ticket) -> RelayResponse {
        let Exchange { mut accepted, operation, subject, model, meterage } = exchange;
        let caller = &client.caller;
        let status = accepted.parts.status;
        let first_token_ms = crate::record::millis(ticket.elapsed());
        ticket.note(|record| {
            record.status = status.as_u16();
            record.first_token_ms = status.is_success().then_some(first_token_ms);
            if !status.is_success() {
                "upstream_error".clone_into(&mut record.error);
            }
        });
        let mut headers = std::mem::take(&mut accepted.parts.headers);
        headers::keep_for_client(&mut headers);
        if accepted.withholds_usage {
            headers.remove(header::CONTENT_LENGTH);
        }
        if operation == Operation::ResponseDelete && status.is_success() {
            self.shared.objects.forget(&subject, caller.key.user_id, &self.shared);
        }
        let on_object = self.object_keeper(operation, caller, model, &ticket);
        let facts = Facts { operation, call: call.id_text.clone(), is_error_answer: !status.is_success() };
        let tap = Tap::new(*accepted, ticket, facts, (on_object, meterage));
        let mut response = Response::new(RelayBody::Tap(Box::pin(tap)));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// Returns what remembers which credential made an object, so that later calls about it go there.
    fn object_keeper(
        &self,
        operation: Operation,
        caller: &Caller,
        model: String,
        ticket: &Ticket,
    ) -> Option<delivery::OnObject> {
        if !sluice_protocol::meter::makes_object(operation) {
            return None;
        }
        let (provider_id, credential_id) = ticket.answered_by()?;
        let (shared, queue) = (Arc::clone(&self.shared), self.queue.clone());
        let user_id = caller.key.user_id;
        Some(Box::new(move |object_id| {
            let object = sluice_domain::call::UpstreamObject {
                object_id,
                user_id,
                provider_id,
                credential_id,
                model,
                created_at: shared.clock.now(),
            };
            shared.objects.remember(object, &queue);
        }))
    }
}

/// Who asks for what, under which configuration.
struct Asked<'c> {
    snapshot: &'c Snapshot,
    client: &'c Client,
    operation: Operation,
    subject: &'c str,
}

/// An accepted answer with what the delivery must know of its call.
struct Exchange {
    accepted: Box<Accepted>,
    operation: Operation,
    subject: String,
    model: String,
    meterage: Option<Meterage>,
}

fn note_answer(ticket: &mut Ticket, candidate: &Candidate<'_>, accepted: &Accepted) {
    let upstream_id = ["x-request-id", "request-id", "x-goog-request-id"]
        .iter()
        .find_map(|name| accepted.parts.headers.get(*name)?.to_str().ok())
        .map(clipped)
        .unwrap_or_default();
    let is_stream = accepted.reading.framing == sluice_protocol::meter::Framing::Events;
    ticket.note(|record| {
        record.provider_id = Some(candidate.target.provider.id);
        record.provider_name.clone_from(&candidate.target.provider.name);
        record.credential_id = Some(candidate.target.credential_id);
        record.model_used = clipped(candidate.model);
        record.upstream_request_id = upstream_id;
        record.stream |= is_stream;
    });
}

fn new_attempt(candidate: &Candidate<'_>, started_ms: u64) -> Attempt {
    Attempt {
        provider_id: candidate.target.provider.id,
        provider_name: candidate.target.provider.name.clone(),
        credential_id: candidate.target.credential_id,
        model: clipped(candidate.model),
        status: 0,
        started_ms,
        duration_ms: 0,
        error: Some("client_left".to_owned()),
    }
}

/// Longest text from outside that goes into a record.
const CLIP_CHARS: usize = 190;

fn clipped(text: &str) -> String {
    text.chars().take(CLIP_CHARS).collect()
}

fn nobody_serves(snapshot: &Snapshot, demand: &Demand) -> Fault {
    let model = clipped(&demand.model);
    if snapshot.knows(&demand.model) {
        let operation = demand.operation.documented_path();
        let message = format!("no provider of `{model}` serves `{operation}`; use the path of its own dialect");
        return Fault::new(Kind::OperationNotServed, message);
    }
    let message = format!("no provider serves the model `{model}`; `GET /v1/models` lists those that are there");
    Fault::new(Kind::ModelNotFound, message)
}
