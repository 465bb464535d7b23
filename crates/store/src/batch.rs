//! Many rows in one transaction, where rows that exist already are no error.
//!
//! Insert first and read the unique violation: counting what an upsert did differs by database. The statements here are
//! put together by hand: an expression per value shows at thousands of rows a second.

use std::time::Duration;

use sea_orm::{DatabaseTransaction, ExecResult, TransactionTrait, Value};

use crate::dialect::Rewriting;
use crate::sql::Sql;
use crate::store::{commit, db};
use crate::{Store, StoreError, What};

/// Rows that one step of a purge deletes, so that it never holds others up for long.
pub(crate) const PURGE_STEP: u64 = 500;
/// How long one step of a purge that keeps a pace is to take at most.
const LONGEST_STEP: Duration = Duration::from_millis(4);
/// A step that waited for the disk is not rested from for longer.
const LONGEST_REST: Duration = Duration::from_millis(50);
const FEWEST_ROWS: u64 = 16;
const MOST_ROWS: u64 = 2_048;

/// How fast many rows with many indexes are purged: as many at a step as take a few milliseconds, and a rest as long after
/// it. Whoever writes meanwhile waits for one step at most, and has half of the time.
#[derive(Debug)]
pub(crate) struct Pace {
    rows: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: 4 * FEWEST_ROWS }
    }
}

impl Pace {
    /// Returns how many rows the next step has, if `left` are wanted.
    pub(crate) fn rows(&self, left: u64) -> u64 {
        self.rows.min(left)
    }

    /// Rests after a step that took so long.
    pub(crate) async fn rest(&mut self, took: Duration) {
        self.rows = match took {
            long if long > LONGEST_STEP => (self.rows / 2).max(FEWEST_ROWS),
            short if short < LONGEST_STEP / 3 => (self.rows * 2).min(MOST_ROWS),
            _ => self.rows,
        };
        tokio::time::sleep(took.min(LONGEST_REST)).await;
    }
}

/// What can be inserted.
pub(crate) trait Row {
    /// Table it goes into.
    const TABLE: &'static str;
    /// Columns that are set; none needs quotes on any database.
    const COLUMNS: &'static [&'static str];
    /// What errors are about.
    const WHAT: What;

    /// Appends one value for each of [`Row::COLUMNS`].
    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError>;
}

