//! Opening the database, its connections and transactions.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};

use crate::dialect::{self, Fault, Pools};
use crate::vault::Vault;
use crate::{DatabaseUrl, MasterKey, StoreError, What, meta, migrations};

/// The database. Cheap to clone; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    vault: Arc<Vault>,
}

impl Store {
    /// Connects, and checks that the master key is the one that the secrets were sealed with. A SQLite file and its
    /// folder are made where they are missing.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached, `File` when its file cannot be used, `WrongMasterKey`.
    pub async fn open(url: &DatabaseUrl, master: &MasterKey) -> Result<Self, StoreError> {
        let store = Self { pools: dialect::connect(url).await?, vault: Arc::new(Vault::new(master)) };
        meta::check_master_key(store.reader(), store.vault()).await?;
        Ok(store)
    }

    /// Brings the schema up to date; nodes that start at once wait for each other.
    ///
    /// # Errors
    /// `Migration` when a step fails: the caller must stop.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let tx = self.begin_write().await?;
        dialect::lock_migrations(&tx).await.map_err(|error| migration_failed(&error))?;
        let migrated = match migrations::run(&tx).await.map_err(|error| migration_failed(&error)) {
            Ok(()) => meta::seed(&tx, self.vault()).await,
            Err(error) => Err(error),
        };
        // A failed step may have ended the transaction on the server's side; then there is no lock to give back.
        let unlocked = dialect::unlock_migrations(&tx).await;
        migrated?;
        unlocked.map_err(|error| migration_failed(&error))?;
        commit(tx).await
    }

    /// Answers whether the database can be asked something right now.
    ///
    /// # Errors
    /// `Unavailable` when it cannot.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader().ping().await.map_err(db(What::Meta))
    }

    /// Closes the connections after the work in hand; SQLite then has everything in its one file.
    ///
    /// # Errors
    /// `Unavailable` when the database went away before.
    pub async fn close(self) -> Result<(), StoreError> {
        // The last connection of SQLite to close writes the log back into the file, so the writer goes last.
        self.pools.reader.close().await.map_err(db(What::Meta))?;
        self.pools.writer.close().await.map_err(db(What::Meta))
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.pools.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.pools.writer
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(crate) fn shared_vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, StoreError> {
        self.writer().begin_with_options(dialect::write_options()).await.map_err(db(What::Meta))
    }

    /// Begins a transaction that changes the configuration: its number is raised first, so that changes come one
    /// after the other on every database and never wait for each other in a circle.
    pub(crate) async fn begin_change(&self) -> Result<DatabaseTransaction, StoreError> {
        let tx = self.begin_write().await?;
        meta::raise_revision(&tx).await?;
        Ok(tx)
    }

    /// Begins a transaction whose queries all see the same moment.
    pub(crate) async fn begin_read(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = dialect::read_options(self.reader().get_database_backend());
        self.reader().begin_with_options(options).await.map_err(db(What::Meta))
    }
}

pub(crate) async fn commit(tx: DatabaseTransaction) -> Result<(), StoreError> {
    tx.commit().await.map_err(db(What::Meta))
}

fn migration_failed(error: &DbErr) -> StoreError {
    match dialect::classify(error) {
        Fault::Unavailable(reason) => StoreError::Unavailable { reason },
        fault => StoreError::Migration { reason: fault.into_reason() },
    }
}

/// Returns the translation of a database's error in a statement about `what`.
pub(crate) fn db(what: What) -> impl Fn(DbErr) -> StoreError {
    move |error| match dialect::classify(&error) {
        Fault::Unique => StoreError::Conflict { what },
        Fault::ForeignKey => StoreError::NotFound { what: what.parent() },
        Fault::Unavailable(reason) => StoreError::Unavailable { reason },
        Fault::Refused(reason) => StoreError::Refused { reason },
    }
}

pub(crate) fn corrupt(what: What, row: impl std::fmt::Display, problem: &str) -> StoreError {
    StoreError::Corrupt { place: format!("{what} {row}"), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::*;

    /// How large a text can be that is written when the file may not grow.
    const LARGE: usize = 200_000;

    async fn open(folder: &tempfile::TempDir) -> Store {
        let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
        Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_written_after_a_full_disk_is_there_for_others() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        store.migrate().await.unwrap();
        store.writer().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let refused = store.put_option("large", &"x".repeat(LARGE)).await.unwrap_err();
        assert!(refused.is_retryable(), "{refused}");
        store.writer().execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
        // The second one changes nothing and is rolled back.
        for _ in 0..2 {
            store.put_option("same", "same").await.unwrap();
        }
        store.put_option("small", "kept").await.unwrap();
        let other = open(&folder).await;
        assert_eq!(other.options().await.unwrap().get("small").map(String::as_str), Some("kept"));
    }
}
