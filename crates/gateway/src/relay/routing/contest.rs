//! The contest for a call: its candidates in numbers, who wins, and what is kept of that.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::money::Micros;
use sluice_domain::price::Service;
use sluice_domain::route::decision::{CONSIDERED_MAX, WHOLE, per_million};
use sluice_domain::route::policy::{Rotation, Strategy};
use sluice_domain::route::score::health;
use sluice_domain::route::warmth::{expected_usage, stays};
use sluice_domain::route::{Considered, Contender, Decision, Load, Obstacle, Order, Passage, Subject, Worth, rank};

use crate::relay::inbound::demand::Demand;
use crate::relay::inbound::identify::Client;
use crate::snapshot::{Candidate, SiteStanding, Snapshot};
use crate::standing::affinity::{Warm, name_hash};
use crate::standing::health::Learned;
use crate::standing::limiter::Full;

/// What an answer is taken for while nothing is known of the route's answers.
const USUAL_OUTPUT: u64 = 500;
/// Bodies up to this are looked through for every call, because it costs nothing to speak of; longer ones where it matters.
const LOOKED_THROUGH_MAX_BYTES: usize = 16 * 1024;
/// How old the news of an empty account may be to count.
const BALANCE_FRESH_MS: i64 = 24 * 3_600_000;

/// All that a contest depends on beside the candidates.
pub(in crate::relay) struct Contest<'c> {
    pub(in crate::relay) snapshot: &'c Snapshot,
    pub(in crate::relay) client: &'c Client,
    pub(in crate::relay) demand: &'c Demand,
    pub(in crate::relay) strategy: Strategy,
    /// Where the conversation has a warm cache.
    pub(in crate::relay) warm: Option<Warm>,
    /// Unix milliseconds.
    pub(in crate::relay) now_ms: i64,
    /// Nanoseconds of the limiters' clock.
    pub(in crate::relay) now: u64,
    /// Whose turn it is.
    pub(in crate::relay) turn: u128,
}

/// How a contest ended.
pub(in crate::relay) struct Outcome<'s> {
    /// Those that can be used, in the order in which they are tried.
    pub(in crate::relay) order: Vec<Candidate<'s>>,
    /// Where there are none: those that rest, for want of others. Not those that asked to be left alone, unless there is no
    /// other at all: then its callers can keep to what it asks themselves.
    pub(in crate::relay) last_resort: Vec<Candidate<'s>>,
    pub(in crate::relay) decision: Decision,
}

