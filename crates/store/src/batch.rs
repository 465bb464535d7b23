//! Many rows in one transaction, where rows that exist already are no error.
//!
//! Insert first and read the unique violation: counting what an upsert did differs by database.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IdenStatic, Iterable, TransactionTrait,
};

use crate::dialect::{self, Fault};
use crate::store::{commit, db};
use crate::{Store, StoreError, What};

/// Rows that one step of a purge deletes, so that it never holds others up for long.
pub(crate) const PURGE_STEP: u64 = 500;
/// Rows of the largest statement; a row of calls may be 40 kB, and MySQL takes 16 MiB by default.
const MAX_CHUNK: usize = 256;

/// Rows to insert.
pub(crate) struct Batch<A> {
    rows: Vec<A>,
    what: What,
}

impl<A> Batch<A> {
    pub(crate) const fn new(rows: Vec<A>, what: What) -> Self {
        Self { rows, what }
    }
}

impl Store {
    /// Inserts the rows that do not exist yet and returns how many those were.
    pub(crate) async fn insert_new<A>(&self, batch: Batch<A>) -> Result<usize, StoreError>
    where
        A: ActiveModelTrait + Clone + Send + Sync,
    {
        if batch.rows.is_empty() {
            return Ok(0);
        }
        let tx = self.begin_write().await?;
        match insert_all(&tx, &batch.rows).await {
            Ok(()) => {
                commit(tx).await?;
                return Ok(batch.rows.len());
            }
            Err(error) if dialect::classify(&error) == Fault::Unique => {}
            Err(error) => return Err(db(batch.what)(error)),
        }
        tx.rollback().await.map_err(db(batch.what))?;
        let tx = self.begin_write().await?;
        let written = insert_missing(&tx, &batch.rows).await.map_err(db(batch.what))?;
        commit(tx).await?;
        Ok(written)
    }
}

/// Inserts all rows; one that exists already fails them all.
pub(crate) async fn insert_all<A>(tx: &DatabaseTransaction, rows: &[A]) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Clone + Send + Sync,
{
    for chunk in chunks(rows, chunk_limit::<A>(tx)) {
        insert(tx, chunk).await?;
    }
    Ok(())
}

/// Inserts chunk by chunk, and row by row where a chunk holds a row that exists. Savepoints keep what is good:
/// PostgreSQL gives up a transaction at its first error.
async fn insert_missing<A>(tx: &DatabaseTransaction, rows: &[A]) -> Result<usize, DbErr>
where
    A: ActiveModelTrait + Clone + Send + Sync,
{
    let mut written = 0;
    for chunk in chunks(rows, chunk_limit::<A>(tx)) {
        if insert_or_undo(tx, chunk).await? {
            written += chunk.len();
            continue;
        }
        for row in chunk.chunks(1) {
            written += usize::from(insert_or_undo(tx, row).await?);
        }
    }
    Ok(written)
}

async fn insert_or_undo<A>(tx: &DatabaseTransaction, rows: &[A]) -> Result<bool, DbErr>
where
    A: ActiveModelTrait + Clone + Send + Sync,
{
    let savepoint = tx.begin().await?;
    match insert(&savepoint, rows).await {
        Ok(()) => savepoint.commit().await.map(|()| true),
        Err(error) if dialect::classify(&error) == Fault::Unique => savepoint.rollback().await.map(|()| false),
        Err(error) => Err(error),
    }
}

/// Inserts rows whose columns are all set. The ORM's own way asks for every value of every row how its column is cast,
/// which shows at thousands of rows a second.
async fn insert<A>(tx: &DatabaseTransaction, rows: &[A]) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Clone + Send + Sync,
{
    let columns = || <A::Entity as EntityTrait>::Column::iter();
    let mut statement = Query::insert().into_table(A::Entity::default()).columns(columns()).take();
    for row in rows {
        let value = |column: <A::Entity as EntityTrait>::Column| {
            let value = row.get(column).into_value();
            value.map(Expr::value).ok_or_else(|| DbErr::AttrNotSet(column.as_str().to_owned()))
        };
        let values = columns().map(value).collect::<Result<Vec<_>, _>>()?;
        statement.values(values).map_err(|error| DbErr::Custom(error.to_string()))?;
    }
    tx.execute(&statement).await.map(drop)
}

fn chunk_limit<A: ActiveModelTrait>(tx: &DatabaseTransaction) -> usize {
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    (dialect::max_binds(tx.get_database_backend()) / columns).clamp(1, MAX_CHUNK)
}

/// Cuts `rows` into chunks whose lengths are powers of two, longest first: whatever the length of a batch, the
/// database prepares a handful of statements and not one per length.
pub(crate) fn chunks<T>(rows: &[T], limit: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let longest = rest.len().min(limit).checked_ilog2()?;
        let (chunk, after) = rest.split_at_checked(1 << longest)?;
        rest = after;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chunks_are_the_whole_in_order_and_of_few_lengths(length in 0_usize..3_000, limit in 1_usize..700) {
            let rows: Vec<usize> = (0..length).collect();
            let cut: Vec<&[usize]> = chunks(&rows, limit).collect();
            prop_assert_eq!(cut.concat(), rows.as_slice());
            prop_assert!(cut.iter().all(|chunk| chunk.len() <= limit && chunk.len().is_power_of_two()));
        }
    }
}
