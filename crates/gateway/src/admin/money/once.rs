//! Requests that are carried out once, however often they are sent: those with an `Idempotency-Key`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sluice_store::IdempotencyKey;
use utoipa::IntoParams;

use crate::admin::AdminState;
use crate::admin::access::Identity;
use crate::admin::wire::{Answer, Failure, Problem, found};

const NAME: &str = "idempotency-key";
const MAX_CHARS: usize = 255;
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The `Idempotency-Key` of a request, if it has one.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct OnceKey {
    /// Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
    /// and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
    #[param(rename = "Idempotency-Key", value_type = Option<String>)]
    text: Option<String>,
}

impl FromRequestParts<Arc<AdminState>> for OnceKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AdminState>) -> Result<Self, Failure> {
        let mut sent = parts.headers.get_all(NAME).iter();
        let (first, second) = (sent.next(), sent.next());
        let Some(first) = first else { return Ok(Self { text: None }) };
        let text = first.to_str().map(str::trim).unwrap_or_default();
        let is_good = !text.is_empty() && text.len() <= MAX_CHARS && second.is_none();
        if is_good { Ok(Self { text: Some(text.to_owned()) }) } else { Err(refused()) }
    }
}

fn refused() -> Failure {
    Problem::IdempotencyKeyInvalid.with("limit", MAX_CHARS)
}

impl OnceKey {
    /// Returns what makes a `POST` to `path` the same as another one: who sends it, where to, and what it asks for.
    /// `input` is what the body was read as, so that blanks, the order of fields and defaults make no difference.
    pub(super) fn of(
        &self,
        me: &Identity,
        path: &str,
        input: &impl Serialize,
    ) -> Result<Option<IdempotencyKey>, Failure> {
        let Some(key) = self.text.clone() else { return Ok(None) };
        let body = serde_json::to_vec(input).map_err(|_| Problem::Internal)?;
        let mut digest = Sha256::new();
        digest.update(format!("POST {path}\n"));
        digest.update(body);
        let place = path.strip_prefix("/api").unwrap_or(path);
        Ok(Some(IdempotencyKey { scope: format!("user:{}{place}", me.user.id), key, input: digest.finalize().into() }))
    }
}

/// Whether a request was carried out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// Now.
    Now,
    /// By an earlier request with the same key.
    Before,
}

/// What handlers return that carry requests out once.
pub(super) type OnceReply<T> = Result<(HeaderMap, Answer<T>), Failure>;

/// Answers with `data`, and says so if it is the outcome of an earlier request.
pub(super) fn found_once<T>(data: T, done: Done) -> OnceReply<T> {
    let headers = match done {
        Done::Now => HeaderMap::new(),
        Done::Before => HeaderMap::from_iter([(REPLAYED, HeaderValue::from_static("true"))]),
    };
    found(data).map(|answer| (headers, answer))
}
