//! A price. It holds at the provider (for one group of its credentials, where one is named) or at the vendor, or everywhere
//! when both are absent.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub purpose: String,
    pub model: String,
    pub provider_id: Option<i64>,
    pub provider_group: Option<String>,
    pub vendor: Option<String>,
    pub source: String,
    pub effective_from: i64,
    pub price: String,
    pub disputed: bool,
    pub remark: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
