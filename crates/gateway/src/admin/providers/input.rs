//! Providers as clients send them, to make one or to change one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sluice_domain::SecretString;
use sluice_domain::clock::Timestamp;
use sluice_domain::provider::Provider;
use sluice_domain::route::policy::Rotation;
use sluice_protocol::vendor::Vendors;
use sluice_store::{NewProvider, ProviderPatch};
use utoipa::ToSchema;

use super::headers;
use super::validation::{
    check_params, find_vendor, guess_vendor, read_aliases, read_base_url, read_proxy_url, read_secret,
};
use super::view::TimeoutsView;
use crate::admin::wire::input::{not_negative, nullable, read_choice, required_text, text};
use crate::admin::wire::{Failure, Problem, status};

const DEFAULT_WEIGHT: i64 = 10;
const MAX_REMARK_CHARS: usize = 2_000;

/// A provider to make, or a change of one: absent fields take the default, or stay.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(super) struct ProviderInput {
    /// Which provider to change; not looked at when one is made.
    pub(super) id: Option<i64>,
    /// Unique.
    pub(super) name: Option<String>,
    /// Name of the vendor; guessed when a provider is made without one.
    vendor: Option<String>,
    /// Root URL; the vendor's own by default.
    pub(super) base_url: Option<String>,
    /// First credential, when the provider is made.
    #[schema(write_only)]
    key: Option<String>,
    /// System access token of a NewAPI site; empty keeps, `null` clears.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, write_only)]
    access_token: Option<Option<String>>,
    /// Value of the `New-Api-User` header, as number or text; 0 and `null` clear.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    user_id: Option<Option<Value>>,
    /// 1 enabled (default), 2 disabled.
    status: Option<i64>,
    /// Priority that new credentials and routes start with; 0 by default.
    priority: Option<i64>,
    /// Weight that new credentials and routes start with; 10 by default.
    weight: Option<i64>,
    /// Whether the daily check-in is wanted.
    checkin_enabled: Option<bool>,
    /// `false` removes the proxy.
    proxy_enabled: Option<bool>,
    /// Proxy with `http`, `https` or `socks5`; empty keeps, `null` clears.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, write_only)]
    proxy_url: Option<Option<String>>,
    /// Public model name → name at this provider; an object, or its JSON as text.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    model_alias_mapping: Option<Aliases>,
    /// Values for the placeholders in the vendor's paths.
    params: Option<BTreeMap<String, String>>,
    /// Headers that every call to it carries, all at once; an empty value keeps the stored one.
    #[schema(write_only)]
    headers: Option<BTreeMap<String, String>>,
    /// How its credentials take turns: `strategy` (default), `weighted`, `least_used`, `sticky` or `round_robin`.
    rotation: Option<String>,
    /// Its own time-outs; all four at once.
    timeouts: Option<TimeoutsView>,
    /// Free text.
    remark: Option<String>,
}

/// Aliases as an object, or as the text of one, as old exports have it.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Value")]
struct Aliases(BTreeMap<String, String>);

impl TryFrom<Value> for Aliases {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Self, serde_json::Error> {
        match value {
            Value::String(text) if text.trim().is_empty() => Ok(Self(BTreeMap::new())),
            Value::String(text) => serde_json::from_str(&text).map(Self),
            other => serde_json::from_value(other).map(Self),
        }
    }
}

