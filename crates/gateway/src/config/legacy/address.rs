//! Where an old configuration sends calls: its URLs, and the vendor that is found there.
//!
//! The old gateways put `/chat/completions` straight behind the base URL, which therefore has the version in it. Ours
//! adds the version where the base URL lacks it; so a base URL without one says each path itself.

use std::collections::BTreeMap;

use sluice_protocol::operation::Operation;
use sluice_protocol::vendor::{Vendors, path_param};
use url::Url;

/// What stands behind the base URL where a vendor's own path has `/v1`.
const BARE_PATHS: [(Operation, &str); 7] = [
    (Operation::ChatCompletions, "/chat/completions"),
    (Operation::Completions, "/completions"),
    (Operation::Embeddings, "/embeddings"),
    (Operation::Responses, "/responses"),
    (Operation::Messages, "/messages"),
    (Operation::CountTokens, "/messages/count_tokens"),
    (Operation::Models, "/models"),
];

/// Vendor of addresses that are no known vendor's.
const ANY_VENDOR: &str = "openai_compatible";

/// Where a provider is and how its paths run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) base_url: String,
    pub(super) params: BTreeMap<String, String>,
}

impl Address {
    /// Reads a base URL as the old gateways did: the path of an operation follows it as it is, but for the end that both
    /// have in common.
    ///
    /// # Errors
    /// Says what is wrong with the URL and what to write.
    pub(super) fn bare(base_url: &str) -> Result<Self, (String, &'static str)> {
        let mut url = parse(base_url)?;
        let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let mut path = segments.iter().map(|segment| format!("/{segment}")).collect::<String>();
        for end in ["/chat/completions", "/chat", "/responses", "/messages"] {
            if let Some(front) = path.strip_suffix(end) {
                path.truncate(front.len());
                break;
            }
        }
        let has_version = path.rsplit('/').next().is_some_and(is_version);
        let paths = BARE_PATHS.iter().filter(|_| !has_version);
        let params = paths.map(|(operation, end)| (path_param(*operation), format!("{path}{end}"))).collect();
        url.set_path(&path);
        Ok(Self { base_url: url.as_str().trim_end_matches('/').to_owned(), params })
    }

    /// Sends an operation to a URL of its own. Returns whether it can be: it must be on the same server.
    ///
    /// # Errors
    /// Says what is wrong with the URL and what to write.
    pub(super) fn set(&mut self, operation: Operation, full_url: &str) -> Result<bool, (String, &'static str)> {
        let (url, base) = (parse_full(full_url)?, parse(&self.base_url)?);
        if url.origin() != base.origin() {
            return Ok(false);
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        self.params.insert(path_param(operation), format!("{}{query}", url.path()));
        Ok(true)
    }

    /// Goes to the server of `full_url` instead of its own.
    ///
    /// # Errors
    /// Says what is wrong with the URL and what to write.
    pub(super) fn at(full_url: &str) -> Result<Self, (String, &'static str)> {
        let url = parse_full(full_url)?;
        let root = url.origin().ascii_serialization();
        let base_url = url.path().strip_suffix("/chat/completions").map(|path| format!("{root}{path}"));
        Ok(Self { base_url: base_url.unwrap_or(root), params: BTreeMap::new() })
    }

    /// Returns the vendor whose address this is, else one for anything compatible.
    pub(super) fn vendor(&self, vendors: &Vendors) -> String {
        let host_of = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
        let host = host_of(&self.base_url);
        let is_there = |base_url: &String| host.is_some() && host_of(base_url) == host;
        let known = vendors.iter().find(|vendor| vendor.base_url.as_ref().is_some_and(is_there));
        known.map_or_else(|| ANY_VENDOR.to_owned(), |vendor| vendor.name.clone())
    }
}

const FIX: &str = "write it like `https://api.example.com/v1`";

fn parse(text: &str) -> Result<Url, (String, &'static str)> {
    let mut url = parse_full(text)?;
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The address is not repeated in the message: people paste addresses with a login in them.
fn parse_full(text: &str) -> Result<Url, (String, &'static str)> {
    let url = Url::parse(text.trim()).map_err(|error| (format!("is not a URL: {error}"), FIX))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(("is not an address of a web service".to_owned(), FIX));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(("holds a login".to_owned(), "give the secret as a key or as a header"));
    }
    Ok(url)
}

fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix('v').unwrap_or_default().trim_end_matches("beta").trim_end_matches("alpha");
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Where a call of `operation` arrives.
    fn arrival(base_url: &str, operation: Operation) -> String {
        let vendors = Vendors::embedded().unwrap();
        let address = Address::bare(base_url).unwrap();
        let base = Url::parse(&address.base_url).unwrap();
        let vendor = vendors.get(&address.vendor(&vendors)).unwrap();
        let path = vendor.template(operation, base.path(), &address.params).unwrap();
        format!("{}{}", base.origin().ascii_serialization(), path.fixed().unwrap())
    }

    #[rstest]
    #[case("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions")]
    #[case("https://api.openai.com", "https://api.openai.com/chat/completions")]
    #[case("https://x/openai", "https://x/openai/chat/completions")]
    #[case("https://x/v1/chat", "https://x/v1/chat/completions")]
    #[case("https://x/v1/chat/completions", "https://x/v1/chat/completions")]
    #[case("https://h:8443//a//v1//", "https://h:8443/a/v1/chat/completions")]
    #[case("https://x/openai/deployments/gpt%204/", "https://x/openai/deployments/gpt%204/chat/completions")]
    #[case("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions")]
    #[case(
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"
    )]
    fn the_path_follows_the_base_url_as_it_is(#[case] base_url: &str, #[case] expected: &str) {
        assert_eq!(arrival(base_url, Operation::ChatCompletions), expected);
    }

    #[test]
    fn responses_and_queries_go_where_they_went() {
        assert_eq!(arrival("https://x/v1?key=1", Operation::Responses), "https://x/v1/responses");
        assert_eq!(
            arrival("https://api.anthropic.com/v1", Operation::Messages),
            "https://api.anthropic.com/v1/messages"
        );
    }

    #[test]
    fn an_operation_may_have_a_url_of_its_own_on_the_same_server() {
        let mut address = Address::bare("https://c/v1").unwrap();
        assert_eq!(address.set(Operation::ChatCompletions, "https://c/x/?v=1"), Ok(true));
        assert_eq!(address.set(Operation::Models, " https://m "), Ok(false));
        assert_eq!(address.params, BTreeMap::from([("path_chat_completions".to_owned(), "/x/?v=1".to_owned())]));
        assert_eq!(Address::at("https://y/a/chat/completions").unwrap().base_url, "https://y/a");
    }

    #[rstest]
    #[case("/relative")]
    #[case("ftp://x")]
    #[case("https://user:secret@x/v1")]
    fn unusable_urls_are_refused_without_being_repeated(#[case] url: &str) {
        let (what, _) = Address::bare(url).unwrap_err();
        assert!(!what.contains(url));
    }
}
