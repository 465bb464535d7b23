//! Prices, and the versions that calls were charged at.

use std::sync::Arc;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{PriceId, ProviderId};
use sluice_domain::price::{
    Buyer, Class, Price, PriceBook, PriceEntry, PricePurpose, PriceSource, PriceVersion, Rates, Schedule, Scope, Tier,
};
use sluice_store::{NewPrice, Page, PageRequest, PriceFilter, PriceRow, Store, StoreError, What};

use crate::support::{NOW, TestDatabase, on_every_database, provider};

const FILE_PROVIDER: ProviderId = ProviderId(-5);

/// A price of so much per million tokens read, and ten times as much per million written.
fn flat(input: u64) -> Price {
    Price::flat(Rates::default().with(Class::Input, input).with(Class::Output, input * 10))
}

fn entry(model: &str, input: u64) -> PriceEntry {
    PriceEntry {
        model: model.to_owned(),
        scope: Scope::Any,
        source: PriceSource::Operator,
        effective_from: NOW,
        disputed: false,
        price: flat(input),
    }
}

fn new_price(entry: PriceEntry) -> NewPrice {
    NewPrice { purpose: PricePurpose::Cost, entry, remark: String::new(), created_at: NOW }
}

async fn list(store: &Store, filter: &PriceFilter) -> Vec<PriceRow> {
    let Page { items, total } = store.list_prices(filter, PageRequest::nth(0, 1_000)).await.unwrap();
    assert_eq!(items.len() as u64, total);
    items
}

/// Returns what a provider published as model, rate and time after [`NOW`].
async fn published(store: &Store, provider: ProviderId) -> Vec<(String, u64, i64)> {
    let filter =
        PriceFilter { source: Some(PriceSource::Provider), provider: Some(provider), ..PriceFilter::default() };
    let rows = list(store, &filter).await;
    assert!(rows.iter().all(|row| row.purpose == PricePurpose::Cost));
    rows.iter()
        .map(|row| {
            let PriceEntry { model, price, effective_from, .. } = &row.version.entry;
            (model.clone(), price.standard.base.get(Class::Input).unwrap().0, effective_from.0 - NOW.0)
        })
        .collect()
}

fn rows(expected: &[(&str, u64, i64)]) -> Vec<(String, u64, i64)> {
    expected.iter().map(|&(model, input, at)| (model.to_owned(), input, at)).collect()
}

fn every_detail() -> PriceEntry {
    let tier = Tier { above: 200_000, rates: Rates::default().with(Class::Input, u64::MAX).with(Class::CacheRead, 0) };
    let standard = Schedule { base: Rates::default().with(Class::CacheWrite1h, 3), tiers: vec![tier] };
    let batch = Some(Schedule { base: Rates::default().with(Class::Second, 1), tiers: Vec::new() });
    PriceEntry {
        scope: Scope::Vendor("openai".to_owned()),
        disputed: true,
        effective_from: Timestamp(i64::MIN),
        price: Price { standard, batch, ..Price::default() },
        ..entry("模型-*", 1)
    }
}

#[tokio::test]
async fn prices_come_back_as_they_were_stated_under_the_ids_of_their_content() {
    on_every_database(async |db| {
        let owner = provider(&db.store, "one").await;
        let before = db.store.config_revision().await.unwrap();
        let of_provider =
            PriceEntry { scope: Scope::Provider(owner.id), source: PriceSource::Provider, ..entry(" GPT-4o ", 7) };
        let new = [
            NewPrice { remark: "合同 §3".to_owned(), ..new_price(every_detail()) },
            NewPrice { purpose: PricePurpose::Sell, ..new_price(of_provider.clone()) },
            new_price(PriceEntry { scope: Scope::Provider(FILE_PROVIDER), ..entry("b", 0) }),
        ];
        let added = db.store.add_prices(&new).await.unwrap();
        for (row, new) in added.iter().zip(&new) {
            let entry = PriceEntry { model: new.entry.model.trim().to_owned(), ..new.entry.clone() };
            assert_eq!(*row.version, PriceVersion::from(entry));
            assert_eq!((row.purpose, &row.remark, row.created_at), (new.purpose, &new.remark, NOW));
        }
        assert_eq!(added.len(), 3);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 1);
        assert_eq!(db.store.load_catalog().await.unwrap().prices, added);
        assert_eq!(db.store.add_prices(&[]).await.unwrap(), []);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 1, "nothing was added");
    })
    .await;
}

