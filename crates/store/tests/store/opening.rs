//! Opening, migrating, and being away.

use sluice_store::{DatabaseUrl, MasterKey, Store, StoreError};

use crate::support::{credential, master_key, on_every_database, on_every_empty_database, provider, user};

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_every_database(async |db| {
        let before = (db.store.instance_id().await.unwrap(), db.store.config_revision().await.unwrap());
        user(&db.store, "ann").await;
        db.store.migrate().await.unwrap();
        let after = (db.store.instance_id().await.unwrap(), db.store.config_revision().await.unwrap());
        assert_eq!(after, (before.0, before.1 + 1));
        assert_eq!(db.store.count_users().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_migrate_at_once_wait_for_each_other() {
    on_every_empty_database(async |db| {
        let nodes = [db.open_again().await, db.open_again().await, db.open_again().await];
        let started = nodes.map(|node| tokio::spawn(async move { node.migrate().await.map(|()| node) }));
        for node in started {
            node.await.unwrap().unwrap().close().await.unwrap();
        }
        assert_eq!(db.store.config_revision().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_failing_migration_is_an_error() {
    on_every_empty_database(async |db| {
        db.execute("CREATE TABLE users (id BIGINT)").await;
        let failed = db.store.migrate().await;
        assert!(matches!(failed, Err(StoreError::Migration { .. })), "{failed:?}");
        db.execute("DROP TABLE users").await;
        // What is left behind where a server commits each table by itself must not be in the way of the next start,
        // and the lock must have been given back.
        db.store.migrate().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn another_master_key_is_refused_when_opening() {
    on_every_database(async |db| {
        let other = Store::open(&db.url, &MasterKey::from_bytes([8; 32])).await;
        assert!(matches!(other, Err(StoreError::WrongMasterKey)), "{other:?}");
    })
    .await;
}

#[tokio::test]
async fn another_master_key_is_refused_when_migrating_too() {
    on_every_empty_database(async |db| {
        let other = Store::open(&db.url, &MasterKey::from_bytes([8; 32])).await.unwrap();
        db.store.migrate().await.unwrap();
        assert!(matches!(other.migrate().await, Err(StoreError::WrongMasterKey)));
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_row_does_not_open() {
    on_every_database(async |db| {
        let owner = provider(&db.store, "one").await;
        let (first, second) = (credential(&db.store, owner.id, "a").await, credential(&db.store, owner.id, "b").await);
        let swap = format!(
            "UPDATE credentials SET secret = (SELECT s FROM (SELECT secret AS s FROM credentials WHERE id = {}) AS x) \
             WHERE id = {}",
            first.id, second.id
        );
        assert_eq!(db.execute(&swap).await, 1);
        assert!(db.store.find_credential(first.id).await.is_ok());
        let moved = db.store.find_credential(second.id).await;
        assert!(matches!(moved, Err(StoreError::Corrupt { .. })), "{moved:?}");
        assert!(matches!(db.store.load_catalog().await, Err(StoreError::Corrupt { .. })));
    })
    .await;
}

#[tokio::test]
async fn secrets_are_not_in_the_file_and_the_file_is_the_owners() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/sluice.db");
    let store = Store::open(&DatabaseUrl::sqlite(&path), &master_key()).await.unwrap();
    store.migrate().await.unwrap();
    let owner = provider(&store, "one").await;
    credential(&store, owner.id, "visible").await;
    store.close().await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds("https://api.example.org"), "the row itself is there");
    assert_eq!(["sk-visible", "site-token", "u:hush@proxy"].map(holds), [false; 3]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_and_worth_another_try() {
    for url in ["postgres://ann:hush@127.0.0.1:1/x", "ann:hush@tcp(127.0.0.1:1)/x"] {
        let error = Store::open(&url.parse().unwrap(), &master_key()).await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&DatabaseUrl::sqlite(file.join("sluice.db")), &master_key()).await.unwrap_err();
    assert!(matches!(error, StoreError::File { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_answers_a_ping_until_it_is_closed() {
    on_every_database(async |db| {
        let other = db.open_again().await;
        other.ping().await.unwrap();
        let clone = other.clone();
        other.close().await.unwrap();
        assert!(clone.ping().await.unwrap_err().is_retryable());
    })
    .await;
}
