//! Budgets: who may make and change them, and what is left.

use super::*;
use rstest::rstest;
use sluice_domain::id::BudgetId;

fn budget(scope: &str, owner: i64, period: &str, limit: i64) -> Value {
    json!({"scope": scope, "owner_id": owner, "period": period, "zone": "Asia/Shanghai", "limit_micros": limit})
}

#[tokio::test]
async fn a_budget_shows_what_was_drawn_and_what_is_left_of_the_period_at_hand() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let made = root.post("/api/budget/", budget("user", mia.id, "day", 1_000)).await;
    let id = made.ok()["id"].as_i64().unwrap();
    // 2023-11-15 in Shanghai.
    let (start, end) = (1_699_977_600, 1_700_064_000);
    let expected = json!({"id": id, "scope": "user", "owner_id": mia.id, "owner_name": "mia", "period": "day",
        "zone": "Asia/Shanghai", "limit_micros": 1_000, "period_start": start, "period_end": end, "drawn_micros": 0,
        "leased_micros": 0, "left_micros": 1_000});
    assert_eq!(made.ok(), &expected);
    let store = &site.state.store;
    let stored = store.find_budget(BudgetId(id)).await.unwrap().unwrap();
    let period = store.open_budget(&stored, Timestamp(NOW_MS)).await.unwrap().id;
    let draw = Draw { account: period, lease: None, amount: Micros(300) };
    site.settle(SettledCall {
        record: record(1),
        receipt: None,
        charge: None,
        budgets: vec![draw],
        saved: CacheSaving::default(),
    })
    .await;
    let path = format!("/api/budget/{id}");
    let seen = mia.client.get(&path).await;
    let drawn = ["drawn_micros", "left_micros"].map(|name| seen.ok()[name].clone());
    assert_eq!(json!(drawn), json!([300, 700]));
    let less = root.put(&path, json!({"limit_micros": 200})).await;
    let facts = ["limit_micros", "drawn_micros", "left_micros"].map(|name| less.ok()[name].clone());
    assert_eq!(json!(facts), json!([200, 300, -100]));
    site.set_clock(end * 1_000);
    let next = root.get(&path).await;
    let facts = ["period_start", "drawn_micros", "left_micros"].map(|name| next.ok()[name].clone());
    assert_eq!(json!(facts), json!([end, 0, 200]));
    root.delete(&path).await.ok();
    assert_eq!(root.get(&path).await.failure(), (404, "not_found"));
    assert_eq!(root.delete(&path).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_total_budget_has_no_edges_and_utc_is_the_zone_unless_one_is_named() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let body = json!({"scope": "user", "owner_id": mia.id, "period": "total", "limit_micros": 0});
    let made = root.post("/api/budget/", body).await;
    let facts = ["zone", "period_start", "period_end", "left_micros"].map(|name| made.ok()[name].clone());
    assert_eq!(json!(facts), json!(["UTC", null, null, 0]));
}

#[tokio::test]
async fn owners_limit_their_keys_and_administrators_limit_users() {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let key = site.key_of(&mia.client, "laptop").await;
    let made = mia.client.post("/api/budget/", budget("key", key, "day", 10)).await;
    assert_eq!((&made.ok()["owner_name"], &made.ok()["scope"]), (&json!("laptop"), &json!("key")));
    let own = format!("/api/budget/{}", made.ok()["id"]);
    mia.client.put(&own, json!({"limit_micros": 20})).await.ok();
    assert_eq!(ben.client.post("/api/budget/", budget("key", key, "week", 10)).await.failure(), (404, "not_found"));
    for path in [&own] {
        assert_eq!(ben.client.get(path).await.failure(), (404, "not_found"));
        assert_eq!(ben.client.put(path, json!({"limit_micros": 1})).await.failure(), (404, "not_found"));
        assert_eq!(ben.client.delete(path).await.failure(), (404, "not_found"));
    }
    for owner in [mia.id, ben.id, 999] {
        let refused = mia.client.post("/api/budget/", budget("user", owner, "day", 10)).await;
        assert_eq!(refused.failure(), (403, "forbidden"), "{owner}");
    }
    let users = root.post("/api/budget/", budget("user", mia.id, "day", 10)).await;
    let users = format!("/api/budget/{}", users.ok()["id"]);
    mia.client.get(&users).await.ok();
    assert_eq!(mia.client.put(&users, json!({"limit_micros": 99})).await.failure(), (403, "forbidden"));
    assert_eq!(mia.client.delete(&users).await.failure(), (403, "forbidden"));
    assert_eq!(root.get(&users).await.ok()["limit_micros"], json!(10));
    root.delete(&own).await.ok();
}

#[tokio::test]
async fn an_administrator_limits_nobody_who_is_not_below_them() {
    let (site, root) = Site::ready().await;
    let (ada_id, ada) = site.user(&root, "ada", 10).await;
    let roots = site.key_of(&root, "roots").await;
    for body in [budget("user", ada_id, "day", 1), budget("user", 1, "day", 1), budget("key", roots, "day", 1)] {
        assert_eq!(ada.post("/api/budget/", body.clone()).await.failure(), (403, "forbidden"), "{body}");
        let made = root.post("/api/budget/", body).await;
        let path = format!("/api/budget/{}", made.ok()["id"]);
        assert_eq!(ada.put(&path, json!({"limit_micros": 5})).await.failure(), (403, "forbidden"));
        assert_eq!(ada.delete(&path).await.failure(), (403, "forbidden"));
    }
    let own = site.key_of(&ada, "adas").await;
    ada.post("/api/budget/", budget("key", own, "day", 1)).await.ok();
}

