//! Who may do what: every operation of the API's own document, for every role and every way to prove it, and for the
//! owner of a thing and somebody else.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, provider};
use crate::samples::Dialect;

const PASSWORD: &str = "correct horse battery";

/// The lowest role that may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Guest,
    Common,
    Admin,
    Root,
}

use Level::{Admin, Common, Guest, Root};

/// Every operation. One that is missing here fails the test: say who may do it.
const LEVELS: &[(Level, &[&str])] = &[
    (
        Guest,
        &[
            "GET /api/about",
            "GET /api/notice",
            "GET /api/setup",
            "POST /api/setup",
            "GET /api/status",
            "POST /api/user/login",
            "POST /api/user/register",
        ],
    ),
    (
        Common,
        &[
            "GET /api/account/self",
            "GET /api/account/self/transfers",
            "GET /api/account/{id}",
            "GET /api/account/{id}/transfers",
            "GET /api/agg-token/",
            "POST /api/agg-token/",
            "PUT /api/agg-token/",
            "GET /api/agg-token/{id}",
            "DELETE /api/agg-token/{id}",
            "GET /api/agg-token/{id}/account",
            "POST /api/agg-token/{id}/rotate",
            "GET /api/agg-token/{id}/usage",
            "POST /api/agg-token/bulk",
            "GET /api/budget/",
            "POST /api/budget/",
            "GET /api/budget/{id}",
            "PUT /api/budget/{id}",
            "DELETE /api/budget/{id}",
            "GET /api/dashboard/self",
            "GET /api/dashboard/self/usage",
            "GET /api/log/self",
            "GET /api/log/self/export",
            "GET /api/log/{call}",
            "GET /api/log/{call}/explain",
            "GET /api/log/{call}/receipt",
            "GET /api/transfer/{id}",
            "GET /api/user/self",
            "PUT /api/user/self",
            "GET /api/user/self/sessions",
            "DELETE /api/user/self/sessions/{session}",
            "GET /api/user/self/tokens",
            "POST /api/user/self/tokens",
            "DELETE /api/user/self/tokens/{token_id}",
            "GET /api/user/{id}/account",
        ],
    ),
    (
        Admin,
        &[
            "GET /api/account/",
            "POST /api/account/{id}/correction",
            "POST /api/account/{id}/expiry",
            "POST /api/account/{id}/grant",
            "POST /api/account/{id}/refund",
            "POST /api/account/{id}/top-up",
            "GET /api/alert/",
            "GET /api/audit/",
            "GET /api/audit/{id}",
            "GET /api/dashboard",
            "GET /api/dashboard/live",
            "GET /api/dashboard/usage",
            "GET /api/group/",
            "GET /api/group/{name}",
            "PUT /api/group/{name}",
            "DELETE /api/group/{name}",
            "GET /api/job/",
            "GET /api/job/{name}",
            "POST /api/job/{name}/run",
            "GET /api/job/{name}/runs",
            "GET /api/ledger/export",
            "GET /api/ledger/state",
            "GET /api/log/",
            "GET /api/log/export",
            "GET /api/plugin/provider/",
            "POST /api/plugin/provider/",
            "PUT /api/plugin/provider/",
            "GET /api/plugin/provider/export",
            "POST /api/plugin/provider/import",
            "PUT /api/plugin/provider/token/{token_id}",
            "DELETE /api/plugin/provider/token/{token_id}",
            "GET /api/plugin/provider/{id}",
            "GET /api/plugin/provider/{id}/model-alias-mapping",
            "PUT /api/plugin/provider/{id}/model-alias-mapping",
            "GET /api/plugin/provider/{id}/pricing",
            "POST /api/plugin/provider/{id}/sync",
            "GET /api/plugin/provider/{id}/tokens",
            "POST /api/plugin/provider/{id}/tokens",
            "GET /api/price/",
            "POST /api/price/",
            "GET /api/price/builtin",
            "GET /api/price/disputed",
            "GET /api/price/effective",
            "GET /api/price/unpriced",
            "GET /api/price/{id}",
            "DELETE /api/price/{id}",
            "GET /api/provider/",
            "POST /api/provider/",
            "PUT /api/provider/",
            "POST /api/provider/bulk",
            "GET /api/provider/checkin/messages",
            "POST /api/provider/checkin/run",
            "GET /api/provider/checkin/summary",
            "GET /api/provider/checkin/uncheckin",
            "GET /api/provider/export",
            "POST /api/provider/import",
            "GET /api/provider/summary",
            "GET /api/provider/token/{token_id}",
            "PUT /api/provider/token/{token_id}",
            "DELETE /api/provider/token/{token_id}",
            "GET /api/provider/{id}",
            "DELETE /api/provider/{id}",
            "POST /api/provider/{id}/checkin",
            "GET /api/provider/{id}/model-alias-mapping",
            "PUT /api/provider/{id}/model-alias-mapping",
            "POST /api/provider/{id}/models",
            "POST /api/provider/{id}/prices/sync",
            "GET /api/provider/{id}/pricing",
            "POST /api/provider/{id}/sync",
            "POST /api/provider/{id}/test",
            "GET /api/provider/{id}/tokens",
            "POST /api/provider/{id}/tokens",
            "GET /api/route/",
            "POST /api/route/",
            "POST /api/route/batch-update",
            "POST /api/route/bulk",
            "GET /api/route/models",
            "GET /api/route/overview",
            "POST /api/route/preview",
            "POST /api/route/rebuild",
            "GET /api/route/{id}",
            "PUT /api/route/{id}",
            "DELETE /api/route/{id}",
            "GET /api/routing/",
            "POST /api/routing/rules/test",
            "GET /api/user/",
            "POST /api/user/",
            "PUT /api/user/",
            "POST /api/user/manage",
            "GET /api/user/search",
            "GET /api/user/{id}",
            "DELETE /api/user/{id}",
            "GET /api/user/{id}/sessions",
            "DELETE /api/user/{id}/sessions",
            "DELETE /api/user/{id}/sessions/{session}",
            "GET /api/user/{id}/tokens",
            "DELETE /api/user/{id}/tokens/{token_id}",
            "GET /api/vendor/",
        ],
    ),
    (
        Root,
        &[
            "POST /api/ledger/verify",
            "GET /api/option/",
            "PUT /api/option/",
            "GET /api/option/{key}",
            "PUT /api/routing/",
        ],
    ),
];

