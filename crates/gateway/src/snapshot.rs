//! The compiled configuration: what one call sees from its start to its end.

mod offers;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use parking_lot::Mutex;
use sluice_domain::ExposeSecret;
use sluice_domain::access::wildcard_matches;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::key::{Caller, KeyHash};
use sluice_domain::price::Buyer;
use sluice_domain::provider::{Credential, Provider, Route, Timeouts};
use sluice_domain::route::Standing;
use sluice_protocol::chat::Trait;
use sluice_protocol::meter::{Convention, Subject};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::suffix::{Suffixed, Suffixes};
use sluice_protocol::vendor::{PathTemplate, Quirk, TraitRules, Vendor, Vendors};

pub(crate) use offers::Offer;

use crate::prices::{PriceList, Priced};
use crate::relay::secret_value;
use crate::upstream::Origin;

/// Everything a snapshot is made of.
pub(crate) struct Sources<'a> {
    pub(crate) revision: i64,
    pub(crate) providers: &'a [Provider],
    pub(crate) credentials: &'a [Credential],
    pub(crate) routes: &'a [Route],
    pub(crate) declared_keys: &'a HashMap<KeyHash, Arc<Caller>>,
    pub(crate) vendors: &'a Vendors,
    pub(crate) timeouts: Timeouts,
    pub(crate) origins: &'a OriginNumbers,
    pub(crate) prices: PriceList,
}

/// The configuration in force.
pub(crate) struct Snapshot {
    /// Revision of the database it was made from.
    pub(crate) revision: i64,
    /// Keys declared in the file.
    pub(crate) declared_keys: HashMap<KeyHash, Arc<Caller>>,
    /// Public model names, sorted; wildcards are not names.
    pub(crate) models: Vec<String>,
    by_model: HashMap<String, Vec<Entry>>,
    wildcards: Vec<(String, Entry)>,
    by_credential: HashMap<CredentialId, Arc<Target>>,
    suffixes: Arc<Suffixes>,
    /// What models cost.
    pub(crate) prices: PriceList,
}

/// One way to serve a model.
#[derive(Clone)]
struct Entry {
    target: Arc<Target>,
    /// Name to send; `None` sends what was asked for.
    upstream_model: Option<Arc<str>>,
    standing: Standing,
    /// What it costs; looked up for each call where the name to send is not known before.
    priced: Option<Arc<Priced>>,
}

/// A credential of a provider, ready to use.
pub(crate) struct Target {
    pub(crate) provider: Arc<ProviderPlan>,
    pub(crate) credential_id: CredentialId,
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
    paths: HashMap<Operation, UpstreamPath>,
    aliases: BTreeMap<String, String>,
    quirks: Vec<Quirk>,
    chat_dialects: Vec<Dialect>,
    trait_rules: TraitRules,
    issuer: Arc<str>,
}

enum UpstreamPath {
    Fixed(PathAndQuery),
    Open(PathTemplate),
}

/// What a caller wants of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) operation: Operation,
    /// Whether the answer is to come as a stream.
    pub(crate) is_stream: bool,
}

/// One route that a call may take.
#[derive(Clone)]
pub(crate) struct Candidate<'s> {
    pub(crate) target: &'s Arc<Target>,
    /// Name to send upstream.
    pub(crate) model: &'s str,
    pub(crate) standing: Standing,
    /// What the upstream is asked for; of another dialect where the call must be converted.
    pub(crate) operation: Operation,
    /// What the name that was asked for says beside the model.
    pub(crate) wish: Option<Suffixed<'s, 's>>,
    /// What it costs; `None` when nobody says.
    pub(crate) priced: Option<Arc<Priced>>,
}

impl Candidate<'_> {
    /// Returns whether a call of `asked` must be converted for this upstream.
    pub(crate) fn converts(&self, asked: Operation) -> bool {
        self.operation.dialect() != asked.dialect()
    }
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

