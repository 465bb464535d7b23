//! Calls that the admin API itself makes to upstreams: small, bounded, and never on the relay's path.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy};
use secrecy::{ExposeSecret, SecretString};
use sluice_store::{TokenHash, hash_token};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
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
