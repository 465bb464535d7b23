//! Settings that are edited at run time. A setting exists if it is in the table here, and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::route::policy::{Factor, Policy};
use sluice_store::{PolicySetting, Store, StoreError};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsRoot;
use crate::admin::docs::Spellings;
use crate::admin::routing;
use crate::admin::wire::{Body, Envelope, Failure, Problem, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_options, put_option))
}

/// What a setting's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Any text up to so many characters.
    Text(usize),
    /// `true` or `false`.
    Boolean,
    /// Empty, or an address that begins with `http://` or `https://`.
    Link,
    /// A part of the routing policy.
    Policy(PolicySetting),
}

/// A setting that exists.
#[derive(Debug)]
struct Known {
    name: &'static str,
    default: &'static str,
    shape: Shape,
    /// Written, and never read back.
    is_sensitive: bool,
}

const fn known(name: &'static str, default: &'static str, shape: Shape) -> Known {
    Known { name, default, shape, is_sensitive: false }
}

const fn policy(setting: PolicySetting, default: &'static str) -> Known {
    known(setting.name(), default, Shape::Policy(setting))
}

const TABLE: &[Known] = &[
    known("SystemName", "Sluice", Shape::Text(100)),
    known("Notice", "", Shape::Text(20_000)),
    known("About", "", Shape::Text(100_000)),
    known("Footer", "", Shape::Text(5_000)),
    known("HomePageLink", "", Shape::Link),
    known("ServerAddress", "", Shape::Link),
    known("RegisterEnabled", "false", Shape::Boolean),
    known("PasswordRegisterEnabled", "true", Shape::Boolean),
    policy(PolicySetting::Strategy, "value"),
    policy(PolicySetting::Models, ""),
    policy(PolicySetting::Aliases, ""),
    policy(PolicySetting::Rules, ""),
    policy(PolicySetting::DefaultProvider, ""),
    policy(PolicySetting::Validity, "enforce"),
    policy(PolicySetting::Health, "true"),
    policy(PolicySetting::Factor(Factor::UsageWindowHours), "24"),
    policy(PolicySetting::Factor(Factor::BaseWeight), "0.2"),
    policy(PolicySetting::Factor(Factor::ValueScore), "0.8"),
    policy(PolicySetting::Factor(Factor::HealthWindowHours), "6"),
    policy(PolicySetting::Factor(Factor::FailurePenalty), "4"),
    policy(PolicySetting::Factor(Factor::HealthReward), "0.08"),
    policy(PolicySetting::Factor(Factor::HealthMin), "0.05"),
    policy(PolicySetting::Factor(Factor::HealthMax), "1.12"),
    policy(PolicySetting::Factor(Factor::HealthMinSamples), "5"),
];

impl Known {
    fn find(name: &str) -> Result<&'static Self, Failure> {
        if let Some(known) = TABLE.iter().find(|known| known.name == name) {
            return Ok(known);
        }
        let distance = |known: &&Self| strsim::damerau_levenshtein(&known.name.to_lowercase(), &name.to_lowercase());
        let nearest = TABLE.iter().min_by_key(distance).map_or("", |known| known.name);
        Err(Problem::OptionUnknown.with("key", name).with("nearest", nearest))
    }

    /// Returns the value as it is stored, or says what is wrong with it.
    fn accept(&self, value: &str) -> Result<String, Failure> {
        match self.shape {
            Shape::Text(limit) if value.chars().count() > limit => {
                Err(Problem::ValueTooLong.with("field", self.name).with("limit", limit))
            }
            Shape::Text(_) => Ok(value.to_owned()),
            Shape::Boolean => match value.trim().to_ascii_lowercase().as_str() {
                word @ ("true" | "false") => Ok(word.to_owned()),
                _ => Err(Problem::OptionBoolean.with("field", self.name)),
            },
            Shape::Link => self.accept_link(value.trim().trim_end_matches('/')),
            Shape::Policy(setting) => {
                let mut policy = Policy::default();
                routing::read(setting, value, &mut policy)?;
                Ok(setting.text(&policy)?)
            }
        }
    }

    fn accept_link(&self, value: &str) -> Result<String, Failure> {
        if value.is_empty() {
            return Ok(String::new());
        }
        let url =
            Url::parse(value).map_err(|error| Problem::UrlInvalid.with("field", self.name).with("reason", error))?;
        if matches!(url.scheme(), "http" | "https") {
            Ok(value.to_owned())
        } else {
            Err(Problem::UrlScheme.with("field", self.name).with("schemes", "`http://`, `https://`"))
        }
    }
}

