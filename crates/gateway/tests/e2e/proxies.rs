//! Outbound proxies of every kind, for calls and for what is asked beside them; and what happens when one does not do its
//! work.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use sluice_testkit::proxy::{Led, Mood, Proxy, ProxyKind, Way};
use sluice_testkit::site::{Generation, Site, SiteFacts};
use sluice_testkit::{Contract, Kind, Script, Upstream};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::database::Database;
use crate::gateway::{Gateway, KEY, Launch, eventually, provider, with};

const USER: (&str, &str) = ("me", "p@ss:word");
/// The same in a URL.
const IN_URL: &str = "me:p%40ss%3Aword";

async fn upstream() -> Upstream {
    Upstream::start(Kind::OpenAi, Script::default()).await.unwrap()
}

fn behind(mut provider: Value, proxy_url: &str, base_url: &str) -> Value {
    provider["base_url"] = json!(base_url);
    with(provider, json!({"proxy_url": proxy_url, "timeouts": {"connect_ms": 1_500, "first_byte_ms": 2_500}}))
}

fn question(is_stream: bool, bytes: usize) -> String {
    let text = "word ".repeat(bytes / 5 + 1);
    json!({"model": "m", "stream": is_stream, "messages": [{"role": "user", "content": text}]}).to_string()
}

/// Makes a plain, a streamed and a large call.
async fn call_in_every_way(gateway: &Gateway) {
    for (is_stream, bytes) in [(false, 10), (true, 10), (false, 3_000_000), (true, 3_000_000)] {
        let answer = gateway.call(gateway.post("/v1/chat/completions", question(is_stream, bytes))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.text().contains("[DONE]"), is_stream, "{}", answer.text());
    }
}

fn led(way: Way, place: String) -> Led {
    Led { way, place }
}

#[tokio::test]
async fn calls_go_through_proxies_of_every_kind_and_connections_are_used_again() {
    let kinds = [
        ("http", ProxyKind::Http, Way::Forward, "localhost"),
        ("socks5h", ProxyKind::Socks5, Way::Tunnel, "localhost"),
        ("socks5", ProxyKind::Socks5, Way::Tunnel, "127.0.0.1"),
    ];
    for (scheme, kind, way, seen_host) in kinds {
        for user in [None, Some(USER)] {
            let (upstream, proxy) = (upstream().await, Proxy::start(kind, user).await.unwrap());
            let proof = user.map(|_| format!("{IN_URL}@")).unwrap_or_default();
            let url = format!("{scheme}://{proof}{}", proxy.address());
            let port = upstream.address().port();
            let declared = behind(provider("p", &upstream, json!(["m"])), &url, &format!("http://localhost:{port}"));
            let gateway = Gateway::before(vec![declared]).await;
            call_in_every_way(&gateway).await;
            call_in_every_way(&gateway).await;
            let places = proxy.led();
            assert!(
                places.iter().all(|place| *place == led(way, format!("{seen_host}:{port}"))),
                "{scheme}: {places:?}"
            );
            // A tunnel stays open from one call to the next: at most one for each relay thread.
            let most = if way == Way::Tunnel { 2 } else { 8 };
            assert!((1..=most).contains(&places.len()), "{scheme}: {places:?}");
            assert_eq!(upstream.requests().len(), 8, "{scheme}");
            assert!(upstream.requests().iter().all(|sent| sent.header("proxy-authorization").is_none()));
            gateway.finish().await;
        }
    }
}