#[tokio::test]
async fn prices_are_found_by_what_they_are_for_by_whom_at_whom_and_part_of_the_model() {
    on_every_database(async |db| {
        let owner = provider(&db.store, "one").await;
        let at_owner = |entry| PriceEntry { scope: Scope::Provider(owner.id), ..entry };
        let from = |entry, at| PriceEntry { effective_from: Timestamp(at), ..entry };
        let new = [
            new_price(from(entry("gpt-4o", 1), 5)),
            new_price(from(entry("gpt-4o", 2), 9)),
            NewPrice { purpose: PricePurpose::Sell, ..new_price(at_owner(entry("gpt-4o-mini", 3))) },
            new_price(at_owner(PriceEntry { source: PriceSource::Provider, ..entry("claude", 4) })),
        ];
        let added = db.store.add_prices(&new).await.unwrap();
        let found = async |filter: PriceFilter| {
            let rows = list(&db.store, &filter).await;
            rows.iter().map(|row| added.iter().position(|added| added == row).unwrap()).collect::<Vec<_>>()
        };
        let all = PriceFilter::default();
        assert_eq!(found(all.clone()).await, [3, 1, 0, 2]);
        assert_eq!(found(PriceFilter { purpose: Some(PricePurpose::Sell), ..all.clone() }).await, [2]);
        assert_eq!(found(PriceFilter { source: Some(PriceSource::Operator), ..all.clone() }).await, [1, 0, 2]);
        assert_eq!(found(PriceFilter { provider: Some(owner.id), ..all.clone() }).await, [3, 2]);
        assert_eq!(found(PriceFilter { model: Some("GPT".to_owned()), ..all.clone() }).await, [1, 0, 2]);
        let both = PriceFilter { model: Some("4o".to_owned()), provider: Some(owner.id), ..all.clone() };
        assert_eq!(found(both).await, [2]);
        let page = db.store.list_prices(&all, PageRequest::nth(1, 2)).await.unwrap();
        assert_eq!((page.items, page.total), (vec![added[0].clone(), added[2].clone()], 4));
    })
    .await;
}