/// What ends the proof that it is done with; each has its own test below.
const ENDINGS: &[&str] = &[
    "GET /api/user/token",
    "POST /api/user/token",
    "DELETE /api/user/token",
    "GET /api/user/logout",
    "POST /api/user/logout",
    "DELETE /api/user/self",
    "DELETE /api/user/self/sessions",
];

/// Who asks, and how that is proven.
#[derive(Debug, Clone)]
struct Somebody {
    level: Level,
    cookie: Option<String>,
    token: Option<String>,
}

impl Somebody {
    const GUEST: Self = Self { level: Guest, cookie: None, token: None };

    async fn send(&self, gateway: &Gateway, method: &str, path: &str, body: Option<Value>) -> Answer {
        let method: Method = method.parse().unwrap();
        let mut request = gateway.bare(method.clone(), path).header("x-requested-with", "test");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body.or_else(|| (method != Method::GET).then(|| json!({}))) {
            request = request.json(&body);
        }
        gateway.turned_away(request).await
    }

    /// Its login name.
    fn name(&self) -> &'static str {
        match self.level {
            Guest => "",
            Common => "mia",
            Admin => "ada",
            Root => "root",
        }
    }

    /// The same person without a session, with a personal access token.
    async fn by_token(&self, gateway: &Gateway) -> Self {
        let made = self.send(gateway, "POST", "/api/user/token", None).await;
        assert_eq!(made.status, 200, "{}", made.text());
        Self { cookie: None, token: Some(made.json()["data"].as_str().unwrap().to_owned()), ..self.clone() }
    }
}

async fn log_in(gateway: &Gateway, name: &str, level: Level) -> Somebody {
    let login = json!({"username": name, "password": PASSWORD});
    let response = gateway.bare(Method::POST, "/api/user/login").json(&login).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    Somebody { level, cookie: Some(cookie), token: None }
}

/// Makes a user of each role and logs all in.
async fn everybody(gateway: &Gateway) -> Vec<Somebody> {
    let mut all = Vec::new();
    for (name, role, level) in [("mia", 1, Common), ("ada", 10, Admin)] {
        let user = json!({"username": name, "password": PASSWORD, "role": role});
        assert_eq!(gateway.admin(Method::POST, "/api/user/", Some(user)).await.status, 200);
        all.push(log_in(gateway, name, level).await);
    }
    // The password of the harness.
    gateway.admin(Method::GET, "/api/user/self", None).await;
    all.push(log_in(gateway, "root", Root).await);
    all
}

