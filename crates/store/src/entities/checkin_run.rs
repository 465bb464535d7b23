//! A run of check-ins.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkin_runs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub cause: String,
    pub zone: String,
    pub day: String,
    pub began_at: i64,
    pub ended_at: Option<i64>,
    pub total: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub missing: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
