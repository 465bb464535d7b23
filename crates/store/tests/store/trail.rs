//! The audit log.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, UserId};
use sluice_domain::trail::{Actor, End, Entry};
use sluice_store::{PageRequest, Store, TrailFilter};

use crate::support::{NOW, on_every_database};

fn entry(number: u8, subject: &str) -> Entry {
    let at = Timestamp(NOW.0 + i64::from(number) * 1_000);
    Entry {
        id: CallId::new(at.0.unsigned_abs(), [number; 10]),
        at,
        actor: Some(Actor { id: UserId(7), name: "账 ann".to_owned(), role: 10, proof: "session".to_owned() }),
        action: "PUT /api/user".to_owned(),
        subject: subject.to_owned(),
        address: Some("192.0.2.7".parse().unwrap()),
        before: Some(r#"{"name":"a"}"#.to_owned()),
        end: None,
    }
}

fn end(status: u16) -> End {
    End { status, code: String::new(), subject: String::new(), after: Some("{}".to_owned()) }
}

async fn listed(store: &Store, filter: &TrailFilter) -> Vec<Entry> {
    store.list_entries(filter, None, 100).await.unwrap()
}

#[tokio::test]
async fn an_entry_is_written_before_and_completed_after() {
    on_every_database(async |db| {
        let store = &db.store;
        let begun = entry(1, "/api/user/5");
        store.begin_entry(&begun).await.unwrap();
        assert_eq!(store.find_entry(begun.id).await.unwrap(), Some(begun.clone()));
        let named = End { subject: "/api/user/6".to_owned(), ..end(200) };
        store.end_entry(begun.id, &named).await.unwrap();
        let expected = Entry { subject: "/api/user/6".to_owned(), end: Some(end(200)), ..begun.clone() };
        assert_eq!(store.find_entry(begun.id).await.unwrap(), Some(expected));
        let stranger = Entry { actor: None, address: None, before: None, end: Some(end(403)), ..entry(2, "") };
        store.begin_entry(&stranger).await.unwrap();
        assert_eq!(store.find_entry(stranger.id).await.unwrap(), Some(stranger));
        let long = Entry { action: "x".repeat(500), subject: "é".repeat(500), ..entry(3, "") };
        store.begin_entry(&long).await.unwrap();
        assert_eq!(store.find_entry(long.id).await.unwrap().unwrap().subject.chars().count(), 191);
        assert_eq!(store.config_revision().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn entries_are_filtered_and_paged_newest_first_and_the_old_ones_go() {
    on_every_database(async |db| {
        let store = &db.store;
        for (number, subject) in [(1, "/api/user/5"), (2, "/api/user/55"), (3, "/api/user/5/x"), (4, "/api/user")] {
            store.begin_entry(&entry(number, subject)).await.unwrap();
        }
        for (number, status) in [(1, 200), (2, 404)] {
            store.end_entry(entry(number, "").id, &end(status)).await.unwrap();
        }
        let about = |subject: &str| TrailFilter { subject: Some(subject.to_owned()), ..TrailFilter::default() };
        let numbers = async |filter: &TrailFilter| {
            let entries = listed(store, filter).await;
            entries.iter().map(|entry| (entry.at.0 - NOW.0) / 1_000).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&TrailFilter::default()).await, [4, 3, 2, 1]);
        assert_eq!(numbers(&about("/api/user/5")).await, [3, 1]);
        assert_eq!(numbers(&about("/api/user/")).await, [4, 3, 2, 1]);
        assert_eq!(numbers(&about("/api/use")).await, Vec::<i64>::new());
        let none = TrailFilter::default;
        assert_eq!(numbers(&TrailFilter { succeeded: Some(true), ..none() }).await, [1]);
        assert_eq!(numbers(&TrailFilter { succeeded: Some(false), ..none() }).await, [2]);
        assert_eq!(numbers(&TrailFilter { actor: Some(UserId(8)), ..none() }).await, Vec::<i64>::new());
        assert_eq!(numbers(&TrailFilter { action: Some("PUT /api/user".to_owned()), ..none() }).await, [4, 3, 2, 1]);
        let from = |secs: i64| Some(Timestamp(NOW.0 + secs * 1_000));
        assert_eq!(numbers(&TrailFilter { since: from(2), until: from(4), ..none() }).await, [3, 2]);
        let after = store.list_entries(&none(), Some(entry(3, "").id), 1).await.unwrap();
        assert_eq!(after.iter().map(|entry| entry.subject.as_str()).collect::<Vec<_>>(), ["/api/user/55"]);
        let page = store.page_entries(&none(), PageRequest::nth(1, 3)).await.unwrap();
        assert_eq!((page.items.len(), page.total), (1, 4));
        let before = Timestamp(NOW.0 + 3_000);
        assert_eq!(store.purge_entries_before(before, 1).await.unwrap(), 1);
        assert_eq!(store.purge_entries_before(before, 100).await.unwrap(), 1);
        assert_eq!(store.purge_entries_before(before, 100).await.unwrap(), 0);
        assert_eq!(numbers(&none()).await, [4, 3]);
    })
    .await;
}
