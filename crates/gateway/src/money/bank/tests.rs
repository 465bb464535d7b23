use std::sync::atomic::AtomicI64;

use sluice_domain::id::{KeyId, TransferId, UserId};
use sluice_domain::ledger::{Actor, Budget, BudgetScope, Draw, Holder, Period, SettledCall, Tz};
use sluice_domain::price::CacheSaving;
use sluice_store::{DatabaseUrl, MasterKey, NewBudget, Order, Settlement};

use super::*;
use crate::record::sample_record;

/// A bank over a database of its own.
struct Town {
    bank: Arc<Bank>,
    store: Arc<Store>,
    _dir: tempfile::TempDir,
}

const NODE: NodeId = NodeId(7);
const NOW: i64 = 1_700_000_000_000;

impl Town {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(dir.path().join("town.sqlite"));
        let master = MasterKey::load_or_create(&dir.path().join("key")).unwrap();
        let store = Arc::new(Store::open(&url, &master).await.unwrap());
        store.migrate().await.unwrap();
        let clock = Clock::Fixed(AtomicI64::new(NOW));
        let bank = Bank::new(Arc::clone(&store), NODE, clock, tokio::runtime::Handle::current());
        bank.set_longest_call(Duration::from_secs(60));
        Self { bank, store, _dir: dir }
    }

    async fn pay_in(&self, holder: Holder, amount: i64) {
        let account = self.store.open_account(holder, Timestamp(NOW)).await.unwrap().id;
        let order = Order {
            id: TransferId::new(NOW.cast_unsigned(), rand::random()),
            account,
            amount: Micros(amount),
            call: None,
            actor: Actor::System,
            memo: String::new(),
            node: NODE,
            at: Timestamp(NOW),
        };
        self.store.top_up(&order, None).await.unwrap();
    }

    async fn budget(&self, limit: i64) -> Budget {
        let (scope, period, zone) = (BudgetScope::Key(KeyId(1)), Period::Day, Tz::UTC);
        let new = NewBudget { scope, period, zone, limit: Micros(limit), created_at: Timestamp(NOW) };
        self.store.create_budget(new).await.unwrap()
    }

    fn purse(&self, sources: &[Source]) -> Purse {
        Purse { funds: sources.iter().map(|source| self.bank.fund(*source)).collect() }
    }

    async fn balance(&self, holder: Holder) -> (i64, i64) {
        let account = self.store.find_account_of(holder).await.unwrap().unwrap();
        (account.posted.0, account.leased.0)
    }

    async fn post(&self, draws: Vec<Draw>) {
        let revenue = self.store.open_account(Holder::Revenue(NODE), Timestamp(NOW)).await.unwrap().id;
        let calls: Vec<SettledCall> = draws
            .into_iter()
            .map(|draw| {
                let record = sample_record();
                SettledCall {
                    record,
                    receipt: None,
                    charge: Some(draw),
                    budgets: Vec::new(),
                    saved: CacheSaving::default(),
                }
            })
            .collect();
        let settlement = Settlement { node: NODE, revenue, at: Timestamp(NOW), calls: &calls, counted: &[] };
        assert_eq!(self.store.settle(&settlement).await.unwrap().posted, calls.len());
    }
}

const ANN: Holder = Holder::User(UserId(1));

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_once_never_hold_more_than_there_is() {
    let town = Town::new().await;
    town.pay_in(ANN, 200 * 100).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..2_000 {
        let (bank, purse) = (Arc::clone(&town.bank), purse.clone());
        calls.spawn(async move { bank.hold(&purse, Micros(100)).await });
    }
    let holds: Vec<Hold> = calls.join_all().await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(holds.len(), 200);
    assert_eq!(town.balance(ANN).await, (20_000, 20_000));
    drop(holds);
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (20_000, 0));
}

#[tokio::test]
async fn what_is_settled_stays_leased_until_the_database_has_it() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let hold = town.bank.hold(&purse, Micros(1_000)).await.unwrap();
    let settling = hold.settle(Micros(300), Timestamp(NOW));
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (10_000, 300));
    town.post(settling.charge.into_iter().collect()).await;
    drop(settling.claims);
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (9_700, 0));
}

#[tokio::test]
async fn a_charge_above_its_hold_is_drawn_from_the_balance() {
    let town = Town::new().await;
    town.pay_in(ANN, 1_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let hold = town.bank.hold(&purse, Micros(400)).await.unwrap();
    let settling = hold.settle(Micros(1_300), Timestamp(NOW));
    assert!(town.bank.hold(&purse, Micros(1)).await.is_err());
    town.post(settling.charge.into_iter().collect()).await;
    drop(settling.claims);
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (-300, 0));
}

