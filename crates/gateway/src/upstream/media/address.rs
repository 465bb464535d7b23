//! Which addresses may be called for a caller: public ones, and those that the operator names.
//!
//! The rule holds where a connection is made: it goes through [`Checked`], which resolves a name once and hands on only
//! addresses that may be called. There is no second look-up that could answer otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Name, Resolve, Resolving};
use sluice_domain::access::AddressList;
use url::{Host, Url};

use super::refusal::Cause;

/// IPv4 networks that are not public: IANA's special-purpose registry, multicast and what is reserved.
const SPECIAL_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    // Shared by carriers; Alibaba Cloud's metadata is at 100.100.100.200.
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    // Link-local; the metadata of most clouds is at 169.254.169.254.
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    // Protocol assignments; Oracle Cloud's metadata is at 192.0.0.192.
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    // Relays of 6to4.
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    // Azure's platform service, on a public address.
    v4([168, 63, 129, 16], 32),
    // AS112: answers for names of private networks.
    v4([192, 175, 48, 0], 24),
];

/// What of IPv6 is public at all. Outside are loopback, mapped and translated IPv4 (`::ffff:0:0/96`, `64:ff9b::/96`),
/// unique local, link-local, site-local and multicast addresses.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0], 3);

/// IPv6 networks within it that are not public.
const SPECIAL_V6: [Ipv6Net; 5] = [
    // Protocol assignments, Teredo among them, which has an IPv4 address inside.
    v6([0x2001, 0], 23),
    v6([0x2001, 0xdb8], 32),
    // 6to4, which has an IPv4 address inside.
    v6([0x2002, 0], 16),
    v6([0x3fff, 0], 20),
    // AS112.
    v6([0x2620, 0x4f], 32),
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b]: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            PUBLIC_V6.contains(&address) && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// What may be called.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    private_addresses: AddressList,
    ports: Vec<u16>,
}

impl Gate {
    pub(super) fn new(private_addresses: AddressList, ports: Vec<u16>) -> Self {
        Self { private_addresses, ports }
    }

    /// Refuses an address for what can be seen of it before its host is resolved.
    pub(super) fn check(&self, url: &Url) -> Result<(), Cause> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Cause::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Cause::Credentials);
        }
        let port = url.port_or_known_default().ok_or(Cause::NotAnAddress)?;
        if ![80, 443].contains(&port) && !self.ports.contains(&port) {
            return Err(Cause::Port(port));
        }
        let literal = match url.host().ok_or(Cause::NotAnAddress)? {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if self.allows(literal) { Ok(()) } else { Err(Cause::NotPublic) }
    }

    fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.private_addresses.contains(address)
    }
}

/// Where names are looked up.
#[derive(Clone)]
pub(super) enum Names {
    /// As the system does it.
    System,
    /// Fixed answers, one for each time that a name is asked for.
    #[cfg(test)]
    Scripted(Arc<super::tests::Script>),
}

impl Names {
    async fn look_up(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()),
            #[cfg(test)]
            Self::Scripted(script) => Ok(script.answer(name)),
        }
    }
}

/// Resolves the names of hosts to addresses that may be called.
pub(super) struct Checked {
    pub(super) gate: Arc<Gate>,
    pub(super) names: Names,
}

/// Addresses of one host that are tried at most.
const ADDRESSES_MAX: usize = 8;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (gate, names) = (Arc::clone(&self.gate), self.names.clone());
        Box::pin(async move {
            let found = names.look_up(name.as_str()).await.unwrap_or_default();
            if found.is_empty() {
                return Err(Cause::Unresolved.into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| gate.allows(*address))
                .take(ADDRESSES_MAX)
                // The client puts the port of the URL in the place of 0.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if allowed.is_empty() {
                return Err(Cause::NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::unspecified("0.0.0.0 0.1.2.3 ::")]
    #[case::loopback("127.0.0.1 127.255.255.254 ::1")]
    #[case::private("10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 fc00::1 fd12:3456::1 fec0::1")]
    #[case::link_local("169.254.0.1 fe80::1")]
    #[case::carrier("100.64.0.1 100.127.255.255")]
    #[case::metadata("169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254")]
    #[case::protocol_assignments("192.0.0.1 192.0.0.170 2001::1 2001:20::1 192.175.48.1 2620:4f:8000::1")]
    #[case::documentation("192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1")]
    #[case::benchmarks("198.18.0.1 198.19.255.255 2001:2::1")]
    #[case::multicast("224.0.0.1 239.255.255.255 ff02::1 ff0e::1")]
    #[case::reserved("240.0.0.1 255.255.255.255 100::1 4000::1 e000::1")]
    #[case::mapped("::ffff:8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::8.8.8.8")]
    #[case::translated("64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1")]
    #[case::tunnelled("2002:7f00:1::1 2002:808:808::1 2001:0:808::1 192.88.99.1")]
    fn no_address_that_is_not_public_may_be_called(#[case] addresses: &str) {
        for address in addresses.split(' ') {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_addresses_may_be_called() {
        let around = "1.1.1.1 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.1.1.1 128.0.0.1 172.15.255.255 \
                      172.32.0.1 192.167.1.1 198.17.1.1 198.20.0.1 223.255.255.255 2606:4700::1111 2001:4860::8888 \
                      2a00:1450::1 2003::1";
        for address in around.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[rstest]
    #[case("https://example.com/a.png", Ok(()))]
    #[case("http://93.184.216.34:80/a.png", Ok(()))]
    #[case("https://example.com:8443/a.png", Ok(()))]
    #[case("http://10.1.2.3/a.png", Ok(()))]
    #[case("file:///etc/passwd", Err(Cause::Scheme))]
    #[case("ftp://example.com/a.png", Err(Cause::Scheme))]
    #[case("gopher://example.com/", Err(Cause::Scheme))]
    #[case("https://user@example.com/", Err(Cause::Credentials))]
    #[case("https://:pw@example.com/", Err(Cause::Credentials))]
    #[case("https://example.com:22/", Err(Cause::Port(22)))]
    #[case("http://127.0.0.1/", Err(Cause::NotPublic))]
    #[case("http://2130706433/", Err(Cause::NotPublic))]
    #[case("http://0x7f.1/", Err(Cause::NotPublic))]
    #[case("http://0177.0.0.1/", Err(Cause::NotPublic))]
    #[case("http://127.1./", Err(Cause::NotPublic))]
    #[case("http://１２７.0.0.1/", Err(Cause::NotPublic))]
    #[case("http://[::1]/", Err(Cause::NotPublic))]
    #[case("http://[::ffff:169.254.169.254]/", Err(Cause::NotPublic))]
    fn an_address_is_judged_before_anything_is_called(#[case] url: &str, #[case] expected: Result<(), Cause>) {
        let gate = Gate::new(AddressList::parse("10.1.0.0/16").unwrap(), vec![8_443]);
        assert_eq!(gate.check(&Url::parse(url).unwrap()), expected);
    }
}
