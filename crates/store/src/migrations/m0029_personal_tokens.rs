//! Personal access tokens: several of a user, each with a name and an end. The one that a user had becomes the first; the
//! table that it was in was in no release, and goes.

use sea_orm::sea_query::{Expr, IndexCreateStatement, Query, Table, TableCreateStatement};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{NewTables, auto_id, belongs_to, index, number, number_or_null, text, unique};

pub(super) struct Step;

const TABLE: NewTables = NewTables { name: "m0029_personal_tokens", tables, indexes };
const OLD: &str = "access_tokens";

impl MigrationName for Step {
    fn name(&self) -> &str {
        TABLE.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLE.up(manager).await?;
        if !manager.has_table(OLD).await? {
            return Ok(());
        }
        let mut moved = Query::insert();
        moved.into_table("personal_tokens").columns(["user_id", "name", "token_hash", "created_at"]);
        let old = Query::select()
            .column("user_id")
            .expr(Expr::val("default"))
            .column("token_hash")
            .column("created_at")
            .from(OLD)
            .take();
        moved.select_from(old).map_err(|error| DbErr::Custom(error.to_string()))?;
        manager.get_connection().execute(&moved).await?;
        manager.drop_table(Table::drop().table(OLD).take()).await
    }
}

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    let tokens = Table::create()
        .table("personal_tokens")
        .col(auto_id())
        .col(number("user_id"))
        .col(text("name", 128))
        .col(text("token_hash", 64))
        .col(number("created_at"))
        .col(number_or_null("expires_at"))
        .col(number_or_null("used_at"))
        .foreign_key(&mut belongs_to("personal_tokens", "user_id", "users"))
        .take();
    vec![tokens]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("personal_tokens_hash", "personal_tokens", &["token_hash"]),
        index("personal_tokens_user", "personal_tokens", &["user_id"]),
    ]
}
