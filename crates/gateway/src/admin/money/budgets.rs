//! Budgets: limits on what a user or key may spend in a period. A key's budgets are its owner's to make and change; a
//! user's are the administrators', so that whoever is to be limited cannot lift the limit.

mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::id::{BudgetId, KeyId, UserId};
use sluice_domain::ledger::{Budget, BudgetScope, Period, parse_zone};
use sluice_store::{BudgetFilter, Claim, IdempotencyKey, NewBudget, StoreError, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::amount::read_limit;
use super::once::{Done, OnceKey, OnceReply, found_once};
use crate::admin::access::{AsUser, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::{
    At, Body, CursorQuery, Envelope, Failure, Nothing, PageView, Params, Problem, Reply, done, found,
};
use crate::admin::{AdminState, keys};
use view::BudgetView;

const LIST: &str = "budget";
const LIMIT: &str = "limit_micros";

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_budgets, create_budget)).serve(routes!(
        read_budget,
        update_budget,
        delete_budget
    ))
}

/// Whose spending a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ScopeInput {
    /// Calls with one key.
    Key,
    /// Calls of one user, with whatever key.
    User,
}

impl ScopeInput {
    const fn of(self, owner_id: i64) -> BudgetScope {
        match self {
            Self::Key => BudgetScope::Key(KeyId(owner_id)),
            Self::User => BudgetScope::User(UserId(owner_id)),
        }
    }
}

/// How often a budget starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum PeriodInput {
    /// Never.
    Total,
    /// At midnight.
    Day,
    /// At the midnight that Monday begins with.
    Week,
    /// At the midnight that the first of the month begins with.
    Month,
}

impl From<PeriodInput> for Period {
    fn from(period: PeriodInput) -> Self {
        match period {
            PeriodInput::Total => Self::Total,
            PeriodInput::Day => Self::Day,
            PeriodInput::Week => Self::Week,
            PeriodInput::Month => Self::Month,
        }
    }
}

/// Which budgets are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BudgetQuery {
    /// Only budgets of a `key` or of a `user`; with `owner_id`.
    scope: Option<ScopeInput>,
    /// Id of the key or user.
    owner_id: Option<i64>,
}

impl BudgetQuery {
    fn filter(&self, me: &Identity) -> Result<BudgetFilter, Failure> {
        let scope = match (self.scope, self.owner_id) {
            (Some(scope), Some(owner_id)) => Some(scope.of(owner_id)),
            (None, None) => None,
            (None, Some(_)) => return Err(Problem::ValueMissing.with("field", "scope")),
            (Some(_), None) => return Err(Problem::ValueMissing.with("field", "owner_id")),
        };
        Ok(BudgetFilter { scope, within: (!me.is_admin()).then_some(me.user.id) })
    }
}

/// Budgets in the order in which they were made: one's own and those of one's keys, or for administrators all.
#[utoipa::path(get, path = "/api/budget/", tag = "Money", params(CursorQuery, BudgetQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<BudgetView>>)))]
async fn list_budgets(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(page): Params<CursorQuery>,
    Params(query): Params<BudgetQuery>,
) -> Reply<PageView<BudgetView>> {
    let after = page.after(LIST)?.map(BudgetId);
    let budgets = state.store.page_budgets(query.filter(&me)?, after, page.size() + 1).await?;
    let page = PageView::beginning(budgets, page.size(), |budget| format!("{LIST}:{}", budget.id));
    let mut views = Vec::with_capacity(page.items.len());
    for budget in &page.items {
        views.push(BudgetView::of(&state, &me, *budget).await?);
    }
    found(page.with(views))
}

/// One budget, as it stands in the period at hand.
#[utoipa::path(get, path = "/api/budget/{id}", tag = "Money", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The budget.", body = Envelope<BudgetView>)))]
async fn read_budget(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<BudgetView> {
    let budget = find(&state, &me, BudgetId(id)).await?;
    found(BudgetView::of(&state, &me, budget).await?)
}

/// Finds a budget that `me` may look at.
async fn find(state: &AdminState, me: &Identity, id: BudgetId) -> Result<Budget, Failure> {
    let missing = || Failure::from(StoreError::NotFound { what: What::Budget });
    let budget = state.store.find_budget(id).await?.ok_or_else(missing)?;
    let is_in_sight = me.is_admin()
        || match budget.scope {
            BudgetScope::User(user) => user == me.user.id,
            BudgetScope::Key(key) => state.store.find_key(key, Some(me.user.id)).await?.is_some(),
            BudgetScope::Organisation(_) => false,
        };
    if is_in_sight { Ok(budget) } else { Err(missing()) }
}

/// Finds a budget that `me` may change.
async fn find_writable(state: &AdminState, me: &Identity, id: BudgetId) -> Result<Budget, Failure> {
    let budget = find(state, me, id).await?;
    match budget.scope {
        BudgetScope::User(user) => may_limit_user(state, me, user).await?,
        BudgetScope::Key(key) => {
            let owner = state.store.find_key(key, None).await?.map(|key| key.user_id);
            if let Some(owner) = owner.filter(|owner| *owner != me.user.id) {
                me.may_touch(state, owner).await?;
            }
        }
        BudgetScope::Organisation(_) => {}
    }
    Ok(budget)
}

async fn may_limit_user(state: &AdminState, me: &Identity, user: UserId) -> Result<(), Failure> {
    if me.is_admin() { me.may_touch(state, user).await } else { Err(Problem::Forbidden.into()) }
}

/// Refuses a scope that does not exist, or that `me` may not limit.
async fn check_scope(state: &AdminState, me: &Identity, scope: BudgetScope) -> Result<(), Failure> {
    match scope {
        BudgetScope::User(user) => {
            let is_found = state.store.find_user(user).await?.is_some();
            if me.is_admin() && !is_found {
                return Err(StoreError::NotFound { what: What::User }.into());
            }
            may_limit_user(state, me, user).await
        }
        BudgetScope::Key(key) => {
            let key = keys::find(state, me, key).await?;
            if key.user_id == me.user.id { Ok(()) } else { me.may_touch(state, key.user_id).await }
        }
        BudgetScope::Organisation(_) => Err(Problem::Forbidden.into()),
    }
}

/// A budget to make. Fields that are not known are refused.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBudgetInput {
    scope: ScopeInput,
    /// Id of the key or user.
    owner_id: i64,
    period: PeriodInput,
    /// Time zone that periods begin and end by, such as `Asia/Shanghai`; `UTC` by default. It cannot be changed later.
    zone: Option<String>,
    /// What may be spent in one period, in micro-dollars: 0 to 10^15.
    limit_micros: i64,
}

