//! Budgets as the API shows them: the limit, and what is left of it now.

use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::ledger::{Budget, BudgetScope, Holder, Span};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::admin::access::Identity;
use crate::admin::money::reach::{name_of_key, name_of_user};
use crate::admin::wire::Failure;

/// A budget, as it stands in the period at hand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BudgetView {
    id: i64,
    /// `key`, `user` or `organisation`.
    scope: &'static str,
    /// Id of the key, user or organisation.
    owner_id: i64,
    /// Name of the key, or login name of the user; `null` for what was deleted.
    owner_name: Option<String>,
    /// `total`, `day`, `week` or `month`.
    period: &'static str,
    /// Time zone that periods begin and end by.
    zone: &'static str,
    /// What may be spent in one period.
    limit_micros: i64,
    /// When the period at hand began, Unix seconds; `null` for `total`.
    period_start: Option<i64>,
    /// When the next period begins, Unix seconds; `null` for `total`.
    period_end: Option<i64>,
    /// What was drawn in this period.
    drawn_micros: i64,
    /// What nodes have borrowed for calls under way.
    leased_micros: i64,
    /// What is left of this period's limit: below 0 after a call that cost more than was held for it.
    left_micros: i64,
}

impl BudgetView {
    pub(super) async fn of(state: &AdminState, me: &Identity, budget: Budget) -> Result<Self, Failure> {
        let span = budget.span(state.clock.now());
        let owner_name = match budget.scope {
            BudgetScope::User(user) => name_of_user(state, user).await?,
            BudgetScope::Key(key) => name_of_key(state, me, key).await?,
            BudgetScope::Organisation(_) => None,
        };
        // A period that nobody has spent in has no account yet.
        let account = state.store.find_account_of(Holder::Budget(budget.id, span.start)).await?;
        let edge = |at: Timestamp| (span != Span::ALWAYS).then(|| at.unix_secs());
        Ok(Self {
            id: budget.id.0,
            scope: budget.scope.name(),
            owner_id: budget.scope.owner_id(),
            owner_name,
            period: budget.period.as_str(),
            zone: budget.zone.name(),
            limit_micros: budget.limit.0,
            period_start: edge(span.start),
            period_end: edge(span.end),
            drawn_micros: account.map_or(0, |account| account.drawn().0),
            leased_micros: account.map_or(0, |account| account.leased.0),
            left_micros: account.map_or(budget.limit.0, |account| account.available().0),
        })
    }
}
