//! The audit log: who changed what, when, from where, and how it was before and after. Not the audits of the ledger,
//! which are in `crate::money::audit`.
//!
//! [`keep`] stands before every handler, so that none can forget it. An entry is written before the handler runs and
//! completed after it: where the database cannot take the entry nothing is changed, and an entry without an end says
//! that the process died meanwhile. What a thing was and is comes from the API's own `GET`s, asked in the name of the
//! one who changes it; they show no secrets, and so none is in the log.

mod list;
mod subject;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body::Body as _;
use serde_json::Value;
use sluice_domain::id::CallId;
use sluice_domain::trail::{Actor, End, Entry};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;

use super::AdminState;
use super::access::{Identity, Proof};
use super::name::Named;
use super::wire::input::{MAX_BODY_BYTES, read_bytes};
use super::wire::{Failure, Problem};
use crate::server::client_address::ClientAddress;
pub(super) use list::endpoints;
use subject::{Places, Subject};

/// Tells the client under which id a change stands in the log.
pub(super) const ID_HEADER: HeaderName = HeaderName::from_static("x-sluice-call");
/// Longer values are left out of entries.
const MAX_SHOWN_BYTES: usize = 16 << 10;
/// `GET`s of the old gateways that change something.
const CHANGING_GETS: [&str; 2] = ["/api/user/logout", "/api/user/token"];
/// `POST`s that only look.
const LOOKING_POSTS: [&str; 2] = ["/api/route/preview", "/api/routing/rules/test"];
/// `POST`s that ask for many changes, each of which is kept by itself.
const MANY: [&str; 3] = ["/api/agg-token/bulk", "/api/provider/bulk", "/api/route/bulk"];
/// What strangers may do; their failures are not worth an entry.
const OF_STRANGERS: [&str; 4] = ["/api/setup", "/api/user/login", "/api/user/logout", "/api/user/register"];
/// Actions whose answer is what there is to say.
const TELLING: [&str; 9] = [
    "/api/job/{name}/run",
    "/api/ledger/verify",
    "/api/provider/checkin/run",
    "/api/provider/import",
    "/api/provider/{id}/checkin",
    "/api/provider/{id}/models",
    "/api/provider/{id}/prices/sync",
    "/api/provider/{id}/sync",
    "/api/route/rebuild",
];

/// Names what an answer made, where its data does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made(pub(super) i64);

/// What keeps the log.
#[derive(Clone)]
pub(super) struct Keeper {
    state: Arc<AdminState>,
    /// The API without the log.
    api: Router,
    places: Arc<Places>,
}

impl Keeper {
    pub(super) fn new(state: Arc<AdminState>, api: Router, document: &OpenApi) -> Self {
        Self { state, api, places: Arc::new(Places::of(document, &CHANGING_GETS)) }
    }
}

/// Returns whether a request changes something.
pub(super) fn is_change(method: &Method, template: &str) -> bool {
    let template = template.trim_end_matches('/');
    if method.is_safe() {
        return *method == Method::GET && CHANGING_GETS.contains(&template);
    }
    !LOOKING_POSTS.contains(&template) && !MANY.contains(&template)
}

