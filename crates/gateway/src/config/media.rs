//! Settings of what is fetched for callers whose upstream takes media as bytes only.

use std::time::Duration;

use sluice_domain::access::AddressList;

use super::boot::{ms, read_addresses, whole};
use super::reader::Reader;

/// How media that callers name by URL are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Whether anything is fetched.
    pub is_fetched: bool,
    /// Largest file, bytes.
    pub max_file_bytes: u64,
    /// Most that one call may name, bytes.
    pub max_call_bytes: u64,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time that one file may take, redirects and waiting for a place included.
    pub total_timeout: Duration,
    /// Networks that are not public and may be called all the same.
    pub private_addresses: AddressList,
    /// Ports besides 80 and 443.
    pub ports: Vec<u16>,
    /// Files that are fetched at once, over all calls.
    pub max_concurrent: usize,
    /// What is remembered for the next turn of a conversation, bytes.
    pub cache_bytes: u64,
    /// How long it is remembered.
    pub cache_ttl: Duration,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            is_fetched: true,
            max_file_bytes: 20 * MIB,
            max_call_bytes: 50 * MIB,
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(20),
            private_addresses: AddressList::default(),
            ports: Vec::new(),
            max_concurrent: 16,
            cache_bytes: 128 * MIB,
            cache_ttl: Duration::from_secs(300),
        }
    }
}

const MIB: u64 = 1024 * 1024;

pub(super) fn read(reader: &mut Reader<'_>) -> Media {
    let default = Media::default();
    let mib = |reader: &mut Reader<'_>, key, range, default: u64| {
        reader.whole(key, range).map_or(default, |mib: u64| mib * MIB)
    };
    Media {
        is_fetched: reader.flag("fetch").unwrap_or(default.is_fetched),
        max_file_bytes: mib(reader, "max_mb", 1..=1_024, default.max_file_bytes),
        max_call_bytes: mib(reader, "max_call_mb", 1..=4_096, default.max_call_bytes),
        connect_timeout: ms(reader, "connect_timeout_ms", 5_000),
        total_timeout: ms(reader, "timeout_ms", 20_000),
        private_addresses: read_private_addresses(reader),
        ports: read_ports(reader),
        max_concurrent: whole(reader, "max_concurrent", 1..=1_024, default.max_concurrent),
        cache_bytes: mib(reader, "cache_mb", 0..=65_536, default.cache_bytes),
        cache_ttl: reader.whole("cache_secs", 1..=86_400).map_or(default.cache_ttl, Duration::from_secs),
    }
}

fn read_private_addresses(reader: &mut Reader<'_>) -> AddressList {
    let field = reader.field("allow_private_addresses").filter(|field| !field.is_false());
    field.map(|field| read_addresses(&field)).unwrap_or_default()
}

fn read_ports(reader: &mut Reader<'_>) -> Vec<u16> {
    let Some(field) = reader.field("allow_ports") else { return Vec::new() };
    let port = |text: &String| {
        let parsed = text.parse::<u16>().ok().filter(|port| *port > 0);
        field.accept(parsed.ok_or_else(|| (format!("`{text}` is not a port"), "write numbers from 1 to 65535")))
    };
    field.words().iter().filter_map(port).collect()
}
