//! Which calls a list shows, and in which order.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::{CallCursor, CallFilter};
use crate::entities::call;
use crate::entities::call::Column;

pub(super) fn newest_first(filter: &CallFilter) -> Select<call::Entity> {
    call::Entity::find().filter(condition(filter)).order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)
}

/// Returns the condition for what comes after the cursor. The first part alone is what an index can seek to.
pub(super) fn beyond(cursor: CallCursor) -> Condition {
    let earlier = Column::CreatedAt.lt(cursor.created_at.0);
    let same_time_smaller_id = Column::Id.lt(cursor.id.0.as_bytes().to_vec());
    Condition::all()
        .add(Column::CreatedAt.lte(cursor.created_at.0))
        .add(Condition::any().add(earlier).add(same_time_smaller_id))
}

pub(super) fn count(filter: &CallFilter, at_most: u64) -> SelectStatement {
    let bounded =
        call::Entity::find().select_only().column(Column::Id).filter(condition(filter)).limit(at_most).into_query();
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(bounded, "bounded").take()
}

fn condition(filter: &CallFilter) -> Condition {
    let CallFilter { user_id, key_id, provider_id, model, outcome, failed, since, until } = filter;
    Condition::all()
        .add_option(user_id.map(|user| Column::UserId.eq(user.0)))
        .add_option(key_id.map(|key| Column::KeyId.eq(key.0)))
        .add_option(provider_id.map(|provider| Column::ProviderId.eq(provider.0)))
        .add_option(model.as_ref().map(|model| Column::ModelAsked.eq(model.as_str())))
        .add_option(outcome.map(|outcome| Column::Outcome.eq(outcome.as_str())))
        .add_option(failed.map(|failed| if failed { Column::Error.ne("") } else { Column::Error.eq("") }))
        .add_option(since.map(|since| Column::CreatedAt.gte(since.0)))
        .add_option(until.map(|until| Column::CreatedAt.lt(until.0)))
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend, Statement};
    use sluice_domain::clock::Timestamp;
    use sluice_domain::id::{CallId, KeyId, ProviderId, UserId};

    use super::*;
    use crate::{DatabaseUrl, MasterKey, Store};

    async fn plan(store: &Store, filter: &CallFilter) -> String {
        let cursor = CallCursor { created_at: Timestamp(5), id: CallId::new(5, [0; 10]) };
        let mut page = newest_first(filter).filter(beyond(cursor)).limit(10).build(DbBackend::Sqlite);
        page.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let steps = store.reader().query_all_raw(Statement { ..page }).await.unwrap();
        steps.iter().map(|step| step.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn a_page_is_one_range_of_an_index_and_nothing_is_sorted() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
        let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        let none = CallFilter::default;
        for (filter, index) in [
            (none(), "calls_newest"),
            (CallFilter { user_id: Some(UserId(1)), ..none() }, "calls_user"),
            (CallFilter { key_id: Some(KeyId(1)), ..none() }, "calls_key"),
            (CallFilter { provider_id: Some(ProviderId(1)), ..none() }, "calls_provider"),
            (CallFilter { model: Some("m".to_owned()), ..none() }, "calls_model"),
        ] {
            let plan = plan(&store, &filter).await;
            assert!(plan.starts_with(&format!("SEARCH calls USING INDEX {index} (")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && plan.contains("created_at<"), "{plan}");
        }
    }
}