#[rstest]
#[case(json!({"scope": "planet"}), "invalid_body")]
#[case(json!({"period": "year"}), "invalid_body")]
#[case(json!({"zone": "Moon/Crater"}), "invalid_value")]
#[case(json!({"limit_micros": -1}), "invalid_value")]
#[case(json!({"limit_micros": 1_000_000_000_000_001_i64}), "invalid_value")]
#[case(json!({"limit_micros": 0.5}), "invalid_body")]
#[case(json!({"limit": 5}), "invalid_body")]
#[tokio::test]
async fn a_budget_that_makes_no_sense_is_refused(#[case] odd: Value, #[case] code: &str) {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let mut body = budget("user", mia.id, "day", 10);
    body.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
    assert_eq!(root.post("/api/budget/", body).await.failure(), (400, code));
    assert_eq!(root.get("/api/budget/").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_limited_and_nothing_twice_for_one_period() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    for body in [budget("user", 999, "day", 1), budget("key", 999, "day", 1)] {
        assert_eq!(root.post("/api/budget/", body).await.failure(), (404, "not_found"));
    }
    root.post("/api/budget/", budget("user", mia.id, "day", 1)).await.ok();
    let again = root.post("/api/budget/", budget("user", mia.id, "day", 2)).await;
    assert_eq!(again.failure(), (409, "conflict"));
}

#[tokio::test]
async fn budgets_are_listed_by_cursor_and_only_those_in_sight() {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let key = site.key_of(&mia.client, "laptop").await;
    for (scope, owner) in [("user", mia.id), ("key", key), ("user", ben.id)] {
        for period in ["day", "month"] {
            root.post("/api/budget/", budget(scope, owner, period, 5)).await.ok();
        }
    }
    let owners = |rows: Vec<Value>| -> Vec<(String, i64)> {
        let owner = |row: &Value| (row["scope"].as_str().unwrap().to_owned(), row["owner_id"].as_i64().unwrap());
        rows.iter().map(owner).collect()
    };
    assert_eq!(root.all_of("/api/budget/?").await.len(), 6);
    let (user, keys) = (("user".to_owned(), mia.id), ("key".to_owned(), key));
    let mias = owners(mia.client.all_of("/api/budget/?").await);
    assert_eq!(mias, [user.clone(), user, keys.clone(), keys]);
    assert_eq!(ben.client.all_of("/api/budget/?").await.len(), 2);
    let of_key = format!("/api/budget/?scope=key&owner_id={key}&");
    assert_eq!((root.all_of(&of_key).await.len(), ben.client.all_of(&of_key).await.len()), (2, 0));
    assert_eq!(root.get("/api/budget/?scope=key").await.failure(), (400, "invalid_value"));
    assert_eq!(root.get("/api/budget/?scope=planet&owner_id=1").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn a_budget_is_made_once_under_its_key() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let body = budget("user", mia.id, "day", 5);
    let first = root.post_once("/api/budget/", &body, "k").await;
    let again = root.post_once("/api/budget", &body, "k").await;
    assert_eq!((first.is_replay(), again.is_replay(), again.ok()), (false, true, first.ok()));
    let other = budget("user", mia.id, "week", 5);
    assert_eq!(root.post_once("/api/budget/", &other, "k").await.failure(), (409, "idempotency_conflict"));
    // What was refused does not use up its key.
    let taken = budget("user", mia.id, "day", 9);
    assert_eq!(root.post_once("/api/budget/", &taken, "l").await.failure(), (409, "conflict"));
    assert!(!root.post_once("/api/budget/", &other, "l").await.is_replay());
    assert_eq!(root.all_of("/api/budget/?").await.len(), 2);
}

#[tokio::test]
async fn a_request_that_broke_off_is_carried_on_under_its_key() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let body = budget("user", mia.id, "day", 5);
    let first = root.post_once("/api/budget/", &body, "k").await;
    // As if the node had died after the key was taken: before the budget was made, and after.
    let forget = async |outcome: &str| {
        use sha2::Digest;
        let digest = |text: &str| -> [u8; 32] { sha2::Sha256::digest(text).into() };
        let input = format!(
            "POST /api/budget\n{{\"scope\":\"user\",\"owner_id\":{},\"period\":\"day\",\"zone\":\"Asia/Shanghai\",\
             \"limit_micros\":5}}",
            mia.id
        );
        let key = sluice_store::IdempotencyKey {
            scope: "user:1/budget".to_owned(),
            key: "k".to_owned(),
            input: digest(&input),
        };
        site.state.store.set_outcome(&key, outcome).await.unwrap();
    };
    forget("").await;
    let found = root.post_once("/api/budget/", &body, "k").await;
    assert_eq!((found.ok(), found.is_replay()), (first.ok(), true));
    forget("").await;
    root.delete(&format!("/api/budget/{}", first.ok()["id"])).await.ok();
    let made = root.post_once("/api/budget/", &body, "k").await;
    assert_eq!((made.is_replay(), &made.ok()["limit_micros"]), (false, &json!(5)));
}
