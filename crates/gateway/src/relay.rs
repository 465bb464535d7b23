//! The relay: one client call from its first byte to its record.
//!
//! A call only moves forward: it is identified, read, routed, exchanged and delivered. Each step is a value; the next
//! cannot begin without it. Nothing here queries the database in steady state or waits for another core.

mod admission;
mod answer;
mod conversion;
mod delivery;
mod exchange;
mod fault;
mod inbound;
mod objects;
mod old;
mod once;
mod recording;
mod reserve;
mod routing;
mod stored;
mod wire;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode, request};
use hyper::body::Incoming;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Clock;
use sluice_domain::id::CallId;
use sluice_domain::money::Micros;
use sluice_protocol::meter::Framing;
use sluice_protocol::operation::{Endpoint, Family, Operation, endpoint};
use sluice_protocol::tokens::Count;
use sluice_store::{KeptAnswer, Store};

pub(crate) use admission::{Admission, Limiters, Scarcest};
use answer::counting;
use answer::{family_of, own_answer, refusal, wrong_method, wrong_transport};
pub(crate) use conversion::provenance::Provenance;
use delivery::cost::Trailers;
use delivery::deliver::Exchange;
use exchange::Plan;
use fault::Fault;
pub(crate) use fault::Kind;
use inbound::demand::Demand;
#[cfg(feature = "measure")]
pub(crate) use inbound::estimate::{Asks, Bulk};
use inbound::identify::{Callers, Client};
use inbound::intake::Inbound;
pub(crate) use inbound::intake::{DECODERS_MAX, Intake};
pub(crate) use objects::Objects;
use old::Pin;
use recording::note_answer;
use reserve::Meterage;
pub(crate) use routing::Turns;
pub(crate) use routing::preview::Previewer;
use routing::shortlist::Shortlist;
pub(crate) use routing::standings::{Rest, Standing};
pub(crate) use routing::unserved::Unserved;
use routing::{Retries, session};
use stored::OwnAnswer;
pub(crate) use stored::{Keep, Responses};
pub(crate) use wire::body::RelayBody;
pub(crate) use wire::coding::{Encoding, StreamDecoder, encoding};
pub(crate) use wire::cors::Cors;
use wire::headers;
pub(crate) use wire::headers::{HeaderFault, check_own_header, secret_value};

use crate::config::JournalSync;
use crate::config::legacy::is_bare_loopback;
use crate::money::bank::Bank;
use crate::record::journal::Journal;
use crate::record::{Ending, Queue, RequestSample, Room, Ticket};
use crate::snapshot::live::Live;
use crate::snapshot::rules::Ruled;
use crate::snapshot::{Candidate, Snapshot};
use crate::standing::affinity::Affinity;
use crate::telemetry::metrics::Counters;
use crate::upstream::Pool;
use crate::upstream::media::Fetcher;

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
    /// Key of callers on this machine that present none; without it they are refused.
    pub(crate) loopback_key: Option<SecretString>,
}

