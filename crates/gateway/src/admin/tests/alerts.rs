//! Alerts: the open ones, and all.

use super::*;

#[tokio::test]
async fn open_alerts_are_shown_first_raised_last_and_the_others_on_demand() {
    let (site, root) = Site::ready().await;
    let store = &site.state.store;
    let at = |secs: i64| Timestamp(NOW_MS + secs * 1_000);
    store.raise_alert("ledger_deviation", "5", "the balance differs", at(0)).await.unwrap();
    store.raise_alert("journal_full", "", "no room", at(1)).await.unwrap();
    store.raise_alert("ledger_deviation", "5", "it still differs", at(2)).await.unwrap();
    store.resolve_alert("journal_full", "", at(3)).await.unwrap();
    let open = root.get("/api/alert/").await;
    let now = NOW_MS / 1_000;
    let expected = json!([{"id": open.ok()["items"][0]["id"], "kind": "ledger_deviation", "subject": "5",
        "message": "it still differs", "count": 2, "raised_time": now, "last_seen_time": now + 2,
        "resolved_time": null}]);
    assert_eq!(open.ok()["items"], expected);
    let all = root.get("/api/alert/?status=all&page_size=1").await;
    let first = ["kind", "resolved_time"].map(|name| all.ok()["items"][0][name].clone());
    assert_eq!(json!(first), json!(["journal_full", now + 3]));
    assert_eq!((&all.ok()["total"], &all.ok()["has_more"]), (&json!(2), &json!(true)));
    assert_eq!(root.get("/api/alert/?status=odd").await.failure(), (400, "invalid_parameter"));
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.get("/api/alert/").await.failure(), (403, "forbidden"));
}
