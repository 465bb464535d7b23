//! Routes, the routing policy of the database as one document and as its parts, and what would become of a call.

mod decision;
mod document;
mod preview;
mod routes;
mod rules;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use sluice_domain::route::policy::{Fault, Misfit, Policy, Rule};
use sluice_store::{PolicySetting, StoreError, What};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::{AsAdmin, AsRoot};
use super::docs::Spellings;
use super::wire::{Body, Envelope, Failure, Problem, Reply, found};
use crate::snapshot::rules::Ruled;
pub(super) use decision::DecisionView;
use document::PolicyDocument;

/// Rules and keys that are named when a provider cannot be taken away; more are counted.
const NAMED_MAX: usize = 10;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(read_policy, put_policy))
        .merge(routes::endpoints())
        .merge(preview::endpoints())
        .merge(rules::endpoints())
}

/// The routing policy of the database; what the configuration file says besides goes before it.
#[utoipa::path(get, path = "/api/routing/", tag = "Routing",
    responses((status = 200, description = "The policy.", body = Envelope<PolicyDocument>)))]
async fn read_policy(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<Policy> {
    found(state.store.routing_policy().await?)
}

/// Replace the routing policy: what is left out is at its default. In force at once.
#[utoipa::path(put, path = "/api/routing/", tag = "Routing", request_body = PolicyDocument,
    responses((status = 200, description = "The policy as it is now.", body = Envelope<PolicyDocument>)))]
async fn put_policy(
    State(state): State<Arc<AdminState>>,
    AsRoot(me): AsRoot,
    Body(policy): Body<Policy>,
) -> Reply<Policy> {
    check(&state, &policy).await?;
    state.store.put_routing_policy(&policy).await?;
    tracing::info!(user.id = me.user.id.0, "the routing policy was changed");
    found(policy)
}

/// Reads one part of the policy and checks it; returns its text as it is stored.
pub(super) async fn accept(state: &AdminState, setting: PolicySetting, text: &str) -> Result<String, Failure> {
    let mut policy = Policy::default();
    if matches!(setting, PolicySetting::Factor(_)) {
        policy.factors = state.store.routing_policy().await?.factors;
    }
    read(setting, text, &mut policy)?;
    check(state, &policy).await?;
    Ok(setting.text(&policy)?)
}

/// Reads one part of the policy; an empty text is the default.
pub(super) fn read(setting: PolicySetting, text: &str, policy: &mut Policy) -> Result<(), Failure> {
    let wrong = |reason| Problem::ValueInvalid.with("field", setting.name()).with("reason", reason);
    setting.read(text, policy).map_err(wrong)
}

/// Refuses a policy with anything that does not fit or does not compile.
async fn check(state: &AdminState, policy: &Policy) -> Result<(), Failure> {
    if let Some(misfit) = policy.misfits(Some(&provider_names(state).await?)).into_iter().next() {
        return Err(refusal(misfit));
    }
    policy.rules.iter().enumerate().try_for_each(|(index, rule)| {
        check_rule(rule).map_err(|failure| failure.with("field", format!("rules[{index}].when")))
    })
}

/// Refuses a rule whose condition cannot be used; the caller names the field.
fn check_rule(rule: &Rule) -> Result<(), Failure> {
    if rule.when.trim().is_empty() {
        return Err(Problem::ValueMissing.into());
    }
    let compiled = Ruled::compile(rule, 1).map(|_| ());
    compiled.map_err(|error| Problem::ValueInvalid.with("reason", error))
}

fn refusal(Misfit { at, fault }: Misfit) -> Failure {
    match fault {
        Fault::Missing => Problem::ValueMissing.into(),
        Fault::TooLong(limit) => Problem::ValueTooLong.with("limit", limit),
        Fault::TooMany(limit) => Problem::TooManyEntries.with("limit", limit),
        Fault::Twice(name) => Problem::NameTwice.with("name", name),
        Fault::Cycle(names) => Problem::AliasCycle.with("names", names),
        Fault::UnknownProvider(provider) => Problem::ProviderUnknown.with("provider", provider),
        Fault::Idle => Problem::EntryIdle.into(),
        Fault::Weightless => Problem::AliasWeightless.into(),
        Fault::Number(bad) => Problem::ValueInvalid.with("reason", bad),
        Fault::Order => Problem::HealthOrder.into(),
    }
    .with("field", at)
}

/// Refuses to take the name of a provider away while rules or keys refer to it: their calls would be refused.
pub(super) async fn refuse_if_named(state: &AdminState, provider: &str) -> Result<(), Failure> {
    let unknown = Fault::UnknownProvider(provider.to_owned());
    let policy = state.store.routing_policy().await?;
    let misfits = policy.misfits(Some(&BTreeSet::new())).into_iter();
    let mut by: Vec<String> =
        misfits.filter(|misfit| misfit.fault == unknown).map(|misfit| format!("`{}`", misfit.at)).collect();
    let declared = state.declared.keys.iter().filter(|key| key.scope.providers.iter().any(|name| name == provider));
    by.extend(declared.map(|key| format!("`{}`", key.name)));
    by.extend(state.store.keys_bound_to(provider).await?.into_iter().map(|key| format!("`{key}`")));
    if by.is_empty() {
        return Ok(());
    }
    let unnamed = by.len().saturating_sub(NAMED_MAX);
    by.truncate(NAMED_MAX);
    let more = if unnamed > 0 { format!(", … (+{unnamed})") } else { String::new() };
    Err(StoreError::InUse { what: What::Provider, by: by.join(", ") + &more }.into())
}

/// Returns the names of all providers, declared or stored.
pub(super) async fn provider_names(state: &AdminState) -> Result<BTreeSet<String>, StoreError> {
    let mut names = state.store.provider_names().await?;
    names.extend(state.declared.providers.iter().map(|provider| provider.name.clone()));
    Ok(names)
}
