//! Budgets and their periods.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{BudgetId, KeyId, UserId};
use sluice_domain::ledger::{Budget, BudgetScope, Period, Tz};
use sluice_domain::money::Micros;
use sluice_store::{BudgetFilter, NewBudget, StoreError};

use crate::money::{assert_clean, balance, borrow, call, draw, look, settle_all};
use crate::support::{NOW, TestDatabase, key, on_every_database, user};

const HOUR_MS: i64 = 3_600_000;

fn new_budget(period: Period, limit: i64) -> NewBudget {
    let scope = BudgetScope::User(UserId(1));
    NewBudget { scope, period, zone: Tz::Europe__Berlin, limit: Micros(limit), created_at: NOW }
}

async fn budget(db: &TestDatabase, period: Period, limit: i64) -> Budget {
    db.store.create_budget(new_budget(period, limit)).await.unwrap()
}

#[tokio::test]
async fn a_budget_is_kept_changed_and_deleted_and_the_configuration_says_so() {
    on_every_database(async |db| {
        let before = db.store.config_revision().await.unwrap();
        let day = budget(db, Period::Day, 100).await;
        let month = budget(db, Period::Month, 1_000).await;
        let twice = db.store.create_budget(new_budget(Period::Day, 5)).await;
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
        assert!(db.store.create_budget(new_budget(Period::Week, -1)).await.is_err());
        assert_eq!(db.store.list_budgets(None).await.unwrap(), [day, month]);
        assert_eq!(db.store.list_budgets(Some(BudgetScope::Key(KeyId(1)))).await.unwrap(), []);
        let more = db.store.set_budget_limit(day.id, Micros(200), NOW).await.unwrap();
        assert_eq!(more, Budget { limit: Micros(200), ..day });
        db.store.delete_budget(month.id).await.unwrap();
        assert_eq!(db.store.list_budgets(Some(day.scope)).await.unwrap(), [more]);
        assert_eq!(db.store.config_revision().await.unwrap(), before + 4);
        assert!(db.store.delete_budget(BudgetId(999)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn budgets_are_paged_all_of_them_those_of_a_scope_and_those_of_a_user_with_its_keys() {
    on_every_database(async |db| {
        let store = &db.store;
        let (ann, bob) = (user(store, "ann").await.id, user(store, "bob").await.id);
        let (anns, bobs) = (key(store, ann, "anns").await.id, key(store, bob, "bobs").await.id);
        let scopes = [BudgetScope::User(ann), BudgetScope::Key(anns), BudgetScope::User(bob), BudgetScope::Key(bobs)];
        let mut made = Vec::new();
        for scope in scopes {
            for period in [Period::Day, Period::Month] {
                made.push(store.create_budget(NewBudget { scope, ..new_budget(period, 5) }).await.unwrap());
            }
        }
        let mut seen = Vec::new();
        loop {
            let after = seen.last().map(|budget: &Budget| budget.id);
            let page = store.page_budgets(BudgetFilter::default(), after, 3).await.unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, made);
        let filters = [
            (BudgetFilter { within: Some(ann), ..BudgetFilter::default() }, &made[..4]),
            (BudgetFilter { scope: Some(BudgetScope::Key(bobs)), ..BudgetFilter::default() }, &made[6..]),
            (BudgetFilter { scope: Some(BudgetScope::Key(bobs)), within: Some(ann) }, &[]),
        ];
        for (filter, expected) in filters {
            assert_eq!(store.page_budgets(filter, None, 100).await.unwrap(), expected);
        }
        assert_eq!(store.find_budget(made[3].id).await.unwrap(), Some(made[3]));
        assert_eq!(store.find_budget(BudgetId(999)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_budget_starts_anew_at_local_midnight_on_the_day_the_clocks_change() {
    on_every_database(async |db| {
        let store = &db.store;
        let day = budget(db, Period::Day, 100).await;
        // 2026-03-29 in Berlin: 23 hours, from 23:00 UTC to 22:00 UTC.
        let midnight = Timestamp(1_774_738_800_000);
        let last_moment = Timestamp(midnight.0 + 23 * HOUR_MS - 1);
        let sunday = store.open_budget(&day, midnight).await.unwrap();
        store.borrow(&borrow(1, sunday.id, 80, 1)).await.unwrap().unwrap();
        let still_sunday = store.open_budget(&day, last_moment).await.unwrap();
        assert_eq!((still_sunday.id, still_sunday.available()), (sunday.id, Micros(20)));
        let monday = store.open_budget(&day, Timestamp(last_moment.0 + 1)).await.unwrap();
        assert_eq!((monday.id == sunday.id, monday.available()), (false, Micros(100)));
        let saturday = store.open_budget(&day, Timestamp(midnight.0 - 1)).await.unwrap();
        assert_eq!((saturday.id == sunday.id, saturday.available()), (false, Micros(100)));
    })
    .await;
}

#[tokio::test]
async fn a_budget_lends_no_more_than_its_limit_and_is_charged_beyond_it() {
    on_every_database(async |db| {
        let store = &db.store;
        let total = budget(db, Period::Total, 100).await;
        let account = store.open_budget(&total, NOW).await.unwrap().id;
        store.borrow(&borrow(1, account, 100, 1)).await.unwrap().unwrap();
        assert_eq!(store.borrow(&borrow(2, account, 1, 1)).await.unwrap(), None);
        let mut free = call(1, None);
        free.budgets.push(draw(account, Some(1), 120));
        settle_all(store, &[free]).await;
        assert_eq!(balance(store, account).await, (-20, 0));
        assert_eq!(look(store, account).await.drawn(), Micros(120));
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_new_limit_holds_for_the_period_at_hand_and_keeps_what_was_drawn() {
    on_every_database(async |db| {
        let store = &db.store;
        let day = budget(db, Period::Day, 100).await;
        let account = store.open_budget(&day, NOW).await.unwrap().id;
        let mut free = call(1, None);
        free.budgets.push(draw(account, None, 30));
        settle_all(store, &[free]).await;
        store.set_budget_limit(day.id, Micros(20), NOW).await.unwrap();
        let period = look(store, account).await;
        assert_eq!((period.limit, period.available(), period.drawn()), (Micros(20), Micros(-10), Micros(30)));
        // A node that knows the old limit opens tomorrow with the new one.
        let tomorrow = store.open_budget(&day, Timestamp(NOW.0 + 24 * HOUR_MS)).await.unwrap();
        assert_eq!(tomorrow.available(), Micros(20));
        store.delete_budget(day.id).await.unwrap();
        let after = store.open_budget(&day, Timestamp(NOW.0 + 48 * HOUR_MS)).await;
        assert!(matches!(after, Err(StoreError::NotFound { .. })), "{after:?}");
    })
    .await;
}
