//! A run of a job. `ending` is empty while it goes on.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_runs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub job: String,
    pub node: i64,
    pub cause: String,
    pub began_at: i64,
    pub ended_at: Option<i64>,
    pub ending: String,
    pub done: i64,
    pub total: Option<i64>,
    pub message: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
