//! Which calls a list shows, and in which order.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;

use super::rows::{OUTCOMES, outcome_number};
use super::{CallCursor, CallFilter};
use crate::entities::call;
use crate::entities::call::Column;

/// An id has 48 bits of time.
const LAST_MS: u64 = (1 << 48) - 1;
/// What the indexes of exceptions are restricted to, in their words: a bound value would not tell that they hold the rows.
const UNUSUAL: &str = "outcome < 3";
const FAILED: &str = "succeeded = FALSE";

pub(super) fn newest_first(filter: &CallFilter) -> Select<call::Entity> {
    call::Entity::find().filter(condition(filter)).order_by_desc(Column::Id)
}

/// Returns the condition for what comes after the cursor.
pub(super) fn beyond(cursor: CallCursor) -> Condition {
    Condition::all().add(Column::Id.lt(cursor.id.0.as_bytes().to_vec()))
}

/// Returns the condition for calls that began before `time`.
pub(super) fn began_before(time: Timestamp) -> Expr {
    Column::Id.lt(first_id(time))
}

pub(super) fn count(filter: &CallFilter, at_most: u64) -> SelectStatement {
    let bounded =
        call::Entity::find().select_only().column(Column::Id).filter(condition(filter)).limit(at_most).into_query();
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(bounded, "bounded").take()
}

/// Only so many failures are looked at: no index finds one kind of them.
pub(super) fn count_errors(filter: &CallFilter, error: &str, among: u64) -> SelectStatement {
    let failures = CallFilter { failed: Some(true), ..filter.clone() };
    let newest = newest_first(&failures).select_only().column(Column::Error).limit(among).into_query();
    let is_wanted = Expr::col(Column::Error).eq(error);
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(newest, "newest").and_where(is_wanted).take()
}

fn condition(filter: &CallFilter) -> Condition {
    let CallFilter { user_id, key_id, provider_id, model, outcome, failed, since, until } = filter;
    Condition::all()
        .add_option(user_id.map(|user| Column::UserId.eq(user.0)))
        .add_option(key_id.map(|key| Column::KeyId.eq(key.0)))
        .add_option(provider_id.map(|provider| Column::ProviderId.eq(provider.0)))
        .add_option(model.as_ref().map(|model| Column::ModelAsked.eq(model.as_str())))
        .add_option(outcome.map(ended))
        .add_option(failed.map(|failed| if failed { Expr::cust(FAILED) } else { Column::Succeeded.ne(false) }))
        .add_option(since.map(|since| Column::Id.gte(first_id(since))))
        .add_option(until.map(began_before))
}

/// What nearly all calls have in common is said so that no index is tempting: one that restricts more is then free.
fn ended(outcome: Outcome) -> Expr {
    match outcome {
        Outcome::Complete => {
            let others = OUTCOMES.into_iter().filter(|other| *other != Outcome::Complete);
            Column::Outcome.is_not_in(others.map(outcome_number))
        }
        Outcome::Refused | Outcome::Broken | Outcome::Abandoned => {
            Column::Outcome.eq(outcome_number(outcome)).and(Expr::cust(UNUSUAL))
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
