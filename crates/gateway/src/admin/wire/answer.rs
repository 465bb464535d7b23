//! The envelope that every answer of the API comes in.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::failure::Failure;

/// What every successful answer looks like.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// Always `true` here.
    success: bool,
    /// Empty, or something that a person should read.
    message: String,
    /// The result.
    data: T,
}

/// No result: the request was carried out and there is nothing to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Nothing;

/// A successful answer with status 200.
#[derive(Debug)]
pub(crate) struct Answer<T>(Envelope<T>);

/// What handlers return.
pub(crate) type Reply<T> = Result<Answer<T>, Failure>;

impl<T> Answer<T> {
    /// Returns the message and the data.
    pub(crate) fn into_parts(self) -> (String, T) {
        (self.0.message, self.0.data)
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

/// Answers with `data`.
pub(crate) fn found<T>(data: T) -> Reply<T> {
    found_with(String::new(), data)
}

/// Answers with `data` and a message for a person.
pub(crate) fn found_with<T>(message: String, data: T) -> Reply<T> {
    Ok(Answer(Envelope { success: true, message, data }))
}

/// Answers that the request was carried out.
pub(crate) fn done() -> Reply<Nothing> {
    found(Nothing)
}
