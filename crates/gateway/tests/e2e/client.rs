//! Clients: plain ones that change nothing of what they get, and the wire itself for what no library sends.

use std::net::SocketAddr;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Reads an answer to its end, which must be a good one.
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap() }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The id of the call.
    pub(crate) fn call(&self) -> &str {
        self.header("x-sluice-call")
    }
}

/// The id of the call whose answer begins here.
pub(crate) fn call_of(response: &reqwest::Response) -> String {
    response.headers()["x-sluice-call"].to_str().unwrap().to_owned()
}

/// A client without proxy, redirects or decompression.
pub(crate) fn plain_client() -> reqwest::Client {
    client_builder().build().unwrap()
}

pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    // The certificates of tests are signed by nobody.
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
}

/// Sends bytes as they are and returns everything that comes back until the server closes.
pub(crate) async fn exchange(address: SocketAddr, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in pieces {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Splits a raw answer into its status, its head and its body.
pub(crate) fn parts(answer: &str) -> (u16, &str, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, body)
}
