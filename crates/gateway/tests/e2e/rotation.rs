//! Rotation of keys: nobody is cut off while the grace lasts, and nobody gets in afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::gateway::{Gateway, eventually, provider};
use crate::samples::Dialect;

#[tokio::test]
async fn both_secrets_work_until_the_grace_ends() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let first = gateway.make_key("k").await;
    let listed = gateway.admin(Method::GET, "/api/agg-token/?page_size=100", None).await.json();
    let is_ours = |key: &&Value| key["name"] == "k";
    let id = listed["data"]["items"].as_array().unwrap().iter().find(is_ours).unwrap()["id"].clone();
    let status = async |key: &str| {
        let request = gateway.bare(Method::GET, "/v1/models").bearer_auth(key);
        gateway.turned_away(request).await.status
    };
    assert_eq!(status(&first).await, 200);
    let rotate = async |grace_secs: u64| {
        let path = format!("/api/agg-token/{id}/rotate");
        let turned = gateway.admin(Method::POST, &path, Some(json!({"grace_secs": grace_secs}))).await;
        assert_eq!(turned.status, 200, "{}", turned.text());
        turned.json()["data"].as_str().unwrap().to_owned()
    };
    let second = rotate(3).await;
    for key in [&first, &second] {
        let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(key);
        let call = gateway.call(request.json(&Dialect::Chat.request("m", false))).await;
        assert_eq!(call.status, 200, "{}", call.text());
        assert_eq!(gateway.record(call.call()).await["aggregated_token_id"], id);
    }
    eventually("the end of the grace", async || (status(&first).await == 401).then_some(())).await;
    assert_eq!(status(&second).await, 200);
    let third = rotate(0).await;
    eventually("the end of the second secret", async || (status(&second).await == 401).then_some(())).await;
    tokio::time::timeout(Duration::from_secs(5), async { assert_eq!(status(&third).await, 200) }).await.unwrap();
    gateway.finish().await;
}
