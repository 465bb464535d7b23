//! Routes, made by hand and discovered.

use sluice_domain::id::{CredentialId, RouteId};
use sluice_domain::provider::{Credential, Route};
use sluice_store::{
    DiscoveredRoutes, NewRoute, PageRequest, RouteFilter, RoutePatch, RouteRow, Store, StoreError, What,
};

use crate::support::{credential, on_every_database, provider};

const ALL: PageRequest = PageRequest { offset: 0, limit: 1_000 };

async fn a_credential(store: &Store, name: &str) -> Credential {
    let owner = provider(store, name).await;
    credential(store, owner.id, name).await
}

fn new_route(model: &str, credential: &Credential) -> NewRoute {
    NewRoute {
        model: model.to_owned(),
        credential_id: credential.id,
        upstream_model: None,
        enabled: true,
        priority: 1,
        weight: 2,
    }
}

async fn discover(store: &Store, credential: &Credential, models: &[&str]) -> DiscoveredRoutes {
    let models: Vec<String> = models.iter().map(|model| (*model).to_owned()).collect();
    store.replace_discovered_routes(credential.provider_id, credential.id, &models).await.unwrap()
}

async fn models(store: &Store) -> Vec<(String, bool)> {
    let page = store.list_routes(&RouteFilter::default(), ALL).await.unwrap();
    page.items.into_iter().map(|row| (row.route.model, row.manual)).collect()
}

fn pairs<const N: usize>(expected: [(&str, bool); N]) -> Vec<(String, bool)> {
    expected.map(|(model, manual)| (model.to_owned(), manual)).into()
}

#[tokio::test]
async fn a_route_comes_back_as_it_was_made() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        let new = NewRoute { upstream_model: Some("gpt-4o-2024".to_owned()), ..new_route("gpt-4o", &credential) };
        let made = db.store.create_route(new).await.unwrap();
        let expected = RouteRow {
            manual: true,
            route: Route {
                id: made.route.id,
                model: "gpt-4o".to_owned(),
                provider_id: credential.provider_id,
                credential_id: credential.id,
                upstream_model: Some("gpt-4o-2024".to_owned()),
                enabled: true,
                priority: 1,
                weight: 2,
            },
        };
        assert_eq!(made, expected);
        assert_eq!(db.store.find_route(made.route.id).await.unwrap(), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn the_same_route_is_not_made_twice_but_another_upstream_model_is_another_route() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        db.store.create_route(new_route("m", &credential)).await.unwrap();
        let again = db.store.create_route(new_route("m", &credential)).await;
        assert!(matches!(again, Err(StoreError::Conflict { what: What::Route })), "{again:?}");
        let other = NewRoute { upstream_model: Some("m2".to_owned()), ..new_route("m", &credential) };
        db.store.create_route(other).await.unwrap();
        db.store.create_route(new_route("M", &credential)).await.unwrap();
        let orphan = NewRoute { credential_id: CredentialId(999), ..new_route("m", &credential) };
        let orphan = db.store.create_route(orphan).await;
        assert!(matches!(orphan, Err(StoreError::NotFound { what: What::Credential })), "{orphan:?}");
    })
    .await;
}

#[tokio::test]
async fn a_patch_can_write_zero_clear_and_move_to_another_provider() {
    on_every_database(async |db| {
        let (one, two) = (a_credential(&db.store, "one").await, a_credential(&db.store, "two").await);
        let new = NewRoute { upstream_model: Some("x".to_owned()), ..new_route("m", &one) };
        let made = db.store.create_route(new).await.unwrap();
        let patch = RoutePatch {
            credential_id: Some(two.id),
            upstream_model: Some(None),
            enabled: Some(false),
            priority: Some(0),
            weight: Some(0),
            model: None,
        };
        let expected = Route {
            provider_id: two.provider_id,
            credential_id: two.id,
            upstream_model: None,
            enabled: false,
            priority: 0,
            weight: 0,
            ..made.route.clone()
        };
        assert_eq!(db.store.update_route(made.route.id, patch).await.unwrap().route, expected);
        let kept = db.store.update_route(made.route.id, RoutePatch::default()).await.unwrap();
        assert_eq!(kept.route, expected);
    })
    .await;
}

