//! The session cookie: a random token that the database knows by its hash.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::AppendHeaders;
use axum_extra::extract::cookie::CookieJar;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{HeaderName, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, uri};
use sluice_domain::id::UserId;
use sluice_store::{NewSession, TokenHash, hash_token};
use url::Url;

use crate::admin::AdminState;
use crate::admin::wire::Failure;
use crate::server::client_address::{ClientAddress, SecureTransport};

/// A header that hands out, or takes back, the session cookie.
pub(crate) type SetCookie = AppendHeaders<[(HeaderName, String); 1]>;

const NAME: &str = "sluice_session";

/// When the session cookie is marked `Secure`, so that browsers send it over TLS only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CookiePolicy {
    /// Where the request came over TLS, or the public address begins with `https`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never, for tests over plain HTTP on addresses that browsers do not trust.
    Never,
}

impl CookiePolicy {
    fn is_secure(self, came_over_tls: bool, public_url: Option<&Url>) -> bool {
        match self {
            Self::Auto => came_over_tls || public_url.is_some_and(|url| url.scheme() == "https"),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// What is known of the client that a session is opened for.
#[derive(Debug, Clone)]
pub(crate) struct ClientFacts {
    /// Where it is.
    pub(crate) address: IpAddr,
    user_agent: String,
    is_secure: bool,
}

impl FromRequestParts<Arc<AdminState>> for ClientFacts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AdminState>) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<ClientAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |known| known.0);
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_secure = parts.extensions.get::<SecureTransport>().is_some()
            || parts.uri.scheme().is_some_and(|scheme| *scheme == uri::Scheme::HTTPS);
        Ok(Self { address, user_agent: user_agent.to_owned(), is_secure })
    }
}

/// Opens a session of `user` and returns the cookie that carries it.
pub(crate) async fn open_session(state: &AdminState, client: &ClientFacts, user: UserId) -> Result<SetCookie, Failure> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let lasts = Duration::from_secs(u64::from(state.session_days.max(1)) * 86_400);
    let now = state.clock.now();
    let session = NewSession {
        token: hash_token(&token),
        user_id: user,
        created_at: now,
        expires_at: now.plus(lasts),
        client_ip: Some(client.address),
        user_agent: client.user_agent.clone(),
    };
    state.store.create_session(&session).await?;
    Ok(set_cookie(state, client, &token, lasts.as_secs()))
}

/// Ends the session that the request's cookie names, if any, and returns the cookie that makes browsers forget it.
pub(crate) async fn close_session(
    state: &AdminState,
    client: &ClientFacts,
    headers: &HeaderMap,
) -> Result<SetCookie, Failure> {
    if let Some(token) = session_token(headers) {
        state.store.delete_session(&token).await?;
    }
    Ok(set_cookie(state, client, "", 0))
}

/// Returns the hash of the token in the session cookie.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<TokenHash> {
    CookieJar::from_headers(headers).get(NAME).map(|cookie| hash_token(cookie.value()))
}

/// `Strict` keeps the cookie out of every request that another site causes, links included. The console is one page
/// that asks the API itself, so nobody who follows a link to it notices.
fn set_cookie(state: &AdminState, client: &ClientFacts, value: &str, max_age_secs: u64) -> SetCookie {
    let is_secure = state.cookies.is_secure(client.is_secure, state.public_url.as_ref());
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={max_age_secs}; HttpOnly; SameSite=Strict{secure}");
    AppendHeaders([(SET_COOKIE, cookie)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(CookiePolicy::Auto, false, None, false)]
    #[case(CookiePolicy::Auto, true, None, true)]
    #[case(CookiePolicy::Auto, false, Some("http://sluice.example"), false)]
    #[case(CookiePolicy::Auto, false, Some("https://sluice.example"), true)]
    #[case(CookiePolicy::Always, false, None, true)]
    #[case(CookiePolicy::Never, true, Some("https://sluice.example"), false)]
    fn a_cookie_is_for_tls_only_where_tls_is_used_or_wanted(
        #[case] policy: CookiePolicy,
        #[case] came_over_tls: bool,
        #[case] public_url: Option<&str>,
        #[case] expected: bool,
    ) {
        let public_url = public_url.map(|url| Url::parse(url).unwrap());
        assert_eq!(policy.is_secure(came_over_tls, public_url.as_ref()), expected);
    }
}