#[tokio::test]
async fn every_budget_must_have_room_and_the_others_get_back_what_they_gave() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let budget = town.budget(500).await;
    let purse = town.purse(&[Source::Account(ANN), Source::Budget(budget)]);
    let first = town.bank.hold(&purse, Micros(400)).await.unwrap();
    let refused = town.bank.hold(&purse, Micros(400)).await.unwrap_err();
    let source_id = SourceId::Budget(budget.id);
    assert_eq!(refused, HoldError::Insufficient { source_id, needed: Micros(400), left: Micros(100) });
    let settling = first.settle(Micros(50), Timestamp(NOW));
    let draws = (settling.charge.map(|draw| draw.amount), settling.budgets.iter().map(|draw| draw.amount).collect());
    assert_eq!(draws, (Some(Micros(50)), vec![Micros(50)]));
    assert!(town.bank.hold(&purse, Micros(450)).await.is_ok());
}

#[tokio::test]
async fn money_that_comes_in_is_there_a_moment_later() {
    let town = Town::new().await;
    let purse = town.purse(&[Source::Account(ANN)]);
    assert!(town.bank.hold(&purse, Micros(10)).await.is_err());
    town.pay_in(ANN, 5_000).await;
    // The clock stands still, so that the refusal of a moment ago still holds for as much.
    assert!(town.bank.hold(&purse, Micros(10)).await.is_err());
    assert_eq!(town.bank.hold(&purse, Micros(9)).await.unwrap().amount(), Micros(9));
}

#[tokio::test]
async fn a_stream_adds_to_its_hold_and_is_charged_once() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let mut hold = town.bank.hold(&purse, Micros(1_000)).await.unwrap();
    hold.absorb(town.bank.hold(&purse, Micros(500)).await.unwrap());
    assert_eq!(hold.amount(), Micros(1_500));
    let settling = hold.settle(Micros(1_200), Timestamp(NOW));
    assert_eq!(settling.charge.map(|draw| draw.amount), Some(Micros(1_200)));
    town.post(settling.charge.into_iter().collect()).await;
    drop(settling.claims);
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (8_800, 0));
}

#[tokio::test]
async fn a_new_day_opens_the_budget_anew() {
    let budget = Budget {
        id: sluice_domain::id::BudgetId(1),
        scope: BudgetScope::Key(KeyId(1)),
        period: Period::Day,
        zone: Tz::UTC,
        limit: Micros(100),
    };
    let fund = Arc::new(Fund::new(Source::Budget(budget), Arc::default()));
    let lease = sluice_domain::ledger::Lease {
        id: LeaseId::new(1, [1; 10]),
        account: sluice_domain::id::AccountId(1),
        node: NODE,
        remaining: Micros(100),
        expires_at: Timestamp(i64::MAX),
    };
    fund.begin(&lease, Timestamp(NOW));
    assert!(fund.take(60, Timestamp(NOW)).is_some());
    let tomorrow = budget.span(Timestamp(NOW)).end;
    assert!(fund.take(10, Timestamp(tomorrow.0 - 1)).is_some());
    assert!(fund.take(10, tomorrow).is_none());
}

#[tokio::test]
async fn no_hold_is_taken_that_may_outlive_its_lease() {
    let longest = Arc::new(AtomicI64::new(1_000));
    let fund = Arc::new(Fund::new(Source::Account(ANN), longest));
    let lease = sluice_domain::ledger::Lease {
        id: LeaseId::new(1, [1; 10]),
        account: sluice_domain::id::AccountId(1),
        node: NODE,
        remaining: Micros(100),
        expires_at: Timestamp(NOW + 1_500),
    };
    fund.begin(&lease, Timestamp(NOW));
    assert!(fund.take(10, Timestamp(NOW + 500)).is_some());
    assert!(fund.take(10, Timestamp(NOW + 501)).is_none());
}

#[tokio::test]
async fn what_a_hold_on_two_leases_is_charged_is_free_on_neither() {
    let town = Town::new().await;
    town.pay_in(ANN, 1_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let mut hold = town.bank.hold(&purse, Micros(100)).await.unwrap();
    let fund = Arc::clone(&purse.funds[0]);
    fund.leases().into_iter().for_each(|lease| fund.retire(lease));
    hold.absorb(town.bank.hold(&purse, Micros(900)).await.unwrap());
    let settling = hold.settle(Micros(1_000), Timestamp(NOW));
    assert!(town.bank.hold(&purse, Micros(1)).await.is_err());
    town.bank.close().await;
    assert!(town.bank.hold(&purse, Micros(2)).await.is_err());
    town.post(settling.charge.into_iter().collect()).await;
    drop(settling.claims);
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (0, 0));
}