impl Snapshot {
    /// Compiles the configuration. A provider that cannot be used is left out and reported in the second value.
    pub(crate) fn compile(sources: Sources<'_>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let plans = compile_providers(&sources, &mut problems);
        let by_credential = compile_targets(&sources, &plans, &mut problems);
        let mut snapshot = Self {
            revision: sources.revision,
            declared_keys: sources.declared_keys.clone(),
            models: Vec::new(),
            by_model: HashMap::new(),
            wildcards: Vec::new(),
            by_credential,
            suffixes: Arc::clone(sources.vendors.suffixes()),
            prices: sources.prices,
        };
        for route in sources.routes.iter().filter(|route| route.enabled) {
            snapshot.add_route(route);
        }
        snapshot.models = snapshot.public_names();
        (snapshot, problems)
    }

    /// Returns every route that can serve `operation` for the model `asked`, be it in another dialect, in no order. A name
    /// that nobody serves may be a model with a wish at its end.
    pub(crate) fn candidates<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Vec<Candidate<'s>> {
        let candidates = self.candidates_as_named(asked, wanted);
        if !candidates.is_empty() {
            return candidates;
        }
        let Some(suffixed) = self.wish_in(asked, wanted) else { return candidates };
        let mut candidates = self.candidates_as_named(suffixed.base, wanted);
        candidates.iter_mut().for_each(|candidate| candidate.wish = Some(suffixed));
        candidates
    }

    /// Returns a name taken apart that nobody serves as it stands.
    pub(crate) fn wish_in<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Option<Suffixed<'s, 's>> {
        if !wanted.operation.is_chat() || self.knows(asked) {
            return None;
        }
        self.suffixes.split(asked)
    }

    /// Returns how names are taken apart.
    pub(crate) const fn suffixes(&self) -> &Arc<Suffixes> {
        &self.suffixes
    }

    fn candidates_as_named<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Vec<Candidate<'s>> {
        let lower = asked.to_ascii_lowercase();
        let exact = self.by_model.get(&lower).into_iter().flatten();
        let wild =
            self.wildcards.iter().filter(|(pattern, _)| wildcard_matches(pattern, asked)).map(|(_, entry)| entry);
        let mut seen: Vec<CredentialId> = Vec::new();
        let mut candidates = Vec::new();
        for entry in exact.chain(wild) {
            let target = &entry.target;
            let Some(operation) = target.provider.way(wanted) else { continue };
            if seen.contains(&target.credential_id) {
                continue;
            }
            seen.push(target.credential_id);
            let aliased = || target.provider.aliases.get(asked).map_or(asked, String::as_str);
            let model = entry.upstream_model.as_deref().unwrap_or_else(aliased);
            let priced = match &entry.priced {
                Some(priced) => Some(Arc::clone(priced)),
                None => self.priced(target, asked, model),
            };
            candidates.push(Candidate { target, model, standing: entry.standing, operation, wish: None, priced });
        }
        candidates
    }

    /// Returns what `model` costs at `target` when it is sold as `asked`; `None` when nobody says.
    pub(crate) fn priced(&self, target: &Target, asked: &str, model: &str) -> Option<Arc<Priced>> {
        let buyer = Buyer { provider: target.provider.id, vendor: &target.provider.vendor };
        self.prices.find_as(buyer, asked, model).map(Arc::new)
    }

    /// Returns the longest time that a call may take if it tries `attempts` candidates.
    pub(crate) fn longest_call(&self, attempts: usize) -> Duration {
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        let timeouts = || self.by_credential.values().map(|target| target.provider.timeouts);
        let until_first = timeouts().map(|limits| (limits.connect + limits.first_byte).min(limits.total)).max();
        let total = timeouts().map(|limits| limits.total).max();
        until_first.unwrap_or_default().saturating_mul(attempts).saturating_add(total.unwrap_or_default())
    }

    /// Returns whether any route serves `model`, whatever the operation.
    pub(crate) fn knows(&self, model: &str) -> bool {
        self.by_model.contains_key(&model.to_ascii_lowercase())
            || self.wildcards.iter().any(|(pattern, _)| wildcard_matches(pattern, model))
    }

    /// Returns a credential that is in use.
    pub(crate) fn target(&self, credential: CredentialId) -> Option<&Arc<Target>> {
        self.by_credential.get(&credential)
    }

    /// Returns the vendor of a provider that is in use.
    pub(crate) fn vendor_of(&self, provider: ProviderId) -> Option<&str> {
        let of_provider = |target: &&Arc<Target>| target.provider.id == provider;
        self.by_credential.values().find(of_provider).map(|target| target.provider.vendor.as_str())
    }

    /// Returns how many providers, credentials and model names are in use.
    pub(crate) fn sizes(&self) -> (usize, usize, usize) {
        let providers: BTreeSet<ProviderId> = self.by_credential.values().map(|target| target.provider.id).collect();
        (providers.len(), self.by_credential.len(), self.models.len())
    }

    fn add_route(&mut self, route: &Route) {
        let Some(target) = self.by_credential.get(&route.credential_id).cloned() else { return };
        let standing = Standing { priority: route.priority, weight: route.weight };
        if route.model.contains('*') {
            let upstream_model = route.upstream_model.as_deref().map(Arc::from);
            // The price depends on the name that is asked for.
            let entry = Entry { target, upstream_model, standing, priced: None };
            self.wildcards.push((route.model.clone(), entry));
            return;
        }
        let alias_of_model = || target.provider.aliases.get(&route.model).cloned();
        let upstream: Arc<str> =
            route.upstream_model.clone().or_else(alias_of_model).unwrap_or_else(|| route.model.clone()).into();
        let aliases: Vec<String> = target
            .provider
            .aliases
            .iter()
            .filter(|(source, aliased)| **aliased == route.model && **source != route.model)
            .map(|(source, _)| source.clone())
            .collect();
        for name in aliases.into_iter().chain([route.model.clone()]) {
            let priced = self.priced(&target, &name, &upstream);
            let (target, upstream_model) = (Arc::clone(&target), Some(Arc::clone(&upstream)));
            let entry = Entry { target, upstream_model, standing, priced };
            self.by_model.entry(name.to_ascii_lowercase()).or_default().push(entry);
            self.models.push(name);
        }
    }

    fn public_names(&self) -> Vec<String> {
        let mut names = self.models.clone();
        names.sort_by_key(|name| name.to_ascii_lowercase());
        names.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        names
    }
}