/// What all relay threads share.
pub(crate) struct Shared {
    pub(crate) live: Arc<Live>,
    pub(crate) store: Arc<Store>,
    pub(crate) bank: Arc<Bank>,
    pub(crate) objects: Objects,
    pub(crate) unserved: Unserved,
    pub(crate) affinity: Arc<Affinity>,
    pub(crate) turns: Turns,
    pub(crate) limiters: Limiters,
    pub(crate) provenance: Arc<Provenance>,
    pub(crate) fetcher: Fetcher,
    pub(crate) responses: Responses,
    /// For answers that are kept.
    pub(crate) room: Arc<Room>,
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
    retries: Retries,
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
    pin: Option<Pin>,
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
        Self { shared, pool, callers, queue, journal, counters, retries: Retries::default() }
    }

    /// Answers one request on a relay path.
    pub(crate) async fn serve(&self, mut request: Request<Incoming>, client: IpAddr) -> RelayResponse {
        let pin = old::rename(&mut request);
        let call = self.begin(&request, client, pin);
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
            // A replayed answer names the call that it was the answer to.
            response.headers_mut().entry(CALL_HEADER).or_insert(value);
        }
        self.counters.count_answer(response.status());
        response
    }

    fn begin(&self, request: &Request<Incoming>, client: IpAddr, pin: Option<Pin>) -> Call {
        let now_ms = u64::try_from(self.shared.clock.now().0).unwrap_or(0);
        let id = CallId::new(now_ms, rand::rng().random());
        let family = family_of(request.uri().path(), request.headers());
        Call { id, id_text: id.to_string(), family, started: Instant::now(), client, pin }
    }

    async fn answer(&self, call: &Call, request: Request<Incoming>) -> Result<RelayResponse, Fault> {
        let path = request.uri().path().to_owned();
        let endpoint = endpoint(request.method(), &path);
        match endpoint {
            Endpoint::Unknown => {
                Err(Fault::new(Kind::UnknownPath, format!("there is no `{path}` here; see `/api/docs`")))
            }
            Endpoint::WrongMethod(_) if headers::asks_for_websocket(request.headers()) => {
                Ok(wrong_transport(call, &path))
            }
            Endpoint::WrongMethod(allowed) => {
                let method = request.method();
                Ok(wrong_method(call, &path, method, allowed))
            }
            Endpoint::Relay { operation, subject } => {
                self.relay(call, operation, &subject, request.map(Inbound::Wire)).await
            }
            Endpoint::Brief
            | Endpoint::Usage
            | Endpoint::UsageDetail
            | Endpoint::DetailedModels
            | Endpoint::Capabilities => {
                // Boxed, so that the calls that are usual need no room for it.
                Box::pin(self.answer_as_before(call, &endpoint, request)).await
            }
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
        request: Request<Inbound>,
    ) -> Result<RelayResponse, Fault> {
        let snapshot = self.shared.live.load();
        let client = self.identify(call, &snapshot, &request).await?;
        let mut ticket = self.open_ticket(call, operation, &client.caller);
        let budget_left = self.shared.budget_left(&snapshot, &client).await;
        let pin = call.pin.as_ref();
        let asked = Asked { snapshot: &snapshot, client: &client, operation, subject, pin, budget_left, draft: None };
        let exchanged = self.exchange(call, &asked, request, &mut ticket).await;
        let scarcest = ticket.scarcest();
        let answered = self.conclude(call, &asked, exchanged, ticket).await;
        let Some(scarcest) = scarcest else { return answered };
        let mut response = answered.unwrap_or_else(|fault| refusal(call, &fault));
        scarcest.tell(call.family, self.shared.clock.now(), response.headers_mut());
        Ok(response)
    }

    /// Begins the answer to the client, or ends the call where there is none.
    async fn conclude(
        &self,
        call: &Call,
        asked: &Asked<'_>,
        exchanged: Result<Exchanged, Fault>,
        mut ticket: Ticket,
    ) -> Result<RelayResponse, Fault> {
        match exchanged {
            Ok(Exchanged::Now(exchange)) => self.deliver(call, asked.client, *exchange, ticket).await,
            Ok(Exchanged::Before(answer)) => Ok(once::replay(answer, ticket)),
            Ok(Exchanged::Kept(answer)) => Ok(stored::deliver(answer, ticket)),
            Ok(Exchanged::Counted(count)) => Ok(counting::answer(asked.operation, &count, ticket)),
            Err(fault) => {
                let facts = fault.kind.facts();
                ticket.note(|record| record.status = facts.status.as_u16());
                let mut was_tried = false;
                ticket.note(|record| was_tried = !record.attempts.is_empty());
                let outcome = if was_tried { Outcome::Broken } else { Outcome::Refused };
                let keeping = ticket.stop_keeping();
                ticket.finish(Ending { outcome, error: facts.code, metered: None });
                self.give_back(call, keeping).await;
                Err(fault)
            }
        }
    }

    async fn identify<B>(&self, call: &Call, snapshot: &Snapshot, request: &Request<B>) -> Result<Arc<Client>, Fault> {
        let presented = headers::presented_key(request.headers(), request.uri().query());
        let presented = presented.or_else(|| self.loopback_key(call, request.headers())).ok_or_else(|| {
            Fault::new(
                Kind::MissingKey,
                "no key was sent; put it into `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`",
            )
        })?;
        let client = self.callers.find(&presented, snapshot, &self.shared).await?;
        client.caller.admit(self.shared.clock.now(), call.client)?;
        Ok(client)
    }

    /// Returns the key of a caller on this machine that presents none, where the operator allowed that.
    fn loopback_key(&self, call: &Call, headers: &HeaderMap) -> Option<Cow<'_, str>> {
        let key = self.shared.settings.loopback_key.as_ref()?;
        is_bare_loopback(call.client, headers).then(|| Cow::Borrowed(key.expose_secret()))
    }

    /// Reads what is asked for and makes sure that the caller may ask for it.
    async fn read_demand(
        &self,
        asked: &Asked<'_>,
        parts: &request::Parts,
        body: Inbound,
        ticket: &mut Ticket,
    ) -> Result<Demand, Fault> {
        let payload = self.shared.settings.intake.read(&parts.headers, body).await?;
        let default_model = asked.client.caller.key.scope.default_model.as_deref();
        let mut demand = Demand::read(asked.operation, (asked.subject, default_model), &parts.headers, payload).await?;
        demand.fingerprint = session(&parts.headers).or(demand.fingerprint);
        ticket.note(|record| {
            record.model_asked = clipped(&demand.model);
            record.stream = demand.is_stream;
        });
        let models = &asked.client.caller.key.models;
        // Whoever may use a model may also say how much it is to think.
        let base = || asked.snapshot.wish_in(&demand.model, demand.wanted()).map(|wish| wish.base);
        if demand.model.is_empty() || models.allows(&demand.model) || base().is_some_and(|base| models.allows(base)) {
            let scope = &asked.client.caller.key.scope;
            let bound = || old::bound_provider(scope, asked.snapshot, &demand.model);
            let pin = asked.pin.map(|pin| pin.provider(asked.snapshot)).transpose()?.flatten().or_else(bound);
            return Ok(match pin.map(str::to_owned) {
                Some(provider) => demand.pinned_to(&provider),
                None => demand,
            });
        }
        let message = format!("this key may not use the model `{}`; ask its owner to allow it", clipped(&demand.model));
        Err(Fault::new(Kind::ModelNotAllowed, message))
    }

    async fn exchange(
        &self,
        call: &Call,
        asked: &Asked<'_>,
        request: Request<Inbound>,
        ticket: &mut Ticket,
    ) -> Result<Exchanged, Fault> {
        let (parts, body) = request.into_parts();
        let trailers = Trailers::of(&parts);
        let demand = self.read_demand(asked, &parts, body, ticket).await?;
        self.admit(asked, &demand, ticket)?;
        if let Some(answer) = self.answer_about(asked, parts.uri.query()).await? {
            return Ok(Exchanged::Kept(answer));
        }
        let demand = self.recall(asked, demand).await?;
        ticket.keep_request(RequestSample::of(demand.plain()));
        let Some(question) = counting::Question::of(asked.snapshot, &demand) else {
            return self.forward(call, asked, (parts, trailers, demand), ticket).await;
        };
        if !question.is_answered_by_any(asked.snapshot) {
            return question.estimate().await.map(Exchanged::Counted);
        }
        let exchanged = self.forward(call, asked, (parts, trailers, demand), ticket).await;
        question.settle(exchanged).await
    }

    /// Has a call answered by an upstream.
    async fn forward(
        &self,
        call: &Call,
        asked: &Asked<'_>,
        (mut parts, trailers, demand): (request::Parts, Trailers, Demand),
        ticket: &mut Ticket,
    ) -> Result<Exchanged, Fault> {
        let Asked { snapshot, client, operation, subject, .. } = *asked;
        let Shortlist { mut candidates, prepared } = self.shortlist(call, asked, &demand, (&parts, ticket)).await?;
        if let Some(key) = once::key(&parts, client, &demand).await?
            && let Some(answer) = self.claim(call, asked, key, ticket).await?
        {
            return Ok(Exchanged::Before(answer));
        }
        let reserved = reserve::reserve(&self.shared, snapshot, client, &demand, &mut candidates).await;
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
            snapshot,
            provenance: &self.shared.provenance,
            needs_usage: !client.purse.is_empty() || client.caller.key.billing.shows_cost,
        };
        self.note_open(ticket).await?;
        let (accepted, candidate) =
            self.first_accepted(call, &plan, Shortlist { candidates, prepared }, ticket).await?;
        note_answer(ticket, &candidate, &accepted);
        self.note_warmth(&demand, &candidate, &accepted);
        let tariff = candidate.priced.as_ref().map(|priced| snapshot.prices.tariff(priced, &client.caller));
        ticket.buy(tariff.clone());
        let pays = tariff.zip(reserved.allowance).filter(|_| accepted.reading.framing == Framing::Events);
        let meterage = pays.and_then(|(tariff, allowance)| Meterage::of(&self.shared.bank, client, tariff, allowance));
        let keeping = self.keeping(client, &demand, &candidate, &accepted);
        let (subject, model) = (subject.to_owned(), demand.model);
        Ok(Exchanged::Now(Box::new(Exchange { accepted, operation, subject, model, meterage, keeping, trailers })))
    }
}

/// Who asks for what, under which configuration.
struct Asked<'c> {
    snapshot: &'c Snapshot,
    client: &'c Client,
    operation: Operation,
    subject: &'c str,
    /// The only provider that it may go to.
    pin: Option<&'c Pin>,
    /// What the caller can still spend, where a rule asks for it and something limits it.
    budget_left: Option<Micros>,
    /// Rules that are tried instead of those in force.
    draft: Option<&'c [Ruled]>,
}

/// What there is for the client.
enum Exchanged {
    /// The answer that this call got.
    Now(Box<Exchange>),
    /// The answer that an earlier call with the same idempotency key got.
    Before(KeptAnswer),
    /// What is kept here.
    Kept(OwnAnswer),
    /// How many tokens it would read; no upstream was asked.
    Counted(Count),
}

/// Longest text from outside that goes into a record.
const CLIP_CHARS: usize = 190;

fn clipped(text: &str) -> String {
    // No text has more characters than bytes, and few are as long.
    if text.len() <= CLIP_CHARS { text.to_owned() } else { text.chars().take(CLIP_CHARS).collect() }
}
