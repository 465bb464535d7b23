//! The compiled configuration: what one call sees from its start to its end.

mod bystanders;
pub(crate) mod live;
mod names;
mod offers;
mod policies;
mod provider;
pub(crate) mod rules;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::key::{Caller, KeyHash};
use sluice_domain::price::Buyer;
use sluice_domain::provider::{Credential, KeyStanding, Provider, Route, Timeouts};
use sluice_domain::route::Standing;
use sluice_domain::route::name::pinned;
use sluice_domain::route::policy::{Choice, Policy};
use sluice_protocol::operation::Operation;
use sluice_protocol::suffix::{Suffixed, Suffixes};
use sluice_protocol::vendor::Vendors;

use crate::money::prices::{PriceList, Priced};
use crate::standing::health::{Health, RouteVital, Visited};
use bystanders::Idle;
use names::Names;
pub(crate) use offers::Offer;
pub(crate) use policies::Policies;
pub(crate) use provider::{OriginNumbers, ProviderPlan, SiteStanding, Target};

/// Everything a snapshot is made of.
pub(crate) struct Sources<'a> {
    pub(crate) revision: i64,
    pub(crate) providers: &'a [Provider],
    pub(crate) credentials: &'a [Credential],
    /// What sites say of those that are their keys.
    pub(crate) key_standings: &'a BTreeMap<CredentialId, KeyStanding>,
    /// What is known of the sites themselves.
    pub(crate) sites: &'a BTreeMap<ProviderId, SiteStanding>,
    pub(crate) routes: &'a [Route],
    pub(crate) policy: &'a Policy,
    pub(crate) declared_keys: &'a HashMap<KeyHash, Arc<Caller>>,
    pub(crate) vendors: &'a Vendors,
    pub(crate) timeouts: Timeouts,
    pub(crate) origins: &'a OriginNumbers,
    pub(crate) health: &'a Health,
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
    /// What the operator says about routing beside routes.
    pub(crate) policies: Policies,
    names: Names,
    entries: Vec<Entry>,
    idle: Idle,
    by_credential: HashMap<CredentialId, Arc<Target>>,
    /// By name in lower case.
    providers: HashMap<String, ProviderId>,
    suffixes: Arc<Suffixes>,
    /// What models cost.
    pub(crate) prices: PriceList,
}

/// One way to serve a model.
struct Entry {
    target: Arc<Target>,
    /// Name to send; `None` sends what was asked for.
    upstream_model: Option<Arc<str>>,
    standing: Standing,
    /// What it costs; looked up for each call where the name to send is not known before.
    priced: Option<Arc<Priced>>,
    vital: Arc<RouteVital>,
}

/// What models are called and cost at providers, by the group of a credential: credentials of one group share it, so that
/// hundreds of keys that serve hundreds of models each take little more room than one.
type Served<'a> = HashMap<ProviderId, HashMap<String, HashMap<ModelAt<'a>, ServedAs>>>;
/// The name that a model has there, and what it costs.
type ServedAs = (Arc<str>, Option<Arc<Priced>>);
/// A route's model, and the name that it is to have upstream if the route says one.
type ModelAt<'a> = (&'a str, Option<&'a str>);

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
    /// What is known of the route.
    pub(crate) vital: &'s Arc<RouteVital>,
    /// Whether it is tried only because there is no other, though it rests.
    pub(crate) is_last_resort: bool,
}

impl Candidate<'_> {
    /// Returns whether a call of `asked` must be converted for this upstream.
    pub(crate) fn converts(&self, asked: Operation) -> bool {
        self.operation.dialect() != asked.dialect()
    }

    /// Returns what an attempt at it goes to.
    pub(crate) fn visited(&self) -> Visited {
        Visited {
            provider: Arc::clone(&self.target.provider.vital),
            credential: Arc::clone(&self.target.vital),
            route: Arc::clone(self.vital),
            limits: self.target.limits,
            quota: self.target.quota.clone(),
        }
    }
}

impl Snapshot {
    /// Compiles the configuration. What cannot be used is left out and reported in the second value.
    pub(crate) fn compile(sources: Sources<'_>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        forget(&sources);
        sources.health.begin();
        let plans = provider::compile_providers(&sources, &mut problems);
        let by_credential = provider::compile_targets(&sources, &plans, &mut problems);
        let providers: HashMap<String, ProviderId> =
            plans.values().map(|(plan, _)| (plan.name.to_lowercase(), plan.id)).collect();
        let policies = Policies::compile(sources.policy, &providers, &mut problems);
        let mut snapshot = Self {
            revision: sources.revision,
            declared_keys: sources.declared_keys.clone(),
            models: Vec::new(),
            policies,
            names: Names::default(),
            entries: Vec::new(),
            idle: Idle::default(),
            by_credential,
            providers,
            suffixes: Arc::clone(sources.vendors.suffixes()),
            prices: sources.prices,
        };
        let mut named = Vec::new();
        let mut served = Served::default();
        for route in sources.routes.iter().filter(|route| route.enabled) {
            snapshot.add_route(route, sources.health, (&mut served, &mut named));
        }
        let is_idle = |route: &&Route| !(route.enabled && snapshot.by_credential.contains_key(&route.credential_id));
        snapshot.idle = Idle::of(sources.routes.iter().filter(is_idle));
        let owners = snapshot.entries.iter().map(|entry| entry.target.credential_id).collect();
        snapshot.names = Names::of(named.iter().map(|(name, number)| (name.as_str(), *number)), owners);
        snapshot.models = snapshot.public_names(named);
        (snapshot, problems)
    }