fn filled(field: &Option<String>) -> Option<&str> {
    field.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

impl ProviderInput {
    /// Takes the first credential's secret.
    pub(super) fn take_key(&mut self) -> Result<Option<SecretString>, Failure> {
        self.key.take().map_or(Ok(None), |key| read_secret("key", &key))
    }

    /// Returns what a stored secret becomes: `None` keeps it, `Some(None)` clears it.
    fn access_token(&self) -> Result<Option<Option<SecretString>>, Failure> {
        match &self.access_token {
            Some(Some(token)) => Ok(read_secret("access_token", token)?.map(Some)),
            Some(None) => Ok(Some(None)),
            None => Ok(None),
        }
    }

    /// Returns what the proxy becomes; `has_one` says whether there is one now.
    fn proxy_url(&self, has_one: bool) -> Result<Option<Option<SecretString>>, Failure> {
        if self.proxy_enabled == Some(false) {
            return Ok(Some(None));
        }
        let sent = match &self.proxy_url {
            Some(None) => Some(None),
            Some(url) => {
                filled(url).map(|url| read_proxy_url(url).map(|url| Some(SecretString::from(url)))).transpose()?
            }
            None => None,
        };
        let has_one = sent.as_ref().map_or(has_one, Option::is_some);
        if self.proxy_enabled == Some(true) && !has_one {
            return Err(Problem::ProxyMissing.into());
        }
        Ok(sent)
    }

    /// Returns what the user id becomes.
    pub(super) fn user_id(&self) -> Result<Option<Option<i64>>, Failure> {
        let wrong = || Problem::ValueInvalid.with("field", "user_id").with("reason", "must be a whole number");
        let number = match &self.user_id {
            None => return Ok(None),
            Some(None) => 0,
            Some(Some(Value::Number(number))) => number.as_i64().ok_or_else(wrong)?,
            Some(Some(Value::String(text))) if text.trim().is_empty() => 0,
            Some(Some(Value::String(text))) => text.trim().parse().map_err(|_| wrong())?,
            Some(Some(_)) => return Err(wrong()),
        };
        Ok(Some(Some(not_negative("user_id", number)?).filter(|&id| id != 0)))
    }

    fn remark(&self) -> Result<Option<String>, Failure> {
        self.remark.as_deref().map(|remark| text("remark", remark, MAX_REMARK_CHARS)).transpose()
    }

    fn aliases(&self) -> Result<Option<BTreeMap<String, String>>, Failure> {
        self.model_alias_mapping.as_ref().map(|aliases| read_aliases(&aliases.0)).transpose()
    }

    fn headers(
        &self,
        present: &BTreeMap<String, SecretString>,
    ) -> Result<Option<BTreeMap<String, SecretString>>, Failure> {
        self.headers.as_ref().map(|sent| headers::read(sent, present)).transpose()
    }

    fn rotation(&self) -> Result<Option<Rotation>, Failure> {
        let choices = Rotation::ALL.map(|rotation| (rotation.as_str(), rotation));
        self.rotation.as_deref().map(|name| read_choice("rotation", name, &choices)).transpose()
    }

    /// Returns the values of a new provider.
    pub(super) fn into_new(self, vendors: &Vendors, now: Timestamp) -> Result<NewProvider, Failure> {
        let name = required_text("name", self.name.as_deref(), 100)?;
        let access_token = self.access_token()?.flatten();
        let upstream_user_id = self.user_id()?.flatten();
        let has_management = access_token.is_some() || upstream_user_id.is_some();
        let vendor = match (filled(&self.vendor), filled(&self.base_url)) {
            (Some(vendor), _) => find_vendor(vendors, vendor)?,
            (None, base_url) => {
                find_vendor(vendors, &guess_vendor(vendors, base_url.unwrap_or_default(), has_management))?
            }
        };
        let base_url = filled(&self.base_url).or(vendor.base_url.as_deref()).unwrap_or_default();
        let params = self.params.clone().unwrap_or_default();
        check_params(vendor, &params)?;
        Ok(NewProvider {
            name,
            vendor: vendor.name.clone(),
            base_url: read_base_url(base_url)?,
            enabled: status::read_new(self.status)?,
            priority: self.priority.unwrap_or(0),
            weight: not_negative("weight", self.weight.unwrap_or(DEFAULT_WEIGHT))?,
            params,
            headers: self.headers(&BTreeMap::new())?.unwrap_or_default(),
            rotation: self.rotation()?.unwrap_or_default(),
            proxy_url: self.proxy_url(false)?.flatten(),
            timeouts: self.timeouts.unwrap_or_default().read()?,
            model_alias: self.aliases()?.unwrap_or_default(),
            access_token,
            upstream_user_id,
            checkin_enabled: self.checkin_enabled.unwrap_or(false),
            remark: self.remark()?.unwrap_or_default(),
            created_at: now,
        })
    }

    /// Returns the change of `present`: exactly the fields that were sent.
    pub(super) fn into_patch(self, vendors: &Vendors, present: &Provider) -> Result<ProviderPatch, Failure> {
        let vendor = filled(&self.vendor).map(|vendor| find_vendor(vendors, vendor)).transpose()?;
        if let Some(params) = &self.params
            && let Some(vendor) = vendor.or_else(|| vendors.get(&present.vendor))
        {
            check_params(vendor, params)?;
        }
        Ok(ProviderPatch {
            name: self.name.as_deref().map(|name| required_text("name", Some(name), 100)).transpose()?,
            vendor: vendor.map(|vendor| vendor.name.clone()),
            base_url: self.base_url.as_deref().map(read_base_url).transpose()?,
            enabled: self.status.map(status::read).transpose()?,
            priority: self.priority,
            weight: self.weight.map(|weight| not_negative("weight", weight)).transpose()?,
            proxy_url: self.proxy_url(present.proxy_url.is_some())?,
            timeouts: self.timeouts.map(TimeoutsView::read).transpose()?,
            model_alias: self.aliases()?,
            access_token: self.access_token()?,
            upstream_user_id: self.user_id()?,
            checkin_enabled: self.checkin_enabled,
            remark: self.remark()?,
            headers: self.headers(&present.headers)?,
            rotation: self.rotation()?,
            balance: None,
            params: self.params,
        })
    }
}
