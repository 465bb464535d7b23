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
    let notice = json!({"key": "Notice", "value": "closed on Sunday", "default": "", "is_set": true,
        "in_use": true});
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

#[tokio::test]
async fn a_secret_setting_is_kept_sealed_and_never_shown() {
    let (site, root) = Site::ready().await;
    root.put("/api/option", json!({"key": "SMTPToken", "value": "mail-secret"})).await.ok();
    let shown = root.get("/api/option/SMTPToken").await;
    assert_eq!((&shown.ok()["value"], &shown.ok()["is_set"]), (&json!(""), &json!(true)));
    assert!(!root.get("/api/option/").await.text.contains("SMTPToken"));
    let stored = site.state.store.secret_option("SMTPToken").await.unwrap().unwrap();
    assert_eq!(stored.expose_secret(), "mail-secret");
    root.put("/api/option", json!({"key": "SMTPToken", "value": ""})).await.ok();
    assert_eq!(root.get("/api/option/SMTPToken").await.ok()["is_set"], json!(false));
}

#[tokio::test]
async fn settings_that_need_others_wait_for_them_and_a_default_comes_back() {
    let (_site, root) = Site::ready().await;
    let put = async |key: &str, value: Value| root.put("/api/option", json!({"key": key, "value": value})).await;
    assert_eq!(put("NotificationBarkEnabled", json!(true)).await.failure(), (400, "invalid_value"));
    put("NotificationBarkServer", json!("https://bark.example")).await.ok();
    put("NotificationBarkDeviceKey", json!("device-secret")).await.ok();
    put("NotificationBarkEnabled", json!(true)).await.ok();
    assert_eq!(put("NotificationBarkServer", json!("")).await.failure(), (400, "invalid_value"));
    assert_eq!(put("PasswordLoginEnabled", json!(false)).await.failure(), (400, "invalid_value"));
    put("BackupRetentionDays", json!(30)).await.ok();
    let back = put("BackupRetentionDays", Value::Null).await;
    assert_eq!(
        (&back.ok()["value"], &back.ok()["is_set"], &back.ok()["in_use"]),
        (&json!("14"), &json!(false), &json!(false))
    );
    assert_eq!(root.get("/api/option/Nothing").await.failure(), (404, "not_found"));
}
