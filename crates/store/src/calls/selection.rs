//! Which calls a list shows, and in which order.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Func, Query, SelectStatement, Value};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select,
};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;

use super::rows::{OUTCOMES, outcome_number};
use super::{CallCursor, CallFilter};
use crate::entities::call;
use crate::entities::call::Column;
use crate::store::db;
use crate::{StoreError, What};

/// An id has 48 bits of time.
const LAST_MS: u64 = (1 << 48) - 1;
/// What the indexes of exceptions are restricted to, in their words: a bound value would not tell that they hold the rows.
const UNUSUAL: &str = "outcome < 3";
const FAILED: &str = "succeeded = FALSE";

/// A restriction whose index leads to the calls; the others are looked at in what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    User,
    Key,
    Provider,
    Model,
    /// How they ended, where that is rare.
    Ending,
}

/// How what meets a restriction is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    ByIndex,
    ByLooking,
}

pub(super) fn newest_first(filter: &CallFilter) -> Select<call::Entity> {
    newest_first_by(filter, None)
}

/// Returns the same by the index of one restriction, where the database is not to choose.
pub(super) fn newest_first_by(filter: &CallFilter, lead: Option<Lead>) -> Select<call::Entity> {
    call::Entity::find().filter(condition(filter, lead)).order_by_desc(Column::Id)
}

/// Returns the condition for what comes after the cursor.
pub(super) fn beyond(cursor: CallCursor) -> Condition {
    Condition::all().add(Column::Id.lt(cursor.id.0.as_bytes().to_vec()))
}

/// Returns the condition for calls that began before `time`.
pub(super) fn began_before(time: Timestamp) -> Expr {
    Column::Id.lt(first_id(time))
}

/// Returns the condition for calls that began at `since` or later and before `until`, Unix milliseconds.
pub(super) fn began_between(since: i64, until: i64) -> Condition {
    Condition::all().add(Column::Id.gte(first_id(Timestamp(since)))).add(began_before(Timestamp(until)))
}

pub(super) fn count(filter: &CallFilter, at_most: u64) -> SelectStatement {
    count_of(call::Entity::find().filter(condition(filter, None)), at_most)
}

pub(super) fn count_of(wanted: Select<call::Entity>, at_most: u64) -> SelectStatement {
    let bounded = wanted.select_only().column(Column::Id).limit(at_most).into_query();
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(bounded, "bounded").take()
}

pub(super) fn read_count(counted: Option<QueryResult>) -> Result<u64, StoreError> {
    let count = counted.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0)).map_err(db(What::Call))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Only so many failures are looked at: no index finds one kind of them.
pub(super) fn count_errors(filter: &CallFilter, error: &str, among: u64) -> SelectStatement {
    let failures = CallFilter { failed: Some(true), ..filter.clone() };
    let newest = newest_first(&failures).select_only().column(Column::Error).limit(among).into_query();
    let is_wanted = Expr::col(Column::Error).eq(error);
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(newest, "newest").and_where(is_wanted).take()
}

fn condition(filter: &CallFilter, lead: Option<Lead>) -> Condition {
    let CallFilter { user_id, key_id, provider_id, model, outcome, failed, since, until } = filter;
    let finding = |this| if lead.is_none_or(|lead| lead == this) { Finding::ByIndex } else { Finding::ByLooking };
    let equal = |this, column: Column, value: Value| match finding(this) {
        Finding::ByIndex => column.eq(value),
        Finding::ByLooking => aside(column).eq(value),
    };
    Condition::all()
        .add_option(user_id.map(|user| equal(Lead::User, Column::UserId, user.0.into())))
        .add_option(key_id.map(|key| equal(Lead::Key, Column::KeyId, key.0.into())))
        .add_option(provider_id.map(|provider| equal(Lead::Provider, Column::ProviderId, provider.0.into())))
        .add_option(model.as_ref().map(|model| equal(Lead::Model, Column::ModelAsked, model.as_str().into())))
        .add_option(outcome.map(|outcome| ended(outcome, finding(Lead::Ending))))
        .add_option(failed.map(|failed| match (failed, finding(Lead::Ending)) {
            (true, Finding::ByIndex) => Expr::cust(FAILED),
            (failed, _) => Column::Succeeded.ne(failed),
        }))
        .add_option(since.map(|since| Column::Id.gte(first_id(since))))
        .add_option(until.map(began_before))
}

/// Returns a column in words that no index is found by.
fn aside(column: Column) -> Expr {
    Expr::from(Func::coalesce([column.into_expr(), column.into_expr()]))
}

