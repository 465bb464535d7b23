//! Reading the audit log.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, UserId};
use sluice_domain::trail::{End, Entry};
use sluice_domain::user::Role;
use sluice_store::{PageRequest, StoreError, TrailFilter, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::paging::{open_cursor, seal_cursor};
use crate::admin::wire::{At, Envelope, Failure, PageQuery, PageView, Params, Problem, Reply, found};

pub(in crate::admin) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_entries)).serve(routes!(read_entry))
}

/// A change that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntryView)]
struct EntryView {
    /// The id that the client got as `x-sluice-call`.
    id: String,
    /// When it was asked for, Unix seconds.
    created_at: i64,
    /// The same in milliseconds.
    created_at_ms: i64,
    /// Who asked; `null` for a stranger.
    user_id: Option<i64>,
    /// Login name at that time.
    username: String,
    /// Role at that time.
    role: i32,
    /// How the user proved to be one: `session`, `token` or `login`.
    proof: String,
    /// Method and path as this document has them, such as `PUT /api/user`.
    action: String,
    /// Path of what was changed; empty where nothing can be named.
    subject: String,
    /// Where the request came from.
    client_ip: String,
    /// HTTP status of the answer; `null` while it is under way, and for good where the process died meanwhile.
    status: Option<u16>,
    /// Whether it was done; `null` like `status`.
    success: Option<bool>,
    /// Stable code of the failure; empty for none.
    code: String,
    /// What it was before; `null` where there was nothing to see, and for administrators where root made the change.
    #[schema(value_type = Option<serde_json::Value>)]
    before: Option<Box<RawValue>>,
    /// What it was afterwards; `null` like `before`.
    #[schema(value_type = Option<serde_json::Value>)]
    after: Option<Box<RawValue>>,
}

impl EntryView {
    fn of(entry: Entry, me: &Identity) -> Self {
        let role = entry.actor.as_ref().map_or(0, |actor| actor.role);
        // Settings are for root's eyes.
        let may_look = me.user.role == Role::Root || role < Role::Root.number();
        let read = |json: Option<String>| json.filter(|_| may_look).and_then(|json| RawValue::from_string(json).ok());
        let (user_id, username, proof) = match entry.actor {
            Some(actor) => (Some(actor.id.0), actor.name, actor.proof),
            None => (None, String::new(), String::new()),
        };
        let success = entry.end.as_ref().map(End::is_success);
        let (status, code, after) = match entry.end {
            Some(end) => (Some(end.status), end.code, end.after),
            None => (None, String::new(), None),
        };
        Self {
            id: entry.id.to_string(),
            created_at: entry.at.unix_secs(),
            created_at_ms: entry.at.0,
            user_id,
            username,
            role,
            proof,
            action: entry.action,
            subject: entry.subject,
            client_ip: entry.address.map(|address| address.to_string()).unwrap_or_default(),
            status,
            success,
            code,
            before: read(entry.before),
            after: read(after),
        }
    }
}

/// Which entries are wanted; absent parameters do not restrict.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryQuery {
    /// Name or id of the user who made the change.
    user: Option<String>,
    /// Method and path as this document has them, such as `PUT /api/user/`.
    action: Option<String>,
    /// Path of what was changed, such as `/api/user/5`, or of a list, such as `/api/provider`.
    subject: Option<String>,
    /// `all` (default), `success` or `error`.
    status: Option<String>,
    /// Asked for at this time or later, Unix seconds.
    from: Option<i64>,
    /// Asked for before this time, Unix seconds.
    to: Option<i64>,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl EntryQuery {
    async fn filter(&self, state: &AdminState) -> Result<TrailFilter, Failure> {
        let succeeded = match filled(self.status.as_ref()) {
            None | Some("all") => None,
            Some("success") => Some(true),
            Some("error") => Some(false),
            Some(other) => {
                let failure = Problem::FilterInvalid.with("name", "status").with("value", other);
                return Err(failure.with("expected", "`all`, `success`, `error`"));
            }
        };
        let actor = match filled(self.user.as_ref()) {
            None => None,
            Some(named) => Some(find_user(state, named).await?),
        };
        let time = |secs: Option<i64>| secs.map(|secs| Timestamp(secs.saturating_mul(1_000)));
        let path = |text: Option<&String>| filled(text).map(|text| text.trim_end_matches('/').to_owned());
        Ok(TrailFilter {
            actor,
            action: path(self.action.as_ref()),
            subject: path(self.subject.as_ref()),
            succeeded,
            since: time(self.from),
            until: time(self.to),
        })
    }
}

async fn find_user(state: &AdminState, named: &str) -> Result<UserId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(UserId(id));
    }
    let login = state.store.find_login(named).await?;
    login.map(|login| login.user.id).ok_or_else(|| Problem::NotFound.with("what", What::User))
}

/// Who changed what, newest first. Page by `next_cursor`; with `p`, `total` stops counting at 10,000.
#[utoipa::path(get, path = "/api/audit/", tag = "Audit", params(PageQuery, EntryQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<EntryView>>)))]
async fn list_entries(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<EntryQuery>,
) -> Reply<PageView<EntryView>> {
    let filter = query.filter(&state).await?;
    let Some(cursor) = &page.cursor else {
        let request = PageRequest::nth(page.number(), page.size());
        let entries = state.store.page_entries(&filter, request).await?;
        let after = entries.items.last().map(|entry| seal_cursor(&place_after(entry)));
        let view = PageView::of(entries, request, |entry| EntryView::of(entry, &me));
        let next_cursor = after.filter(|_| view.has_more);
        return found(PageView { next_cursor, ..view });
    };
    let content = open_cursor(cursor)?;
    let after = content.strip_prefix("audit:").and_then(|id| Uuid::try_parse(id).ok()).ok_or(Problem::CursorInvalid)?;
    // One more than asked tells whether a page follows.
    let entries = state.store.list_entries(&filter, Some(CallId(after)), page.size() + 1).await?;
    found(PageView::beginning(entries, page.size(), place_after).map(|entry| EntryView::of(entry, &me)))
}

fn place_after(entry: &Entry) -> String {
    format!("audit:{}", entry.id)
}

/// One entry of the audit log.
#[utoipa::path(get, path = "/api/audit/{id}", tag = "Audit",
    params(("id" = String, Path, description = "Id, as named by `x-sluice-call`.")),
    responses((status = 200, description = "The entry.", body = Envelope<EntryView>)))]
async fn read_entry(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At(id): At<String>,
) -> Reply<EntryView> {
    let missing = || Failure::from(StoreError::NotFound { what: What::AuditEntry });
    let id = Uuid::try_parse(&id).map(CallId).map_err(|_| missing())?;
    let entry = state.store.find_entry(id).await?.ok_or_else(missing)?;
    found(EntryView::of(entry, &me))
}