impl Contest<'_> {
    /// Ranks `candidates`.
    pub(in crate::relay) fn decide<'s>(&self, candidates: Vec<Candidate<'s>>) -> Outcome<'s> {
        let contenders: Vec<Contender> = candidates.iter().map(|candidate| self.contender(candidate)).collect();
        let factors = &self.snapshot.policies.factors;
        let caller = self.client.caller.key.id.0.unsigned_abs();
        let order = Order { strategy: self.strategy, factors, turn: self.turn, caller };
        let rotation = |provider| rotation_of(&candidates, provider);
        let mut ranking = rank(&contenders, &order, rotation, &mut rand::rng());
        let warm_tokens = self.stay(&candidates, &contenders, &mut ranking.order);
        let decision = self.decision(&candidates, &contenders, (&ranking.order, &ranking.shares), warm_tokens);
        let mut slots: Vec<Option<Candidate<'s>>> = candidates.into_iter().map(Some).collect();
        let last_resort = if ranking.order.is_empty() { last_resort(&slots, &contenders) } else { Vec::new() };
        let taken = ranking.order.iter().filter_map(|&index| slots.get_mut(index).and_then(Option::take));
        Outcome { order: taken.collect(), last_resort, decision }
    }

    /// Returns a candidate in numbers.
    fn contender(&self, candidate: &Candidate<'_>) -> Contender {
        let target = candidate.target;
        let policies = &self.snapshot.policies;
        let learned = candidate.vital.learned(self.now_ms, policies.windows()).unwrap_or_default();
        let passages = self.passages(candidate);
        let balance = target.provider.balance;
        Contender {
            provider: target.provider.id,
            credential: target.credential_id,
            standing: candidate.standing,
            obstacle: self.obstacle(candidate, &learned, &passages),
            converts: candidate.converts(self.demand.operation),
            is_probe: passages.iter().any(|(_, passage)| *passage == Passage::Probe),
            worth: Worth {
                unit_cost: candidate.priced.as_ref().map_or(0.0, |priced| priced.unit_cost),
                balance: balance.map_or(0.0, |balance| dollars(balance.left)),
                spent: dollars(learned.spent),
            },
            health: health(&learned.sample, &policies.factors),
            cost: self.cost(candidate, &learned),
            first_token_ms: learned.first_token_ms,
            quota: balance.map(|balance| balance.left),
            calls_left: target.quota.as_ref().map(|quota| quota.left()),
            invalid: learned.invalid,
            load: Load {
                in_flight: target.vital.limiter.in_flight(),
                used: target.vital.used(),
                headroom: target.vital.headroom(&target.limits, self.now),
            },
        }
    }

    fn passages(&self, candidate: &Candidate<'_>) -> [(Subject, Passage); 3] {
        [
            (Subject::Provider, candidate.target.provider.vital.gate.passage(self.now_ms)),
            (Subject::Credential, candidate.target.vital.gate.passage(self.now_ms)),
            (Subject::Route, candidate.vital.gate.passage(self.now_ms)),
        ]
    }

    fn obstacle(
        &self,
        candidate: &Candidate<'_>,
        learned: &Learned,
        passages: &[(Subject, Passage); 3],
    ) -> Option<Obstacle> {
        let target = candidate.target;
        if !self.client.caller.key.scope.allows(&target.provider.name) {
            return Some(Obstacle::OutOfScope);
        }
        if candidate.priced.is_none() && self.demand.operation.consumes() && !self.client.purse.is_empty() {
            return Some(Obstacle::Unpriced);
        }
        if let Some(reason) = target.key.withheld_at(Timestamp(self.now_ms)) {
            return Some(Obstacle::KeyWithheld { reason });
        }
        let is_empty = |left: i64, at_ms: i64| left <= 0 && self.now_ms.saturating_sub(at_ms) < BALANCE_FRESH_MS;
        if target.provider.balance.is_some_and(|balance| is_empty(balance.left.0, balance.updated_at.0)) {
            return Some(Obstacle::BalanceEmpty);
        }
        if target.quota.as_ref().is_some_and(|quota| quota.left() == 0) {
            return Some(Obstacle::CallsUsedUp);
        }
        let rests = |(of, passage): &(Subject, Passage)| match *passage {
            Passage::Shut(trouble, until_ms) => Some(Obstacle::Resting { trouble, of: *of, until_ms }),
            Passage::Open | Passage::Probe => None,
        };
        if let Some(resting) = passages.iter().filter_map(rests).max_by_key(Obstacle::until_ms) {
            return Some(resting);
        }
        if let Some(obstacle) = self.site_obstacle(target.provider.site) {
            return Some(obstacle);
        }
        if target.limits.is_none() {
            return None;
        }
        let full = target.vital.limiter.full(&target.limits, self.tokens(learned), self.now)?;
        Some(limit_obstacle(full, self.now_ms))
    }

    /// Returns what speaks against a provider by how its site answered.
    fn site_obstacle(&self, site: SiteStanding) -> Option<Obstacle> {
        let now = Timestamp(self.now_ms);
        let away = site.away_until.filter(|until| now < *until).map(|until| Obstacle::SiteAway { until_ms: until.0 });
        let is_stale = site.stale_from.is_some_and(|from| from <= now);
        away.or(is_stale.then_some(Obstacle::BalanceStale))
    }

    /// Returns how many tokens the call is expected to take of a limit.
    fn tokens(&self, learned: &Learned) -> u64 {
        self.input_tokens().saturating_add(self.output_tokens(learned))
    }

    fn input_tokens(&self) -> u64 {
        let is_worth_a_look = self.is_by_cost() || self.demand.plain().len() <= LOOKED_THROUGH_MAX_BYTES;
        if is_worth_a_look { self.demand.bulk().likely_tokens() } else { self.demand.rough_tokens() }
    }

    const fn is_by_cost(&self) -> bool {
        matches!(self.strategy, Strategy::Cheapest | Strategy::QuotaFirst)
    }

    fn output_tokens(&self, learned: &Learned) -> u64 {
        let usual = learned.output_tokens.map_or(USUAL_OUTPUT, |tokens| tokens as u64);
        self.demand.asks.max_output.map_or(usual, |most| usual.min(most))
    }

    /// Returns what the call is expected to cost at a candidate.
    fn cost(&self, candidate: &Candidate<'_>, learned: &Learned) -> Option<Micros> {
        let tariff = self.snapshot.prices.tariff(candidate.priced.as_ref()?, &self.client.caller);
        let input = self.input_tokens();
        let cached = self.warm_tokens(candidate, input);
        let usage = expected_usage(input, cached, self.output_tokens(learned));
        let service: Service = self.demand.asks.service;
        tariff.cost(&usage, service).ok()
    }

    fn warm_at(&self, candidate: &Candidate<'_>) -> Option<Warm> {
        self.warm.filter(|warm| is_at(warm, candidate))
    }

    fn warm_tokens(&self, candidate: &Candidate<'_>, input: u64) -> u64 {
        self.warm_at(candidate).map_or(0, |warm| warm.warmth.expected_tokens(input, self.now_ms))
    }

    /// Moves the candidate with a warm cache to the front of the first tier if the call stays there. Returns how many
    /// tokens its cache is expected to have.
    fn stay(&self, candidates: &[Candidate<'_>], contenders: &[Contender], order: &mut Vec<usize>) -> Option<u64> {
        let takes_turns = matches!(self.strategy, Strategy::RoundRobin | Strategy::ByCall | Strategy::Listed);
        let warm = self.warm.filter(|_| !takes_turns)?;
        let of_warm = |&&index: &&usize| candidates.get(index).is_some_and(|candidate| is_at(&warm, candidate));
        let chosen = *order.iter().find(of_warm)?;
        let (first, warmed) = (contenders.get(*order.first()?)?, contenders.get(chosen)?);
        let tokens = self.warm_tokens(candidates.get(chosen)?, self.input_tokens());
        let is_worth_it = tokens > 0
            && !first.is_probe
            && warmed.standing.priority == first.standing.priority
            && stays(warmed.cost, first.cost);
        if !is_worth_it {
            return None;
        }
        order.retain(|&index| index != chosen);
        order.insert(0, chosen);
        Some(tokens)
    }

    fn decision(
        &self,
        candidates: &[Candidate<'_>],
        contenders: &[Contender],
        (order, shares): (&[usize], &[f64]),
        warm_tokens: Option<u64>,
    ) -> Decision {
        let barred =
            (0..contenders.len()).filter(|index| contenders.get(*index).is_some_and(|one| one.obstacle.is_some()));
        let shown = order.iter().copied().chain(barred).take(CONSIDERED_MAX);
        let considered = shown.filter_map(|index| {
            let share = shares.get(index).copied().unwrap_or_default();
            Some(self.considered(candidates.get(index)?, contenders.get(index)?, share))
        });
        Decision {
            strategy: self.strategy,
            warm_tokens,
            considered: considered.collect(),
            more: contenders.len().saturating_sub(CONSIDERED_MAX) as u64,
            ..Decision::default()
        }
    }

    fn considered(&self, candidate: &Candidate<'_>, contender: &Contender, share: f64) -> Considered {
        Considered {
            provider_id: contender.provider,
            credential_id: contender.credential,
            model: (candidate.model != self.demand.model).then(|| candidate.model.to_owned()),
            priority: contender.standing.priority,
            weight: contender.standing.weight,
            share: per_million(share).min(WHOLE),
            health: per_million(contender.health),
            cost: contender.cost,
            first_token_ms: contender.first_token_ms.map(|ms| ms as u64),
            in_flight: contender.load.in_flight.into(),
            calls_left: contender.calls_left,
            invalid: contender.invalid.into(),
            converts: contender.converts,
            obstacle: contender.obstacle,
        }
    }
}

/// Returns the candidates that may well do, though they rest or their site did not answer, the best of them first; not those
/// of which too much was asked.
fn last_resort<'s>(candidates: &[Option<Candidate<'s>>], contenders: &[Contender]) -> Vec<Candidate<'s>> {
    let is_alone = contenders.len() == 1;
    let rests = |contender: &Contender| {
        let is_open = |obstacle: &Obstacle| is_alone || !obstacle.is_limit();
        let obstacle = contender.obstacle.filter(Obstacle::is_a_guess).filter(is_open);
        obstacle.map(|obstacle| obstacle.until_ms().unwrap_or_default())
    };
    let resting = candidates.iter().zip(contenders).filter_map(|(candidate, contender)| {
        let place = (std::cmp::Reverse(contender.standing.priority), rests(contender)?);
        Some((place, Candidate { is_last_resort: true, ..candidate.clone()? }))
    });
    let mut resting: Vec<_> = resting.collect();
    resting.sort_by_key(|(place, _)| *place);
    resting.into_iter().map(|(_, candidate)| candidate).collect()
}

fn is_at(warm: &Warm, candidate: &Candidate<'_>) -> bool {
    warm.credential == candidate.target.credential_id && warm.model == name_hash(candidate.model)
}

fn dollars(micros: Micros) -> f64 {
    micros.0 as f64 / 1_000_000.0
}

fn rotation_of(candidates: &[Candidate<'_>], provider: ProviderId) -> Rotation {
    let of_provider = candidates.iter().find(|candidate| candidate.target.provider.id == provider);
    of_provider.map_or(Rotation::Strategy, |candidate| candidate.target.provider.rotation)
}

/// Returns a limit without room as an obstacle.
pub(in crate::relay) fn limit_obstacle(full: Full, now_ms: i64) -> Obstacle {
    let until = |nanos: u64| now_ms.saturating_add(i64::try_from(nanos / 1_000_000 + 1).unwrap_or(i64::MAX));
    full.wait.map_or(Obstacle::Busy, |wait| Obstacle::LimitReached { until_ms: until(wait) })
}
