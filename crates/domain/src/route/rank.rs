//! Ranking: in which order the candidates of a call are tried, and why.

use std::cmp::Ordering;

use rand::{Rng, RngExt};

use super::obstacle::Obstacle;
use super::policy::{Rotation, Strategy, ValueFactors};
use super::score::{Worth, contribution};
use crate::id::{CredentialId, ProviderId};
use crate::money::Micros;

/// What the operator says about a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Higher goes first.
    pub priority: i64,
    /// Share inside its tier.
    pub weight: i64,
}

/// How busy a candidate is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Calls under way.
    pub in_flight: u32,
    /// Calls so far.
    pub used: u64,
    /// What is left of its limits, the scarcest of them: 1 all, 0 nothing.
    pub headroom: f64,
}

impl Default for Load {
    fn default() -> Self {
        Self { in_flight: 0, used: 0, headroom: 1.0 }
    }
}

/// One candidate in numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contender {
    /// Whose account it is.
    pub provider: ProviderId,
    /// The credential used.
    pub credential: CredentialId,
    /// What the operator says.
    pub standing: Standing,
    /// Why it cannot be used, if it cannot.
    pub obstacle: Option<Obstacle>,
    /// Whether the call must be converted for it.
    pub converts: bool,
    /// Whether this call would show that it is well again after failures.
    pub is_probe: bool,
    /// What the value score is made from.
    pub worth: Worth,
    /// What its share is multiplied by because of failures and latency.
    pub health: f64,
    /// What this call is expected to cost there.
    pub cost: Option<Micros>,
    /// Expected time to the first token, milliseconds.
    pub first_token_ms: Option<f64>,
    /// What is left on the account; `None` where it has no bound or none is known.
    pub quota: Option<Micros>,
    /// How many more calls its credential may answer in all; `None` where that has no bound.
    pub calls_left: Option<u64>,
    /// Answers that said nothing lately: shown, not weighed.
    pub invalid: u32,
    /// How busy it is.
    pub load: Load,
}

/// By what candidates are ordered.
#[derive(Debug, Clone, Copy)]
pub struct Order<'o> {
    /// How a tier is ordered.
    pub strategy: Strategy,
    /// Numbers of the value score.
    pub factors: &'o ValueFactors,
    /// Whose turn it is, for strategies that take turns.
    pub turn: u128,
    /// Same for calls of the same caller, for credentials that stick to theirs.
    pub caller: u64,
}

/// The order, and the numbers that it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Places of the usable candidates in the list that was ranked, first to last.
    pub order: Vec<usize>,
    /// For each candidate of that list, in its order, its share of its tier: of the first places, if these are drawn.
    pub shares: Vec<f64>,
}

/// Puts the usable ones among `contenders` into the order in which they are tried.
///
/// Tiers go from the highest priority down. What a strategy is indifferent about is drawn by weight; of equals those that
/// need no conversion go first. `rotation` says how the credentials of a provider take turns in the places that the
/// strategy gives to that provider. A candidate that shows whether it is well again goes before its tier.
pub fn rank<R: Rng>(
    contenders: &[Contender],
    order: &Order<'_>,
    rotation: impl Fn(ProviderId) -> Rotation,
    random: &mut R,
) -> Ranking {
    let usable = contenders.iter().enumerate().filter(|(_, contender)| contender.obstacle.is_none());
    let mut places: Vec<Placed<'_>> = usable.map(|(index, contender)| Placed::new(index, contender)).collect();
    let mut shares = vec![0.0; contenders.len()];
    places.sort_by_key(|placed| std::cmp::Reverse(placed.contender.standing.priority));
    let same_tier = |a: &Placed<'_>, b: &Placed<'_>| a.contender.standing.priority == b.contender.standing.priority;
    for tier in places.chunk_by_mut(same_tier) {
        weigh(tier, order);
        let total: f64 = tier.iter().map(|placed| placed.contribution).sum();
        for placed in tier.iter() {
            if let Some(share) = shares.get_mut(placed.index) {
                *share = if total > 0.0 { placed.contribution / total } else { 1.0 / tier.len() as f64 };
            }
        }
        if tier.len() > 1 {
            arrange(tier, contenders, order, random);
            rotate(tier, order, &rotation, random);
            tier.sort_by_key(|placed| !placed.contender.is_probe);
        }
    }
    Ranking { order: places.iter().map(|placed| placed.index).collect(), shares }
}

