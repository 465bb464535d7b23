//! Maps and lists that are stored as JSON text.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::corrupt;
use crate::text::{LONG_CHARS, checked};
use crate::{StoreError, What};

pub(crate) fn map_to_text(field: &'static str, map: &BTreeMap<String, String>) -> Result<String, StoreError> {
    checked(field, to_text(field, map)?, LONG_CHARS)
}

pub(crate) fn to_text<T: Serialize>(field: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Invalid { field, problem: error.to_string() })
}

pub(crate) fn from_text<T: DeserializeOwned>(what: What, row: impl Display, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(what, row, &format!("its JSON does not parse: {error}")))
}
