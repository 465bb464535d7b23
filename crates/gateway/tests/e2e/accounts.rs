//! Money of a test: what is paid in, what is left, what was borrowed.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_domain::id::{LeaseId, NodeId};
use sluice_store::Store;

use crate::gateway::{Gateway, eventually};

impl Gateway {
    /// Pays into the balance of a key and returns the id of its account.
    pub(crate) async fn pay_in(&self, key_name: &str, micros: i64) -> i64 {
        let account = self.account_of_key(key_name).await;
        let id = account["id"].as_i64().unwrap();
        self.top_up(id, micros).await;
        id
    }

    /// Pays into an account.
    pub(crate) async fn top_up(&self, account: i64, micros: i64) {
        let order = json!({"amount_micros": micros, "memo": "paid in by a test"});
        let paid = self.admin(Method::POST, &format!("/api/account/{account}/top-up"), Some(order)).await;
        assert_eq!(paid.status, 200, "{}", paid.text());
    }

    /// Returns a key of the file or of the database by its name.
    pub(crate) async fn key_named(&self, name: &str) -> Value {
        let keys = self.admin(Method::GET, "/api/agg-token/?all=true", None).await.json();
        let keys = keys["data"]["items"].as_array().unwrap().clone();
        keys.into_iter().find(|key| key["name"] == name).unwrap_or_else(|| panic!("no key `{name}`"))
    }

    /// Returns the account of a key as it is now.
    pub(crate) async fn account_of_key(&self, key_name: &str) -> Value {
        let id = self.key_named(key_name).await["id"].clone();
        let account = self.admin(Method::GET, &format!("/api/agg-token/{id}/account"), None).await;
        assert_eq!(account.status, 200, "{}", account.text());
        account.json()["data"].clone()
    }

    /// Makes a budget and returns its id.
    pub(crate) async fn budget(&self, budget: Value) -> i64 {
        let made = self.admin(Method::POST, "/api/budget/", Some(budget)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.json()["data"]["id"].as_i64().unwrap()
    }

    /// Waits until everything that a key's calls borrowed is given back, and returns what is left.
    pub(crate) async fn settled_balance(&self, key_name: &str) -> i64 {
        eventually("the leases to be given back", async || {
            let account = self.account_of_key(key_name).await;
            (account["leased_micros"] == 0).then(|| account["posted_micros"].as_i64().unwrap())
        })
        .await
    }
}

/// Returns what the node with this data folder has borrowed.
pub(crate) async fn borrowed_by(store: &Store, data: &Path) -> Vec<LeaseId> {
    let Ok(text) = std::fs::read_to_string(data.join("node")) else { return Vec::new() };
    let node = NodeId(text.trim().parse().unwrap());
    store.leases_of(node).await.unwrap().iter().map(|lease| lease.id).collect()
}
