//! A relay site's daily check-in: strict about who asks, otherwise as scripted.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use tokio::net::TcpListener;

/// How a site answers a check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckinAnswer {
    /// The day counts, and something is awarded.
    Done,
    /// The day had been counted before.
    Already,
    /// The site has no check-in.
    Off,
    /// No answer ever comes.
    Hangs,
    /// This status and this body.
    Raw(u16, String),
}

impl CheckinAnswer {
    fn parts(&self) -> Option<(u16, &str)> {
        match self {
            Self::Done => Some((200, r#"{"success":true,"message":"签到成功","data":{"quota_awarded":12}}"#)),
            Self::Already => Some((200, r#"{"success":false,"message":" 今日 已签到 "}"#)),
            Self::Off => Some((200, r#"{"success":false,"message":"签到功能 未启用"}"#)),
            Self::Raw(status, body) => Some((*status, body)),
            Self::Hangs => None,
        }
    }
}

#[derive(Debug, Default)]
struct Seen {
    answers: VecDeque<CheckinAnswer>,
    asked: usize,
}

/// A site on loopback, for as long as the runtime that it was started on lives.
#[derive(Debug, Clone)]
pub struct CheckinSite {
    base_url: String,
    seen: Arc<Mutex<Seen>>,
}

impl CheckinSite {
    /// The access token that the site knows.
    pub const ACCESS_TOKEN: &'static str = "management-secret";
    /// Whose it is.
    pub const USER_ID: i64 = 7;

    /// Starts a site that gives these answers in turn; the last one stays.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(answers: &[CheckinAnswer]) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let seen = Arc::new(Mutex::new(Seen { answers: answers.iter().cloned().collect(), asked: 0 }));
        let site = Self { base_url: format!("http://{}", listener.local_addr()?), seen };
        let app = Router::new().route("/api/user/checkin", post(answer)).with_state(Arc::clone(&site.seen));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(site)
    }

    /// Returns its root URL.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns how often somebody asked who may.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.seen.lock().asked
    }
}

async fn answer(State(seen): State<Arc<Mutex<Seen>>>, headers: HeaderMap) -> Response {
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    let bearer = format!("Bearer {}", CheckinSite::ACCESS_TOKEN);
    if !is(AUTHORIZATION.as_str(), &bearer) || !is("new-api-user", &CheckinSite::USER_ID.to_string()) {
        return (StatusCode::UNAUTHORIZED, r#"{"success":false,"message":"无权进行此操作"}"#).into_response();
    }
    let answer = {
        let mut seen = seen.lock();
        seen.asked += 1;
        if seen.answers.len() > 1 { seen.answers.pop_front() } else { seen.answers.front().cloned() }
    };
    let answer = answer.unwrap_or(CheckinAnswer::Done);
    let Some((status, body)) = answer.parts() else { return std::future::pending().await };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json")], body.to_owned()).into_response()
}
