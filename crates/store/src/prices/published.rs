//! What a provider publishes, against what is known of it.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::price::{Price, PriceEntry, PricePurpose, PriceSource, Scope};

use super::{NewPrice, PriceRow, new_row, to_price_row};
use crate::entities::price;
use crate::store::db;
use crate::text::{MODEL_CHARS, checked_name};
use crate::{StoreError, What};

/// Rows per statement.
const CHUNK: usize = 250;
/// Rows that a model keeps, the one in force included. The one before must stay, for a node whose clock is behind; the
/// others show people how the price went.
const KEPT_PER_MODEL: usize = 8;

/// What must change.
pub(super) struct Plan {
    add: Vec<Wanted>,
    remove: Vec<i64>,
    vanished_models: usize,
    now: Timestamp,
}

struct Wanted {
    group: Option<String>,
    model: String,
    price: Price,
    disputed: bool,
    effective_from: Timestamp,
}

impl Plan {
    /// Returns for how many models something changes.
    pub(super) fn changed(&self) -> usize {
        self.add.len() + self.vanished_models
    }
}

/// Whom a price of a provider is for: all its credentials, or those of a group; and the model.
type Place = (Option<String>, String);

/// Rows of one provider by place, the latest to take effect first.
pub(super) type Known = BTreeMap<Place, Vec<PriceRow>>;

/// Reads what the provider published until now.
pub(super) async fn known(tx: &DatabaseTransaction, provider: ProviderId) -> Result<Known, StoreError> {
    let rows = price::Entity::find()
        .filter(price::Column::ProviderId.eq(provider.0))
        .filter(price::Column::Source.eq(PriceSource::Provider.as_str()))
        .filter(price::Column::Purpose.eq(PricePurpose::Cost.as_str()))
        .order_by_desc(price::Column::EffectiveFrom)
        .order_by_desc(price::Column::Id)
        .all(tx)
        .await
        .map_err(db(What::Price))?;
    let mut known = Known::new();
    for row in rows {
        let row = to_price_row(row)?;
        known.entry(place_of(&row.version.entry, row.version.entry.model.clone())).or_default().push(row);
    }
    Ok(known)
}

pub(super) fn plan(mut known: Known, published: &[PriceEntry], now: Timestamp) -> Result<Plan, StoreError> {
    let mut plan = Plan { add: Vec::new(), remove: Vec::new(), vanished_models: 0, now };
    for (place, entry) in by_place(published)? {
        let rows = known.remove(&place).unwrap_or_default();
        let latest = rows.first().map(|row| &row.version.entry);
        if latest.is_some_and(|latest| latest.price == entry.price) {
            continue;
        }
        // Another node's clock may be ahead: what was published last must also take effect last.
        let effective_from = latest.map_or(now, |latest| now.max(Timestamp(latest.effective_from.0.saturating_add(1))));
        let (group, model) = place;
        plan.add.push(Wanted { group, model, price: entry.price.clone(), disputed: entry.disputed, effective_from });
        plan.remove.extend(rows.iter().skip(KEPT_PER_MODEL - 1).map(|row| row.id.0));
    }
    plan.vanished_models = known.len();
    plan.remove.extend(known.values().flatten().map(|row| row.id.0));
    Ok(plan)
}

fn by_place(published: &[PriceEntry]) -> Result<BTreeMap<Place, &PriceEntry>, StoreError> {
    let mut by_place = BTreeMap::new();
    for entry in published {
        by_place.entry(place_of(entry, checked_name("model", &entry.model, MODEL_CHARS)?)).or_insert(entry);
    }
    Ok(by_place)
}

fn place_of(entry: &PriceEntry, model: String) -> Place {
    match &entry.scope {
        Scope::Group(_, group) => (Some(group.clone()), model),
        Scope::Provider(_) | Scope::Vendor(_) | Scope::Any => (None, model),
    }
}

pub(super) async fn carry_out(tx: &DatabaseTransaction, provider: ProviderId, plan: Plan) -> Result<(), StoreError> {
    for ids in plan.remove.chunks(CHUNK) {
        let gone = price::Entity::delete_many().filter(price::Column::Id.is_in(ids.iter().copied()));
        gone.exec(tx).await.map_err(db(What::Price))?;
    }
    let created_at = plan.now;
    let to_new = |wanted: Wanted| NewPrice {
        purpose: PricePurpose::Cost,
        entry: PriceEntry {
            model: wanted.model,
            scope: wanted.group.map_or(Scope::Provider(provider), |group| Scope::Group(provider, group)),
            source: PriceSource::Provider,
            effective_from: wanted.effective_from,
            disputed: wanted.disputed,
            price: wanted.price,
        },
        remark: String::new(),
        created_at,
    };
    let rows = plan.add.into_iter().map(|wanted| new_row(&to_new(wanted))).collect::<Result<Vec<_>, _>>()?;
    for rows in rows.chunks(CHUNK) {
        price::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await.map_err(db(What::Price))?;
    }
    Ok(())
}
