//! Reading what sites answer: NewAPI, One-API and their descendants, old and new.
//!
//! An answer that says it failed is a failure whatever its status, one that cannot be understood is never taken for an empty
//! one, and of a list either every row counts or none.

mod number;
mod subscriptions;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sluice_domain::clock::Timestamp;
use sluice_domain::price::Decimal;

use super::fault::SiteFault;
use super::material::Material;
use super::ratios::NumberText;
use number::{Whole, quota_per_dollar};
pub(crate) use subscriptions::Subscriptions;
pub(super) use subscriptions::read_subscriptions;

/// Longest reason that is passed on, in characters.
const MAX_REASON_CHARS: usize = 300;
/// Longest text of a key's that is looked at: names, groups and models.
const MAX_TEXT_CHARS: usize = 255;
/// The number of a key that may be used.
const KEY_ENABLED: i64 = 1;
/// When keys expire that never do.
const NEVER_EXPIRES: i64 = -1;

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    message: Option<String>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    /// Relay endpoints and their proxies refuse in the words of OpenAI.
    #[serde(default)]
    error: Option<serde_json::Value>,
}

impl<'a> Envelope<'a> {
    fn read(body: &'a [u8]) -> Result<Self, SiteFault> {
        serde_json::from_slice(body).map_err(|_| {
            let is_page = body.trim_ascii_start().starts_with(b"<");
            SiteFault::malformed(if is_page { "it is a web page; check the base URL" } else { "it is not JSON" })
        })
    }

    fn reason(&self) -> Option<String> {
        let from_error = self
            .error
            .as_ref()
            .and_then(|error| error.get("message").and_then(|message| message.as_str()).or_else(|| error.as_str()));
        let reason = from_error.or(self.message.as_deref())?;
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect();
        Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty())
    }

    /// Refuses what the site refuses.
    fn agreed(self) -> Result<Self, SiteFault> {
        let has_error = self.error.as_ref().is_some_and(|error| !error.is_null());
        if self.success == Some(true) && !has_error {
            return Ok(self);
        }
        if self.success.is_none() && !has_error {
            return Err(SiteFault::malformed("it does not say whether it succeeded"));
        }
        Err(SiteFault::Refused { reason: self.reason().unwrap_or_else(|| "no reason was given".to_owned()) })
    }

    fn data(&self) -> Option<&'a str> {
        self.data.map(RawValue::get).filter(|data| *data != "null")
    }
}

/// Returns the reason that a failed answer gives, if it gives one.
pub(super) fn reason_of(body: &[u8]) -> Option<String> {
    Envelope::read(body).ok()?.reason()
}

fn agreed_data(body: &[u8]) -> Result<&str, SiteFault> {
    let envelope = Envelope::read(body)?.agreed()?;
    envelope.data().ok_or_else(|| SiteFault::malformed("it has no `data`"))
}

fn of_data<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, SiteFault> {
    serde_json::from_str(agreed_data(body)?).map_err(|error| unread(&error))
}

/// Says where an answer has another shape than any known one. The parser's own words may quote a key.
pub(super) fn unread(error: &serde_json::Error) -> SiteFault {
    SiteFault::malformed(format!(
        "it has a shape that is not known, at line {} column {}",
        error.line(),
        error.column()
    ))
}

/// Checks a page that may leave out whether it succeeded, as the page of prices did in old sites.
pub(super) fn agreed_page(body: &[u8]) -> Result<(), SiteFault> {
    let envelope = Envelope::read(body)?;
    match envelope.success {
        None if envelope.error.as_ref().is_none_or(serde_json::Value::is_null) => Ok(()),
        _ => envelope.agreed().map(drop),
    }
}

/// Checks an answer of which only its success matters.
pub(super) fn read_done(body: &[u8]) -> Result<(), SiteFault> {
    Envelope::read(body)?.agreed().map(drop)
}

/// What a site says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteFacts {
    /// Units of its quota that are one US dollar.
    pub(crate) quota_per_dollar: Option<u64>,
}

/// Reads `/api/status`.
pub(super) fn read_facts(body: &[u8]) -> Result<SiteFacts, SiteFault> {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow, default)]
        quota_per_unit: Option<&'a RawValue>,
    }
    let data: Data<'_> = of_data(body)?;
    let units = data.quota_per_unit.map(RawValue::get).filter(|units| *units != "null");
    Ok(SiteFacts { quota_per_dollar: units.map(quota_per_dollar).transpose()? })
}

/// The account at the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteAccount {
    /// What is left, in the site's units.
    pub(crate) quota: i64,
    /// Group of the account; empty when the site does not say.
    pub(crate) group: String,
}

/// Reads `/api/user/self`.
pub(super) fn read_account(body: &[u8]) -> Result<SiteAccount, SiteFault> {
    #[derive(Deserialize)]
    struct Data {
        quota: Whole,
        #[serde(default)]
        group: Option<String>,
    }
    let data: Data = of_data(body)?;
    Ok(SiteAccount { quota: data.quota.0, group: data.group.unwrap_or_default().trim().to_owned() })
}

