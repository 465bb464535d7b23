//! Limiters: how much may still be asked for in this minute, and at once. One atomic number for each, shared by all cores.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use sluice_domain::limit::{Limits, Rate};

/// What the clock of limiters counts from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since the process began; one minute ahead, so that a state of 0 always lies in the past.
pub(crate) fn nanos() -> u64 {
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX).saturating_add(60_000_000_000)
}

/// What one subject has used of its limits. The limits themselves may change under it.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    /// When all of the minute's calls are free again.
    requests_full_at: AtomicU64,
    /// When all of its tokens are.
    tokens_full_at: AtomicU64,
    in_flight: AtomicU32,
}

/// Which limit has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Requests,
    Tokens,
    Concurrency,
}

/// A limit without room for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) limit: Limit,
    /// Nanoseconds until there is room; `None` where nobody can tell.
    pub(crate) wait: Option<u64>,
}

/// What is left of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) allowance: u64,
    pub(crate) left: u64,
    /// Nanoseconds until all of it is free again.
    pub(crate) full_in: u64,
}

impl Limiter {
    /// Takes room for one call with about `tokens` tokens.
    ///
    /// # Errors
    /// Says which limit has none; nothing is taken then.
    pub(crate) fn enter(self: &Arc<Self>, limits: &Limits, tokens: u64, now: u64) -> Result<Permit, Full> {
        if limits.concurrency.is_some_and(|most| self.in_flight.load(Ordering::Relaxed) >= most) {
            return Err(Full { limit: Limit::Concurrency, wait: None });
        }
        let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
        let mut permit = Permit { limiter: Arc::clone(self), requests: None, tokens: None };
        if limits.concurrency.is_some_and(|most| before >= most) {
            return Err(Full { limit: Limit::Concurrency, wait: None });
        }
        if let Some(allowance) = limits.requests_per_minute {
            let rate = Rate::per_minute(allowance.into()).ok_or(Full { limit: Limit::Requests, wait: None })?;
            let full = |wait| Full { limit: Limit::Requests, wait: Some(wait) };
            take(&self.requests_full_at, rate, now, 1).map_err(full)?;
            permit.requests = Some(rate);
        }
        if let Some(allowance) = limits.tokens_per_minute {
            let none = Full { limit: Limit::Tokens, wait: None };
            let taken = Rate::per_minute(allowance).ok_or(none).and_then(|rate| {
                let full = |wait| Full { limit: Limit::Tokens, wait: Some(wait) };
                let free_at = take(&self.tokens_full_at, rate, now, tokens).map_err(full)?;
                Ok(Taken { rate, amount: tokens, free_at })
            });
            match taken {
                Ok(taken) => permit.tokens = Some(taken),
                Err(full) => {
                    permit.cancel();
                    return Err(full);
                }
            }
        }
        Ok(permit)
    }

    /// Returns the calls under way.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Returns what is left of the calls per minute, and of the tokens.
    pub(crate) fn left(&self, limits: &Limits, now: u64) -> [Option<Left>; 2] {
        let left = |rate: Rate, state: &AtomicU64| {
            let full_at = state.load(Ordering::Relaxed);
            Left { allowance: rate.allowance(), left: rate.left(full_at, now), full_in: full_at.saturating_sub(now) }
        };
        let requests = limits.requests_per_minute.and_then(|allowance| Rate::per_minute(allowance.into()));
        let tokens = limits.tokens_per_minute.and_then(Rate::per_minute);
        [requests.map(|rate| left(rate, &self.requests_full_at)), tokens.map(|rate| left(rate, &self.tokens_full_at))]
    }

    /// Returns which limit has no room for a call of about `tokens` tokens, without taking any.
    pub(crate) fn full(&self, limits: &Limits, tokens: u64, now: u64) -> Option<Full> {
        if limits.concurrency.is_some_and(|most| self.in_flight() >= most) {
            return Some(Full { limit: Limit::Concurrency, wait: None });
        }
        let check = |limit, allowance: Option<u64>, state: &AtomicU64, amount| {
            let Some(rate) = Rate::per_minute(allowance?) else { return Some(Full { limit, wait: None }) };
            let wait = rate.take(state.load(Ordering::Relaxed), now, amount).err()?;
            Some(Full { limit, wait: Some(wait) })
        };
        check(Limit::Requests, limits.requests_per_minute.map(u64::from), &self.requests_full_at, 1)
            .or_else(|| check(Limit::Tokens, limits.tokens_per_minute, &self.tokens_full_at, tokens))
    }

    /// Returns the scarcest of what is left: 1 all of it, 0 nothing.
    pub(crate) fn headroom(&self, limits: &Limits, now: u64) -> f64 {
        if limits.is_none() {
            return 1.0;
        }
        let share = |left: u64, of: u64| if of == 0 { 0.0 } else { left as f64 / of as f64 };
        let rates = self.left(limits, now).into_iter().flatten().map(|left| share(left.left, left.allowance));
        let places = limits.concurrency.map(|most| share(most.saturating_sub(self.in_flight()).into(), most.into()));
        rates.chain(places).fold(1.0, f64::min)
    }

    /// Returns whether nothing is owed and nothing under way: it can be forgotten.
    pub(crate) fn is_idle(&self, now: u64) -> bool {
        let is_free = |state: &AtomicU64| state.load(Ordering::Relaxed) <= now;
        self.in_flight() == 0 && is_free(&self.requests_full_at) && is_free(&self.tokens_full_at)
    }
}

