//! A call that could not be settled.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: Vec<u8>,
    pub reason: String,
    pub entry: String,
    pub parked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
