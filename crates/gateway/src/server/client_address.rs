//! What the listener knows of a client, handed on as request extensions: headers alone prove nothing.

use std::net::IpAddr;

/// The client's address: the peer, or what a trusted proxy says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Marks a request that came over TLS, to Sluice itself or to a trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecureTransport;
