//! Sites, their keys as credentials, and the routes of many keys at once.

use std::collections::{BTreeMap, BTreeSet};

use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::money::Micros;
use sluice_domain::provider::{Balance, Provider};
use sluice_domain::route::Withheld;
use sluice_domain::{ExposeSecret, SecretString};
use sluice_store::{
    KeyChanges, NewRoute, NewSiteKey, PageRequest, RouteFilter, RoutePatch, SiteKeyPatch, SiteRow, Store, StoreError,
    UpstreamKey, What,
};

use crate::support::{NOW, new_credential, on_every_database, provider};

fn upstream(id: i64) -> UpstreamKey {
    UpstreamKey {
        id,
        status: 1,
        problem: None,
        name: format!("key {id}"),
        remain_quota: 5,
        used_quota: 6,
        unlimited_quota: false,
        model_limits: vec!["a".to_owned()],
        auto_groups: Vec::new(),
        expires_at: None,
        group_closed: false,
        synced_at: NOW,
    }
}

fn new_key(id: i64) -> NewSiteKey {
    NewSiteKey { credential: new_credential(&format!("key {id}")), upstream: upstream(id) }
}

fn adding(ids: &[i64]) -> KeyChanges {
    KeyChanges { add: ids.iter().map(|id| new_key(*id)).collect(), alters_routing: true, ..KeyChanges::default() }
}

async fn with_keys(store: &Store, ids: &[i64]) -> (Provider, Vec<CredentialId>) {
    let provider = provider(store, "site").await;
    store.apply_key_changes(provider.id, &adding(ids)).await.unwrap();
    let keys = store.list_site_keys(provider.id).await.unwrap();
    (provider, keys.iter().map(|key| key.credential.id).collect())
}

