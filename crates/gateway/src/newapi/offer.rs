//! What a site offers: models, the groups that may use them, and what those pay.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use sluice_domain::access::wildcard_matches;

use super::fault::SiteFault;
use super::ratios::NumberText;
use super::shapes::{AccountGroups, agreed_page, unread};

/// Keys that are in no group, at a site that does not say the account's, are in this one.
const USUAL_GROUP: &str = "default";
/// A word that stands for every group where models name theirs.
const EVERY_GROUP: &str = "all";
/// The group whose keys go through several, in the site's order.
const AUTO_GROUP: &str = "auto";
const MAX_MODEL_CHARS: usize = 255;

/// What a site offers, as it says so itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Offer {
    /// By model.
    pub(crate) models: BTreeMap<String, OfferRow>,
    /// Factor by group.
    pub(crate) group_ratio: BTreeMap<String, Value>,
    /// Name for people by group: those that the account may use.
    pub(crate) usable_group: BTreeMap<String, String>,
    /// Path and method by kind of endpoint.
    pub(crate) supported_endpoint: BTreeMap<String, Value>,
    /// The groups that keys of the group `auto` go through.
    pub(crate) auto_groups: Vec<String>,
    /// Whether the site said itself which groups the account may use. Its page of prices often shows those of a visitor.
    pub(crate) knows_groups: bool,
}

/// A model as a site offers it. Numbers are shown to people only; prices are made of the answer itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OfferRow {
    /// 0 by token, 1 by call.
    pub(crate) quota_type: i64,
    pub(crate) model_ratio: Value,
    pub(crate) completion_ratio: Value,
    pub(crate) model_price: Value,
    /// The groups that may use it; empty for all.
    pub(crate) enable_groups: Vec<String>,
    pub(crate) supported_endpoint_types: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    group_ratio: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    usable_group: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    supported_endpoint: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    auto_groups: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Row {
    model_name: String,
    #[serde(default)]
    quota_type: Option<i64>,
    #[serde(default)]
    model_ratio: Value,
    #[serde(default)]
    completion_ratio: Value,
    #[serde(default)]
    model_price: Value,
    #[serde(default, alias = "enable_group")]
    enable_groups: Option<Vec<String>>,
    #[serde(default)]
    supported_endpoint_types: Option<Vec<String>>,
}

impl Offer {
    /// Reads the answer of `/api/pricing`: rows by model, or tables by name.
    ///
    /// # Errors
    /// See [`SiteFault`]. An answer of which a part cannot be understood is none.
    pub(crate) fn read(body: &[u8]) -> Result<Self, SiteFault> {
        agreed_page(body)?;
        let page: Page = serde_json::from_slice(body).map_err(|error| unread(&error))?;
        let models = match page.data {
            Some(Value::Array(rows)) => rows.into_iter().map(to_row).collect::<Result<_, _>>()?,
            Some(Value::Object(tables)) => from_tables(&tables)?,
            _ => return Err(SiteFault::malformed("it lists no models")),
        };
        let to_text = |(group, title): (String, Value)| {
            let title = title.as_str().map_or_else(|| group.clone(), str::to_owned);
            (group, title)
        };
        Ok(Self {
            models,
            group_ratio: page.group_ratio.unwrap_or_default(),
            usable_group: page.usable_group.unwrap_or_default().into_iter().map(to_text).collect(),
            supported_endpoint: page.supported_endpoint.unwrap_or_default(),
            auto_groups: page.auto_groups.unwrap_or_default(),
            knows_groups: false,
        })
    }

    /// Puts what the site says of the account's own groups into the place of what its page shows.
    pub(crate) fn with_groups(mut self, groups: &AccountGroups) -> Self {
        let number = |text: &NumberText| serde_json::from_str(text.as_str()).unwrap_or(Value::Null);
        self.group_ratio.extend(groups.ratios.iter().map(|(group, ratio)| (group.clone(), number(ratio))));
        self.usable_group.clone_from(&groups.titles);
        self.knows_groups = true;
        self
    }

    /// Returns whether the account may use one of the groups that a key goes through. Where the site does not say, it may.
    pub(crate) fn is_open_to_key(&self, group: &str, own: &[String], account_group: &str) -> bool {
        let groups = self.groups_of_key(group, own, account_group);
        let is_open = |name: &&str| self.usable_group.contains_key(*name) || *name == account_group;
        !self.knows_groups || group.is_empty() || groups.iter().any(is_open)
    }

    /// Returns the offer of a site that names only models.
    pub(crate) fn of_models(models: Vec<String>) -> Self {
        let models = models.into_iter().map(|model| (model, OfferRow::default())).collect();
        Self { models, ..Self::default() }
    }

