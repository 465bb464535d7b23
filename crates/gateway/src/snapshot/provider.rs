//! Providers and their credentials, ready to use.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use parking_lot::Mutex;
use sluice_domain::ExposeSecret;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Balance, KeyStanding, Provider, Timeouts};
use sluice_domain::route::Standing;
use sluice_domain::route::policy::Rotation;
use sluice_protocol::chat::Trait;
use sluice_protocol::meter::{Convention, Subject};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::tokens::count_in;
use sluice_protocol::vendor::{PathTemplate, Quirk, TraitRules, Vendor};

use super::{Sources, Wanted};
use crate::relay::secret_value;
use crate::standing::health::{RouteVital, Vital};
use crate::standing::quota::Quota;
use crate::upstream::Origin;

/// How long prompt caches live where the vendor does not say: the shortest that any documents.
const PROMPT_CACHE_SECS: u32 = 300;

/// A credential of a provider, ready to use.
pub(crate) struct Target {
    pub(crate) provider: Arc<ProviderPlan>,
    pub(crate) credential_id: CredentialId,
    /// What it calls its group at the provider; its price may depend on that.
    pub(crate) group_name: String,
    /// What the provider's site says of it.
    pub(crate) key: KeyStanding,
    /// What the vendor lets it ask for.
    pub(crate) limits: Limits,
    /// How many calls it may answer in all, if that has a bound.
    pub(crate) quota: Option<Arc<Quota>>,
    /// What is known of it.
    pub(crate) vital: Arc<Vital>,
    /// What is known of calls that no route of its own leads to.
    pub(crate) unrouted: Arc<RouteVital>,
    pub(super) standing: Standing,
    auth: HashMap<Dialect, (HeaderName, HeaderValue)>,
}

/// A provider, ready to use.
pub(crate) struct ProviderPlan {
    pub(crate) id: ProviderId,
    pub(crate) name: String,
    /// Name of its vendor.
    pub(crate) vendor: String,
    pub(crate) origin: Origin,
    pub(crate) timeouts: Timeouts,
    pub(crate) default_headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers that the operator wants, whatever the client sent.
    pub(crate) own_headers: Vec<(HeaderName, HeaderValue)>,
    /// How its credentials take turns.
    pub(crate) rotation: Rotation,
    /// What is left on the account, as far as that is known.
    pub(crate) balance: Option<Balance>,
    /// What is known of its site.
    pub(crate) site: SiteStanding,
    /// How long its prompt caches live after their last use, milliseconds.
    pub(crate) cache_lifetime_ms: i64,
    /// What is known of it.
    pub(crate) vital: Arc<Vital>,
    paths: HashMap<Operation, UpstreamPath>,
    pub(super) aliases: BTreeMap<String, String>,
    quirks: Vec<Quirk>,
    chat_dialects: Vec<Dialect>,
    trait_rules: TraitRules,
    issuer: Arc<str>,
}

/// What calls must know of a provider's site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SiteStanding {
    /// It counts as away until then.
    pub(crate) away_until: Option<Timestamp>,
    /// What is left on the account was not heard of for too long from then on.
    pub(crate) stale_from: Option<Timestamp>,
}

enum UpstreamPath {
    Fixed(PathAndQuery),
    Open(PathTemplate),
}

/// Numbers for origins, so that pools find their connections without comparing names.
#[derive(Default)]
pub(crate) struct OriginNumbers(Mutex<HashMap<String, u32>>);

impl OriginNumbers {
    fn of(&self, identity: String) -> u32 {
        let mut numbers = self.0.lock();
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(identity).or_insert(next)
    }
}

impl Target {
    /// Returns the header that proves who we are on calls of `dialect`.
    pub(crate) fn auth(&self, dialect: Dialect) -> Option<&(HeaderName, HeaderValue)> {
        self.auth.get(&dialect)
    }
}

impl ProviderPlan {
    /// Returns what this provider is asked for when a caller wants something: the same if it has that, else its like in
    /// another dialect; `None` when it has neither.
    pub(super) fn way(&self, wanted: Wanted) -> Option<Operation> {
        let has = |operation: &Operation| self.paths.contains_key(operation);
        Some(wanted.operation).filter(has).or_else(|| self.stand_in(wanted, &[]))
    }

