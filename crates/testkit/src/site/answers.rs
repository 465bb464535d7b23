//! What a site answers.

use http::Method;
use serde_json::{Value, json};

use super::{Generation, SiteFacts, SiteKey, agreed, refusal};
use crate::call::Inbound;
use crate::reply::Reply;

/// Keys on a page of One-API, whatever is asked for.
const ONE_API_PAGE: usize = 10;
/// Most keys on a page of NewAPI, and most that are revealed at once.
const PAGE_MAX: usize = 100;
/// Longest name of a key.
const NAME_MAX: usize = 30;

/// Answers a request.
pub(super) fn answer(site: &mut SiteFacts, inbound: &Inbound) -> Reply {
    let segments = inbound.segments();
    let method = &inbound.method;
    if segments.as_slice() == ["api", "status"] {
        return status(site);
    }
    if let Some(refused) = refused(site, inbound) {
        return refused;
    }
    match (method, segments.as_slice()) {
        (&Method::GET, ["api", "pricing"]) if site.generation != Generation::OneApi => pricing(site),
        (&Method::GET, ["api", "user", "self"]) => agreed(
            json!({"id": site.user_id, "username": "me", "quota": site.quota, "used_quota": 1, "group": site.group}),
        ),
        (&Method::GET, ["api", "subscription", "self"]) if site.generation == Generation::Latest => subscriptions(site),
        (&Method::GET, ["api", "user", "self", "groups"]) if site.generation != Generation::OneApi => groups(site),
        (&Method::GET, ["api", "user", "available_models"]) if site.generation == Generation::OneApi => {
            agreed(site.models.iter().map(|model| model.name.clone()).collect())
        }
        (&Method::POST, ["api", "user", "checkin"]) if site.generation != Generation::OneApi => {
            let (success, message) = &site.check_in;
            Reply::json(&json!({"success": success, "message": message, "data": {"quota_awarded": 12}}))
        }
        (&Method::GET, ["api", "token"]) => list(site, inbound),
        (&Method::POST, ["api", "token"]) => create(site, inbound),
        (&Method::POST, ["api", "token", "batch", "keys"]) if site.generation == Generation::Latest => {
            reveal_many(site, inbound)
        }
        (&Method::POST, ["api", "token", id, "key"]) if is_masking(site) => reveal(site, id),
        (&Method::GET, ["api", "token", id]) => match find(site, id) {
            Some(key) => agreed(shown(site, key)),
            None => refusal(200, "record not found"),
        },
        (&Method::DELETE, ["api", "token", id]) => delete(site, id),
        _ => {
            let message = format!("Invalid URL ({method} {})", inbound.path);
            let body = json!({"error": {"message": message, "type": "invalid_request_error"}});
            Reply::error(404, &body)
        }
    }
}

/// Refuses who is not the account.
fn refused(site: &SiteFacts, inbound: &Inbound) -> Option<Reply> {
    if inbound.bearer() != Some(site.access_token.as_str()) {
        return Some(refusal(401, "无权进行此操作，access token 无效"));
    }
    let user = inbound.header("new-api-user");
    match (site.generation, user) {
        (Generation::OneApi, _) => None,
        (_, None) => Some(refusal(401, "无权进行此操作，未提供 New-Api-User")),
        (_, Some(user)) if user != site.user_id.to_string() => {
            Some(refusal(401, "无权进行此操作，New-Api-User 与登录用户不匹配"))
        }
        (_, Some(_)) => None,
    }
}

fn status(site: &SiteFacts) -> Reply {
    let mut data = json!({"version": "v0.0.0", "system_name": "site", "checkin_enabled": true});
    if let (Some(units), Some(data)) = (site.quota_per_unit, data.as_object_mut()) {
        data.insert("quota_per_unit".to_owned(), units.into());
    }
    agreed(data)
}

fn subscriptions(site: &SiteFacts) -> Reply {
    let row = |&(total, used): &(i64, i64)| {
        json!({"subscription": {
            "id": 1, "user_id": site.user_id, "plan_id": 1, "amount_total": total, "amount_used": used, "start_time": 1,
            "end_time": 4_102_444_800_i64, "status": "active", "source": "order", "next_reset_time": 0, "upgrade_group": "",
        }})
    };
    let rows: Vec<Value> = site.subscription.iter().map(row).collect();
    agreed(json!({"billing_preference": "subscription_first", "subscriptions": rows, "all_subscriptions": rows}))
}

fn pricing(site: &SiteFacts) -> Reply {
    let row = |model: &super::SiteModel| {
        json!({
            "model_name": model.name, "quota_type": 0, "model_ratio": model.ratio, "model_price": 0,
            "owner_by": "", "completion_ratio": 4, "enable_groups": model.groups, "supported_endpoint_types": ["openai"],
        })
    };
    let shown = match site.generation {
        Generation::Latest => &site.group_ratio,
        _ => site.visitor_ratio.as_ref().unwrap_or(&site.group_ratio),
    };
    let usable: serde_json::Map<String, Value> =
        shown.keys().map(|group| (group.clone(), format!("the group {group}").into())).collect();
    let mut page = json!({
        "success": true,
        "data": site.models.iter().map(row).collect::<Vec<_>>(),
        "group_ratio": shown,
        "usable_group": usable,
    });
    if let (Generation::Masked | Generation::Latest, Some(page)) = (site.generation, page.as_object_mut()) {
        let endpoint = json!({"openai": {"path": "/v1/chat/completions", "method": "POST"}});
        page.insert("supported_endpoint".to_owned(), endpoint);
        page.insert("vendors".to_owned(), json!([{"id": 1, "name": "OpenAI"}]));
        page.insert("auto_groups".to_owned(), json!([]));
    }
    Reply::json(&page)
}

