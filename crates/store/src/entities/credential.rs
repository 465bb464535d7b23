//! A credential; its secret is sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub provider_id: i64,
    pub name: String,
    pub secret: String,
    pub limits: Option<String>,
    pub call_quota: Option<i64>,
    pub group_name: String,
    pub enabled: bool,
    pub priority: i64,
    pub weight: i64,
    pub created_at: i64,
    pub upstream_id: Option<i64>,
    /// JSON of what the site says of the key.
    pub upstream: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
