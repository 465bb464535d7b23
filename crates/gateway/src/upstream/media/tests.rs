//! Fetching from a server on this machine, which only the settings of these tests allow, and from places that must never
//! be called.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use parking_lot::Mutex;
use rstest::rstest;
use sluice_domain::access::AddressList;
use tokio::sync::Notify;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const PNG_BASE64: &str = "iVBORw0KGgphbmQgc28gb24=";
const MIB: usize = 1024 * 1024;

/// Answers of a name server that may change its mind.
#[derive(Default)]
pub(super) struct Script {
    answers: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Script {
    fn new(name: &str, answers: &[&str]) -> Arc<Self> {
        let read = |answer: &&str| answer.split_whitespace().map(|address| address.parse().unwrap()).collect();
        let answers = HashMap::from([(name.to_owned(), answers.iter().map(read).collect())]);
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }

    pub(super) fn answer(&self, name: &str) -> Vec<IpAddr> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers.lock().get_mut(name).and_then(VecDeque::pop_front).unwrap_or_default()
    }
}

/// What the server saw.
#[derive(Default)]
struct Seen {
    hits: AtomicUsize,
    headers: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    freed: Notify,
}

struct Server {
    port: u16,
    seen: Arc<Seen>,
}

impl Server {
    async fn start() -> Self {
        let seen: Arc<Seen> = Arc::default();
        let state = Arc::clone(&seen);
        let files = Router::new().route(
            "/{*file}",
            get(move |Path(file): Path<String>, headers: HeaderMap| async move { state.answer(&file, &headers).await }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, files).await });
        Self { port, seen }
    }

    fn url(&self, file: &str) -> String {
        format!("http://127.0.0.1:{}/{file}", self.port)
    }

    fn named(&self, host: &str, file: &str) -> String {
        format!("http://{host}:{}/{file}", self.port)
    }

    fn hits(&self) -> usize {
        self.seen.hits.load(Ordering::SeqCst)
    }

    fn settings(&self) -> config::Media {
        config::Media {
            private_addresses: AddressList::parse("127.0.0.1").unwrap(),
            ports: vec![self.port],
            max_file_bytes: MIB as u64,
            ..config::Media::default()
        }
    }

    fn fetcher(&self) -> Fetcher {
        fetcher(self.settings())
    }

    /// Returns what becomes of one file.
    async fn fetch(&self, file: &str) -> Result<Arc<Fetched>, Cause> {
        one(&self.fetcher(), &self.url(file)).await
    }
}

impl Seen {
    async fn answer(self: Arc<Self>, file: &str, headers: &HeaderMap) -> Response {
        let hit = self.hits.fetch_add(1, Ordering::SeqCst);
        let (name, query) = file.split_once('/').unwrap_or((file, ""));
        let typed = |kind: &'static str, bytes: &'static [u8]| ([(header::CONTENT_TYPE, kind)], bytes).into_response();
        match name {
            "png" => typed("image/jpeg", PNG),
            "page" => typed("text/html", b"<p>sign in"),
            "empty" => typed("image/png", b""),
            "gone" => StatusCode::NOT_FOUND.into_response(),
            "late" if hit == 0 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            "late" => typed("image/png", PNG),
            "fresh" => ([(header::CACHE_CONTROL, "public, No-Store")], PNG).into_response(),
            "big" => vec![0xff; MIB + 1].into_response(),
            "half" => ([(header::CONTENT_TYPE, "image/png")], vec![0xff; MIB / 2]).into_response(),
            "endless" => ([(header::CONTENT_TYPE, "image/png")], Body::from_stream(endless())).into_response(),
            "bomb" => encoded("gzip", &gzip(&vec![0; 64 * MIB])),
            "packed" => encoded("gzip", &gzip(PNG)),
            "torn" => encoded("gzip", b"this is not gzip"),
            "strange" => encoded("lzw", PNG),
            "slow" => Body::from_stream(stalling(Guard(self))).into_response(),
            "headers" => {
                *self.headers.lock() = headers.keys().map(ToString::to_string).collect();
                typed("image/png", PNG)
            }
            "crowd" => {
                let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
                self.most_at_once.fetch_max(now, Ordering::SeqCst);
                for _ in 0..200 {
                    tokio::task::yield_now().await;
                }
                self.at_once.fetch_sub(1, Ordering::SeqCst);
                typed("image/png", PNG)
            }
            "to" => Redirect::temporary(&sluice_protocol::operation::decode(query)).into_response(),
            // Leads to itself with one less to go.
            "hops" => match query.parse::<u32>().unwrap() {
                0 => typed("image/png", PNG),
                left => Redirect::permanent(&(left - 1).to_string()).into_response(),
            },
            _ => StatusCode::IM_A_TEAPOT.into_response(),
        }
    }
}

/// Tells when the answer is given up.
struct Guard(Arc<Seen>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.freed.notify_one();
    }
}

type Piece = Result<Bytes, std::io::Error>;

fn endless() -> impl futures_util::Stream<Item = Piece> {
    futures_util::stream::repeat_with(|| Ok(Bytes::from_static(&[0xff; 16 * 1024])))
}

