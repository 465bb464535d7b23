//! The proxy as HTTP knows it: `CONNECT` opens a tunnel, a request with a whole URL is sent on.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Mood, Shared, Way, pass_on};

type Body = BoxBody<Bytes, hyper::Error>;

/// Serves one connection.
pub(super) async fn serve(tcp: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, request).await) }
    });
    let server = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tcp), service);
    server.with_upgrades().await.map_err(io::Error::other)
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Body> {
    if !is_welcome(shared, request.headers()) {
        let mut refused = empty(StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        refused.headers_mut().insert(header::PROXY_AUTHENTICATE, http::HeaderValue::from_static("Basic"));
        return refused;
    }
    if shared.mood() == Mood::Refusing {
        return empty(StatusCode::FORBIDDEN);
    }
    let led = if request.method() == Method::CONNECT {
        tunnel(shared, request).await
    } else {
        forward(shared, request).await
    };
    led.unwrap_or_else(|_| empty(StatusCode::BAD_GATEWAY))
}

fn is_welcome(shared: &Shared, headers: &HeaderMap) -> bool {
    let given = headers.get(header::PROXY_AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| STANDARD.decode(value.strip_prefix("Basic ")?).ok());
    let given = given.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (name, password) = given.split_once(':').unwrap_or_default();
    shared.is_welcome(name, password)
}

async fn tunnel(shared: &Shared, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let upstream = shared.dial(Way::Tunnel, request.uri().to_string()).await?;
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            pass_on(TokioIo::new(upgraded), upstream).await;
        }
    });
    Ok(empty(StatusCode::OK))
}

async fn forward(shared: &Shared, mut request: Request<Incoming>) -> io::Result<Response<Body>> {
    let uri = request.uri().clone();
    let (Some(host), Some("http")) = (uri.host(), uri.scheme_str()) else {
        return Ok(empty(StatusCode::BAD_REQUEST));
    };
    let upstream = shared.dial(Way::Forward, format!("{host}:{}", uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(upstream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    *request.uri_mut() = uri.path_and_query().map_or_else(|| Uri::from_static("/"), |path| Uri::from(path.clone()));
    request.headers_mut().remove(header::PROXY_AUTHORIZATION);
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    Ok(response.map(BodyExt::boxed))
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed());
    *response.status_mut() = status;
    response
}
