//! How requests are read: JSON bodies, query parameters and path parameters, each with a failure that names the place.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sluice_domain::price::Multiplier;

use super::{Failure, Problem};
use crate::admin::AdminState;

/// No body of the API may be larger.
pub(crate) const MAX_BODY_BYTES: usize = 1 << 20;

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<AdminState>> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &Arc<AdminState>) -> Result<Self, Failure> {
        if !may_be_json(request.headers()) {
            return Err(Problem::BodyNotJson.into());
        }
        read_json(&read_bytes(request.into_body()).await?).map(Self)
    }
}

/// Reads a body to its end, which must not be too far.
pub(crate) async fn read_bytes(body: axum::body::Body) -> Result<Bytes, Failure> {
    axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| {
        if std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            Problem::BodyTooLarge.with("limit", MAX_BODY_BYTES)
        } else {
            Problem::BodyUnreadable.into()
        }
    })
}

fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return true };
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let wrong = |place: String, error: &serde_json::Error| {
        let place = if place == "." { "the top".to_owned() } else { place };
        Problem::BodyInvalid.with("place", place).with("reason", error)
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| wrong(error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| wrong("the end".to_owned(), &error))?;
    Ok(value)
}

/// Query parameters.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<AdminState>> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Failure> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(params)| Self(params))
            .map_err(|error: QueryRejection| Problem::ParameterInvalid.with("reason", error.body_text()))
    }
}

/// Path parameters.
#[derive(Debug)]
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<AdminState>> for At<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Failure> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(params)| Self(params))
            .map_err(|error: PathRejection| Problem::ParameterInvalid.with("reason", error.body_text()))
    }
}

/// Reads a field that may be absent (`None`), `null` (`Some(None)`) or a value; use with `#[serde(default)]`.
pub(crate) fn nullable<'de, T, D>(reader: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(reader).map(Some)
}

/// Trims a text and refuses it when it is too long.
pub(crate) fn text(field: &'static str, value: &str, max_chars: usize) -> Result<String, Failure> {
    let trimmed = value.trim();
    if trimmed.chars().count() > max_chars {
        return Err(Problem::ValueTooLong.with("field", field).with("limit", max_chars));
    }
    Ok(trimmed.to_owned())
}

/// Trims a text and refuses it when it is empty or too long.
pub(crate) fn required_text(field: &'static str, value: Option<&str>, max_chars: usize) -> Result<String, Failure> {
    match text(field, value.unwrap_or_default(), max_chars)? {
        empty if empty.is_empty() => Err(Problem::ValueMissing.with("field", field)),
        filled => Ok(filled),
    }
}

/// Reads a factor such as `0.8`.
pub(crate) fn read_multiplier(field: &'static str, text: &str) -> Result<Multiplier, Failure> {
    Multiplier::parse(text).map_err(|error| Problem::FactorInvalid.with("field", field).with("reason", error))
}

/// Reads one of several names.
pub(crate) fn read_choice<T: Copy>(field: &'static str, name: &str, choices: &[(&str, T)]) -> Result<T, Failure> {
    let found = choices.iter().find(|(known, _)| *known == name.trim()).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<String> = choices.iter().map(|(known, _)| format!("`{known}`")).collect();
        Problem::ChoiceInvalid.with("field", field).with("value", name).with("expected", known.join(", "))
    })
}

/// Refuses numbers below 0.
pub(crate) fn not_negative(field: &'static str, value: i64) -> Result<i64, Failure> {
    if value < 0 { Err(Problem::ValueNegative.with("field", field)) } else { Ok(value) }
}
