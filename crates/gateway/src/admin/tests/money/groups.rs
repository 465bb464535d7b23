//! Groups, who is in them, and how keys are paid for.

use super::*;
use crate::admin::Declared;
use crate::admin::tests::keys::declared_key;
use rstest::rstest;

#[tokio::test]
async fn a_group_is_made_changed_field_by_field_and_deleted() {
    let (_site, root) = Site::ready().await;
    let body = json!({"multiplier": "0.80", "remark": "half the town", "limits": {"concurrency": 5}});
    let made = root.put("/api/group/friends", body).await;
    let limits = json!({"requests_per_minute": null, "tokens_per_minute": null, "concurrency": 5});
    let expected = json!({"name": "friends", "multiplier": "0.8", "remark": "half the town", "limits": limits});
    assert_eq!(made.ok(), &expected);
    let changed = root.put("/api/group/friends/", json!({"multiplier": "1.25"})).await;
    let expected = json!({"name": "friends", "multiplier": "1.25", "remark": "half the town", "limits": limits});
    assert_eq!(changed.ok(), &expected);
    let freed = root.put("/api/group/friends/", json!({"limits": {}})).await;
    assert_eq!(freed.ok()["limits"]["concurrency"], json!(null));
    root.put("/api/group/%E6%9C%8B%E5%8F%8B", json!({})).await.ok();
    let list = root.get("/api/group/").await;
    let names: Vec<_> = list.ok()["items"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert_eq!(json!(names), json!(["friends", "朋友"]));
    assert_eq!(list.ok()["items"][1]["multiplier"], json!("1"));
    root.delete("/api/group/friends").await.ok();
    assert_eq!(root.delete("/api/group/friends").await.failure(), (404, "not_found"));
}

#[rstest]
#[case("g", json!({"multiplier": "free"}), "invalid_value")]
#[case("g", json!({"multiplier": "-1"}), "invalid_value")]
#[case("g", json!({"multiplier": "1000000.1"}), "invalid_value")]
#[case("g", json!({"multiplier": 0.8}), "invalid_body")]
#[case("g", json!({"factor": "0.8"}), "invalid_body")]
#[case("g", json!({"limits": {"rpm": 5}}), "invalid_body")]
#[case("g", json!({"limits": {"concurrency": -1}}), "invalid_body")]
#[case("%20", json!({}), "invalid_value")]
#[tokio::test]
async fn a_group_that_makes_no_sense_is_refused(#[case] name: &str, #[case] body: Value, #[case] code: &str) {
    let (_site, root) = Site::ready().await;
    assert_eq!(root.put(&format!("/api/group/{name}"), body).await.failure(), (400, code));
    assert_eq!(root.get("/api/group/").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn only_administrators_see_and_change_groups() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.get("/api/group/").await.failure(), (403, "forbidden"));
    assert_eq!(mia.put("/api/group/g", json!({})).await.failure(), (403, "forbidden"));
    assert_eq!(mia.delete("/api/group/g").await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn a_user_is_put_into_a_group_that_exists() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let unknown = root.put("/api/user/", json!({"id": mia.id, "group": "freinds"})).await;
    assert_eq!(unknown.failure(), (400, "invalid_value"));
    assert!(unknown.message().contains("freinds"), "{}", unknown.message());
    root.put("/api/group/friends", json!({"multiplier": "0.5"})).await.ok();
    let moved = root.put("/api/user/", json!({"id": mia.id, "group": "friends"})).await;
    assert_eq!(moved.ok()["group"], json!("friends"));
    let kept = root.put("/api/user/", json!({"id": mia.id, "display_name": "Mia", "group": ""})).await;
    assert_eq!(kept.ok()["group"], json!("friends"));
    assert_eq!(mia.client.get("/api/user/self").await.ok()["group"], json!("friends"));
    let ben = json!({"username": "ben", "password": PASSWORD, "group": "friends"});
    assert_eq!(root.post("/api/user/", ben).await.ok()["group"], json!("friends"));
    let back = root.put("/api/user/", json!({"id": mia.id, "group": "default"})).await;
    assert_eq!(back.ok()["group"], json!("default"));
}

#[tokio::test]
async fn a_group_that_somebody_is_in_is_not_deleted() {
    let (site, root) = Site::ready().await;
    root.put("/api/group/friends", json!({"multiplier": "0.5"})).await.ok();
    let mia = site.customer(&root, "mia").await;
    root.put("/api/user/", json!({"id": mia.id, "group": "friends"})).await.ok();
    let refused = root.delete("/api/group/friends").await;
    assert_eq!(refused.failure(), (409, "conflict"));
    assert!(refused.message().contains("`mia`"), "{}", refused.message());
    assert_eq!(root.get("/api/group/").await.ok()["items"][0]["multiplier"], json!("0.5"));
    root.put("/api/user/", json!({"id": mia.id, "group": "default"})).await.ok();
    root.delete("/api/group/friends").await.ok();
}

#[tokio::test]
async fn a_group_that_a_key_of_the_file_is_in_is_not_deleted() {
    let key = declared_key("desk");
    let key_groups = [(key.id, "friends".to_owned())].into();
    let site = Site::with(Declared { keys: vec![key], key_groups, ..Declared::default() }).await;
    let root = site.set_up().await;
    root.put("/api/group/friends", json!({})).await.ok();
    root.put("/api/group/family", json!({})).await.ok();
    let refused = root.delete("/api/group/friends").await;
    assert_eq!(refused.failure(), (409, "conflict"));
    assert!(refused.message().contains("`desk`"), "{}", refused.message());
    root.delete("/api/group/family").await.ok();
}

fn billing(key: &Value) -> Value {
    json!(["funding", "multiplier", "shows_cost"].map(|name| key[name].clone()))
}

#[tokio::test]
async fn owners_say_whether_costs_are_shown_and_administrators_what_calls_cost() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let key = site.key_of(&mia.client, "laptop").await;
    let path = format!("/api/agg-token/{key}");
    assert_eq!(billing(mia.client.get(&path).await.ok()), json!(["owner", "1", false]));
    let shown = mia.client.put("/api/agg-token/", json!({"id": key, "shows_cost": true})).await;
    assert_eq!(billing(shown.ok()), json!(["owner", "1", true]));
    for change in [json!({"multiplier": "0.1"}), json!({"funding": "own"})] {
        let mut change = change;
        change["id"] = json!(key);
        assert_eq!(mia.client.put("/api/agg-token/", change.clone()).await.failure(), (403, "forbidden"), "{change}");
        assert_eq!(mia.client.post("/api/agg-token/", change).await.failure(), (403, "forbidden"));
    }
    // To send what is there already is no change.
    let same = json!({"id": key, "multiplier": "1.0", "funding": "owner", "name": "desk"});
    assert_eq!(mia.client.put("/api/agg-token/", same).await.ok()["name"], json!("desk"));
    let (_, ada) = site.user(&root, "ada", 10).await;
    let cheaper = ada.put("/api/agg-token/", json!({"id": key, "multiplier": "0.85", "funding": "own"})).await;
    assert_eq!(billing(cheaper.ok()), json!(["own", "0.85", true]));
    let kept = mia.client.put("/api/agg-token/", json!({"id": key, "status": 2})).await;
    assert_eq!(billing(kept.ok()), json!(["own", "0.85", true]));
    for odd in [json!({"multiplier": "cheap"}), json!({"funding": "nobody"}), json!({"multiplier": "-1"})] {
        let mut odd = odd;
        odd["id"] = json!(key);
        assert_eq!(root.put("/api/agg-token/", odd.clone()).await.failure(), (400, "invalid_value"), "{odd}");
    }
}

#[tokio::test]
async fn an_administrator_does_not_make_their_own_calls_cheaper() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    assert_eq!(ada.post("/api/agg-token/", json!({"multiplier": "0"})).await.failure(), (403, "forbidden"));
    let key = site.key_of(&ada, "adas").await;
    let refused = ada.put("/api/agg-token/", json!({"id": key, "multiplier": "0"})).await;
    assert_eq!(refused.failure(), (403, "forbidden"));
    root.put("/api/agg-token/", json!({"id": key, "multiplier": "0"})).await.ok();
    root.post("/api/agg-token/", json!({"multiplier": "0.5"})).await.ok();
}
