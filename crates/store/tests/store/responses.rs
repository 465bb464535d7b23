//! Responses that are kept for their owners.

use std::sync::Arc;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::response::StoredResponse;
use sluice_store::{MasterKey, Store, StoreError};

use crate::support::{NOW, on_every_database};

const DAY_MS: i64 = 86_400_000;

fn response(id: &str, owner: i64, made_at: i64) -> StoredResponse {
    StoredResponse {
        id: id.to_owned(),
        user_id: UserId(owner),
        key_id: KeyId(-4),
        created_at: Timestamp(NOW.0 + made_at),
        expires_at: Timestamp(NOW.0 + made_at + DAY_MS),
        item_ids: vec![format!("msg_{id}"), format!("fc_{id}")],
        input: "\"a word that nobody reads\n\"".repeat(3).into_bytes(),
        response: format!("{{\"id\":\"{id}\",\"x\":\"\u{1f600}\"}}").into_bytes(),
    }
}

async fn keep(store: &Store, responses: &[StoredResponse]) {
    let responses: Vec<Arc<StoredResponse>> = responses.iter().cloned().map(Arc::new).collect();
    assert_eq!(store.keep_responses(&responses).await.unwrap(), Vec::<String>::new());
}

async fn find(store: &Store, id: &str, owner: i64) -> Option<StoredResponse> {
    store.find_response(id, UserId(owner), NOW).await.unwrap()
}

#[tokio::test]
async fn a_response_is_found_whole_by_its_owner_and_the_newest_of_a_name_counts() {
    on_every_database(async |db| {
        let long = "resp_".repeat(500);
        let mine = response("resp_1", 1, 0);
        keep(&db.store, &[mine.clone(), response(&long, 1, 0), response("resp_1", 2, 5)]).await;
        assert_eq!(find(&db.store, "resp_1", 1).await, Some(mine.clone()));
        assert_eq!(find(&db.store, &long, 1).await, Some(response(&long, 1, 0)));
        assert_eq!((find(&db.store, "resp_1", 3).await, find(&db.store, "RESP_1", 1).await), (None, None));
        let newer = StoredResponse { input: b"[]".to_vec(), ..response("resp_1", 1, 9) };
        keep(&db.store, &[mine, newer.clone()]).await;
        assert_eq!(find(&db.store, "resp_1", 1).await, Some(newer));
        assert_eq!(find(&db.store, "resp_1", 2).await, Some(response("resp_1", 2, 5)));
    })
    .await;
}

#[tokio::test]
async fn an_item_leads_its_owner_to_its_response() {
    on_every_database(async |db| {
        keep(&db.store, &[response("a", 1, 0), response("b", 1, 0), response("a", 2, 0)]).await;
        let named = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let of = async |ids: &[&str]| {
            let found = db.store.find_responses_of_items(&named(ids), UserId(1), NOW).await.unwrap();
            let mut ids: Vec<String> = found.into_iter().map(|response| response.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(of(&["msg_a", "fc_a", "fc_b", "gone"]).await, ["a", "b"]);
        assert!(db.store.forget_response("a", UserId(1)).await.unwrap());
        assert_eq!(of(&["msg_a", "fc_b"]).await, ["b"]);
        assert_eq!(of(&[]).await, Vec::<String>::new());
        assert!(!db.store.forget_response("a", UserId(1)).await.unwrap());
        assert!(find(&db.store, "a", 2).await.is_some(), "a namesake of another owner stays");
    })
    .await;
}

#[tokio::test]
async fn what_users_say_is_sealed_and_opens_under_its_own_key_and_place_only() {
    on_every_database(async |db| {
        keep(&db.store, &[response("resp_1", 1, 0)]).await;
        assert_eq!(db.execute("UPDATE responses SET key_id = 9 WHERE sealed LIKE '%word%'").await, 0);
        let other = Store::open(&db.url, &MasterKey::from_bytes([8; 32])).await;
        assert!(matches!(other, Err(StoreError::WrongMasterKey)), "{other:?}");
        db.execute("UPDATE responses SET user_id = 2").await;
        let stolen = db.store.find_response("resp_1", UserId(2), NOW).await;
        assert!(matches!(stolen, Err(StoreError::Corrupt { .. })), "{stolen:?}");
    })
    .await;
}

#[tokio::test]
async fn a_response_whose_time_is_over_is_not_found_and_then_gone() {
    on_every_database(async |db| {
        let responses: Vec<_> = (0..700).map(|n| response(&format!("r{n}"), 1, 0)).collect();
        keep(&db.store, &responses).await;
        keep(&db.store, &[response("r1", 2, 50)]).await;
        let later = Timestamp(NOW.0 + DAY_MS);
        assert_eq!(db.store.find_response("r1", UserId(1), later).await.unwrap(), None);
        assert_eq!(db.store.purge_responses(Timestamp(later.0 - 1), 600).await.unwrap(), 0);
        assert_eq!(db.store.purge_responses(later, 600).await.unwrap(), 600);
        assert_eq!(db.store.purge_responses(later, 600).await.unwrap(), 100);
        assert!(db.store.find_response("r1", UserId(2), later).await.unwrap().is_some());
        assert_eq!(db.execute("DELETE FROM response_items").await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_oldest_go_first_where_too_much_is_kept() {
    on_every_database(async |db| {
        for n in 0..10 {
            keep(&db.store, &[response(&format!("r{n}"), 1, n), response(&format!("r{n}"), 2, n)]).await;
        }
        // About 300 bytes each.
        assert_eq!(db.store.trim_responses_of(UserId(1), 1 << 20).await.unwrap(), 0);
        let forgotten = db.store.trim_responses_of(UserId(1), 1_000).await.unwrap();
        assert!((5..=8).contains(&forgotten), "{forgotten}");
        let newest_gone = format!("r{}", forgotten - 1);
        assert_eq!(find(&db.store, &newest_gone, 1).await, None);
        assert!(find(&db.store, &format!("r{forgotten}"), 1).await.is_some());
        assert!(find(&db.store, "r0", 2).await.is_some(), "what others keep is not touched");
        let left = 10 - forgotten + 10;
        assert_eq!(db.store.trim_responses(0).await.unwrap(), left);
        assert_eq!(db.execute("DELETE FROM response_items").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_no_database_takes_is_left_out_and_the_rest_is_kept() {
    on_every_database(async |db| {
        let mut noise = vec![0; 12 << 20];
        rand::fill(noise.as_mut_slice());
        let large = StoredResponse { input: noise, ..response("large", 1, 0) };
        let almost = StoredResponse { input: large.input[..1 << 20].to_vec(), ..response("almost", 1, 0) };
        let all = [large, almost.clone(), response("small", 1, 0)].map(Arc::new);
        assert_eq!(db.store.keep_responses(&all).await.unwrap(), ["large"]);
        assert_eq!(find(&db.store, "large", 1).await, None);
        assert!(find(&db.store, "almost", 1).await == Some(almost));
        assert!(find(&db.store, "small", 1).await.is_some());
    })
    .await;
}
