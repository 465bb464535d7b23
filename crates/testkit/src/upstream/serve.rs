//! Accepting connections and answering requests: record, check, compose, deliver.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::log::{Guard, Received};
use super::wire::{Connection, Wire};
use super::{Playing, Shared};
use crate::call::{Call, Inbound};
use crate::contract;
use crate::delivery::{self, AnswerBody, Plan};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::script::{Act, Answer, Contract, Raw};

const MAX_BODY_BYTES: usize = 512 * 1024 * 1024;
/// When no socket can be had (too many open files), the acceptor rests for so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until the upstream stops.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve_connection(stream, Arc::clone(&shared), stop.clone());
                tasks.spawn(connection);
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, shared: Arc<Shared>, stop: CancellationToken) {
    // Without it small chunks would wait for the client's acknowledgement of the previous one.
    stream.set_nodelay(true).ok();
    let connection = Connection::default();
    let wire = TokioIo::new(Wire::new(stream, connection.clone()));
    let service = service_fn(move |request| answer(Arc::clone(&shared), connection.clone(), request));
    let server = Builder::new(TokioExecutor::new());
    let serving = server.serve_connection(wire, service);
    tokio::select! {
        () = stop.cancelled() => {}
        // An error means that the client left or that the script broke the connection; both are in the log.
        _ = serving => {}
    }
}

async fn answer(
    shared: Arc<Shared>,
    connection: Connection,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, io::Error> {
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let raw = Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(io::Error::other)?.to_bytes();
    let number = shared.log.add(received(&head.method, &target, &head.headers, &raw));
    let guard = Guard::new(&shared.log, number);
    let inbound = inbound(head, raw);
    let plan = {
        let playing = shared.playing();
        respond(&shared, &playing, inbound, number)
    };
    // A client that leaves meanwhile drops this, and with it the guard.
    shared.released().await;
    delivery::deliver(plan, guard, connection).await
}

fn received(method: &http::Method, target: &str, headers: &HeaderMap, body: &Bytes) -> Received {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Received {
        number: 0,
        method: method.to_string(),
        target: target.to_owned(),
        headers: headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.clone(),
        at: SystemTime::now(),
        refusal: None,
    }
}

fn inbound(head: http::request::Parts, raw: Bytes) -> Result<Inbound, Failure> {
    let coding = head.headers.get("content-encoding").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = delivery::decoded(coding.as_deref(), raw)
        .map_err(|error| Failure::new(400, format!("the body cannot be decompressed: {error}")))?;
    let query = head.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let path = head.uri.path().to_owned();
    Ok(Inbound { method: head.method, path, query, headers: head.headers, body })
}

fn respond(shared: &Shared, playing: &Playing, inbound: Result<Inbound, Failure>, number: u64) -> Plan {
    let serial = shared.next_serial();
    let inbound = match inbound {
        Ok(inbound) => inbound,
        Err(failure) => {
            shared.log.refuse(number, &failure.message);
            let body = serde_json::json!({"error": {"message": failure.message}});
            return Plan::plain(Reply::error(failure.status, &body));
        }
    };
    if let Some(site) = shared.site.as_ref().filter(|_| inbound.path.starts_with("/api/")) {
        return site.respond(&inbound);
    }
    let script = &playing.script;
    let plain = Act::default();
    let mut call = Call {
        inbound: &inbound,
        settings: &shared.settings,
        act: &plain,
        contract: script.contract,
        address: shared.address,
        shelf: &shared.shelf,
        site: shared.site.as_deref(),
        serial,
    };
    let dialect = shared.settings.kind.dialect(&call);
    let request_id = call.id("req_", 24);
    let refused = |failure: &Failure| {
        shared.log.refuse(number, &failure.message);
        let reply = Reply::error(failure.status, &failure.body(dialect, &request_id));
        Plan::plain(shared.settings.kind.sign(reply, &request_id))
    };
    if let Err(failure) = check(&call) {
        return refused(&failure);
    }
    // Lists of models are asked for at any time by whoever watches an upstream; they never use up an act.
    let is_listing = inbound.method == http::Method::GET && inbound.segments().contains(&"models");
    let act = if is_listing { &plain } else { script.act(playing.count_call()) };
    call.act = act;
    match reply(&call) {
        Ok(reply) => {
            let signed = shared.settings.kind.sign(reply, &request_id);
            delivery::plan(signed, act, dialect, &request_id)
        }
        Err(Refused::Contract(failure)) => refused(&failure),
        Err(Refused::Script(failure)) => {
            let reply = Reply::error(failure.status, &failure.body(dialect, &request_id));
            delivery::plan(shared.settings.kind.sign(reply, &request_id), act, dialect, &request_id)
        }
    }
}

enum Refused {
    Contract(Failure),
    Script(Failure),
}

fn check(call: &Call<'_>) -> Result<(), Failure> {
    if call.contract == Contract::Off {
        return Ok(());
    }
    contract::check_head(call)?;
    call.settings.kind.authorize(call)
}

fn reply(call: &Call<'_>) -> Result<Reply, Refused> {
    // The vendor reads a request before it fails over something else, so the contract is checked for every act.
    let vendors = call.settings.kind.answer(call);
    match &call.act.answer {
        Answer::Vendor | Answer::Text { .. } | Answer::Hang => vendors.map_err(Refused::Contract),
        scripted => {
            if call.is_strict() {
                vendors.map_err(Refused::Contract)?;
            }
            scripted_reply(scripted).map_err(Refused::Script)
        }
    }
}

fn scripted_reply(answer: &Answer) -> Result<Reply, Failure> {
    match answer {
        Answer::Error { failure } => Err(failure.clone()),
        Answer::Raw(Raw { content_type, pieces }) => {
            Ok(Reply::stream(content_type, pieces.iter().map(|piece| piece.bytes.clone()).collect()))
        }
        Answer::Html { status } => {
            let page = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1>\
                        <p>The web server reported a bad gateway error.</p></body></html>\n";
            let code = http::StatusCode::from_u16(*status).unwrap_or(http::StatusCode::BAD_GATEWAY);
            Ok(Reply { status: code, ..Reply::whole("text/html; charset=UTF-8", page) })
        }
        Answer::Empty { status } => {
            let code = http::StatusCode::from_u16(*status).unwrap_or(http::StatusCode::OK);
            Ok(Reply { status: code, ..Reply::whole("application/json", Bytes::new()) })
        }
        Answer::Vendor | Answer::Text { .. } | Answer::Hang => Ok(Reply::whole("text/plain", Bytes::new())),
    }
}
