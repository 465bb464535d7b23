//! Money: accounts, transfers, budgets, and the proof that they add up. Amounts are whole micro-dollars.

mod accounts;
mod amount;
mod budgets;
mod export;
mod groups;
mod ledger;
mod once;
mod orders;
mod prices;
mod reach;
mod transfers;
mod verification;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::AdminState;
pub(super) use amount::read_limit;
pub(super) use budgets::PeriodInput;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .merge(accounts::endpoints())
        .merge(orders::endpoints())
        .merge(transfers::endpoints())
        .merge(budgets::endpoints())
        .merge(groups::endpoints())
        .merge(prices::endpoints())
        .merge(export::endpoints())
        .merge(verification::endpoints())
        .merge(ledger::endpoints())
}
