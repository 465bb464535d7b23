//! A route. While `is_missing` the upstream does not list its model, and it is as if it were not there. An empty
//! `upstream_model` sends what was asked for: NULL would not be unique.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "routes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub model: String,
    pub provider_id: i64,
    pub credential_id: i64,
    pub upstream_model: String,
    pub enabled: bool,
    pub priority: i64,
    pub weight: i64,
    pub manual: bool,
    pub is_missing: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
