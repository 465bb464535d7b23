//! The schema, one step per file. Steps only go forward; a released step never changes.

mod m0001_meta;
mod m0002_users;
mod m0003_sessions;
mod m0004_keys;
mod m0005_providers;
mod m0006_credentials;
mod m0007_routes;
mod m0008_options;
mod m0009_calls;
mod m0010_upstream_objects;
mod m0011_accounts;
mod m0012_transfers;
mod m0013_call_charges;
mod m0014_idempotency;
mod m0015_billing;
mod m0016_prices;
mod m0017_alerts;
mod m0018_narrow_calls;
mod m0019_usage_hours;
mod m0020_jobs;
mod m0021_responses;
mod m0022_node_runs;
mod m0023_routing;
mod m0024_sites;
mod m0025_site_keys;
mod m0027_job_runs;
mod m0028_checkins;
mod m0029_personal_tokens;
mod m0030_audit_log;
mod m0031_key_rotation;
mod m0032_usage_durations;
mod m0033_price_groups;
mod m0034_missing_routes;
mod m0035_rare_calls;
mod m0036_transfers_by_id;
mod m0037_call_quotas;

use sea_orm::sea_query::{
    ColumnDef, ConditionalStatement, Expr, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index,
    IndexCreateStatement, Table, TableCreateStatement,
};
use sea_orm::{DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

use crate::dialect;

/// Runs the steps that this database has not seen.
pub(crate) async fn run(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    Steps::up(tx, None).await
}

struct Steps;

impl MigratorTrait for Steps {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_meta::STEP),
            Box::new(m0002_users::STEP),
            Box::new(m0003_sessions::STEP),
            Box::new(m0004_keys::STEP),
            Box::new(m0005_providers::STEP),
            Box::new(m0006_credentials::STEP),
            Box::new(m0007_routes::STEP),
            Box::new(m0008_options::STEP),
            Box::new(m0009_calls::STEP),
            Box::new(m0010_upstream_objects::STEP),
            Box::new(m0011_accounts::STEP),
            Box::new(m0012_transfers::STEP),
            Box::new(m0013_call_charges::STEP),
            Box::new(m0014_idempotency::STEP),
            Box::new(m0015_billing::GROUPS),
            Box::new(m0015_billing::USERS),
            Box::new(m0015_billing::KEYS),
            Box::new(m0016_prices::STEP),
            Box::new(m0017_alerts::STEP),
            Box::new(m0018_narrow_calls::Step),
            Box::new(m0019_usage_hours::STEP),
            Box::new(m0020_jobs::STEP),
            Box::new(m0021_responses::STEP),
            Box::new(m0022_node_runs::STEP),
            Box::new(m0023_routing::PROVIDERS),
            Box::new(m0023_routing::CREDENTIALS),
            Box::new(m0023_routing::KEYS),
            Box::new(m0023_routing::USERS),
            Box::new(m0023_routing::GROUPS),
            Box::new(m0024_sites::STEP),
            Box::new(m0025_site_keys::COLUMNS),
            Box::new(m0025_site_keys::INDEX),
            Box::new(m0027_job_runs::JOBS),
            Box::new(m0027_job_runs::RUNS),
            Box::new(m0028_checkins::STEP),
            Box::new(m0029_personal_tokens::Step),
            Box::new(m0030_audit_log::STEP),
            Box::new(m0031_key_rotation::Step),
            Box::new(m0032_usage_durations::STEP),
            Box::new(m0033_price_groups::STEP),
            Box::new(m0034_missing_routes::STEP),
            Box::new(m0035_rare_calls::STEP),
            Box::new(m0036_transfers_by_id::Step),
            Box::new(m0037_call_quotas::COLUMN),
            Box::new(m0037_call_quotas::TABLE),
        ]
    }
}

/// A step that makes tables with their indexes.
struct NewTables {
    name: &'static str,
    tables: fn(DbBackend) -> Vec<TableCreateStatement>,
    indexes: fn() -> Vec<IndexCreateStatement>,
}

impl MigrationName for NewTables {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for NewTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for mut table in (self.tables)(backend) {
            dialect::finish_table(backend, &mut table);
            manager.create_table(table).await?;
        }
        for index in (self.indexes)() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// A step that adds columns to a table. Those that are there already stay: where a server commits each change by
/// itself, a start that was interrupted may have left them.
struct NewColumns {
    name: &'static str,
    table: &'static str,
    columns: fn(DbBackend) -> Vec<ColumnDef>,
}

impl MigrationName for NewColumns {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for NewColumns {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in (self.columns)(manager.get_database_backend()) {
            if !manager.has_column(self.table, column.get_column_name()).await? {
                manager.alter_table(Table::alter().table(self.table).add_column(column).take()).await?;
            }
        }
        Ok(())
    }
}

fn auto_id() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take()
}

fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

fn number_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary_len(16).not_null().take()
}

fn uuid_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary_len(16).null().take()
}

fn sha256(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary_len(32).not_null().take()
}

fn small_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

fn switch(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

fn text(name: &'static str, max_chars: u32) -> ColumnDef {
    ColumnDef::new(name).string_len(max_chars).not_null().take()
}

fn text_or_null(name: &'static str, max_chars: u32) -> ColumnDef {
    ColumnDef::new(name).string_len(max_chars).null().take()
}

fn long_text(backend: DbBackend, name: &'static str) -> ColumnDef {
    dialect::long_text(backend, ColumnDef::new(name).not_null()).take()
}

fn long_text_or_null(backend: DbBackend, name: &'static str) -> ColumnDef {
    dialect::long_text(backend, ColumnDef::new(name).null()).take()
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().take()
}

/// An index of the rows that meet a condition only. Queries that are to use it say the condition in the same words.
struct Exceptions {
    /// The index of all rows that it replaces.
    replaces: &'static str,
    name: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    condition: &'static str,
}

impl Exceptions {
    fn of(&self) -> IndexCreateStatement {
        index(self.name, self.table, self.columns).and_where(Expr::cust(self.condition)).take()
    }
}

/// A step that replaces indexes of all rows by indexes of some, where the database has such.
struct ExceptionsOnly {
    name: &'static str,
    indexes: &'static [Exceptions],
}

impl MigrationName for ExceptionsOnly {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ExceptionsOnly {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !dialect::has_partial_indexes(manager.get_database_backend()) {
            return Ok(());
        }
        for index in self.indexes {
            manager.drop_index(Index::drop().name(index.replaces).table(index.table).to_owned()).await?;
            manager.create_index(index.of()).await?;
        }
        Ok(())
    }
}

/// A row that goes when the row it belongs to goes.
fn belongs_to(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).take()
}
