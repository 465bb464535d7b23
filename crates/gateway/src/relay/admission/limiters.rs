//! The limiters of all keys, users, groups and models that have limits, shared by all relay threads. Callers are looked up
//! when they are cached, models only where a limit names them, so that a call without limits meets no lock here.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::Caller;
use sluice_domain::limit::Limits;
use sluice_domain::route::name::{bare, lower, normal};

use super::{Limited, Whose};
use crate::relay::inbound::demand::Demand;
use crate::snapshot::Snapshot;
use crate::standing::limiter::{Limiter, nanos};

/// Limiters from which on those that nobody needs are looked for.
const PRUNE_ABOVE: usize = 4_096;
/// Limiters above which names of models that are not known yet are counted together: callers can make up names.
const NAMES_MAX: usize = 65_536;

/// Who or what has limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Key(KeyId),
    User(UserId),
    Group(String),
    Model(String),
    OtherModels,
}

/// All limiters.
#[derive(Debug, Default)]
pub(crate) struct Limiters(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    limiters: HashMap<Subject, Arc<Limiter>>,
    /// How many there may be until those that nobody needs are looked for again.
    prune_above: usize,
}

impl Limiters {
    /// Returns the limits that all calls of a caller count against.
    pub(in crate::relay) fn of_caller(&self, caller: &Caller) -> Vec<Limited> {
        let subjects = [
            (Whose::Key, caller.key.limits, Subject::Key(caller.key.id)),
            (Whose::User, caller.owner_limits, Subject::User(caller.key.user_id)),
            (Whose::Group, caller.group_limits, Subject::Group(caller.group.clone())),
        ];
        let limited = subjects.into_iter().filter(|(_, limits, _)| !limits.is_none());
        limited.map(|(whose, limits, subject)| self.limited(whose, limits, subject)).collect()
    }

    /// Returns the limits of the model that is asked for. A name with a vendor, a label, a date or a wish counts against
    /// those of the plain name too, or spelling it otherwise would be a way around them.
    pub(in crate::relay) fn of_model(&self, snapshot: &Snapshot, demand: &Demand) -> Vec<Limited> {
        if !snapshot.policies.has_limits() {
            return Vec::new();
        }
        let wish = snapshot.wish_in(&demand.model, demand.wanted());
        let name = wish.map_or(demand.model.as_str(), |wish| wish.base);
        let mut spellings = vec![lower(name), bare(name).into(), normal(name).into()];
        spellings.dedup();
        let limited = spellings.into_iter().map(|name| (snapshot.policies.limits(&name), name));
        let limited = limited.filter(|(limits, _)| !limits.is_none());
        limited.map(|(limits, name)| self.limited(Whose::Model, limits, Subject::Model(name.into_owned()))).collect()
    }

    fn limited(&self, whose: Whose, limits: Limits, subject: Subject) -> Limited {
        Limited { whose, limits, limiter: self.limiter(subject) }
    }

    fn limiter(&self, subject: Subject) -> Arc<Limiter> {
        if let Some(limiter) = self.0.read().limiters.get(&subject) {
            return Arc::clone(limiter);
        }
        let mut known = self.0.write();
        known.prune(nanos());
        let is_too_many = known.limiters.len() >= NAMES_MAX && matches!(subject, Subject::Model(_));
        let subject = if is_too_many { Subject::OtherModels } else { subject };
        Arc::clone(known.limiters.entry(subject).or_default())
    }
}

impl Known {
    /// Forgets limiters that nobody holds and of which nothing is used, if there are many. Those that are held belong to
    /// cached keys, whose number is bounded.
    fn prune(&mut self, now: u64) {
        if self.limiters.len() < self.prune_above.max(PRUNE_ABOVE) {
            return;
        }
        self.limiters.retain(|_, limiter| Arc::strong_count(limiter) > 1 || !limiter.is_idle(now));
        self.prune_above = self.limiters.len().saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { requests_per_minute: Some(60), ..Limits::NONE };

    fn model(number: usize) -> Subject {
        Subject::Model(format!("m-{number}"))
    }

    #[test]
    fn a_subject_has_one_limiter_for_everybody() {
        let limiters = Limiters::default();
        let one = limiters.limiter(Subject::User(UserId(1)));
        assert!(Arc::ptr_eq(&one, &limiters.limiter(Subject::User(UserId(1)))));
        assert!(!Arc::ptr_eq(&one, &limiters.limiter(Subject::Key(KeyId(1)))));
    }

    #[test]
    fn only_limiters_that_nobody_needs_are_forgotten() {
        let limiters = Limiters::default();
        let held = limiters.limiter(Subject::User(UserId(1)));
        let used = limiters.limiter(model(PRUNE_ABOVE));
        drop(used.enter(&LIMITS, 0, nanos()).unwrap());
        let used = Arc::downgrade(&used);
        (0..PRUNE_ABOVE).for_each(|number| drop(limiters.limiter(model(number))));
        assert_eq!(limiters.0.read().limiters.len(), 2 + 2);
        assert!(used.upgrade().is_some());
        assert!(Arc::ptr_eq(&held, &limiters.limiter(Subject::User(UserId(1)))));
    }

    #[test]
    fn names_that_callers_make_up_are_counted_together_when_there_are_too_many() {
        let limiters = Limiters::default();
        let use_up = |subject| drop(limiters.limiter(subject).enter(&LIMITS, 0, nanos() + 3_600_000_000_000).unwrap());
        (0..NAMES_MAX).for_each(|number| use_up(model(number)));
        let (one, other) = (limiters.limiter(model(NAMES_MAX)), limiters.limiter(model(NAMES_MAX + 1)));
        assert!(Arc::ptr_eq(&one, &other));
        assert!(!Arc::ptr_eq(&one, &limiters.limiter(model(0))));
        assert!(!Arc::ptr_eq(&one, &limiters.limiter(Subject::Key(KeyId(1)))));
    }
}
