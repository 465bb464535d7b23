//! A small ledger for tests: a customer with money, calls that were settled at a price, and a way to the tables that the
//! store does not offer.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, Database};
use sluice_domain::call::CallRecord;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{AccountId, CallId, NodeId, ProviderId, TransferId, UserId};
use sluice_domain::ledger::{Actor, Draw, Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::{
    CacheSaving, Class, Multiplier, Price, PriceEntry, PriceSource, PriceVersion, Rates, Sale, Scope, Service, Tariff,
    Tier,
};
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::{DatabaseUrl, MasterKey, Order, Settlement, Store};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const NODE: NodeId = NodeId(77);
/// The user whose account pays.
pub(crate) const CUSTOMER: UserId = UserId(1);
/// What most calls use.
pub(crate) const USAGE: Usage = Usage { input: 600, cache_read: 100, output: 400, reasoning: 0, ..NO_USAGE };
pub(crate) const NO_USAGE: Usage = Usage {
    input: 0,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
    input_audio: 0,
    input_image: 0,
    output: 0,
    reasoning: 0,
    output_audio: 0,
    output_image: 0,
    calls: 0,
    duration_ms: 0,
    images: 0,
};

/// A database with a customer in it.
pub(crate) struct Scene {
    pub(crate) store: Arc<Store>,
    pub(crate) customer: AccountId,
    pub(crate) folder: TempDir,
    url: String,
}

/// How a call is settled.
pub(crate) struct Sold {
    pub(crate) tariff: Option<Tariff>,
    pub(crate) usage: Usage,
    pub(crate) is_billed: bool,
}

impl Default for Sold {
    fn default() -> Self {
        Self { tariff: Some(marked_up()), usage: USAGE, is_billed: true }
    }
}

/// Returns the provider's price times 1.5 for the group and 0.8 for the key.
pub(crate) fn marked_up() -> Tariff {
    let sale = Sale::Marked { group: Multiplier(1_500_000), key: Multiplier(800_000) };
    Tariff { cost: price(Scope::Provider(ProviderId(4)), 2_500_000), sale }
}

/// Returns a price that states input, with a tier above a million tokens, and output.
pub(crate) fn price(scope: Scope, input: u64) -> Arc<PriceVersion> {
    let rates = Rates::default().with(Class::Input, input).with(Class::Output, 10_000_000);
    let mut price = Price::flat(rates);
    let dearer = Rates::default().with(Class::Input, input * 2);
    price.standard.tiers.push(Tier { above: 1_000_000, rates: dearer });
    let (model, source) = ("hidden-model".to_owned(), PriceSource::Operator);
    let effective_from = Timestamp(1_600_000_000_000);
    Arc::new(PriceVersion::from(PriceEntry { model, scope, source, effective_from, disputed: false, price }))
}

impl Scene {
    /// Makes the database and pays ten dollars in.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sluice.sqlite");
        let store = Store::open(&DatabaseUrl::sqlite(path.clone()), &MasterKey::from_bytes([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        let now = Clock::System.now();
        let customer = store.open_account(Holder::User(CUSTOMER), now).await.unwrap().id;
        let order = Order {
            id: TransferId(Uuid::from_u128(1)),
            account: customer,
            amount: Micros(10_000_000),
            call: None,
            actor: Actor::System,
            memo: String::new(),
            node: NODE,
            at: now,
        };
        store.top_up(&order, None).await.unwrap();
        Self { store: Arc::new(store), customer, url: format!("sqlite://{}", path.display()), folder }
    }

    /// Runs a statement that the store would never run, and returns how many rows it touched.
    pub(crate) async fn execute(&self, sql: &str) -> u64 {
        let connection = Database::connect(&self.url).await.unwrap();
        let outcome = connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
        outcome.rows_affected()
    }

    /// Settles the `n`th call, which began now, and returns its id.
    pub(crate) async fn settle(&self, n: u8, sold: &Sold) -> CallId {
        self.settle_record(record(n, Clock::System.now()), sold).await
    }

    /// Settles a call.
    pub(crate) async fn settle_record(&self, record: CallRecord, sold: &Sold) -> CallId {
        settle(&self.store, self.customer, record, sold).await
    }
}

/// Settles a call that `customer` pays for if it is billed.
pub(crate) async fn settle(store: &Store, customer: AccountId, record: CallRecord, sold: &Sold) -> CallId {
    let now = Clock::System.now();
    let held = Micros(if sold.is_billed { 20_000 } else { 0 });
    let priced = sold.tariff.as_ref().filter(|_| !sold.usage.is_empty());
    let (mut cost, mut charge, mut receipt) = (None, Micros(0), None);
    if let Some(tariff) = priced {
        let versions = match &tariff.sale {
            Sale::Fixed(own) => vec![Arc::clone(&tariff.cost), Arc::clone(own)],
            Sale::Marked { .. } => vec![Arc::clone(&tariff.cost)],
        };
        store.keep_price_versions(&versions, now).await.unwrap();
        cost = tariff.cost(&sold.usage, Service::Standard).ok();
        charge = tariff.charge(&sold.usage, Service::Standard).unwrap_or(held);
        receipt = Some(serde_json::to_string(&tariff.basis(Service::Standard, held)).unwrap());
    }
    let id = record.id;
    let record = CallRecord { usage: sold.usage, cost, ..record };
    let draw = Draw { account: customer, lease: None, amount: charge };
    let call = SettledCall {
        record,
        receipt,
        charge: sold.is_billed.then_some(draw),
        budgets: Vec::new(),
        saved: CacheSaving::default(),
    };
    let revenue = store.open_account(Holder::Revenue(NODE), now).await.unwrap().id;
    let settled =
        store.settle(&Settlement { node: NODE, revenue, at: now, calls: &[call], counted: &[] }).await.unwrap();
    assert_eq!(settled.posted, 1, "{:?}", settled.rejected);
    id
}

/// Makes the record of the `n`th call, without its usage.
pub(crate) fn record(n: u8, began: Timestamp) -> CallRecord {
    CallRecord {
        id: CallId::new(u64::try_from(began.0).unwrap(), [n; 10]),
        created_at: began,
        user_id: CUSTOMER,
        model_asked: "gpt-4o".to_owned(),
        model_used: "hidden-model".to_owned(),
        usage_source: UsageSource::Reported,
        ..crate::record::sample_record()
    }
}
