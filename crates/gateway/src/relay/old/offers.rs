//! `GET /api/v1/models/detailed` and `GET /api/providers/capabilities`: what the providers serve that the key may use.

use std::collections::BTreeMap;

use http::Response;
use http::header::{self, HeaderValue};
use serde_json::{Value, json};
use sluice_domain::key::Caller;
use sluice_protocol::operation::Operation;

use crate::relay::RelayResponse;
use crate::relay::wire::body::RelayBody;
use crate::snapshot::{Offer, Snapshot};

/// Lists what each provider serves; of one provider only where one is named.
pub(super) fn models(snapshot: &Snapshot, caller: &Caller, provider: Option<&str>) -> RelayResponse {
    let offers =
        offers(snapshot, caller).into_iter().filter(|offer| provider.is_none_or(|name| offer.provider == name));
    let data: Vec<Value> = offers
        .map(|offer| {
            let mut shown = shown(&offer);
            if let Some(members) = shown.as_object_mut() {
                members.insert("provider".to_owned(), offer.provider.into());
            }
            shown
        })
        .collect();
    answer(&json!({"object": "list", "data": data}))
}

/// Lists the providers with what they serve.
pub(super) fn providers(snapshot: &Snapshot, caller: &Caller) -> RelayResponse {
    let mut providers: BTreeMap<&str, Vec<Offer<'_>>> = BTreeMap::new();
    for offer in offers(snapshot, caller) {
        providers.entry(offer.provider).or_default().push(offer);
    }
    let data: Vec<Value> = providers
        .into_iter()
        .map(|(name, offers)| {
            let can = |operation| offers.iter().any(|offer| offer.can(operation));
            let chats = can(Operation::ChatCompletions);
            json!({
                "provider": name,
                "name": name,
                "display_name": name,
                "icon": "",
                "models": offers.iter().map(shown).collect::<Vec<_>>(),
                "supported_features": {
                    "chat_completions": chats,
                    "completions": can(Operation::Completions),
                    "embeddings": can(Operation::Embeddings),
                    "function_calling": chats,
                    "streaming": chats,
                },
            })
        })
        .collect();
    answer(&json!({"success": true, "data": data}))
}

fn offers<'s>(snapshot: &'s Snapshot, caller: &Caller) -> Vec<Offer<'s>> {
    let scope = &caller.key.scope.providers;
    let may_use = |offer: &Offer<'_>| {
        let is_in_scope = scope.is_empty() || scope.iter().any(|name| name == offer.provider);
        is_in_scope && caller.key.models.allows(offer.model)
    };
    snapshot.offers().into_iter().filter(may_use).collect()
}

fn shown(offer: &Offer<'_>) -> Value {
    let chats = offer.can(Operation::ChatCompletions);
    let limits = offer.limits();
    json!({
        "openai_id": offer.model,
        "provider_id": offer.upstream_model,
        "display_name": offer.model,
        "description": "",
        "capabilities": {
            "supports_chat": chats,
            "supports_completion": offer.can(Operation::Completions),
            "supports_embedding": offer.can(Operation::Embeddings),
            "supports_function_calling": chats,
            "supports_streaming": chats,
            "max_tokens": limits.max_output,
            "context_window": limits.context,
        },
    })
}

fn answer(value: &Value) -> RelayResponse {
    let mut response = Response::new(RelayBody::full(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