#[tokio::test]
async fn prices_that_cannot_be_kept_are_refused_with_all_that_came_with_them() {
    on_every_database(async |db| {
        let fields = [
            (PriceEntry { price: Price::default(), ..entry("a", 1) }, "price"),
            (entry(" ", 1), "model"),
            (entry(&"x".repeat(256), 1), "model"),
            (PriceEntry { source: PriceSource::Builtin, ..entry("a", 1) }, "source"),
            (PriceEntry { scope: Scope::Vendor("v".repeat(65)), ..entry("a", 1) }, "vendor"),
        ];
        for (bad, field) in fields {
            let refused = db.store.add_prices(&[new_price(entry("good", 1)), new_price(bad)]).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: f, .. }) if f == field), "{refused:?}");
        }
        let nowhere = PriceEntry { scope: Scope::Provider(ProviderId(999)), ..entry("a", 1) };
        let refused = db.store.add_prices(&[new_price(entry("good", 1)), new_price(nowhere)]).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: What::Provider })), "{refused:?}");
        let refused = db.store.add_prices(&vec![new_price(entry("a", 1)); 1_001]).await;
        assert!(matches!(refused, Err(StoreError::Invalid { field: "prices", .. })), "{refused:?}");
        assert_eq!(list(&db.store, &PriceFilter::default()).await, []);
        assert_eq!(db.store.config_revision().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_price_is_deleted_once() {
    on_every_database(async |db| {
        let added = db.store.add_prices(&[new_price(entry("a", 1)), new_price(entry("b", 1))]).await.unwrap();
        let before = db.store.config_revision().await.unwrap();
        db.store.delete_price(added[0].id).await.unwrap();
        assert_eq!(list(&db.store, &PriceFilter::default()).await, added[1..]);
        for gone in [added[0].id, PriceId(999)] {
            let refused = db.store.delete_price(gone).await;
            assert!(matches!(refused, Err(StoreError::NotFound { what: What::Price })), "{refused:?}");
        }
        assert_eq!(db.store.config_revision().await.unwrap(), before + 1);
    })
    .await;
}

async fn publish(db: &TestDatabase, provider: ProviderId, prices: &[(&str, u64)], at: i64) -> usize {
    let entries: Vec<_> = prices.iter().map(|&(model, input)| entry(model, input)).collect();
    db.store.replace_provider_prices(provider, &entries, Timestamp(NOW.0 + at)).await.unwrap()
}

#[tokio::test]
async fn what_a_provider_publishes_is_followed_from_the_moment_it_changes() {
    on_every_database(async |db| {
        let one = provider(&db.store, "one").await.id;
        assert_eq!(publish(db, one, &[("a", 1), (" b ", 2), ("c", 3), ("a", 99)], 0).await, 3);
        assert_eq!(published(&db.store, one).await, rows(&[("a", 1, 0), ("b", 2, 0), ("c", 3, 0)]));
        let before = db.store.config_revision().await.unwrap();
        assert_eq!(publish(db, one, &[("c", 3), ("b", 2), ("a", 1)], 5).await, 0);
        assert_eq!(db.store.config_revision().await.unwrap(), before, "the same again is no change");
        assert_eq!(publish(db, one, &[("a", 1), ("b", 20), ("d", 4)], 9).await, 3);
        let expected = rows(&[("a", 1, 0), ("b", 20, 9), ("b", 2, 0), ("d", 4, 9)]);
        assert_eq!(published(&db.store, one).await, expected);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 1);
        let versions = db.store.load_catalog().await.unwrap().prices.into_iter().map(|row| row.version);
        let book = PriceBook::from_versions(versions);
        let buyer = Buyer { provider: one, group: None, vendor: "openai" };
        let price_at = |at| book.find(buyer, "b", Timestamp(NOW.0 + at)).map(|version| version.entry.price.clone());
        assert_eq!((price_at(8), price_at(9)), (Ok(flat(2)), Ok(flat(20))));
    })
    .await;
}

