//! A job that one node at a time does for all. `until` is when the node that has the turn loses it, and between two turns
//! when the next one is due. `turns` counts the turns taken, so that of all who saw the same row one gets the next.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub node: i64,
    pub until: i64,
    pub last_run: Option<i64>,
    pub last_result: Option<String>,
    pub turns: i64,
    pub run_id: Option<i64>,
    pub began_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub failures: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
