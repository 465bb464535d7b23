//! Calls that meet several restrictions at once. An index finds what one of them lets through, which may be a million calls
//! of which the others leave ten; but the hours of usage say how many calls of each hour meet all of them. So those are
//! counted there, and only hours that have some are looked into.

use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use uuid::Uuid;

use super::selection::{self, Lead};
use super::{CallCursor, CallFilter};
use crate::entities::call;
use crate::store::{corrupt, db};
use crate::usage::{Counted, HOUR_MS, calls_by_hour, calls_in_all};
use crate::{PageRequest, StoreError, UsageFilter, What};

/// Hours that the first question asks for; each further one asks for twice as many.
const FIRST_HOURS: i64 = 24;
/// The newest hours of a page that say which of its restrictions leaves the fewest calls.
const JUDGED_MS: i64 = 24 * HOUR_MS;
/// Calls of others that are rather passed over than asked around.
const PASSED_CALLS: u64 = 500;

/// Calls that meet more than one restriction, up to a place in the list.
pub(super) struct Joint<'a> {
    filter: &'a CallFilter,
    cursor: Option<CallCursor>,
    counted: Counted,
}

/// A stretch of time with wanted calls, Unix milliseconds: an hour, or the part of one that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    since: i64,
    until: i64,
    calls: u64,
}

/// How the calls are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Path {
    /// The restriction that leaves the fewest calls: its index leads to them.
    lead: Lead,
    /// In how much time without wanted calls it finds about [`PASSED_CALLS`].
    gap_ms: i64,
}

impl Path {
    /// Returns the path by a restriction that leaves so many calls of a day.
    fn by(lead: Lead, calls: u64) -> Self {
        let gap_ms = JUDGED_MS.unsigned_abs() * PASSED_CALLS / calls.max(1);
        Self { lead, gap_ms: i64::try_from(gap_ms).unwrap_or(i64::MAX) }
    }
}

/// What is wanted of the time that has calls.
struct Reach {
    since: i64,
    until: i64,
    /// The first hour that is wanted, and all of whose calls are there.
    first_hour: i64,
    /// The hour after the last such one.
    end_hour: i64,
}

/// Returns how many calls there are in all of the spans.
pub(super) fn sum(spans: &[Span]) -> u64 {
    spans.iter().map(|span| span.calls).sum()
}

impl<'a> Joint<'a> {
    /// Returns the calls of the list before `cursor`, if no index finds them and the hours tell where they are.
    pub(super) fn of(filter: &'a CallFilter, cursor: Option<CallCursor>) -> Option<Self> {
        let counted = match (filter.outcome, filter.failed) {
            (None, None) => Counted::All,
            (None, Some(true)) => Counted::Failed,
            (None, Some(false)) => Counted::Good,
            (Some(Outcome::Abandoned), None) => Counted::Abandoned,
            (Some(Outcome::Refused | Outcome::Broken | Outcome::Complete), _) | (Some(_), Some(_)) => return None,
        };
        let restricts = [
            filter.user_id.is_some(),
            filter.key_id.is_some(),
            filter.provider_id.is_some(),
            filter.model.is_some(),
            counted != Counted::All,
        ];
        let restrictions = restricts.into_iter().filter(|restricts| *restricts).count();
        (restrictions > 1).then_some(Self { filter, cursor, counted })
    }

    /// Returns where the calls are, newest first: all of them, or the newest `enough` and some more.
    pub(super) async fn spans(&self, tx: &DatabaseTransaction, enough: u64) -> Result<Vec<Span>, StoreError> {
        let Some(reach) = self.reach(tx).await? else { return Ok(Vec::new()) };
        let Reach { since, until, first_hour, end_hour } = reach;
        if first_hour >= end_hour {
            return Ok(self.part(tx, since, until, enough).await?.into_iter().collect());
        }
        let mut spans: Vec<Span> = self.part(tx, end_hour * HOUR_MS, until, enough).await?.into_iter().collect();
        let (mut end, mut hours) = (end_hour, FIRST_HOURS);
        while end > first_hour && sum(&spans) < enough {
            let first = first_hour.max(end - hours);
            let wanted = self.used(first * HOUR_MS, end * HOUR_MS);
            let found = calls_by_hour(tx, &wanted, self.counted).await?;
            spans.extend(found.into_iter().map(|(start, calls)| Span {
                since: start.0,
                until: start.0 + HOUR_MS,
                calls,
            }));
            (end, hours) = (first, hours * 2);
        }
        if sum(&spans) < enough {
            spans.extend(self.part(tx, since, first_hour * HOUR_MS, enough).await?);
        }
        Ok(spans)
    }