#[tokio::test]
async fn several_routes_change_all_or_none() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        discover(&db.store, &credential, &["a", "b"]).await;
        let rows = db.store.list_routes(&RouteFilter::default(), ALL).await.unwrap().items;
        let off = RoutePatch { enabled: Some(false), ..RoutePatch::default() };
        let revision = db.store.config_revision().await.unwrap();
        let broken = [(rows[0].route.id, off.clone()), (RouteId(999), off.clone())];
        assert!(matches!(db.store.update_routes(&broken).await, Err(StoreError::NotFound { what: What::Route })));
        assert!(db.store.find_route(rows[0].route.id).await.unwrap().unwrap().route.enabled);
        let both = [(rows[0].route.id, off.clone()), (rows[1].route.id, off)];
        assert_eq!(db.store.update_routes(&both).await.unwrap(), 2);
        let disabled = RouteFilter { enabled: Some(false), ..RouteFilter::default() };
        assert_eq!(db.store.list_routes(&disabled, ALL).await.unwrap().total, 2);
        assert_eq!(db.store.config_revision().await.unwrap(), revision + 1);
    })
    .await;
}

#[tokio::test]
async fn discovery_adds_what_is_new_and_removes_what_vanished() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        let first = discover(&db.store, &credential, &["a", "b", "b"]).await;
        assert_eq!(first, DiscoveredRoutes { added: 2, removed: 0, kept: 0 });
        let second = discover(&db.store, &credential, &["b", "c"]).await;
        assert_eq!(second, DiscoveredRoutes { added: 1, removed: 1, kept: 1 });
        assert_eq!(models(&db.store).await, pairs([("b", false), ("c", false)]));
        let row = db.store.list_routes(&RouteFilter::default(), ALL).await.unwrap().items.remove(0).route;
        assert_eq!((row.priority, row.weight, row.enabled), (credential.priority, credential.weight, true));
    })
    .await;
}

#[tokio::test]
async fn discovery_keeps_what_the_operator_set_and_made() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        discover(&db.store, &credential, &["a", "renamed"]).await;
        let rows = db.store.list_routes(&RouteFilter::default(), ALL).await.unwrap().items;
        let set = RoutePatch { enabled: Some(false), priority: Some(0), weight: Some(0), ..RoutePatch::default() };
        let set = db.store.update_route(rows[0].route.id, set).await.unwrap();
        assert!(!set.manual, "priority and weight do not make it the operator's own");
        let rename = RoutePatch {
            model: Some("mine".to_owned()),
            upstream_model: Some(Some("renamed".to_owned())),
            ..RoutePatch::default()
        };
        assert!(db.store.update_route(rows[1].route.id, rename).await.unwrap().manual);
        let by_hand = NewRoute { upstream_model: Some("x".to_owned()), ..new_route("b", &credential) };
        db.store.create_route(by_hand).await.unwrap();
        let outcome = discover(&db.store, &credential, &["a", "b"]).await;
        assert_eq!(outcome, DiscoveredRoutes { added: 0, removed: 0, kept: 3 });
        assert_eq!(models(&db.store).await, pairs([("a", false), ("b", true), ("mine", true)]));
        assert_eq!(db.store.find_route(set.route.id).await.unwrap(), Some(set));
    })
    .await;
}

#[tokio::test]
async fn the_same_list_again_leaves_the_revision_alone() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        let many: Vec<String> = (0..600).map(|n| format!("model-{n:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(discover(&db.store, &credential, &many).await.added, 600);
        let revision = db.store.config_revision().await.unwrap();
        assert_eq!(discover(&db.store, &credential, &many).await.kept, 600);
        assert_eq!(db.store.config_revision().await.unwrap(), revision);
        assert_eq!(discover(&db.store, &credential, &[]).await.removed, 600);
    })
    .await;
}

