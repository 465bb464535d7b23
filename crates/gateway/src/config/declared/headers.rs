//! Headers of the file that calls to a provider carry.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::config::reader::Reader;
use crate::relay::check_own_header;

/// Reads the table `headers` of a provider.
pub(super) fn read(reader: &mut Reader<'_>) -> BTreeMap<String, SecretString> {
    let headers = reader.text_map("headers");
    for (name, value) in &headers {
        if let Err(fault) = check_own_header(name, value) {
            reader.report("headers", format!("has `{name}`, which {fault}"), "correct or remove it");
        }
    }
    headers.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect()
}
