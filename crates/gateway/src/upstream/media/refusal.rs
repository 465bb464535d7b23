//! Why a file is not fetched.

use std::borrow::Cow;
use std::time::Duration;

use url::Url;

/// An address and why nothing was fetched from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` was not fetched: {cause}")]
pub(crate) struct Refusal {
    /// The address without what may be secret in it.
    pub(crate) url: String,
    /// What is wrong with it.
    pub(crate) cause: Cause,
}

/// Why a file is not fetched, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    #[error("this gateway fetches nothing and the upstream takes bytes only; send the file as base64")]
    Off,
    #[error("a call may name at most {0} files; name fewer")]
    TooMany(usize),
    #[error("this is no address; write `https://host/path`")]
    NotAnAddress,
    #[error("only http and https addresses are fetched")]
    Scheme,
    #[error("the address holds a user name or password; take them out")]
    Credentials,
    #[error("port {0} may not be called; use 80 or 443, or ask the operator for `media.allow_ports`")]
    Port(u16),
    #[error("its host is not a public one; send the file as base64, or ask the operator")]
    NotPublic,
    #[error("its host has no address; check the name")]
    Unresolved,
    #[error("its host could not be reached; check the address, or send the file as base64")]
    Unreachable,
    #[error("its host answered {0}; check the address, or send the file as base64")]
    Status(u16),
    #[error("it leads on more than {0} times; name the last address")]
    Redirects(usize),
    #[error("it took longer than {} ms; use a faster host, or send the file as base64", .0.as_millis())]
    TooSlow(Duration),
    #[error("it is larger than {} MiB, the limit of a file; send a smaller one", .0 / MIB)]
    TooLarge(u64),
    #[error("all files of the call are larger than {} MiB, the limit; send fewer or smaller ones", .0 / MIB)]
    CallTooLarge(u64),
    #[error("its host broke off or sent what cannot be read; try again")]
    Broken,
    #[error("it is {0}, not a file that a model can read; name the address of the file itself")]
    WrongType(Cow<'static, str>),
}

const MIB: u64 = 1024 * 1024;

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Where it would have been fetched from.
    Address,
    /// How much it is.
    Size,
    /// That it could not be fetched.
    Fetching,
}

impl Cause {
    /// Returns what the refusal is about.
    pub(crate) const fn blame(&self) -> Blame {
        match self {
            Self::NotAnAddress | Self::Scheme | Self::Credentials | Self::Port(_) | Self::NotPublic => Blame::Address,
            Self::TooMany(_) | Self::TooLarge(_) | Self::CallTooLarge(_) => Blame::Size,
            Self::Off
            | Self::Unresolved
            | Self::Unreachable
            | Self::Status(_)
            | Self::Redirects(_)
            | Self::TooSlow(_)
            | Self::Broken
            | Self::WrongType(_) => Blame::Fetching,
        }
    }
}

impl Refusal {
    pub(super) fn new(url: &str, cause: Cause) -> Self {
        Self { url: shown(url), cause }
    }
}

/// Longest address that is shown.
const SHOWN_MAX_CHARS: usize = 200;

/// Returns an address without its user and its query, where signatures stand.
fn shown(url: &str) -> String {
    let bare = Url::parse(url).ok().and_then(without_secrets).unwrap_or_else(|| "the address".to_owned());
    let clipped: String = bare.chars().take(SHOWN_MAX_CHARS).collect();
    if clipped.len() < bare.len() { clipped + "…" } else { clipped }
}

fn without_secrets(mut url: Url) -> Option<String> {
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_in_an_address_is_not_shown() {
        let refusal = Refusal::new("https://me:pw@x.example:444/a.png?X-Signature=s3cret#f", Cause::Status(403));
        let text = "`https://x.example:444/a.png` was not fetched: its host answered 403; check the address, or send the \
                    file as base64";
        assert_eq!(refusal.to_string(), text);
        assert_eq!(Refusal::new("mailto:s3cret", Cause::Scheme).url, "the address");
        assert_eq!(Refusal::new("not a url?token=s3cret", Cause::NotAnAddress).url, "the address");
        assert_eq!(Refusal::new(&format!("http://x/{}", "a".repeat(900)), Cause::Scheme).url.chars().count(), 201);
    }
}