#[tokio::test]
async fn a_site_is_kept_beside_the_configuration_and_goes_with_its_provider() {
    on_every_database(async |db| {
        let provider = provider(&db.store, "site").await;
        assert_eq!(db.store.find_site(provider.id).await.unwrap(), None);
        let before = db.store.config_revision().await.unwrap();
        db.store.put_site(provider.id, "one", Some("offer")).await.unwrap();
        db.store.put_site(provider.id, "two", None).await.unwrap();
        let row = SiteRow { provider_id: provider.id, state: "two".to_owned(), offer: Some("offer".to_owned()) };
        assert_eq!(db.store.find_site(provider.id).await.unwrap(), Some(row));
        assert_eq!(db.store.site_states().await.unwrap(), [(provider.id, "two".to_owned())]);
        assert_eq!(db.store.config_revision().await.unwrap(), before);
        let nobody = db.store.put_site(ProviderId(999), "x", None).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { what: What::Provider })), "{nobody:?}");
        db.store.delete_provider(provider.id).await.unwrap();
        assert_eq!(db.store.site_states().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn keys_of_a_site_are_added_changed_and_removed_together() {
    on_every_database(async |db| {
        let (provider, ids) = with_keys(&db.store, &[7, 8, 9]).await;
        let mut disabled = upstream(8);
        disabled.status = 2;
        let patch = SiteKeyPatch {
            id: ids[1],
            upstream: disabled,
            secret: Some(SecretString::from("sk-other")),
            name: None,
            group_name: Some("vip".to_owned()),
        };
        let changes =
            KeyChanges { update: vec![patch], remove: vec![ids[0]], alters_routing: true, ..KeyChanges::default() };
        db.store.apply_key_changes(provider.id, &changes).await.unwrap();
        let keys = db.store.list_site_keys(provider.id).await.unwrap();
        let shown: Vec<_> = keys
            .iter()
            .map(|key| {
                let number = key.upstream.as_ref().map(|upstream| upstream.id);
                (
                    number,
                    key.credential.secret.expose_secret().to_owned(),
                    key.credential.group_name.clone(),
                    key.is_usable(),
                )
            })
            .collect();
        let usual = new_credential("key 9");
        let expected = [
            (Some(8), "sk-other".to_owned(), "vip".to_owned(), false),
            (Some(9), usual.secret.expose_secret().to_owned(), usual.group_name, true),
        ];
        assert_eq!(shown, expected);
        // What the site does not let be used is not used, and yet is enabled as the operator left it.
        let catalog = db.store.load_catalog().await.unwrap();
        let usable: Vec<bool> =
            catalog.credentials.iter().map(|credential| catalog.is_usable(credential, NOW)).collect();
        assert_eq!(usable, [false, true]);
        assert_eq!(catalog.key_standings[&ids[1]].withheld, Some(Withheld::Disabled));
        assert!(db.store.list_credentials(provider.id).await.unwrap().iter().all(|credential| credential.enabled));
    })
    .await;
}

#[tokio::test]
async fn a_key_of_a_site_is_one_credential_and_a_failed_change_changes_nothing() {
    on_every_database(async |db| {
        let (provider, ids) = with_keys(&db.store, &[7]).await;
        let twice = KeyChanges { remove: vec![ids[0]], ..adding(&[8, 8]) };
        let refused = db.store.apply_key_changes(provider.id, &twice).await;
        assert!(matches!(refused, Err(StoreError::Conflict { what: What::Credential })), "{refused:?}");
        let keys = db.store.list_site_keys(provider.id).await.unwrap();
        assert_eq!(keys.iter().map(|key| key.credential.id).collect::<Vec<_>>(), ids);
        // Numbers for people do not make a new configuration.
        let before = db.store.config_revision().await.unwrap();
        let quiet = SiteKeyPatch { id: ids[0], upstream: upstream(7), secret: None, name: None, group_name: None };
        let quiet = KeyChanges { update: vec![quiet], ..KeyChanges::default() };
        db.store.apply_key_changes(provider.id, &quiet).await.unwrap();
        assert_eq!(db.store.config_revision().await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn only_another_sum_on_the_account_is_a_new_configuration() {
    on_every_database(async |db| {
        let provider = provider(&db.store, "site").await;
        let balance =
            |left, at| Balance { left: Micros(left), updated_at: NOW.plus(std::time::Duration::from_secs(at)) };
        let mut revisions = Vec::new();
        for balance in [balance(5, 0), balance(5, 60), balance(6, 120)] {
            db.store.note_balance(provider.id, balance).await.unwrap();
            revisions.push(db.store.config_revision().await.unwrap());
            assert_eq!(db.store.find_provider(provider.id).await.unwrap().unwrap().balance, Some(balance));
        }
        assert!(revisions[0] == revisions[1] && revisions[1] < revisions[2], "{revisions:?}");
    })
    .await;
}

fn wanted(ids: &[CredentialId], models: &[&str]) -> BTreeMap<CredentialId, BTreeSet<String>> {
    ids.iter().map(|id| (*id, models.iter().map(|model| (*model).to_owned()).collect())).collect()
}

#[tokio::test]
async fn routes_of_a_sites_keys_follow_its_models_and_keep_what_the_operator_set() {
    on_every_database(async |db| {
        let store = &db.store;
        let (provider, ids) = with_keys(store, &[7, 8]).await;
        let replaced = async |wanted: &BTreeMap<CredentialId, BTreeSet<String>>| {
            let outcome = store.replace_site_routes(provider.id, wanted).await.unwrap();
            (outcome.added, outcome.removed, outcome.kept)
        };
        assert_eq!(replaced(&wanted(&ids, &["a", "b", "c"])).await, (6, 0, 0));
        let before = store.config_revision().await.unwrap();
        assert_eq!(replaced(&wanted(&ids, &["a", "b", "c"])).await, (0, 0, 6));
        assert_eq!(store.config_revision().await.unwrap(), before);
        let filter = RouteFilter { credential_id: Some(ids[0]), ..RouteFilter::default() };
        let routes = store.list_routes(&filter, PageRequest::nth(0, 100)).await.unwrap().items;
        let off = RoutePatch { enabled: Some(false), ..RoutePatch::default() };
        store.update_route(routes[0].route.id, off).await.unwrap();
        let heavy = RoutePatch { weight: Some(0), priority: Some(9), ..RoutePatch::default() };
        store.update_route(routes[1].route.id, heavy).await.unwrap();
        let own = NewRoute {
            model: "own".to_owned(),
            credential_id: ids[0],
            upstream_model: Some("a".to_owned()),
            enabled: true,
            priority: 0,
            weight: 1,
        };
        store.create_route(own).await.unwrap();
        // `a` is disabled and outlives its absence; a credential that is not named keeps what it has.
        assert_eq!(replaced(&wanted(&ids[..1], &["b", "d"])).await, (1, 1, 3));
        assert_eq!(replaced(&wanted(&ids[..1], &["a", "b", "d"])).await, (0, 0, 4));
        let routes = store.list_routes(&filter, PageRequest::nth(0, 100)).await.unwrap().items;
        let shown: Vec<_> = routes
            .iter()
            .map(|row| (row.route.model.as_str(), row.route.enabled, row.route.weight, row.manual))
            .collect();
        let weight = new_credential("x").weight;
        let expected =
            [("a", false, weight, false), ("b", true, 0, false), ("d", true, weight, false), ("own", true, 1, true)];
        assert_eq!(shown, expected);
        let others = RouteFilter { credential_id: Some(ids[1]), ..RouteFilter::default() };
        assert_eq!(store.list_routes(&others, PageRequest::nth(0, 100)).await.unwrap().total, 3);
    })
    .await;
}

#[tokio::test]
async fn a_sites_model_that_comes_back_has_the_weight_that_it_was_given_by_hand() {
    on_every_database(async |db| {
        let store = &db.store;
        let (provider, ids) = with_keys(store, &[7]).await;
        let replaced = async |models: &[&str]| {
            let outcome = store.replace_site_routes(provider.id, &wanted(&ids, models)).await.unwrap();
            (outcome.added, outcome.removed, outcome.kept)
        };
        replaced(&["a", "b"]).await;
        let filter = RouteFilter { credential_id: Some(ids[0]), ..RouteFilter::default() };
        let listed = async || store.list_routes(&filter, PageRequest::nth(0, 100)).await.unwrap().items;
        let id = listed().await[0].route.id;
        store.update_route(id, RoutePatch { weight: Some(77), ..RoutePatch::default() }).await.unwrap();
        assert_eq!(replaced(&["b"]).await, (0, 1, 1));
        assert_eq!(listed().await.len(), 1);
        assert_eq!(replaced(&["b"]).await, (0, 0, 1));
        assert_eq!(replaced(&["a", "b"]).await, (1, 0, 1));
        assert_eq!(listed().await.iter().map(|row| row.route.weight).max(), Some(77));
    })
    .await;
}
