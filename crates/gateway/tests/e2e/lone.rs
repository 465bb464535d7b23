//! Calls that each come from an address and a connection of their own, so that whoever sees one knows which it is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// Hands out loopback addresses, each once.
#[derive(Debug)]
pub(crate) struct Addresses(AtomicU32);

impl Default for Addresses {
    fn default() -> Self {
        Self(AtomicU32::new(Ipv4Addr::new(127, 1, 0, 1).to_bits()))
    }
}

impl Addresses {
    pub(crate) fn next(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A call that nobody else's can be taken for.
#[derive(Debug)]
pub(crate) struct LoneCall<'a> {
    pub(crate) from: Ipv4Addr,
    pub(crate) path: &'a str,
    pub(crate) key: &'a str,
    pub(crate) body: &'a Value,
    /// How many bytes of the answer the client waits for before it leaves; `None` for all.
    pub(crate) leaves_after: Option<usize>,
}

/// What became of it, as far as its client knows.
#[derive(Debug, Default)]
pub(crate) struct LoneAnswer {
    /// Everything that came, from the status line on.
    pub(crate) bytes: Vec<u8>,
}

impl LoneCall<'_> {
    /// Makes the call. An answer that breaks off is what came of it.
    pub(crate) async fn send(&self, gateway: SocketAddr) -> LoneAnswer {
        let mut answer = LoneAnswer::default();
        // The process may die at any moment.
        let _ = self.exchange(gateway, &mut answer.bytes).await;
        answer
    }

    async fn exchange(&self, gateway: SocketAddr, answer: &mut Vec<u8>) -> std::io::Result<()> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(IpAddr::V4(self.from), 0))?;
        let mut stream = socket.connect(gateway).await?;
        let body = self.body.to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {gateway}\r\nauthorization: Bearer {}\r\nanthropic-version: 2023-06-01\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.path,
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let most = self.leaves_after.unwrap_or(usize::MAX);
        while answer.len() < most {
            let mut piece = vec![0; 16 * 1024.min(most - answer.len())];
            let length = stream.read(&mut piece).await?;
            if length == 0 {
                break;
            }
            answer.extend_from_slice(&piece[..length]);
        }
        Ok(())
    }
}

impl LoneAnswer {
    fn head_and_body(&self) -> Option<(&str, &[u8])> {
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        Some((std::str::from_utf8(&self.bytes[..end]).unwrap(), &self.bytes[end + 4..]))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.head_and_body()?;
        head.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name)).map(|(_, value)| value)
    }

    /// The status, if one came.
    pub(crate) fn status(&self) -> Option<u16> {
        self.head_and_body()?.0.split(' ').nth(1)?.parse().ok()
    }

    /// The id of the call, if it came.
    pub(crate) fn call(&self) -> Option<&str> {
        self.header("x-sluice-call")
    }

    /// Whether all of the answer came.
    pub(crate) fn is_whole(&self) -> bool {
        let Some((_, body)) = self.head_and_body() else { return false };
        match self.header("content-length") {
            Some(length) => length.parse() == Ok(body.len()),
            None => body.ends_with(b"0\r\n\r\n"),
        }
    }
}