/// Make a budget, for a key of one's own, or for administrators any key or user. A scope has one budget for each kind of
/// period; every one that applies to a call must have room for it.
#[utoipa::path(post, path = "/api/budget/", tag = "Money", request_body = NewBudgetInput, params(OnceKey),
    responses((status = 200, description = "The new budget.", body = Envelope<BudgetView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn create_budget(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    key: OnceKey,
    Body(input): Body<NewBudgetInput>,
) -> OnceReply<BudgetView> {
    let zone = input.zone.as_deref().unwrap_or("UTC");
    let new = NewBudget {
        scope: input.scope.of(input.owner_id),
        period: input.period.into(),
        zone: parse_zone(zone).map_err(|_| Problem::ZoneUnknown.with("zone", zone))?,
        limit: read_limit(LIMIT, input.limit_micros)?,
        created_at: state.clock.now(),
    };
    check_scope(&state, &me, new.scope).await?;
    let (budget, done) = match key.of(&me, "/api/budget", &input)? {
        None => (state.store.create_budget(new).await?, Done::Now),
        Some(key) => create_once(&state, new, &key).await?,
    };
    found_once(BudgetView::of(&state, &me, budget).await?, done)
}

/// Makes a budget under a key. A scope has one budget for each period, so that a request that broke off after the key was
/// taken can be carried on: what it made is found, and what it did not make is made.
async fn create_once(state: &AdminState, new: NewBudget, key: &IdempotencyKey) -> Result<(Budget, Done), Failure> {
    if let Claim::Again { outcome } = state.store.claim(key, "", new.created_at).await?
        && let Some(budget) = made_before(state, &new, &outcome).await?
    {
        return Ok((budget, Done::Before));
    }
    match state.store.create_budget(new).await {
        Ok(budget) => {
            state.store.set_outcome(key, &budget.id.to_string()).await?;
            Ok((budget, Done::Now))
        }
        Err(error) => {
            state.store.give_back(key).await?;
            Err(error.into())
        }
    }
}

/// Finds the budget that an earlier request with the same key made.
async fn made_before(state: &AdminState, new: &NewBudget, outcome: &str) -> Result<Option<Budget>, Failure> {
    if let Ok(id) = outcome.parse() {
        let budget = state.store.find_budget(BudgetId(id)).await?;
        return budget.map(Some).ok_or_else(|| StoreError::NotFound { what: What::Budget }.into());
    }
    let of_scope = state.store.list_budgets(Some(new.scope)).await?;
    Ok(of_scope
        .into_iter()
        .find(|budget| budget.period == new.period && budget.zone == new.zone && budget.limit == new.limit))
}

/// A change of a budget. Fields that are not known are refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BudgetInput {
    /// What may be spent in one period, in micro-dollars: 0 to 10^15. It holds for the period at hand too.
    limit_micros: i64,
}

/// Change a budget's limit. A limit below what was drawn already stops calls until the next period.
#[utoipa::path(put, path = "/api/budget/{id}", tag = "Money", request_body = BudgetInput,
    params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The budget as it is now.", body = Envelope<BudgetView>)))]
async fn update_budget(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<i64>,
    Body(input): Body<BudgetInput>,
) -> Reply<BudgetView> {
    let limit = read_limit(LIMIT, input.limit_micros)?;
    let budget = find_writable(&state, &me, BudgetId(id)).await?;
    let budget = state.store.set_budget_limit(budget.id, limit, state.clock.now()).await?;
    found(BudgetView::of(&state, &me, budget).await?)
}

/// Delete a budget; what was drawn from it stays on record.
#[utoipa::path(delete, path = "/api/budget/{id}", tag = "Money", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_budget(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<Nothing> {
    let budget = find_writable(&state, &me, BudgetId(id)).await?;
    state.store.delete_budget(budget.id).await?;
    done()
}
