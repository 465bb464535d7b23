//! Providers and credentials.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::limit::Limits;
use sluice_domain::money::Micros;
use sluice_domain::provider::{Balance, Credential, Origin, Provider, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;
use sluice_domain::{ExposeSecret, SecretString};
use sluice_store::{
    CredentialPatch, NewProvider, PageRequest, ProviderFilter, ProviderPatch, RouteFilter, StoreError, What,
};

use crate::support::{NOW, credential, limits, new_credential, new_provider, on_every_database, provider};

fn shown(provider: &Provider) -> String {
    let secret = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
    let (proxy_url, access_token) = (secret(&provider.proxy_url), secret(&provider.access_token));
    let headers: Vec<_> = provider.headers.values().map(ExposeSecret::expose_secret).collect();
    format!("{provider:?} {proxy_url:?} {access_token:?} {headers:?}")
}

#[tokio::test]
async fn a_provider_comes_back_as_it_was_made_with_its_secrets_opened() {
    on_every_database(async |db| {
        let made = provider(&db.store, "one").await;
        let new = new_provider("one");
        let expected = Provider {
            id: made.id,
            name: new.name,
            vendor: new.vendor,
            base_url: "https://api.example.org".to_owned(),
            enabled: true,
            priority: 5,
            weight: 10,
            params: new.params,
            headers: new.headers,
            rotation: Rotation::LeastUsed,
            balance: None,
            proxy_url: new.proxy_url,
            timeouts: new.timeouts,
            model_alias: new.model_alias,
            access_token: new.access_token,
            upstream_user_id: Some(42),
            checkin_enabled: true,
            remark: "first".to_owned(),
            origin: Origin::Database,
            created_at: NOW,
        };
        assert_eq!(shown(&made), shown(&expected));
        assert_eq!(shown(&db.store.find_provider(made.id).await.unwrap().unwrap()), shown(&expected));
        let bare = NewProvider { proxy_url: None, access_token: None, headers: [].into(), ..new_provider("two") };
        let bare = db.store.create_provider(bare).await.unwrap();
        assert!(bare.proxy_url.is_none() && bare.access_token.is_none() && bare.headers.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_patch_can_write_zero_clear_and_keep() {
    on_every_database(async |db| {
        let made = provider(&db.store, "one").await;
        let patch = ProviderPatch {
            enabled: Some(false),
            priority: Some(0),
            weight: Some(0),
            proxy_url: Some(None),
            timeouts: Some(TimeoutOverrides { idle_ms: Some(0), ..TimeoutOverrides::default() }),
            params: Some([].into()),
            headers: Some([].into()),
            rotation: Some(Rotation::Sticky),
            upstream_user_id: Some(None),
            remark: Some(String::new()),
            ..ProviderPatch::default()
        };
        let changed = db.store.update_provider(made.id, patch).await.unwrap();
        let expected = Provider {
            enabled: false,
            priority: 0,
            weight: 0,
            proxy_url: None,
            timeouts: TimeoutOverrides { idle_ms: Some(0), ..TimeoutOverrides::default() },
            params: [].into(),
            headers: [].into(),
            rotation: Rotation::Sticky,
            upstream_user_id: None,
            remark: String::new(),
            ..made
        };
        assert_eq!(shown(&changed), shown(&expected));
        let kept = db.store.update_provider(expected.id, ProviderPatch::default()).await.unwrap();
        assert_eq!(shown(&kept), shown(&expected));
    })
    .await;
}

#[tokio::test]
async fn headers_are_sealed_because_some_of_them_are_secrets() {
    on_every_database(async |db| {
        let made = provider(&db.store, "one").await;
        let raw = db.raw().await;
        let wanted = Query::select().column("headers").from("providers").take();
        let row = raw.query_one(&wanted).await.unwrap().unwrap();
        raw.close().await.unwrap();
        let sealed: String = row.try_get("", "headers").unwrap();
        assert!(!sealed.contains("x-title") && !sealed.contains("hush"), "{sealed}");
        let second = [("x-title".to_owned(), SecretString::from("second"))];
        let patch = ProviderPatch { headers: Some(second.into()), ..ProviderPatch::default() };
        let changed = db.store.update_provider(made.id, patch).await.unwrap();
        assert_eq!(changed.headers["x-title"].expose_secret(), "second");
    })
    .await;
}

#[tokio::test]
async fn a_balance_is_noted_and_forgotten() {
    on_every_database(async |db| {
        let made = provider(&db.store, "one").await;
        for balance in [Some(Balance { left: Micros(-5), updated_at: NOW }), None] {
            let patch = ProviderPatch { balance: Some(balance), ..ProviderPatch::default() };
            assert_eq!(db.store.update_provider(made.id, patch).await.unwrap().balance, balance);
            assert_eq!(db.store.find_provider(made.id).await.unwrap().unwrap().balance, balance);
        }
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_is_replaced_opens_in_its_row() {
    on_every_database(async |db| {
        let made = provider(&db.store, "one").await;
        let patch =
            ProviderPatch { access_token: Some(Some(SecretString::from("second"))), ..ProviderPatch::default() };
        db.store.update_provider(made.id, patch).await.unwrap();
        let found = db.store.find_provider(made.id).await.unwrap().unwrap();
        assert_eq!(found.access_token.unwrap().expose_secret(), "second");
    })
    .await;
}

#[tokio::test]
async fn a_providers_name_is_taken_once() {
    on_every_database(async |db| {
        provider(&db.store, "one").await;
        let two = provider(&db.store, "two").await;
        let again = db.store.create_provider(new_provider("one")).await;
        assert!(matches!(again, Err(StoreError::Conflict { what: What::Provider })), "{again:?}");
        let renamed = ProviderPatch { name: Some("one".to_owned()), ..ProviderPatch::default() };
        let renamed = db.store.update_provider(two.id, renamed).await;
        assert!(matches!(renamed, Err(StoreError::Conflict { what: What::Provider })), "{renamed:?}");
    })
    .await;
}

#[tokio::test]
async fn providers_are_listed_by_priority_and_found_by_keyword() {
    on_every_database(async |db| {
        for (name, priority, enabled) in [("Alpha", 1, true), ("beta", 9, true), ("gamma", 1, false)] {
            let new = NewProvider { priority, enabled, ..new_provider(name) };
            db.store.create_provider(new).await.unwrap();
        }
        let names = ["Alpha", "beta", "gamma"].map(str::to_owned);
        assert_eq!(db.store.provider_names().await.unwrap(), names.into());
        let list = async |filter: ProviderFilter, page| {
            let page = db.store.list_providers(&filter, page).await.unwrap();
            (page.items.into_iter().map(|provider| provider.name).collect::<Vec<_>>(), page.total)
        };
        let all = list(ProviderFilter::default(), PageRequest::nth(0, 2)).await;
        assert_eq!(all, (vec!["beta".to_owned(), "Alpha".to_owned()], 3));
        let found = ProviderFilter { keyword: Some("ALPH".to_owned()), enabled: None };
        assert_eq!(list(found, PageRequest::nth(0, 2)).await, (vec!["Alpha".to_owned()], 1));
        let disabled = ProviderFilter { keyword: Some("example.org".to_owned()), enabled: Some(false) };
        assert_eq!(list(disabled, PageRequest::nth(0, 2)).await, (vec!["gamma".to_owned()], 1));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_provider_takes_its_credentials_and_routes_along() {
    on_every_database(async |db| {
        let (one, two) = (provider(&db.store, "one").await, provider(&db.store, "two").await);
        for owner in [&one, &two] {
            let made = credential(&db.store, owner.id, "a").await;
            db.store.replace_discovered_routes(owner.id, made.id, &["m".to_owned()]).await.unwrap();
        }
        db.store.delete_provider(one.id).await.unwrap();
        assert!(db.store.find_provider(one.id).await.unwrap().is_none());
        assert!(db.store.list_credentials(one.id).await.unwrap().is_empty());
        let left = db.store.list_routes(&RouteFilter::default(), PageRequest::nth(0, 9)).await.unwrap();
        assert_eq!(left.items.iter().map(|row| row.route.provider_id).collect::<Vec<_>>(), [two.id]);
        assert!(matches!(db.store.delete_provider(one.id).await, Err(StoreError::NotFound { .. })));
    })
    .await;
}

fn credential_shown(credential: &Credential) -> String {
    format!("{credential:?} {}", credential.secret.expose_secret())
}

#[tokio::test]
async fn a_credential_comes_back_as_it_was_made_and_changed() {
    on_every_database(async |db| {
        let owner = provider(&db.store, "one").await;
        let made = credential(&db.store, owner.id, "a").await;
        let new = new_credential("a");
        let expected = Credential {
            id: made.id,
            provider_id: owner.id,
            name: new.name,
            secret: new.secret,
            limits: limits(3),
            call_quota: Some(7),
            group_name: "default".to_owned(),
            enabled: true,
            priority: 3,
            weight: 7,
            created_at: NOW,
        };
        assert_eq!(credential_shown(&made), credential_shown(&expected));
        let patch = CredentialPatch {
            secret: Some(SecretString::from("sk-2")),
            weight: Some(0),
            limits: Some(Limits::NONE),
            call_quota: Some(None),
            group_name: Some(String::new()),
            ..CredentialPatch::default()
        };
        let changed = db.store.update_credential(made.id, patch).await.unwrap();
        let expected = Credential {
            secret: SecretString::from("sk-2"),
            weight: 0,
            limits: Limits::NONE,
            call_quota: None,
            group_name: String::new(),
            ..expected
        };
        assert_eq!(credential_shown(&changed), credential_shown(&expected));
        let listed = db.store.list_credentials(owner.id).await.unwrap();
        assert_eq!(listed.iter().map(credential_shown).collect::<Vec<_>>(), [credential_shown(&expected)]);
    })
    .await;
}

#[tokio::test]
async fn a_credential_needs_its_provider_and_is_deleted_once() {
    on_every_database(async |db| {
        let orphan = db.store.create_credential(ProviderId(999), new_credential("a")).await;
        assert!(matches!(orphan, Err(StoreError::NotFound { what: What::Provider })), "{orphan:?}");
        let owner = provider(&db.store, "one").await;
        let made = credential(&db.store, owner.id, "a").await;
        db.store.delete_credential(made.id).await.unwrap();
        assert!(db.store.find_credential(made.id).await.unwrap().is_none());
        let again = db.store.delete_credential(CredentialId(made.id.0)).await;
        assert!(matches!(again, Err(StoreError::NotFound { what: What::Credential })));
    })
    .await;
}
