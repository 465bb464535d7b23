//! Routing decisions as the API shows them: for calls that were made, and for those that would be.

use std::collections::HashMap;

use chrono::{SecondsFormat, TimeZone, Utc};
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::route::{Considered, Decision, Obstacle, Withheld};
use sluice_store::StoreError;
use utoipa::ToSchema;

use crate::admin::AdminState;

/// Why a call goes where it goes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct DecisionView {
    /// How candidates of the same priority were ordered.
    strategy: &'static str,
    /// The model that the name stood for; `null` where it stood for itself.
    model: Option<String>,
    /// The rule that decided; `null` for none, and empty for users who may not see its name.
    rule: Option<String>,
    /// Tokens expected from the prompt cache for which the call stayed where it was; `null` where it did not.
    warm_tokens: Option<u64>,
    /// How long the call waited for room, milliseconds.
    waited_ms: u64,
    /// The candidates: first those that can be used, in the order in which they are tried.
    candidates: Vec<CandidateView>,
    /// How many more there were.
    more: u64,
}

/// One candidate as it was seen.
#[derive(Debug, Serialize, ToSchema)]
struct CandidateView {
    /// Place in the order, from 1; `null` where it could not be used.
    place: Option<usize>,
    /// `null` for users who may not see it, like all that would name it.
    provider_id: Option<i64>,
    /// Name of the provider; `null` if it is gone.
    provider: Option<String>,
    /// Credential that would be used.
    provider_token_id: Option<i64>,
    /// Name of the model there; `null` where it is the one that was asked for.
    model: Option<String>,
    priority: i64,
    weight: i64,
    /// Share of its tier, per cent.
    share: f64,
    /// What failures and latency multiplied that by.
    health: f64,
    /// What the call was expected to cost there, micro-dollars; `null` where nobody says.
    cost_micros: Option<i64>,
    /// Expected time to the first token, milliseconds; `null` before the first call.
    first_token_ms: Option<u64>,
    /// Calls that were under way there.
    in_flight: u64,
    /// How many more calls its credential may answer in all; `null` where that has no bound.
    calls_left: Option<u64>,
    /// Answers that said nothing lately, where answers are looked at.
    invalid_answers: u64,
    /// Whether the call must be converted for it.
    converts: bool,
    /// Why it could not be used; `null` where it could.
    obstacle: Option<ObstacleView>,
}

/// Why a candidate could not be used.
#[derive(Debug, Serialize, ToSchema)]
struct ObstacleView {
    /// For programs.
    code: &'static str,
    /// For people, in English.
    text: String,
}

impl DecisionView {
    /// Returns a decision with the names of the providers that it is about.
    ///
    /// # Errors
    /// The database is away.
    pub(in crate::admin) async fn of(state: &AdminState, decision: Decision) -> Result<Self, StoreError> {
        let names = provider_names(state, &decision).await?;
        Ok(Self::named(decision, &names))
    }

    /// Returns a decision without what is the operator's business: which providers there are, what they cost, which model
    /// a name stands for, and how rules are called.
    pub(in crate::admin) fn veiled(decision: Decision) -> Self {
        let view = Self::named(decision, &HashMap::new());
        let candidates = view.candidates.into_iter().map(CandidateView::veiled).collect();
        Self { model: None, rule: view.rule.map(|_| String::new()), candidates, ..view }
    }

    fn named(decision: Decision, names: &HashMap<ProviderId, String>) -> Self {
        let mut place = 0;
        let view = |candidate: Considered| {
            place += usize::from(candidate.obstacle.is_none());
            CandidateView::of(candidate, place, names)
        };
        Self {
            strategy: decision.strategy.as_str(),
            model: decision.model,
            rule: decision.rule,
            warm_tokens: decision.warm_tokens,
            waited_ms: decision.waited_ms,
            candidates: decision.considered.into_iter().map(view).collect(),
            more: decision.more,
        }
    }
}

