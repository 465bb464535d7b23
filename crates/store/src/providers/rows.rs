//! Providers as rows: maps as JSON, secrets sealed. Headers are secrets too: some upstreams take their keys there.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::IntoActiveModel;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::money::Micros;
use sluice_domain::provider::{Balance, Origin, Provider, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;
use sluice_domain::{ExposeSecret, SecretString};

use super::{NewProvider, ProviderPatch};
use crate::entities::provider;
use crate::json::{from_text, map_to_text};
use crate::store::corrupt;
use crate::text::{LONG_CHARS, NAME_CHARS, checked, checked_name};
use crate::vault::{Place, Vault};
use crate::{StoreError, What};

const VENDOR_CHARS: usize = 64;
const URL_CHARS: usize = 512;

/// What is sealed once the row has its number.
pub(super) struct Secrets {
    proxy_url: Option<SecretString>,
    access_token: Option<SecretString>,
    headers: Option<SecretString>,
}

impl Secrets {
    pub(super) fn of(new: &NewProvider) -> Result<Self, StoreError> {
        let (proxy_url, access_token) = (new.proxy_url.clone(), new.access_token.clone());
        Ok(Self { proxy_url, access_token, headers: headers_to_text(&new.headers)? })
    }

    /// Returns the change that puts them into row `id`, if there are any.
    pub(super) fn sealed(&self, vault: &Vault, id: ProviderId) -> Result<Option<provider::ActiveModel>, StoreError> {
        if self.proxy_url.is_none() && self.access_token.is_none() && self.headers.is_none() {
            return Ok(None);
        }
        Ok(Some(provider::ActiveModel {
            id: Set(id.0),
            proxy_url: Set(seal(vault, proxy_place(id.0), self.proxy_url.as_ref())?),
            access_token: Set(seal(vault, token_place(id.0), self.access_token.as_ref())?),
            headers: Set(seal(vault, headers_place(id.0), self.headers.as_ref())?),
            ..Default::default()
        }))
    }
}

const fn proxy_place(row: i64) -> Place {
    Place { table: "providers", row, column: "proxy_url" }
}

const fn token_place(row: i64) -> Place {
    Place { table: "providers", row, column: "access_token" }
}

const fn headers_place(row: i64) -> Place {
    Place { table: "providers", row, column: "headers" }
}

fn headers_to_text(headers: &BTreeMap<String, SecretString>) -> Result<Option<SecretString>, StoreError> {
    if headers.is_empty() {
        return Ok(None);
    }
    let shown = headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
    map_to_text("headers", &shown).map(|text| Some(SecretString::from(text)))
}

fn seal(vault: &Vault, place: Place, secret: Option<&SecretString>) -> Result<Option<String>, StoreError> {
    secret.map(|secret| vault.seal(place, secret)).transpose()
}

fn open(vault: &Vault, place: Place, sealed: Option<&str>) -> Result<Option<SecretString>, StoreError> {
    sealed.map(|sealed| vault.open(place, sealed)).transpose()
}

pub(super) fn new_row(new: NewProvider) -> Result<provider::ActiveModel, StoreError> {
    Ok(provider::ActiveModel {
        id: NotSet,
        name: Set(checked_name("name", &new.name, NAME_CHARS)?),
        vendor: Set(checked_name("vendor", &new.vendor, VENDOR_CHARS)?),
        base_url: Set(checked_base_url(&new.base_url)?),
        enabled: Set(new.enabled),
        priority: Set(new.priority),
        weight: Set(new.weight),
        params: Set(map_to_text("params", &new.params)?),
        headers: Set(None),
        rotation: Set(new.rotation.as_str().to_owned()),
        balance_micros: Set(None),
        balance_updated_at: Set(None),
        proxy_url: Set(None),
        connect_timeout_ms: Set(to_column(new.timeouts.connect_ms)),
        first_byte_timeout_ms: Set(to_column(new.timeouts.first_byte_ms)),
        idle_timeout_ms: Set(to_column(new.timeouts.idle_ms)),
        total_timeout_ms: Set(to_column(new.timeouts.total_ms)),
        model_alias: Set(map_to_text("model_alias", &new.model_alias)?),
        access_token: Set(None),
        upstream_user_id: Set(new.upstream_user_id),
        checkin_enabled: Set(new.checkin_enabled),
        remark: Set(checked("remark", new.remark, LONG_CHARS)?),
        created_at: Set(new.created_at.0),
    })
}

fn checked_base_url(text: &str) -> Result<String, StoreError> {
    checked_name("base_url", text.trim().trim_end_matches('/'), URL_CHARS)
}

fn to_column(millis: Option<u64>) -> Option<i64> {
    millis.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX))
}

fn from_column(millis: Option<i64>) -> Option<u64> {
    millis.and_then(|millis| u64::try_from(millis).ok())
}

