//! One site's management API: requests with bounds, answers as values.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sluice_domain::clock::Timestamp;
use sluice_domain::provider::Provider;
use url::Url;

use super::check_in::CheckIn;
use super::fault::SiteFault;
use super::material::Material;
use super::shapes::{self, AccountGroups, KeyPage, SeenKey, SiteAccount, SiteFacts, Subscriptions};

/// Longest wait for one answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);
/// No answer may be larger.
const MAX_ANSWER_BYTES: usize = 8 << 20;
/// Keys that are asked for at once; newer sites allow no more.
const PAGE_KEYS: usize = 100;
/// Pages that are read at most.
const MAX_PAGES: usize = 100;
/// Pages in a row without a key that was not seen before: some sites count from 0, some from 1, and some answer both alike.
const MAX_STALE_PAGES: usize = 2;
/// Where sites have their check-in; descendants of NewAPI call it differently.
const CHECK_IN_PATHS: [&str; 3] = ["api/user/checkin", "api/user/check_in", "api/user/sign_in"];

/// Who asks a site.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// System access token.
    pub(crate) access_token: SecretString,
    /// Value of `New-Api-User`.
    pub(crate) user_id: Option<i64>,
}

/// A key to make at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    /// Its group; empty for that of the account.
    pub(crate) group: String,
    /// What it may use, in the site's units; `None` for all that the account has.
    pub(crate) quota: Option<i64>,
    /// The only models that it may be used for; empty for no limit.
    pub(crate) model_limits: Vec<String>,
}

/// Speaks to the management API of one site.
#[derive(Debug, Clone)]
pub(crate) struct SiteClient {
    http: Client,
    root: Url,
    account: Option<Account>,
    is_proxied: bool,
}

impl SiteClient {
    /// Makes a client of a provider's site that sends through `http`, which must not follow redirects: they would carry the
    /// access token to another place.
    ///
    /// # Errors
    /// `Address` when the base URL is none.
    pub(crate) fn of(provider: &Provider, http: Client) -> Result<Self, SiteFault> {
        let unusable = |reason: &dyn std::fmt::Display| SiteFault::Address { reason: reason.to_string() };
        let mut root = Url::parse(&provider.base_url).map_err(|error| unusable(&error))?;
        if !matches!(root.scheme(), "http" | "https") {
            return Err(unusable(&"it must begin with `http://` or `https://`"));
        }
        let path = root.path().trim_end_matches('/');
        // People paste what an SDK takes.
        let path = format!("{}/", path.strip_suffix("/v1").unwrap_or(path).trim_end_matches('/'));
        root.set_path(&path);
        root.set_query(None);
        let account = provider.access_token.clone();
        let user_id = provider.upstream_user_id;
        let account = account.map(|access_token| Account { access_token, user_id });
        Ok(Self { http, root, account, is_proxied: provider.proxy_url.is_some() })
    }

    /// Asks what the site says about itself.
    ///
    /// # Errors
    /// See [`SiteFault`]; the same goes for all that follows.
    pub(crate) async fn facts(&self) -> Result<SiteFacts, SiteFault> {
        shapes::read_facts(&self.get("api/status").await?)
    }

    /// Asks for the account: what is left, and its group.
    pub(crate) async fn account(&self) -> Result<SiteAccount, SiteFault> {
        shapes::read_account(&self.get("api/user/self").await?)
    }

    /// Asks what the account's subscriptions have left.
    pub(crate) async fn subscriptions(&self, now: Timestamp) -> Result<Subscriptions, SiteFault> {
        shapes::read_subscriptions(&self.get("api/subscription/self").await?, now)
    }

    /// Asks for the page of prices, as the site writes it.
    pub(crate) async fn pricing(&self) -> Result<Vec<u8>, SiteFault> {
        self.get("api/pricing").await
    }

    /// Asks which groups the account may use, and what it pays in each.
    pub(crate) async fn groups(&self) -> Result<AccountGroups, SiteFault> {
        shapes::read_groups(&self.get("api/user/self/groups").await?)
    }

