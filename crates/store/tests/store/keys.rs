//! Keys and callers.

use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, OrganisationId};
use sluice_domain::key::{Caller, Key, KeyBilling, KeyFunding};
use sluice_domain::ledger::{BudgetScope, Period, Tz};
use sluice_domain::limit::Limits;
use sluice_domain::money::Micros;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::{DEFAULT_GROUP, Funding, Group};
use sluice_store::{KeyPatch, NewBudget, NewKey, PageRequest, Rotated, StoreError, UserPatch, What, hash_key};

use crate::support::{NOW, key, limits, new_key, on_every_database, scope, user};

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
            group: DEFAULT_GROUP.to_owned(),
            owner_limits: limits(1),
            group_limits: Limits::NONE,
            budgets: Vec::new(),
        };
        for presented in ["ag-secret", "sk-secret", "secret"] {
            assert_eq!(db.store.find_caller(&hash_key(presented)).await.unwrap(), Some(expected.clone()));
        }
        assert_eq!((made.limits, &made.scope), (limits(2), &scope()));
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
async fn a_caller_is_limited_by_what_its_key_its_owner_and_its_owners_group_may_ask_for() {
    on_every_database(async |db| {
        let friends =
            Group { name: "friends".to_owned(), multiplier: Multiplier::ONE, limits: limits(9), remark: String::new() };
        db.store.put_group(&friends, NOW).await.unwrap();
        let ann = user(&db.store, "ann").await;
        key(&db.store, ann.id, "secret").await;
        let seen = async || {
            let caller = db.store.find_caller(&hash_key("secret")).await.unwrap().unwrap();
            (caller.key.limits, caller.owner_limits, caller.group_limits)
        };
        assert_eq!(seen().await, (limits(2), limits(1), Limits::NONE));
        let group = Some("friends".to_owned());
        let patch = UserPatch { group, limits: Some(limits(4)), ..UserPatch::default() };
        assert_eq!(db.store.update_user(ann.id, patch).await.unwrap().limits, limits(4));
        assert_eq!(seen().await, (limits(2), limits(4), limits(9)));
    })
    .await;
}

fn new_budget(scope: BudgetScope, period: Period) -> NewBudget {
    NewBudget { scope, period, zone: Tz::Asia__Shanghai, limit: Micros(5), created_at: NOW }
}

#[tokio::test]
async fn a_caller_falls_under_the_group_of_its_owner_and_the_budgets_of_both_and_nobody_elses() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        key(&db.store, bob.id, "bobs").await;
        let anns = key(&db.store, ann.id, "anns").await;
        let (of_key, of_owner) = (BudgetScope::Key(anns.id), BudgetScope::User(ann.id));
        let mut expected = Vec::new();
        for (scope, period) in [(of_owner, Period::Month), (of_key, Period::Day), (of_key, Period::Total)] {
            expected.push(db.store.create_budget(new_budget(scope, period)).await.unwrap());
        }
        // The numbers of ann and her key again, in other scopes.
        assert_eq!((ann.id.0, bob.id.0, anns.id.0), (1, 2, 2));
        for scope in [BudgetScope::Organisation(OrganisationId(1)), BudgetScope::Organisation(OrganisationId(2))] {
            db.store.create_budget(new_budget(scope, Period::Day)).await.unwrap();
        }
        let bobs = db.store.create_budget(new_budget(BudgetScope::User(bob.id), Period::Week)).await.unwrap();
        let patch = UserPatch { group: Some("friends".to_owned()), ..UserPatch::default() };
        db.store.update_user(ann.id, patch).await.unwrap();
        let caller = db.store.find_caller(&hash_key("anns")).await.unwrap().unwrap();
        assert_eq!((caller.group.as_str(), caller.budgets), ("friends", expected));
        let caller = db.store.find_caller(&hash_key("bobs")).await.unwrap().unwrap();
        assert_eq!((caller.group.as_str(), caller.budgets), (DEFAULT_GROUP, vec![bobs]));
    })
    .await;
}

#[tokio::test]
async fn how_a_key_is_paid_for_is_kept_and_changed() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let billing = KeyBilling { funding: KeyFunding::Own, multiplier: Multiplier(1_250_000), shows_cost: true };
        let made = db.store.create_key(ann.id, NewKey { billing, ..new_key("a") }).await.unwrap();
        assert_eq!(made.billing, billing);
        let kept = db.store.update_key(made.id, None, KeyPatch::default()).await.unwrap();
        assert_eq!(kept.billing, billing);
        let patch = KeyPatch { billing: Some(KeyBilling::default()), ..KeyPatch::default() };
        assert_eq!(db.store.update_key(made.id, None, patch).await.unwrap().billing, KeyBilling::default());
        for multiplier in [Multiplier(1_000_000_000_001), Multiplier(u64::MAX)] {
            let billing = KeyBilling { multiplier, ..KeyBilling::default() };
            let refused = db.store.create_key(ann.id, NewKey { billing, ..new_key("b") }).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "multiplier", .. })), "{refused:?}");
        }
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
async fn a_patch_can_clear_the_expiry_the_lists_the_limits_and_the_scope() {
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
            limits: Some(Limits::NONE),
            scope: Some(Scope::default()),
            addresses: Some(AddressList::default()),
            ..KeyPatch::default()
        };
        let expected = Key {
            enabled: false,
            expires_at: None,
            models: ModelList::default(),
            limits: Limits::NONE,
            scope: Scope::default(),
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

#[tokio::test]
async fn a_rotated_key_is_found_by_both_secrets_and_expires_by_the_older() {
    on_every_database(async |db| {
        let store = &db.store;
        let ann = user(store, "ann").await;
        let made = store.create_key(ann.id, new_key("first")).await.unwrap();
        let turn = |secret: &str, grace_ends| Rotated { hash: hash_key(secret), last4: "last".to_owned(), grace_ends };
        let expiry = async |secret: &str| {
            let caller = store.find_caller(&hash_key(secret)).await.unwrap();
            caller.map(|caller| (caller.key.id, caller.key.expires_at))
        };
        let ends = Some(Timestamp(9));
        let turned = store.rotate_key(made.id, Some(ann.id), turn("second", ends)).await.unwrap();
        assert_eq!(turned, Key { last4: "last".to_owned(), previous_until: ends, ..made.clone() });
        assert_eq!(expiry("first").await, Some((made.id, ends)));
        assert_eq!(expiry("second").await, Some((made.id, made.expires_at)));
        let earlier = KeyPatch { expires_at: Some(Some(Timestamp(5))), ..KeyPatch::default() };
        store.update_key(made.id, None, earlier).await.unwrap();
        assert_eq!(expiry("first").await, Some((made.id, Some(Timestamp(5)))));
        store.rotate_key(made.id, None, turn("third", None)).await.unwrap();
        assert_eq!((expiry("first").await, expiry("second").await), (None, None));
        let other = user(store, "bob").await;
        let theirs = store.rotate_key(made.id, Some(other.id), turn("x", None)).await;
        assert!(matches!(theirs, Err(StoreError::NotFound { what: What::Key })));
        store.create_key(ann.id, new_key("taken")).await.unwrap();
        let taken = store.rotate_key(made.id, None, turn("taken", None)).await;
        assert!(matches!(taken, Err(StoreError::Conflict { what: What::Key })));
        store.delete_key(made.id, None).await.unwrap();
        assert_eq!(expiry("third").await, None);
    })
    .await;
}
