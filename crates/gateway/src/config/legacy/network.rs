//! Who may call without a key where the operator allowed it: programs on this machine, and nobody through them.

use std::net::IpAddr;

use http::HeaderMap;

/// Headers by which a proxy, or a web page in a browser, gives itself away.
const SIGNS_OF_OTHERS: [&str; 8] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "origin", "referer", "sec-fetch-site"];

/// Returns whether a request comes straight from a program on this machine: any page in a browser reaches loopback
/// addresses too, and so does whoever is behind a proxy here.
pub(crate) fn is_bare_loopback(client: IpAddr, headers: &HeaderMap) -> bool {
    client.to_canonical().is_loopback() && !SIGNS_OF_OTHERS.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_programs_on_this_machine_count() {
        let none = HeaderMap::new();
        assert!(is_bare_loopback(Ipv4Addr::LOCALHOST.into(), &none));
        assert!(is_bare_loopback(Ipv6Addr::LOCALHOST.into(), &none));
        assert!(is_bare_loopback(Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(), &none));
        assert!(!is_bare_loopback(Ipv4Addr::new(192, 0, 2, 1).into(), &none));
        for name in SIGNS_OF_OTHERS {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static("x"));
            assert!(!is_bare_loopback(Ipv4Addr::LOCALHOST.into(), &headers), "{name}");
        }
    }
}
