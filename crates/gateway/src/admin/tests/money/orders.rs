//! Orders: bounds, replays, conflicts, and nobody books to themselves.

use super::*;
use rstest::rstest;

#[tokio::test]
async fn each_kind_of_order_moves_its_amount_in_its_direction() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let paid = root.book(mia.account, "top-up", json!({"amount_micros": 1_000, "memo": " by bank "})).await;
    let facts = ["kind", "amount_micros", "call", "actor", "memo", "created_time_ms", "credit_account", "credit_seq"]
        .map(|name| paid.ok()[name].clone());
    assert_eq!(json!(facts), json!(["top_up", 1_000, null, "user:1", "by bank", NOW_MS, mia.account, 1]));
    assert!(!paid.headers.contains_key("idempotent-replayed"));
    root.book(mia.account, "grant", json!({"amount_micros": 50})).await.ok();
    root.book(mia.account, "expiry", json!({"amount_micros": 20})).await.ok();
    let call = site.charge(mia.account, 1, 30).await;
    root.book(mia.account, "refund", json!({"call": call, "amount_micros": 10})).await.ok();
    assert_eq!(root.balance(mia.account).await, 1_010);
    let take = json!({"amount_micros": 2_000, "direction": "take", "book": "cash"});
    root.book(mia.account, "correction", take).await.ok();
    assert_eq!(root.balance(mia.account).await, -990);
    let give = json!({"amount_micros": 990, "direction": "give", "book": "revenue"});
    assert_eq!(root.book(mia.account, "correction", give).await.ok()["kind"], json!("correction"));
    assert_eq!(root.balance(mia.account).await, 0);
    let books = root.get("/api/account/").await;
    let mut operator: Vec<_> = books.ok()["items"].as_array().unwrap().iter().collect();
    operator.retain(|account| account["owner_id"] == json!(NODE.0));
    let posted: Vec<_> = operator.iter().map(|account| (&account["kind"], &account["posted_micros"])).collect();
    assert_eq!(json!(posted), json!([["cash", 1_000], ["cost", -30], ["revenue", -970]]));
    site.assert_sound(&root).await;
}

#[rstest]
#[case("top-up", json!({"amount_micros": 0}), "invalid_value")]
#[case("top-up", json!({"amount_micros": -5}), "invalid_value")]
#[case("top-up", json!({"amount_micros": 1_000_000_000_000_001_i64}), "invalid_value")]
#[case("top-up", json!({"amount_micros": 1.5}), "invalid_body")]
#[case("top-up", json!({"amount_micros": "5"}), "invalid_body")]
#[case("top-up", json!({}), "invalid_body")]
#[case("top-up", json!({"amount_micros": 5, "amount": 500}), "invalid_body")]
#[case("top-up", json!({"amount_micros": 5, "memo": "m".repeat(256)}), "invalid_value")]
#[case("grant", json!({"amount_micros": 0}), "invalid_value")]
#[case("expiry", json!({"amount_micros": 101}), "invalid_value")]
#[case("refund", json!({"call": "nonsense"}), "invalid_value")]
#[case("refund", json!({"amount_micros": 5}), "invalid_body")]
#[case("refund", json!({"call": "00000000-0000-0000-0000-000000000000", "amount": 5}), "invalid_body")]
#[case("refund", json!({"call": "00000000-0000-0000-0000-000000000000", "amount_micros": 5}), "invalid_value")]
#[case("correction", json!({"amount_micros": 5, "direction": "sideways", "book": "cash"}), "invalid_body")]
#[case("correction", json!({"amount_micros": 5, "direction": "give", "book": "budget"}), "invalid_body")]
#[case("correction", json!({"amount_micros": -5, "direction": "give", "book": "cash"}), "invalid_value")]
#[tokio::test]
async fn what_cannot_be_booked_is_refused_and_moves_nothing(
    #[case] how: &str,
    #[case] body: Value,
    #[case] code: &str,
) {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    root.book(mia.account, "top-up", json!({"amount_micros": 100})).await.ok();
    assert_eq!(root.book(mia.account, how, body.clone()).await.failure(), (400, code), "{body}");
    let refused = root.post_once(&format!("/api/account/{}/{how}", mia.account), &body, "k").await;
    assert_eq!(refused.failure(), (400, code));
    assert_eq!(root.balance(mia.account).await, 100);
    // The key was not used up.
    let path = format!("/api/account/{}/{how}", mia.account);
    if how == "top-up" {
        assert!(!root.post_once(&path, &json!({"amount_micros": 1}), "k").await.is_replay());
        assert_eq!(root.balance(mia.account).await, 101);
    }
}

#[tokio::test]
async fn a_refund_gives_back_all_that_is_left_and_no_more() {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let call = site.charge(mia.account, 1, 30).await;
    root.book(mia.account, "refund", json!({"call": call, "amount_micros": 12})).await.ok();
    let too_much = root.book(mia.account, "refund", json!({"call": call, "amount_micros": 19})).await;
    assert_eq!(too_much.failure(), (400, "invalid_value"));
    let path = format!("/api/account/{}/refund", mia.account);
    let rest = root.post_once(&path, &json!({"call": call}), "rest").await;
    assert_eq!((&rest.ok()["amount_micros"], rest.is_replay()), (&json!(18), false));
    let again = root.post_once(&path, &json!({"call": call}), "rest").await;
    assert_eq!((again.ok(), again.is_replay()), (rest.ok(), true));
    for key in ["other", "others"] {
        assert_eq!(root.post_once(&path, &json!({"call": call}), key).await.failure(), (409, "conflict"));
    }
    assert_eq!(root.book(mia.account, "refund", json!({"call": call})).await.failure(), (409, "conflict"));
    // Somebody else's account paid nothing for this call.
    assert_eq!(root.book(ben.account, "refund", json!({"call": call})).await.failure(), (409, "conflict"));
    assert_eq!((root.balance(mia.account).await, root.balance(ben.account).await), (0, 0));
    site.assert_sound(&root).await;
}