    /// Returns the chat, or the token count, in another dialect that can stand in for what is wanted, but not one of
    /// `tried`.
    pub(crate) fn stand_in(&self, wanted: Wanted, tried: &[Operation]) -> Option<Operation> {
        let others = self.chat_dialects.iter().filter(|&&dialect| dialect != wanted.operation.dialect());
        let counts = wanted.operation.counts_tokens();
        if !wanted.operation.is_chat() && (!counts || self.may_lack_paths()) {
            return None;
        }
        let same_in = |dialect| if counts { count_in(dialect) } else { Operation::chat_in(dialect, wanted.is_stream) };
        let is_open = |other: &Operation| self.paths.contains_key(other) && !tried.contains(other);
        others.filter_map(|&dialect| same_in(dialect)).find(is_open)
    }

    /// Returns how a model differs from what its dialect's own vendor documents.
    pub(crate) fn traits(&self, dialect: Dialect, model: &str) -> Vec<Trait> {
        let mut traits = self.trait_rules.traits(dialect, model);
        if self.quirks.contains(&Quirk::NoStreamOptions) && !traits.contains(&Trait::NoStreamOptions) {
            traits.push(Trait::NoStreamOptions);
        }
        traits
    }

    /// Returns the most tokens that a model answers with, as far as its vendor's file says.
    pub(crate) fn max_tokens(&self, dialect: Dialect, model: &str) -> Option<u64> {
        self.trait_rules.max_tokens(dialect, model)
    }

    /// Returns the name of the account in proofs that it issued.
    pub(crate) const fn issuer(&self) -> &Arc<str> {
        &self.issuer
    }

    /// Returns path and query for a call, or `None` when the vendor lacks the operation or the parts make no path.
    pub(crate) fn path(
        &self,
        operation: Operation,
        subject: &str,
        query: &str,
        client_path: &str,
    ) -> Option<PathAndQuery> {
        match self.paths.get(&operation)? {
            UpstreamPath::Fixed(path) if query.is_empty() => Some(path.clone()),
            UpstreamPath::Fixed(path) => {
                let separator = if path.query().is_some() { '&' } else { '?' };
                PathAndQuery::from_maybe_shared(format!("{path}{separator}{query}")).ok()
            }
            UpstreamPath::Open(template) => {
                PathAndQuery::from_maybe_shared(template.render(subject, query, client_path)?).ok()
            }
        }
    }

    /// Returns how this provider's counts relate on calls of `operation`.
    pub(crate) fn convention(&self, operation: Operation) -> Convention {
        match Subject::usual_convention(operation) {
            Convention::Inclusive if self.quirks.contains(&Quirk::ReasoningOutsideOutput) => {
                Convention::ReasoningOutside
            }
            usual => usual,
        }
    }

    /// Returns whether the vendor keeps responses, so that later calls may name them.
    pub(crate) fn keeps_responses(&self) -> bool {
        !self.quirks.contains(&Quirk::KeepsNoResponses)
    }

    /// Returns whether the vendor may lack a path that its file names.
    pub(crate) fn may_lack_paths(&self) -> bool {
        !self.quirks.contains(&Quirk::CertainPaths)
    }

    /// Returns whether the vendor understands `stream_options`.
    pub(crate) fn takes_stream_options(&self) -> bool {
        !self.quirks.contains(&Quirk::NoStreamOptions)
    }
}

pub(super) fn compile_providers(
    sources: &Sources<'_>,
    problems: &mut Vec<String>,
) -> HashMap<ProviderId, (Arc<ProviderPlan>, Vendor)> {
    let mut plans = HashMap::new();
    for provider in sources.providers.iter().filter(|provider| provider.enabled) {
        let Some(vendor) = sources.vendors.get(&provider.vendor) else {
            problems.push(format!("provider `{}` names the unknown vendor `{}`", provider.name, provider.vendor));
            continue;
        };
        match compile_provider(provider, vendor, sources) {
            Ok(plan) => {
                plans.insert(provider.id, (Arc::new(plan), vendor.clone()));
            }
            Err(reason) => problems.push(format!("provider `{}`: {reason}", provider.name)),
        }
    }
    plans
}

