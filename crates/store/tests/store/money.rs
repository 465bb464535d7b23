//! Accounts with money in them, and calls that cost some.

use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::id::{AccountId, CallId, CredentialId, KeyId, LeaseId, NodeId, ProviderId, TransferId, UserId};
use sluice_domain::ledger::{Account, Actor, Draw, Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::{Borrow, Order, Settled, Settlement, Store, StoreError, Verification, VerifyOptions};
use uuid::Uuid;

use crate::support::NOW;

pub(crate) const NODE: NodeId = NodeId(77);

pub(crate) fn transfer_id(n: u64) -> TransferId {
    TransferId(Uuid::from_u64_pair(1, n))
}

pub(crate) fn lease_id(n: u64) -> LeaseId {
    LeaseId(Uuid::from_u64_pair(2, n))
}

/// Makes the id of the `n`th call; ids do not follow their numbers.
pub(crate) fn call_id(n: u64) -> CallId {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    CallId::new(u64::try_from(NOW.0).unwrap(), random)
}

pub(crate) fn order(n: u64, account: AccountId, amount: i64) -> Order {
    Order {
        id: transfer_id(n),
        account,
        amount: Micros(amount),
        call: None,
        actor: Actor::User(UserId(1)),
        memo: "by hand".to_owned(),
        node: NODE,
        at: NOW,
    }
}

/// Opens the account of user `user` and pays `amount` in.
pub(crate) async fn funded(store: &Store, user: i64, amount: i64) -> Account {
    let account = store.open_account(Holder::User(UserId(user)), NOW).await.unwrap();
    let n = 1_000_000 + u64::try_from(user).unwrap();
    store.top_up(&order(n, account.id, amount), None).await.unwrap();
    look(store, account.id).await
}

pub(crate) async fn revenue(store: &Store) -> AccountId {
    store.open_account(Holder::Revenue(NODE), NOW).await.unwrap().id
}

pub(crate) async fn look(store: &Store, id: AccountId) -> Account {
    store.find_account(id).await.unwrap().unwrap()
}

/// Returns what is posted and what is leased.
pub(crate) async fn balance(store: &Store, id: AccountId) -> (i64, i64) {
    let account = look(store, id).await;
    (account.posted.0, account.leased.0)
}

pub(crate) fn borrow(n: u64, account: AccountId, want: i64, minimum: i64) -> Borrow {
    Borrow {
        id: lease_id(n),
        account,
        node: NODE,
        want: Micros(want),
        minimum: Micros(minimum),
        expires_at: sluice_domain::clock::Timestamp(NOW.0 + 60_000),
    }
}

pub(crate) fn draw(account: AccountId, lease: Option<u64>, amount: i64) -> Draw {
    Draw { account, lease: lease.map(lease_id), amount: Micros(amount) }
}

/// Makes the `n`th call, which costs what `charge` says.
pub(crate) fn call(n: u64, charge: Option<Draw>) -> SettledCall {
    let record = CallRecord {
        id: call_id(n),
        created_at: NOW,
        key_id: KeyId(3),
        user_id: UserId(1),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: "gpt-4o".to_owned(),
        model_used: "gpt-4o".to_owned(),
        provider_id: Some(ProviderId(2)),
        provider_name: "one".to_owned(),
        credential_id: Some(CredentialId(4)),
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage { input: n, output: 2, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Micros(1)),
        first_token_ms: Some(30),
        duration_ms: 400,
        stream: true,
        client_ip: None,
        upstream_request_id: String::new(),
        attempts: Vec::new(),
        decision: None,
    };
    SettledCall {
        record,
        receipt: Some("{\"rounded\":\"up\"}".to_owned()),
        charge,
        budgets: Vec::new(),
        saved: CacheSaving::default(),
    }
}

pub(crate) async fn settle(store: &Store, calls: &[SettledCall]) -> Result<Settled, StoreError> {
    let revenue = store.open_account(Holder::Revenue(NODE), NOW).await?.id;
    store.settle(&Settlement { node: NODE, revenue, at: NOW, calls, counted: &[] }).await
}

/// Settles and returns how many calls were posted and how many were known; none may be rejected.
pub(crate) async fn settle_all(store: &Store, calls: &[SettledCall]) -> (usize, usize) {
    let settled = settle(store, calls).await.unwrap();
    assert!(settled.rejected.is_empty(), "{:?}", settled.rejected);
    (settled.posted, settled.known)
}

pub(crate) async fn verify(store: &Store) -> Verification {
    store.verify_ledger(&VerifyOptions::default()).await.unwrap()
}

/// Asserts that everything adds up.
pub(crate) async fn assert_clean(store: &Store) -> Verification {
    let verification = verify(store).await;
    assert!(verification.is_clean(), "{:?}", verification.deviations);
    verification
}
