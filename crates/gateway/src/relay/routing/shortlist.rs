//! Which candidates a call has, in the order in which they are tried.

use std::time::{Duration, Instant};

use http::request::Parts;
use rand::RngExt;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CredentialId;
use sluice_domain::money::Micros;
use sluice_domain::route::decision::CONSIDERED_MAX;
use sluice_domain::route::policy::Strategy;
use sluice_domain::route::{Decision, Obstacle, Reasons};
use sluice_protocol::operation::ModelPlace;

use crate::record::Ticket;
use crate::relay::conversion::convert::{Conversion, convert};
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::demand::Demand;
use crate::relay::inbound::identify::Client;
use crate::relay::routing::{Contest, Outcome, none_usable};
use crate::relay::{Asked, Call, Relay, Shared, clipped, stored};
use crate::snapshot::rules::{Question, Ruled, first_that_holds};
use crate::snapshot::{Candidate, Snapshot};
use crate::standing::affinity::Conversation;
use crate::standing::limiter::nanos;

/// Longest time that a call waits because all candidates are at their limits.
pub(in crate::relay) const QUEUE_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a call waits to see whether one of those that are under way has ended, milliseconds.
const BUSY_WAIT_MS: i64 = 50;
/// Calls that waited for the same moment are spread over so many milliseconds.
pub(in crate::relay) const QUEUE_JITTER_MS: i64 = 200;

impl Relay {
    /// Returns the candidates of a call, in the order in which they are tried, and notes why.
    pub(in crate::relay) async fn shortlist<'s>(
        &self,
        call: &Call,
        asked: &Asked<'s>,
        demand: &'s Demand,
        (parts, ticket): (&Parts, &mut Ticket),
    ) -> Result<Shortlist<'s>, Fault> {
        if let Some(pinned) = self.pinned(asked, demand).await? {
            return Ok(pinned);
        }
        let snapshot = asked.snapshot;
        let started = Instant::now();
        loop {
            let field = self.shared.field(asked, demand, parts)?;
            let Outcome { mut order, last_resort, decision } =
                self.shared.decide(call.id.0.as_u128(), asked, demand, field);
            let now_ms = self.shared.clock.now().0;
            let wait = wait_for(&order, &decision, now_ms, QUEUE_WAIT_MAX.saturating_sub(started.elapsed()));
            // Room may come soon; what fails is no worse for one more call.
            let may_have_room = decision.considered.iter().any(|one| one.obstacle.is_some_and(|it| it.is_limit()));
            let is_alone = decision.considered.len() == 1 && decision.more == 0;
            if order.is_empty() && (is_alone || !(wait.is_some() && may_have_room)) {
                order = last_resort;
            }
            let refusal = || none_usable(&demand.model, &decision, now_ms);
            let refusal = order.is_empty().then(refusal);
            let waited_ms = crate::record::millis(started.elapsed());
            ticket.note(|record| record.decision = Some(Decision { waited_ms, ..decision }.into()));
            match (refusal, wait) {
                (None, _) => {
                    let mut unable = Vec::new();
                    let whole = (&*self.shared, snapshot);
                    let list = Shortlist::carrying(whole, call, (demand, order), &mut unable).await;
                    ticket.note(|record| {
                        let decision = record.decision.as_mut().and_then(Reasons::open);
                        if let Some(decision) = decision {
                            decision.bar(&unable, Obstacle::NotConvertible);
                        }
                    });
                    return list.map(|list| list.cut(self.shared.settings.max_attempts));
                }
                (Some(_), Some(wait)) => tokio::time::sleep(wait).await,
                (Some(refusal), None) => return Err(refusal),
            }
        }
    }

    /// Returns the only candidate of a call about something that lives at one credential.
    async fn pinned<'s>(&self, asked: &Asked<'s>, demand: &'s Demand) -> Result<Option<Shortlist<'s>>, Fault> {
        let Asked { snapshot, client, subject, .. } = *asked;
        let is_about_object = demand.operation.model_place() == ModelPlace::Object;
        let object = if is_about_object { Some(subject) } else { demand.previous_response.as_deref() };
        let Some(id) = object else { return Ok(None) };
        let pinned = self.shared.objects.target(id, client.caller.key.user_id, snapshot, &self.shared).await?;
        let Some(target) = pinned else {
            if !is_about_object {
                return Ok(None);
            }
            let message = format!("`{}` is not known here, or belongs to somebody else", clipped(id));
            return Err(Fault::new(Kind::ObjectNotFound, message));
        };
        let model = demand.model.as_str();
        let mut models = snapshot.policies.stands_for(model, &mut rand::rng()).into_iter();
        let at_target = |candidate: &Candidate<'_>| candidate.target.credential_id == target.credential_id;
        let same = models.find_map(|model| snapshot.candidates(model, demand.wanted()).into_iter().find(at_target));
        match same {
            Some(candidate) => Ok(Some(Shortlist::of(candidate))),
            None if is_about_object => Ok(Some(Shortlist::of(snapshot.candidate_of(target, model, demand.operation)))),
            None => Err(nobody_serves(snapshot, demand)),
        }
    }
}