    /// Returns one page of the calls, which are in `spans`.
    pub(super) async fn rows(
        &self,
        tx: &DatabaseTransaction,
        spans: &[Span],
        page: PageRequest,
    ) -> Result<Vec<call::Model>, StoreError> {
        let (mut rest, mut skip) = beginning_at(spans, page.offset);
        let (Some(newest), mut left) = (rest.first(), page.limit) else { return Ok(Vec::new()) };
        let path = self.path(tx, newest.until).await?;
        let mut rows = Vec::new();
        while let Some(((since, until), after)) = together(rest, skip.saturating_add(left), path.gap_ms) {
            let wanted =
                selection::newest_first_by(self.filter, Some(path.lead)).filter(selection::began_between(since, until));
            let wanted = self.before_cursor(wanted).offset(skip).limit(left);
            let found = wanted.all(tx).await.map_err(db(What::Call))?;
            left = left.saturating_sub(u64::try_from(found.len()).unwrap_or(u64::MAX));
            rows.extend(found);
            (rest, skip) = (after, 0);
            if left == 0 {
                break;
            }
        }
        Ok(rows)
    }

    fn before_cursor<Q: QueryFilter>(&self, query: Q) -> Q {
        match self.cursor {
            Some(cursor) => query.filter(selection::beyond(cursor)),
            None => query,
        }
    }

    /// Returns the hours' filter for this time.
    fn used(&self, since: i64, until: i64) -> UsageFilter {
        let CallFilter { user_id, key_id, provider_id, ref model, .. } = *self.filter;
        UsageFilter {
            since: Timestamp(since),
            until: Timestamp(until),
            user_id,
            key_id,
            provider_id,
            model: model.clone(),
        }
    }

    async fn reach(&self, tx: &DatabaseTransaction) -> Result<Option<Reach>, StoreError> {
        let (Some(oldest), Some(newest)) = (end_of_list(tx, Order::Asc).await?, end_of_list(tx, Order::Desc).await?)
        else {
            return Ok(None);
        };
        let since = self.filter.since.map_or(0, |since| since.0);
        let until = self.filter.until.map_or(i64::MAX, |until| until.0);
        let at_cursor = self.cursor.map_or(i64::MAX, |cursor| to_ms(cursor.id));
        let top = until.min(at_cursor);
        let reach = Reach {
            since: since.max(oldest),
            until: until.min(at_cursor.saturating_add(1)).min(newest + 1),
            // Calls of the oldest one's hour may have been purged; the hour still counts them.
            first_hour: since.max(oldest + 1).saturating_add(HOUR_MS - 1) / HOUR_MS,
            end_hour: if top > newest { newest / HOUR_MS + 1 } else { top.max(0) / HOUR_MS },
        };
        Ok((reach.since < reach.until).then_some(reach))
    }

    /// Returns a part of an hour with its calls counted one by one, but not beyond `enough`.
    async fn part(
        &self,
        tx: &DatabaseTransaction,
        since: i64,
        until: i64,
        enough: u64,
    ) -> Result<Option<Span>, StoreError> {
        if since >= until {
            return Ok(None);
        }
        let path = self.path(tx, until).await?;
        let wanted =
            selection::newest_first_by(self.filter, Some(path.lead)).filter(selection::began_between(since, until));
        let counted = tx.query_one(&selection::count_of(self.before_cursor(wanted), enough)).await;
        let calls = selection::read_count(counted.map_err(db(What::Call))?)?;
        Ok((calls > 0).then_some(Span { since, until, calls }))
    }

    /// Returns the path by the restriction that leaves the fewest calls of the day before `until`.
    async fn path(&self, tx: &DatabaseTransaction, until: i64) -> Result<Path, StoreError> {
        let since = Timestamp(until.saturating_sub(JUDGED_MS));
        let day = || UsageFilter { since, until: Timestamp(until), ..UsageFilter::default() };
        let CallFilter { user_id, key_id, provider_id, ref model, .. } = *self.filter;
        let rare = matches!(self.counted, Counted::Failed | Counted::Abandoned);
        let candidates = [
            rare.then(|| (Lead::Ending, day(), self.counted)),
            key_id.map(|_| (Lead::Key, UsageFilter { key_id, ..day() }, Counted::All)),
            user_id.map(|_| (Lead::User, UsageFilter { user_id, ..day() }, Counted::All)),
            model.as_ref().map(|_| (Lead::Model, UsageFilter { model: model.clone(), ..day() }, Counted::All)),
            provider_id.map(|_| (Lead::Provider, UsageFilter { provider_id, ..day() }, Counted::All)),
        ];
        let mut fewest: Option<(Lead, u64)> = None;
        for (lead, filter, counted) in candidates.into_iter().flatten() {
            let calls = calls_in_all(tx, &filter, counted).await?;
            if fewest.is_none_or(|(_, least)| calls < least) {
                fewest = Some((lead, calls));
            }
        }
        let (lead, calls) = fewest.unwrap_or((Lead::Ending, 0));
        Ok(Path::by(lead, calls))
    }
}