/// Speaks TLS as `localhost` in front of what listens at `target`.
async fn tls_front(dir: &Path, name: &str, target: SocketAddr) -> u16 {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    std::fs::write(dir.join(name), made.cert.pem()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut inner = TcpStream::connect(target).await.unwrap();
                if let Ok(mut outer) = acceptor.accept(tcp).await {
                    tokio::io::copy_bidirectional(&mut outer, &mut inner).await.ok();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn secret_calls_go_through_tunnels_also_to_proxies_that_speak_tls() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    // It stands behind another address than its own.
    let script = Script::default().with_contract(Contract::Off);
    let upstream = Upstream::start(Kind::OpenAi, script).await.unwrap();
    let proxy = Proxy::start(ProxyKind::Http, Some(USER)).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let secure_upstream = tls_front(dir.path(), "upstream.pem", upstream.address()).await;
    let secure_proxy = tls_front(dir.path(), "proxy.pem", proxy.address()).await;
    let pem = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let roots = dir.path().join("roots.pem");
    std::fs::write(&roots, pem("upstream.pem") + &pem("proxy.pem")).unwrap();
    let urls = [format!("http://{IN_URL}@{}", proxy.address()), format!("https://{IN_URL}@localhost:{secure_proxy}")];
    for url in urls {
        let before = proxy.led().len();
        let base = format!("https://localhost:{secure_upstream}");
        let declared = behind(provider("p", &upstream, json!(["m"])), &url, &base);
        let config = json!({"providers": [declared], "keys": [{"name": "k", "secret": KEY}]});
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sluice.yaml"), config.to_string()).unwrap();
        let variables = [("SSL_CERT_FILE", roots.display().to_string())];
        let gateway = Gateway::start_as(folder, Launch::of(Some("sluice.yaml"), &variables)).await;
        call_in_every_way(&gateway).await;
        let places = proxy.led().split_off(before);
        assert!((1..=2).contains(&places.len()), "{url}: {places:?}");
        assert!(places.iter().all(|place| *place == led(Way::Tunnel, format!("localhost:{secure_upstream}"))));
        gateway.finish().await;
    }
}

/// A proxy that does not do its work, as a URL, and what keeps it that way.
async fn bad_proxies(kind: ProxyKind, scheme: &str) -> Vec<(String, Proxy)> {
    let mut bad = Vec::new();
    for mood in [Mood::Refusing, Mood::Silent] {
        let proxy = Proxy::start(kind, None).await.unwrap();
        proxy.set_mood(mood);
        bad.push((format!("{scheme}://{}", proxy.address()), proxy));
    }
    let strict = Proxy::start(kind, Some(USER)).await.unwrap();
    bad.push((format!("{scheme}://me:hunter2wrong@{}", strict.address()), strict));
    let gone = Proxy::start(kind, None).await.unwrap();
    gone.stop();
    bad.push((format!("{scheme}://{}", gone.address()), gone));
    bad
}

#[tokio::test]
async fn a_proxy_that_does_not_do_its_work_is_named_and_the_call_goes_elsewhere() {
    for (kind, scheme) in [(ProxyKind::Http, "http"), (ProxyKind::Socks5, "socks5h")] {
        for (url, _proxy) in bad_proxies(kind, scheme).await {
            let upstream = upstream().await;
            let base = upstream.base_url();
            let proxied = behind(provider("proxied", &upstream, json!(["m"])), &url, &base);
            let direct = with(provider("direct", &upstream, json!(["m"])), json!({"priority": -1}));
            let gateway = Gateway::before(vec![proxied, direct]).await;
            let started = Instant::now();
            let answer = gateway.call(gateway.post("/v1/chat/completions", question(false, 10))).await;
            assert_eq!(answer.status, 200, "{url}: {}", answer.text());
            assert!(started.elapsed() < Duration::from_secs(8), "{url}: {:?}", started.elapsed());
            let alone = json!({"model": "proxied/m", "messages": [{"role": "user", "content": "hi"}]}).to_string();
            let refused = gateway.call(gateway.post("/v1/chat/completions", alone)).await;
            // What a proxy says to a call without TLS cannot be told from what the upstream says, so a 403 comes as one.
            let least = if kind == ProxyKind::Http { 403 } else { 500 };
            assert!(refused.status >= least, "{url}: {}", refused.text());
            let log = gateway.log();
            assert!(!log.contains("hunter2wrong"), "a password is logged");
            gateway.finish().await;
        }
    }
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_given_up_by_the_connect_timeout() {
    for (kind, scheme) in [(ProxyKind::Http, "http"), (ProxyKind::Socks5, "socks5h")] {
        let (upstream, proxy) = (upstream().await, Proxy::start(kind, None).await.unwrap());
        proxy.set_mood(Mood::Silent);
        let url = format!("{scheme}://{}", proxy.address());
        let mut proxied = behind(provider("proxied", &upstream, json!(["m"])), &url, "https://localhost:1");
        proxied["timeouts"] = json!({"connect_ms": 700, "first_byte_ms": 60_000});
        let direct = with(provider("direct", &upstream, json!(["m"])), json!({"priority": -1}));
        let gateway = Gateway::before(vec![proxied, direct]).await;
        let started = Instant::now();
        let answer = gateway.call(gateway.post("/v1/chat/completions", question(false, 10))).await;
        assert_eq!(answer.status, 200, "{scheme}: {}", answer.text());
        assert!(started.elapsed() < Duration::from_secs(20), "{scheme}: {:?}", started.elapsed());
        let attempts = gateway.record(answer.call()).await["attempts"].clone();
        let error = attempts[0]["error"].as_str().unwrap_or_default();
        assert!(error.ends_with("the upstream's proxy opened no connection within 700 ms"), "{scheme}: {attempts}");
        assert_eq!(attempts[1]["provider_name"], "direct", "{scheme}: {attempts}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn what_is_asked_of_a_site_goes_through_its_providers_proxy_too() {
    for (kind, scheme) in [(ProxyKind::Http, "http"), (ProxyKind::Socks5, "socks5h")] {
        let proxy = Proxy::start(kind, Some(USER)).await.unwrap();
        let facts = SiteFacts::new(Generation::Latest).filled(2, 2, &["default"]);
        let (upstream, _site) = Upstream::start_site(Site::new(facts), Script::default()).unwrap();
        let gateway = Gateway::start_on(&Database::file(), json!({})).await;
        let body = json!({"name": "site", "vendor": "newapi", "base_url": upstream.base_url(), "access_token": "management-token",
            "user_id": 7, "proxy_enabled": true, "proxy_url": format!("{scheme}://{IN_URL}@{}", proxy.address())});
        let made = gateway.admin(Method::POST, "/api/provider/", Some(body)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let id = made.json()["data"]["id"].as_i64().unwrap();
        let mut before = 0;
        for what in ["sync", "checkin", "test"] {
            let done = eventually("a turn", async || {
                let done = gateway.admin(Method::POST, &format!("/api/provider/{id}/{what}"), Some(json!({}))).await;
                (done.status != 409).then_some(done)
            })
            .await;
            assert_eq!(done.status, 200, "{what}: {}", done.text());
            let used = proxy.led().len();
            assert!(used > before, "{scheme}: {what} went another way");
            before = if kind == ProxyKind::Http { used } else { 0 };
        }
        proxy.stop();
        let failed = eventually("the failure", async || {
            gateway.admin(Method::POST, &format!("/api/provider/{id}/sync"), Some(json!({}))).await;
            let view = gateway.admin(Method::GET, &format!("/api/provider/{id}"), None).await.json()["data"].clone();
            (view["health_status"] == "unreachable").then_some(view)
        })
        .await;
        let reason = failed["health_failure_reason"].as_str().unwrap();
        assert!(reason.contains("through the proxy"), "{reason}");
        assert!(!failed.to_string().contains("p@ss") && !failed.to_string().contains("p%40ss"));
        gateway.finish().await;
    }
}
