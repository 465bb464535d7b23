//! Accounts: who holds one, and what is in it.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::id::{AccountId, KeyId, UserId};
use sluice_domain::ledger::{Account, AccountKind, Holder};
use sluice_store::{StoreError, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::reach::{name_of_key, name_of_user, visible};
use crate::admin::access::{AsAdmin, AsUser, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, CursorQuery, Envelope, Failure, PageView, Params, Problem, Reply, found};
use crate::admin::{AdminState, keys};

const LIST: &str = "account";

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_accounts))
        .serve(routes!(read_own_account))
        .serve(routes!(read_account))
        .serve(routes!(read_account_of_user))
        .serve(routes!(read_account_of_key))
}

/// An account as it stands now.
#[derive(Debug, Serialize, ToSchema)]
struct AccountView {
    id: i64,
    /// `user`, `key`, `organisation`; `cash`, `cost`, `revenue` (the operator's, on each node); `budget` (what is left
    /// of a budget in one period).
    kind: &'static str,
    /// Id of the user, key, organisation, node or budget.
    owner_id: i64,
    /// Login name of the user, or name of the key; `null` for others and for what was deleted.
    owner_name: Option<String>,
    /// Credits less debits; of a budget, its limit less what was drawn.
    posted_micros: i64,
    /// What nodes have borrowed for calls under way.
    leased_micros: i64,
    /// `posted_micros` less `leased_micros`; below 0 after a charge or correction beyond the balance.
    available_micros: i64,
    /// When the budget's period begins, Unix seconds; `null` for other accounts.
    period_start: Option<i64>,
    /// Number of transfers so far.
    transfers: i64,
    /// When it was opened, Unix seconds.
    created_time: i64,
}

impl AccountView {
    async fn of(state: &AdminState, me: &Identity, account: Account) -> Result<Self, Failure> {
        let holder = account.holder;
        let owner_name = match holder {
            Holder::User(user) => name_of_user(state, user).await?,
            Holder::Key(key) => name_of_key(state, me, key).await?,
            Holder::Organisation(_) | Holder::Revenue(_) | Holder::Cash(_) | Holder::Cost(_) | Holder::Budget(..) => {
                None
            }
        };
        Ok(Self {
            id: account.id.0,
            kind: holder.kind().as_str(),
            owner_id: holder.owner_id(),
            owner_name,
            posted_micros: account.posted.0,
            leased_micros: account.leased.0,
            available_micros: account.available().0,
            period_start: (holder.kind() == AccountKind::Budget).then(|| holder.period_start().unix_secs()),
            transfers: account.head.seq,
            created_time: account.created_at.unix_secs(),
        })
    }
}

/// Which accounts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    /// Only this kind: `user`, `key`, `organisation`, `revenue`, `cash`, `cost` or `budget`.
    kind: Option<String>,
}

impl AccountQuery {
    fn kind(&self) -> Result<Option<AccountKind>, Failure> {
        let named = self.kind.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let read = |name: &str| {
            AccountKind::from_name(name).ok_or_else(|| {
                let expected = AccountKind::ALL.map(|kind| format!("`{}`", kind.as_str())).join(", ");
                Problem::FilterInvalid.with("name", "kind").with("value", name).with("expected", expected)
            })
        };
        named.map(read).transpose()
    }
}

/// Accounts in the order in which they were opened, the operator's included.
#[utoipa::path(get, path = "/api/account/", tag = "Money", params(CursorQuery, AccountQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<AccountView>>)))]
async fn list_accounts(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    Params(page): Params<CursorQuery>,
    Params(query): Params<AccountQuery>,
) -> Reply<PageView<AccountView>> {
    let after = page.after(LIST)?.map(AccountId);
    let accounts = state.store.list_accounts(query.kind()?, after, page.size() + 1).await?;
    let page = PageView::beginning(accounts, page.size(), |account| format!("{LIST}:{}", account.id));
    let mut views = Vec::with_capacity(page.items.len());
    for account in &page.items {
        views.push(AccountView::of(&state, &me, *account).await?);
    }
    found(page.with(views))
}

/// One account: one's own, that of one's own key, or for administrators any.
#[utoipa::path(get, path = "/api/account/{id}", tag = "Money", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
async fn read_account(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<AccountView> {
    let account = visible(&state, &me, AccountId(id)).await?;
    found(AccountView::of(&state, &me, account).await?)
}

/// One's own account; it is opened when it is first looked at.
#[utoipa::path(get, path = "/api/account/self", tag = "Money",
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
async fn read_own_account(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<AccountView> {
    let account = own(&state, &me).await?;
    found(AccountView::of(&state, &me, account).await?)
}

/// Returns the account of `me`.
pub(super) async fn own(state: &AdminState, me: &Identity) -> Result<Account, Failure> {
    Ok(state.store.open_account(Holder::User(me.user.id), state.clock.now()).await?)
}

/// The account of a user: one's own, or for administrators anybody's. It is opened when it is first looked at.
#[utoipa::path(get, path = "/api/user/{id}/account", tag = "Money",
    params(("id" = i64, Path, description = "Id of the user.")),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
async fn read_account_of_user(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<i64>,
) -> Reply<AccountView> {
    let missing = || Failure::from(StoreError::NotFound { what: What::User });
    let id = UserId(id);
    if !me.is_admin() && id != me.user.id {
        return Err(missing());
    }
    state.store.find_user(id).await?.ok_or_else(missing)?;
    let account = state.store.open_account(Holder::User(id), state.clock.now()).await?;
    found(AccountView::of(&state, &me, account).await?)
}

/// The account of a key: one's own key's, or for administrators any. It is opened when it is first looked at.
#[utoipa::path(get, path = "/api/agg-token/{id}/account", tag = "Money",
    params(("id" = i64, Path, description = "Id of the key.")),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
async fn read_account_of_key(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<i64>,
) -> Reply<AccountView> {
    let key = keys::find(&state, &me, KeyId(id)).await?;
    let account = state.store.open_account(Holder::Key(key.id), state.clock.now()).await?;
    found(AccountView::of(&state, &me, account).await?)
}
