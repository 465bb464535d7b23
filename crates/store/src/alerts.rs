//! Alerts: what somebody has to look at, each once however often it is seen.

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::alert::Alert;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::AlertId;

use crate::entities::alert;
use crate::store::{corrupt, db};
use crate::text::fitted;
use crate::{MAX_PAGE_SIZE, Page, PageRequest, Store, StoreError, What};

const KIND_CHARS: usize = 64;
const SUBJECT_CHARS: usize = 255;
const MESSAGE_CHARS: usize = 4_000;
/// Others may raise and resolve the same alert at the same moment, but hardly for so many times.
const ATTEMPTS: usize = 5;
/// See [`alert::Model::closed_as`].
const OPEN: i64 = 0;

impl Store {
    /// Raises an alert, or counts it once more where it is open already, and returns it as it is now: a count of 1 is
    /// news. Texts that are too long are cut, because an alert must not be lost over its wording.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn raise_alert(
        &self,
        kind: &str,
        subject: &str,
        message: &str,
        now: Timestamp,
    ) -> Result<Alert, StoreError> {
        let seen = Seen { about: About::new(kind, subject), message: fitted(message, MESSAGE_CHARS), now };
        for _ in 0..ATTEMPTS {
            if self.count_again(&seen).await? {
                return self.latest(&seen.about).await;
            }
            match self.insert_alert(&seen).await {
                Ok(()) => return self.latest(&seen.about).await,
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable { reason: "others raise and resolve the same alert all the time".to_owned() })
    }

    /// Notes that what an alert was raised for is over. Returns whether one was open.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn resolve_alert(&self, kind: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
        let resolved = alert::Entity::update_many()
            .col_expr(alert::Column::ClosedAs, Expr::col(alert::Column::Id))
            .col_expr(alert::Column::ResolvedAt, Expr::value(now.0))
            .filter(About::new(kind, subject).is_open());
        let resolved = resolved.exec(self.writer()).await.map_err(db(What::Alert))?;
        Ok(resolved.rows_affected > 0)
    }

    /// Returns alerts, the one raised last first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_alerts(&self, open_only: bool, page: PageRequest) -> Result<Page<Alert>, StoreError> {
        let page = page.bounded();
        let mut wanted = alert::Entity::find();
        if open_only {
            wanted = wanted.filter(alert::Column::ClosedAs.eq(OPEN));
        }
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::Alert))?;
        let rows = wanted
            .order_by_desc(alert::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::Alert))?;
        Ok(Page { items: rows.into_iter().map(to_alert).collect::<Result<_, _>>()?, total })
    }

    /// Forgets alerts that were resolved before `before`, the oldest first, at most `max_rows` and at most
    /// [`MAX_PAGE_SIZE`] at once, and returns how many; 0 means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_alerts_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let ids: Vec<i64> = alert::Entity::find()
            .select_only()
            .column(alert::Column::Id)
            .filter(alert::Column::ResolvedAt.lt(before.0))
            .order_by_asc(alert::Column::ResolvedAt)
            .limit(max_rows.clamp(0, MAX_PAGE_SIZE))
            .into_tuple()
            .all(self.writer())
            .await
            .map_err(db(What::Alert))?;
        if ids.is_empty() {
            return Ok(0);
        }
        let over = alert::Entity::delete_many().filter(alert::Column::Id.is_in(ids));
        over.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::Alert))
    }

    async fn count_again(&self, seen: &Seen) -> Result<bool, StoreError> {
        let counted = alert::Entity::update_many()
            .col_expr(alert::Column::Count, Expr::col(alert::Column::Count).add(1_i64))
            .col_expr(alert::Column::LastSeenAt, Expr::value(seen.now.0))
            .col_expr(alert::Column::Message, Expr::value(seen.message.as_str()))
            .filter(seen.about.is_open());
        let counted = counted.exec(self.writer()).await.map_err(db(What::Alert))?;
        Ok(counted.rows_affected > 0)
    }

    async fn insert_alert(&self, seen: &Seen) -> Result<(), StoreError> {
        let row = alert::ActiveModel {
            id: NotSet,
            kind: Set(seen.about.kind.clone()),
            subject: Set(seen.about.subject.clone()),
            message: Set(seen.message.clone()),
            raised_at: Set(seen.now.0),
            last_seen_at: Set(seen.now.0),
            count: Set(1),
            resolved_at: Set(None),
            closed_as: Set(OPEN),
        };
        let inserted = alert::Entity::insert(row).exec_without_returning(self.writer()).await;
        inserted.map(drop).map_err(db(What::Alert))
    }

    /// Returns the alert raised last, even if somebody has resolved it since.
    async fn latest(&self, about: &About) -> Result<Alert, StoreError> {
        let row = alert::Entity::find()
            .filter(about.is_same())
            .order_by_desc(alert::Column::Id)
            .one(self.writer())
            .await
            .map_err(db(What::Alert))?;
        row.ok_or(StoreError::NotFound { what: What::Alert }).and_then(to_alert)
    }
}

/// Something wrong, seen now.
struct Seen {
    about: About,
    message: String,
    now: Timestamp,
}

/// What makes two alerts the same.
struct About {
    kind: String,
    subject: String,
}

impl About {
    fn new(kind: &str, subject: &str) -> Self {
        // MySQL compares texts as if blanks at their ends were not there.
        let cut = |text: &str, chars| fitted(text.trim(), chars).trim_end().to_owned();
        Self { kind: cut(kind, KIND_CHARS), subject: cut(subject, SUBJECT_CHARS) }
    }

    fn is_same(&self) -> SimpleExpr {
        alert::Column::Kind.eq(self.kind.as_str()).and(alert::Column::Subject.eq(self.subject.as_str()))
    }

    fn is_open(&self) -> SimpleExpr {
        self.is_same().and(alert::Column::ClosedAs.eq(OPEN))
    }
}

fn to_alert(row: alert::Model) -> Result<Alert, StoreError> {
    let count = u64::try_from(row.count);
    Ok(Alert {
        id: AlertId(row.id),
        count: count.map_err(|_| corrupt(What::Alert, row.id, "its count is negative"))?,
        kind: row.kind,
        subject: row.subject,
        message: row.message,
        raised_at: Timestamp(row.raised_at),
        last_seen_at: Timestamp(row.last_seen_at),
        resolved_at: row.resolved_at.map(Timestamp),
    })
}