impl Store {
    /// Inserts the rows that do not exist yet and returns how many those were.
    pub(crate) async fn insert_new<R: Row + Sync>(&self, rows: &[R]) -> Result<usize, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let tx = self.begin_write().await?;
        match insert_all(&tx, rows).await {
            Ok(()) => {
                commit(tx).await?;
                return Ok(rows.len());
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        tx.rollback().await.map_err(db(R::WHAT))?;
        let tx = self.begin_write().await?;
        let written = insert_missing(&tx, rows).await?;
        commit(tx).await?;
        Ok(written)
    }
}

/// Inserts all rows; one that exists already fails them all with `Conflict`.
pub(crate) async fn insert_all<R: Row>(tx: &DatabaseTransaction, rows: &[R]) -> Result<(), StoreError> {
    for chunk in chunks(rows, Sql::new(tx).max_rows()) {
        insert(tx, chunk).await?;
    }
    Ok(())
}

/// Inserts chunk by chunk, and row by row where a chunk holds a row that exists. Savepoints keep what is good:
/// PostgreSQL gives up a transaction at its first error.
async fn insert_missing<R: Row>(tx: &DatabaseTransaction, rows: &[R]) -> Result<usize, StoreError> {
    let mut written = 0;
    for chunk in chunks(rows, Sql::new(tx).max_rows()) {
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

async fn insert_or_undo<R: Row>(tx: &DatabaseTransaction, rows: &[R]) -> Result<bool, StoreError> {
    let savepoint = tx.begin().await.map_err(db(R::WHAT))?;
    match insert(&savepoint, rows).await {
        Ok(()) => savepoint.commit().await.map(|()| true).map_err(db(R::WHAT)),
        Err(StoreError::Conflict { .. }) => savepoint.rollback().await.map(|()| false).map_err(db(R::WHAT)),
        Err(error) => Err(error),
    }
}

/// Inserts all rows, and adds `columns` to what is there where a row with the same `id` exists. No id may come twice.
pub(crate) async fn add_all<R: Row>(tx: &DatabaseTransaction, rows: &[R], columns: &[&str]) -> Result<(), StoreError> {
    for chunk in chunks(rows, Sql::new(tx).max_rows()) {
        let mut sql = insertion(tx, chunk)?;
        sql.push_addition(R::TABLE, columns);
        sql.execute(tx, R::WHAT).await?;
    }
    Ok(())
}

async fn insert<R: Row>(tx: &DatabaseTransaction, rows: &[R]) -> Result<(), StoreError> {
    insertion(tx, rows)?.execute(tx, R::WHAT).await.map(drop)
}

fn insertion<R: Row>(tx: &DatabaseTransaction, rows: &[R]) -> Result<Sql, StoreError> {
    let mut sql = Sql::new(tx);
    sql.push_insert_many(R::TABLE, R::COLUMNS);
    let mut values = Vec::with_capacity(rows.len() * R::COLUMNS.len());
    rows.iter().try_for_each(|row| row.push_values(&mut values))?;
    sql.push_rows(values, R::COLUMNS.len())?;
    Ok(sql)
}

/// Rows that exist, to be given other values.
pub(crate) struct Rewrite {
    /// Table they are in.
    pub(crate) table: &'static str,
    /// Column that they are found by.
    pub(crate) key: &'static str,
    /// Columns that change.
    pub(crate) columns: &'static [&'static str],
    /// What errors are about.
    pub(crate) what: What,
}

/// A row's key and its new values.
pub(crate) type Rewritten = (Value, Vec<Value>);

impl Rewrite {
    /// Writes the values of all rows; `NotFound` when one of them does not exist.
    pub(crate) async fn write(&self, tx: &DatabaseTransaction, rows: &[Rewritten]) -> Result<(), StoreError> {
        for chunk in chunks(rows, Sql::new(tx).max_rewritten()) {
            let done = self.write_chunk(tx, chunk).await?;
            if usize::try_from(done.rows_affected()) != Ok(chunk.len()) {
                return Err(StoreError::NotFound { what: self.what });
            }
        }
        Ok(())
    }

    async fn write_chunk(&self, tx: &DatabaseTransaction, rows: &[Rewritten]) -> Result<ExecResult, StoreError> {
        let mut sql = Sql::new(tx);
        sql.push_update_many(self.table);
        match sql.rewriting() {
            Rewriting::Joined => self.join(&mut sql, rows)?,
            Rewriting::Chosen => self.choose(&mut sql, rows),
        }
        sql.execute(tx, self.what).await
    }

    fn join(&self, sql: &mut Sql, rows: &[Rewritten]) -> Result<(), StoreError> {
        for (place, column) in self.columns.iter().enumerate() {
            // The first column of the list is the key.
            sql.push(&format!("{}{column} = v.column{}", if place == 0 { "" } else { ", " }, place + 2));
        }
        sql.push(" FROM (");
        let values = rows.iter().flat_map(|(key, values)| std::iter::once(key).chain(values)).cloned();
        sql.push_rows(values.collect(), self.columns.len() + 1)?;
        sql.push(&format!(") AS v WHERE {}.{} = v.column1", self.table, self.key));
        Ok(())
    }

    fn choose(&self, sql: &mut Sql, rows: &[Rewritten]) {
        for (place, column) in self.columns.iter().enumerate() {
            sql.push(&format!("{}{column} = CASE {}", if place == 0 { "" } else { ", " }, self.key));
            for (key, values) in rows {
                let Some(value) = values.get(place) else { continue };
                sql.push(" WHEN ");
                sql.bind(key.clone());
                sql.push(" THEN ");
                sql.bind(value.clone());
            }
            sql.push(" END");
        }
        sql.push(&format!(" WHERE {} IN ", self.key));
        sql.bind_list(rows.iter().map(|(key, _)| key.clone()));
    }
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

    #[tokio::test]
    async fn steps_that_take_long_get_shorter_and_are_rested_from() {
        let mut pace = Pace::default();
        let mut rows = Vec::new();
        let began = std::time::Instant::now();
        for took_ms in [9, 9, 9, 2, 1, 1] {
            pace.rest(Duration::from_millis(took_ms)).await;
            rows.push(pace.rows(u64::MAX));
        }
        assert_eq!(rows, [32, 16, 16, 16, 32, 64]);
        assert!(began.elapsed() >= Duration::from_millis(31));
        assert_eq!(pace.rows(5), 5, "no more than are wanted");
    }

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