pub(super) fn patched(
    vault: &Vault,
    row: provider::Model,
    patch: &ProviderPatch,
) -> Result<provider::ActiveModel, StoreError> {
    let id = row.id;
    let mut row = row.into_active_model();
    patch_texts(&mut row, patch)?;
    if let Some(proxy_url) = &patch.proxy_url {
        row.proxy_url = Set(seal(vault, proxy_place(id), proxy_url.as_ref())?);
    }
    if let Some(access_token) = &patch.access_token {
        row.access_token = Set(seal(vault, token_place(id), access_token.as_ref())?);
    }
    if let Some(headers) = &patch.headers {
        row.headers = Set(seal(vault, headers_place(id), headers_to_text(headers)?.as_ref())?);
    }
    if let Some(balance) = patch.balance {
        row.balance_micros = Set(balance.map(|balance| balance.left.0));
        row.balance_updated_at = Set(balance.map(|balance| balance.updated_at.0));
    }
    if let Some(timeouts) = patch.timeouts {
        row.connect_timeout_ms = Set(to_column(timeouts.connect_ms));
        row.first_byte_timeout_ms = Set(to_column(timeouts.first_byte_ms));
        row.idle_timeout_ms = Set(to_column(timeouts.idle_ms));
        row.total_timeout_ms = Set(to_column(timeouts.total_ms));
    }
    row.enabled = patch.enabled.map_or(row.enabled, Set);
    row.priority = patch.priority.map_or(row.priority, Set);
    row.weight = patch.weight.map_or(row.weight, Set);
    row.rotation = patch.rotation.map_or(row.rotation, |rotation| Set(rotation.as_str().to_owned()));
    row.upstream_user_id = patch.upstream_user_id.map_or(row.upstream_user_id, Set);
    row.checkin_enabled = patch.checkin_enabled.map_or(row.checkin_enabled, Set);
    Ok(row)
}

fn patch_texts(row: &mut provider::ActiveModel, patch: &ProviderPatch) -> Result<(), StoreError> {
    if let Some(name) = &patch.name {
        row.name = Set(checked_name("name", name, NAME_CHARS)?);
    }
    if let Some(vendor) = &patch.vendor {
        row.vendor = Set(checked_name("vendor", vendor, VENDOR_CHARS)?);
    }
    if let Some(base_url) = &patch.base_url {
        row.base_url = Set(checked_base_url(base_url)?);
    }
    if let Some(params) = &patch.params {
        row.params = Set(map_to_text("params", params)?);
    }
    if let Some(model_alias) = &patch.model_alias {
        row.model_alias = Set(map_to_text("model_alias", model_alias)?);
    }
    if let Some(remark) = &patch.remark {
        row.remark = Set(checked("remark", remark.clone(), LONG_CHARS)?);
    }
    Ok(())
}

/// Returns the provider with its secrets opened.
pub(crate) fn to_provider(vault: &Vault, row: provider::Model) -> Result<Provider, StoreError> {
    Ok(Provider {
        id: ProviderId(row.id),
        params: from_text(What::Provider, row.id, &row.params)?,
        headers: open_headers(vault, &row)?,
        rotation: to_rotation(&row)?,
        balance: to_balance(&row),
        proxy_url: open(vault, proxy_place(row.id), row.proxy_url.as_deref())?,
        model_alias: from_text(What::Provider, row.id, &row.model_alias)?,
        access_token: open(vault, token_place(row.id), row.access_token.as_deref())?,
        name: row.name,
        vendor: row.vendor,
        base_url: row.base_url,
        enabled: row.enabled,
        priority: row.priority,
        weight: row.weight,
        timeouts: TimeoutOverrides {
            connect_ms: from_column(row.connect_timeout_ms),
            first_byte_ms: from_column(row.first_byte_timeout_ms),
            idle_ms: from_column(row.idle_timeout_ms),
            total_ms: from_column(row.total_timeout_ms),
        },
        upstream_user_id: row.upstream_user_id,
        checkin_enabled: row.checkin_enabled,
        remark: row.remark,
        origin: Origin::Database,
        created_at: Timestamp(row.created_at),
    })
}

fn open_headers(vault: &Vault, row: &provider::Model) -> Result<BTreeMap<String, SecretString>, StoreError> {
    let Some(text) = open(vault, headers_place(row.id), row.headers.as_deref())? else { return Ok(BTreeMap::new()) };
    let shown: BTreeMap<String, String> = from_text(What::Provider, row.id, text.expose_secret())?;
    Ok(shown.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
}

fn to_rotation(row: &provider::Model) -> Result<Rotation, StoreError> {
    let known = Rotation::from_name(&row.rotation);
    known.ok_or_else(|| corrupt(What::Provider, row.id, "its rotation is not known"))
}

fn to_balance(row: &provider::Model) -> Option<Balance> {
    let left = row.balance_micros.map(Micros)?;
    Some(Balance { left, updated_at: Timestamp(row.balance_updated_at?) })
}
