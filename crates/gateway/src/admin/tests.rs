//! The admin API as a client sees it, in process, over a database of its own.

mod access;
mod alerts;
mod bulk;
mod checkin;
mod contract;
mod discovery;
mod job_list;
mod keys;
mod logs;
mod mirror;
mod money;
mod options;
mod providers;
mod routes;
mod routing;
mod statistics;
mod trail;
mod users;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::NodeId;
use sluice_protocol::vendor::Vendors;
use sluice_store::{DatabaseUrl, MasterKey, Store};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{AdminState, CookiePolicy, Declared, Memory, SetupGate, router};
use crate::config::DeclaredPolicy;
use crate::jobs::check_in::CheckIns;
use crate::jobs::{self, Jobs};
use crate::relay::Previewer;
use crate::server::client_address::ClientAddress;
use crate::upkeep::Upkeep;

const NODE: NodeId = NodeId(77);
const NOW_MS: i64 = 1_700_000_000_000;
const PASSWORD: &str = "correct horse";

/// An installation.
struct Site {
    state: Arc<AdminState>,
    router: Router,
    setup_token: SecretString,
    stop: CancellationToken,
    _folder: TempDir,
}

impl Site {
    /// An installation that nobody has set up.
    async fn fresh() -> Self {
        Self::with(Declared::default()).await
    }

    async fn with(declared: Declared) -> Self {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
        let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        let (setup, setup_token) = SetupGate::open();
        let store = Arc::new(store);
        let vendors = Arc::new(Vendors::embedded().unwrap());
        let changed: Arc<Notify> = Arc::default();
        let upkeep = Upkeep::new(Arc::clone(&store), Arc::clone(&vendors), Arc::clone(&changed));
        let upkeep = Arc::new(upkeep);
        let declared = Arc::new(declared);
        let means = jobs::Means {
            store: Arc::clone(&store),
            node: NODE,
            clock: Arc::new(Clock::Fixed(AtomicI64::new(NOW_MS))),
            records_kept_days: 90,
            responses_max_bytes: 0,
            upkeep: Arc::clone(&upkeep),
            declared: Arc::clone(&declared),
        };
        let stop = CancellationToken::new();
        let state = Arc::new(AdminState {
            node: NODE,
            records_kept_days: 90,
            store,
            vendors,
            changed,
            declared,
            clock: Clock::Fixed(AtomicI64::new(NOW_MS)),
            setup,
            cookies: CookiePolicy::Auto,
            session_days: 30,
            public_url: None,
            jobs: Jobs::new(&means, stop.clone()),
            checkins: CheckIns::new(&means),
            memory: Memory::new(Timestamp(NOW_MS)),
            upkeep,
            previewer: Previewer::default(),
            pulse: Arc::default(),
            policy: DeclaredPolicy::default(),
        });
        Self { router: router(Arc::clone(&state)), state, setup_token, stop, _folder: folder }
    }

    /// An installation with its root user logged in.
    async fn ready() -> (Self, Client) {
        let site = Self::fresh().await;
        let root = site.set_up().await;
        (site, root)
    }

    async fn set_up(&self) -> Client {
        let token = self.setup_token.expose_secret();
        let body = json!({"token": token, "username": "root", "password": PASSWORD});
        let answer = self.stranger().post("/api/setup", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        Client { cookie: answer.session(), ..self.stranger() }
    }

    fn stranger(&self) -> Client {
        Client { router: self.router.clone(), cookie: None, bearer: None, address: "10.0.0.1".parse().unwrap() }
    }

    /// Makes a user with this role and logs it in.
    async fn user(&self, root: &Client, name: &str, role: i32) -> (i64, Client) {
        let body = json!({"username": name, "password": PASSWORD, "role": role});
        let id = root.post("/api/user/", body).await.ok()["id"].as_i64().unwrap();
        (id, self.log_in(name, PASSWORD).await)
    }

    async fn log_in(&self, name: &str, password: &str) -> Client {
        let answer = self.try_log_in(name, password).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        Client { cookie: answer.session(), ..self.stranger() }
    }

    async fn try_log_in(&self, name: &str, password: &str) -> Answer {
        self.stranger().post("/api/user/login", json!({"username": name, "password": password})).await
    }

    fn set_clock(&self, now_ms: i64) {
        let Clock::Fixed(now) = &self.state.clock else { unreachable!() };
        now.store(now_ms, Ordering::Relaxed);
    }

    async fn was_told_of_change(&self) -> bool {
        tokio::time::timeout(std::time::Duration::from_millis(20), self.state.changed.notified()).await.is_ok()
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
struct Client {
    router: Router,
    cookie: Option<String>,
    bearer: Option<String>,
    address: IpAddr,
}

impl Client {
    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty(), &[]).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty(), &[]).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Body::from(body.to_string()), &[("content-type", "application/json")]).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Body::from(body.to_string()), &[("content-type", "application/json")]).await
    }

    async fn send(&self, method: Method, path: &str, body: Body, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(token) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.extension(ClientAddress(self.address)).body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, text }
    }
}

/// What the API answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Answer {
    /// Returns the data of a success.
    fn ok(&self) -> &Value {
        assert_eq!((self.status, &self.body["success"]), (StatusCode::OK, &json!(true)), "{}", self.text);
        &self.body["data"]
    }

    /// Returns status and code of a failure.
    fn failure(&self) -> (u16, &str) {
        assert_eq!(self.body["success"], json!(false), "{}", self.text);
        assert!(self.headers[CONTENT_TYPE].to_str().unwrap().starts_with("application/json"));
        assert!(!self.message().is_empty());
        (self.status.as_u16(), self.body["code"].as_str().unwrap())
    }

    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap()
    }

    fn session(&self) -> Option<String> {
        let cookie = self.headers.get(SET_COOKIE)?.to_str().unwrap();
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}
