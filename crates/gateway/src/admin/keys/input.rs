//! Keys as clients send them, to make one or to change one.

use serde::Deserialize;
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::key::{KeyBilling, KeyFunding};
use utoipa::ToSchema;

use super::budgets::KeyBudgetInput;
use crate::admin::AdminState;
use crate::admin::access::Identity;
use crate::admin::wire::input::{nullable, read_multiplier, text};
use crate::admin::wire::{Failure, LimitsView, Problem};

/// How the API says that a key never ends.
pub(super) const NEVER: i64 = -1;
/// Longest list of models or addresses that a key may have.
const MAX_LIST_CHARS: usize = 16_000;

/// A key to make, or a change of one: absent fields take the default, or stay.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct KeyInput {
    /// Which key to change; not looked at when a key is made.
    pub(super) id: Option<i64>,
    /// `default` by default.
    pub(super) name: Option<String>,
    /// 1 enabled (default), 2 disabled.
    pub(super) status: Option<i64>,
    /// Refused from this time on, Unix seconds; -1 never (default).
    pub(super) expired_time: Option<i64>,
    /// Whether only the listed models may be used; follows `model_limits` when absent.
    pub(super) model_limits_enabled: Option<bool>,
    /// Models, comma separated; `*` stands for any run of characters.
    pub(super) model_limits: Option<String>,
    /// Addresses and networks it may be used from, one per line; empty for all.
    pub(super) allow_ips: Option<String>,
    /// Who pays for its calls: `owner` (default) or `own`, the key's own balance. Only administrators change it, and not
    /// their own keys'.
    pub(super) funding: Option<String>,
    /// What prices are multiplied by for its calls, as text: `1` by default. Only administrators change it, and not
    /// their own keys'.
    #[schema(example = "0.8")]
    pub(super) multiplier: Option<String>,
    /// Whether the caller is told what each call cost, in a header; `false` by default.
    pub(super) shows_cost: Option<bool>,
    /// How much it may ask for, all at once; `{}` for no limits.
    pub(super) limits: Option<LimitsView>,
    /// Names of the only providers that its calls go to; empty for all (default). Only administrators change it.
    pub(super) providers: Option<Vec<String>>,
    /// Model of calls that name none; empty and `null` clear.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub(super) default_model: Option<Option<String>>,
    /// How its candidates are ordered, such as `cheapest`; empty and `null` clear. Only administrators change it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub(super) strategy: Option<Option<String>>,
    /// What may be spent with it, all at once, one for each kind of period; an empty list for no budgets.
    pub(super) budgets: Option<Vec<KeyBudgetInput>>,
}

impl KeyInput {
    pub(super) fn name(&self) -> Result<Option<String>, Failure> {
        let name = self.name.as_deref().map(|name| text("name", name, 50)).transpose()?;
        Ok(name.filter(|name| !name.is_empty()))
    }

    /// Returns the list in force after the change, or `None` when it stays.
    pub(super) fn models(&self, present: &ModelList) -> Result<Option<ModelList>, Failure> {
        let listed = match self.model_limits.as_deref() {
            Some(list) => Some(ModelList::parse(&text("model_limits", list, MAX_LIST_CHARS)?)),
            None => None,
        };
        match self.model_limits_enabled {
            Some(false) => Ok(Some(ModelList::default())),
            // A list that is on and empty would allow every model.
            Some(true) if listed.as_ref().unwrap_or(present).is_empty() => Err(Problem::ModelLimitsEmpty.into()),
            Some(true) | None => Ok(listed),
        }
    }

    /// Returns how the key is paid for after the change.
    fn billing(&self, present: KeyBilling) -> Result<KeyBilling, Failure> {
        let funding = self.funding.as_deref().map(|name| {
            KeyFunding::from_name(name.trim()).ok_or_else(|| Problem::FundingUnknown.with("funding", name))
        });
        let multiplier = self.multiplier.as_deref().map(|text| read_multiplier("multiplier", text));
        Ok(KeyBilling {
            funding: funding.transpose()?.unwrap_or(present.funding),
            multiplier: multiplier.transpose()?.unwrap_or(present.multiplier),
            shows_cost: self.shows_cost.unwrap_or(present.shows_cost),
        })
    }

    pub(super) fn addresses(&self) -> Result<Option<AddressList>, Failure> {
        let Some(list) = self.allow_ips.as_deref() else { return Ok(None) };
        let list = text("allow_ips", list, MAX_LIST_CHARS)?;
        AddressList::parse(&list).map(Some).map_err(|bad| Problem::AddressInvalid.with("item", bad.0))
    }
}

/// Reads how a key of `owner` is to be paid for; `None` when it stays. What its calls cost and who pays is for those to
/// say who stand above the owner; whether the caller is told is the owner's to say.
pub(super) async fn read_billing(
    state: &AdminState,
    me: &Identity,
    input: &KeyInput,
    (owner, present): (UserId, KeyBilling),
) -> Result<Option<KeyBilling>, Failure> {
    let billing = input.billing(present)?;
    let is_priced_anew = (billing.funding, billing.multiplier) != (present.funding, present.multiplier);
    if is_priced_anew && !me.is_admin() {
        return Err(Problem::Forbidden.into());
    }
    if is_priced_anew {
        me.may_touch(state, owner).await?;
    }
    Ok(Some(billing).filter(|billing| *billing != present))
}

/// Reads when a key ends.
pub(super) fn read_expiry(secs: i64) -> Result<Option<Timestamp>, Failure> {
    match secs {
        NEVER => Ok(None),
        0.. => secs.checked_mul(1_000).map(|ms| Some(Timestamp(ms))).ok_or_else(|| Problem::ExpiryInvalid.into()),
        _ => Err(Problem::ExpiryInvalid.into()),
    }
}
