//! Failures: what the API answers when it does not do what was asked.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use sluice_store::{StoreError, What};
use utoipa::ToSchema;

use super::language::Language;
use super::problem::Problem;

/// Places of messages that name a field of the request.
const FIELDS: [&str; 2] = ["field", "place"];

/// What every failed answer looks like.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// Always `false` here.
    success: bool,
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// Stable name of the kind of failure; see the API's documentation for the list.
    #[schema(example = "not_found")]
    code: &'static str,
    /// What is wrong in the request: the name of a field, or the way to it; `null` where it is none.
    #[schema(example = "rules[0].when")]
    field: Option<String>,
    /// Always `null`.
    data: Option<bool>,
}

/// A problem with the facts that its message names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    problem: Problem,
    facts: Vec<(&'static str, String)>,
    retry_after_secs: Option<u64>,
}

impl Failure {
    /// Fills a place of the problem's message.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers, texts and errors alike")]
    pub(crate) fn with(mut self, place: &'static str, fact: impl ToString) -> Self {
        self.facts.push((place, fact.to_string()));
        self
    }

    /// Names the field that it is about, unless it names one already.
    pub(crate) fn about(self, field: &'static str) -> Self {
        if self.field().is_some() { self } else { self.with("field", field) }
    }

    /// Returns what is wrong in the request.
    fn field(&self) -> Option<&str> {
        let is_field = |place: &&str| FIELDS.contains(place);
        self.facts.iter().find(|(place, _)| is_field(place)).map(|(_, fact)| fact.as_str())
    }

    /// Says when another try makes sense.
    pub(crate) fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self.with("seconds", secs)
    }

    pub(crate) fn problem(&self) -> Problem {
        self.problem
    }

    /// Returns the message for a person.
    pub(crate) fn message(&self, language: Language) -> String {
        language.fill(self.problem.text(language), &self.facts)
    }

    fn body(&self, language: Language) -> FailureBody {
        let field = self.field().map(str::to_owned);
        let code = self.problem.kind().code();
        FailureBody { success: false, message: self.message(language), code, field, data: None }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, facts: Vec::new(), retry_after_secs: None }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what } => Problem::NotFound.with("what", what),
            StoreError::Conflict { what: What::IdempotencyKey } => Problem::IdempotencyReused.into(),
            StoreError::Conflict { what } => Problem::Exists.with("what", what),
            StoreError::InUse { what, by } => Problem::InUse.with("what", what).with("by", by),
            StoreError::Invalid { field, problem } => {
                Problem::ValueInvalid.with("field", field).with("reason", problem)
            }
            StoreError::Unavailable { reason } => {
                tracing::warn!(reason, "the admin API could not reach the database");
                Problem::DatabaseAway.into()
            }
            StoreError::WrongMasterKey
            | StoreError::Corrupt { .. }
            | StoreError::Migration { .. }
            | StoreError::File { .. }
            | StoreError::Refused { .. } => {
                tracing::error!(error = %error, "a request of the admin API failed in the store");
                Problem::Internal.into()
            }
        }
    }
}

impl IntoResponse for Failure {
    /// Carries the failure to [`write`], which knows the language.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.problem.kind().status();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of failed answers in the language that the client asked for.
pub(crate) async fn write(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    let status: StatusCode = response.status();
    let mut written = (status, Json(failure.body(language))).into_response();
    // `Allow` and the like were set on the bare answer, and its length, which is that of nothing.
    for (name, value) in response.headers().iter().filter(|(name, _)| **name != CONTENT_LENGTH) {
        written.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    if let Some(secs) = failure.retry_after_secs {
        written.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
    }
    written
}