impl Shared {
    /// Returns what a caller can still spend; `None` where nothing limits it, or no rule asks.
    pub(in crate::relay) async fn budget_left(&self, snapshot: &Snapshot, client: &Client) -> Option<Micros> {
        if snapshot.policies.asks_budget() { self.spendable(client).await } else { None }
    }

    /// Returns what a caller can still spend; `None` where nothing limits it.
    pub(in crate::relay) async fn spendable(&self, client: &Client) -> Option<Micros> {
        self.bank.left(&client.purse).await
    }

    /// Returns all candidates in question, in groups: those of a later group are tried when all of the ones before failed.
    pub(in crate::relay) fn field<'s>(
        &self,
        asked: &Asked<'s>,
        demand: &'s Demand,
        parts: &Parts,
    ) -> Result<Vec<Group<'s>>, Fault> {
        let snapshot = asked.snapshot;
        let models = snapshot.policies.stands_for(&demand.model, &mut rand::rng());
        let mut groups = Vec::with_capacity(models.len());
        let mut refusal = None;
        for model in models {
            let question = question(asked, demand, (parts, model), self.clock.now());
            let rule = match asked.draft {
                Some(draft) => first_that_holds(draft, &question),
                None => snapshot.policies.ruling(&question),
            };
            let model = rule.and_then(|rule| rule.model.as_deref()).unwrap_or(model);
            let mut candidates = match rule.map(|rule| rule.choices.as_slice()) {
                None | Some([]) => snapshot.candidates(model, demand.wanted()),
                Some(choices) => snapshot.candidates_chosen(choices, model, demand.wanted()),
            };
            candidates.iter_mut().for_each(|candidate| self.unserved.correct(candidate, demand.wanted()));
            refusal = stored::fit(&mut candidates, demand).err().or(refusal);
            if !candidates.is_empty() {
                groups.push(Group { model, rule, candidates });
            }
        }
        match refusal {
            _ if !groups.is_empty() => Ok(groups),
            Some(refusal) => Err(refusal),
            None => Err(nobody_serves(snapshot, demand)),
        }
    }

    /// Ranks the candidates of all groups.
    pub(in crate::relay) fn decide<'s>(
        &self,
        turn: u128,
        asked: &Asked<'s>,
        demand: &Demand,
        field: Vec<Group<'s>>,
    ) -> Outcome<'s> {
        let Asked { snapshot, client, .. } = *asked;
        let (mut order, mut last_resort, mut decision) = (Vec::new(), Vec::new(), Decision::default());
        for (index, group) in field.into_iter().enumerate() {
            let ruled = group.rule.and_then(|rule| rule.strategy);
            let strategy = ruled.or(client.caller.key.scope.strategy);
            let strategy = strategy.unwrap_or_else(|| snapshot.policies.strategy(group.model));
            let contest = Contest {
                snapshot,
                client,
                demand,
                strategy,
                warm: demand.fingerprint.and_then(|known| self.affinity.find(Conversation::of(known, &demand.model))),
                now_ms: self.clock.now().0,
                now: nanos(),
                turn: if strategy == Strategy::RoundRobin { self.turns.next() } else { turn },
            };
            let outcome = contest.decide(group.candidates);
            order.extend(outcome.order);
            last_resort.extend(outcome.last_resort);
            if index == 0 {
                decision = outcome.decision;
                decision.rule = group.rule.map(|rule| rule.name.clone());
                decision.model = (group.model != demand.model).then(|| group.model.to_owned());
            } else {
                decision.considered.extend(outcome.decision.considered);
                decision.considered.truncate(CONSIDERED_MAX);
            }
        }
        Outcome { order, last_resort, decision }
    }
}

/// Candidates for one model that a name stands for.
pub(in crate::relay) struct Group<'s> {
    model: &'s str,
    /// The rule that decided about it.
    rule: Option<&'s Ruled>,
    candidates: Vec<Candidate<'s>>,
}