    /// Returns every route that can serve `operation` for the model `asked`, be it in another dialect, in no order. A name
    /// such as `provider/model` that is no route's leads to that provider alone; one that nobody serves may be a model with
    /// a wish at its end, and else goes to the default provider.
    pub(crate) fn candidates<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Vec<Candidate<'s>> {
        let candidates = self.candidates_as_named(asked, wanted);
        if !candidates.is_empty() {
            return candidates;
        }
        if let Some(suffixed) = self.wish_in(asked, wanted) {
            let mut candidates = self.candidates_as_named(suffixed.base, wanted);
            candidates.iter_mut().for_each(|candidate| candidate.wish = Some(suffixed));
            if !candidates.is_empty() {
                return candidates;
            }
        }
        match self.policies.default_provider() {
            Some(provider) if !self.knows(asked) => self.candidates_at(provider, asked, wanted),
            _ => candidates,
        }
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
        if self.names.known(asked).is_none()
            && let Some((provider, model)) = self.pin_in(asked)
        {
            let mut candidates = self.candidates_of_any(model, wanted);
            candidates.retain(|candidate| candidate.target.provider.id == provider);
            return candidates;
        }
        self.candidates_of_any(asked, wanted)
    }

    /// Returns the provider that a name such as `provider/model` pins, and the model.
    pub(crate) fn pin_in<'a>(&self, asked: &'a str) -> Option<(ProviderId, &'a str)> {
        let (provider, model) = pinned(asked)?;
        Some((*self.providers.get(&provider.to_lowercase())?, model))
    }

    fn candidates_of_any<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Vec<Candidate<'s>> {
        let mut candidates = Vec::new();
        for entry in self.names.find(asked).iter().filter_map(|&number| self.entries.get(number as usize)) {
            let target = &entry.target;
            let Some(operation) = target.provider.way(wanted) else { continue };
            let aliased = || target.provider.aliases.get(asked).map_or(asked, String::as_str);
            let model = entry.upstream_model.as_deref().unwrap_or_else(aliased);
            let priced = match &entry.priced {
                Some(priced) => Some(Arc::clone(priced)),
                None => self.priced(target, asked, model),
            };
            let (standing, vital) = (entry.standing, &entry.vital);
            candidates.push(Candidate {
                target,
                model,
                standing,
                operation,
                wish: None,
                priced,
                vital,
                is_last_resort: false,
            });
        }
        candidates
    }

    /// Returns the candidates that a rule chooses, in its order: each choice is a tier of its own.
    pub(crate) fn candidates_chosen<'s>(
        &'s self,
        choices: &'s [Choice],
        model: &'s str,
        wanted: Wanted,
    ) -> Vec<Candidate<'s>> {
        let mut chosen = Vec::new();
        for (place, choice) in (0_i64..).zip(choices) {
            let Some(&provider) = self.providers.get(&choice.provider.to_lowercase()) else { continue };
            let mut candidates = match &choice.model {
                Some(model) => self.candidates_at(provider, model, wanted),
                None => {
                    let mut routed = self.candidates_of_any(model, wanted);
                    routed.retain(|candidate| candidate.target.provider.id == provider);
                    if routed.is_empty() { self.candidates_at(provider, model, wanted) } else { routed }
                }
            };
            candidates.iter_mut().for_each(|candidate| candidate.standing.priority = -place);
            chosen.extend(candidates);
        }
        chosen
    }

    /// Returns the credentials of one provider as candidates for a model that its routes need not name.
    pub(crate) fn candidates_at<'s>(
        &'s self,
        provider: ProviderId,
        model: &'s str,
        wanted: Wanted,
    ) -> Vec<Candidate<'s>> {
        let of_provider = self.by_credential.values().filter(|target| target.provider.id == provider);
        let candidate = |target: &'s Arc<Target>| {
            let operation = target.provider.way(wanted)?;
            Some(self.candidate_of(target, model, operation))
        };
        let mut candidates: Vec<Candidate<'s>> = of_provider.filter_map(candidate).collect();
        candidates.sort_by_key(|candidate| candidate.target.credential_id);
        candidates
    }

    /// Returns a credential as the candidate for a call that no route leads to it.
    pub(crate) fn candidate_of<'s>(
        &'s self,
        target: &'s Arc<Target>,
        model: &'s str,
        operation: Operation,
    ) -> Candidate<'s> {
        Candidate {
            target,
            model,
            standing: target.standing,
            operation,
            wish: None,
            priced: self.priced(target, model, model),
            vital: &target.unrouted,
            is_last_resort: false,
        }
    }

    /// Returns what `model` costs at `target` when it is sold as `asked`; `None` when nobody says.
    pub(crate) fn priced(&self, target: &Target, asked: &str, model: &str) -> Option<Arc<Priced>> {
        let (provider, group) = (&target.provider, Some(target.group_name.as_str()));
        let buyer = Buyer { provider: provider.id, group, vendor: &provider.vendor };
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

    /// Returns whether any route or alias stands for `model`, whatever the operation.
    pub(crate) fn knows(&self, model: &str) -> bool {
        let is_pinned = || self.pin_in(model).is_some_and(|(_, model)| !self.names.find(model).is_empty());
        self.policies.alias(model).is_some() || is_pinned() || !self.names.find(model).is_empty()
    }

    /// Returns a credential that is in use.
    pub(crate) fn target(&self, credential: CredentialId) -> Option<&Arc<Target>> {
        self.by_credential.get(&credential)
    }

    /// Returns the credentials that are in use.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Arc<Target>> {
        self.by_credential.values()
    }

    /// Returns what is known of every way to serve a model, and whose it is.
    pub(crate) fn route_vitals(&self) -> impl Iterator<Item = (&Arc<Target>, &Arc<RouteVital>)> {
        let routed = self.entries.iter().map(|entry| (&entry.target, &entry.vital));
        routed.chain(self.targets().map(|target| (target, &target.unrouted)))
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

    fn add_route<'a>(
        &mut self,
        route: &'a Route,
        health: &Health,
        (served, named): (&mut Served<'a>, &mut Vec<(String, names::Number)>),
    ) {
        let Some(target) = self.by_credential.get(&route.credential_id).cloned() else { return };
        let standing = Standing { priority: route.priority, weight: route.weight };
        if route.model.contains('*') {
            let upstream_model = route.upstream_model.as_deref().map(Arc::from);
            let vital = health.route(route.credential_id, route.model.as_str(), target.vital.way());
            // The price depends on the name that is asked for.
            let entry = Entry { target, upstream_model, standing, priced: None, vital };
            self.add_entry(route.model.clone(), entry, named);
            return;
        }
        let group = served.entry(target.provider.id).or_default().entry(target.group_name.clone()).or_default();
        let shared = group.entry((&route.model, route.upstream_model.as_deref()));
        let (upstream, own_price) = shared.or_insert_with(|| self.served_as(&target, route)).clone();
        let aliases: Vec<String> = target
            .provider
            .aliases
            .iter()
            .filter(|(source, aliased)| **aliased == route.model && **source != route.model)
            .map(|(source, _)| source.clone())
            .collect();
        let vital = health.route(route.credential_id, Arc::clone(&upstream), target.vital.way());
        let priced = aliases.into_iter().map(|name| (self.priced(&target, &name, &upstream), name));
        let all: Vec<_> = priced.chain([(own_price, route.model.clone())]).collect();
        for (priced, name) in all {
            let (target, upstream_model, vital) =
                (Arc::clone(&target), Some(Arc::clone(&upstream)), Arc::clone(&vital));
            self.add_entry(name, Entry { target, upstream_model, standing, priced, vital }, named);
        }
    }

    /// Returns the name that a route's model has at its provider, and what it costs there.
    fn served_as(&self, target: &Target, route: &Route) -> ServedAs {
        let alias_of_model = || target.provider.aliases.get(&route.model).map(String::as_str);
        let upstream = route.upstream_model.as_deref().or_else(alias_of_model).unwrap_or(&route.model);
        (upstream.into(), self.priced(target, &route.model, upstream))
    }

    fn add_entry(&mut self, name: String, entry: Entry, named: &mut Vec<(String, names::Number)>) {
        named.push((name, names::Number::try_from(self.entries.len()).unwrap_or(names::Number::MAX)));
        self.entries.push(entry);
    }

    fn public_names(&self, named: Vec<(String, names::Number)>) -> Vec<String> {
        let routed = named.into_iter().map(|(name, _)| name).filter(|name| !name.contains('*'));
        let mut names: Vec<String> = routed.chain(self.policies.alias_names().map(str::to_owned)).collect();
        names.sort_by_key(|name| name.to_ascii_lowercase());
        names.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        names
    }
}

/// Forgets what was learned of upstreams that are no longer configured.
fn forget(sources: &Sources<'_>) {
    let providers: HashSet<ProviderId> = sources.providers.iter().map(|provider| provider.id).collect();
    let credentials: HashSet<CredentialId> = sources.credentials.iter().map(|credential| credential.id).collect();
    sources.health.forget(&providers, &credentials);
}

#[cfg(test)]
#[path = "snapshot/tests.rs"]
mod tests;
