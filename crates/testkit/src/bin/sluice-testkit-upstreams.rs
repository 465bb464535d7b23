//! Scripted upstreams for tests that are not written in Rust.
//!
//! Starts upstreams, prints one line of JSON that tells their addresses and that of a control server, and runs until
//! its standard input ends. `sluice-testkit-upstreams [NAME=KIND…]`; without arguments one of each kind, and a second
//! `openai-b`. The control server takes scripts and tells what was received:
//!
//! - `PUT /upstreams/NAME/script`: a script as JSON
//! - `POST /upstreams/NAME/reset`: forgets everything and answers as the vendor again
//! - `GET /upstreams/NAME/requests?at_least=N`: what was received, once there are as many
//! - `GET /upstreams/NAME/cancellations?at_least=N`: clients that left early, once there are as many

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Received, Script, Settings, Upstream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Longest wait for something to be seen; then what is there is told.
const MAX_WAIT: Duration = Duration::from_secs(10);
const DEFAULTS: [&str; 6] =
    ["openai=openai", "openai-b=openai", "anthropic=anthropic", "gemini=gemini", "azure=azure", "newapi=newapi"];

type Upstreams = Arc<BTreeMap<String, Upstream>>;
type Answer = Result<Json<Value>, StatusCode>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "sluice-testkit-upstreams: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn run() -> io::Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let wanted = if given.is_empty() { DEFAULTS.map(str::to_owned).to_vec() } else { given };
    let upstreams = Arc::new(start(&wanted)?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let control = format!("http://{}", listener.local_addr()?);
    let listed: BTreeMap<&str, Value> =
        upstreams.iter().map(|(name, upstream)| (name.as_str(), told(upstream))).collect();
    writeln!(io::stdout(), "{}", json!({"control": control, "upstreams": listed}))?;
    io::stdout().flush()?;
    let server = axum::serve(listener, router(upstreams)).with_graceful_shutdown(end_of_input());
    server.await
}

/// The process that started this one holds the other end; when it is gone, so are the upstreams.
async fn end_of_input() {
    let (ended, end) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        io::copy(&mut io::stdin(), &mut io::sink()).ok();
        drop(ended);
    });
    end.await.ok();
}

fn start(wanted: &[String]) -> io::Result<BTreeMap<String, Upstream>> {
    let mut upstreams = BTreeMap::new();
    for argument in wanted {
        let (name, kind) = argument.split_once('=').unwrap_or((argument, argument));
        let kind: Kind = kind.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let settings = Settings::new(kind).forbidding(["openai-organization", "openai-project", "x-goog-user-project"]);
        upstreams.insert(name.to_owned(), Upstream::start_with(settings, Script::default())?);
    }
    Ok(upstreams)
}

fn told(upstream: &Upstream) -> Value {
    let settings = upstream.settings();
    json!({"kind": settings.kind, "base_url": upstream.base_url(), "secret": settings.secret})
}

fn router(upstreams: Upstreams) -> Router {
    Router::new()
        .route("/upstreams/{name}/script", put(set_script))
        .route("/upstreams/{name}/reset", post(reset))
        .route("/upstreams/{name}/requests", get(requests))
        .route("/upstreams/{name}/cancellations", get(cancellations))
        .with_state(upstreams)
}

#[derive(Debug, Deserialize)]
struct Wait {
    #[serde(default)]
    at_least: usize,
}

fn find<'a>(upstreams: &'a Upstreams, name: &str) -> Result<&'a Upstream, StatusCode> {
    upstreams.get(name).ok_or(StatusCode::NOT_FOUND)
}

async fn set_script(
    State(upstreams): State<Upstreams>,
    Path(name): Path<String>,
    Json(script): Json<Script>,
) -> Result<StatusCode, StatusCode> {
    find(&upstreams, &name)?.set_script(script);
    Ok(StatusCode::NO_CONTENT)
}

async fn reset(State(upstreams): State<Upstreams>, Path(name): Path<String>) -> Result<StatusCode, StatusCode> {
    let upstream = find(&upstreams, &name)?;
    upstream.set_script(Script::default());
    upstream.forget();
    Ok(StatusCode::NO_CONTENT)
}

async fn requests(State(upstreams): State<Upstreams>, Path(name): Path<String>, Query(wait): Query<Wait>) -> Answer {
    let upstream = find(&upstreams, &name)?;
    tokio::time::timeout(MAX_WAIT, upstream.wait_for_requests(wait.at_least)).await.ok();
    let requests: Vec<Value> = upstream.requests().iter().map(request).collect();
    Ok(Json(json!(requests)))
}

fn request(received: &Received) -> Value {
    json!({
        "number": received.number, "method": received.method, "target": received.target,
        "headers": received.headers, "body": STANDARD.encode(&received.body), "at": seconds(received.at),
        "refusal": received.refusal,
    })
}

async fn cancellations(
    State(upstreams): State<Upstreams>,
    Path(name): Path<String>,
    Query(wait): Query<Wait>,
) -> Answer {
    let upstream = find(&upstreams, &name)?;
    tokio::time::timeout(MAX_WAIT, upstream.wait_for_cancellations(wait.at_least)).await.ok();
    let cancellations: Vec<Value> = upstream
        .cancellations()
        .iter()
        .map(|seen| json!({"request": seen.request, "at": seconds(seen.at), "chunks_sent": seen.chunks_sent}))
        .collect();
    Ok(Json(json!(cancellations)))
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
