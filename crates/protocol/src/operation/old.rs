//! Paths of other gateways: most are ours under another name, and some name the provider besides.

use std::borrow::Cow;

use super::decode;

/// A path of another gateway, as ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed<'a> {
    /// What it is called here.
    pub path: Cow<'a, str>,
    /// The only provider that the call may go to.
    pub provider: Option<Cow<'a, str>>,
}

impl<'a> Renamed<'a> {
    fn plain(path: impl Into<Cow<'a, str>>) -> Self {
        Self { path: path.into(), provider: None }
    }
}

/// Returns whether a path is one of another gateway that the relay answers.
pub(super) fn is_old_path(path: &str) -> bool {
    match path.strip_prefix("/api/") {
        Some(rest) => {
            rest.starts_with("v1/")
                || rest.starts_with("proxy/")
                || matches!(rest, "chat/completions" | "models" | "providers/capabilities")
        }
        None => matches!(path, "/chat" | "/usage" | "/usage/request_detail"),
    }
}

/// Returns what a path of another gateway is called here; `None` for all others.
#[must_use]
pub fn renamed(path: &str) -> Option<Renamed<'_>> {
    let rest = path.strip_prefix("/api/")?;
    match rest {
        "chat/completions" | "v1/chat/completions" => Some(Renamed::plain("/v1/chat/completions")),
        "models" | "v1/models" => Some(Renamed::plain("/v1/models")),
        // It lists all models, and is no model's name.
        "v1/models/detailed" => None,
        _ => {
            if let Some(name) = rest.strip_prefix("v1/models/").filter(|name| !name.is_empty()) {
                return Some(Renamed::plain(format!("/v1/models/{name}")));
            }
            let (provider, rest) = rest.strip_prefix("proxy/")?.split_once('/')?;
            let path = Cow::Owned(format!("/v1/{}", without_front(rest)));
            Some(Renamed { path, provider: Some(decode(provider)) })
        }
    }
}

/// Cuts what stands in front of an operation's name at different vendors: the version, or the deployment.
fn without_front(rest: &str) -> &str {
    let deployed = rest.strip_prefix("openai/deployments/").and_then(|rest| rest.split_once('/'));
    let rest = deployed.map_or(rest, |(_, rest)| rest);
    rest.strip_prefix("v1/").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/api/v1/chat/completions", "/v1/chat/completions", None)]
    #[case("/api/chat/completions", "/v1/chat/completions", None)]
    #[case("/api/models", "/v1/models", None)]
    #[case("/api/v1/models", "/v1/models", None)]
    #[case("/api/v1/models/gpt-4", "/v1/models/gpt-4", None)]
    #[case("/api/proxy/openai/chat/completions", "/v1/chat/completions", Some("openai"))]
    #[case("/api/proxy/openai/v1/embeddings", "/v1/embeddings", Some("openai"))]
    #[case("/api/proxy/anthropic/v1/messages", "/v1/messages", Some("anthropic"))]
    #[case("/api/proxy/my%20one/openai/deployments/d/chat/completions", "/v1/chat/completions", Some("my one"))]
    #[case("/api/proxy/openai/../../x", "/v1/../../x", Some("openai"))]
    fn old_paths_have_names_here(#[case] path: &str, #[case] expected: &str, #[case] provider: Option<&str>) {
        assert!(is_old_path(path));
        let found = renamed(path).unwrap();
        assert_eq!((found.path.as_ref(), found.provider.as_deref()), (expected, provider));
    }

    #[rstest]
    #[case("/api/v1/models/detailed", true)]
    #[case("/api/providers/capabilities", true)]
    #[case("/api/proxy/openai", true)]
    #[case("/chat", true)]
    #[case("/usage/request_detail", true)]
    #[case("/api/provider/", false)]
    #[case("/api/models/x", false)]
    #[case("/api/chat", false)]
    #[case("/v1/models", false)]
    fn others_keep_theirs(#[case] path: &str, #[case] is_old: bool) {
        assert_eq!((is_old_path(path), renamed(path)), (is_old, None));
    }
}