/// The values in force.
#[derive(Debug, Default)]
pub(crate) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Reads them.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        store.options().await.map(Self)
    }

    /// Returns the value of a setting: what was saved, else its default.
    pub(crate) fn text(&self, name: &str) -> String {
        let default = || TABLE.iter().find(|known| known.name == name).map_or("", |known| known.default);
        self.0.get(name).map_or_else(|| default().to_owned(), Clone::clone)
    }

    /// Returns whether strangers may make an account with a password.
    pub(in crate::admin) fn allows_registration(&self) -> bool {
        ["RegisterEnabled", "PasswordRegisterEnabled"].iter().all(|name| self.text(name) == "true")
    }
}

/// A setting and its value.
#[derive(Debug, Serialize, ToSchema)]
struct OptionView {
    /// Name.
    key: &'static str,
    /// Value in force.
    value: String,
    /// Value while nothing is saved.
    default: &'static str,
}

/// A value to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OptionInput {
    /// Name of the setting.
    key: String,
    /// Its value; booleans and numbers may be sent as such.
    #[schema(value_type = String)]
    value: serde_json::Value,
}

/// All settings but sensitive ones.
#[utoipa::path(get, path = "/api/option/", tag = "Settings",
    responses((status = 200, description = "The settings.", body = Envelope<Vec<OptionView>>)))]
async fn list_options(State(state): State<Arc<AdminState>>, _: AsRoot) -> Reply<Vec<OptionView>> {
    let settings = Settings::read(&state.store).await?;
    let shown = TABLE.iter().filter(|known| !known.is_sensitive);
    let view = |known: &Known| OptionView { key: known.name, value: settings.text(known.name), default: known.default };
    found(shown.map(view).collect())
}

/// Save a setting; in force at once.
#[utoipa::path(put, path = "/api/option/", tag = "Settings", request_body = OptionInput,
    responses((status = 200, description = "The setting as it is now.", body = Envelope<OptionView>)))]
async fn put_option(
    State(state): State<Arc<AdminState>>,
    AsRoot(me): AsRoot,
    Body(input): Body<OptionInput>,
) -> Reply<OptionView> {
    let known = Known::find(&input.key)?;
    let text = match input.value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => known.default.to_owned(),
        other => other.to_string(),
    };
    let accepted = match known.shape {
        Shape::Policy(setting) => routing::accept(&state, setting, &text).await?,
        Shape::Text(_) | Shape::Boolean | Shape::Link => known.accept(&text)?,
    };
    state.store.put_option(known.name, &accepted).await?;
    tracing::info!(user.id = me.user.id.0, setting = known.name, "a setting was changed");
    let value = if known.is_sensitive { String::new() } else { accepted };
    found(OptionView { key: known.name, value, default: known.default })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn every_default_is_an_acceptable_value() {
        for known in TABLE {
            assert_eq!(known.accept(known.default), Ok(known.default.to_owned()), "{}", known.name);
        }
    }

    #[test]
    fn settings_named_like_secrets_are_marked_as_such() {
        let secret = ["token", "secret", "password", "passphrase"];
        for known in TABLE.iter().filter(|known| !matches!(known.shape, Shape::Boolean)) {
            let name = known.name.to_lowercase();
            assert!(known.is_sensitive || !secret.iter().any(|word| name.contains(word)), "{name}");
        }
    }

    #[rstest]
    #[case("RegisterEnabled", "TRUE", Some("true"))]
    #[case("RegisterEnabled", "yes", None)]
    #[case("ServerAddress", "https://x.example/", Some("https://x.example"))]
    #[case("ServerAddress", "javascript:alert(1)", None)]
    #[case("ServerAddress", "x.example", None)]
    #[case("HomePageLink", "", Some(""))]
    fn values_are_checked_and_normalised(#[case] name: &str, #[case] value: &str, #[case] expected: Option<&str>) {
        assert_eq!(Known::find(name).and_then(|known| known.accept(value)).ok().as_deref(), expected);
    }

    #[test]
    fn an_unknown_setting_is_refused_with_the_nearest_name() {
        let failure = Known::find("systemname").map(|known| known.name).unwrap_err();
        assert!(failure.message(crate::admin::wire::Language::English).contains("`SystemName`"));
    }
}