/// Returns when the first or the last call of the table began.
async fn end_of_list(tx: &DatabaseTransaction, order: Order) -> Result<Option<i64>, StoreError> {
    let ids = call::Entity::find().select_only().column(call::Column::Id).order_by(call::Column::Id, order);
    let found = ids.limit(1).into_tuple::<Vec<u8>>().one(tx).await.map_err(db(What::Call))?;
    let Some(id) = found else { return Ok(None) };
    let id = Uuid::from_slice(&id).map_err(|_| corrupt(What::Call, hex::encode(&id), "its id is no UUID"))?;
    Ok(Some(to_ms(CallId(id))))
}

fn to_ms(id: CallId) -> i64 {
    i64::try_from(id.unix_ms()).unwrap_or(i64::MAX)
}

/// Returns the spans from the one in which call `skip` of the list is, and how many of its calls come before.
fn beginning_at(spans: &[Span], mut skip: u64) -> (&[Span], u64) {
    let mut rest = spans;
    while let Some((span, after)) = rest.split_first() {
        if span.calls > skip {
            break;
        }
        skip -= span.calls;
        rest = after;
    }
    (rest, skip)
}

/// Returns the time of the first spans as long as no more than `gap_ms` lie between them and they hold less than `enough`
/// calls, and the spans that follow.
fn together(spans: &[Span], enough: u64, gap_ms: i64) -> Option<((i64, i64), &[Span])> {
    let (newest, mut rest) = spans.split_first()?;
    let (mut since, mut calls) = (newest.since, newest.calls);
    while let Some((span, after)) = rest.split_first() {
        if calls >= enough || since.saturating_sub(span.until) > gap_ms {
            break;
        }
        since = span.since;
        calls = calls.saturating_add(span.calls);
        rest = after;
    }
    Some(((since, newest.until), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(hour: i64, calls: u64) -> Span {
        Span { since: hour, until: hour + 1, calls }
    }

    #[test]
    fn a_page_begins_in_the_span_that_holds_its_first_call() {
        let spans = [span(9, 4), span(8, 3), span(5, 2)];
        assert_eq!(beginning_at(&spans, 0), (&spans[..], 0));
        assert_eq!(beginning_at(&spans, 3), (&spans[..], 3));
        assert_eq!(beginning_at(&spans, 4), (&spans[1..], 0));
        assert_eq!(beginning_at(&spans, 8), (&spans[2..], 1));
        assert_eq!(beginning_at(&spans, 9), (&spans[3..], 0));
    }

    #[test]
    fn spans_are_read_together_up_to_a_gap_or_to_enough_calls() {
        let spans = [span(9, 4), span(8, 3), span(5, 2)];
        assert_eq!(together(&spans, 4, 0), Some(((9, 10), &spans[1..])));
        assert_eq!(together(&spans, 5, 0), Some(((8, 10), &spans[2..])));
        assert_eq!(together(&spans, 99, 1), Some(((8, 10), &spans[2..])));
        assert_eq!(together(&spans, 99, 2), Some(((5, 10), &spans[3..])));
        assert_eq!(together(&spans[2..], 99, 0), Some(((5, 6), &spans[3..])));
        assert_eq!(together(&[], 1, 0), None);
    }

    #[test]
    fn the_rarer_the_calls_of_the_path_the_longer_the_gaps_that_it_passes_over() {
        assert_eq!(Path::by(Lead::User, 500).gap_ms, JUDGED_MS);
        assert_eq!(Path::by(Lead::User, 24_000).gap_ms, HOUR_MS / 2);
        assert_eq!(Path::by(Lead::User, 0).gap_ms, 500 * JUDGED_MS);
    }

    #[test]
    fn only_what_the_hours_tell_and_no_index_finds_is_joint() {
        let user = || CallFilter { user_id: Some(sluice_domain::id::UserId(1)), ..CallFilter::default() };
        let is_joint = |filter: CallFilter| Joint::of(&filter, None).is_some();
        assert!(!is_joint(CallFilter::default()) && !is_joint(user()));
        assert!(!is_joint(CallFilter { failed: Some(true), ..CallFilter::default() }));
        assert!(is_joint(CallFilter { failed: Some(true), ..user() }));
        assert!(is_joint(CallFilter { model: Some("m".to_owned()), ..user() }));
        assert!(is_joint(CallFilter { outcome: Some(Outcome::Abandoned), ..user() }));
        assert!(!is_joint(CallFilter { outcome: Some(Outcome::Broken), ..user() }));
        assert!(!is_joint(CallFilter { outcome: Some(Outcome::Abandoned), failed: Some(true), ..user() }));
    }
}
