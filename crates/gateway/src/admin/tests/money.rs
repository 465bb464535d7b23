//! Money over the API.

mod accounts;
mod budgets;
mod groups;
mod ledger;
mod orders;
mod prices;
mod proof;
mod sync;

use super::*;
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::id::{AccountId, CallId, KeyId, UserId};
use sluice_domain::ledger::{Draw, Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::Settlement;

/// A user with an account.
struct Customer {
    id: i64,
    client: Client,
    account: i64,
}

impl Site {
    async fn customer(&self, root: &Client, name: &str) -> Customer {
        let (id, client) = self.user(root, name, 1).await;
        let account = client.get("/api/account/self").await.ok()["id"].as_i64().unwrap();
        Customer { id, client, account }
    }

    /// Makes a key and returns its id.
    async fn key_of(&self, client: &Client, name: &str) -> i64 {
        client.post("/api/agg-token/", json!({"name": name})).await.ok();
        client.get("/api/agg-token/").await.ok()["items"][0]["id"].as_i64().unwrap()
    }

    /// Settles a call that the account pays `charge` for, and returns the call's id.
    async fn charge(&self, account: i64, n: u8, charge: i64) -> String {
        let account = AccountId(account);
        let call = SettledCall {
            record: record(n),
            receipt: None,
            charge: Some(Draw { account, lease: None, amount: Micros(charge) }),
            budgets: Vec::new(),
            saved: CacheSaving::default(),
        };
        let id = call.record.id.to_string();
        self.settle(call).await;
        id
    }

    async fn settle(&self, call: SettledCall) {
        let store = &self.state.store;
        let at = Timestamp(NOW_MS);
        let revenue = store.open_account(Holder::Revenue(NODE), at).await.unwrap().id;
        let settled =
            store.settle(&Settlement { node: NODE, revenue, at, calls: &[call], counted: &[] }).await.unwrap();
        assert_eq!(settled.posted, 1, "{:?}", settled.rejected);
    }

    /// Asserts that the ledger adds up.
    async fn assert_sound(&self, root: &Client) {
        let verified = root.post("/api/ledger/verify", json!({})).await;
        assert_eq!(verified.ok()["is_clean"], json!(true), "{}", verified.text);
    }
}

fn record(n: u8) -> CallRecord {
    CallRecord {
        id: CallId::new(u64::try_from(NOW_MS).unwrap(), [n; 10]),
        created_at: Timestamp(NOW_MS),
        key_id: KeyId(1),
        user_id: UserId(1),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: "gpt-4o".to_owned(),
        model_used: "gpt-4o".to_owned(),
        provider_id: None,
        provider_name: String::new(),
        credential_id: None,
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage::default(),
        usage_source: UsageSource::Reported,
        cost: None,
        first_token_ms: None,
        duration_ms: 1,
        stream: false,
        client_ip: None,
        upstream_request_id: String::new(),
        attempts: Vec::new(),
        decision: None,
    }
}

impl Client {
    async fn post_once(&self, path: &str, body: &Value, key: &str) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send(Method::POST, path, Body::from(body.to_string()), &headers).await
    }

    async fn balance(&self, account: i64) -> i64 {
        self.get(&format!("/api/account/{account}")).await.ok()["posted_micros"].as_i64().unwrap()
    }

    async fn book(&self, account: i64, how: &str, body: Value) -> Answer {
        self.post(&format!("/api/account/{account}/{how}"), body).await
    }

    /// Reads a whole list, a page of two rows at a time.
    async fn all_of(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut page = self.get(&format!("{path}page_size=2")).await;
        loop {
            let items = page.ok()["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            rows.extend(items.iter().cloned());
            let Some(cursor) = page.ok()["next_cursor"].as_str() else { return rows };
            assert_eq!(page.ok()["has_more"], json!(true));
            page = self.get(&format!("{path}page_size=2&cursor={cursor}")).await;
        }
    }
}

impl Answer {
    fn is_replay(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }
}