/// The groups that the account may use.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountGroups {
    /// Name for people by group.
    pub(crate) titles: BTreeMap<String, String>,
    /// What the account pays by group; those that stand for several groups have no factor of their own.
    pub(crate) ratios: BTreeMap<String, NumberText>,
}

/// Reads `/api/user/self/groups`.
pub(super) fn read_groups(body: &[u8]) -> Result<AccountGroups, SiteFault> {
    #[derive(Deserialize)]
    struct Group {
        ratio: NumberText,
        #[serde(default)]
        desc: Option<String>,
    }
    let data: BTreeMap<String, Group> = of_data(body)?;
    if data.is_empty() {
        return Err(SiteFault::partial("the account may use no group"));
    }
    let mut groups = AccountGroups::default();
    for (name, Group { ratio, desc }) in data {
        groups.titles.insert(name.clone(), desc.filter(|desc| !desc.is_empty()).unwrap_or_else(|| name.clone()));
        // That of `auto` is a word.
        if Decimal::parse(ratio.as_str()).is_ok() {
            groups.ratios.insert(name, ratio);
        }
    }
    Ok(groups)
}

/// A key as the site lists it.
#[derive(Debug, Clone)]
pub(crate) struct SeenKey {
    /// Its number at the site.
    pub(crate) id: i64,
    /// What can be seen of it.
    pub(crate) material: Material,
    /// Whose it is, where the site says.
    pub(crate) user_id: Option<i64>,
    /// Its name there; may be empty.
    pub(crate) name: String,
    /// 1 enabled, or why it cannot be used: 2 disabled, 3 expired, 4 used up.
    pub(crate) status: i64,
    /// Its group; empty for that of the account.
    pub(crate) group: String,
    /// What is left of it, in the site's units.
    pub(crate) remain_quota: i64,
    /// What was used of it, in the site's units.
    pub(crate) used_quota: i64,
    /// Whether only the account limits it.
    pub(crate) has_unlimited_quota: bool,
    /// The only models that it may be used for; empty for no limit.
    pub(crate) model_limits: Vec<String>,
    /// The groups that it goes through, if it has a list of its own.
    pub(crate) auto_groups: Vec<String>,
    /// It has expired from then on; `None` for never.
    pub(crate) expires_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct KeyRow {
    id: Whole,
    #[serde(default)]
    user_id: Option<Whole>,
    #[serde(default)]
    expired_time: Option<Whole>,
    #[serde(default)]
    auto_groups: Option<ModelLimits>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    status: Option<Whole>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    remain_quota: Option<Whole>,
    #[serde(default)]
    used_quota: Option<Whole>,
    #[serde(default)]
    unlimited_quota: Option<bool>,
    #[serde(default)]
    model_limits_enabled: Option<bool>,
    #[serde(default)]
    model_limits: Option<ModelLimits>,
    /// What One-API calls the limits.
    #[serde(default)]
    models: Option<ModelLimits>,
}

/// Limits as a list with commas, as NewAPI and One-API write them, or as a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum ModelLimits {
    Text(String),
    List(Vec<String>),
}

impl ModelLimits {
    fn into_names(self) -> Vec<String> {
        let names = match self {
            Self::Text(text) => text.split(',').map(|name| name.trim().to_owned()).collect(),
            Self::List(names) => names,
        };
        names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    }
}

impl KeyRow {
    fn into_key(self) -> Result<SeenKey, SiteFault> {
        let whole = |number: Option<Whole>| number.map_or(0, |number| number.0);
        let is_limited = self.model_limits_enabled.unwrap_or(true);
        let limits = self.model_limits.or(self.models).filter(|_| is_limited);
        let expires_at = self.expired_time.map(|secs| secs.0).filter(|secs| *secs != NEVER_EXPIRES);
        // Who says nothing of quotas has none.
        let has_no_quota = self.remain_quota.is_none();
        let key = SeenKey {
            id: self.id.0,
            user_id: self.user_id.map(|id| id.0).filter(|id| *id > 0),
            material: Material::read(self.key.as_deref().unwrap_or_default()),
            name: self.name.unwrap_or_default().trim().to_owned(),
            status: self.status.map_or(KEY_ENABLED, |status| status.0),
            group: self.group.unwrap_or_default().trim().to_owned(),
            remain_quota: whole(self.remain_quota),
            used_quota: whole(self.used_quota),
            has_unlimited_quota: self.unlimited_quota.unwrap_or(has_no_quota),
            model_limits: limits.map(ModelLimits::into_names).unwrap_or_default(),
            auto_groups: self.auto_groups.map(ModelLimits::into_names).unwrap_or_default(),
            expires_at: expires_at.map(|secs| Timestamp(secs.saturating_mul(1_000))),
        };
        let is_long = |text: &String| text.chars().count() > MAX_TEXT_CHARS;
        if key.id <= 0 {
            return Err(SiteFault::malformed("a key has no number"));
        }
        if is_long(&key.name) || is_long(&key.group) || key.model_limits.iter().any(is_long) {
            return Err(SiteFault::malformed(format!(
                "key {} has a text of more than {MAX_TEXT_CHARS} characters",
                key.id
            )));
        }
        Ok(key)
    }
}