#[tokio::test]
async fn an_empty_answer_wipes_nothing_and_a_refused_one_changes_nothing() {
    on_every_database(async |db| {
        let one = provider(&db.store, "one").await.id;
        publish(db, one, &[("a", 1), ("b", 2)], 0).await;
        let before = (db.store.config_revision().await.unwrap(), published(&db.store, one).await);
        assert_eq!(publish(db, one, &[], 5).await, 0);
        let bad = [entry("a", 9), PriceEntry { price: Price::default(), ..entry("c", 1) }];
        for bad in [&bad[..], &[entry("a", 9), entry("", 1)], &vec![entry("a", 9); 50_001]] {
            let refused = db.store.replace_provider_prices(one, bad, NOW).await;
            assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        }
        assert_eq!((db.store.config_revision().await.unwrap(), published(&db.store, one).await), before);
        let gone = db.store.replace_provider_prices(ProviderId(999), &[entry("a", 1)], NOW).await;
        assert!(matches!(gone, Err(StoreError::NotFound { what: What::Provider })), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn what_one_provider_publishes_leaves_all_other_prices_alone() {
    on_every_database(async |db| {
        let (one, two) = (provider(&db.store, "one").await.id, provider(&db.store, "two").await.id);
        publish(db, two, &[("a", 1)], 0).await;
        publish(db, FILE_PROVIDER, &[("a", 2)], 0).await;
        let at_one = PriceEntry { scope: Scope::Provider(one), ..entry("a", 3) };
        let own = [
            new_price(entry("a", 4)),
            new_price(at_one.clone()),
            NewPrice { purpose: PricePurpose::Sell, ..new_price(at_one) },
        ];
        let others = [db.store.load_catalog().await.unwrap().prices, db.store.add_prices(&own).await.unwrap()].concat();
        assert_eq!(publish(db, one, &[("b", 5)], 1).await, 1);
        assert_eq!(publish(db, one, &[("c", 5)], 2).await, 2);
        let mut left = db.store.load_catalog().await.unwrap().prices;
        assert_eq!(left.pop().map(|row| row.version.entry.model.clone()).as_deref(), Some("c"));
        assert_eq!(left, others);
        db.store.delete_provider(one).await.unwrap();
        let left: Vec<_> = db.store.load_catalog().await.unwrap().prices;
        assert_eq!(left, others[..3], "only its own prices go with a provider");
    })
    .await;
}

#[tokio::test]
async fn what_is_published_last_takes_effect_last_and_old_prices_are_not_kept_for_ever() {
    on_every_database(async |db| {
        let one = provider(&db.store, "one").await.id;
        for n in 0..20 {
            assert_eq!(
                publish(db, one, &[("a", n), ("b", 1)], i64::try_from(n).unwrap()).await,
                1 + usize::from(n == 0)
            );
        }
        let mut expected: Vec<_> = (12..20).rev().map(|n: i64| ("a", n.unsigned_abs(), n)).collect();
        expected.push(("b", 1, 0));
        assert_eq!(published(&db.store, one).await, rows(&expected));
        // A node whose clock is behind.
        assert_eq!(publish(db, one, &[("a", 7), ("b", 1)], 3).await, 1);
        assert_eq!(published(&db.store, one).await[0], ("a".to_owned(), 7, 20));
    })
    .await;
}

fn version(model: &str, input: u64) -> Arc<PriceVersion> {
    Arc::new(PriceVersion::from(entry(model, input)))
}

#[tokio::test]
async fn a_version_that_was_charged_outlives_its_price_and_is_kept_once() {
    on_every_database(async |db| {
        let added = db.store.add_prices(&[new_price(every_detail())]).await.unwrap();
        let before = db.store.config_revision().await.unwrap();
        let (first, second) = (Arc::clone(&added[0].version), version("b", 2));
        assert_eq!(db.store.find_price_version(first.id).await.unwrap(), None);
        db.store.keep_price_versions(&[Arc::clone(&first), Arc::clone(&first)], NOW).await.unwrap();
        db.store.keep_price_versions(&[Arc::clone(&second), Arc::clone(&first)], Timestamp(0)).await.unwrap();
        db.store.keep_price_versions(&[], NOW).await.unwrap();
        assert_eq!(db.store.config_revision().await.unwrap(), before);
        db.store.delete_price(added[0].id).await.unwrap();
        assert_eq!(db.store.find_price_version(first.id).await.unwrap().as_ref(), Some(first.as_ref()));
        assert_eq!(db.store.find_price_version(second.id).await.unwrap().as_ref(), Some(second.as_ref()));
        assert_eq!(db.store.find_price_version(version("c", 3).id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_keep_the_same_versions_at_once_all_succeed() {
    on_every_database(async |db| {
        let versions: Vec<_> = (0..300).map(|n| version("a", n)).collect();
        let mut keepers = Vec::new();
        for n in 0..4 {
            let (node, mut mine) = (db.open_again().await, versions.clone());
            mine.rotate_left(70 * n);
            keepers.push(tokio::spawn(async move {
                while let Err(error) = node.keep_price_versions(&mine, NOW).await {
                    assert!(error.is_retryable(), "{error:?}");
                }
                node.close().await
            }));
        }
        for keeper in keepers {
            keeper.await.unwrap().unwrap();
        }
        for version in &versions {
            assert_eq!(db.store.find_price_version(version.id).await.unwrap().as_ref(), Some(version.as_ref()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_version_that_was_altered_in_the_database_is_no_proof() {
    on_every_database(async |db| {
        let kept = version("a", 2_500_000);
        db.store.keep_price_versions(&[Arc::clone(&kept)], NOW).await.unwrap();
        assert_eq!(db.execute("UPDATE price_versions SET entry = REPLACE(entry, '2500000', '1500000')").await, 1);
        let altered = db.store.find_price_version(kept.id).await;
        assert!(matches!(altered, Err(StoreError::Corrupt { .. })), "{altered:?}");
        db.execute("UPDATE price_versions SET entry = '{}'").await;
        let broken = db.store.find_price_version(kept.id).await;
        assert!(matches!(broken, Err(StoreError::Corrupt { .. })), "{broken:?}");
    })
    .await;
}