/// Takes `amount` and returns when all of it is free again.
fn take(state: &AtomicU64, rate: Rate, now: u64, amount: u64) -> Result<u64, u64> {
    let mut wait = 0;
    let next = |full_at| rate.take(full_at, now, amount).map_err(|needed| wait = needed).ok();
    let before = state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).map_err(|_| wait)?;
    Ok(before.max(now).saturating_add(rate.span(amount)))
}

/// Takes what was used already, whether there is room or not.
fn owe(state: &AtomicU64, span: u64, now: u64) {
    let next = |full_at: u64| Some(full_at.max(now).saturating_add(span));
    state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok();
}

fn give_back(state: &AtomicU64, span: u64) {
    let next = |full_at: u64| Some(full_at.saturating_sub(span));
    state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok();
}

/// Room that a call has. Dropping it ends the call; what it took of the minute stays taken.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Arc<Limiter>,
    requests: Option<Rate>,
    tokens: Option<Taken>,
}

/// Tokens that were taken.
#[derive(Debug, Clone, Copy)]
struct Taken {
    rate: Rate,
    amount: u64,
    /// When they have come back by themselves.
    free_at: u64,
}

impl Permit {
    /// Corrects the tokens to those that were `used`. What has come back by itself is not given back once more: who asks
    /// for long answers and gets short ones, slowly, must not have twice the allowance.
    pub(crate) fn settle(&mut self, used: u64, now: u64) {
        let Some(taken) = &mut self.tokens else { return };
        let state = &self.limiter.tokens_full_at;
        if used >= taken.amount {
            owe(state, taken.rate.span(used - taken.amount), now);
        } else if now < taken.free_at {
            give_back(state, taken.rate.span(taken.amount - used));
        }
        taken.amount = used;
    }

    /// Gives everything back: the call was not made.
    pub(crate) fn cancel(&mut self) {
        if let Some(rate) = self.requests.take() {
            give_back(&self.limiter.requests_full_at, rate.span(1));
        }
        if let Some(taken) = self.tokens.take() {
            give_back(&self.limiter.tokens_full_at, taken.rate.span(taken.amount));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limiter.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn limits(requests: Option<u32>, tokens: Option<u64>, concurrency: Option<u32>) -> Limits {
        Limits { requests_per_minute: requests, tokens_per_minute: tokens, concurrency }
    }

    #[test]
    fn no_more_calls_at_once_than_allowed() {
        let (limiter, limits) = (Arc::new(Limiter::default()), limits(None, None, Some(2)));
        let first = limiter.enter(&limits, 0, 0).unwrap();
        let _second = limiter.enter(&limits, 0, 0).unwrap();
        assert_eq!(limiter.enter(&limits, 0, 0).unwrap_err().limit, Limit::Concurrency);
        drop(first);
        assert!(limiter.enter(&limits, 0, 0).is_ok());
        assert_eq!(limiter.in_flight(), 1);
    }

    #[test]
    fn tokens_are_reserved_and_settled() {
        let (limiter, limits, now) = (Arc::new(Limiter::default()), limits(Some(10), Some(600), None), 60 * SECOND);
        let mut first = limiter.enter(&limits, 500, now).unwrap();
        let full = limiter.enter(&limits, 200, now).unwrap_err();
        assert_eq!(full, Full { limit: Limit::Tokens, wait: Some(10 * SECOND) });
        assert_eq!(limiter.left(&limits, now)[0].unwrap().left, 9, "a refused call costs no request");
        first.settle(100, now);
        assert_eq!(limiter.left(&limits, now)[1].unwrap().left, 500);
        first.settle(550, now);
        assert_eq!(limiter.left(&limits, now)[1].unwrap().left, 50);
        first.cancel();
        drop(first);
        assert!(limiter.is_idle(now));
    }

    #[test]
    fn what_came_back_by_itself_is_not_given_back_once_more() {
        let (limiter, limits) = (Arc::new(Limiter::default()), limits(None, Some(600), None));
        let mut slow = limiter.enter(&limits, 600, 60 * SECOND).unwrap();
        let mut next = limiter.enter(&limits, 600, 120 * SECOND).unwrap();
        slow.settle(10, 120 * SECOND);
        assert_eq!(limiter.left(&limits, 120 * SECOND)[1].unwrap().left, 0);
        next.settle(10, 121 * SECOND);
        assert_eq!(limiter.left(&limits, 121 * SECOND)[1].unwrap().left, 600);
    }

    #[test]
    fn more_than_was_taken_is_owed_from_now_on() {
        let (limiter, limits) = (Arc::new(Limiter::default()), limits(None, Some(600), None));
        let mut long = limiter.enter(&limits, 10, 60 * SECOND).unwrap();
        long.settle(610, 600 * SECOND);
        assert_eq!(limiter.left(&limits, 600 * SECOND)[1].unwrap().left, 0);
    }

    #[test]
    fn many_threads_never_take_more_than_there_is() {
        let (limiter, limits) = (Arc::new(Limiter::default()), limits(Some(100), None, None));
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..100).filter(|_| limiter.enter(&limits, 0, 0).is_ok()).count()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 100);
    }

    #[test]
    fn an_allowance_of_nothing_lets_nothing_pass() {
        let limiter = Arc::new(Limiter::default());
        assert!(limiter.enter(&limits(Some(0), None, None), 0, 0).is_err());
        assert!(limiter.enter(&limits(None, Some(0), None), 0, 0).is_err());
        assert_eq!((limiter.in_flight(), limiter.headroom(&limits(Some(0), None, None), 0)), (0, 1.0));
    }
}
