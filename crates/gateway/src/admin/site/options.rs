//! Settings that are edited at run time. A setting exists if it is in the table, and nowhere else.

mod shape;
mod table;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::SecretString;
use sluice_store::{Store, StoreError, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsRoot;
use crate::admin::docs::Spellings;
use crate::admin::routing;
use crate::admin::wire::{At, Body, Envelope, Failure, Params, Problem, Reply, found};
use shape::Shape;
use table::Known;
use view::OptionView;

const PASSWORD_LOGIN: &str = "PasswordLoginEnabled";
/// One of these must stay on.
const LOGIN_WAYS: [&str; 2] = [PASSWORD_LOGIN, "GitHubOAuthEnabled"];

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_options, put_option)).serve(routes!(read_option))
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
        let default = || Known::all().find(|known| known.name == name).map_or("", |known| known.default);
        self.0.get(name).map_or_else(|| default().to_owned(), Clone::clone)
    }

    fn is_filled(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Returns whether strangers may make an account with a password.
    pub(in crate::admin) fn allows_registration(&self) -> bool {
        ["RegisterEnabled", "PasswordRegisterEnabled"].iter().all(|name| self.text(name) == "true")
    }
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

/// Which settings are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OptionQuery {
    /// `1` or `true`: secrets too, of which only is told whether they are set.
    all: Option<String>,
}

/// The settings, each with what it does and what it may be. Secrets are left out unless they are asked for, so that a
/// script may write back what it has read.
#[utoipa::path(get, path = "/api/option/", tag = "Settings", params(OptionQuery),
    responses((status = 200, description = "The settings.", body = Envelope<Vec<OptionView>>)))]
async fn list_options(
    State(state): State<Arc<AdminState>>,
    _: AsRoot,
    Params(query): Params<OptionQuery>,
) -> Reply<Vec<OptionView>> {
    let settings = Settings::read(&state.store).await?;
    let is_all = matches!(query.all.as_deref(), Some("1" | "true"));
    let shown = Known::all().filter(|known| is_all || !known.is_sensitive);
    found(shown.map(|known| OptionView::of(known, &settings)).collect())
}

/// One setting. Of a secret only whether it was saved.
#[utoipa::path(get, path = "/api/option/{key}", tag = "Settings", params(("key" = String, Path, description = "Name.")),
    responses((status = 200, description = "The setting.", body = Envelope<OptionView>)))]
async fn read_option(State(state): State<Arc<AdminState>>, _: AsRoot, At(key): At<String>) -> Reply<OptionView> {
    let known =
        Known::all().find(|known| known.name == key).ok_or_else(|| Problem::NotFound.with("what", What::Setting))?;
    found(OptionView::of(known, &Settings::read(&state.store).await?))
}

/// Save a setting; in force at once. `null` takes its default.
#[utoipa::path(put, path = "/api/option/", tag = "Settings", request_body = OptionInput,
    responses((status = 200, description = "The setting as it is now.", body = Envelope<OptionView>)))]
async fn put_option(
    State(state): State<Arc<AdminState>>,
    AsRoot(me): AsRoot,
    Body(input): Body<OptionInput>,
) -> Reply<OptionView> {
    let known = Known::find(&input.key)?;
    let text = match input.value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    };
    let accepted = match (&text, known.shape) {
        (None, _) => Ok(known.default.to_owned()),
        (Some(text), Shape::Policy(setting)) => routing::accept(&state, setting, text).await,
        (Some(text), _) => known.accept(text),
    };
    let accepted = accepted.map_err(|failure| failure.about(known.name))?;
    check_company(known, &accepted, &Settings::read(&state.store).await?)?;
    if text.is_none() || (known.is_sensitive && accepted.is_empty()) {
        state.store.remove_option(known.name).await?;
    } else if known.is_sensitive {
        state.store.put_secret_option(known.name, &SecretString::from(accepted)).await?;
    } else {
        state.store.put_option(known.name, &accepted).await?;
    }
    tracing::info!(user.id = me.user.id.0, setting = known.name, "a setting was changed");
    found(OptionView::of(known, &Settings::read(&state.store).await?))
}