async fn provider_names(state: &AdminState, decision: &Decision) -> Result<HashMap<ProviderId, String>, StoreError> {
    let mut names: HashMap<ProviderId, String> =
        state.declared.providers.iter().map(|provider| (provider.id, provider.name.clone())).collect();
    for candidate in &decision.considered {
        if let std::collections::hash_map::Entry::Vacant(slot) = names.entry(candidate.provider_id)
            && let Some(provider) = state.store.find_provider(candidate.provider_id).await?
        {
            slot.insert(provider.name);
        }
    }
    Ok(names)
}

impl CandidateView {
    fn veiled(self) -> Self {
        Self {
            provider_id: None,
            provider: None,
            provider_token_id: None,
            model: None,
            cost_micros: None,
            calls_left: None,
            ..self
        }
    }

    fn of(candidate: Considered, place: usize, names: &HashMap<ProviderId, String>) -> Self {
        let per_million = |number: u64| number as f64 / 1_000_000.0;
        Self {
            place: candidate.obstacle.is_none().then_some(place),
            provider_id: Some(candidate.provider_id.0),
            provider: names.get(&candidate.provider_id).cloned(),
            provider_token_id: Some(candidate.credential_id.0),
            model: candidate.model,
            priority: candidate.priority,
            weight: candidate.weight,
            share: (per_million(candidate.share) * 1_000_000.0).round() / 10_000.0,
            health: per_million(candidate.health),
            cost_micros: candidate.cost.map(|cost| cost.0),
            first_token_ms: candidate.first_token_ms,
            in_flight: candidate.in_flight,
            calls_left: candidate.calls_left,
            invalid_answers: candidate.invalid,
            converts: candidate.converts,
            obstacle: candidate.obstacle.map(|obstacle| ObstacleView { code: obstacle.code(), text: words(&obstacle) }),
        }
    }
}

/// Says why a candidate could not be used.
fn words(obstacle: &Obstacle) -> String {
    let until = |ms: i64| match Utc.timestamp_millis_opt(ms).single() {
        Some(time) => format!("until {}", time.to_rfc3339_opts(SecondsFormat::Millis, true)),
        None => "for now".to_owned(),
    };
    match obstacle {
        Obstacle::Disabled => "the route, its credential or its provider is switched off".to_owned(),
        Obstacle::Incapable => "it does not serve this operation in any dialect".to_owned(),
        Obstacle::NotConvertible => "it cannot carry what the request asks for".to_owned(),
        Obstacle::OutOfScope => "the key is bound to other providers".to_owned(),
        Obstacle::PinnedElsewhere => "the name that was asked for pins another provider".to_owned(),
        Obstacle::NotChosen => "a rule chose others".to_owned(),
        Obstacle::Unpriced => "nobody says what it costs, and the call is billed; add a price".to_owned(),
        Obstacle::BalanceEmpty => "its account has nothing left; top it up".to_owned(),
        Obstacle::CallsUsedUp => "its credential has answered as many calls as its quota allows; raise it".to_owned(),
        Obstacle::BalanceStale => {
            "its site did not say for two days what is left; see why its synchronisation fails".to_owned()
        }
        Obstacle::KeyWithheld { reason } => withheld(*reason).to_owned(),
        Obstacle::SiteAway { until_ms } => {
            format!("its site could not be reached and is left alone {}", until(*until_ms))
        }
        Obstacle::Resting { trouble, of, until_ms } => {
            format!("its {} rests {} ({})", of.as_str(), until(*until_ms), trouble.as_str())
        }
        Obstacle::Busy => "as many calls are under way there as it may have".to_owned(),
        Obstacle::LimitReached { until_ms } => format!("it is at its limit {}", until(*until_ms)),
    }
}

const fn withheld(reason: Withheld) -> &'static str {
    match reason {
        Withheld::Disabled => "its site has disabled the key; enable it there",
        Withheld::Expired => "the key has expired; make another one at its site",
        Withheld::Exhausted => "the key's quota at its site is used up; raise it there",
        Withheld::Hidden => "its site does not show the key; enter it by hand",
        Withheld::GroupClosed => {
            "the account may not use the key's group any more; give the key another one at its site"
        }
    }
}
