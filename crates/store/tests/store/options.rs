//! Settings.

use sluice_store::StoreError;

use crate::support::on_every_database;

#[tokio::test]
async fn a_setting_is_written_changed_and_removed_with_its_old_value_told() {
    on_every_database(async |db| {
        assert_eq!(db.store.put_option("Notice", "hello").await.unwrap(), None);
        assert_eq!(db.store.put_option("Notice", "").await.unwrap(), Some("hello".to_owned()));
        assert_eq!(db.store.options().await.unwrap(), [("Notice".to_owned(), String::new())].into());
        assert_eq!(db.store.remove_option("Notice").await.unwrap(), Some(String::new()));
        assert_eq!(db.store.remove_option("Notice").await.unwrap(), None);
        assert!(db.store.options().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_same_value_again_is_no_change() {
    on_every_database(async |db| {
        let settings = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "安".repeat(70_000))].into();
        db.store.put_options(&settings).await.unwrap();
        let revision = db.store.config_revision().await.unwrap();
        db.store.put_options(&settings).await.unwrap();
        db.store.put_option("a", "1").await.unwrap();
        assert_eq!(db.store.config_revision().await.unwrap(), revision);
        assert_eq!(db.store.options().await.unwrap(), settings);
        db.store.put_option("a", "2").await.unwrap();
        assert_eq!(db.store.config_revision().await.unwrap(), revision + 1);
    })
    .await;
}

#[tokio::test]
async fn several_settings_are_written_all_or_none() {
    on_every_database(async |db| {
        let settings = [("a".to_owned(), "1".to_owned()), ("b".repeat(200), "2".to_owned())].into();
        let refused = db.store.put_options(&settings).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        assert!(db.store.options().await.unwrap().is_empty());
    })
    .await;
}
