//! The audit log: who changed what, newest first.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, UserId};
use sluice_domain::trail::{Actor, End, Entry};
use uuid::Uuid;

use crate::entities::audit_entry::{self as entry, Column};
use crate::search::begins_with;
use crate::store::{corrupt, db};
use crate::text::{LONG_CHARS, NAME_CHARS, fitted};
use crate::{MAX_PAGE_SIZE, Page, PageRequest, Store, StoreError, What};

const PROOF_CHARS: usize = 16;
const PATH_CHARS: usize = 191;
const CODE_CHARS: usize = 64;
/// Where numbered pages stop counting.
const MAX_COUNT: u64 = 10_000;
/// Answers of this status and above are failures.
const FIRST_FAILURE: i32 = 400;

/// Which entries are wanted; absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Only what this user did.
    pub actor: Option<UserId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only what was done to this, or to something below it.
    pub subject: Option<String>,
    /// Only what was done (`true`), or was not (`false`).
    pub succeeded: Option<bool>,
    /// Only from this time on.
    pub since: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
}

impl Store {
    /// Writes an entry. Texts that are too long are cut.
    ///
    /// # Errors
    /// `Unavailable` when the database is away: what the entry is about must not be done then.
    pub async fn begin_entry(&self, new: &Entry) -> Result<(), StoreError> {
        let (actor, end) = (new.actor.as_ref(), new.end.as_ref());
        let row = entry::ActiveModel {
            id: Set(new.id.0.as_bytes().to_vec()),
            created_at: Set(new.at.0),
            actor_id: Set(actor.map(|actor| actor.id.0)),
            actor_name: Set(actor.map(|actor| fitted(&actor.name, NAME_CHARS)).unwrap_or_default()),
            actor_role: Set(actor.map_or(0, |actor| i64::from(actor.role))),
            proof: Set(actor.map(|actor| fitted(&actor.proof, PROOF_CHARS)).unwrap_or_default()),
            action: Set(fitted(&new.action, PATH_CHARS)),
            subject: Set(fitted(&new.subject, PATH_CHARS)),
            address: Set(new.address.map(|address| address.to_string())),
            status: Set(end.map(|end| i32::from(end.status))),
            code: Set(end.map(|end| fitted(&end.code, CODE_CHARS)).unwrap_or_default()),
            before_json: Set(new.before.as_ref().map(|json| fitted(json, LONG_CHARS))),
            after_json: Set(end.and_then(|end| end.after.as_ref()).map(|json| fitted(json, LONG_CHARS))),
        };
        let inserted = entry::Entity::insert(row).exec_without_returning(self.writer()).await;
        inserted.map(drop).map_err(db(What::AuditEntry))
    }

    /// Notes how a change ended.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; the entry then says for good that the end is not known.
    pub async fn end_entry(&self, id: CallId, end: &End) -> Result<(), StoreError> {
        let mut ended = entry::Entity::update_many()
            .col_expr(Column::Status, Expr::value(i32::from(end.status)))
            .col_expr(Column::Code, Expr::value(fitted(&end.code, CODE_CHARS)))
            .col_expr(Column::AfterJson, Expr::value(end.after.as_ref().map(|json| fitted(json, LONG_CHARS))));
        if !end.subject.is_empty() {
            ended = ended.col_expr(Column::Subject, Expr::value(fitted(&end.subject, PATH_CHARS)));
        }
        let ended = ended.filter(Column::Id.eq(id.0.as_bytes().to_vec())).exec(self.writer()).await;
        ended.map(drop).map_err(db(What::AuditEntry))
    }

