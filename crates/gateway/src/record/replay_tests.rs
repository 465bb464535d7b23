use sluice_domain::call::CallRecord;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, NodeId};
use sluice_domain::ledger::Holder;
use sluice_domain::price::CacheSaving;
use sluice_protocol::vendor::Vendors;
use sluice_store::{DatabaseUrl, MasterKey, Store};

use super::*;
use crate::money::bank::Bank;
use crate::record::sample_record;
use crate::snapshot::live::Ingredients;

async fn books(dir: &tempfile::TempDir) -> (Books, Live) {
    let url = DatabaseUrl::sqlite(dir.path().join("calls.sqlite"));
    let master = MasterKey::load_or_create(&dir.path().join("key")).unwrap();
    let store = Arc::new(Store::open(&url, &master).await.unwrap());
    store.migrate().await.unwrap();
    let node = NodeId(1);
    let revenue = store.open_account(Holder::Revenue(node), Timestamp(0)).await.unwrap().id;
    let live = Live::load_first(Ingredients {
        store: Arc::clone(&store),
        vendors: Arc::new(Vendors::embedded().unwrap()),
        declared: crate::config::Declared::default(),
        timeouts: sluice_domain::provider::Timeouts::default(),
        max_attempts: 1,
        bank: Bank::new(Arc::clone(&store), node, Clock::System, tokio::runtime::Handle::current()),
        health: Arc::default(),
    });
    (Books::new(store, node, revenue), live.await.unwrap())
}

#[tokio::test]
async fn every_call_that_was_put_aside_is_tried_again_however_many_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let (books, live) = books(&dir).await;
    let id = |number: u64| CallId::new(number, [1; 10]);
    // More of what nobody can read than is read at once, so that the good ones are behind it and in the middle of it.
    let last = 3 * PARKED_PAGE;
    let is_good = |number: u64| number % 97 == 7 || number == last;
    for number in 0..=last {
        let record = CallRecord { id: id(number), ..sample_record() };
        let (charge, budgets) = (None, Vec::new());
        let entry = parked(&SettledCall { record, receipt: None, charge, budgets, saved: CacheSaving::default() });
        let entry = if is_good(number) { entry } else { "unreadable".to_owned() };
        let at = Timestamp(number.cast_signed());
        books.store.park_call(id(number), "out of order", &entry, at).await.unwrap();
        books.store.raise_alert(PARKED_ALERT, &id(number).to_string(), "out of order", at).await.unwrap();
    }
    assert!(replay(&books, &live, Replay::default()).await);
    let left = books.store.list_parked(PageRequest::nth(0, 1_000)).await.unwrap();
    let left: Vec<CallId> = left.items.into_iter().map(|call| call.call).collect();
    assert_eq!(left, (0..=last).filter(|number| !is_good(*number)).map(id).collect::<Vec<_>>());
    assert!(books.store.find_call(id(last), None).await.unwrap().is_some());
    let is_resolved_now = async |number| {
        books.store.resolve_alert(PARKED_ALERT, &id(number).to_string(), Timestamp(i64::MAX)).await.unwrap()
    };
    assert!(is_resolved_now(0).await && !is_resolved_now(last).await);
}
