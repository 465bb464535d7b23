//! What the commands of the program `sluice` do.

mod demo;
pub(crate) mod node;
mod proof;
pub(crate) mod serve;

use std::io::Write;

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use sluice_domain::clock::Clock;
use sluice_domain::key::{KEY_PREFIX, KeyBilling, make_key_body};
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::{DEFAULT_GROUP, Funding, Role};
use sluice_store::{PageRequest, Store, UserFilter};

use crate::admin;
use crate::cli::{Commands, NewKey, NewUser, Question, Report};
use crate::config::legacy::import;
use crate::config::{Declared, Loaded, Settings};
use crate::money::ledger_file::Export;

/// The commands over the real database and server.
pub struct Sluice;

impl Commands for Sluice {
    fn serve(&self, loaded: Loaded) -> anyhow::Result<()> {
        let is_tls = loaded.settings.listen.tls.is_some();
        serve::run(loaded, |address| serve::say(&format!("Sluice listens on {}", serve::base_url(address, is_tls))))
    }

    fn demo(&self, loaded: Loaded) -> anyhow::Result<()> {
        demo::run(loaded)
    }

    fn migrate(&self, settings: Settings) -> anyhow::Result<()> {
        with_store(&settings, async |_| Ok(()))
    }

    fn openapi(&self) -> anyhow::Result<String> {
        admin::openapi().to_pretty_json().context("the OpenAPI document cannot be written")
    }

    fn create_key(&self, settings: Settings, key: NewKey) -> anyhow::Result<SecretString> {
        with_store(&settings, async |store| create_key(store, key).await)
    }

    fn create_user(&self, settings: Settings, user: NewUser) -> anyhow::Result<()> {
        with_store(&settings, async |store| create_user(store, user).await)
    }

    fn prove(&self, settings: Settings, question: Question) -> anyhow::Result<Report> {
        with_store(&settings, async |store| proof::answer(store, &settings, question).await)
    }

    fn import(&self, settings: Settings, declared: Declared, owner: Option<String>) -> anyhow::Result<String> {
        with_store(&settings, async |store| import(store, declared, owner).await)
    }

    fn export_ledger(&self, settings: Settings, export: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
        with_store(&settings, async |store| export.write(store, out).await)
    }
}

async fn import(store: &Store, declared: Declared, owner: Option<String>) -> anyhow::Result<String> {
    let owner = owner_of(store, owner.as_deref()).await?;
    let written = import::write(store, &declared, owner).await?;
    let import::Written { providers, credentials, routes, keys } = written;
    Ok(format!("made {providers} providers, {credentials} credentials, {routes} routes and {keys} keys"))
}

fn with_store<T>(settings: &Settings, act: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(async {
        let store = serve::open_store(settings).await?;
        act(&store).await
    })
}

async fn create_key(store: &Store, key: NewKey) -> anyhow::Result<SecretString> {
    let owner = owner_of(store, key.owner.as_deref()).await?;
    let body = make_key_body(&mut rand::rng());
    let last4 = body.get(body.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let new = sluice_store::NewKey {
        name: key.name,
        hash: sluice_store::hash_key(&body),
        last4,
        enabled: true,
        models: key.models,
        addresses: key.addresses,
        expires_at: key.expires_at,
        billing: KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: Clock::System.now(),
    };
    store.create_key(owner, new).await.context("the key cannot be made")?;
    Ok(format!("{KEY_PREFIX}{body}").into())
}

/// Returns the named user, or the first administrator.
async fn owner_of(store: &Store, name: Option<&str>) -> anyhow::Result<sluice_domain::id::UserId> {
    if let Some(name) = name {
        let login = store.find_login(name).await.context("the user cannot be looked up")?;
        return match login {
            Some(login) => Ok(login.user.id),
            None => bail!("there is no user `{name}`; make one with `sluice user create --username {name}`"),
        };
    }
    let filter = UserFilter { role: Some(Role::Root), ..UserFilter::default() };
    let roots = store.list_users(&filter, PageRequest::nth(0, sluice_store::MAX_PAGE_SIZE)).await?;
    let root = roots.items.iter().min_by_key(|user| user.id);
    match root {
        Some(user) => Ok(user.id),
        None => bail!("there is no administrator yet; make one with `sluice user create --username NAME --role root`"),
    }
}

async fn create_user(store: &Store, user: NewUser) -> anyhow::Result<()> {
    let chars = user.password.expose_secret().chars().count();
    if !(8..=128).contains(&chars) {
        bail!("the password must have 8 to 128 characters, not {chars}");
    }
    let password_hash = admin::hash_password(&user.password).context("the password cannot be hashed")?;
    let new = sluice_store::NewUser {
        display_name: user.username.clone(),
        username: user.username,
        email: String::new(),
        role: user.role,
        enabled: true,
        funding: Funding::Unlimited,
        group: DEFAULT_GROUP.to_owned(),
        limits: Limits::NONE,
        password_hash: Some(password_hash),
        created_at: Clock::System.now(),
    };
    store.create_user(new).await.context("the user cannot be made")?;
    Ok(())
}