#[tokio::test]
async fn discovery_needs_a_credential_of_that_provider() {
    on_every_database(async |db| {
        let (one, two) = (a_credential(&db.store, "one").await, a_credential(&db.store, "two").await);
        let crossed = db.store.replace_discovered_routes(one.provider_id, two.id, &[]).await;
        assert!(matches!(crossed, Err(StoreError::NotFound { what: What::Credential })));
    })
    .await;
}

#[tokio::test]
async fn routes_are_found_by_part_of_the_model_and_by_owner() {
    on_every_database(async |db| {
        let (one, two) = (a_credential(&db.store, "one").await, a_credential(&db.store, "two").await);
        discover(&db.store, &one, &["GPT-4o", "o3"]).await;
        discover(&db.store, &two, &["gpt-4o-mini"]).await;
        let total = async |filter| db.store.list_routes(&filter, ALL).await.unwrap().total;
        assert_eq!(total(RouteFilter { model: Some("gpt".to_owned()), ..RouteFilter::default() }).await, 2);
        assert_eq!(total(RouteFilter { provider_id: Some(one.provider_id), ..RouteFilter::default() }).await, 2);
        assert_eq!(total(RouteFilter { credential_id: Some(two.id), ..RouteFilter::default() }).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_route_is_deleted_once() {
    on_every_database(async |db| {
        let credential = a_credential(&db.store, "one").await;
        let made = db.store.create_route(new_route("m", &credential)).await.unwrap();
        db.store.delete_route(made.route.id).await.unwrap();
        assert!(matches!(db.store.delete_route(made.route.id).await, Err(StoreError::NotFound { what: What::Route })));
    })
    .await;
}

#[tokio::test]
async fn a_model_that_comes_back_has_the_priority_and_weight_that_it_was_given_by_hand() {
    on_every_database(async |db| {
        let store = &db.store;
        let credential = a_credential(store, "one").await;
        discover(store, &credential, &["a", "b"]).await;
        let id = store.list_routes(&RouteFilter::default(), ALL).await.unwrap().items[0].route.id;
        let by_hand = RoutePatch { priority: Some(70), weight: Some(90), ..RoutePatch::default() };
        store.update_route(id, by_hand).await.unwrap();
        assert_eq!(discover(store, &credential, &["b"]).await, DiscoveredRoutes { added: 0, removed: 1, kept: 1 });
        assert_eq!(models(store).await, pairs([("b", false)]));
        assert_eq!(store.find_route(id).await.unwrap(), None);
        assert_eq!(store.load_catalog().await.unwrap().routes.len(), 1, "no call goes there");
        assert_eq!(discover(store, &credential, &["b"]).await, DiscoveredRoutes { added: 0, removed: 0, kept: 1 });
        assert_eq!(discover(store, &credential, &["a", "b"]).await, DiscoveredRoutes { added: 1, removed: 0, kept: 1 });
        let back = store.find_route(id).await.unwrap().unwrap().route;
        assert_eq!((back.model.as_str(), back.priority, back.weight, back.enabled), ("a", 70, 90, true));
    })
    .await;
}

#[tokio::test]
async fn a_route_that_is_only_remembered_is_not_in_the_way_of_one_made_by_hand() {
    on_every_database(async |db| {
        let store = &db.store;
        let credential = a_credential(store, "one").await;
        discover(store, &credential, &["a"]).await;
        let id = store.list_routes(&RouteFilter::default(), ALL).await.unwrap().items[0].route.id;
        store.update_route(id, RoutePatch { weight: Some(90), ..RoutePatch::default() }).await.unwrap();
        discover(store, &credential, &[]).await;
        let made = store.create_route(new_route("a", &credential)).await.unwrap();
        assert_eq!((made.route.weight, made.manual), (2, true));
        assert_eq!(models(store).await, pairs([("a", true)]));
    })
    .await;
}