/// A candidate while its place is being found.
#[derive(Clone, Copy)]
struct Placed<'c> {
    index: usize,
    contender: &'c Contender,
    contribution: f64,
    /// Time of arrival in a race that those with a high contribution tend to win, as bits: no time is below zero, so that
    /// they have its order, and the highest bit is free for those that contribute nothing.
    arrival: u64,
}

impl<'c> Placed<'c> {
    const fn new(index: usize, contender: &'c Contender) -> Self {
        Self { index, contender, contribution: 0.0, arrival: 0 }
    }
}

/// Finds the contributions of a tier.
fn weigh(tier: &mut [Placed<'_>], order: &Order<'_>) {
    if order.strategy != Strategy::Value {
        tier.iter_mut().for_each(|placed| placed.contribution = placed.contender.standing.weight.max(0) as f64);
        return;
    }
    tier.iter_mut().for_each(|placed| placed.contribution = placed.contender.worth.score());
    let best = tier.iter().map(|placed| placed.contribution).fold(0.0, f64::max);
    for placed in tier {
        let Contender { standing, health, load, .. } = placed.contender;
        let share = contribution(standing.weight, placed.contribution, best, order.factors);
        placed.contribution = share * health * load.headroom.clamp(0.0, 1.0);
    }
}

fn arrange<R: Rng>(tier: &mut [Placed<'_>], all: &[Contender], order: &Order<'_>, random: &mut R) {
    match order.strategy {
        Strategy::Listed => {}
        Strategy::RoundRobin => tier.rotate_left(turn_among(order.turn, tier.len())),
        Strategy::ByCall => by_call(tier, all, order.turn),
        Strategy::Value | Strategy::Weighted => {
            shuffle(tier, random);
            natives_first_among_equals(tier);
        }
        Strategy::Cheapest => by(tier, random, |a, b| known_first(cost(a), cost(b))),
        Strategy::LeastBusy => by(tier, random, |a, b| a.load.in_flight.cmp(&b.load.in_flight)),
        Strategy::Fastest => {
            let best = tier.iter().filter_map(|placed| placed.contender.first_token_ms).fold(f64::INFINITY, f64::min);
            by(tier, random, move |a, b| wait(a, best).total_cmp(&wait(b, best)));
        }
        Strategy::QuotaFirst => by(tier, random, by_quota),
    }
}

/// Puts those with most left first: of their calls, where these have a bound, then of their balance. Of credentials with
/// as many calls left the operator prefers the heavier one: what these cost is not known from prices.
fn by_quota(a: &Contender, b: &Contender) -> Ordering {
    let calls = |contender: &Contender| contender.calls_left.unwrap_or(u64::MAX);
    let preferred = |contender: &Contender| contender.calls_left.map(|_| contender.standing.weight);
    let quota = |contender: &Contender| contender.quota.map_or(i64::MAX, |quota| quota.0);
    let speed = |contender: &Contender| contender.first_token_ms.map(|ms| ms as i64);
    calls(b)
        .cmp(&calls(a))
        .then_with(|| preferred(b).cmp(&preferred(a)))
        .then_with(|| quota(b).cmp(&quota(a)))
        .then_with(|| known_first(cost(a), cost(b)))
        .then_with(|| known_first(speed(a), speed(b)))
}

fn turn_among(turn: u128, count: usize) -> usize {
    usize::try_from(turn % count.max(1) as u128).unwrap_or(0)
}

/// Goes round from the one whose turn it is. Those that cannot be used keep their places, so that the turn of the others
/// can be told without knowing who can be used; those that the caller's key never leads to have none.
fn by_call(tier: &mut [Placed<'_>], all: &[Contender], turn: u128) {
    let Some(priority) = tier.first().map(|placed| placed.contender.standing.priority) else { return };
    let is_peer =
        |peer: &Contender| peer.standing.priority == priority && !matches!(peer.obstacle, Some(Obstacle::OutOfScope));
    let peers: Vec<usize> = (0..all.len()).filter(|&index| all.get(index).is_some_and(is_peer)).collect();
    let first = turn_among(turn, peers.len());
    tier.sort_by_key(|placed| {
        let place = peers.iter().position(|&index| index == placed.index).unwrap_or(0);
        (place + peers.len() - first) % peers.len().max(1)
    });
}

fn cost(contender: &Contender) -> Option<i64> {
    contender.cost.map(|cost| cost.0)
}

fn known_first(a: Option<i64>, b: Option<i64>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then(a.cmp(&b))
}

/// Returns how long a candidate is expected to make wait. One that was never tried is taken for as quick as the `best` one,
/// so that it is tried.
fn wait(contender: &Contender, best: f64) -> f64 {
    let alone = contender.first_token_ms.unwrap_or(if best.is_finite() { best } else { 1.0 });
    alone.max(1.0) * (f64::from(contender.load.in_flight) + 1.0)
}

/// Orders a tier by what `compare` prefers; where it is indifferent natives go first, then the draw decides.
fn by<R: Rng>(tier: &mut [Placed<'_>], random: &mut R, compare: impl Fn(&Contender, &Contender) -> Ordering) {
    shuffle(tier, random);
    tier.sort_by(|a, b| {
        let (a, b) = (a.contender, b.contender);
        compare(a, b).then_with(|| a.converts.cmp(&b.converts))
    });
}

/// Shuffles so that the first place, and then each next one among those left, goes to a candidate with the probability
/// of its share. Arrival times with rates of the contributions have that order (Efraimidis and Spirakis, 2006); those
/// that contribute nothing come last, in any order.
fn shuffle<R: Rng>(tier: &mut [Placed<'_>], random: &mut R) {
    for placed in tier.iter_mut() {
        let drawn = -(1.0 - random.random::<f64>()).ln();
        placed.arrival = if placed.contribution > 0.0 {
            (drawn / placed.contribution).abs().to_bits()
        } else {
            drawn.abs().to_bits() | (1 << 63)
        };
    }
    tier.sort_unstable_by_key(|placed| placed.arrival);
}

/// Gives the places that candidates of equal contribution got to those of them first that need no conversion.
fn natives_first_among_equals(tier: &mut [Placed<'_>]) {
    let has_both =
        tier.iter().any(|placed| placed.contender.converts) && tier.iter().any(|placed| !placed.contender.converts);
    if !has_both {
        return;
    }
    // Contributions are never below zero, so that their bits have their order.
    let bits = |(index, placed): (usize, &Placed<'_>)| (placed.contribution.to_bits(), index);
    let mut equals: Vec<(u64, usize)> = tier.iter().enumerate().map(bits).collect();
    equals.sort_unstable();
    for group in equals.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let places: Vec<usize> = group.iter().map(|&(_, index)| index).collect();
        let mut members: Vec<Placed<'_>> = places.iter().filter_map(|&index| tier.get(index).copied()).collect();
        members.sort_by_key(|placed| placed.contender.converts);
        give(tier, &places, members);
    }
}

/// Lets the credentials of each provider take turns in the places which that provider has.
fn rotate<R: Rng>(
    tier: &mut [Placed<'_>],
    order: &Order<'_>,
    rotation: &impl Fn(ProviderId) -> Rotation,
    random: &mut R,
) {
    let mut done: Vec<ProviderId> = Vec::new();
    for first in 0..tier.len() {
        let Some(provider) = tier.get(first).map(|placed| placed.contender.provider) else { return };
        let how = rotation(provider);
        if how == Rotation::Strategy || done.contains(&provider) {
            continue;
        }
        done.push(provider);
        let of_provider = |(_, placed): &(usize, &Placed<'_>)| placed.contender.provider == provider;
        let places: Vec<usize> = tier.iter().enumerate().filter(of_provider).map(|(index, _)| index).collect();
        let mut members: Vec<Placed<'_>> = places.iter().filter_map(|&index| tier.get(index).copied()).collect();
        members.sort_by_key(|placed| placed.index);
        let count = members.len().max(1);
        match how {
            Rotation::Strategy => {}
            Rotation::Weighted => {
                let weight = |placed: &Placed<'_>| placed.contender.standing.weight.max(0) as f64;
                members.iter_mut().for_each(|placed| placed.contribution = weight(placed));
                shuffle(&mut members, random);
            }
            Rotation::LeastUsed => {
                members.sort_by_key(|placed| (placed.contender.load.in_flight, placed.contender.load.used));
            }
            Rotation::Sticky => members.rotate_left(usize::try_from(order.caller % count as u64).unwrap_or(0)),
            Rotation::RoundRobin => members.rotate_left(usize::try_from(order.turn % count as u128).unwrap_or(0)),
        }
        give(tier, &places, members);
    }
}

fn give<'c>(tier: &mut [Placed<'c>], places: &[usize], members: Vec<Placed<'c>>) {
    for (&place, member) in places.iter().zip(members) {
        if let Some(slot) = tier.get_mut(place) {
            *slot = member;
        }
    }
}

#[cfg(test)]
mod tests;
