//! One account or budget, with the slice of it that this node has borrowed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, BudgetId, LeaseId};
use sluice_domain::ledger::{Budget, Draw, Holder, Lease, Span};
use sluice_domain::money::Micros;

/// How long an account that had too little is not asked again for as much: a storm of calls on an empty account must
/// not become a storm of queries.
const REFUSAL_MS: i64 = 250;
/// Spending is measured over this time: it is what a slice should last for.
const SPEND_WINDOW_MS: i64 = 60_000;

/// Where the money of a fund is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// In the account of a user, key or organisation.
    Account(Holder),
    /// In what a budget allows in the period at hand.
    Budget(Budget),
}

/// Names a source, whatever a budget's limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SourceId {
    Account(Holder),
    Budget(BudgetId),
}

impl Source {
    pub(crate) const fn id(&self) -> SourceId {
        match self {
            Self::Account(holder) => SourceId::Account(*holder),
            Self::Budget(budget) => SourceId::Budget(budget.id),
        }
    }

    const fn is_budget(&self) -> bool {
        matches!(self, Self::Budget(_))
    }
}

impl Elsewhere {
    fn took(&mut self, amount: i64) {
        self.left = self.left.map(|left| left.saturating_sub(amount));
    }
}

/// An account or budget that calls of this node hold against, in memory.
#[derive(Debug)]
pub(crate) struct Fund {
    pub(super) source: Source,
    /// Longest time that a hold may last, milliseconds: no hold is taken against a slice that expires sooner.
    longest_hold_ms: Arc<AtomicI64>,
    state: Mutex<State>,
    /// One call at a time asks the database.
    pub(super) refilling: tokio::sync::Mutex<()>,
    /// What the calls that wait for more need together.
    pub(super) waiting: AtomicI64,
    /// Whether more is being borrowed ahead of need.
    pub(super) is_topping_up: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Slice>,
    /// Slices that take no more holds, but have claims left or are still to be given back.
    retired: Vec<Slice>,
    refusal: Option<Refusal>,
    spend: Spend,
    used_at: i64,
    elsewhere: Elsewhere,
}

/// What the account or budget has beside the slices of this node.
#[derive(Debug, Default)]
struct Elsewhere {
    left: Option<i64>,
    asked_at: i64,
}

#[derive(Debug)]
struct Slice {
    lease: LeaseId,
    account: AccountId,
    /// Neither held nor charged. Below zero when settlements exceeded their holds.
    free: i64,
    expires_at: Timestamp,
    /// The budget's period that it is part of.
    span: Span,
    /// Number of holds that are open and of charges that the database does not have yet.
    claims: u32,
    /// What those come to. With what is free it is what the database has of the lease.
    claimed: i64,
}

impl Slice {
    fn take(&mut self, amount: i64) {
        self.free = self.free.saturating_sub(amount);
        self.claimed = self.claimed.saturating_add(amount);
        self.claims += 1;
    }

    fn give_back(&mut self, amount: i64) {
        self.free = self.free.saturating_add(amount);
        self.claimed = self.claimed.saturating_sub(amount);
        self.claims = self.claims.saturating_sub(1);
    }

    /// The database has taken a charge. What its lease could not cover came from the balance itself, so that nothing
    /// need be borrowed for it again.
    fn post(&mut self, charge: i64) {
        self.claimed = self.claimed.saturating_sub(charge);
        self.claims = self.claims.saturating_sub(1);
        self.free = self.free.max(self.claimed.saturating_neg());
    }
}

#[derive(Debug, Clone, Copy)]
struct Refusal {
    lacking: i64,
    until: i64,
}

/// What was charged in the window before this one and in this one.
#[derive(Debug, Default)]
struct Spend {
    window: i64,
    before: i64,
    now: i64,
}

impl Spend {
    fn add(&mut self, amount: i64, now: Timestamp) {
        self.roll(now);
        self.now = self.now.saturating_add(amount);
    }

    fn roll(&mut self, now: Timestamp) {
        let window = now.0.div_euclid(SPEND_WINDOW_MS);
        if window != self.window {
            self.before = if window == self.window + 1 { self.now } else { 0 };
            (self.window, self.now) = (window, 0);
        }
    }

    fn recent(&mut self, now: Timestamp) -> i64 {
        self.roll(now);
        self.before.max(self.now)
    }
}

/// What the upkeep has to do about a fund.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Give the whole lease back, whatever the database still has of it.
    Close(LeaseId),
    /// Give back what no call holds.
    Return(LeaseId, Micros),
    /// Move the expiry.
    Renew(LeaseId),
}

/// An amount held against one slice. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) fund: Arc<Fund>,
    pub(super) account: AccountId,
    pub(super) lease: LeaseId,
    pub(super) amount: i64,
}

