//! Many things in one request.

use super::*;

async fn provider(client: &Client, name: &str) -> i64 {
    let body = json!({"name": name, "vendor": "newapi", "base_url": "http://127.0.0.1:1"});
    client.post("/api/provider/", body).await.ok()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn each_thing_has_its_own_result_and_its_own_entry() {
    let (site, root) = Site::ready().await;
    let (a, b) = (provider(&root, "a").await, provider(&root, "b").await);
    site.was_told_of_change().await;
    let done = root.post("/api/provider/bulk", json!({"action": "disable", "ids": [a, 999, b]})).await;
    assert_eq!((&done.ok()["done"], &done.ok()["failed"]), (&json!(2), &json!(1)));
    assert!(site.was_told_of_change().await);
    let missing = &done.ok()["items"][1];
    assert_eq!(
        json!([missing["id"], missing["success"], missing["status"], missing["code"]]),
        json!([999, false, 404, "not_found"])
    );
    assert!(missing["message"].as_str().unwrap().contains("provider"));
    for id in [a, b] {
        assert_eq!(root.get(&format!("/api/provider/{id}")).await.ok()["status"], json!(2));
        let entries = root.get(&format!("/api/audit/?subject=/api/provider/{id}&action=PUT%20/api/provider")).await;
        let entry = &entries.ok()["items"][0];
        assert_eq!(json!([entry["before"]["status"], entry["after"]["status"]]), json!([1, 2]));
    }
    let entry = root.get(&format!("/api/audit/{}", done.ok()["items"][0]["audit_id"].as_str().unwrap())).await;
    assert_eq!(entry.ok()["subject"], json!(format!("/api/provider/{a}")));
    root.post("/api/provider/bulk", json!({"action": "delete", "ids": [a, b]})).await.ok();
    assert_eq!(root.get("/api/provider/").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn nobody_does_to_many_what_they_may_not_do_to_one() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    let (_, bob) = site.user(&root, "bob", 1).await;
    mia.post("/api/agg-token/", json!({"name": "mine"})).await.ok();
    let id = mia.get("/api/agg-token/").await.ok()["items"][0]["id"].clone();
    let stolen = bob.post("/api/agg-token/bulk", json!({"action": "delete", "ids": [id]})).await;
    assert_eq!((&stolen.ok()["done"], &stolen.ok()["items"][0]["code"]), (&json!(0), &json!("not_found")));
    let own = mia.post("/api/agg-token/bulk", json!({"action": "disable", "ids": [id]})).await;
    assert_eq!(own.ok()["done"], json!(1));
    for path in ["/api/provider/bulk", "/api/route/bulk"] {
        let refused = mia.post(path, json!({"action": "delete", "ids": [1]})).await;
        assert_eq!(refused.failure(), (403, "forbidden"));
    }
    for body in [json!({"action": "delete", "ids": []}), json!({"action": "delete", "ids": vec![1; 501]})] {
        let refused = root.post("/api/route/bulk", body).await;
        assert_eq!((refused.failure(), &refused.body["field"]), ((400, "invalid_value"), &json!("ids")));
    }
    assert_eq!(root.post("/api/route/bulk", json!({"action": "burn", "ids": [1]})).await.failure().0, 400);
}
