//! Calls that the admin API itself makes to upstreams: small, bounded, and never on the relay's path.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sluice_store::{TokenHash, hash_token};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// No answer may be larger.
const MAX_ANSWER_BYTES: usize = 8 << 20;
const MAX_COMPLAINT_CHARS: usize = 300;
/// Clients for more proxies than this are not kept.
const MAX_CLIENTS: usize = 64;

/// One client for direct calls and one for each proxy, made when first needed.
#[derive(Debug, Default)]
pub(crate) struct Outgoing(Mutex<HashMap<Option<TokenHash>, Client>>);

impl Outgoing {
    /// Returns the client that goes through `proxy_url`, or directly.
    pub(crate) fn client(&self, proxy_url: Option<&SecretString>) -> Result<Client, reqwest::Error> {
        let place = proxy_url.map(|url| hash_token(url.expose_secret()));
        if let Some(client) = self.0.lock().get(&place) {
            return Ok(client.clone());
        }
        let client = build(proxy_url)?;
        let mut clients = self.0.lock();
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert(place, client.clone());
        Ok(client)
    }
}

fn build(proxy_url: Option<&SecretString>) -> Result<Client, reqwest::Error> {
    // A redirect would carry the credential to another place.
    let builder =
        Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TOTAL_TIMEOUT).redirect(Policy::none()).no_proxy();
    match proxy_url {
        Some(url) => builder.proxy(Proxy::all(url.expose_secret())?).build(),
        None => builder.build(),
    }
}

/// Sends a request and returns the body of an answer that says it succeeded, or why there is none. `secret` is blotted
/// out of the reason.
pub(crate) async fn fetch(request: RequestBuilder, secret: Option<&str>) -> Result<Vec<u8>, String> {
    let mut response = request.send().await.map_err(|error| describe(&error))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(format!("the answer is larger than {MAX_ANSWER_BYTES} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(body);
    }
    let blotted = |reason: String| secret.map_or_else(|| reason.clone(), |secret| reason.replace(secret, "****"));
    let reason = complaint(&body).map(|reason| format!(": {}", blotted(reason)));
    Err(format!("the upstream answered {}{}", status.as_u16(), reason.unwrap_or_default()))
}

/// Says what kind of failure it was; never the URL, nor a proxy's.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "the upstream did not answer in time"
    } else if error.is_connect() {
        "the upstream could not be reached; check the base URL, the proxy and the network"
    } else if error.is_builder() {
        "the request could not be made; check the credential for odd characters"
    } else {
        "the connection to the upstream broke"
    };
    kind.to_owned()
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    error: Option<serde_json::Value>,
}

/// Returns the reason of an answer that refuses with a status of success, as relay sites do.
pub(crate) fn refusal(body: &[u8]) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    let has_error = refusal.error.as_ref().is_some_and(|error| !error.is_null());
    if refusal.success != Some(false) && !has_error {
        return None;
    }
    Some(complaint(body).unwrap_or_else(|| "the upstream refused without a reason".to_owned()))
}

/// Returns the reason that an upstream's error gives, cut short.
fn complaint(body: &[u8]) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    let from_error = refusal.error.as_ref().and_then(|error| {
        error.get("message").and_then(|message| message.as_str()).or_else(|| error.as_str()).map(str::to_owned)
    });
    let reason = from_error.or(refusal.message).filter(|reason| !reason.trim().is_empty())?;
    Some(reason.chars().filter(|c| !c.is_control()).take(MAX_COMPLAINT_CHARS).collect())
}
