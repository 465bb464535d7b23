//! Settings.

use super::*;

#[tokio::test]
async fn a_saved_setting_is_in_force_at_once() {
    let (site, root) = Site::ready().await;
    root.put("/api/option", json!({"key": "Notice", "value": "closed on Sunday"})).await.ok();
    assert_eq!(site.stranger().get("/api/notice").await.ok(), &json!("closed on Sunday"));
    root.put("/api/option/", json!({"key": "SystemName", "value": "Weir"})).await.ok();
    let status = site.stranger().get("/api/status").await;
    assert_eq!((&status.ok()["system_name"], &status.ok()["setup_needed"]), (&json!("Weir"), &json!(false)));
    let list = root.get("/api/option/").await;
    let notice = json!({"key": "Notice", "value": "closed on Sunday", "default": ""});
    assert!(list.ok().as_array().unwrap().contains(&notice));
}

#[tokio::test]
async fn an_unknown_or_odd_setting_is_refused_and_not_stored() {
    let (site, root) = Site::ready().await;
    let unknown = root.put("/api/option/", json!({"key": "Notise", "value": "x"})).await;
    assert_eq!(unknown.failure(), (400, "invalid_value"));
    assert!(unknown.message().contains("`Notice`"));
    let odd = root.put("/api/option/", json!({"key": "RegisterEnabled", "value": "maybe"})).await;
    assert_eq!(odd.failure(), (400, "invalid_value"));
    assert!(site.state.store.options().await.unwrap().is_empty());
}