    /// Returns at most `limit` entries older than `after`, newest first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_entries(
        &self,
        filter: &TrailFilter,
        after: Option<CallId>,
        limit: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut wanted = newest_first(filter).limit(limit.clamp(1, MAX_PAGE_SIZE));
        if let Some(after) = after {
            wanted = wanted.filter(Column::Id.lt(after.0.as_bytes().to_vec()));
        }
        let rows = wanted.all(self.reader()).await.map_err(db(What::AuditEntry))?;
        rows.into_iter().map(to_entry).collect()
    }

    /// Returns one numbered page of entries, newest first. `total` stops counting at 10,000, and pages beyond are empty.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn page_entries(&self, filter: &TrailFilter, page: PageRequest) -> Result<Page<Entry>, StoreError> {
        let page = page.bounded();
        let counted = newest_first(filter).limit(MAX_COUNT).count(self.reader());
        let total = counted.await.map_err(db(What::AuditEntry))?;
        if page.offset >= MAX_COUNT {
            return Ok(Page { items: Vec::new(), total });
        }
        let wanted = newest_first(filter).offset(page.offset).limit(page.limit);
        let rows = wanted.all(self.reader()).await.map_err(db(What::AuditEntry))?;
        Ok(Page { items: rows.into_iter().map(to_entry).collect::<Result<_, _>>()?, total })
    }

    /// Returns one entry, if it exists.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_entry(&self, id: CallId) -> Result<Option<Entry>, StoreError> {
        let wanted = entry::Entity::find_by_id(id.0.as_bytes().to_vec());
        wanted.one(self.reader()).await.map_err(db(What::AuditEntry))?.map(to_entry).transpose()
    }

    /// Forgets at most `max_rows` entries from before `before`, oldest first, at most [`MAX_PAGE_SIZE`] at once, and
    /// returns how many; fewer than asked means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_entries_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let ids: Vec<Vec<u8>> = entry::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.lt(first_id(before)))
            .order_by_asc(Column::Id)
            .limit(max_rows.min(MAX_PAGE_SIZE))
            .into_tuple()
            .all(self.writer())
            .await
            .map_err(db(What::AuditEntry))?;
        let Some(last) = ids.last() else { return Ok(0) };
        let old = entry::Entity::delete_many().filter(Column::Id.lte(last.clone())).exec(self.writer()).await;
        old.map(|deleted| deleted.rows_affected).map_err(db(What::AuditEntry))
    }
}

fn newest_first(filter: &TrailFilter) -> Select<entry::Entity> {
    let TrailFilter { actor, action, subject, succeeded, since, until } = filter;
    let ended = |succeeded| match succeeded {
        true => Column::Status.lt(FIRST_FAILURE),
        false => Column::Status.gte(FIRST_FAILURE),
    };
    let condition = Condition::all()
        .add_option(actor.map(|actor| Column::ActorId.eq(actor.0)))
        .add_option(action.as_ref().map(|action| Column::Action.eq(action.as_str())))
        .add_option(subject.as_ref().map(|subject| about(subject)))
        .add_option(succeeded.map(ended))
        .add_option(since.map(|since| Column::Id.gte(first_id(since))))
        .add_option(until.map(|until| Column::Id.lt(first_id(until))));
    entry::Entity::find().filter(condition).order_by_desc(Column::Id)
}

/// Returns the condition that an entry is about `subject` or something below it.
fn about(subject: &str) -> Condition {
    let subject = subject.trim_end_matches('/');
    Condition::any().add(Column::Subject.eq(subject)).add(begins_with(Column::Subject, &format!("{subject}/")))
}

/// Returns the smallest id of this time.
fn first_id(time: Timestamp) -> Vec<u8> {
    let ms = u64::try_from(time.0).map_or(0, |ms| ms.min((1 << 48) - 1));
    let mut id = (ms << 16).to_be_bytes().to_vec();
    id.resize(16, 0);
    id
}

fn to_entry(row: entry::Model) -> Result<Entry, StoreError> {
    let id = Uuid::from_slice(&row.id);
    let id = id.map_err(|_| corrupt(What::AuditEntry, hex::encode(&row.id), "its id is no UUID"))?;
    let actor = row.actor_id.map(|actor| Actor {
        id: UserId(actor),
        name: row.actor_name,
        role: i32::try_from(row.actor_role).unwrap_or(0),
        proof: row.proof,
    });
    let (code, after) = (row.code, row.after_json);
    let end = row.status.map(|status| End {
        status: u16::try_from(status).unwrap_or(0),
        code,
        subject: String::new(),
        after,
    });
    Ok(Entry {
        id: CallId(id),
        at: Timestamp(row.created_at),
        actor,
        action: row.action,
        subject: row.subject,
        address: row.address.and_then(|address| address.parse().ok()),
        before: row.before_json,
        end,
    })
}
