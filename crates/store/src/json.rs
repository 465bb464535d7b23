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

/// Returns the column of a value that is stored only where it differs from its default.
pub(crate) fn optional_to_text<T: Serialize + Default + PartialEq>(
    field: &'static str,
    value: &T,
) -> Result<Option<String>, StoreError> {
    if *value == T::default() {
        return Ok(None);
    }
    checked(field, to_text(field, value)?, LONG_CHARS).map(Some)
}

/// Reads the column of a value that is stored only where it differs from its default.
pub(crate) fn optional_from_text<T: DeserializeOwned + Default>(
    what: What,
    row: impl Display,
    text: Option<&str>,
) -> Result<T, StoreError> {
    text.map_or_else(|| Ok(T::default()), |text| from_text(what, row, text))
}

pub(crate) fn to_text<T: Serialize>(field: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Invalid { field, problem: error.to_string() })
}

pub(crate) fn from_text<T: DeserializeOwned>(what: What, row: impl Display, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(what, row, &format!("its JSON does not parse: {error}")))
}
