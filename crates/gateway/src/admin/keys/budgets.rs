//! The budgets that a key is made or changed with, all at once. `/api/budget/` has them one by one.

use serde::Deserialize;
use sluice_domain::id::KeyId;
use sluice_domain::ledger::{BudgetScope, Period, Tz, parse_zone};
use sluice_domain::money::Micros;
use sluice_store::NewBudget;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::admin::money::{PeriodInput, read_limit};
use crate::admin::wire::{Failure, Problem};

const LIMIT: &str = "budgets.limit_micros";

/// What may be spent in a kind of period.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyBudgetInput {
    period: PeriodInput,
    /// Time zone that periods begin and end by; `UTC` by default. That of a budget that is there cannot be changed.
    zone: Option<String>,
    /// What may be spent in one period, in micro-dollars: 0 to 10^15.
    limit_micros: i64,
}

/// A budget that a key is to have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    period: Period,
    zone: Option<Tz>,
    limit: Micros,
}

/// Reads the budgets; `None` where they stay.
pub(super) fn read(inputs: Option<&[KeyBudgetInput]>) -> Result<Option<Vec<Wanted>>, Failure> {
    let Some(inputs) = inputs else { return Ok(None) };
    let mut wanted: Vec<Wanted> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let period = Period::from(input.period);
        if wanted.iter().any(|other| other.period == period) {
            return Err(Problem::NameTwice.with("field", "budgets").with("name", period.as_str()));
        }
        let unknown = |zone| Problem::ZoneUnknown.with("zone", zone).with("field", "budgets.zone");
        let zone = input.zone.as_deref().map(|zone| parse_zone(zone).map_err(|_| unknown(zone))).transpose()?;
        wanted.push(Wanted { period, zone, limit: read_limit(LIMIT, input.limit_micros)? });
    }
    Ok(Some(wanted))
}

/// Gives a key these budgets and no others. What was drawn from one that stays still counts.
pub(super) async fn put(state: &AdminState, key: KeyId, wanted: Option<&[Wanted]>) -> Result<(), Failure> {
    let Some(wanted) = wanted else { return Ok(()) };
    let (scope, now) = (BudgetScope::Key(key), state.clock.now());
    let present = state.store.list_budgets(Some(scope)).await?;
    let is_moved = |budget: &Wanted| {
        let same = present.iter().find(|other| other.period == budget.period);
        same.is_some_and(|same| budget.zone.is_some_and(|zone| zone != same.zone))
    };
    if wanted.iter().any(is_moved) {
        let reason = "cannot be changed; delete the budget and make another";
        return Err(Problem::ValueInvalid.with("field", "budgets.zone").with("reason", reason));
    }
    for budget in wanted {
        match present.iter().find(|other| other.period == budget.period) {
            Some(same) if same.limit == budget.limit => {}
            Some(same) => {
                state.store.set_budget_limit(same.id, budget.limit, now).await?;
            }
            None => {
                let zone = budget.zone.unwrap_or(Tz::UTC);
                let new = NewBudget { scope, period: budget.period, zone, limit: budget.limit, created_at: now };
                state.store.create_budget(new).await?;
            }
        }
    }
    for gone in present.iter().filter(|other| !wanted.iter().any(|budget| budget.period == other.period)) {
        state.store.delete_budget(gone.id).await?;
    }
    Ok(())
}