    /// Asks for the models that the account may use.
    pub(crate) async fn models(&self) -> Result<Vec<String>, SiteFault> {
        let newer = self.get("api/user/models").await.and_then(|body| shapes::read_models(&body));
        match newer {
            Err(SiteFault::Unsupported { .. } | SiteFault::Malformed { .. }) => {
                shapes::read_models(&self.get("api/user/available_models").await?)
            }
            other => other,
        }
    }

    /// Asks for all keys. What is returned is the whole: a list that breaks off is a fault. Some sites list the keys of all
    /// users to who owns the site; those of others are left out.
    pub(crate) async fn keys(&self) -> Result<Vec<SeenKey>, SiteFault> {
        let own = self.account.as_ref().and_then(|account| account.user_id);
        let mut keys = self.listed_keys().await?;
        keys.retain(|key| key.user_id.is_none() || own.is_none() || key.user_id == own);
        Ok(keys)
    }

    async fn listed_keys(&self) -> Result<Vec<SeenKey>, SiteFault> {
        let (mut keys, mut known) = (Vec::new(), BTreeSet::new());
        let (mut stale_pages, mut total) = (0, None);
        for page in 0..MAX_PAGES {
            let KeyPage { keys: listed, total: said } = self.key_page(page).await?;
            total = said.or(total);
            let (is_empty, before) = (listed.is_empty(), keys.len());
            keys.extend(listed.into_iter().filter(|key| known.insert(key.id)));
            stale_pages = if keys.len() == before { stale_pages + 1 } else { 0 };
            let is_all = total.is_some_and(|total| keys.len() >= total);
            if is_all || is_empty || stale_pages >= MAX_STALE_PAGES {
                return match total {
                    Some(total) if keys.len() < total => {
                        Err(SiteFault::partial(format!("it lists {} of {total} keys", keys.len())))
                    }
                    _ => Ok(keys),
                };
            }
        }
        Err(SiteFault::partial(format!("its list of keys has more than {MAX_PAGES} pages")))
    }

    async fn key_page(&self, page: usize) -> Result<KeyPage, SiteFault> {
        // Old sites call the size of a page `size`.
        let mut path = format!("api/token/?p={page}&page_size={PAGE_KEYS}&size={PAGE_KEYS}");
        if let Some(user) = self.account.as_ref().and_then(|account| account.user_id) {
            path.push_str("&user_id=");
            path.push_str(&user.to_string());
        }
        shapes::read_key_page(&self.get(&path).await?)
    }

    /// Asks for keys in plain text, at most [`SiteClient::REVEALED_MAX`] at once.
    pub(crate) async fn reveal_many(&self, ids: &[i64]) -> Result<BTreeMap<i64, Material>, SiteFault> {
        shapes::read_revealed_many(&self.send(Method::POST, "api/token/batch/keys", Some(&json!({"ids": ids}))).await?)
    }

    /// Keys that can be revealed at once.
    pub(crate) const REVEALED_MAX: usize = PAGE_KEYS;

    /// Asks for one key in plain text.
    pub(crate) async fn reveal(&self, id: i64) -> Result<Material, SiteFault> {
        shapes::read_revealed(&self.send(Method::POST, &format!("api/token/{id}/key"), None).await?)
    }

    /// Asks for one key with all that is known of it.
    pub(crate) async fn key(&self, id: i64) -> Result<SeenKey, SiteFault> {
        let key = shapes::read_key(&self.get(&format!("api/token/{id}")).await?)?;
        if key.id == id { Ok(key) } else { Err(SiteFault::malformed("it answers with another key")) }
    }

    /// Makes a key, and returns its number where the site says it.
    pub(crate) async fn create_key(&self, new: &NewKey) -> Result<Option<i64>, SiteFault> {
        let body = json!({
            "name": new.name,
            "group": new.group,
            "unlimited_quota": new.quota.is_none(),
            "remain_quota": new.quota.unwrap_or(0),
            "expired_time": -1,
            "model_limits_enabled": !new.model_limits.is_empty(),
            "model_limits": new.model_limits.join(","),
        });
        shapes::read_created(&self.send(Method::POST, "api/token/", Some(&body)).await?)
    }

