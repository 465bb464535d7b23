//! The plugin's mirror of the provider endpoints.

use super::*;

async fn with_token() -> (Site, Client, Client) {
    let (site, root) = Site::ready().await;
    let token = root.post("/api/user/token", json!({})).await.ok().as_str().unwrap().to_owned();
    let plugin = Client { bearer: Some(token), ..site.stranger() };
    (site, root, plugin)
}

#[tokio::test]
async fn the_mirror_takes_tokens_alone_and_does_the_same() {
    let (_site, root, plugin) = with_token().await;
    let input =
        json!({"name": "p", "vendor": "newapi", "base_url": "http://127.0.0.1:1", "key": "sk-0123456789abcdef"});
    assert_eq!(root.post("/api/plugin/provider/", input.clone()).await.failure(), (403, "token_required"));
    assert_eq!(root.get("/api/plugin/provider").await.failure(), (403, "token_required"));
    let made = plugin.post("/api/plugin/provider/", input).await;
    let id = made.ok()["id"].clone();
    assert_eq!(plugin.get("/api/plugin/provider?keyword=p&page_size=5").await.ok()["total"], json!(1));
    assert_eq!(
        plugin.get(&format!("/api/plugin/provider/{id}")).await.ok(),
        root.get(&format!("/api/provider/{id}")).await.ok()
    );
    let aliases = json!({"model_alias_mapping": {"a": "b"}});
    plugin.put(&format!("/api/plugin/provider/{id}/model-alias-mapping"), aliases).await.ok();
    let credential = plugin.get(&format!("/api/plugin/provider/{id}/tokens")).await.ok()[0]["id"].clone();
    plugin.put(&format!("/api/plugin/provider/token/{credential}"), json!({"weight": 3})).await.ok();
    assert_eq!(root.get(&format!("/api/provider/token/{credential}")).await.ok()["weight"], json!(3));
    let entry = root.get("/api/audit/?action=PUT%20/api/provider/token/%7Btoken_id%7D").await.ok()["items"][0].clone();
    assert_eq!((&entry["proof"], &entry["after"]["weight"]), (&json!("token"), &json!(3)), "{entry}");
}

#[tokio::test]
async fn what_is_not_mirrored_is_not_there() {
    let (site, root, plugin) = with_token().await;
    plugin
        .post("/api/plugin/provider/", json!({"name": "p", "vendor": "newapi", "base_url": "http://127.0.0.1:1"}))
        .await
        .ok();
    assert_eq!(plugin.delete("/api/plugin/provider/1").await.failure(), (405, "method_not_allowed"));
    for path in ["/api/plugin/provider/summary", "/api/plugin/provider/checkin/tokens"] {
        assert_eq!(plugin.get(path).await.failure(), (400, "invalid_parameter"), "{path}");
    }
    assert_eq!(plugin.get("/api/plugin/user/").await.failure(), (404, "unknown_path"));
    assert_eq!(site.stranger().get("/api/plugin/provider/").await.failure(), (401, "unauthenticated"));
    let (_, mia) = site.user(&root, "mia", 1).await;
    let token = mia.post("/api/user/token", json!({})).await.ok().as_str().unwrap().to_owned();
    let mia = Client { bearer: Some(token), ..site.stranger() };
    assert_eq!(mia.get("/api/plugin/provider/").await.failure(), (403, "forbidden"));
}