fn stalling(guard: Guard) -> impl futures_util::Stream<Item = Piece> {
    futures_util::stream::unfold((guard, true), |(guard, is_first)| async move {
        if !is_first {
            std::future::pending::<()>().await;
        }
        Some((Ok(Bytes::from_static(PNG)), (guard, false)))
    })
}

fn encoded(coding: &'static str, bytes: &[u8]) -> Response {
    ([(header::CONTENT_ENCODING, coding), (header::CONTENT_TYPE, "image/png")], bytes.to_vec()).into_response()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn fetcher(settings: config::Media) -> Fetcher {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    Fetcher::new(settings, Handle::current()).unwrap()
}

/// Returns a fetcher that asks the script for names.
fn scripted(server: &Server, script: &Arc<Script>) -> Fetcher {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    Fetcher::with_names(server.settings(), Handle::current(), Names::Scripted(Arc::clone(script))).unwrap()
}

async fn one(fetcher: &Fetcher, url: &str) -> Result<Arc<Fetched>, Cause> {
    let files = fetcher.fetch(&[url.to_owned()]).await.map_err(|refusal| refusal.cause)?;
    Ok(Arc::clone(files.first().unwrap()))
}

#[tokio::test]
async fn files_come_in_the_order_of_their_addresses_with_their_true_type() {
    let server = Server::start().await;
    let urls = ["png/2", "packed", "png/1"].map(|file| server.url(file));
    let files = server.fetcher().fetch(&urls).await.unwrap();
    let said: Vec<_> = files.iter().map(|file| (&file.url, file.mime.as_str(), file.base64.as_str())).collect();
    let expected: Vec<_> = urls.iter().map(|url| (url, "image/png", PNG_BASE64)).collect();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn nothing_of_the_caller_goes_along() {
    let server = Server::start().await;
    server.fetch("headers").await.unwrap();
    let mut headers = server.seen.headers.lock().clone();
    headers.sort();
    assert_eq!(headers, ["accept", "accept-encoding", "host", "user-agent"]);
}

#[rstest]
#[case::address("127.0.0.1")]
#[case::address_in_disguise("0x7f000001")]
#[case::name_of_a_private_address("localhost")]
#[tokio::test]
async fn what_is_not_public_is_not_called(#[case] host: &str) {
    let server = Server::start().await;
    let settings = config::Media { private_addresses: AddressList::default(), ..server.settings() };
    assert_eq!(one(&fetcher(settings), &server.named(host, "png")).await, Err(Cause::NotPublic));
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_name_is_resolved_once_for_the_check_and_the_connection() {
    let server = Server::start().await;
    let script = Script::new("rebind.example", &["10.0.0.7 127.0.0.1 ::ffff:10.0.0.7", "10.0.0.7", ""]);
    let fetcher = scripted(&server, &script);
    let url = |file| server.named("rebind.example", file);
    // Of several addresses only the allowed one is called: the others would not answer.
    assert_eq!(one(&fetcher, &url("png/1")).await.unwrap().mime, "image/png");
    assert_eq!(script.asked.load(Ordering::SeqCst), 1);
    assert_eq!(one(&fetcher, &url("png/2")).await, Err(Cause::NotPublic));
    assert_eq!(one(&fetcher, &url("png/3")).await, Err(Cause::Unresolved));
    assert_eq!(server.hits(), 1);
}

#[rstest]
#[case::private_address("http://10.0.0.7/a.png", Cause::NotPublic)]
#[case::private_name("http://intranet.example/a.png", Cause::NotPublic)]
#[case::metadata("http://169.254.169.254/latest/meta-data/", Cause::NotPublic)]
#[case::file("file:///etc/passwd", Cause::Scheme)]
#[case::port("http://example.com:6379/", Cause::Port(6379))]
#[case::credentials("http://me:pw@example.com/", Cause::Credentials)]
#[case::nowhere("http://[", Cause::NotAnAddress)]
#[tokio::test]
async fn a_redirect_is_judged_like_the_address_itself(#[case] location: &str, #[case] expected: Cause) {
    let server = Server::start().await;
    let encoded: String = location.bytes().map(|byte| format!("%25{byte:02x}")).collect();
    let fetcher = scripted(&server, &Script::new("intranet.example", &["10.0.0.7"]));
    assert_eq!(one(&fetcher, &server.url(&format!("to/{encoded}"))).await, Err(expected));
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_more() {
    let server = Server::start().await;
    assert_eq!(server.fetch("hops/3").await.unwrap().mime, "image/png");
    assert_eq!(server.fetch("hops/4").await, Err(Cause::Redirects(3)));
}

#[rstest]
#[case::announced("big", Cause::TooLarge(MIB as u64))]
#[case::endless("endless", Cause::TooLarge(MIB as u64))]
#[case::bomb("bomb", Cause::TooLarge(MIB as u64))]
#[case::page("page", Cause::WrongType("a web page".into()))]
#[case::empty("empty", Cause::WrongType("empty".into()))]
#[case::missing("gone", Cause::Status(404))]
#[case::torn("torn", Cause::Broken)]
#[case::strange_coding("strange", Cause::Broken)]
#[tokio::test]
async fn what_cannot_be_passed_on_is_refused(#[case] file: &str, #[case] expected: Cause) {
    assert_eq!(Server::start().await.fetch(file).await, Err(expected));
}

#[tokio::test]
async fn a_slow_server_is_given_up_and_freed() {
    let server = Server::start().await;
    let limit = Duration::from_millis(150);
    let slow = fetcher(config::Media { total_timeout: limit, ..server.settings() });
    assert_eq!(one(&slow, &server.url("slow")).await, Err(Cause::TooSlow(limit)));
    server.seen.freed.notified().await;
}

#[tokio::test]
async fn a_caller_that_leaves_frees_the_server() {
    let server = Server::start().await;
    let (fetcher, url) = (server.fetcher(), server.url("slow"));
    let fetching = tokio::spawn(async move { one(&fetcher, &url).await });
    while server.hits() == 0 {
        tokio::task::yield_now().await;
    }
    fetching.abort();
    server.seen.freed.notified().await;
}

#[tokio::test]
async fn a_host_that_nobody_serves_is_unreachable() {
    let server = Server::start().await;
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fetcher = fetcher(config::Media { ports: vec![unused], ..server.settings() });
    assert_eq!(one(&fetcher, &format!("http://127.0.0.1:{unused}/a")).await, Err(Cause::Unreachable));
}

#[tokio::test]
async fn a_file_is_remembered_for_the_next_turn() {
    let server = Server::start().await;
    let fetcher = server.fetcher();
    let first = one(&fetcher, &server.url("png")).await.unwrap();
    assert_eq!(one(&fetcher, &server.url("png")).await.unwrap(), first);
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn what_its_server_forbids_to_keep_is_not_remembered() {
    let server = Server::start().await;
    let fetcher = server.fetcher();
    for _ in 0..2 {
        one(&fetcher, &server.url("fresh")).await.unwrap();
    }
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let server = Server::start().await;
    let fetcher = server.fetcher();
    assert_eq!(one(&fetcher, &server.url("late")).await, Err(Cause::Status(503)));
    assert_eq!(one(&fetcher, &server.url("late")).await.unwrap().mime, "image/png");
}

#[tokio::test]
async fn what_is_remembered_has_a_bound() {
    let server = Server::start().await;
    let fetcher = fetcher(config::Media { cache_bytes: MIB as u64, ..server.settings() });
    for file in ["half/1", "half/2", "half/3"] {
        one(&fetcher, &server.url(file)).await.unwrap();
    }
    fetcher.kept.run_pending_tasks().await;
    assert!(fetcher.kept.weighted_size() <= MIB as u64);
    assert_eq!(fetcher.kept.entry_count(), 1);
}

#[tokio::test]
async fn callers_of_the_same_file_share_one_fetch() {
    let server = Server::start().await;
    let fetcher = Arc::new(server.fetcher());
    let url = server.url("crowd");
    let fetches = (0..20).map(|_| one(&fetcher, &url));
    let files = futures_util::future::join_all(fetches).await;
    assert!(files.iter().all(Result::is_ok));
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn so_many_files_are_fetched_at_once_and_no_more() {
    let server = Server::start().await;
    let fetcher = fetcher(config::Media { max_concurrent: 2, ..server.settings() });
    let calls = (0..3).map(|call| {
        let urls: Vec<String> = (0..4).map(|file| server.url(&format!("crowd/{call}-{file}"))).collect();
        let fetcher = &fetcher;
        async move { fetcher.fetch(&urls).await.map(|files| files.len()) }
    });
    assert_eq!(futures_util::future::join_all(calls).await, [Ok(4), Ok(4), Ok(4)]);
    assert_eq!(server.seen.most_at_once.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn all_files_of_a_call_have_a_bound() {
    let server = Server::start().await;
    let fetcher = fetcher(config::Media { max_call_bytes: MIB as u64, ..server.settings() });
    let urls = |count: usize| (0..count).map(|file| server.url(&format!("half/{file}"))).collect::<Vec<_>>();
    assert_eq!(fetcher.fetch(&urls(2)).await.unwrap().len(), 2);
    let refusal = fetcher.fetch(&urls(3)).await.unwrap_err();
    assert_eq!(refusal, Refusal { url: server.url("half/2"), cause: Cause::CallTooLarge(MIB as u64) });
    assert_eq!(fetcher.fetch(&urls(101)).await.unwrap_err().cause, Cause::TooMany(100));
}

#[tokio::test]
async fn an_operator_may_forbid_fetching() {
    let server = Server::start().await;
    let fetcher = fetcher(config::Media { is_fetched: false, ..server.settings() });
    assert_eq!(one(&fetcher, &server.url("png")).await, Err(Cause::Off));
    assert_eq!(fetcher.fetch(&[]).await, Ok(Vec::new()));
    assert_eq!(server.hits(), 0);
}
