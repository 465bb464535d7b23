//! An account. `period_start` is 0 but for budgets; `head_seq` and `head_hash` are the end of its chain.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    pub owner_id: i64,
    pub period_start: i64,
    pub posted_micros: i64,
    pub leased_micros: i64,
    pub limit_micros: i64,
    pub head_seq: i64,
    pub head_hash: Vec<u8>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