fn groups(site: &SiteFacts) -> Reply {
    let group =
        |(name, ratio): (&String, &f64)| (name.clone(), json!({"ratio": ratio, "desc": format!("the group {name}")}));
    let mut groups: serde_json::Map<String, Value> = site.group_ratio.iter().map(group).collect();
    if site.generation == Generation::Latest {
        groups.insert("auto".to_owned(), json!({"ratio": "自动", "desc": "auto"}));
    }
    agreed(groups.into())
}

fn is_masking(site: &SiteFacts) -> bool {
    matches!(site.generation, Generation::Masked | Generation::Latest)
}

fn list(site: &SiteFacts, inbound: &Inbound) -> Reply {
    let number = |name: &str| inbound.query(name).and_then(|text| text.parse::<usize>().ok());
    let page = number("p").unwrap_or(0);
    let (size, first) = match site.generation {
        Generation::OneApi => (ONE_API_PAGE, page),
        // Pages count from 1; 0 is the same as 1.
        _ => (number("page_size").unwrap_or(10).clamp(1, PAGE_MAX), page.max(1) - 1),
    };
    let newest_first = site.keys.iter().rev().skip(first * size).take(size);
    let rows: Vec<Value> = newest_first.map(|key| shown(site, key)).collect();
    match site.generation {
        Generation::OneApi => agreed(rows.into()),
        _ => agreed(json!({"page": page.max(1), "page_size": size, "total": site.keys.len(), "items": rows})),
    }
}

/// Returns a key as the site shows it.
fn shown(site: &SiteFacts, key: &SiteKey) -> Value {
    let secret = match (is_masking(site), key.key.get(..4), key.key.get(key.key.len().saturating_sub(4)..)) {
        (true, Some(start), Some(end)) => format!("{start}**********{end}"),
        _ => key.key.clone(),
    };
    let mut row = json!({
        "id": key.id, "user_id": key.user_id.unwrap_or(site.user_id), "key": secret, "status": key.status,
        "name": key.name, "created_time": 1_700_000_000, "expired_time": key.expires_at,
        "remain_quota": key.quota.unwrap_or(0), "unlimited_quota": key.quota.is_none(), "used_quota": 3,
    });
    let Some(fields) = row.as_object_mut() else { return row };
    if site.generation == Generation::OneApi {
        fields.insert("models".to_owned(), key.model_limits.clone().into());
    } else {
        fields.insert("group".to_owned(), key.group.clone().into());
        fields.insert("model_limits_enabled".to_owned(), (!key.model_limits.is_empty()).into());
        fields.insert("model_limits".to_owned(), key.model_limits.clone().into());
    }
    row
}

fn find<'a>(site: &'a SiteFacts, id: &str) -> Option<&'a SiteKey> {
    let id: i64 = id.parse().ok()?;
    site.keys.iter().find(|key| key.id == id)
}

/// Takes one of the requests for secrets that are granted, or refuses.
fn limited(site: &mut SiteFacts) -> Option<Reply> {
    match site.reveals_left.checked_sub(1) {
        Some(left) => {
            site.reveals_left = left;
            None
        }
        None => Some(Reply { status: http::StatusCode::TOO_MANY_REQUESTS, ..Reply::whole("text/plain", "") }),
    }
}

fn reveal(site: &mut SiteFacts, id: &str) -> Reply {
    if let Some(refused) = limited(site) {
        return refused;
    }
    match find(site, id) {
        Some(key) => agreed(json!({"key": key.key})),
        None => refusal(200, "record not found"),
    }
}

fn reveal_many(site: &mut SiteFacts, inbound: &Inbound) -> Reply {
    if let Some(refused) = limited(site) {
        return refused;
    }
    let body: Value = serde_json::from_slice(&inbound.body).unwrap_or_default();
    let ids: Vec<i64> =
        body.get("ids").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect();
    if ids.is_empty() || ids.len() > PAGE_MAX || inbound.media_type() != "application/json" {
        return refusal(200, "无效的参数");
    }
    let wanted = site.keys.iter().filter(|key| ids.contains(&key.id));
    let keys: serde_json::Map<String, Value> = wanted.map(|key| (key.id.to_string(), key.key.clone().into())).collect();
    agreed(json!({"keys": keys}))
}

fn create(site: &mut SiteFacts, inbound: &Inbound) -> Reply {
    let body: Value = serde_json::from_slice(&inbound.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (name, group) = (text("name"), text("group"));
    if name.is_empty() || name.len() > NAME_MAX {
        return refusal(200, "令牌名称长度必须在1-30之间");
    }
    if !group.is_empty() && !site.group_ratio.contains_key(&group) {
        return refusal(200, "无权访问该分组");
    }
    let id = site.keys.iter().map(|key| key.id).max().unwrap_or(0) + 1;
    let key = SiteKey::new(id, format!("made{id:05}padding{id:05}"), name);
    site.keys.push(SiteKey { group, model_limits: text("model_limits"), ..key });
    Reply::json(&json!({"success": true, "message": ""}))
}

fn delete(site: &mut SiteFacts, id: &str) -> Reply {
    let before = site.keys.len();
    let id: i64 = id.parse().unwrap_or(0);
    site.keys.retain(|key| key.id != id);
    if site.keys.len() < before {
        Reply::json(&json!({"success": true, "message": ""}))
    } else {
        refusal(200, "record not found")
    }
}