impl Target {
    /// Returns the header that proves who we are on calls of `dialect`.
    pub(crate) fn auth(&self, dialect: Dialect) -> Option<&(HeaderName, HeaderValue)> {
        self.auth.get(&dialect)
    }
}

impl ProviderPlan {
    /// Returns what this provider is asked for when a caller wants something: the same if it has that, else a chat in
    /// another dialect; `None` when it has neither.
    fn way(&self, wanted: Wanted) -> Option<Operation> {
        let has = |operation: &Operation| self.paths.contains_key(operation);
        Some(wanted.operation).filter(has).or_else(|| self.stand_in(wanted, &[]))
    }

    /// Returns the chat in another dialect that can stand in for what is wanted, but not one of `tried`.
    pub(crate) fn stand_in(&self, wanted: Wanted, tried: &[Operation]) -> Option<Operation> {
        let others = self.chat_dialects.iter().filter(|&&dialect| dialect != wanted.operation.dialect());
        let mut chats = others.filter_map(|&dialect| Operation::chat_in(dialect, wanted.is_stream));
        let is_open = |chat: &Operation| self.paths.contains_key(chat) && !tried.contains(chat);
        wanted.operation.is_chat().then(|| chats.find(is_open)).flatten()
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

fn compile_providers(
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
    Ok(ProviderPlan {
        id: provider.id,
        name: provider.name.clone(),
        vendor: vendor.name.clone(),
        origin,
        timeouts: provider.timeouts.over(sources.timeouts),
        default_headers,
        paths,
        aliases: provider.model_alias.clone(),
        quirks: vendor.quirks.clone(),
        chat_dialects: vendor.chat_dialects(),
        trait_rules: sources.vendors.trait_rules(vendor),
        issuer: format!("{}/{}", vendor.name, provider.id).into(),
    })
}

fn compile_targets(
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
        let target = Target { provider: Arc::clone(plan), credential_id: credential.id, auth };
        targets.insert(credential.id, Arc::new(target));
    }
    targets
}

#[cfg(test)]
#[path = "snapshot/tests.rs"]
mod tests;
