//! An alert. `closed_as` is 0 while it is open and its own id afterwards, so that one of a kind and subject is open at a
//! time: NULL would not be unique.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    pub subject: String,
    pub message: String,
    pub raised_at: i64,
    pub last_seen_at: i64,
    pub count: i64,
    pub resolved_at: Option<i64>,
    pub closed_as: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
