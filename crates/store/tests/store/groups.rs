//! Groups, and who was there before there were any.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Query, Table};
use sluice_domain::clock::Timestamp;
use sluice_domain::key::KeyBilling;
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::user::{DEFAULT_GROUP, Group};
use sluice_store::{NewUser, StoreError, UserPatch, What};

use crate::support::{NOW, TestDatabase, key, limits, new_user, on_every_database, user};

fn group(name: &str, multiplier: u64) -> Group {
    Group {
        name: name.to_owned(),
        multiplier: Multiplier(multiplier),
        limits: limits(9),
        remark: "亲友 \"x\"".to_owned(),
    }
}

#[tokio::test]
async fn a_group_is_made_changed_listed_and_deleted_and_the_configuration_says_so() {
    on_every_database(async |db| {
        let before = db.store.config_revision().await.unwrap();
        let friends = group("friends", 800_000);
        assert_eq!(db.store.put_group(&friends, NOW).await.unwrap(), friends);
        let everybody = db.store.put_group(&group(" default ", 0), NOW).await.unwrap();
        assert_eq!(everybody, group("default", 0));
        let dearer = Group { limits: Limits::NONE, remark: String::new(), ..group("friends", 1_000_000_000_000) };
        assert_eq!(db.store.put_group(&dearer, Timestamp(NOW.0 + 1)).await.unwrap(), dearer);
        assert_eq!(db.store.list_groups().await.unwrap(), [everybody.clone(), dearer]);
        db.store.delete_group(" friends").await.unwrap();
        let gone = db.store.delete_group("friends").await;
        assert!(matches!(gone, Err(StoreError::NotFound { what: What::Group })), "{gone:?}");
        assert_eq!(db.store.list_groups().await.unwrap(), [everybody]);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 4);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_cannot_be_kept_is_refused() {
    on_every_database(async |db| {
        for (refused, field) in [
            (group(" ", 1), "group"),
            (group(&"x".repeat(65), 1), "group"),
            (group("a", 1_000_000_000_001), "multiplier"),
            (group("a", u64::MAX), "multiplier"),
            (Group { remark: "a\0b".to_owned(), ..group("a", 1) }, "remark"),
        ] {
            let outcome = db.store.put_group(&refused, NOW).await;
            assert!(matches!(outcome, Err(StoreError::Invalid { field: f, .. }) if f == field), "{outcome:?}");
        }
        assert_eq!(db.store.list_groups().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_user_is_in_the_group_it_is_put_into_whether_that_exists_or_not() {
    on_every_database(async |db| {
        let new = NewUser { group: " friends ".to_owned(), ..new_user("ann") };
        let ann = db.store.create_user(new).await.unwrap();
        assert_eq!(ann.group, "friends");
        let patch = UserPatch { group: Some("Friends".to_owned()), ..UserPatch::default() };
        assert_eq!(db.store.update_user(ann.id, patch).await.unwrap().group, "Friends");
        let kept = db.store.update_user(ann.id, UserPatch::default()).await.unwrap();
        assert_eq!(db.store.find_user(ann.id).await.unwrap(), Some(kept));
        for group in [String::new(), "x".repeat(65)] {
            let refused = db.store.update_user(ann.id, UserPatch { group: Some(group), ..UserPatch::default() }).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "group", .. })), "{refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_that_users_are_in_is_not_deleted_and_they_are_named() {
    on_every_database(async |db| {
        db.store.put_group(&group("friends", 500_000), NOW).await.unwrap();
        for number in 0..12 {
            let new = NewUser { group: "friends".to_owned(), ..new_user(&format!("user-{number:02}")) };
            db.store.create_user(new).await.unwrap();
        }
        let before = db.store.config_revision().await.unwrap();
        let refused = db.store.delete_group("friends").await;
        let Err(StoreError::InUse { what: What::Group, by }) = &refused else { panic!("{refused:?}") };
        assert!(by.starts_with("`user-00`, `user-01`, ") && by.ends_with("`user-09`, … (+2)"), "{by}");
        assert_eq!(db.store.list_groups().await.unwrap(), [group("friends", 500_000)]);
        assert_eq!(db.store.config_revision().await.unwrap(), before);
    })
    .await;
}

/// Takes away what makes users have groups and keys have prices.
async fn undo_the_step(db: &TestDatabase) {
    let raw = db.raw().await;
    for (table, column) in
        [("users", "group_name"), ("keys", "funding"), ("keys", "multiplier"), ("keys", "shows_cost")]
    {
        raw.execute(Table::alter().table(table).drop_column(column)).await.unwrap();
    }
    raw.execute(Table::drop().table("groups")).await.unwrap();
    // The later step put a column into the table that is gone.
    let steps = ["m0015_groups", "m0015_user_groups", "m0015_key_billing", "m0023_group_limits"];
    let forgotten = Query::delete().from_table("seaql_migrations").and_where(version_is_in(steps)).take();
    assert_eq!(raw.execute(&forgotten).await.unwrap().rows_affected(), 4);
    raw.close().await.unwrap();
}

fn version_is_in(steps: [&str; 4]) -> sea_orm::sea_query::SimpleExpr {
    use sea_orm::ExprTrait;
    sea_orm::sea_query::Expr::col("version").is_in(steps)
}

#[tokio::test]
async fn users_and_keys_from_before_are_in_the_default_group_and_pay_as_before() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let anns = key(&db.store, ann.id, "a").await;
        undo_the_step(db).await;
        let upgraded = db.open_again().await;
        upgraded.migrate().await.unwrap();
        let found = upgraded.find_user(ann.id).await.unwrap().unwrap();
        assert_eq!((found.group.as_str(), &found), (DEFAULT_GROUP, &ann));
        let found = upgraded.find_key(anns.id, None).await.unwrap().unwrap();
        assert_eq!((found.billing, &found), (KeyBilling::default(), &anns));
        upgraded.close().await.unwrap();
    })
    .await;
}