/// What nearly all calls have in common is said so that no index is tempting: one that restricts more is then free.
fn ended(outcome: Outcome, finding: Finding) -> Expr {
    match (outcome, finding) {
        (Outcome::Complete, _) => {
            let others = OUTCOMES.into_iter().filter(|other| *other != Outcome::Complete);
            Column::Outcome.is_not_in(others.map(outcome_number))
        }
        (Outcome::Refused | Outcome::Broken | Outcome::Abandoned, Finding::ByIndex) => {
            Column::Outcome.eq(outcome_number(outcome)).and(Expr::cust(UNUSUAL))
        }
        (Outcome::Refused | Outcome::Broken | Outcome::Abandoned, Finding::ByLooking) => {
            Column::Outcome.eq(outcome_number(outcome))
        }
    }
}

/// Returns the smallest id that a call of this time can have.
fn first_id(time: Timestamp) -> Vec<u8> {
    let ms = u64::try_from(time.0).map_or(0, |ms| Ord::min(ms, LAST_MS));
    let mut id = (ms << 16).to_be_bytes().to_vec();
    id.resize(16, 0);
    id
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend};
    use sluice_domain::id::{CallId, KeyId, ProviderId, UserId};

    use super::*;
    use crate::{DatabaseUrl, MasterKey, Store};

    async fn plan(store: &Store, question: &SelectStatement) -> String {
        let mut statement = DbBackend::Sqlite.build(question);
        statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let steps = store.reader().query_all_raw(statement).await.unwrap();
        steps.iter().map(|step| step.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
    }

    /// Filters, and the index that is to find what they let through.
    fn filters() -> Vec<(CallFilter, &'static str)> {
        let none = CallFilter::default;
        vec![
            (none(), "sqlite_autoindex_calls_1"),
            (CallFilter { user_id: Some(UserId(1)), ..none() }, "calls_user"),
            (CallFilter { key_id: Some(KeyId(1)), ..none() }, "calls_key"),
            (CallFilter { provider_id: Some(ProviderId(1)), ..none() }, "calls_provider"),
            (CallFilter { model: Some("m".to_owned()), ..none() }, "calls_model"),
            (CallFilter { outcome: Some(Outcome::Broken), ..none() }, "calls_unusual"),
            (CallFilter { failed: Some(true), ..none() }, "calls_failed"),
            (CallFilter { outcome: Some(Outcome::Complete), ..none() }, "sqlite_autoindex_calls_1"),
            (CallFilter { failed: Some(false), user_id: Some(UserId(1)), ..none() }, "calls_user"),
            (CallFilter { since: Some(Timestamp(1)), key_id: Some(KeyId(1)), ..none() }, "calls_key"),
        ]
    }

    async fn empty_store(folder: &tempfile::TempDir) -> Store {
        let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
        let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    #[tokio::test]
    async fn a_page_is_one_range_of_an_index_and_nothing_is_sorted() {
        let folder = tempfile::tempdir().unwrap();
        let store = empty_store(&folder).await;
        let cursor = CallCursor { created_at: Timestamp(5), id: CallId::new(5, [0; 10]) };
        for (filter, index) in filters() {
            let page = newest_first(&filter).filter(beyond(cursor)).limit(10).into_query();
            let plan = plan(&store, &page).await;
            assert!(plan.starts_with(&format!("SEARCH calls USING INDEX {index} (")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && plan.contains("id<"), "{plan}");
        }
    }

    #[tokio::test]
    async fn of_several_restrictions_the_one_that_leads_is_found_by_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = empty_store(&folder).await;
        let all = CallFilter {
            user_id: Some(UserId(1)),
            key_id: Some(KeyId(1)),
            provider_id: Some(ProviderId(1)),
            model: Some("m".to_owned()),
            ..CallFilter::default()
        };
        let failed = CallFilter { failed: Some(true), ..all.clone() };
        let abandoned = CallFilter { outcome: Some(Outcome::Abandoned), ..all };
        for (lead, indexes) in [
            (Lead::User, ["calls_user"; 2]),
            (Lead::Key, ["calls_key"; 2]),
            (Lead::Provider, ["calls_provider"; 2]),
            (Lead::Model, ["calls_model"; 2]),
            (Lead::Ending, ["calls_failed", "calls_unusual"]),
        ] {
            for (filter, index) in [&failed, &abandoned].into_iter().zip(indexes) {
                let page = newest_first_by(filter, Some(lead)).filter(began_between(0, 9)).limit(10).into_query();
                let plan = plan(&store, &page).await;
                assert!(plan.starts_with(&format!("SEARCH calls USING INDEX {index} (")), "{lead:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE") && plan.contains("id<"), "{lead:?}: {plan}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_counted_is_a_range_of_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = empty_store(&folder).await;
        // What nearly all calls have in common is counted from the first one on, and ends at the bound.
        let rare = filters().into_iter().filter(|(_, index)| !index.starts_with("sqlite_autoindex"));
        for (filter, index) in rare {
            let plan = plan(&store, &count(&filter, 10)).await;
            assert!(plan.contains(index), "{plan}");
        }
        let errors = plan(&store, &count_errors(&CallFilter::default(), "any", 10)).await;
        assert!(errors.contains("calls USING COVERING INDEX calls_failed"), "{errors}");
    }
}
