//! What a key is bound to: which providers, which model when a call names none, which order.

use sluice_domain::route::policy::{Scope, Strategy};

use super::input::KeyInput;
use crate::admin::AdminState;
use crate::admin::access::Identity;
use crate::admin::routing::provider_names;
use crate::admin::wire::input::{read_choice, text};
use crate::admin::wire::{Failure, Problem};

const MAX_PROVIDERS: usize = 100;
const MAX_MODEL_CHARS: usize = 255;

/// Reads what a key is bound to after the change; `None` when it stays. Where calls go is the operator's business, and
/// so only administrators say it; the model of calls that name none is the owner's to choose.
pub(super) async fn read(
    state: &AdminState,
    me: &Identity,
    input: &KeyInput,
    present: &Scope,
) -> Result<Option<Scope>, Failure> {
    let scope = Scope {
        providers: match &input.providers {
            Some(names) => names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
            None => present.providers.clone(),
        },
        default_model: match &input.default_model {
            Some(model) => read_model(model.as_deref().unwrap_or_default())?,
            None => present.default_model.clone(),
        },
        strategy: match &input.strategy {
            Some(name) => read_strategy(name.as_deref().unwrap_or_default())?,
            None => present.strategy,
        },
    };
    let goes_elsewhere = (&scope.providers, scope.strategy) != (&present.providers, present.strategy);
    if goes_elsewhere && !me.is_admin() {
        return Err(Problem::Forbidden.into());
    }
    if scope.providers != present.providers {
        check_providers(state, &scope.providers).await?;
    }
    Ok(Some(scope).filter(|scope| scope != present))
}

fn read_model(name: &str) -> Result<Option<String>, Failure> {
    Ok(Some(text("default_model", name, MAX_MODEL_CHARS)?).filter(|name| !name.is_empty()))
}

fn read_strategy(name: &str) -> Result<Option<Strategy>, Failure> {
    let choices = Strategy::ALL.map(|strategy| (strategy.as_str(), strategy));
    if name.trim().is_empty() { Ok(None) } else { read_choice("strategy", name, &choices).map(Some) }
}

async fn check_providers(state: &AdminState, names: &[String]) -> Result<(), Failure> {
    if names.len() > MAX_PROVIDERS {
        return Err(Problem::TooManyEntries.with("field", "providers").with("limit", MAX_PROVIDERS));
    }
    let known = provider_names(state).await?;
    match names.iter().find(|name| !known.contains(*name)) {
        Some(name) => Err(Problem::ProviderUnknown.with("field", "providers").with("provider", name)),
        None => Ok(()),
    }
}
