//! What a provider's values must look like.

use std::collections::BTreeMap;

use sluice_domain::SecretString;
use sluice_protocol::vendor::{Vendor, Vendors};
use url::Url;

use crate::admin::wire::input::text;
use crate::admin::wire::{Failure, Problem};

const MAX_ALIASES: usize = 2_000;
const MAX_SECRET_CHARS: usize = 8_000;
const MAX_MODEL_CHARS: usize = 255;

/// Reads a root URL: `http` or `https` with a host, and nothing that could hide a secret.
pub(super) fn read_base_url(value: &str) -> Result<String, Failure> {
    let value = text("base_url", value, 1_000)?;
    let url = parse("base_url", &value, &["http", "https"])?;
    let has_extra = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    if has_extra || url.fragment().is_some() {
        return Err(Problem::UrlExtra.with("field", "base_url"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

/// Reads a proxy's URL; it may hold a user name and a password.
pub(super) fn read_proxy_url(value: &str) -> Result<String, Failure> {
    let value = text("proxy_url", value, 1_000)?;
    parse("proxy_url", &value, &["http", "https", "socks5", "socks5h"])?;
    Ok(value)
}

fn parse(field: &'static str, value: &str, schemes: &[&str]) -> Result<Url, Failure> {
    if value.is_empty() {
        return Err(Problem::ValueMissing.with("field", field));
    }
    let named: Vec<String> = schemes.iter().map(|scheme| format!("`{scheme}://`")).collect();
    let wrong_scheme = || Problem::UrlScheme.with("field", field).with("schemes", named.join(", "));
    if !value.contains("://") {
        return Err(wrong_scheme());
    }
    let url = Url::parse(value).map_err(|error| Problem::UrlInvalid.with("field", field).with("reason", error))?;
    if !schemes.contains(&url.scheme()) {
        return Err(wrong_scheme());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Problem::UrlInvalid.with("field", field).with("reason", "empty host"));
    }
    Ok(url)
}

/// Reads a secret; empty is none. It goes into a header, so it must be printable ASCII.
pub(super) fn read_secret(field: &'static str, value: &str) -> Result<Option<SecretString>, Failure> {
    let secret = text(field, value, MAX_SECRET_CHARS)?;
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::SecretNotAscii.with("field", field));
    }
    Ok((!secret.is_empty()).then(|| SecretString::from(secret)))
}

/// Returns the vendor with this name, or names the nearest.
pub(in crate::admin) fn find_vendor<'a>(vendors: &'a Vendors, name: &str) -> Result<&'a Vendor, Failure> {
    if let Some(vendor) = vendors.get(name.trim()) {
        return Ok(vendor);
    }
    let distance = |known: &&Vendor| strsim::damerau_levenshtein(&known.name, name);
    let nearest = vendors.iter().min_by_key(distance).map_or("", |vendor| vendor.name.as_str());
    Err(Problem::VendorUnknown.with("vendor", name).with("nearest", nearest))
}

/// Guesses the vendor of a provider whose operator named none: by the host and port, else a relay site if it has a
/// management account, else anything that speaks like OpenAI.
pub(super) fn guess_vendor(vendors: &Vendors, base_url: &str, has_management: bool) -> String {
    let host_of = |url: &str| Url::parse(url).ok().and_then(|url| Some((url.host_str()?.to_owned(), url.port())));
    let host = host_of(base_url);
    let known = vendors.iter().find(|vendor| host.is_some() && vendor.base_url.as_deref().and_then(host_of) == host);
    let fallback = if has_management { "newapi" } else { "openai_compatible" };
    known.map_or(fallback, |vendor| vendor.name.as_str()).to_owned()
}

/// Refuses parameters that the vendor's paths do not have.
pub(super) fn check_params(vendor: &Vendor, params: &BTreeMap<String, String>) -> Result<(), Failure> {
    match params.keys().find(|name| !vendor.params.contains_key(*name)) {
        Some(name) => Err(Problem::ParamUnknown.with("vendor", &vendor.name).with("name", name)),
        None => params.values().try_for_each(|value| text("params", value, 255).map(drop)),
    }
}

/// Reads aliases: blanks are trimmed and empty entries dropped.
pub(super) fn read_aliases(aliases: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Failure> {
    if aliases.len() > MAX_ALIASES {
        let reason = format!("has more than {MAX_ALIASES} entries");
        return Err(Problem::ValueInvalid.with("field", "model_alias_mapping").with("reason", reason));
    }
    let mut read = BTreeMap::new();
    for (public, upstream) in aliases {
        let public = text("model_alias_mapping", public, MAX_MODEL_CHARS)?;
        let upstream = text("model_alias_mapping", upstream, MAX_MODEL_CHARS)?;
        if !public.is_empty() && !upstream.is_empty() {
            read.insert(public, upstream);
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.example.com/", Some("https://api.example.com"))]
    #[case(" http://127.0.0.1:8080/v1 ", Some("http://127.0.0.1:8080/v1"))]
    #[case("api.example.com", None)]
    #[case("ftp://api.example.com", None)]
    #[case("https://", None)]
    #[case("https://me:pw@api.example.com", None)]
    #[case("https://api.example.com?key=1", None)]
    #[case("https://api.example.com#x", None)]
    #[case("", None)]
    fn a_base_url_is_http_with_a_host_and_nothing_else(#[case] value: &str, #[case] expected: Option<&str>) {
        assert_eq!(read_base_url(value).ok().as_deref(), expected);
    }

    #[rstest]
    #[case("socks5://me:pw@proxy.example:1080", true)]
    #[case("socks5h://proxy.example", true)]
    #[case("https://me:pw@proxy.example", true)]
    #[case("http://proxy.example:7890", true)]
    #[case("proxy.example:7890", false)]
    #[case("ftp://proxy.example", false)]
    fn a_proxy_needs_a_scheme_and_a_host(#[case] value: &str, #[case] expected: bool) {
        assert_eq!(read_proxy_url(value).is_ok(), expected);
    }

    #[rstest]
    #[case("https://api.openai.com/v1", false, "openai")]
    #[case("http://127.0.0.1:11434/v1", false, "ollama")]
    #[case("http://127.0.0.1:8000", false, "openai_compatible")]
    #[case("https://relay.example", true, "newapi")]
    #[case("https://relay.example", false, "openai_compatible")]
    fn a_vendor_is_guessed(#[case] base_url: &str, #[case] has_management: bool, #[case] expected: &str) {
        assert_eq!(guess_vendor(&Vendors::embedded().unwrap(), base_url, has_management), expected);
    }
}