#[tokio::test]
async fn a_charge_above_its_hold_does_not_hide_what_is_left() {
    let town = Town::new().await;
    town.pay_in(ANN, 1_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let hold = town.bank.hold(&purse, Micros(100)).await.unwrap();
    let settling = hold.settle(Micros(500), Timestamp(NOW));
    town.post(settling.charge.into_iter().collect()).await;
    drop(settling.claims);
    assert!(town.bank.hold(&purse, Micros(500)).await.is_ok());
}

#[tokio::test]
async fn what_may_have_been_given_back_is_not_held_against() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let small = town.bank.hold(&purse, Micros(10)).await.unwrap();
    drop(town.bank.hold(&purse, Micros(1_000)).await.unwrap());
    Store::clone(&town.store).close().await.unwrap();
    // The database may have done it before it went away.
    assert!(town.bank.tidy(0).await.is_err());
    assert_eq!(town.bank.hold(&purse, Micros(500)).await.unwrap_err(), HoldError::Unavailable);
    drop(small);
}

#[tokio::test]
async fn a_lease_whose_loan_was_never_heard_of_goes_back_and_an_inherited_one_stays() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let account = town.store.find_account_of(ANN).await.unwrap().unwrap().id;
    let lend = async |number: u8| {
        let borrow = sluice_store::Borrow {
            id: LeaseId::new(1, [number; 10]),
            account,
            node: NODE,
            want: Micros(100),
            minimum: Micros(100),
            expires_at: Timestamp(i64::MAX),
        };
        town.store.borrow(&borrow).await.unwrap().unwrap()
    };
    let inherited = lend(1).await;
    town.bank.inherit(&[inherited]);
    let unheard_of = lend(2).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let hold = town.bank.hold(&purse, Micros(50)).await.unwrap();
    assert_eq!(town.balance(ANN).await, (10_000, 250));
    // Seen once, it may be one that is just being borrowed.
    let suspects = town.bank.give_back_unknown(&HashSet::new()).await.unwrap();
    assert_eq!((&suspects, town.balance(ANN).await), (&HashSet::from([unheard_of.id]), (10_000, 250)));
    assert_eq!(town.bank.give_back_unknown(&suspects).await.unwrap(), HashSet::new());
    assert_eq!(town.balance(ANN).await, (10_000, 150));
    drop(hold);
    town.bank.give_back(&[inherited]).await;
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (10_000, 0));
}

#[tokio::test]
async fn a_bank_that_closes_leaves_no_lease_behind_that_it_never_heard_of() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let account = town.store.find_account_of(ANN).await.unwrap().unwrap().id;
    let id = LeaseId::new(1, [1; 10]);
    let (want, minimum, expires_at) = (Micros(100), Micros(100), Timestamp(i64::MAX));
    let borrow = sluice_store::Borrow { id, account, node: NODE, want, minimum, expires_at };
    town.store.borrow(&borrow).await.unwrap().unwrap();
    town.bank.close().await;
    assert_eq!(town.balance(ANN).await, (10_000, 0));
}

#[tokio::test]
async fn calls_that_gave_up_do_not_keep_others_waiting() {
    let town = Town::new().await;
    town.pay_in(ANN, 10_000).await;
    let purse = town.purse(&[Source::Account(ANN)]);
    let turn = purse.funds[0].refilling.lock().await;
    for _ in 0..50 {
        let hold = town.bank.hold(&purse, Micros(10));
        assert!(tokio::time::timeout(Duration::from_millis(1), hold).await.is_err());
    }
    drop(turn);
    assert_eq!(town.bank.hold(&purse, Micros(10)).await.unwrap().amount(), Micros(10));
    // Nothing was borrowed for those who left.
    assert_eq!(town.balance(ANN).await.1, 10);
}

#[tokio::test]
async fn what_is_left_is_the_least_of_all_that_limit() {
    let town = Town::new().await;
    town.pay_in(ANN, 5_000).await;
    let budget = town.budget(3_000).await;
    let purse = town.purse(&[Source::Account(ANN), Source::Budget(budget)]);
    assert_eq!(town.bank.left(&Purse::default()).await, None);
    assert_eq!(town.bank.left(&purse).await, Some(Micros(3_000)));
    let hold = town.bank.hold(&purse, Micros(1_000)).await.unwrap();
    assert_eq!(town.bank.left(&purse).await, Some(Micros(2_000)), "what is held is spoken for");
    drop(hold);
    assert_eq!(town.bank.left(&purse).await, Some(Micros(3_000)));
}