/// One page of a site's keys.
#[derive(Debug)]
pub(crate) struct KeyPage {
    pub(crate) keys: Vec<SeenKey>,
    /// How many keys there are in all, where the site says.
    pub(crate) total: Option<usize>,
}

/// Reads `/api/token/`: a bare list, or an object with `items` (some say `data`, `records` or `list`).
pub(super) fn read_key_page(body: &[u8]) -> Result<KeyPage, SiteFault> {
    #[derive(Deserialize)]
    struct Paged {
        #[serde(alias = "data", alias = "records", alias = "list", alias = "tokens")]
        items: Option<Vec<KeyRow>>,
        #[serde(default, alias = "total_count", alias = "count")]
        total: Option<Whole>,
    }
    let data = agreed_data(body)?;
    let (rows, total) = if data.starts_with('[') {
        (serde_json::from_str::<Vec<KeyRow>>(data).map_err(|error| unread(&error))?, None)
    } else {
        let paged: Paged = serde_json::from_str(data).map_err(|error| unread(&error))?;
        let rows = match (paged.items, &paged.total) {
            (Some(rows), _) => rows,
            (None, Some(Whole(0))) => Vec::new(),
            (None, _) => return Err(SiteFault::malformed("it lists no keys")),
        };
        (rows, paged.total.and_then(|total| usize::try_from(total.0).ok()))
    };
    let keys = rows.into_iter().map(KeyRow::into_key).collect::<Result<_, _>>()?;
    Ok(KeyPage { keys, total })
}

/// Reads a key by itself, `/api/token/{id}`.
pub(super) fn read_key(body: &[u8]) -> Result<SeenKey, SiteFault> {
    of_data::<KeyRow>(body)?.into_key()
}

/// Reads a revealed key, `/api/token/{id}/key`: a text, or an object with `key`.
pub(super) fn read_revealed(body: &[u8]) -> Result<Material, SiteFault> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Data {
        Text(String),
        Object { key: String },
    }
    Ok(match of_data(body)? {
        Data::Text(key) | Data::Object { key } => Material::read(&key),
    })
}

/// Reads keys that were revealed at once, `/api/token/batch/keys`.
pub(super) fn read_revealed_many(body: &[u8]) -> Result<BTreeMap<i64, Material>, SiteFault> {
    #[derive(Deserialize)]
    struct Data {
        keys: BTreeMap<String, String>,
    }
    let data: Data = of_data(body)?;
    let read = |(id, key): (&String, &String)| Some((id.parse().ok()?, Material::read(key)));
    Ok(data.keys.iter().filter_map(read).collect())
}

/// Reads what a new key is called by, where the site says.
pub(super) fn read_created(body: &[u8]) -> Result<Option<i64>, SiteFault> {
    #[derive(Deserialize)]
    struct Data {
        #[serde(default)]
        id: Option<Whole>,
    }
    let envelope = Envelope::read(body)?.agreed()?;
    let data = envelope.data().and_then(|data| serde_json::from_str::<Data>(data).ok());
    Ok(data.and_then(|data| data.id).map(|id| id.0).filter(|id| *id > 0))
}

/// Reads the names of the models that the account may use.
pub(super) fn read_models(body: &[u8]) -> Result<Vec<String>, SiteFault> {
    let mut models: Vec<String> = of_data(body)?;
    models.retain(|model| !model.trim().is_empty() && model.chars().count() <= MAX_TEXT_CHARS);
    models.sort_unstable();
    models.dedup();
    Ok(models)
}

/// A site's answer to a check-in, success or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckInAnswer {
    pub(super) success: bool,
    pub(super) message: String,
    pub(super) quota_awarded: Option<i64>,
}

/// Reads the answer to a check-in: what it says is in the body, whatever the status.
pub(super) fn read_check_in(body: &[u8]) -> Result<CheckInAnswer, SiteFault> {
    #[derive(Deserialize)]
    struct Data {
        #[serde(default, alias = "quota", alias = "reward")]
        quota_awarded: Option<Whole>,
    }
    let envelope = Envelope::read(body)?;
    let success = envelope.success.ok_or_else(|| SiteFault::malformed("it does not say whether it succeeded"))?;
    let data = envelope.data().and_then(|data| serde_json::from_str::<Data>(data).ok());
    Ok(CheckInAnswer {
        success,
        message: envelope.reason().unwrap_or_default(),
        quota_awarded: data.and_then(|data| data.quota_awarded).map(|quota| quota.0),
    })
}

/// Returns `quota` in micro-dollars, rounded down.
pub(crate) fn quota_to_micros(quota: i64, quota_per_dollar: u64) -> i64 {
    let micros = (i128::from(quota) * 1_000_000).div_euclid(i128::from(quota_per_dollar.max(1)));
    i64::try_from(micros).unwrap_or(if quota < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests;