#[tokio::test]
async fn the_same_key_and_input_is_booked_once_and_says_so() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let path = format!("/api/account/{}/top-up", mia.account);
    let body = json!({"amount_micros": 500, "memo": "bank"});
    let first = root.post_once(&path, &body, "order-1").await;
    site.set_clock(NOW_MS + 86_400_000);
    // Another order of fields, blanks and another spelling of the path mean the same.
    let json = [("content-type", "application/json"), ("idempotency-key", "order-1")];
    let reordered = Body::from("{ \"memo\":\"bank\",\n  \"amount_micros\": 500 }");
    let again = root.send(Method::POST, &format!("{path}/"), reordered, &json).await;
    assert_eq!((first.is_replay(), again.is_replay()), (false, true));
    assert_eq!(first.ok(), again.ok());
    assert_eq!(root.balance(mia.account).await, 500);
    for other in [json!({"amount_micros": 501, "memo": "bank"}), json!({"amount_micros": 500})] {
        assert_eq!(root.post_once(&path, &other, "order-1").await.failure(), (409, "idempotency_conflict"), "{other}");
    }
    assert_eq!(root.balance(mia.account).await, 500);
}

#[tokio::test]
async fn a_key_belongs_to_its_sender_endpoint_and_account() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let body = json!({"amount_micros": 5});
    let sent = [
        (&root, mia.account, "top-up"),
        (&root, mia.account, "grant"),
        (&root, ben.account, "top-up"),
        (&ada, mia.account, "top-up"),
    ];
    for (client, account, how) in sent {
        let answer = client.post_once(&format!("/api/account/{account}/{how}"), &body, "same").await;
        answer.ok();
        assert!(!answer.is_replay(), "{account} {how}");
    }
    assert_eq!((root.balance(mia.account).await, root.balance(ben.account).await), (15, 5));
}

#[tokio::test]
async fn of_many_requests_with_one_key_at_once_one_books() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let path = format!("/api/account/{}/top-up", mia.account);
    let requests = (0..16).map(|_| {
        let (root, path) = (root.clone(), path.clone());
        tokio::spawn(async move { root.post_once(&path, &json!({"amount_micros": 7}), "k").await })
    });
    let requests: Vec<_> = requests.collect();
    let mut firsts = 0;
    for request in requests {
        let answer = request.await.unwrap();
        answer.ok();
        firsts += usize::from(!answer.is_replay());
    }
    assert_eq!((firsts, root.balance(mia.account).await), (1, 7));
}

#[tokio::test]
async fn without_a_key_every_request_is_another_order() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    for _ in 0..2 {
        root.book(mia.account, "top-up", json!({"amount_micros": 5})).await.ok();
    }
    assert_eq!(root.balance(mia.account).await, 10);
}

#[rstest]
#[case(&[""])]
#[case(&["a", "b"])]
#[tokio::test]
async fn a_key_that_is_none_is_refused(#[case] sent: &[&str]) {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let path = format!("/api/account/{}/top-up", mia.account);
    let long = "k".repeat(256);
    for keys in [sent, &[long.as_str()]] {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(keys.iter().map(|key| ("idempotency-key", *key)));
        let refused = root.send(Method::POST, &path, Body::from("{\"amount_micros\":5}"), &headers).await;
        assert_eq!(refused.failure(), (400, "invalid_parameter"));
    }
    assert_eq!(root.balance(mia.account).await, 0);
}

#[tokio::test]
async fn an_administrator_books_to_nobody_who_is_not_below_them() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let (ben, _) = site.user(&root, "ben", 10).await;
    let own = ada.get("/api/account/self").await.ok()["id"].as_i64().unwrap();
    let bens = root.get(&format!("/api/user/{ben}/account")).await.ok()["id"].as_i64().unwrap();
    let key = site.key_of(&ada, "mine").await;
    let keys = ada.get(&format!("/api/agg-token/{key}/account")).await.ok()["id"].as_i64().unwrap();
    let roots = root.get("/api/account/self").await.ok()["id"].as_i64().unwrap();
    for account in [own, bens, keys, roots] {
        let refused = ada.book(account, "grant", json!({"amount_micros": 5})).await;
        assert_eq!(refused.failure(), (403, "forbidden"), "{account}");
        root.book(account, "grant", json!({"amount_micros": 5})).await.ok();
        assert_eq!(root.balance(account).await, 5);
    }
}

#[tokio::test]
async fn only_customers_accounts_are_booked_to() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let cash = root.book(mia.account, "top-up", json!({"amount_micros": 5})).await.ok()["debit_account"].clone();
    let refused = root.book(cash.as_i64().unwrap(), "top-up", json!({"amount_micros": 5})).await;
    assert_eq!(refused.failure(), (400, "invalid_value"));
    assert_eq!(root.book(999, "top-up", json!({"amount_micros": 5})).await.failure(), (404, "not_found"));
    assert_eq!(root.balance(mia.account).await, 5);
}
