//! Prices as rows: the rates as JSON, everything that is looked for in columns.

use std::sync::Arc;

use sea_orm::ActiveValue::{NotSet, Set};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{PriceId, ProviderId};
use sluice_domain::price::{PriceEntry, PricePurpose, PriceSource, PriceVersion, Scope};

use super::{NewPrice, PriceRow};
use crate::entities::price;
use crate::json::{from_text, to_text};
use crate::store::corrupt;
use crate::text::{LONG_CHARS, MODEL_CHARS, NAME_CHARS, checked, checked_name};
use crate::{StoreError, What};

const VENDOR_CHARS: usize = 64;

pub(super) fn new_row(new: &NewPrice) -> Result<price::ActiveModel, StoreError> {
    let PriceEntry { model, scope, source, effective_from, disputed, price } = &new.entry;
    if price.is_empty() {
        let problem = format!("of `{model}` must state at least one rate; 0 means free");
        return Err(StoreError::Invalid { field: "price", problem });
    }
    let (provider, group, vendor) = match scope {
        Scope::Group(provider, group) => {
            (Some(provider.0), Some(checked("group_name", group.clone(), NAME_CHARS)?), None)
        }
        Scope::Provider(provider) => (Some(provider.0), None, None),
        Scope::Vendor(vendor) => (None, None, Some(checked_name("vendor", vendor, VENDOR_CHARS)?)),
        Scope::Any => (None, None, None),
    };
    Ok(price::ActiveModel {
        id: NotSet,
        purpose: Set(new.purpose.as_str().to_owned()),
        model: Set(checked_name("model", model, MODEL_CHARS)?),
        provider_id: Set(provider),
        provider_group: Set(group),
        vendor: Set(vendor),
        source: Set(checked_source(*source)?.to_owned()),
        effective_from: Set(effective_from.0),
        price: Set(checked("price", to_text("price", price)?, LONG_CHARS)?),
        disputed: Set(*disputed),
        remark: Set(checked("remark", new.remark.clone(), LONG_CHARS)?),
        created_at: Set(new.created_at.0),
    })
}

fn checked_source(source: PriceSource) -> Result<&'static str, StoreError> {
    match source {
        PriceSource::Operator | PriceSource::Provider => Ok(source.as_str()),
        PriceSource::Builtin => Err(StoreError::Invalid {
            field: "source",
            problem: "must be `operator` or `provider`: built-in prices are in the binary only".to_owned(),
        }),
    }
}

pub(crate) fn to_price_row(row: price::Model) -> Result<PriceRow, StoreError> {
    let bad = |problem| corrupt(What::Price, row.id, problem);
    let scope = match (row.provider_id, row.provider_group, row.vendor) {
        (None, None, None) => Scope::Any,
        (Some(provider), None, None) => Scope::Provider(ProviderId(provider)),
        (Some(provider), Some(group), None) => Scope::Group(ProviderId(provider), group),
        (None, None, Some(vendor)) => Scope::Vendor(vendor),
        (Some(_), _, Some(_)) => return Err(bad("it is for a provider and for a vendor")),
        (None, Some(_), _) => return Err(bad("it is for a group of no provider")),
    };
    let entry = PriceEntry {
        model: row.model,
        scope,
        source: PriceSource::from_name(&row.source).ok_or_else(|| bad("its source is not known"))?,
        effective_from: Timestamp(row.effective_from),
        disputed: row.disputed,
        price: from_text(What::Price, row.id, &row.price)?,
    };
    Ok(PriceRow {
        id: PriceId(row.id),
        purpose: PricePurpose::from_name(&row.purpose).ok_or_else(|| bad("its purpose is not known"))?,
        version: Arc::new(PriceVersion::from(entry)),
        remark: row.remark,
        created_at: Timestamp(row.created_at),
    })
}
