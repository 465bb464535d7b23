//! Facts about the installation: the configuration's revision, its random name, and the sample that a master key is
//! checked by.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter,
};
use sea_orm_migration::SchemaManager;
use sluice_domain::SecretString;
use uuid::Uuid;

use crate::entities::meta;
use crate::store::db;
use crate::vault::{Place, Vault};
use crate::{Store, StoreError, What};

const CONFIG_REVISION: &str = "config_revision";
const INSTANCE_ID: &str = "instance_id";
const VAULT_SAMPLE: &str = "vault_sample";
const SAMPLE_PLACE: Place = Place { table: "meta", row: 0, column: VAULT_SAMPLE };

impl Store {
    /// Returns the number that grows with every change of the configuration: users, groups, keys, budgets, providers,
    /// credentials, routes, prices and settings.
    ///
    /// # Errors
    /// `NotFound` before the first migration, `Unavailable` when the database is away.
    pub async fn config_revision(&self) -> Result<i64, StoreError> {
        revision(self.reader()).await
    }

    /// Returns the random name of this installation, made at the first migration.
    ///
    /// # Errors
    /// `NotFound` before the first migration.
    pub async fn instance_id(&self) -> Result<String, StoreError> {
        let row = find(self.reader(), INSTANCE_ID).await?;
        row.map(|row| row.text).ok_or(StoreError::NotFound { what: What::Meta })
    }
}

pub(crate) async fn revision<C: ConnectionTrait>(connection: &C) -> Result<i64, StoreError> {
    let row = find(connection, CONFIG_REVISION).await?;
    row.map(|row| row.number).ok_or(StoreError::NotFound { what: What::Meta })
}

pub(crate) async fn raise_revision(tx: &DatabaseTransaction) -> Result<(), StoreError> {
    let raised = meta::Entity::update_many()
        .col_expr(meta::Column::Number, Expr::col(meta::Column::Number).add(1_i64))
        .filter(meta::Column::Name.eq(CONFIG_REVISION))
        .exec(tx)
        .await
        .map_err(db(What::Meta))?;
    if raised.rows_affected == 1 { Ok(()) } else { Err(StoreError::NotFound { what: What::Meta }) }
}

/// Refuses a master key that does not open the sample. A database without a sample has nothing sealed yet.
pub(crate) async fn check_master_key(connection: &DatabaseConnection, vault: &Vault) -> Result<(), StoreError> {
    if !SchemaManager::new(connection).has_table("meta").await.map_err(db(What::Meta))? {
        return Ok(());
    }
    match find(connection, VAULT_SAMPLE).await? {
        Some(row) => vault.open(SAMPLE_PLACE, &row.text).map(drop).map_err(|_| StoreError::WrongMasterKey),
        None => Ok(()),
    }
}

/// Writes the facts that are missing, once the table exists.
pub(crate) async fn seed(tx: &DatabaseTransaction, vault: &Vault) -> Result<(), StoreError> {
    let sample = vault.seal(SAMPLE_PLACE, &SecretString::from("sluice"))?;
    let instance = Uuid::from_bytes(rand::random()).simple().to_string();
    for (name, text) in [(CONFIG_REVISION, String::new()), (INSTANCE_ID, instance), (VAULT_SAMPLE, sample)] {
        if find(tx, name).await?.is_none() {
            let row = meta::ActiveModel { name: Set(name.to_owned()), number: Set(0), text: Set(text) };
            meta::Entity::insert(row).exec_without_returning(tx).await.map_err(db(What::Meta))?;
        }
    }
    match find(tx, VAULT_SAMPLE).await? {
        Some(row) => vault.open(SAMPLE_PLACE, &row.text).map(drop).map_err(|_| StoreError::WrongMasterKey),
        None => Err(StoreError::NotFound { what: What::Meta }),
    }
}

async fn find<C: ConnectionTrait>(connection: &C, name: &str) -> Result<Option<meta::Model>, StoreError> {
    meta::Entity::find_by_id(name.to_owned()).one(connection).await.map_err(db(What::Meta))
}
