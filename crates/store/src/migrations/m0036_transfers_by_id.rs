//! Less to write for each charge: its id tells its call, so that only other transfers are found by one; and SQLite keeps
//! transfers in the order of their ids instead of beside them. MySQL has both of it, or cannot have it.

use sea_orm::sea_query::{Expr, ExprTrait, Index, IndexCreateStatement, Order, Query, Table, TableCreateStatement};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{Exceptions, ExceptionsOnly, index, number, sha256, text, unique, uuid, uuid_or_null};
use crate::dialect;

pub(super) struct Step;

const TABLE: &str = "transfers";
const OLD: &str = "transfers_0012";
const BY_CALL: ExceptionsOnly = ExceptionsOnly {
    name: "m0036_transfers_by_id",
    indexes: &[Exceptions {
        replaces: "transfers_call",
        name: "transfers_of_call",
        table: TABLE,
        columns: &["call_id"],
        condition: "kind <> 'charge'",
    }],
};

impl MigrationName for Step {
    fn name(&self) -> &str {
        BY_CALL.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if dialect::orders_by_key_when_told(manager.get_database_backend()) { rebuild(manager).await } else { Ok(()) }?;
        BY_CALL.up(manager).await
    }
}

async fn rebuild(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.rename_table(Table::rename().table(TABLE, OLD).take()).await?;
    let mut table = table();
    dialect::order_by_key(manager.get_database_backend(), &mut table);
    let columns: Vec<String> = table.get_columns().iter().map(sea_orm::sea_query::ColumnDef::get_column_name).collect();
    manager.create_table(table).await?;
    let old = Query::select().columns(columns.clone()).from(OLD).order_by("id", Order::Asc).take();
    let mut moved = Query::insert();
    moved.into_table(TABLE).columns(columns);
    moved.select_from(old).map_err(|error| DbErr::Custom(error.to_string()))?;
    manager.get_connection().execute(&moved).await?;
    // The names of its indexes are free once it is gone.
    manager.drop_table(Table::drop().table(OLD).take()).await?;
    for index in indexes() {
        manager.create_index(index).await?;
    }
    Ok(())
}

fn table() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(uuid("id"))
        .col(text("kind", 16))
        .col(number("debit_account"))
        .col(number("debit_seq"))
        .col(sha256("debit_hash"))
        .col(number("credit_account"))
        .col(number("credit_seq"))
        .col(sha256("credit_hash"))
        .col(number("amount_micros"))
        .col(uuid_or_null("call_id"))
        .col(text("actor", 64))
        .col(text("memo", 255))
        .col(number("created_at"))
        .primary_key(Index::create().col("id"))
        .check(Expr::col("amount_micros").gt(0))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("transfers_debit", TABLE, &["debit_account", "debit_seq"]),
        unique("transfers_credit", TABLE, &["credit_account", "credit_seq"]),
        index("transfers_call", TABLE, &["call_id"]),
        index("transfers_age", TABLE, &["created_at", "id"]),
    ]
}