impl Part {
    pub(super) fn is_budget(&self) -> bool {
        self.fund.source.is_budget()
    }

    /// Takes what it covers of a charge that is drawn from another slice. Until that charge is posted this one must not
    /// be given back either.
    pub(super) fn cover(mut self, charge: i64) -> (i64, Option<Claim>) {
        let covered = charge.clamp(0, self.amount);
        self.amount -= covered;
        let claim = (covered > 0).then(|| {
            // The database knows nothing of this: the slice goes back whole in the end, and another takes its place.
            self.fund.retire(self.lease);
            self.fund.with_slice(self.lease, |slice| {
                slice.claims += 1;
            });
            Claim { fund: Arc::clone(&self.fund), lease: self.lease, amount: covered }
        });
        (covered, claim)
    }

    /// Turns the hold into a charge that the database is to take, of which others cover a part in memory.
    pub(super) fn settle(mut self, charge: Micros, covered: i64, now: Timestamp) -> (Draw, Claim) {
        let own = charge.0.saturating_sub(covered);
        self.fund.state.lock().spend.add(charge.0, now);
        // In one step, so that nobody else gets what is charged.
        let held = std::mem::take(&mut self.amount);
        self.fund.with_slice(self.lease, |slice| {
            slice.give_back(held);
            slice.take(own);
            // The hold itself is dropped below.
            slice.claims += 1;
        });
        let draw = Draw { account: self.account, lease: Some(self.lease), amount: charge };
        (draw, Claim { fund: Arc::clone(&self.fund), lease: self.lease, amount: own })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.fund.with_slice(self.lease, |slice| slice.give_back(self.amount));
    }
}

/// A charge that the database does not have yet: until it does, its lease must not be given back.
#[derive(Debug)]
pub(crate) struct Claim {
    fund: Arc<Fund>,
    lease: LeaseId,
    amount: i64,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.fund.with_slice(self.lease, |slice| slice.post(self.amount));
    }
}

impl Fund {
    pub(super) fn new(source: Source, longest_hold_ms: Arc<AtomicI64>) -> Self {
        Self {
            source,
            longest_hold_ms,
            state: Mutex::default(),
            refilling: tokio::sync::Mutex::default(),
            waiting: AtomicI64::new(0),
            is_topping_up: AtomicBool::new(false),
        }
    }

    /// Takes `amount` from the slice at hand; `None` when it has too little or may not be used any more.
    pub(super) fn take(self: &Arc<Self>, amount: i64, now: Timestamp) -> Option<Part> {
        let mut state = self.state.lock();
        self.retire_old(&mut state, now);
        let State { current, used_at, .. } = &mut *state;
        let slice = current.as_mut().filter(|slice| slice.free >= amount)?;
        // Only what succeeds counts as use: a caller that is refused again and again must not keep a slice from going
        // back.
        *used_at = now.0;
        slice.take(amount);
        Some(Part { fund: Arc::clone(self), account: slice.account, lease: slice.lease, amount })
    }

    /// Returns whether less is left than is spent in a quarter of a window, so that more should be borrowed.
    pub(super) fn runs_low(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        let recent = state.spend.recent(now);
        state.current.as_ref().is_some_and(|slice| slice.free < recent / 4)
    }

    /// Returns what of the slice at hand no call holds.
    pub(super) fn free(&self) -> i64 {
        self.state.lock().current.as_ref().map_or(0, |slice| slice.free)
    }

    /// Returns what the account or budget has left, as far as this node knows; `None` before it was asked.
    pub(super) fn left(&self) -> Option<Micros> {
        let state = self.state.lock();
        let here = state.current.as_ref().map_or(0, |slice| slice.free);
        state.elsewhere.left.map(|left| Micros(left.saturating_add(here)))
    }

    /// Returns whether what is known is older than `fresh_ms`. Only one caller is told so.
    pub(super) fn is_to_be_asked(&self, now: Timestamp, fresh_ms: i64) -> bool {
        let mut state = self.state.lock();
        let is_old = now.0.saturating_sub(state.elsewhere.asked_at) >= fresh_ms;
        if is_old {
            state.elsewhere.asked_at = now.0;
        }
        is_old
    }

    /// Notes what the account or budget has beside the slices of this node.
    pub(super) fn note_elsewhere(&self, left: Micros, now: Timestamp) {
        self.state.lock().elsewhere = Elsewhere { left: Some(left.0), asked_at: now.0 };
    }

    /// Returns how much is lacking to take `amount`, and the lease to extend if there is one.
    pub(super) fn lacking(&self, amount: i64, now: Timestamp) -> (i64, Option<LeaseId>) {
        let mut state = self.state.lock();
        self.retire_old(&mut state, now);
        match &state.current {
            Some(slice) => (amount.saturating_sub(slice.free), Some(slice.lease)),
            None => (amount, None),
        }
    }