    /// Returns the groups that a key goes through: its own, the account's, or several, `own` where it lists some.
    pub(crate) fn groups_of_key<'a>(
        &'a self,
        group: &'a str,
        own: &'a [String],
        account_group: &'a str,
    ) -> Vec<&'a str> {
        let group = if group.is_empty() { account_group } else { group };
        match group {
            "" => vec![USUAL_GROUP],
            AUTO_GROUP if !own.is_empty() => own.iter().map(String::as_str).collect(),
            AUTO_GROUP if !self.group_ratio.contains_key(AUTO_GROUP) => {
                let all =
                    || self.usable_group.keys().filter(|group| *group != AUTO_GROUP).map(String::as_str).collect();
                if self.auto_groups.is_empty() { all() } else { self.auto_groups.iter().map(String::as_str).collect() }
            }
            group => vec![group],
        }
    }

    /// Returns the models that a key may use: those of its groups, within its own limits.
    pub(crate) fn models_of_key(&self, groups: &[&str], limits: &[String]) -> BTreeSet<String> {
        let is_offered = |row: &OfferRow| {
            row.enable_groups.is_empty()
                || row.enable_groups.iter().any(|group| group == EVERY_GROUP || groups.contains(&group.as_str()))
        };
        // Sites write limits such as `gpt-4-gizmo-*` for names that differ in their ends only.
        let is_listed = |model: &str| limits.iter().any(|limit| limit == model || wildcard_matches(limit, model));
        let is_within = |model: &String| limits.is_empty() || is_listed(model);
        let offered = self.models.iter().filter(|(model, row)| is_offered(row) && is_within(model));
        offered.map(|(model, _)| model.clone()).collect()
    }

    /// Returns the groups whose keys can be made, with what they pay, cheapest first.
    pub(crate) fn open_groups(&self) -> Vec<(String, f64)> {
        let named = self.models.values().flat_map(|row| &row.enable_groups).filter(|group| *group != EVERY_GROUP);
        let groups: BTreeSet<&String> = named.chain(self.usable_group.keys()).collect();
        let ratio = |group: &String| self.group_ratio.get(group).and_then(Value::as_f64).filter(|ratio| *ratio > 0.0);
        let mut open: Vec<(String, f64)> =
            groups.into_iter().map(|group| (group.clone(), ratio(group).unwrap_or(1.0))).collect();
        open.sort_by(|(a, cheap), (b, dear)| cheap.total_cmp(dear).then_with(|| a.cmp(b)));
        open
    }

    /// Returns the group that a new key is in unless somebody says otherwise.
    pub(crate) fn default_group(&self, user_id: Option<i64>) -> String {
        let open = self.open_groups();
        let is_open = |group: &str| open.iter().any(|(name, _)| name == group);
        let user = user_id.map(|id| id.to_string()).unwrap_or_default();
        let keys = [user.as_str(), "user_id", "userid", USUAL_GROUP, "default_group", "group"];
        let preferred = keys.iter().filter_map(|key| self.usable_group.get_key_value(*key));
        let vague = self.usable_group.iter().filter(|(group, _)| group.contains(USUAL_GROUP));
        let named = preferred.chain(vague).flat_map(|(group, title)| [title, group]);
        let any = self.usable_group.values().chain(self.usable_group.keys());
        let found = named.chain(any).find(|group| is_open(group)).cloned();
        found.or_else(|| open.first().map(|(group, _)| group.clone())).unwrap_or_default()
    }
}

fn to_row(row: Value) -> Result<(String, OfferRow), SiteFault> {
    let row: Row = serde_json::from_value(row).map_err(|error| unread(&error))?;
    let model = row.model_name.trim().to_owned();
    if model.is_empty() || model.chars().count() > MAX_MODEL_CHARS {
        return Err(SiteFault::malformed(format!("a model's name must have 1 to {MAX_MODEL_CHARS} characters")));
    }
    let offered = OfferRow {
        quota_type: row.quota_type.unwrap_or(0),
        model_ratio: row.model_ratio,
        completion_ratio: row.completion_ratio,
        model_price: row.model_price,
        enable_groups: row.enable_groups.unwrap_or_default(),
        supported_endpoint_types: row.supported_endpoint_types.unwrap_or_default(),
    };
    Ok((model, offered))
}

