//! The tokens of a whole chat request, estimated where nobody but the model's vendor could count them.

use std::sync::LazyLock;

use bytes::Bytes;
use sluice_protocol::chat::{DecodeError, decode_request};
use sluice_protocol::operation::Operation;
use sluice_protocol::raw::RawObject;
use sluice_protocol::tokens::{Count, Rules, Tokenizers, counted_contents, estimate};
use tokio::sync::Semaphore;

use super::vocabulary::{Cutter, is_loaded, load};

/// Requests above this are counted on a thread that may take its time.
const INLINE_MAX_BYTES: usize = 64 * 1024;
/// Such requests that are counted at once, by all relay threads.
static PLACES: Semaphore = Semaphore::const_new(4);

pub(super) static TOKENIZERS: LazyLock<Tokenizers> = LazyLock::new(|| {
    Tokenizers::embedded().unwrap_or_else(|error| {
        tracing::error!(%error, "token counts are rough");
        Tokenizers::default()
    })
});

/// Fields that name something which is kept elsewhere and counts too.
const ELSEWHERE: [&str; 5] = ["previous_response_id", "conversation", "prompt", "cachedContent", "cached_content"];

/// Why the tokens of a request cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CountError {
    /// It cannot be read.
    #[error(transparent)]
    Invalid(#[from] DecodeError),
    /// Some of it is not here.
    #[error("`{0}` names what only its provider has")]
    Elsewhere(&'static str),
    /// The thread that counts is gone.
    #[error("the tokens could not be counted")]
    Broken,
}

/// Estimates the tokens that `model` reads of a request to count tokens.
///
/// # Errors
/// Says why they cannot be told.
pub(crate) async fn count_chat(operation: Operation, body: &Bytes, model: &str) -> Result<Count, CountError> {
    let rules = TOKENIZERS.rules(model);
    if body.len() <= INLINE_MAX_BYTES && is_loaded(rules.vocabulary()) {
        return count_now(operation, body, &rules);
    }
    let _place = PLACES.acquire().await.map_err(|_| CountError::Broken)?;
    let body = body.clone();
    let counting = move || {
        load(rules.vocabulary());
        count_now(operation, &body, &rules)
    };
    tokio::task::spawn_blocking(counting).await.map_err(|_| CountError::Broken)?
}

fn count_now(operation: Operation, body: &[u8], rules: &Rules<'_>) -> Result<Count, CountError> {
    let body = if operation == Operation::GeminiCountTokens { counted_contents(body) } else { body };
    if let Ok(object) = RawObject::parse(body) {
        let is_named = |name: &&&str| object.get(name).is_some_and(|value| value != b"null");
        if let Some(name) = ELSEWHERE.iter().find(is_named) {
            return Err(CountError::Elsewhere(name));
        }
    }
    let request = decode_request(operation.dialect(), body)?;
    let mut cutter = Cutter::new(rules.vocabulary());
    Ok(estimate(&request, rules, &mut |text| cutter.cut(text)))
}

#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