fn compile_provider(provider: &Provider, vendor: &Vendor, sources: &Sources<'_>) -> Result<ProviderPlan, String> {
    let base_url = provider.base_url.trim_end_matches('/');
    let identity = Origin::identity(base_url, provider.proxy_url.as_ref())
        .ok_or_else(|| format!("`{base_url}` is not a base URL such as `https://api.example.com`"))?;
    let origin = Origin::parse(sources.origins.of(identity), base_url, provider.proxy_url.as_ref())
        .map_err(|error| error.to_string())?;
    let base_path = base_url.parse::<http::Uri>().map(|uri| uri.path().to_owned()).unwrap_or_default();
    let mut paths = HashMap::new();
    for &operation in Operation::ALL {
        if let Some(template) = vendor.template(operation, &base_path, &provider.params) {
            let path = match template.fixed() {
                Some(path) => UpstreamPath::Fixed(path.parse().map_err(|_| format!("`{path}` is not a path"))?),
                None => UpstreamPath::Open(template),
            };
            paths.insert(operation, path);
        }
    }
    let default_headers = vendor
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?)))
        .collect();
    let own_headers = provider
        .headers
        .iter()
        .map(|(name, value)| {
            let read = || Some((name.parse().ok()?, HeaderValue::from_str(value.expose_secret()).ok()?));
            read().ok_or_else(|| format!("its header `{name}` cannot be sent"))
        })
        .collect::<Result<_, _>>()?;
    Ok(ProviderPlan {
        id: provider.id,
        name: provider.name.clone(),
        vendor: vendor.name.clone(),
        origin,
        timeouts: provider.timeouts.over(sources.timeouts),
        default_headers,
        own_headers,
        rotation: provider.rotation,
        balance: provider.balance,
        site: sources.sites.get(&provider.id).copied().unwrap_or_default(),
        cache_lifetime_ms: i64::from(vendor.prompt_cache_secs.unwrap_or(PROMPT_CACHE_SECS)) * 1_000,
        vital: sources.health.provider(provider.id, way(provider)),
        paths,
        aliases: provider.model_alias.clone(),
        quirks: vendor.quirks.clone(),
        chat_dialects: vendor.chat_dialects(),
        trait_rules: sources.vendors.trait_rules(vendor),
        issuer: format!("{}/{}", vendor.name, provider.id).into(),
    })
}

/// Returns what decides whether calls reach a provider.
fn way(provider: &Provider) -> impl Hash {
    let headers: Vec<(&str, &str)> =
        provider.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    let proxy = provider.proxy_url.as_ref().map(ExposeSecret::expose_secret);
    (&provider.vendor, &provider.base_url, &provider.params, headers, proxy)
}

pub(super) fn compile_targets(
    sources: &Sources<'_>,
    plans: &HashMap<ProviderId, (Arc<ProviderPlan>, Vendor)>,
    problems: &mut Vec<String>,
) -> HashMap<CredentialId, Arc<Target>> {
    const DIALECTS: [Dialect; 5] =
        [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini, Dialect::Single];
    let mut targets = HashMap::new();
    for credential in sources.credentials.iter().filter(|credential| credential.enabled) {
        let Some((plan, vendor)) = plans.get(&credential.provider_id) else { continue };
        let secret = credential.secret.expose_secret();
        // Upstreams on the operator's own machine often ask for no secret; then none is sent.
        let dialects = DIALECTS.into_iter().filter(|_| !secret.is_empty());
        let auth: Option<HashMap<_, _>> = dialects
            .map(|dialect| {
                let auth = vendor.auth_for(dialect);
                Some((dialect, (auth.header.parse().ok()?, secret_value(&auth.prefix, secret)?)))
            })
            .collect();
        let Some(auth) = auth else {
            problems.push(format!(
                "credential `{}` of provider `{}` has characters that no header can carry",
                credential.name, plan.name
            ));
            continue;
        };
        let vital = sources.health.credential(credential.id, (plan.vital.way(), secret));
        let target = Target {
            provider: Arc::clone(plan),
            credential_id: credential.id,
            group_name: credential.group_name.clone(),
            key: sources.key_standings.get(&credential.id).copied().unwrap_or_default(),
            limits: credential.limits,
            quota: sources.health.quotas().of(credential.id, credential.call_quota),
            unrouted: sources.health.route(credential.id, "", vital.way()),
            vital,
            standing: Standing { priority: credential.priority, weight: credential.weight },
            auth,
        };
        targets.insert(credential.id, Arc::new(target));
    }
    targets
}
