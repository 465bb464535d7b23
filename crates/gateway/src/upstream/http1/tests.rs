use std::time::Duration;

use http_body_util::BodyExt;
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A wire, and the peer's end of it.
async fn pair() -> (Wire, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (Wire::new(tcp.into()), listener.accept().await.unwrap().0)
}

fn request(pieces: &[&'static [u8]]) -> Request<OutBody> {
    let body = OutBody::new(pieces.iter().map(|piece| Bytes::from_static(piece)).collect());
    Request::post("/v1/x?a=b").header("host", "localhost").body(body).unwrap()
}

/// Has a small request answered with these bytes, after which the peer closes.
async fn answered(bytes: &[u8]) -> Result<(Response<Body>, Place), Unanswered> {
    let (wire, mut peer) = pair().await;
    peer.write_all(bytes).await.unwrap();
    peer.shutdown().await.unwrap();
    wire.exchange(&request(&[b"{}"])).await
}

async fn text(response: Response<Body>) -> Result<String, Broken> {
    Ok(String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_with_its_length() {
    let (wire, mut peer) = pair().await;
    let calling = tokio::spawn(async move { wire.exchange(&request(&[b"{\"a\"", b":1}"])).await.is_err() });
    let expected = "POST /v1/x?a=b HTTP/1.1\r\nhost: localhost\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
    let mut seen = vec![0; expected.len()];
    peer.read_exact(&mut seen).await.unwrap();
    assert_eq!(std::str::from_utf8(&seen), Ok(expected));
    drop(peer);
    assert!(calling.await.unwrap());
}

#[rstest]
#[case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "ok", true)]
#[case("HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", "ok", true)]
#[case("HTTP/1.1 204 No Content\r\n\r\n", "", true)]
#[case("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "ok", true)]
#[case("HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nok", "ok", false)]
#[case("HTTP/1.1 200 OK\r\n\r\nok", "ok", false)]
#[case("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", "ok", false)]
#[case("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok", "ok", true)]
#[case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok, and more", "ok", false)]
#[tokio::test]
async fn an_answer_is_read_to_its_end_and_not_beyond(
    #[case] wire: &str,
    #[case] expected: &str,
    #[case] can_be_used_again: bool,
) {
    let (response, place) = answered(wire.as_bytes()).await.unwrap();
    assert_eq!(text(response).await.unwrap(), expected);
    assert_eq!(place.lock().as_ref().unwrap().can_be_used_again(), can_be_used_again);
}

#[rstest]
#[case("", false)]
#[case("HTTP/1.1 200 OK\r\ncontent-le", true)]
#[case("HTTP/1.1 100 Continue\r\n\r\n", true)]
#[case("nonsense\r\n\r\n", true)]
#[case("HTTP/1.1 101 Switching Protocols\r\n\r\n", true)]
#[case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok", true)]
#[tokio::test]
async fn what_is_no_head_is_no_answer(#[case] wire: &str, #[case] was_heard: bool) {
    let failed = answered(wire.as_bytes()).await.map(drop).unwrap_err();
    assert_eq!((failed.was_heard, failed.was_unsent), (was_heard, false));
}

#[rstest]
#[case("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok")]
#[case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n")]
#[case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n")]
#[case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok no chunk")]
#[tokio::test]
async fn an_answer_that_breaks_off_is_broken(#[case] wire: &str) {
    let (response, place) = answered(wire.as_bytes()).await.unwrap();
    assert!(text(response).await.is_err());
    assert!(!place.lock().as_ref().unwrap().can_be_used_again());
}

#[tokio::test]
async fn a_head_has_a_bound() {
    let endless = [b"HTTP/1.1 200 OK\r\nx: ".as_slice(), &vec![b'x'; HEAD_MAX_BYTES]].concat();
    assert!(matches!(answered(&endless).await.map(drop).unwrap_err().error, Broken::Nonsense(_)));
}

#[tokio::test]
async fn an_answer_that_comes_before_the_request_is_out_is_taken_and_the_connection_not_used_again() {
    let (wire, mut peer) = pair().await;
    peer.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno").await.unwrap();
    let large: &'static [u8] = vec![b' '; 32 << 20].leak();
    let (response, place) = wire.exchange(&request(&[large])).await.unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(text(response).await.unwrap(), "no");
    assert!(!place.lock().as_ref().unwrap().can_be_used_again());
}

#[tokio::test]
async fn a_peer_that_accepts_before_the_request_is_out_gets_the_rest_of_it() {
    let (wire, mut peer) = pair().await;
    peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n").await.unwrap();
    let large: &'static [u8] = vec![b' '; 32 << 20].leak();
    let (response, place) = wire.exchange(&request(&[large])).await.unwrap();
    let head = "POST /v1/x?a=b HTTP/1.1\r\nhost: localhost\r\ncontent-length: 33554432\r\n\r\n".len();
    let listening = tokio::spawn(async move {
        let mut seen = vec![0; head + large.len()];
        peer.read_exact(&mut seen).await.unwrap();
        peer.write_all(b"ok").await.unwrap();
        peer
    });
    assert_eq!(text(response).await.unwrap(), "ok");
    let _peer = listening.await.unwrap();
    assert!(place.lock().as_ref().unwrap().can_be_used_again());
}

#[tokio::test]
async fn a_proxy_that_forwards_is_told_the_whole_address() {
    let (wire, mut peer) = pair().await;
    let request = Request::get("http://origin:81/v1/x").header("host", "origin:81").body(OutBody::default()).unwrap();
    let calling = tokio::spawn(async move { wire.exchange(&request).await.is_err() });
    let expected = "GET http://origin:81/v1/x HTTP/1.1\r\nhost: origin:81\r\n\r\n";
    let mut seen = vec![0; expected.len()];
    peer.read_exact(&mut seen).await.unwrap();
    assert_eq!(std::str::from_utf8(&seen), Ok(expected));
    drop(peer);
    assert!(calling.await.unwrap());
}

#[tokio::test]
async fn a_connection_that_is_taken_away_breaks_its_body() {
    let (wire, mut peer) = pair().await;
    peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").await.unwrap();
    let (mut response, place) = wire.exchange(&request(&[b"{}"])).await.unwrap();
    assert!(response.body_mut().frame().await.unwrap().is_ok());
    place.lock().take();
    assert!(matches!(response.body_mut().frame().await, Some(Err(Broken::Closed))));
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn a_stream_that_waits_holds_no_buffer() {
    let (wire, mut peer) = pair().await;
    peer.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n").await.unwrap();
    let (mut response, place) = wire.exchange(&request(&[b"{}"])).await.unwrap();
    assert!(response.body_mut().frame().await.unwrap().is_ok());
    let waiting = tokio::time::timeout(Duration::from_millis(20), response.body_mut().frame());
    assert!(waiting.await.is_err());
    assert_eq!(place.lock().as_ref().unwrap().read.capacity(), 0);
}

#[tokio::test]
async fn a_peer_that_speaks_or_leaves_between_calls_is_not_quiet() {
    let (mut wire, mut peer) = pair().await;
    assert!(wire.is_quiet());
    peer.write_all(b"HTTP/1.1 408 Request Timeout\r\n\r\n").await.unwrap();
    let heard = async {
        while wire.is_quiet() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), heard).await.unwrap();
}
