//! Who the client is: the peer of the connection, or whom a trusted proxy forwards for.

use std::net::IpAddr;

use http::HeaderMap;
use sluice_domain::access::AddressList;

/// Which proxies are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClientPolicy {
    pub(crate) trusted_proxies: AddressList,
}

impl ClientPolicy {
    /// Returns the client's address. Forwarding headers count only from trusted peers, and of `x-forwarded-for` only
    /// the part that trusted proxies wrote: anybody may write the rest.
    pub(crate) fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusted_proxies.contains(peer) {
            return peer;
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let mut client = peer;
        for hop in forwarded.iter().rev() {
            let Some(address) = parse_hop(hop) else { break };
            client = address;
            if !self.trusted_proxies.contains(address) {
                break;
            }
        }
        if forwarded.is_empty() {
            let real = headers.get("x-real-ip").and_then(|value| value.to_str().ok()).and_then(parse_hop);
            client = real.unwrap_or(peer);
        }
        client
    }

    /// Returns whether a trusted proxy says that the client came over HTTPS.
    pub(crate) fn says_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.trusted_proxies.contains(peer)
            && headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
    }
}

/// Reads `1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let address = hop
        .parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::untrusted_peer("9.9.9.9", "1.1.1.1", "9.9.9.9")]
    #[case::one_proxy("10.0.0.1", "1.1.1.1", "1.1.1.1")]
    #[case::forged_front("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1")]
    #[case::all_trusted("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3")]
    #[case::garbage("10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2")]
    #[case::with_port("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1")]
    fn only_what_trusted_proxies_wrote_counts(#[case] peer: &str, #[case] forwarded: &str, #[case] expected: &str) {
        let policy = ClientPolicy { trusted_proxies: AddressList::parse("10.0.0.0/8").unwrap() };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        assert_eq!(policy.address(peer.parse().unwrap(), &headers), expected.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        let mut headers = HeaderMap::new();
        headers.insert("x-real-ip", "1.1.1.1".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let policy = ClientPolicy::default();
        let peer = "127.0.0.1".parse().unwrap();
        assert_eq!((policy.address(peer, &headers), policy.says_https(peer, &headers)), (peer, false));
    }
}