/// Refuses a value that does not go with the other settings.
fn check_company(known: &Known, value: &str, settings: &Settings) -> Result<(), Failure> {
    if value == "true"
        && let Some(missing) = known.needs.iter().find(|name| !settings.is_filled(name))
    {
        return Err(Problem::OptionNeeds.with("field", known.name).with("needed", missing));
    }
    if value.is_empty()
        && let Some(user) =
            Known::all().find(|user| user.needs.contains(&known.name) && settings.text(user.name) == "true")
    {
        return Err(Problem::OptionNeeded.with("field", known.name).with("user", user.name));
    }
    // Ways to log in that nothing reads lead nowhere.
    let is_way = |other: &&Known| LOGIN_WAYS.contains(&other.name) && other.name != known.name && other.is_read;
    let has_other = || Known::all().filter(is_way).any(|other| settings.text(other.name) == "true");
    if LOGIN_WAYS.contains(&known.name) && known.is_read && value == "false" && !has_other() {
        return Err(Problem::LoginWayLast.with("field", known.name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::view::FormView;
    use super::*;
    use crate::admin::wire::Language;

    #[test]
    fn every_default_is_an_acceptable_value_or_nothing() {
        for known in Known::all().filter(|known| !known.default.is_empty()) {
            assert_eq!(known.accept(known.default), Ok(known.default.to_owned()), "{}", known.name);
        }
    }

    #[test]
    fn every_name_is_there_once_and_so_is_what_it_needs() {
        for (place, known) in Known::all().enumerate() {
            assert!(Known::all().skip(place + 1).all(|other| other.name != known.name), "{}", known.name);
            assert!(known.needs.iter().all(|name| Known::find(name).is_ok()), "{}", known.name);
        }
    }

    #[test]
    fn every_setting_says_in_both_languages_what_it_does_and_what_it_may_be() {
        let mut seen = BTreeSet::new();
        for known in Known::all() {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| known.explanation(language));
            assert!(english.ends_with('.') && chinese.ends_with('。'), "{}", known.name);
            assert!(seen.insert(english) && seen.insert(chinese), "{} says what another says", known.name);
            let form = FormView::of(known);
            assert_ne!(form, FormView::default(), "{}", known.name);
            let says_unit = ["Seconds", "Minutes", "Hours", "Days"].iter().any(|unit| known.name.ends_with(unit));
            assert!(!says_unit || known.unit.is_some(), "{} has no unit", known.name);
        }
    }

    #[test]
    fn settings_named_like_secrets_are_marked_as_such() {
        let secret = ["token", "secret", "password", "passphrase"];
        for known in Known::all().filter(|known| !matches!(known.shape, Shape::Boolean)) {
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
    #[case("CheckinScheduleTime", "9:05", Some("09:05"))]
    #[case("CheckinScheduleTime", "24:00", None)]
    #[case("CheckinScheduleTimezone", "Asia/Shanghai", Some("Asia/Shanghai"))]
    #[case("CheckinScheduleTimezone", "Mars/Olympus", None)]
    #[case("RoutingUsageWindowHours", "721", None)]
    #[case("RoutingBaseWeightFactor", "10.5", None)]
    #[case("RoutingFailurePenaltyAlpha", "20", Some("20"))]
    #[case("RoutingHealthRewardBeta", "2.1", None)]
    #[case("RoutingHealthMinSamples", "0", None)]
    #[case("RelayResponseValidityGuardMode", "sometimes", None)]
    #[case("RoutingInvalidResponseSuppressionThreshold", "1001", None)]
    #[case("RoutingInvalidResponseSuppressionWindowMinutes", "0", None)]
    #[case("BackupTriggerMode", "Event", Some("event"))]
    #[case("BackupTriggerMode", "never", None)]
    #[case("BackupScheduleCron", " 0  */6 * * 1,3 ", Some("0 */6 * * 1,3"))]
    #[case("BackupScheduleCron", "0 */6 * *", None)]
    #[case("BackupScheduleCron", "0-5 * * * *", None)]
    #[case("BackupScheduleCron", "", None)]
    #[case("BackupRetentionDays", "-1", None)]
    #[case("BackupRetentionDays", "1.5", None)]
    #[case("BackupCommandTimeoutSeconds", "0", None)]
    #[case("BackupWebDAVURL", "", None)]
    #[case("BackupWebDAVURL", "ftp://x.example", None)]
    #[case("BackupSpoolDir", " ", None)]
    #[case("BackupMySQLDumpCommand", "", None)]
    #[case("BackupEncryptPassphrase", "short", None)]
    #[case("BackupEncryptPassphrase", "", Some(""))]
    #[case("NotificationBarkServer", "https://", None)]
    #[case("NotificationWebhookURL", "x.example", None)]
    #[case("NotificationSMTPRecipients", "a@x.example, b@x.example", Some("a@x.example;b@x.example"))]
    #[case("NotificationSMTPRecipients", "a@x.example, nobody", None)]
    #[case("NotificationVerbosityMode", "loud", None)]
    #[case("NotificationRequestFailureThreshold", "0", None)]
    #[case("NotificationRequestFailureWindowMinutes", "1441", None)]
    #[case("SMTPPort", "65536", None)]
    #[case("FileUploadPermission", "7", None)]
    fn values_are_checked_and_normalised(#[case] name: &str, #[case] value: &str, #[case] expected: Option<&str>) {
        assert_eq!(Known::find(name).and_then(|known| known.accept(value)).ok().as_deref(), expected);
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused() {
        let with = |pairs: &[(&str, &str)]| {
            Settings(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let check = |name: &str, value: &str, settings: &Settings| check_company(Known::find(name)?, value, settings);
        let bark = with(&[("NotificationBarkServer", "https://x.example"), ("NotificationBarkDeviceKey", "v1:sealed")]);
        assert!(check("NotificationBarkEnabled", "true", &with(&[])).is_err());
        assert_eq!(check("NotificationBarkEnabled", "true", &bark), Ok(()));
        assert!(check("GitHubOAuthEnabled", "true", &with(&[])).is_err());
        let github = with(&[("GitHubClientId", "x"), ("GitHubOAuthEnabled", "true")]);
        assert!(check("GitHubClientId", "", &github).is_err());
        assert!(check("PasswordLoginEnabled", "false", &github).is_err(), "nobody could log in");
        assert_eq!(check("PasswordLoginEnabled", "true", &github), Ok(()));
    }

    #[test]
    fn an_unknown_setting_is_refused_with_the_nearest_name() {
        let failure = Known::find("systemname").map(|known| known.name).unwrap_err();
        assert!(failure.message(crate::admin::wire::Language::English).contains("`SystemName`"));
    }
}