    /// Returns how much should be borrowed beyond what the call at hand needs.
    pub(super) fn appetite(&self, now: Timestamp) -> Micros {
        let recent = self.state.lock().spend.recent(now);
        Micros(recent.max(self.waiting.load(Ordering::Relaxed)))
    }

    /// Returns whether as much was refused a moment ago.
    pub(super) fn is_refused(&self, lacking: i64, now: Timestamp) -> bool {
        let state = self.state.lock();
        state.refusal.is_some_and(|refusal| now.0 < refusal.until && lacking >= refusal.lacking)
    }

    pub(super) fn refuse(&self, lacking: i64, now: Timestamp) {
        self.state.lock().refusal = Some(Refusal { lacking, until: now.0.saturating_add(REFUSAL_MS) });
    }

    /// Puts a new lease to use.
    pub(super) fn begin(&self, lease: &Lease, now: Timestamp) {
        let span = match &self.source {
            Source::Account(_) => Span::ALWAYS,
            Source::Budget(budget) => budget.span(now),
        };
        let slice = Slice {
            lease: lease.id,
            account: lease.account,
            free: lease.remaining.0,
            expires_at: lease.expires_at,
            span,
            claims: 0,
            claimed: 0,
        };
        let mut state = self.state.lock();
        state.refusal = None;
        state.elsewhere.took(lease.remaining.0);
        if let Some(old) = state.current.replace(slice) {
            state.retired.push(old);
        }
    }

    /// Adds to a lease what was granted.
    pub(super) fn extend(&self, lease: LeaseId, granted: Micros, expires_at: Timestamp) {
        if granted.0 > 0 {
            let mut state = self.state.lock();
            state.refusal = None;
            state.elsewhere.took(granted.0);
        }
        self.with_slice(lease, |slice| {
            slice.free = slice.free.saturating_add(granted.0);
            slice.expires_at = expires_at;
        });
    }

    /// Stops using a lease that the database does not know any more.
    pub(super) fn forget(&self, lease: LeaseId) {
        let mut state = self.state.lock();
        if state.current.as_ref().is_some_and(|slice| slice.lease == lease) {
            state.current = None;
        }
        state.retired.retain(|slice| slice.lease != lease);
    }

    /// Returns what to do about the leases, and takes what is given back out of use. `idle_ms` without any call count as
    /// idle; leases that expire before `renew_before` are renewed.
    pub(super) fn due(&self, now: Timestamp, idle_ms: i64, renew_before: Timestamp) -> Vec<Due> {
        let mut state = self.state.lock();
        self.retire_old(&mut state, now);
        let is_idle = now.0.saturating_sub(state.used_at) >= idle_ms;
        if is_idle && state.current.as_ref().is_some_and(|slice| slice.claims == 0) {
            let idle = state.current.take();
            state.retired.extend(idle);
        }
        let mut due = Vec::new();
        for slice in &state.retired {
            match slice.claims {
                0 => due.push(Due::Close(slice.lease)),
                // Its holds still stand, so that it must not be taken back before they end.
                _ if slice.expires_at < renew_before => due.push(Due::Renew(slice.lease)),
                _ => {}
            }
        }
        if let Some(slice) = &mut state.current {
            if is_idle && slice.free > 0 {
                due.push(Due::Return(slice.lease, Micros(std::mem::take(&mut slice.free))));
            } else if slice.expires_at < renew_before {
                due.push(Due::Renew(slice.lease));
            }
        }
        due
    }

    /// Takes a slice out of use, so that it is given back whole once its claims are gone.
    pub(super) fn retire(&self, lease: LeaseId) {
        let mut state = self.state.lock();
        if state.current.as_ref().is_some_and(|slice| slice.lease == lease) {
            let old = state.current.take();
            state.retired.extend(old);
        }
    }

    /// Returns every lease that it knows.
    pub(super) fn leases(&self) -> Vec<LeaseId> {
        let state = self.state.lock();
        state.current.iter().chain(&state.retired).map(|slice| slice.lease).collect()
    }

    fn with_slice(&self, lease: LeaseId, change: impl FnOnce(&mut Slice)) {
        let mut state = self.state.lock();
        let State { current, retired, .. } = &mut *state;
        if let Some(slice) = current.iter_mut().chain(retired).find(|slice| slice.lease == lease) {
            change(slice);
        }
    }

    /// Takes a slice out of use that may expire under a hold, or whose period is over.
    fn retire_old(&self, state: &mut State, now: Timestamp) {
        let hold_end = now.0.saturating_add(self.longest_hold_ms.load(Ordering::Relaxed));
        let is_old = |slice: &Slice| slice.expires_at.0 < hold_end || !slice.span.contains(now);
        if state.current.as_ref().is_some_and(is_old) {
            let old = state.current.take();
            state.retired.extend(old);
        }
    }
}
