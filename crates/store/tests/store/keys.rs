//! Keys and callers.

use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::KeyId;
use sluice_domain::key::{Caller, Key};
use sluice_domain::user::Funding;
use sluice_store::{KeyPatch, NewKey, PageRequest, StoreError, UserPatch, What, hash_key};

use crate::support::{NOW, key, new_key, on_every_database, user};

#[tokio::test]
async fn a_caller_is_found_by_any_form_of_its_key() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let new = NewKey {
            expires_at: Some(Timestamp(5)),
            models: ModelList::parse("gpt-*,o3"),
            addresses: AddressList::parse("10.0.0.0/8").unwrap(),
            ..new_key("ag-secret")
        };
        let made = db.store.create_key(ann.id, new).await.unwrap();
        let expected = Caller {
            key: made.clone(),
            owner_enabled: true,
            funding: Funding::Unlimited,
            group: sluice_domain::user::DEFAULT_GROUP.to_owned(),
            budgets: Vec::new(),
        };
        for presented in ["ag-secret", "sk-secret", "secret"] {
            assert_eq!(db.store.find_caller(&hash_key(presented)).await.unwrap(), Some(expected.clone()));
        }
        assert_eq!((made.models.to_text(), made.addresses.to_text()), ("gpt-*,o3".into(), "10.0.0.0/8".into()));
        assert_eq!(db.store.find_caller(&hash_key("other")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_caller_shows_that_its_owner_was_disabled_or_is_billed() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        key(&db.store, ann.id, "secret").await;
        let patch = UserPatch { enabled: Some(false), funding: Some(Funding::Billed), ..UserPatch::default() };
        db.store.update_user(ann.id, patch).await.unwrap();
        let caller = db.store.find_caller(&hash_key("secret")).await.unwrap().unwrap();
        assert_eq!((caller.owner_enabled, caller.funding), (false, Funding::Billed));
    })
    .await;
}

#[tokio::test]
async fn the_same_key_is_not_made_twice() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        key(&db.store, ann.id, "secret").await;
        let again = db.store.create_key(ann.id, new_key("sk-secret")).await;
        assert!(matches!(again, Err(StoreError::Conflict { what: What::Key })), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_out_of_reach_for_anybody_but_its_owner() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        let anns = key(&db.store, ann.id, "a").await;
        assert_eq!(db.store.find_key(anns.id, Some(bob.id)).await.unwrap(), None);
        let patch = KeyPatch { name: Some("mine".to_owned()), ..KeyPatch::default() };
        let changed = db.store.update_key(anns.id, Some(bob.id), patch).await;
        assert!(matches!(changed, Err(StoreError::NotFound { what: What::Key })));
        let deleted = db.store.delete_key(anns.id, Some(bob.id)).await;
        assert!(matches!(deleted, Err(StoreError::NotFound { what: What::Key })));
        assert_eq!(db.store.find_key(anns.id, Some(ann.id)).await.unwrap(), Some(anns.clone()));
        db.store.delete_key(anns.id, Some(ann.id)).await.unwrap();
        assert_eq!(db.store.find_key(anns.id, None).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_patch_can_clear_the_expiry_and_the_lists() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let new = NewKey {
            expires_at: Some(Timestamp(5)),
            models: ModelList::parse("o3"),
            addresses: AddressList::parse("10.0.0.1").unwrap(),
            ..new_key("a")
        };
        let made = db.store.create_key(ann.id, new).await.unwrap();
        let kept = db.store.update_key(made.id, None, KeyPatch::default()).await.unwrap();
        assert_eq!(kept, made);
        let patch = KeyPatch {
            enabled: Some(false),
            expires_at: Some(None),
            models: Some(ModelList::default()),
            addresses: Some(AddressList::default()),
            name: None,
        };
        let expected = Key {
            enabled: false,
            expires_at: None,
            models: ModelList::default(),
            addresses: AddressList::default(),
            ..made.clone()
        };
        assert_eq!(db.store.update_key(made.id, None, patch).await.unwrap(), expected);
    })
    .await;
}

#[tokio::test]
async fn keys_are_listed_newest_first_by_owner_or_all() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        let mut anns = Vec::new();
        for n in 0..3 {
            anns.push(key(&db.store, ann.id, &format!("a{n}")).await);
            key(&db.store, bob.id, &format!("b{n}")).await;
        }
        let page = db.store.list_keys(Some(ann.id), PageRequest::nth(1, 2)).await.unwrap();
        assert_eq!((page.items, page.total), (vec![anns[0].clone()], 3));
        assert_eq!(db.store.list_keys(None, PageRequest::nth(0, 2)).await.unwrap().total, 6);
    })
    .await;
}

#[tokio::test]
async fn a_use_is_noted_without_a_change_of_the_revision_and_never_moves_back() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let (first, second) = (key(&db.store, ann.id, "a").await, key(&db.store, ann.id, "b").await);
        let before = db.store.config_revision().await.unwrap();
        let uses = [
            (second.id, Timestamp(NOW.0 + 7)),
            (first.id, Timestamp(NOW.0 + 9)),
            (first.id, Timestamp(NOW.0 + 5)),
            (KeyId(-1), NOW),
        ];
        db.store.touch_keys(&uses).await.unwrap();
        db.store.touch_keys(&[(second.id, NOW)]).await.unwrap();
        db.store.touch_keys(&[]).await.unwrap();
        let accessed = async |id| db.store.find_key(id, None).await.unwrap().unwrap().accessed_at;
        assert_eq!(accessed(first.id).await, Some(Timestamp(NOW.0 + 9)));
        assert_eq!(accessed(second.id).await, Some(Timestamp(NOW.0 + 7)));
        assert_eq!(db.store.config_revision().await.unwrap(), before);
    })
    .await;
}
