//! The configuration as a whole, and its revision.

use sluice_domain::ExposeSecret;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::{
    Alias, AliasTarget, Choice, ModelPolicy, Policy, Rule, Strategy, Validity, ValueFactors,
};
use sluice_domain::user::Group;
use sluice_store::{
    CredentialPatch, KeyPatch, NewRoute, PageRequest, ProviderPatch, RouteFilter, RoutePatch, Store, UserPatch,
};

use crate::support::{NOW, credential, key, limits, on_every_database, provider, user};

#[tokio::test]
async fn the_catalog_holds_everything_of_one_revision() {
    on_every_database(async |db| {
        let empty = db.store.load_catalog().await.unwrap();
        assert_eq!((empty.revision, empty.providers.len()), (0, 0));
        let owner = provider(&db.store, "one").await;
        let first = credential(&db.store, owner.id, "a").await;
        credential(&db.store, owner.id, "b").await;
        db.store.replace_discovered_routes(owner.id, first.id, &["m".to_owned(), "n".to_owned()]).await.unwrap();
        let off = ProviderPatch { enabled: Some(false), ..ProviderPatch::default() };
        db.store.update_provider(owner.id, off).await.unwrap();
        let catalog = db.store.load_catalog().await.unwrap();
        assert_eq!(catalog.revision, 5);
        let providers: Vec<_> = catalog.providers.iter().map(|row| (row.name.as_str(), row.enabled)).collect();
        assert_eq!(providers, [("one", false)]);
        let secrets: Vec<_> = catalog.credentials.iter().map(|row| row.secret.expose_secret()).collect();
        assert_eq!(secrets, ["sk-a", "sk-b"]);
        let routes: Vec<_> = catalog.routes.iter().map(|row| (row.model.as_str(), row.credential_id)).collect();
        assert_eq!(routes, [("m", first.id), ("n", first.id)]);
        assert_eq!((catalog.groups.len(), catalog.prices.len()), (0, 0));
        assert_eq!((catalog.policy, catalog.problems.len()), (Policy::default(), 0));
        let friends = Group {
            name: "friends".to_owned(),
            multiplier: Multiplier(800_000),
            limits: limits(9),
            remark: String::new(),
        };
        db.store.put_group(&friends, NOW).await.unwrap();
        let catalog = db.store.load_catalog().await.unwrap();
        assert_eq!((catalog.revision, catalog.groups), (6, vec![friends]));
    })
    .await;
}

#[tokio::test]
async fn the_policy_is_made_of_settings_and_what_cannot_be_read_is_said() {
    on_every_database(async |db| {
        let policy = Policy {
            strategy: Strategy::Cheapest,
            models: vec![ModelPolicy { model: "o3*".to_owned(), strategy: None, limits: limits(5) }],
            aliases: vec![Alias {
                name: "fast".to_owned(),
                targets: vec![AliasTarget { model: "gpt-4o-mini".to_owned(), weight: 3 }],
            }],
            rules: vec![Rule {
                when: "TokenCount > 100".to_owned(),
                providers: vec![Choice { provider: "one".to_owned(), model: None }],
                ..Rule::default()
            }],
            default_provider: Some("one".to_owned()),
            validity: Validity::Observe,
            factors: ValueFactors { health: false, health_max: 1.5, usage_window_hours: 48, ..ValueFactors::default() },
        };
        db.store.put_routing_policy(&policy).await.unwrap();
        assert_eq!(db.store.routing_policy().await.unwrap(), policy);
        let catalog = db.store.load_catalog().await.unwrap();
        assert_eq!((&catalog.policy, catalog.problems.len()), (&policy, 0));
        for (name, text) in [
            ("RoutingStrategy", "dearest"),
            ("RoutingAliases", r#"[{"name":"a","target":[]}]"#),
            ("RoutingHealthMaxMultiplier", "11"),
            ("RoutingRules", " "),
        ] {
            db.store.put_option(name, text).await.unwrap();
        }
        let catalog = db.store.load_catalog().await.unwrap();
        let default = Policy::default();
        let factors = ValueFactors { health_max: default.factors.health_max, ..policy.factors };
        let (strategy, aliases, rules) = (default.strategy, default.aliases, default.rules);
        assert_eq!(catalog.policy, Policy { strategy, aliases, rules, factors, ..policy });
        assert_eq!(catalog.problems.len(), 3, "{:?}", catalog.problems);
        assert!(catalog.problems[0].starts_with("setting `RoutingStrategy` must be one of `value`, `cheapest`,"));
        assert!(catalog.problems[1].contains("unknown field `target`"), "{}", catalog.problems[1]);
        assert!(catalog.problems[2].contains("must be a number from 0 to 10"), "{}", catalog.problems[2]);
    })
    .await;
}

#[tokio::test]
async fn every_change_raises_the_revision_by_one() {
    on_every_database(async |db| {
        let store = &db.store;
        let mut last = store.config_revision().await.unwrap();
        let mut raised = async |store: &Store, what: &str| {
            last += 1;
            assert_eq!(store.config_revision().await.unwrap(), last, "{what}");
        };
        let ann = user(store, "ann").await;
        raised(store, "user made").await;
        store.update_user(ann.id, UserPatch { enabled: Some(true), ..UserPatch::default() }).await.unwrap();
        raised(store, "user changed").await;
        let made = key(store, ann.id, "a").await;
        raised(store, "key made").await;
        store.update_key(made.id, None, KeyPatch { enabled: Some(false), ..KeyPatch::default() }).await.unwrap();
        raised(store, "key changed").await;
        store.delete_key(made.id, None).await.unwrap();
        raised(store, "key deleted").await;
        store.delete_user(ann.id).await.unwrap();
        raised(store, "user deleted").await;
        let owner = provider(store, "one").await;
        raised(store, "provider made").await;
        store.update_provider(owner.id, ProviderPatch { weight: Some(0), ..ProviderPatch::default() }).await.unwrap();
        raised(store, "provider changed").await;
        let secret = credential(store, owner.id, "a").await;
        raised(store, "credential made").await;
        let patch = CredentialPatch { weight: Some(0), ..CredentialPatch::default() };
        store.update_credential(secret.id, patch).await.unwrap();
        raised(store, "credential changed").await;
        let new = NewRoute {
            model: "m".to_owned(),
            credential_id: secret.id,
            upstream_model: None,
            enabled: true,
            priority: 0,
            weight: 0,
        };
        let route = store.create_route(new).await.unwrap().route;
        raised(store, "route made").await;
        store.update_route(route.id, RoutePatch { weight: Some(1), ..RoutePatch::default() }).await.unwrap();
        raised(store, "route changed").await;
        store.delete_route(route.id).await.unwrap();
        raised(store, "route deleted").await;
        store.replace_discovered_routes(owner.id, secret.id, &["m".to_owned()]).await.unwrap();
        raised(store, "routes discovered").await;
        store.delete_credential(secret.id).await.unwrap();
        raised(store, "credential deleted").await;
        store.delete_provider(owner.id).await.unwrap();
        raised(store, "provider deleted").await;
        store.put_option("Notice", "x").await.unwrap();
        raised(store, "setting written").await;
        store.remove_option("Notice").await.unwrap();
        raised(store, "setting removed").await;
        assert_eq!(store.list_routes(&RouteFilter::default(), PageRequest::nth(0, 1)).await.unwrap().total, 0);
    })
    .await;
}