/// Returns a call as rules see it.
fn question<'q>(
    asked: &'q Asked<'_>,
    demand: &'q Demand,
    (parts, model): (&'q Parts, &'q str),
    now: Timestamp,
) -> Question<'q> {
    let caller = &asked.client.caller;
    Question {
        model,
        asked: &demand.model,
        path: parts.uri.path(),
        dialect: demand.operation.dialect(),
        key: &caller.key.name,
        user: caller.key.user_id.0,
        group: &caller.group,
        headers: &parts.headers,
        is_stream: demand.is_stream,
        max_tokens: demand.asks.max_output,
        body: demand.plain(),
        token_count: None,
        budget_left: asked.budget_left,
        now,
    }
}

/// Returns how long to wait where no candidate can be used but one can soon be.
fn wait_for(order: &[Candidate<'_>], decision: &Decision, now_ms: i64, left: Duration) -> Option<Duration> {
    if !order.is_empty() {
        return None;
    }
    let until = |obstacle: Obstacle| match obstacle {
        Obstacle::Busy => Some(now_ms + BUSY_WAIT_MS),
        other => other.until_ms(),
    };
    let soonest = decision.considered.iter().filter_map(|one| until(one.obstacle?)).min()?;
    let wait_ms = (soonest - now_ms).max(0) + rand::rng().random_range(1..=QUEUE_JITTER_MS);
    let wait = Duration::from_millis(wait_ms.unsigned_abs());
    (wait <= left).then_some(wait)
}

/// Which candidates a call has, in the order in which they are tried.
pub(in crate::relay) struct Shortlist<'s> {
    pub(in crate::relay) candidates: Vec<Candidate<'s>>,
    pub(in crate::relay) prepared: Prepared,
}

/// The request as the first candidate takes it; nothing where that is as it came.
#[derive(Default)]
pub(in crate::relay) struct Prepared(Option<(CredentialId, Option<Conversion>)>);

impl<'s> Shortlist<'s> {
    fn of(candidate: Candidate<'s>) -> Self {
        Self { candidates: vec![candidate], prepared: Prepared::default() }
    }

    fn cut(mut self, attempts: usize) -> Self {
        self.candidates.truncate(attempts.max(1));
        self
    }

    /// Leaves out the candidates before the first one that can carry the call, and notes their credentials.
    ///
    /// # Errors
    /// None can; says why the first of them cannot.
    async fn carrying(
        whole: (&Shared, &Snapshot),
        call: &Call,
        (demand, candidates): (&Demand, Vec<Candidate<'s>>),
        unable: &mut Vec<CredentialId>,
    ) -> Result<Self, Fault> {
        let mut refusal = None;
        let mut rest = candidates.into_iter();
        while let Some(candidate) = rest.next() {
            match convert(whole, call.id, demand, &candidate).await {
                Ok(conversion) => {
                    let prepared = Prepared(Some((candidate.target.credential_id, conversion)));
                    return Ok(Self { candidates: std::iter::once(candidate).chain(rest).collect(), prepared });
                }
                Err(fault) => {
                    unable.push(candidate.target.credential_id);
                    refusal = refusal.or(Some(fault));
                }
            }
        }
        Err(refusal.unwrap_or_else(|| Fault::new(Kind::ModelNotFound, "no provider serves this model")))
    }
}

impl Prepared {
    /// Returns what `candidate` is sent instead of the caller's own bytes; `None` where those can go.
    ///
    /// # Errors
    /// This candidate cannot carry the call.
    pub(in crate::relay) async fn conversion(
        &mut self,
        whole: (&Shared, &Snapshot),
        call: &Call,
        demand: &Demand,
        candidate: &Candidate<'_>,
    ) -> Result<Option<Conversion>, Fault> {
        match self.0.take_if(|(credential, _)| *credential == candidate.target.credential_id) {
            Some((_, conversion)) => Ok(conversion),
            None => convert(whole, call.id, demand, candidate).await,
        }
    }
}

fn nobody_serves(snapshot: &Snapshot, demand: &Demand) -> Fault {
    let model = clipped(&demand.model);
    if snapshot.knows(&demand.model) {
        let operation = demand.operation.documented_path();
        let message = format!("no provider of `{model}` serves `{operation}`");
        return Fault::new(Kind::OperationNotServed, message);
    }
    if snapshot.is_switched_off(&demand.model) {
        let message = format!("every route to `{model}` is switched off; ask the operator to enable one");
        return Fault::new(Kind::ModelNotFound, message);
    }
    let message = format!("no provider serves the model `{model}`; `GET /v1/models` lists those that are there");
    Fault::new(Kind::ModelNotFound, message)
}
