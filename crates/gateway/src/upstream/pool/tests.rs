use std::convert::Infallible;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::upstream::tls_config;

const LIMIT: Duration = Duration::from_secs(5);

fn request() -> Request<OutBody> {
    let body = OutBody::new(vec![Bytes::from_static(b"{}")]);
    Request::post("/v1/x").header("host", "localhost").header("content-length", "2").body(body).unwrap()
}

/// What a connection of the raw server does with its second request.
#[derive(Clone, Copy)]
enum Second {
    Close,
    Garbage,
    CloseLate,
}

/// Serves HTTP/1.1: the first request of each connection well, the second as told. Counts requests.
async fn raw_server(second: Second) -> (Origin, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Origin::parse(0, &format!("http://{}", listener.local_addr().unwrap()), None).unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                for number in 0.. {
                    if tcp.read(&mut buffer).await.unwrap_or(0) == 0 {
                        return;
                    }
                    counted.fetch_add(1, Ordering::Relaxed);
                    let answer: &[u8] = match (number, second) {
                        (0, _) => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
                        (_, Second::Close) => return,
                        (_, Second::Garbage) => b"nonsense\r\n\r\n",
                        (_, Second::CloseLate) => {
                            tokio::time::sleep(STALE_WITHIN + Duration::from_millis(200)).await;
                            return;
                        }
                    };
                    tcp.write_all(answer).await.unwrap();
                }
            });
        }
    });
    (origin, requests)
}

async fn complete(pool: &Arc<Pool>, origin: &Origin) -> Result<(), SendError> {
    let exchanged = pool.send(origin, LIMIT, request).await?;
    exchanged.response.into_body().collect().await.unwrap();
    exchanged.lease.give_back();
    // The connection's own task notes the end of the answer.
    tokio::time::sleep(Duration::from_millis(20)).await;
    Ok(())
}

#[tokio::test]
async fn only_a_reused_connection_that_closes_at_once_is_repeated() {
    for (second, succeeds, expected) in
        [(Second::Close, true, 3), (Second::Garbage, false, 2), (Second::CloseLate, false, 2)]
    {
        let (origin, requests) = raw_server(second).await;
        let pool = Pool::new(tls_config(&[]));
        complete(&pool, &origin).await.unwrap();
        assert_eq!(complete(&pool, &origin).await.is_ok(), succeeds);
        assert_eq!(requests.load(Ordering::Relaxed), expected);
    }
}

/// Serves HTTP/2 over TLS with `streams` at once per connection; each answer takes a while. Counts connections.
async fn http2_server(streams: u32) -> (Origin, Arc<Pool>, Arc<AtomicUsize>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate.clone()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(tcp).await.unwrap();
                let service = service_fn(async |_| {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
                });
                let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                builder.max_concurrent_streams(streams);
                drop(builder.serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    let origin = Origin::parse(0, &format!("https://localhost:{port}"), None).unwrap();
    (origin, Pool::new(tls_config(&[certificate])), connections)
}

async fn complete_many(pool: &Arc<Pool>, origin: &Origin, count: usize) {
    let calls = (0..count).map(|_| complete(pool, origin));
    futures_util::future::join_all(calls).await.into_iter().for_each(Result::unwrap);
}

#[tokio::test]
async fn concurrent_first_calls_share_one_http2_connection() {
    let (origin, pool, connections) = http2_server(100).await;
    complete_many(&pool, &origin, 40).await;
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn more_calls_than_the_peer_takes_on_one_connection_go_over_others() {
    let (origin, pool, connections) = http2_server(4).await;
    complete_many(&pool, &origin, 1).await;
    complete_many(&pool, &origin, 12).await;
    assert_eq!(connections.load(Ordering::Relaxed), 3);
    let in_flight = |shared: &Shared| shared.load.in_flight.load(Ordering::Relaxed);
    assert!(pool.origins.lock().values().all(|held| held.http2.iter().map(in_flight).sum::<usize>() == 0));
}

#[tokio::test]
async fn an_http2_connection_is_closed_after_its_rest_and_not_while_in_use() {
    let (origin, pool, _) = http2_server(100).await;
    let exchanged = pool.send(&origin, LIMIT, request).await.unwrap();
    let count = || pool.origins.lock().values().map(|held| held.http2.len()).sum::<usize>();
    let age = || {
        for held in pool.origins.lock().values() {
            held.http2.iter().for_each(|shared| *shared.load.last_use.lock() = Instant::now() - IDLE_MAX);
        }
    };
    age();
    pool.sweep();
    assert_eq!(count(), 1);
    drop(exchanged);
    pool.sweep();
    assert_eq!(count(), 1);
    age();
    pool.sweep();
    assert_eq!(count(), 0);
}
