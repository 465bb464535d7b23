//! Rows from before there were limits and anything said about routing.

use sea_orm::sea_query::{Expr, Query, Table};
use sea_orm::{ConnectionTrait, ExprTrait};
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::{Rotation, Scope};
use sluice_domain::user::Group;

use crate::support::{NOW, TestDatabase, credential, key, limits, on_every_database, provider, user};

const COLUMNS: [(&str, &str); 9] = [
    ("providers", "headers"),
    ("providers", "rotation"),
    ("providers", "balance_micros"),
    ("providers", "balance_updated_at"),
    ("credentials", "limits"),
    ("keys", "limits"),
    ("keys", "scope"),
    ("users", "limits"),
    ("groups", "limits"),
];
const STEPS: [&str; 5] = [
    "m0023_provider_routing",
    "m0023_credential_limits",
    "m0023_key_routing",
    "m0023_user_limits",
    "m0023_group_limits",
];

/// Takes away what the steps made.
async fn undo_the_steps(db: &TestDatabase) {
    let raw = db.raw().await;
    for (table, column) in COLUMNS {
        raw.execute(Table::alter().table(table).drop_column(column)).await.unwrap();
    }
    let forgotten = Query::delete().from_table("seaql_migrations").and_where(Expr::col("version").is_in(STEPS)).take();
    assert_eq!(raw.execute(&forgotten).await.unwrap().rows_affected(), 5);
    raw.close().await.unwrap();
}

#[tokio::test]
async fn what_was_there_before_is_limited_by_nothing_and_routed_as_before() {
    on_every_database(async |db| {
        let owner = provider(&db.store, "one").await;
        credential(&db.store, owner.id, "a").await;
        let ann = user(&db.store, "ann").await;
        let anns = key(&db.store, ann.id, "secret").await;
        let friends =
            Group { name: "friends".to_owned(), multiplier: Multiplier::ONE, limits: limits(9), remark: String::new() };
        db.store.put_group(&friends, NOW).await.unwrap();
        undo_the_steps(db).await;
        let upgraded = db.open_again().await;
        upgraded.migrate().await.unwrap();
        let catalog = upgraded.load_catalog().await.unwrap();
        let found = &catalog.providers[0];
        assert_eq!((found.headers.len(), found.rotation, found.balance), (0, Rotation::Strategy, None));
        assert_eq!((catalog.credentials[0].limits, catalog.groups[0].limits), (Limits::NONE, Limits::NONE));
        let found = upgraded.find_key(anns.id, None).await.unwrap().unwrap();
        assert_eq!((found.limits, found.scope), (Limits::NONE, Scope::default()));
        assert_eq!(upgraded.find_user(ann.id).await.unwrap().unwrap().limits, Limits::NONE);
        upgraded.close().await.unwrap();
    })
    .await;
}