    /// Deletes a key.
    pub(crate) async fn delete_key(&self, id: i64) -> Result<(), SiteFault> {
        let path = format!("api/token/{id}");
        let deleted = match self.send(Method::DELETE, &path, None).await {
            // Some sites know the path with a slash at its end only.
            Err(SiteFault::Unsupported { .. } | SiteFault::Redirected { .. }) => {
                self.send(Method::DELETE, &format!("{path}/"), None).await
            }
            other => other,
        };
        shapes::read_done(&deleted?)
    }

    /// Checks in for the day.
    pub(crate) async fn check_in(&self) -> Result<CheckIn, SiteFault> {
        let mut missing = SiteFault::Unsupported { status: 404 };
        for path in CHECK_IN_PATHS {
            let request = self.request(Method::POST, path)?;
            let (status, _, body) = self.answer(request).await?;
            match shapes::read_check_in(&body) {
                // A site without the path may say so as JSON, too.
                Ok(answer) if !is_unsupported(status) => return Ok(CheckIn::of(answer)),
                Err(fault) if !is_unsupported(status) => {
                    return Err(self.judge(status, None, &body).err().unwrap_or(fault));
                }
                Ok(_) | Err(_) => missing = SiteFault::Unsupported { status: status.as_u16() },
            }
        }
        Err(missing)
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, SiteFault> {
        self.send(Method::GET, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Vec<u8>, SiteFault> {
        let request = self.request(method, path)?;
        let request = match body {
            Some(body) => request.json(body),
            None => request.header("content-type", "application/json"),
        };
        let (status, retry_after_secs, body) = self.answer(request).await?;
        self.judge(status, retry_after_secs, &body)?;
        Ok(body)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, SiteFault> {
        let url = self.root.join(path).map_err(|error| SiteFault::Address { reason: error.to_string() })?;
        let mut request = self.http.request(method, url).timeout(REQUEST_LIMIT).header("accept", "application/json");
        if let Some(account) = &self.account {
            request = request.bearer_auth(account.access_token.expose_secret());
            if let Some(user) = account.user_id {
                request = request.header("new-api-user", user);
            }
        }
        Ok(request)
    }

    /// Sends a request and reads the whole answer, within bounds.
    async fn answer(&self, request: RequestBuilder) -> Result<(StatusCode, Option<u64>, Vec<u8>), SiteFault> {
        let mut response = request.send().await.map_err(|error| self.unsent(&error))?;
        let (status, retry_after_secs) = (response.status(), retry_after_secs(&response));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| SiteFault::from(&error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(SiteFault::TooLarge { limit: MAX_ANSWER_BYTES });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, retry_after_secs, body))
    }

    fn judge(&self, status: StatusCode, retry_after_secs: Option<u64>, body: &[u8]) -> Result<(), SiteFault> {
        if status.is_success() {
            return Ok(());
        }
        let number = status.as_u16();
        Err(match number {
            300..=399 => SiteFault::Redirected { status: number },
            407 if self.is_proxied => SiteFault::Proxy,
            401 | 403 => SiteFault::Denied { status: number, reason: self.reason(body) },
            429 => SiteFault::Limited { retry_after_secs },
            _ if is_unsupported(status) => SiteFault::Unsupported { status: number },
            _ => SiteFault::Answered { status: number, reason: self.reason(body) },
        })
    }

    /// Says why a request got no answer.
    fn unsent(&self, error: &reqwest::Error) -> SiteFault {
        if self.is_proxied && error.is_connect() { SiteFault::Proxy } else { SiteFault::from(error) }
    }

    /// Returns the reason in an answer, with the access token blotted out.
    fn reason(&self, body: &[u8]) -> String {
        let reason = shapes::reason_of(body).unwrap_or_else(|| "no reason was given".to_owned());
        match &self.account {
            Some(account) => reason.replace(account.access_token.expose_secret(), "****"),
            None => reason,
        }
    }
}

fn is_unsupported(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
}

fn retry_after_secs(response: &Response) -> Option<u64> {
    response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
