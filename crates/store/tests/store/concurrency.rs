//! Writers that meet.

use sluice_domain::id::UserId;
use sluice_store::{PageRequest, StoreError};

use crate::support::{new_key, new_user, on_every_database, user};

/// Two stores on one database stand for two processes: SQLite's busy time-out works between them, the pool within.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_contended_transactions_all_succeed() {
    on_every_database(async |db| {
        let owner = user(&db.store, "ann").await;
        let before = db.store.config_revision().await.unwrap();
        let other = db.open_again().await;
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
                tokio::spawn(async move { store.create_key(owner.id, new_key(&format!("secret {n}"))).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(db.store.list_keys(Some(owner.id), PageRequest::nth(0, 1)).await.unwrap().total, 200);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 200);
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_first_administrators_one_is_made() {
    on_every_database(async |db| {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let store = db.store.clone();
                tokio::spawn(async move { store.create_first_root(new_user(&format!("root{n}"))).await })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}"),
            }
        }
        assert_eq!((made, db.store.count_users().await.unwrap()), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_only_whole_changes_while_writers_write() {
    on_every_database(async |db| {
        let start = db.store.config_revision().await.unwrap();
        let writer = {
            let store = db.store.clone();
            tokio::spawn(async move {
                for n in 0..30 {
                    store.create_provider(crate::support::new_provider(&format!("p{n}"))).await.unwrap();
                }
            })
        };
        while !writer.is_finished() {
            let catalog = db.store.load_catalog().await.unwrap();
            assert_eq!(i64::try_from(catalog.providers.len()).unwrap(), catalog.revision - start);
        }
        writer.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_key_of_a_user_that_is_gone_is_not_made() {
    on_every_database(async |db| {
        let before = db.store.config_revision().await.unwrap();
        let orphan = db.store.create_key(UserId(999), new_key("x")).await;
        assert!(matches!(orphan, Err(StoreError::NotFound { .. })), "{orphan:?}");
        assert_eq!(db.store.config_revision().await.unwrap(), before, "a failed change leaves the revision alone");
    })
    .await;
}
