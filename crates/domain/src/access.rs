//! Allow-lists of a key: models by name or wildcard, client addresses by CIDR.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The models a key may use. An empty list allows every model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelList(Vec<String>);

impl ModelList {
    /// Reads a comma or newline separated list; blanks are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(split_list(text).map(str::to_owned).collect())
    }

    /// Returns whether `model` may be used: an item equals it ignoring ASCII case, or its `*` match any run.
    #[must_use]
    pub fn allows(&self, model: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| wildcard_matches(pattern, model))
    }

    /// Returns whether the list allows everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the items as they were written, comma separated.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.join(",")
    }
}

/// Returns whether `text` matches `pattern`, where `*` stands for any run of characters and ASCII case is ignored.
///
/// Runs in O(pattern × text) at worst and never recurses, so that a hostile pattern costs little.
#[must_use]
pub fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) => {
                retry = Some((p + 1, t));
                p += 1;
            }
            (Some(want), Some(have)) if want.eq_ignore_ascii_case(have) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after_star, matched_to)) = retry else { return false };
                retry = Some((after_star, matched_to + 1));
                p = after_star;
                t = matched_to + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|&byte| byte == b'*')
}

/// The client addresses a key may be used from. An empty list allows every address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressList(Vec<IpNet>);

/// An item of an address list that is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an IP address nor a network such as `10.0.0.0/8`")]
pub struct BadAddress(pub String);

impl AddressList {
    /// Reads addresses and CIDR networks separated by commas or newlines.
    ///
    /// # Errors
    /// Names the first item that is neither.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        split_list(text).map(parse_network).collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether a client at `address` may use the key. IPv4-mapped IPv6 addresses count as IPv4.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns whether any address of the list contains `address`; an empty list contains none.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        !self.0.is_empty() && self.allows(address)
    }

    /// Returns the networks, newline separated; single addresses without their prefix length.
    #[must_use]
    pub fn to_text(&self) -> String {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|network| {
                if network.prefix_len() == network.max_prefix_len() {
                    network.addr().to_string()
                } else {
                    network.to_string()
                }
            })
            .collect();
        lines.join("\n")
    }
}

fn parse_network(item: &str) -> Result<IpNet, BadAddress> {
    item.parse::<IpNet>()
        .or_else(|_| item.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical())))
        .map_err(|_| BadAddress(item.to_owned()))
}

fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n', '\r']).map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("gpt-4o", "GPT-4o", true)]
    #[case("gpt-4o", "gpt-4o-mini", false)]
    #[case("gpt-*", "gpt-4o-mini", true)]
    #[case("*", "", true)]
    #[case("*-mini", "gpt-4o-mini", true)]
    #[case("*-mini", "gpt-4o-mini-2", false)]
    #[case("a*b*c", "a1b2b3c", true)]
    #[case("a*b*c", "a1b2b3", false)]
    #[case("", "x", false)]
    fn a_wildcard_stands_for_any_run(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(wildcard_matches(pattern, text), expected);
    }

    #[test]
    fn an_empty_model_list_allows_all_and_a_filled_one_only_its_items() {
        assert!(ModelList::default().allows("anything"));
        let list = ModelList::parse("gpt-4o, claude-*\n");
        assert_eq!(["gpt-4o", "claude-opus", "o3"].map(|model| list.allows(model)), [true, true, false]);
        assert_eq!(list.to_text(), "gpt-4o,claude-*");
    }

    #[test]
    fn addresses_match_by_network_and_mapped_addresses_count_as_ipv4() {
        let list = AddressList::parse("10.0.0.0/8\n192.168.1.7, 2001:db8::/32").unwrap();
        let allowed = ["10.2.3.4", "192.168.1.7", "192.168.1.8", "2001:db8::1", "::ffff:10.0.0.1"]
            .map(|address| list.allows(address.parse().unwrap()));
        assert_eq!(allowed, [true, true, false, true, true]);
        assert_eq!(list.to_text(), "10.0.0.0/8\n192.168.1.7\n2001:db8::/32");
    }

    #[test]
    fn a_bad_address_is_named() {
        assert_eq!(AddressList::parse("10.0.0.0/8, nowhere"), Err(BadAddress("nowhere".to_owned())));
    }
}