fn from_tables(tables: &serde_json::Map<String, Value>) -> Result<BTreeMap<String, OfferRow>, SiteFault> {
    let table = |name: &str| tables.get(name).and_then(Value::as_object);
    let (by_token, by_call) = (table("model_ratio"), table("model_price"));
    if by_token.is_none() && by_call.is_none() {
        return Err(SiteFault::malformed("it lists no models"));
    }
    let entry = |name: &str, model: &str| table(name).and_then(|table| table.get(model)).cloned().unwrap_or_default();
    let names = by_token.into_iter().chain(by_call).flat_map(|table| table.keys());
    let to_row = |model: &String| {
        let row = OfferRow {
            quota_type: i64::from(by_call.is_some_and(|table| table.contains_key(model))),
            model_ratio: entry("model_ratio", model),
            completion_ratio: entry("completion_ratio", model),
            model_price: entry("model_price", model),
            ..OfferRow::default()
        };
        (model.clone(), row)
    };
    Ok(names.map(to_row).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::newapi::shapes::read_groups;

    fn offer() -> Offer {
        let page = json!({
            "success": true,
            "vendors": [{"id": 1, "name": "OpenAI"}],
            "data": [
                {"model_name": "gpt-4o", "quota_type": 0, "model_ratio": 1.25, "completion_ratio": 4, "enable_groups": ["default", "vip"],
                 "supported_endpoint_types": ["openai"]},
                {"model_name": "dall-e-3", "quota_type": 1, "model_price": 0.04, "enable_groups": ["vip"]},
                {"model_name": "free", "model_ratio": 0, "enable_groups": ["all"]},
            ],
            "group_ratio": {"default": 1, "vip": 0.5, "slow": 0.1},
            "usable_group": {"default": "the usual", "vip": "paid"},
            "supported_endpoint": {"openai": {"path": "/v1/chat/completions", "method": "POST"}},
            "auto_groups": ["vip"],
        });
        Offer::read(page.to_string().as_bytes()).unwrap()
    }

    #[rstest]
    #[case("default", "", &[], &["free", "gpt-4o"])]
    #[case("", "vip", &[], &["dall-e-3", "free", "gpt-4o"])]
    #[case("", "", &[], &["free", "gpt-4o"])]
    #[case("auto", "default", &[], &["dall-e-3", "free", "gpt-4o"])]
    #[case("gone", "default", &[], &["free"])]
    #[case("vip", "", &["dall-e-3", "other"], &["dall-e-3"])]
    #[case("vip", "", &["dall-*"], &["dall-e-3"])]
    fn a_key_may_use_the_models_of_its_groups_within_its_limits(
        #[case] group: &str,
        #[case] account: &str,
        #[case] limits: &[&str],
        #[case] expected: &[&str],
    ) {
        let offer = offer();
        let limits: Vec<String> = limits.iter().map(|&limit| limit.to_owned()).collect();
        let models = offer.models_of_key(&offer.groups_of_key(group, &[], account), &limits);
        assert_eq!(models.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_the_site_says_of_the_account_goes_before_what_its_page_shows_everybody() {
        let groups = r#"{"success":true,"data":{"vip":{"ratio":0.3,"desc":"paid"},"svip":{"ratio":2,"desc":""},
            "auto":{"ratio":"自动","desc":"auto"}}}"#;
        let groups = read_groups(groups.as_bytes()).unwrap();
        let shown = offer();
        let own = offer().with_groups(&groups);
        let open = |offer: &Offer, group: &str| offer.is_open_to_key(group, &[], "default");
        assert_eq!(
            ["default", "vip", "svip", "slow", ""].map(|group| open(&own, group)),
            [true, true, true, false, true]
        );
        assert!(open(&shown, "slow"), "the page does not say what the account may use");
        assert!(own.is_open_to_key("auto", &["slow".to_owned(), "vip".to_owned()], ""));
        assert!(!own.is_open_to_key("auto", &["slow".to_owned()], ""));
        assert_eq!((own.group_ratio["vip"].clone(), own.group_ratio.get("auto")), (json!(0.3), None));
    }

    #[test]
    fn an_offer_survives_being_stored() {
        let offer = offer();
        let text = serde_json::to_string(&offer).unwrap();
        assert_eq!(serde_json::from_str::<Offer>(&text).unwrap(), offer);
        assert_eq!(offer.open_groups(), [("vip".to_owned(), 0.5), ("default".to_owned(), 1.0)]);
        assert_eq!(offer.default_group(Some(7)), "default");
    }

    #[rstest]
    #[case(r#"{"success":false,"message":"no"}"#)]
    #[case(r#"{"success":true}"#)]
    #[case(r#"{"success":true,"data":"x"}"#)]
    #[case(r#"{"success":true,"data":{"a":1}}"#)]
    #[case(r#"{"success":true,"data":[{"model_name":"a"},{"name":"b"}]}"#)]
    #[case(r#"{"success":true,"data":[{"model_name":" "}]}"#)]
    #[case("<html>")]
    fn what_is_no_offer_is_refused(#[case] body: &str) {
        assert!(Offer::read(body.as_bytes()).is_err());
    }

    #[test]
    fn old_sites_say_enable_group_or_send_tables() {
        let old = Offer::read(br#"{"success":true,"data":[{"model_name":"a","enable_group":["x"]}]}"#).unwrap();
        assert_eq!(old.models["a"].enable_groups, ["x"]);
        let tables =
            Offer::read(br#"{"success":true,"data":{"model_ratio":{"a":1},"model_price":{"b":0.1}}}"#).unwrap();
        assert_eq!(tables.models.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(tables.models["b"].quota_type, 1);
    }
}
