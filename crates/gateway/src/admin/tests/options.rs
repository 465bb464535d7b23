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
        "in_use": true, "is_secret": false, "needs_restart": false, "group": "site",
        "explanation": "Announcement that everybody sees who opens the console; empty for none.",
        "explanation_zh": "公告，所有打开控制台的人都能看到；留空则不显示。", "needs": [], "type": "text",
        "min": null, "max": 20_000.0, "unit": null, "choices": [], "is_required": false});
    assert!(list.ok().as_array().unwrap().contains(&notice));
}

#[tokio::test]
async fn each_setting_says_what_its_value_may_be() {
    let (_site, root) = Site::ready().await;
    let form = async |key: &str| {
        let option = root.get(&format!("/api/option/{key}")).await.ok().clone();
        json!(["type", "min", "max", "unit", "choices"].map(|name| &option[name]))
    };
    assert_eq!(form("RegisterEnabled").await, json!(["bool", null, null, null, []]));
    assert_eq!(form("RoutingUsageWindowHours").await, json!(["duration", 1.0, 720.0, "hours", []]));
    assert_eq!(form("RoutingHealthMaxMultiplier").await, json!(["decimal", 0.0, 10.0, null, []]));
    assert_eq!(form("SMTPPort").await, json!(["int", 1.0, 65_535.0, null, []]));
    assert_eq!(
        form("RelayResponseValidityGuardMode").await,
        json!(["enum", null, null, null, ["off", "observe", "enforce"]])
    );
    assert_eq!(form("RoutingRules").await, json!(["json", null, null, null, []]));
}

#[tokio::test]
async fn a_refusal_names_the_field_that_is_wrong() {
    let (_site, root) = Site::ready().await;
    for (key, value, field) in [
        ("SMTPPort", json!(0), "SMTPPort"),
        ("CheckinScheduleTimezone", json!("Mars/Olympus"), "CheckinScheduleTimezone"),
        ("RoutingRules", json!("[{\"when\": \"\", \"model\": \"m\"}]"), "rules[0].when"),
    ] {
        let refused = root.put("/api/option/", json!({"key": key, "value": value})).await;
        assert_eq!(refused.failure(), (400, "invalid_value"), "{}", refused.text);
        assert_eq!(refused.body["field"], json!(field), "{}", refused.text);
    }
    let bad = root.post("/api/route/batch-update", json!({"items": [{"id": 1}, {"id": "x"}]})).await;
    assert_eq!(bad.body["field"], json!("items[1].id"));
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
    assert!(!root.get("/api/option/").await.text.contains("\"key\":\"SMTPToken\""));
    let all = root.get("/api/option/?all=1").await;
    let token = all.ok().as_array().unwrap().iter().find(|option| option["key"] == json!("SMTPToken")).unwrap();
    assert_eq!((&token["value"], &token["is_secret"]), (&json!(""), &json!(true)));
    assert!(!all.text.contains("mail-secret"));
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
