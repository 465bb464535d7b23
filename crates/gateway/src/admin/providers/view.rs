//! Providers as the API shows them: without any secret.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sluice_domain::money::Micros;
use sluice_domain::provider::{Provider, TimeoutOverrides};
use url::Url;
use utoipa::ToSchema;

use super::headers;
use super::standing::StandingView;
use crate::admin::state::origin_of;
use crate::admin::wire::{Failure, Problem, status};

const LONGEST_TIMEOUT_MS: u64 = 86_400_000;

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProviderView {
    id: i64,
    /// Unique.
    name: String,
    /// Name of the vendor, see `/api/vendor/`.
    vendor: String,
    /// Root URL.
    base_url: String,
    /// Always empty: secrets are never shown.
    access_token: String,
    /// Whether a system access token is stored.
    has_access_token: bool,
    /// Value of the `New-Api-User` header for management calls.
    user_id: Option<i64>,
    /// 1 enabled, 2 disabled.
    status: i64,
    /// Priority that new credentials and routes start with; higher goes first.
    priority: i64,
    /// Weight that new credentials and routes start with.
    weight: i64,
    /// Whether the daily check-in is wanted.
    checkin_enabled: bool,
    /// Whether it is reached through a proxy.
    proxy_enabled: bool,
    /// Always empty: it may hold a password.
    proxy_url: String,
    /// Scheme, host and port of the proxy.
    proxy_url_redacted: String,
    /// Public model name → name at this provider.
    model_alias_mapping: BTreeMap<String, String>,
    /// Values for the placeholders in the vendor's paths.
    params: BTreeMap<String, String>,
    /// Headers that every call to it carries. Only names: the values, which may be secrets, are always empty.
    headers: BTreeMap<String, String>,
    /// How its credentials take turns: `strategy` (as routing orders them), `weighted`, `least_used`, `sticky` or
    /// `round_robin`.
    rotation: &'static str,
    /// What is left on the account, US dollars; empty while that is not known.
    #[schema(example = "$12.34")]
    balance: String,
    /// When the vendor said so, Unix seconds; 0 never.
    balance_updated: i64,
    /// How its site answers.
    #[serde(flatten)]
    standing: StandingView,
    /// Its own time-outs.
    timeouts: TimeoutsView,
    /// Free text.
    remark: String,
    /// When it was made, Unix seconds.
    created_at: i64,
    /// `database`, or `file` for providers that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl ProviderView {
    pub(super) fn of(provider: &Provider, standing: StandingView) -> Self {
        let proxy_url_redacted = provider.proxy_url.as_ref().map(|url| redact(url.expose_secret())).unwrap_or_default();
        Self {
            id: provider.id.0,
            name: provider.name.clone(),
            vendor: provider.vendor.clone(),
            base_url: provider.base_url.clone(),
            access_token: String::new(),
            has_access_token: provider.access_token.is_some(),
            user_id: provider.upstream_user_id,
            status: status::number(provider.enabled),
            priority: provider.priority,
            weight: provider.weight,
            checkin_enabled: provider.checkin_enabled,
            proxy_enabled: provider.proxy_url.is_some(),
            proxy_url: String::new(),
            proxy_url_redacted,
            model_alias_mapping: provider.model_alias.clone(),
            params: provider.params.clone(),
            headers: headers::names(&provider.headers),
            rotation: provider.rotation.as_str(),
            balance: provider.balance.map(|balance| show_dollars(balance.left)).unwrap_or_default(),
            balance_updated: provider.balance.map_or(0, |balance| balance.updated_at.unix_secs()),
            standing,
            timeouts: TimeoutsView::of(provider.timeouts),
            remark: provider.remark.clone(),
            created_at: provider.created_at.unix_secs(),
            origin: origin_of(provider.id.0),
        }
    }
}

/// Returns a sum as old scripts read it, such as `$12.34`: the sign follows the dollar, and what is less than a cent
/// shows only where there is some.
pub(in crate::admin) fn show_dollars(sum: Micros) -> String {
    let text = sum.to_string();
    let end = text.find('.').map_or(text.len(), |point| point + 3);
    let (whole, rest) = text.split_at_checked(end).unwrap_or((&text, ""));
    format!("${whole}{}", rest.trim_end_matches('0'))
}

/// Returns a proxy's address without user name and password.
pub(super) fn redact(proxy_url: &str) -> String {
    let Ok(url) = Url::parse(proxy_url) else { return "(configured)".to_owned() };
    let Some(host) = url.host_str() else { return "(configured)".to_owned() };
    match url.port_or_known_default() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// A provider's own time-outs in milliseconds; `null` takes the general setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TimeoutsView {
    /// To connect, TLS included.
    connect_ms: Option<u64>,
    /// From the request's last byte to the first byte of the answer's body.
    first_byte_ms: Option<u64>,
    /// Between two pieces of an answer.
    idle_ms: Option<u64>,
    /// For the whole attempt.
    total_ms: Option<u64>,
}

impl TimeoutsView {
    pub(super) fn of(timeouts: TimeoutOverrides) -> Self {
        let TimeoutOverrides { connect_ms, first_byte_ms, idle_ms, total_ms } = timeouts;
        Self { connect_ms, first_byte_ms, idle_ms, total_ms }
    }

    pub(super) fn read(self) -> Result<TimeoutOverrides, Failure> {
        let checked = |field: &'static str, value: Option<u64>| match value {
            Some(0) | Some(LONGEST_TIMEOUT_MS..) if value != Some(LONGEST_TIMEOUT_MS) => {
                Err(Problem::TimeoutInvalid.with("field", field))
            }
            other => Ok(other),
        };
        Ok(TimeoutOverrides {
            connect_ms: checked("timeouts.connect_ms", self.connect_ms)?,
            first_byte_ms: checked("timeouts.first_byte_ms", self.first_byte_ms)?,
            idle_ms: checked("timeouts.idle_ms", self.idle_ms)?,
            total_ms: checked("timeouts.total_ms", self.total_ms)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        let shown = ["socks5://me:secret@proxy.example:1080", "http://proxy.example", "nonsense"].map(redact);
        assert_eq!(shown, ["socks5://proxy.example:1080", "http://proxy.example:80", "(configured)"]);
    }

    #[test]
    fn a_balance_shows_cents_and_what_is_less_only_where_there_is_some() {
        let shown = [12_340_000, 0, -500_000, 1, 7_000_120].map(|micros| show_dollars(Micros(micros)));
        assert_eq!(shown, ["$12.34", "$0.00", "$-0.50", "$0.000001", "$7.00012"]);
    }

    #[test]
    fn a_timeout_is_between_one_millisecond_and_one_day() {
        let judged = [0, 1, LONGEST_TIMEOUT_MS, LONGEST_TIMEOUT_MS + 1]
            .map(|ms| TimeoutsView { idle_ms: Some(ms), ..TimeoutsView::default() }.read().is_ok());
        assert_eq!(judged, [false, true, true, false]);
    }
}
