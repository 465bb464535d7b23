//! Answers that Sluice gives by itself: its models, and the balance that old OpenAI clients ask for.

use serde_json::{Value, json};
use sluice_domain::key::Caller;
use sluice_protocol::operation::Family;

use crate::snapshot::Snapshot;

/// Models that are listed in one page; the dialects' own defaults are smaller, but no client of a gateway pages.
const PAGE_MAX: usize = 10_000;
/// Creation date of every listed model: the vendors' dates are not known here.
const CREATED_UNIX_SECS: i64 = 1_700_000_000;
const CREATED_RFC3339: &str = "2023-11-14T22:13:20Z";

/// Returns the models that a caller may use, in the shape of its dialect.
pub(crate) fn list_models(snapshot: &Snapshot, caller: &Caller, family: Family) -> Value {
    let names: Vec<&String> =
        snapshot.models.iter().filter(|name| caller.key.models.allows(name)).take(PAGE_MAX).collect();
    let models: Vec<Value> = names.iter().map(|name| model(name, family)).collect();
    match family {
        Family::OpenAi => json!({"object": "list", "data": models}),
        Family::Anthropic => json!({
            "data": models, "has_more": false, "first_id": names.first(), "last_id": names.last(),
        }),
        Family::Gemini => json!({"models": models}),
    }
}

/// Returns one model; `None` when there is none of that name or the caller may not use it.
pub(crate) fn get_model(snapshot: &Snapshot, caller: &Caller, family: Family, name: &str) -> Option<Value> {
    let is_visible = snapshot.knows(name) && caller.key.models.allows(name);
    let known = snapshot.models.iter().find(|known| known.eq_ignore_ascii_case(name));
    is_visible.then(|| model(known.map_or(name, String::as_str), family))
}

fn model(name: &str, family: Family) -> Value {
    match family {
        Family::OpenAi => json!({"id": name, "object": "model", "created": CREATED_UNIX_SECS, "owned_by": "sluice"}),
        Family::Anthropic => {
            json!({"type": "model", "id": name, "display_name": name, "created_at": CREATED_RFC3339})
        }
        Family::Gemini => json!({
            "name": format!("models/{name}"), "displayName": name, "version": "1",
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens", "embedContent"],
        }),
    }
}

/// Returns the subscription that old OpenAI clients ask for; calls without billing have no limit.
pub(crate) fn billing_subscription() -> Value {
    json!({
        "object": "billing_subscription", "has_payment_method": true, "hard_limit_usd": 999_999,
        "soft_limit_usd": 999_999, "system_hard_limit_usd": 999_999, "access_until": 4_102_444_800_i64,
    })
}

/// Returns the spend that old OpenAI clients ask for, in hundredths of a dollar.
pub(crate) fn billing_usage() -> Value {
    json!({"object": "list", "total_usage": 0})
}
