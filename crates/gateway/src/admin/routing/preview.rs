//! Where would this call go right now?

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{Caller, Key, KeyBilling};
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::{Choice, Rule, Scope};
use sluice_domain::user::{DEFAULT_GROUP, Funding};
use sluice_store::{StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::decision::DecisionView;
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Body, Envelope, Failure, Problem, Reply, found};
use crate::snapshot::rules::Ruled;
use crate::tokens;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(preview_route))
}

/// A call that might be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewInput {
    /// Model asked for; that of `body` where it is left out.
    #[serde(default)]
    model: Option<String>,
    /// Path of the call.
    #[serde(default = "chat")]
    path: String,
    /// Id of the key that would call; left out, one that may do everything.
    #[serde(default)]
    key: Option<i64>,
    /// The request; a short question where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
    /// Rules that are not saved, to see what they would decide; left out, those in force.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    rules: Option<Vec<Rule>>,
}

fn chat() -> String {
    "/v1/chat/completions".to_owned()
}

/// Where a call would go.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewView {
    /// The candidates, and why.
    decision: DecisionView,
    /// What the caller would be told instead of an answer; `null` where a provider would be tried.
    refusal: Option<String>,
    /// What is doubtful about the rules that were sent: providers that are not in use.
    problems: Vec<String>,
}

/// Tell where a call would go right now, and why, without making it or saving anything. Draws are made as for a call, so that the order of
/// candidates with shares may differ each time.
#[utoipa::path(post, path = "/api/route/preview", tag = "Routing", request_body = PreviewInput,
    responses((status = 200, description = "Where the call would go.", body = Envelope<PreviewView>)))]
async fn preview_route(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Body(input): Body<PreviewInput>,
) -> Reply<PreviewView> {
    let caller = match input.key {
        Some(id) => caller_of(&state, KeyId(id)).await?,
        None => anybody(),
    };
    let body = request(input.model, input.body);
    let problems = match &input.rules {
        Some(rules) => doubts(&state, rules).await?,
        None => Vec::new(),
    };
    let draft = input.rules.as_deref().map(compiled).transpose()?;
    if draft.iter().flatten().any(Ruled::counts_tokens) {
        // The first count waits for a vocabulary.
        tokio::task::spawn_blocking(|| tokens::count("")).await.ok();
    }
    let call = (input.path.as_str(), body.to_string().into());
    let previewed = state.previewer.preview(caller, call, draft.as_deref()).await;
    let previewed = previewed.ok_or(Problem::Internal)?;
    let decision = DecisionView::of(&state, previewed.decision).await?;
    found(PreviewView { decision, refusal: previewed.refusal, problems })
}

/// Compiles rules that are not saved.
fn compiled(rules: &[Rule]) -> Result<Vec<Ruled>, Failure> {
    let compile = |(number, rule): (usize, &Rule)| {
        Ruled::compile(rule, number).map_err(|error| {
            let reason = format!("rule {number} `{}`: {error}", rule.name);
            Problem::ValueInvalid.with("field", "rules").with("reason", reason)
        })
    };
    (1..).zip(rules).map(compile).collect()
}

/// Returns what speaks against rules that compile.
async fn doubts(state: &AdminState, rules: &[Rule]) -> Result<Vec<String>, Failure> {
    let catalog = state.store.load_catalog().await?;
    let providers: HashSet<String> = catalog
        .providers
        .iter()
        .chain(&state.declared.providers)
        .filter(|provider| provider.enabled)
        .map(|provider| provider.name.to_lowercase())
        .collect();
    let choices =
        (1_usize..).zip(rules).flat_map(|(number, rule)| rule.providers.iter().map(move |choice| (number, choice)));
    let missing = choices.filter(|(_, choice)| !providers.contains(&choice.provider.to_lowercase()));
    let word = |(number, choice): (usize, &Choice)| {
        format!("rule {number} names the provider `{}`, which is not in use", choice.provider)
    };
    Ok(missing.map(word).collect())
}

fn request(model: Option<String>, body: Option<Value>) -> Value {
    let question = || json!({"messages": [{"role": "user", "content": "Hello"}]});
    let mut body = body.unwrap_or_else(question);
    if let (Some(model), Some(fields)) = (model, body.as_object_mut()) {
        fields.insert("model".to_owned(), model.into());
    }
    body
}

/// Returns a key as callers present it.
async fn caller_of(state: &AdminState, id: KeyId) -> Result<Caller, Failure> {
    if let Some(key) = state.declared.keys.iter().find(|key| key.id == id) {
        let group = state.declared.key_groups.get(&id).cloned();
        return Ok(Caller { key: key.clone(), group: group.unwrap_or_else(|| DEFAULT_GROUP.to_owned()), ..anybody() });
    }
    let missing = |what| Failure::from(StoreError::NotFound { what });
    let key = state.store.find_key(id, None).await?.ok_or_else(|| missing(What::Key))?;
    let owner = state.store.find_user(key.user_id).await?.ok_or_else(|| missing(What::User))?;
    Ok(Caller { key, group: owner.group, funding: owner.funding, ..anybody() })
}

/// Returns a caller who may do everything and pays nothing.
fn anybody() -> Caller {
    Caller {
        key: Key {
            id: KeyId(0),
            user_id: UserId(0),
            name: "preview".to_owned(),
            last4: String::new(),
            enabled: true,
            expires_at: None,
            models: ModelList::default(),
            addresses: AddressList::default(),
            billing: KeyBilling::default(),
            limits: Limits::NONE,
            scope: Scope::default(),
            created_at: sluice_domain::clock::Timestamp(0),
            accessed_at: None,
            previous_until: None,
        },
        owner_enabled: true,
        funding: Funding::Unlimited,
        group: DEFAULT_GROUP.to_owned(),
        owner_limits: Limits::NONE,
        group_limits: Limits::NONE,
        budgets: Vec::new(),
    }
}