/// Keeps the log of a request that changes something.
pub(super) async fn keep(State(keeper): State<Keeper>, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>().map(|path| path.as_str().trim_end_matches('/').to_owned());
    match template {
        Some(template) if is_change(request.method(), &template) => {
            keeper.run(template, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        Some(_) | None => next.run(request).await,
    }
}

impl Keeper {
    async fn run(&self, template: String, request: Request, next: Next) -> Result<Response, Failure> {
        let (request, body) = Self::read(request).await?;
        let asker = Asker::of(&request);
        let named = request.extensions().get::<Named>().copied();
        let identity = match Identity::of(request.headers(), &self.state).await {
            Ok(identity) => Some(identity),
            // The handler may have better luck, and would change something without an entry.
            Err(failure) if failure.problem().kind().status().is_server_error() => return Err(failure),
            Err(_) => None,
        };
        if identity.is_none() && !OF_STRANGERS.contains(&template.as_str()) {
            // The handler says what is wrong; nothing will be changed.
            return Ok(next.run(request).await);
        }
        let wanted = self.places.subject(request.method(), &template, request.uri().path(), &body);
        let subject = self.named(wanted, &body).await;
        let entry = Entry {
            id: named.map_or_else(|| new_id(&self.state), |Named(id)| id),
            at: self.state.clock.now(),
            actor: identity.as_ref().map(actor),
            action: format!("{} {template}", request.method()),
            subject: subject.to_text(),
            address: asker.address.map(|address| address.0),
            before: self.look(&asker, &subject).await,
            end: None,
        };
        if entry.actor.is_some() {
            self.state.store.begin_entry(&entry).await?;
        }
        let response = next.run(request).await;
        let (response, end, stranger) = self.end(&template, (&asker, &subject), response).await;
        Ok(self.complete(entry, (end, stranger), response).await)
    }

    /// Completes an entry, or writes that of a stranger who succeeded.
    async fn complete(
        &self,
        mut entry: Entry,
        (end, stranger): (End, Option<Actor>),
        mut response: Response,
    ) -> Response {
        let written = match (entry.actor.is_some(), end.is_success()) {
            (true, _) => self.state.store.end_entry(entry.id, &end).await,
            (false, true) => {
                entry.actor = stranger;
                entry.subject.clone_from(&end.subject);
                entry.end = Some(end);
                self.state.store.begin_entry(&entry).await
            }
            (false, false) => return response,
        };
        if let Err(error) = written {
            tracing::error!(entry.id = %entry.id, %error, "the end of a change is missing in the audit log");
        }
        if let Ok(id) = HeaderValue::from_str(&entry.id.to_string()) {
            response.headers_mut().insert(ID_HEADER, id);
        }
        response
    }

    /// Reads the body, which names what is changed, and puts it back.
    async fn read(request: Request) -> Result<(Request, Value), Failure> {
        let (parts, body) = request.into_parts();
        let bytes = read_bytes(body).await?;
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok((Request::from_parts(parts, Body::from(bytes)), value))
    }

    /// Finds a user that is named by name.
    async fn named(&self, subject: Subject, body: &Value) -> Subject {
        let (Subject::UserByName, Some(name)) = (&subject, body["username"].as_str()) else { return subject };
        match self.state.store.find_login(name.trim()).await {
            Ok(Some(login)) => Subject::One(format!("/api/user/{}", login.user.id)),
            Ok(None) | Err(_) => Subject::None,
        }
    }

    /// Returns what the API shows of the subject, as JSON; `None` where that is nothing.
    async fn look(&self, asker: &Asker, subject: &Subject) -> Option<String> {
        match subject {
            Subject::None | Subject::UserByName => None,
            Subject::One(path) => self.look_at(asker, path).await.map(|value| shown(&value)),
            Subject::Many(paths) => {
                let mut values = Vec::with_capacity(paths.len());
                for path in paths {
                    values.extend(self.look_at(asker, path).await);
                }
                Some(shown(&Value::Array(values)))
            }
        }
    }

    async fn look_at(&self, asker: &Asker, path: &str) -> Option<Value> {
        let mut request = Request::get(path).body(Body::empty()).ok()?;
        request.headers_mut().clone_from(&asker.headers);
        if let Some(address) = asker.address {
            request.extensions_mut().insert(address);
        }
        let response = self.api.clone().oneshot(request).await.ok()?;
        if response.status() != StatusCode::OK {
            return None;
        }
        let bytes = axum::body::to_bytes(response.into_body(), MAX_BODY_BYTES).await.ok()?;
        let mut envelope: Value = serde_json::from_slice(&bytes).ok()?;
        envelope.get_mut("data").map(Value::take)
    }

    /// Returns how it ended, and who a stranger turned out to be.
    async fn end(
        &self,
        template: &str,
        (asker, subject): (&Asker, &Subject),
        response: Response,
    ) -> (Response, End, Option<Actor>) {
        let code = response.extensions().get::<Failure>().map(|failure| failure.problem().kind().code());
        let status = response.status();
        let mut end = End {
            status: status.as_u16(),
            code: code.unwrap_or_default().to_owned(),
            subject: String::new(),
            after: None,
        };
        if !status.is_success() {
            return (response, end, None);
        }
        let made = response.extensions().get::<Made>().map(|made| Value::from(made.0));
        let (response, data) = read_answer(response).await;
        let made = self.places.made(
            template,
            asker.path(),
            &made.unwrap_or_else(|| data.get("id").cloned().unwrap_or_default()),
        );
        if let Some(path) = &made {
            end.subject.clone_from(path);
        }
        end.after = match made.map(Subject::One).as_ref().unwrap_or(subject) {
            Subject::None if TELLING.contains(&template) => Some(shown(&data)),
            subject => self.look(asker, subject).await,
        };
        (response, end, stranger(&data))
    }
}

/// Who asks, so that others can ask in their name.
struct Asker {
    path: String,
    headers: HeaderMap,
    address: Option<ClientAddress>,
}

impl Asker {
    fn of(request: &Request) -> Self {
        let proofs = [AUTHORIZATION, COOKIE].into_iter();
        let headers = proofs.filter_map(|name| request.headers().get(&name).map(|value| (name, value.clone())));
        let address = request.extensions().get::<ClientAddress>().copied();
        Self { path: request.uri().path().to_owned(), headers: headers.collect(), address }
    }

    fn path(&self) -> &str {
        self.path.trim_end_matches('/')
    }
}

fn new_id(state: &AdminState) -> CallId {
    CallId::new(u64::try_from(state.clock.now().0).unwrap_or(0), rand::random())
}

fn actor(identity: &Identity) -> Actor {
    let proof = match identity.proof {
        Proof::Session(_) => "session",
        Proof::AccessToken => "token",
    };
    let user = &identity.user;
    Actor { id: user.id, name: user.username.clone(), role: user.role.number(), proof: proof.to_owned() }
}

/// Returns who somebody is that logged in, or made an account, by the answer.
fn stranger(data: &Value) -> Option<Actor> {
    Some(Actor {
        id: sluice_domain::id::UserId(data["id"].as_i64()?),
        name: data["username"].as_str()?.to_owned(),
        role: i32::try_from(data["role"].as_i64()?).ok()?,
        proof: "login".to_owned(),
    })
}

/// Reads the data of an answer that is short JSON, and puts it back.
async fn read_answer(response: Response) -> (Response, Value) {
    let is_json =
        response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let is_short = response.body().size_hint().upper().is_some_and(|size| size <= MAX_BODY_BYTES as u64);
    if !is_json || !is_short {
        return (response, Value::Null);
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return (Failure::from(Problem::Internal).into_response(), Value::Null);
    };
    let data = serde_json::from_slice(&bytes)
        .map(|mut envelope: Value| envelope.get_mut("data").map(Value::take).unwrap_or_default());
    (Response::from_parts(parts, Body::from(bytes)), data.unwrap_or_default())
}

/// Returns a value as entries hold it.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= MAX_SHOWN_BYTES { text } else { format!("{{\"omitted_bytes\":{}}}", text.len()) }
}
