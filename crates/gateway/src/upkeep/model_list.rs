//! Reading an upstream's list of models, in the shapes of OpenAI, Anthropic and Google.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::outgoing::refusal;

const MAX_MODELS: usize = 10_000;
const MAX_NAME_CHARS: usize = 255;

/// One page of a list of models.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ModelPage {
    /// Names, as requests use them.
    pub(super) models: Vec<String>,
    /// Query parameter and value that ask for the page that follows.
    pub(super) next: Option<(&'static str, String)>,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    data: Option<Vec<Entry>>,
    #[serde(default)]
    models: Option<Vec<Entry>>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    last_id: Option<String>,
    #[serde(default, rename = "nextPageToken")]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

impl Entry {
    fn into_name(self) -> Option<String> {
        let name = self.id.or(self.name)?;
        let name = name.strip_prefix("models/").unwrap_or(&name).trim().to_owned();
        (!name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control))
            .then_some(name)
    }
}

/// Reads a page, or says why it is none.
pub(super) fn read(body: &[u8]) -> Result<ModelPage, String> {
    // Relay sites refuse with status 200 and a body that says so.
    if let Some(complaint) = refusal(body) {
        return Err(complaint);
    }
    let listing: Listing = serde_json::from_slice(body)
        .map_err(|_| "the answer is not a list of models; check the base URL and the vendor".to_owned())?;
    let entries = listing.data.or(listing.models).ok_or("the answer has neither `data` nor `models`")?;
    let models: BTreeSet<String> = entries.into_iter().take(MAX_MODELS).filter_map(Entry::into_name).collect();
    if models.is_empty() {
        return Err("the upstream lists no models for this credential".to_owned());
    }
    let google = listing.next_page_token.filter(|token| !token.is_empty()).map(|token| ("pageToken", token));
    let anthropic = listing.last_id.filter(|_| listing.has_more).map(|id| ("after_id", id));
    Ok(ModelPage { models: models.into_iter().collect(), next: google.or(anthropic) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"a"}]}"#, &["a", "b"], None)]
    #[case(r#"{"models":[{"name":"models/gemini-x"}],"nextPageToken":"t"}"#, &["gemini-x"], Some(("pageToken", "t")))]
    #[case(r#"{"data":[{"id":"claude"}],"has_more":true,"last_id":"claude"}"#, &["claude"], Some(("after_id", "claude")))]
    #[case(r#"{"data":[{"id":"a"}],"success":true,"message":""}"#, &["a"], None)]
    fn lists_of_all_vendors_are_read(
        #[case] body: &str,
        #[case] models: &[&str],
        #[case] next: Option<(&'static str, &str)>,
    ) {
        let models = models.iter().map(|&model| model.to_owned()).collect();
        let next = next.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(read(body.as_bytes()), Ok(ModelPage { models, next }));
    }

    #[rstest]
    #[case("<html>", "not a list")]
    #[case("{}", "neither")]
    #[case(r#"{"data":[]}"#, "no models")]
    #[case(r#"{"data":null,"success":false,"message":"quota exhausted"}"#, "quota exhausted")]
    #[case(r#"{"error":{"message":"bad key"},"data":[{"id":"a"}]}"#, "bad key")]
    #[case(r#"{"success":false}"#, "without a reason")]
    fn what_is_no_list_is_refused_with_a_reason(#[case] body: &str, #[case] reason: &str) {
        assert!(read(body.as_bytes()).unwrap_err().contains(reason));
    }
}
