//! Whose money and which limits a call falls under: balances of users and keys, groups, budgets, and what people change
//! about them while calls run.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{KeyBilling, KeyFunding};
use sluice_domain::ledger::Holder;
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::{Funding, Group, Role};
use sluice_store::{NewKey, NewUser, Store, hash_key};
use sluice_testkit::{Kind as Vendor, Script, Upstream};
use tokio::task::JoinSet;

use crate::client::Answer;
use crate::gateway::{Gateway, eventually};
use crate::samples::Dialect;
use crate::tariff::{BILLED, MODEL, ask, assert_charged_for_usage, gateway_before, small_bound, small_call};

const FACTOR: &[u64] = &[1_500_000];
const PAID_IN: i64 = 1_000_000_000;
const NOW: Timestamp = Timestamp(0);
/// Keys of the database, without their prefix.
const FIRST: &str = "first-key-of-a-billed-user";
const SECOND: &str = "second-key-of-a-billed-user";
const OWN: &str = "key-with-a-balance-of-its-own";

fn new_key(secret: &str, billing: KeyBilling) -> NewKey {
    NewKey {
        name: secret.to_owned(),
        hash: hash_key(secret),
        last4: secret[secret.len() - 4..].to_owned(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing,
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: NOW,
    }
}

/// Makes a user who pays, in a group with a factor of 0.8, with two keys and one that pays for itself at twice the price.
async fn make_billed_user(store: &Store) -> (UserId, KeyId) {
    let group = Group {
        name: "cheap".to_owned(),
        multiplier: Multiplier(800_000),
        limits: Limits::NONE,
        remark: String::new(),
    };
    store.put_group(&group, NOW).await.unwrap();
    let user = NewUser {
        username: "ann".to_owned(),
        display_name: String::new(),
        email: String::new(),
        role: Role::Common,
        enabled: true,
        funding: Funding::Billed,
        group: "cheap".to_owned(),
        limits: Limits::NONE,
        password_hash: None,
        created_at: NOW,
    };
    let user = store.create_user(user).await.unwrap().id;
    let twice = KeyBilling { funding: KeyFunding::Own, multiplier: Multiplier(2_000_000), ..KeyBilling::default() };
    let mut made = Vec::new();
    for (secret, billing) in [(FIRST, KeyBilling::default()), (SECOND, KeyBilling::default()), (OWN, twice)] {
        made.push(store.create_key(user, new_key(secret, billing)).await.unwrap().id);
    }
    (user, made[2])
}

async fn balance(store: &Store, holder: Holder) -> i64 {
    store.find_account_of(holder).await.unwrap().unwrap().posted.0
}

/// Pays into the account of a holder, and opens it where there is none.
async fn pay_in(gateway: &Gateway, store: &Store, holder: Holder, amount: i64) {
    let account = store.open_account(holder, NOW).await.unwrap().id.0;
    gateway.top_up(account, amount).await;
}

#[tokio::test]
async fn keys_share_their_users_balance_and_one_may_have_its_own() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let mut gateway = gateway_before(&[&upstream]).await;
    let store = gateway.store().await;
    let (user, own) = make_billed_user(&store).await;
    gateway.restart().await;
    for secret in [FIRST, OWN] {
        assert_eq!(small_call(&gateway, secret).await.status, 402);
    }
    pay_in(&gateway, &store, Holder::User(user), PAID_IN).await;
    pay_in(&gateway, &store, Holder::Key(own), PAID_IN).await;
    let mut shared = 0;
    for secret in [FIRST, SECOND] {
        let got = is_served(&gateway, secret).await;
        shared += assert_charged_for_usage(&gateway.record(got.call()).await, &[800_000]);
    }
    let got = is_served(&gateway, OWN).await;
    let alone = assert_charged_for_usage(&gateway.record(got.call()).await, &[800_000, 2_000_000]);
    assert_eq!(balance(&store, Holder::User(user)).await, PAID_IN - shared);
    assert_eq!(balance(&store, Holder::Key(own)).await, PAID_IN - alone);
    store.close().await.unwrap();
    gateway.finish().await;
}

/// Calls until the call is served: what a refusal was for may be known for a moment longer.
async fn is_served(gateway: &Gateway, key: &str) -> Answer {
    eventually("a call to be served", async || Some(small_call(gateway, key).await).filter(|got| got.status == 200))
        .await
}

/// Sends so many calls at once, has all of them admitted or refused before any is answered, and returns the answers.
async fn rush(gateway: &Gateway, upstream: &Upstream, key: &'static str, count: usize) -> Vec<Answer> {
    upstream.forget();
    upstream.hold();
    let mut calls = JoinSet::new();
    for _ in 0..count {
        gateway.expect_records(1);
        let mut body = Dialect::Chat.request(MODEL, false);
        body["max_tokens"] = json!(100);
        let request = ask(gateway, Dialect::Chat, key, &body);
        calls.spawn(async move { Answer::of(request.send().await.unwrap()).await });
    }
    let mut answers = Vec::new();
    while answers.len() + upstream.requests().len() < count {
        if let Ok(Some(answer)) = tokio::time::timeout(std::time::Duration::from_millis(20), calls.join_next()).await {
            answers.push(answer.unwrap());
        }
    }
    upstream.release();
    answers.extend(calls.join_all().await);
    answers
}

fn served(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

async fn spent_of(gateway: &Gateway, answers: &[Answer]) -> i64 {
    let mut spent = 0;
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        spent += assert_charged_for_usage(&gateway.record(answer.call()).await, FACTOR);
    }
    spent
}