fn operations(document: &Value) -> Vec<(String, String)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete"] {
            if item.get(method).is_some() {
                operations.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    operations
}

fn concrete(path: &str) -> String {
    let numbered = path.replace("{id}", "999999").replace("{token_id}", "999999");
    numbered
        .replace("{call}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{name}", "nobody")
        .replace("{session}", "0123456789abcdef01234567")
        .replace("{key}", "Notice")
}

fn code(answer: &Answer) -> String {
    serde_json::from_slice::<Value>(&answer.body)
        .ok()
        .and_then(|body| Some(body["code"].as_str()?.to_owned()))
        .unwrap_or_default()
}

#[tokio::test]
async fn every_operation_is_open_to_its_role_and_above_and_to_nobody_else() {
    let gateway = Gateway::start(json!({})).await;
    let sessions = everybody(&gateway).await;
    let mut people = vec![Somebody::GUEST];
    for person in &sessions {
        people.push(person.clone());
        people.push(person.by_token(&gateway).await);
    }
    let levels: BTreeMap<&str, Level> =
        LEVELS.iter().flat_map(|(level, names)| names.iter().map(|name| (*name, *level))).collect();
    let document = gateway.turned_away(gateway.bare(Method::GET, "/api/openapi.json")).await.json();
    let mut known = 0;
    for (method, path) in operations(&document) {
        let name = format!("{method} {path}");
        if ENDINGS.contains(&name.as_str()) {
            known += 1;
            continue;
        }
        let level = *levels.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` is not in the table"));
        known += 1;
        for person in &people {
            let answer = person.send(&gateway, &method, &concrete(&path), None).await;
            let got = (answer.status, code(&answer));
            let is_plugin = path.starts_with("/api/plugin/");
            let case = format!(
                "{name} as {:?} by {}: {got:?}",
                person.level,
                if person.token.is_some() { "token" } else { "session" }
            );
            let expected = match person.level {
                Guest if level > Guest => Some((401, "unauthenticated")),
                _ if is_plugin && person.token.is_none() => Some((403, "token_required")),
                _ if person.level < level => Some((403, "forbidden")),
                _ => None,
            };
            match expected {
                Some((status, code)) => assert_eq!(got, (status, code.to_owned()), "{case}"),
                None => {
                    let is_login = name == "POST /api/user/login";
                    assert!(is_login || answer.status != 401, "{case}");
                    assert!(!["forbidden", "session_required", "token_required"].contains(&got.1.as_str()), "{case}");
                    assert!(answer.status < 500, "{case}");
                }
            }
        }
        let wrong = Somebody { token: Some("0".repeat(64)), ..Somebody::GUEST };
        if level > Guest {
            let answer = wrong.send(&gateway, &method, &concrete(&path), None).await;
            assert_eq!((answer.status, code(&answer).as_str()), (401, "unauthenticated"), "{name} with a wrong token");
        }
    }
    assert_eq!(known, levels.len() + ENDINGS.len(), "the table names operations that are not there");
    gateway.finish().await;
}

#[tokio::test]
async fn tokens_and_sessions_end_by_their_own_and_only_their_own() {
    let gateway = Gateway::start(json!({})).await;
    let people = everybody(&gateway).await;
    for path in ["/api/user/token", "/api/user/self"] {
        for method in ["POST", "DELETE"] {
            let answer = Somebody::GUEST.send(&gateway, method, path, None).await;
            assert!(matches!(answer.status, 401 | 405), "{method} {path}: {}", answer.status);
        }
    }
    for person in &people {
        let first = person.by_token(&gateway).await;
        assert_eq!(first.send(&gateway, "GET", "/api/user/self", None).await.status, 200);
        let again = first.send(&gateway, "POST", "/api/user/token", None).await;
        assert_eq!((again.status, code(&again).as_str()), (403, "session_required"));
        assert_eq!(person.send(&gateway, "DELETE", "/api/user/token", None).await.status, 200);
        assert_eq!(first.send(&gateway, "GET", "/api/user/self", None).await.status, 401);
        let second = log_in(&gateway, person.name(), person.level).await;
        assert_eq!(person.send(&gateway, "DELETE", "/api/user/self/sessions", None).await.status, 200);
        assert_eq!(second.send(&gateway, "GET", "/api/user/self", None).await.status, 401);
        let gone = person.send(&gateway, "DELETE", "/api/user/self", None).await;
        assert_eq!(gone.status, if person.level == Root { 403 } else { 200 }, "{}", gone.text());
        let left = person.send(&gateway, "GET", "/api/user/self", None).await;
        assert_eq!(left.status, if person.level == Root { 200 } else { 401 });
    }
    let root = people.last().unwrap();
    assert_eq!(root.send(&gateway, "POST", "/api/user/logout", None).await.status, 200);
    assert_eq!(root.send(&gateway, "GET", "/api/user/self", None).await.status, 401);
    gateway.finish().await;
}

#[tokio::test]
async fn nobody_reaches_what_belongs_to_another() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let people = everybody(&gateway).await;
    let [mia, ada, root] = people.as_slice() else { panic!("three people") };
    let user = json!({"username": "bob", "password": PASSWORD});
    assert_eq!(gateway.admin(Method::POST, "/api/user/", Some(user)).await.status, 200);
    let bob = log_in(&gateway, "bob", Common).await;
    let made = mia.send(&gateway, "POST", "/api/agg-token/", Some(json!({"name": "mine"}))).await;
    let key = made.json()["data"].as_str().unwrap().to_owned();
    let keys = mia.send(&gateway, "GET", "/api/agg-token/", None).await.json();
    let id = keys["data"]["items"][0]["id"].clone();
    let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(&key);
    let call = gateway.call(request.json(&Dialect::Chat.request("m", false))).await;
    assert_eq!(call.status, 200, "{}", call.text());
    gateway.record(call.call()).await;
    let call = call.call().to_owned();
    let things = [
        ("GET", format!("/api/agg-token/{id}"), None, 404),
        ("PUT", "/api/agg-token/".to_owned(), Some(json!({"id": id, "name": "stolen"})), 404),
        ("POST", format!("/api/agg-token/{id}/rotate"), Some(json!({})), 404),
        ("GET", format!("/api/log/{call}"), None, 404),
        ("GET", format!("/api/log/{call}/explain"), None, 404),
        ("GET", format!("/api/log/{call}/receipt"), None, 404),
        ("DELETE", format!("/api/agg-token/{id}"), None, 404),
    ];
    for (method, path, body, status) in &things {
        let answer = bob.send(&gateway, method, path, body.clone()).await;
        assert_eq!((answer.status, code(&answer).as_str()), (*status, "not_found"), "{method} {path}");
        let own = bob.by_token(&gateway).await.send(&gateway, method, path, body.clone()).await;
        assert_eq!(own.status, *status, "{method} {path} by token");
    }
    assert_eq!(mia.send(&gateway, "GET", &format!("/api/agg-token/{id}"), None).await.json()["data"]["name"], "mine");
    let bobs = bob.send(&gateway, "GET", "/api/log/self", None).await.json();
    assert_eq!(bobs["data"]["total"], 0);
    assert_eq!(bob.send(&gateway, "GET", "/api/agg-token/?all=1", None).await.status, 403);
    for (method, path, body, _) in things.iter().filter(|(method, ..)| *method == "GET") {
        assert_eq!(mia.send(&gateway, method, path, body.clone()).await.status, 200, "{path}");
        assert_eq!(ada.send(&gateway, method, path, body.clone()).await.status, 200, "{path}");
    }
    // Nobody touches those above, nor takes a role that is not below the own one.
    let me = |person: &Somebody| person.clone();
    let roots = root.send(&gateway, "GET", "/api/user/self", None).await.json()["data"]["id"].clone();
    for (path, method, body) in [
        ("/api/user/".to_owned(), "PUT", json!({"id": roots, "display_name": "x"})),
        (format!("/api/user/{roots}"), "DELETE", json!({})),
        ("/api/user/manage".to_owned(), "POST", json!({"username": "root", "action": "disable"})),
        ("/api/user/manage".to_owned(), "POST", json!({"username": "root", "action": "demote"})),
        ("/api/user/manage".to_owned(), "POST", json!({"username": "mia", "action": "promote"})),
        ("/api/user/".to_owned(), "POST", json!({"username": "eve", "password": PASSWORD, "role": 100})),
    ] {
        let answer = me(ada).send(&gateway, method, &path, Some(body.clone())).await;
        assert_eq!((answer.status, code(&answer).as_str()), (403, "forbidden"), "{method} {path} {body}");
    }
    for action in ["disable", "demote", "delete"] {
        let body = json!({"username": "root", "action": action});
        let answer = me(root).send(&gateway, "POST", "/api/user/manage", Some(body)).await;
        assert_eq!((answer.status, code(&answer).as_str()), (403, "forbidden"), "the last root: {action}");
    }
    gateway.finish().await;
}