/// What one small call with the billed key reserves.
fn bound() -> i64 {
    (small_bound() * 3 + 1) / 2
}

async fn budget_of(gateway: &Gateway, id: i64) -> Value {
    gateway.admin(Method::GET, &format!("/api/budget/{id}"), None).await.json()["data"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_budgets_of_a_key_must_have_room() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let mut gateway = gateway_before(&[&upstream]).await;
    gateway.pay_in("billed", PAID_IN).await;
    let key = gateway.key_named("billed").await["id"].clone();
    let budget = |period: &str, calls: i64| json!({"scope": "key", "owner_id": key, "period": period, "limit_micros": calls * bound()});
    let total = gateway.budget(budget("total", 30)).await;
    let day = gateway.budget(budget("day", 20)).await;
    gateway.restart().await;
    // The narrower one decides.
    let answers = rush(&gateway, &upstream, BILLED, 60).await;
    assert!((19..=20).contains(&served(&answers)), "{}", served(&answers));
    let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (402, &json!("budget_exhausted")));
    let spent = spent_of(&gateway, &answers).await;
    // Both are drawn from, by the same.
    let store = gateway.store().await;
    for (id, limit) in [(total, 30 * bound()), (day, 20 * bound())] {
        let left = eventually("a budget to be settled", async || {
            let accounts = crate::audit::accounts(&store).await;
            let of_budget = |holder: Holder| matches!(holder, Holder::Budget(budget, _) if budget.0 == id);
            accounts.iter().find(|account| of_budget(account.holder)).map(|account| account.posted.0)
        })
        .await;
        assert_eq!(left, limit - spent, "{}", budget_of(&gateway, id).await);
    }
    assert_eq!(gateway.settled_balance("billed").await, PAID_IN - spent);
    store.close().await.unwrap();
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_that_is_deleted_while_calls_run_is_none_for_those_that_come() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let mut gateway = gateway_before(&[&upstream]).await;
    gateway.pay_in("billed", PAID_IN).await;
    let key = gateway.key_named("billed").await["id"].clone();
    let budget = json!({"scope": "key", "owner_id": key, "period": "total", "limit_micros": 5 * bound()});
    let budget = gateway.budget(budget).await;
    gateway.restart().await;
    upstream.hold();
    let mut calls = JoinSet::new();
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(100);
    for _ in 0..4 {
        gateway.expect_records(1);
        calls.spawn(ask(&gateway, Dialect::Chat, BILLED, &body).send());
    }
    upstream.wait_for_requests(4).await;
    let deleted = gateway.admin(Method::DELETE, &format!("/api/budget/{budget}"), None).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    upstream.release();
    let mut answers = Vec::new();
    for answer in calls.join_all().await {
        answers.push(Answer::of(answer.unwrap()).await);
    }
    assert_eq!(served(&answers), 4);
    // Far more than the budget had.
    eventually("calls without the budget", async || {
        let more = rush(&gateway, &upstream, BILLED, 10).await;
        assert!(
            more.iter().all(|answer| [200, 402].contains(&answer.status)),
            "{:?}",
            more.iter().map(Answer::text).collect::<Vec<_>>()
        );
        let is_free = served(&more) == 10;
        answers.extend(more);
        is_free.then_some(())
    })
    .await;
    let spent = spent_of(&gateway, &answers).await;
    assert_eq!(gateway.settled_balance("billed").await, PAID_IN - spent);
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_is_paid_in_while_calls_run_is_spent_and_no_more() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let gateway = gateway_before(&[&upstream]).await;
    let account = gateway.pay_in("billed", 3 * bound()).await;
    let (mut answers, mut paid_in) = (Vec::new(), 3 * bound());
    for _ in 0..4 {
        let rushed = rush(&gateway, &upstream, BILLED, 20);
        let top_up = async {
            gateway.top_up(account, 5 * bound()).await;
        };
        let (more, ()) = tokio::join!(rushed, top_up);
        paid_in += 5 * bound();
        answers.extend(more);
    }
    assert!(served(&answers) >= 8, "{}", served(&answers));
    let spent = spent_of(&gateway, &answers).await;
    let balance = gateway.settled_balance("billed").await;
    assert_eq!(balance, paid_in - spent);
    assert!(balance >= 0);
    gateway.finish().await;
}

#[tokio::test]
async fn a_call_is_given_back_once_and_no_more_than_it_cost() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let gateway = gateway_before(&[&upstream]).await;
    let account = gateway.pay_in("billed", PAID_IN).await;
    let got = small_call(&gateway, BILLED).await;
    let charged = assert_charged_for_usage(&gateway.record(got.call()).await, FACTOR);
    let path = format!("/api/account/{account}/refund");
    let refund = async |amount: Option<i64>| {
        let order = json!({"call": got.call(), "amount_micros": amount});
        gateway.admin(Method::POST, &path, Some(order)).await.status
    };
    assert_ne!(refund(Some(charged + 1)).await, 200);
    assert_eq!(refund(Some(1)).await, 200);
    assert_eq!(refund(None).await, 200);
    assert_ne!(refund(Some(1)).await, 200);
    assert_eq!(gateway.settled_balance("billed").await, PAID_IN);
    // The record still says what the call cost.
    assert_eq!(gateway.record(got.call()).await["charged_micros"], charged);
    gateway.finish().await;
}
